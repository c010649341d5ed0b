"""The pairs that make_pairs wrote, as batches for the DiT; pictures and masks of held-out pairs for the metrics."""
import glob
import os
import numpy as np
import torch
from .dit import map_features, rotary_table
from .collect import VIEWS
from .make_pairs import TARGET_OF, unpack_map
from .pool import VALIDATION


class Pairs:
    """All finished pairs_SEED folders of a pool; `first <= seed < last`. Call `refresh` to pick up new ones."""

    def __init__(self, pool, first=0, last=VALIDATION, suffix=""):
        self.pool, self.first, self.last, self.suffix = pool, first, last, suffix
        self.chunks, self.folders = [], []
        self.refresh()

    def refresh(self):
        for folder in sorted(glob.glob(os.path.join(self.pool, f"pairs{self.suffix}_???????"))):
            if self.first <= int(folder[-7:]) < self.last and folder not in self.folders:
                self.folders.append(folder)
                self.chunks.append({os.path.basename(f)[:-4]: np.load(f, mmap_mode="r") for f in glob.glob(os.path.join(folder, "*.npy"))})
        self.offsets = np.cumsum([0] + [len(c["latent"]) for c in self.chunks])
        return self

    def __len__(self):
        return int(self.offsets[-1])

    def rows(self, names, index):
        """index: global view numbers -> arrays of the named files"""
        where = [(int(np.searchsorted(self.offsets, i, "right") - 1), i) for i in index]
        return [torch.from_numpy(np.stack([self.chunks[c][name][i - self.offsets[c]] for c, i in where])) for name in names]

    def target_of(self, index):
        return [i - i % VIEWS + TARGET_OF[i % VIEWS] for i in index]

    def batch(self, index):
        """
        index: views that serve as reference -> target latent [B, 8, 32, 32], the DiT's conditions
        (warp, reference latent, main features, reference features, rotary), share of the target skeleton [B, 1, 32, 32]
        """
        reference_map, reference_class, reference_canonical, target_map, target_class, target_canonical, warp, coverage, latent = self.rows(
            ("reference_map", "reference_class", "reference_canonical", "target_map", "target_class", "target_canonical", "warp", "coverage", "latent"), index)
        target, = self.rows(("latent",), self.target_of(index))
        canonical = [c.float() for c in (target_canonical, reference_canonical)]
        features = [map_features(unpack_map(m, k), c) for (m, k), c in zip(((target_map, target_class), (reference_map, reference_class)), canonical)]
        rotary = torch.cat([rotary_table(c) for c in canonical], 1)
        head = torch.nn.functional.avg_pool2d((target_class > 0).float().unsqueeze(1), 2)
        return target.float(), (torch.cat([warp, coverage], 1).float(), latent.float(), *features, rotary), head


class HeldOut:
    """Held-out pairs with pictures: targets, masks of the head (the true skeleton) and of the foreground."""

    def __init__(self, pool, first, groups, suffix=""):
        self.pairs = Pairs(pool, first, first + 1_000_000, suffix)
        self.index = list(range(min(len(self.pairs), groups * VIEWS)))
        targets = self.pairs.target_of(self.index)
        read = lambda kind: np.concatenate([np.load(os.path.join(pool, f"views_{f[-7:]}", kind + ".npy"), mmap_mode="r") for f in self.pairs.folders])
        image = lambda array: torch.from_numpy(array.astype(np.float32) / 127.5 - 1).permute(0, 3, 1, 2).contiguous()
        rgb = read("rgb")
        self.target, self.reference = image(rgb[targets]), image(rgb[self.index])
        self.foreground = torch.from_numpy(read("region")[targets] > 0).float().unsqueeze(1)   # head, hair, clothes
        self.head = self.pairs.rows(("head",), targets)[0].float().unsqueeze(1)
        warped, self.warp_mask = self.pairs.rows(("warped", "mask"), self.index)
        self.warped = image(warped.numpy())

    def score(self, images):
        """images [V, 3, 256, 256] in -1..1 -> mean PSNR (dB) on head, foreground, everything; SSIM on the head"""
        n = len(images)
        target, head = self.target[:n], self.head[:n]
        mean = lambda x: x.mean().item()
        return dict(head_psnr=mean(masked_psnr(images, target, head)), foreground_psnr=mean(masked_psnr(images, target, self.foreground[:n])),
                    full_psnr=mean(masked_psnr(images, target, torch.ones_like(head))), head_ssim=mean(masked_ssim(images, target, head)))


def masked_psnr(image, target, mask):
    error = ((image.clamp(-1, 1) - target) ** 2 * mask).sum((1, 2, 3)) / (3 * mask.sum((1, 2, 3)).clamp(min=1))
    return -10 * torch.log10(error / 4 + 1e-10)


def masked_ssim(image, target, mask):
    """SSIM of luma with a 7 x 7 box window, averaged over the mask."""
    luma = torch.tensor([.299, .587, .114]).view(1, 3, 1, 1)
    y, x = (((i.clamp(-1, 1) * luma).sum(1, True) + 1) / 2 for i in (image, target))
    box = lambda a: torch.nn.functional.avg_pool2d(a, 7, 1, 3)
    my, mx = box(y), box(x)
    vy, vx, c = box(y * y) - my ** 2, box(x * x) - mx ** 2, box(x * y) - mx * my
    s = ((2 * mx * my + 1e-4) * (2 * c + 9e-4)) / ((mx ** 2 + my ** 2 + 1e-4) * (vx + vy + 9e-4))
    return (s * mask).sum((1, 2, 3)) / mask.sum((1, 2, 3)).clamp(min=1)


@torch.no_grad()
def render_latents(model, held_out, steps, seed=0, batch=16, **sampling):
    """The DiT's latents for the held-out pairs; noise is drawn per pair, so that results do not depend on the batch."""
    out = []
    for start in range(0, len(held_out.index), batch):
        index = held_out.index[start:start + batch]
        noise = torch.stack([torch.randn(8, 32, 32, generator=torch.Generator().manual_seed(seed * 1_000_003 + i)) for i in index])
        out.append(model.sample(held_out.pairs.batch(index)[1], noise, steps, **sampling))
    return torch.cat(out)


@torch.no_grad()
def decode(autoencoder, latents, batch=8):
    return torch.cat([autoencoder.decode(latents[i:i + batch]) for i in range(0, len(latents), batch)])
