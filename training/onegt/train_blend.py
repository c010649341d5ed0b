"""Trains the detail blend on what the DiT really renders: python3 -m onegt.train_blend POOL --autoencoder FILE --dit FILE --out RUNS

Renders the kept pictures' pairs with the DiT (half with one step, half with four), then learns to finish them from the
warped photograph. Saves RUNS/blend.pt.
"""
import argparse
import json
import math
import os
import time
import numpy as np
import torch
from .autoencoder import DetailBlend, load_autoencoder
from .dit import SAMPLING, DiT
from .export import load_weights
from .fused import set_num_threads
from .geometry import MIRRORED, OUTSIDE, VISIBLE
from .optimiser import AdamW
from .pairs import HeldOut, Pairs, decode, render_latents
from .train_autoencoder import CROP, picture_loss


def coverage_channels(mask):
    """[B, H, W] u8 -> [B, 3, H, W]: visible, mirrored, on the skeleton"""
    return torch.stack([mask == VISIBLE, mask == MIRRORED, mask != OUTSIDE], 1).float()


@torch.no_grad()
def blend_pictures(blend, decoded, held_out):
    """Finish decoded pictures [V, 3, 256, 256] of held-out pairs."""
    return torch.cat([blend(d, w, coverage_channels(m)) for d, w, m in zip(
        decoded.split(8), held_out.warped[:len(decoded)].split(8), held_out.warp_mask[:len(decoded)].split(8))])


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pool")
    parser.add_argument("--autoencoder", required=True)
    parser.add_argument("--dit", required=True)
    parser.add_argument("--out", default="runs")
    parser.add_argument("--initialise", help="weights to start from: .pt, or the autoencoder's .safetensors")
    parser.add_argument("--suffix", default="", help="of the pairs' folders, as in make_pairs")
    parser.add_argument("--pairs", type=int, default=6000)
    parser.add_argument("--render-minutes", type=float, default=5)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    options = parser.parse_args(arguments)
    set_num_threads(1)
    torch.manual_seed(0)
    autoencoder, dit, blend = load_autoencoder(options.autoencoder), DiT(), DetailBlend()
    dit.load_state_dict(torch.load(options.dit)["model"])
    if options.initialise:
        load_weights(blend, options.initialise, "blend.")
    pairs = Pairs(options.pool, suffix=options.suffix)
    kept = [i for i, c in enumerate(pairs.chunks) if "warped" in c]
    pairs.chunks, pairs.folders = [pairs.chunks[i] for i in kept], [pairs.folders[i] for i in kept]
    pairs.offsets = np.cumsum([0] + [len(c["latent"]) for c in pairs.chunks])
    rng, begin = np.random.default_rng(0), time.time()
    order = rng.permutation(len(pairs))[:options.pairs]
    rendered, used = [], []
    for start in range(0, len(order), 16):
        index = [int(i) for i in order[start:start + 16]]
        with torch.no_grad():
            latent = dit.sample(pairs.batch(index)[1], torch.randn(len(index), 8, 32, 32), (1, 4)[start // 16 % 2], **SAMPLING)
        rendered.append(((decode(autoencoder, latent).clamp(-1, 1) + 1) * 127.5).round().byte())
        used += index
        if time.time() - begin > options.render_minutes * 60:
            break
    rendered = torch.cat(rendered)
    print(f"rendered {len(used)} pairs in {time.time() - begin:.0f} s", flush=True)
    pictures = [np.load(os.path.join(options.pool, f"views_{f[-7:]}", "rgb.npy"), mmap_mode="r") for f in pairs.folders]

    def batch():
        """crops of decoded, warped, coverage, target"""
        out = []
        for i in rng.integers(len(used), size=options.batch):
            y, x = rng.integers(0, 256 - CROP + 1, 2)
            view = used[i]
            chunk = int(np.searchsorted(pairs.offsets, view, "right") - 1)
            row, target = view - pairs.offsets[chunk], pairs.target_of([view])[0] - pairs.offsets[chunk]
            cut = lambda a: torch.from_numpy(np.ascontiguousarray(a[y:y + CROP, x:x + CROP]))
            image = lambda a: cut(a).permute(2, 0, 1).float() / 127.5 - 1
            out.append((rendered[i][:, y:y + CROP, x:x + CROP].float() / 127.5 - 1, image(pairs.chunks[chunk]["warped"][row]),
                        coverage_channels(cut(pairs.chunks[chunk]["mask"][row])[None])[0], image(pictures[chunk][target])))
        return [torch.stack(c) for c in zip(*out)]

    held_out = HeldOut(options.pool, 1_000_000, 8, options.suffix)
    decoded = {steps: decode(autoencoder, render_latents(dit, held_out, steps, **SAMPLING)) for steps in (1, 4)}
    optimiser, history, step, begin, tested = AdamW(blend.parameters(), weight_decay=0, betas=(0.9, 0.99)), [], 0, time.time(), 0.0

    def test():
        optimiser.swap(True)
        row = {f"steps {k}": (held_out.score(d), held_out.score(blend_pictures(blend, d, held_out))) for k, d in decoded.items()}
        history.append(dict(step=step, seconds=round(time.time() - begin), before_and_after=row))
        torch.save(dict(model={k: v.clone() for k, v in blend.state_dict().items()}, history=history, pairs=len(used)), os.path.join(options.out, "blend.pt"))
        json.dump(history, open(os.path.join(options.out, "blend.json"), "w"), indent=1)
        optimiser.swap(False)
        print(step, {k: [{m: round(v, 3) for m, v in s.items()} for s in rows] for k, rows in row.items()}, flush=True)

    while time.time() - begin < options.minutes * 60:
        rate = options.learning_rate * min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * (time.time() - begin) / (options.minutes * 60)))
        decoded_, warped, covered, target = batch()
        image = blend(decoded_, warped, covered)
        loss = picture_loss(image, target) + 2 * (image - target).square().mean()
        optimiser.zero()
        loss.backward()
        optimiser.step(rate)
        step += 1
        if step % 50 == 0:
            print(f"step {step} loss {loss.item():.4f} {step * options.batch / (time.time() - begin):.1f} crops/s", flush=True)
        if time.time() - begin - tested > 180:
            test()
            tested = time.time() - begin
    test()


if __name__ == "__main__":
    main()
