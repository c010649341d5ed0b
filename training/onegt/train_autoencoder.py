"""Trains the autoencoder on pictures: python3 -m onegt.train_autoencoder POOL --out RUNS --minutes 60

Random crops, fixed-sigma noise on the latent (a decoder that tolerates the DiT's errors), L1 with gradient and
Laplacian terms. --initialise starts from earlier weights; --decoder-only keeps the encoder, and so the latents and any
DiT trained on them, as they are. Saves RUNS/autoencoder.pt (EMA weights) every --save-minutes and resumes from it.
"""
import argparse
import json
import math
import os
import time
import numpy as np
import torch
import torch.nn.functional as F
from .autoencoder import Autoencoder, rounded
from .export import load_weights
from .fused import set_num_threads
from .optimiser import AdamW
from .pairs import masked_psnr
from .pool import TEST, VALIDATION, collected

SIGMA = 0.1        # of the noise on the raw latent
CROP = 128


def picture_loss(image, target):
    """L1, L1 of finite differences, L1 of a three-level Laplacian pyramid."""
    d = image - target
    gradient = (d[..., 1:] - d[..., :-1]).abs().mean() + (d[..., 1:, :] - d[..., :-1, :]).abs().mean()
    laplacian, level = 0, d
    for _ in range(3):
        smaller = F.avg_pool2d(level, 2)
        laplacian = laplacian + (level - F.interpolate(smaller, scale_factor=2, mode="bilinear", align_corners=False)).abs().mean()
        level = smaller
    return d.abs().mean() + 0.5 * gradient + 0.5 * (laplacian + level.abs().mean())


def crops(files, count, rng):
    out = np.empty((count, CROP, CROP, 3), np.uint8)
    for i in range(count):
        pictures = files[rng.integers(len(files))]
        y, x = rng.integers(0, pictures.shape[1] - CROP + 1, 2)
        crop = pictures[rng.integers(len(pictures)), y:y + CROP, x:x + CROP]
        out[i] = crop[:, ::-1] if rng.random() < 0.5 else crop
    return torch.from_numpy(out.astype(np.float32) / 127.5 - 1).permute(0, 3, 1, 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pool")
    parser.add_argument("--out", default="runs")
    parser.add_argument("--initialise", help="weights to start from: .pt or .safetensors")
    parser.add_argument("--decoder-only", action="store_true")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--save-minutes", type=float, default=5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    print(options, flush=True)
    os.makedirs(options.out, exist_ok=True)
    set_num_threads(options.threads)
    torch.manual_seed(0)
    model = Autoencoder()
    if options.initialise:
        load_weights(model, options.initialise)
    trained = model.decoder if options.decoder_only else model
    optimiser = AdamW(trained.parameters(), weight_decay=0, betas=(0.9, 0.99), ema=0.999)
    pictures = lambda *split: [v["rgb"] for v in collected(options.pool, *split) if "rgb" in v]
    files, validation = pictures(), pictures(VALIDATION, TEST)[0][:64:2]
    validation = torch.from_numpy(validation.astype(np.float32) / 127.5 - 1).permute(0, 3, 1, 2).contiguous()
    path, history, step, elapsed = os.path.join(options.out, "autoencoder.pt"), [], 0, 0.0
    if os.path.exists(path):
        saved = torch.load(path)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        history, step, elapsed = saved["history"], saved["step"], saved["seconds"]
    rng = np.random.default_rng(step)

    def save():
        optimiser.swap(True)
        with torch.no_grad():
            psnr = torch.cat([masked_psnr(model.decode(model.encode(v)), v, torch.ones_like(v[:, :1])) for v in validation.split(8)]).mean().item()
        history.append(dict(crops=step * options.batch, seconds=round(elapsed), psnr=round(psnr, 3)))
        weights = {k: v.clone() for k, v in model.state_dict().items()}
        optimiser.swap(False)
        torch.save(dict(model=weights, optimiser=optimiser.state_dict(), history=history, step=step, seconds=elapsed), path + ".tmp")
        os.replace(path + ".tmp", path)
        json.dump(history, open(os.path.join(options.out, "autoencoder.json"), "w"), indent=1)
        print(history[-1], flush=True)

    last, saved_at = time.time(), elapsed
    while elapsed < options.minutes * 60:
        rate = options.learning_rate * min(1, (step + 1) / 100) * (0.5 + 0.49 * math.cos(math.pi * elapsed / (options.minutes * 60)) + 0.01)
        image = crops(files, options.batch, rng)
        with torch.set_grad_enabled(not options.decoder_only):
            raw = model.encoder(rounded(image)).float()
        noisy = rounded(raw + SIGMA * torch.randn_like(raw))
        loss = picture_loss(model.decoder(noisy).float(), image) + 1e-4 * raw.square().mean()
        optimiser.zero()
        loss.backward()
        optimiser.step(rate)
        step += 1
        now = time.time()
        elapsed, last = elapsed + now - last, now
        if step % 50 == 0:
            print(f"step {step} {elapsed:.0f} s loss {loss.item():.4f} {step * options.batch / elapsed:.1f} crops/s", flush=True)
        if elapsed - saved_at > options.save_minutes * 60:
            save()
            last, saved_at = time.time(), elapsed
    if not options.decoder_only:      # the DiT sees latents of zero mean and unit variance
        with torch.no_grad():
            sample = torch.cat([model.encoder(rounded(crops(files, 16, rng))).float() for _ in range(32)])
            model.latent_mean.copy_(sample.mean((0, 2, 3)))
            model.latent_std.copy_(sample.std((0, 2, 3)))
    save()


if __name__ == "__main__":
    main()
