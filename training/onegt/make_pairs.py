"""From collected views to what the DiT trains on: python3 -m onegt.make_pairs POOL --runs RUNS

A sample of `pairs` is one person under four cameras with four expressions; each view is the reference of one pair and the
target of another. For each pair the skeleton stage runs as it does in an application: detector noise, completion of the
reference (rigid Transformer), the target's expression from a driving face (non-rigid), its camera (rigid). The maps and the
warp come from those predictions, never from the true points. For each POOL/views_SEED this writes a folder pairs_SEED of .npy:

  reference_map, target_map  [V, 64, 64, 6] f16 canonical and normal;  *_class [V, 64, 64] u8 bits: skin 1, eye 2, mouth 4, iris 8
  *_canonical                [V, 256, 3] f16 coordinate per token
  warp, coverage             [V, 8, 32, 32], [V, 3, 32, 32] f16 latent of the warped reference and its coverage
  latent                     [V, 8, 32, 32] f16 of the picture itself
for the first --pictures people and held-out ones also warped and mask: the warp in pixels; for held-out ones head
[V, 256, 256] u8: where the skeleton's true points are (face, skull, ears, neck, and the hair painted over them).
"""
import argparse
import os
import time
import numpy as np
import torch
from . import skeleton_data as data
from .autoencoder import load_autoencoder
from .camera import project
from .dit import token_canonical
from .fused import set_num_threads
from .geometry import MIRRORED, OUTSIDE, VISIBLE, skeleton_map, warp_reference
from .collect import VIEWS
from .pool import TEST, VALIDATION, Heads, cameras, collected
from .train_skeleton import load_prior, load_transformer, predict_nonrigid
from .topology import DEFAULT_FILE, Topology

TARGET_OF = (1, 0, 3, 2)            # view v is the reference of the pair whose target is TARGET_OF[v]
BITS = np.array([1, 2, 4, 8], np.uint8)


class Anchor:
    """The skeleton stage on batches (packages/skeleton/src/anchor does the same for one face)."""

    def __init__(self, prior, rigid, nonrigid):
        self.prior, self.rigid, self.nonrigid = prior, rigid, nonrigid

    def anchor(self, source, driving, expression, camera):
        """driving None: the expression is given by its weights [B, E] alone. -> [B, 600, 3] crop NDC"""
        inputs = data.nonrigid_inputs(self.prior, source, driving, expression)
        start = predict_nonrigid(self.nonrigid, (*inputs, None, None))
        features, conditions, base = data.rigid_inputs(self.prior, start, source, camera)
        return base + data.RIGID_SCALE * self.rigid(features, conditions)

    def complete(self, source):
        """The source itself: its own expression under its own camera, noise removed, the unseen points filled in."""
        return self.anchor(source, None, source["expression"], source["camera"])


def pick(face, index):
    return {k: pick(v, index) if isinstance(v, dict) else v[index] for k, v in face.items()}


@torch.no_grad()
def anchored_pairs(views, index, heads, anchor, self_driven, hard, generator):
    """
    views: one of pool.collected, index: a slice of whole samples, heads: other people, for driving faces
    -> reference points, target points [V, 600, 3] in crop NDC, true points of the pictures
    """
    pose = views["pose"][index]
    truth, rest = (torch.from_numpy(a) for a in (views["points"][pose], views["rest"][views["person"][pose]]))
    camera = cameras(views, index)
    target = torch.tensor([i - i % VIEWS + TARGET_OF[i % VIEWS] for i in range(len(pose))])
    source = data.observe(anchor.prior, truth, camera, generator, hard)
    target_camera = pick(camera, target)
    other = heads.sample_identity(len(pose), generator) + (truth - rest)[target]
    same = torch.rand(len(pose), 1, generator=generator) < self_driven
    choose = lambda a, b: torch.where(same.view(-1, *[1] * (a.dim() - 1)), a, b)
    random_camera = data.sample_camera(len(pose), generator)
    driving_camera = {k: choose(v, random_camera[k]) for k, v in target_camera.items()}
    driving = data.observe(anchor.prior, choose(truth[target], other), driving_camera, generator, hard)
    return anchor.complete(source), anchor.anchor(source, driving, driving["expression"], data.carried(source, target_camera)), project(truth, camera)


def subsample(full):
    """[256, 256, 10] -> [64, 64, 10]: the samples that the DiT's tokens see"""
    return full[2::4, 2::4]


def coverage(mask):
    """[B, 256, 256] u8 -> [B, 3, 32, 32] shares of visible, mirrored, on the skeleton"""
    m = torch.from_numpy(mask)
    return torch.nn.functional.avg_pool2d(torch.stack([m == VISIBLE, m == MIRRORED, m != OUTSIDE], 1).float(), 8)


def unpack_map(packed, bits):
    """[..., 64, 64, 6] f16, [..., 64, 64] u8 -> [..., 64, 64, 10] f32"""
    bits = torch.as_tensor(bits)
    return torch.cat([torch.as_tensor(packed).float(), torch.stack([(bits & int(b) > 0).float() for b in BITS], -1)], -1)


SPLITS = ((VALIDATION, TEST), (TEST, 10 ** 7), (0, VALIDATION))     # first and last seeds; held-out people first


def find(pool, split):
    """Views with pictures of these people; none is no error: a pool may have no test people yet."""
    try:
        return [views for views in collected(pool, *split) if "rgb" in views]
    except FileNotFoundError:
        return []


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pool")
    parser.add_argument("--runs", default="runs")
    parser.add_argument("--topology", default=DEFAULT_FILE)
    parser.add_argument("--autoencoder", required=True)
    parser.add_argument("--shard", default="0/1", help="i/n: this process takes every n-th file")
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--self-driven", type=float, default=0.6, help="share of pairs whose driving face is the person itself")
    parser.add_argument("--held-out-self-driven", type=float, default=1.0)
    parser.add_argument("--suffix", default="", help="of the folders' names: another protocol beside the first")
    options = parser.parse_args(arguments)
    set_num_threads(1)
    topology = Topology(options.topology)
    prior = load_prior(os.path.join(options.runs, "prior.safetensors"))
    anchor = Anchor(prior, load_transformer(os.path.join(options.runs, "rigid.pt")), load_transformer(os.path.join(options.runs, "nonrigid.pt")))
    autoencoder = load_autoencoder(options.autoencoder)
    part, parts = map(int, options.shard.split("/"))
    work = [(split, views) for split in SPLITS for views in find(options.pool, split)]
    heads = {}
    begin, count = time.time(), 0
    for split, views in work[part::parts]:
        first = views["seed"]
        path = os.path.join(options.pool, f"pairs{options.suffix}_{first:07d}")
        if os.path.exists(path):
            continue
        rgb = views["rgb"]
        if split not in heads:      # people drive people of their own split only
            heads[split] = Heads(options.pool, *split)
        held_out = first >= VALIDATION
        keep = held_out or first < options.pictures
        generator = torch.Generator().manual_seed(first + 1)
        arrays = {k: [] for k in ("reference_map", "reference_class", "reference_canonical", "target_map", "target_class", "target_canonical", "warp", "coverage", "latent")}
        head_all = []
        warped_all, mask_all = [], []
        for start in range(0, len(rgb) // VIEWS, 10):
            index = slice(start * VIEWS, min(start + 10, len(rgb) // VIEWS) * VIEWS)
            references, targets, truth = anchored_pairs(views, index, heads[split], anchor,
                                                        options.held_out_self_driven if held_out else options.self_driven, not held_out, generator)
            pictures = rgb[index]
            warped, masks = np.empty_like(pictures), np.empty(pictures.shape[:3], np.uint8)
            for name, points in (("reference", references), ("target", targets)):
                small = np.empty((len(points), 64, 64, 10), np.float32)
                full = [skeleton_map(p, topology) for p in points.numpy()]
                for i, m in enumerate(full):
                    small[i] = subsample(m)
                if name == "reference":
                    reference_full = full
                arrays[name + "_map"].append(small[..., :6].astype(np.float16))
                arrays[name + "_class"].append(((small[..., 6:] > 0) * BITS).sum(-1).astype(np.uint8))
                arrays[name + "_canonical"].append(token_canonical(torch.from_numpy(small)).numpy().astype(np.float16))
            for i in range(len(pictures)):
                warped[i], masks[i] = warp_reference(reference_full[i], full[i], pictures[i])
            both = torch.from_numpy(np.concatenate([warped, pictures]).astype(np.float32) / 127.5 - 1).permute(0, 3, 1, 2)
            with torch.no_grad():
                latents = autoencoder.encode(both).numpy().astype(np.float16)
            arrays["warp"].append(latents[:len(pictures)])
            arrays["latent"].append(latents[len(pictures):])
            arrays["coverage"].append(coverage(masks).numpy().astype(np.float16))
            if keep:
                warped_all.append(warped)
                mask_all.append(masks)
            if held_out:
                head_all.append(np.stack([skeleton_map(p, topology)[..., 6:].sum(-1) > 0 for p in truth.numpy()]).astype(np.uint8))
            count += len(pictures)
        if keep:
            arrays["warped"], arrays["mask"] = warped_all, mask_all
        if held_out:
            arrays["head"] = head_all
        os.makedirs(path + ".tmp", exist_ok=True)
        for name, parts_of in arrays.items():
            np.save(os.path.join(path + ".tmp", name + ".npy"), np.concatenate(parts_of))
        os.replace(path + ".tmp", path)
        print(f"{os.path.basename(path)} {count / (time.time() - begin):.1f} pairs/s", flush=True)


if __name__ == "__main__":
    main()
