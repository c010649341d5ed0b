"""Trains the DiT: python3 -m onegt.train_dit POOL --autoencoder FILE --out RUNS --minutes 90

One network for both uses: `regression` of the batch at time 0 from zeros (its mean-square optimum is the one-step
answer), the rest v-prediction flow matching at the times that the sampler visits (see DiT.sample). Errors are weighed by
what they cost in pixels (pixel_metric.py), twice on the head.
Several workers (--workers, or torchrun) average their gradients; on a CPU two workers of one thread beat one of two. Saves RUNS/dit.pt every --save-minutes and resumes from it.
"""
import argparse
import json
import math
import os
import sys
import time
import numpy as np
import torch
import torch.distributed as distributed
from .autoencoder import load_autoencoder
from .dit import SAMPLING, DiT
from .export import load_weights
from .fused import set_num_threads
from .optimiser import AdamW
from .pairs import HeldOut, Pairs, decode, render_latents
from .pixel_metric import PixelMetric
from .processes import run_workers

HEAD_WEIGHT = 2.0     # of cells on the target skeleton; the others 1
LOG_OFFSET = 0.1      # regression's error is told on a logarithmic scale, as PSNR tells it, down to about this


def flow_loss(model, metric, target, conditions, weight, regression):
    """[B, 8, 32, 32]: the first samples by regression, the others by flow matching -> two means of the error, the loss"""
    batch = len(target)
    split = int(round(batch * regression))
    time_ = SAMPLING["start"] + (1 - SAMPLING["start"]) * torch.rand(batch)    # the sampler needs no others
    noise = torch.randn_like(target)
    time_[:split], noise[:split] = 0, 0
    t = time_.view(-1, 1, 1, 1)
    velocity = model((1 - t) * noise + t * target, *conditions, time_)
    error = metric(velocity - (target - noise), weight)
    importance = torch.ones(batch)
    importance[:split] = 1 / (error[:split].detach() + LOG_OFFSET)
    importance[:split] /= importance[:split].mean()
    return error[:split].mean(), error[split:].mean(), (error * importance).mean()


def average_gradients(model, workers):
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    flat = torch.cat([g.flatten().float() for g in gradients])
    distributed.all_reduce(flat)
    offset = 0
    for g in gradients:
        g.copy_(flat[offset:offset + g.numel()].view_as(g) / workers)
        offset += g.numel()


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pool")
    parser.add_argument("--autoencoder", required=True)
    parser.add_argument("--out", default="runs")
    parser.add_argument("--initialise", help="weights to start from: .pt or .safetensors")
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--batch", type=int, default=8, help="per worker")
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--regression", type=float, default=0.6)
    parser.add_argument("--ema", type=float, default=0.999)
    parser.add_argument("--save-minutes", type=float, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="processes on this machine")
    options = parser.parse_args(arguments)
    if options.workers > 1 and "RANK" not in os.environ:
        sys.exit(run_workers(options.workers, "onegt.train_dit"))
    rank, workers = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if workers > 1:
        distributed.init_process_group("gloo")
    if rank == 0:
        print(options, "workers", workers, flush=True)
        os.makedirs(options.out, exist_ok=True)
    set_num_threads(options.threads)
    torch.manual_seed(0)
    model = DiT()
    if options.initialise:
        load_weights(model, options.initialise)
    optimiser = AdamW(model.parameters(), ema=options.ema)
    pairs = Pairs(options.pool)
    held_out = HeldOut(options.pool, 1_000_000, 12) if rank == 0 else None
    autoencoder = load_autoencoder(options.autoencoder)
    examples = np.random.default_rng(0).permutation(len(pairs))[:256]
    latents, conditions, _ = pairs.batch(examples)
    metric = PixelMetric(autoencoder, latents, conditions[0][:, :8].contiguous())
    path, history, step, samples, elapsed = os.path.join(options.out, "dit.pt"), [], 0, 0, 0.0
    if os.path.exists(path):
        saved = torch.load(path)
        optimiser.load_state_dict(saved["optimiser"])
        history, step, samples, elapsed = saved["history"], saved["step"], saved["samples"], saved["seconds"]
        print(f"resumed at {samples} samples, {elapsed:.0f} s", flush=True)
    rng = np.random.default_rng(1000 * step + rank)
    torch.manual_seed(1000 * step + rank)

    def save():
        optimiser.swap(True)
        row = dict(samples=samples, seconds=round(elapsed), loss=[round(float(x), 4) for x in np.mean(losses[-200:], 0)])
        for steps in (1, 4):
            row[f"steps {steps}"] = {k: round(v, 3) for k, v in held_out.score(decode(autoencoder, render_latents(model, held_out, steps, **SAMPLING))).items()}
        history.append(row)
        weights = {k: v.clone() for k, v in model.state_dict().items()}
        optimiser.swap(False)
        torch.save(dict(model=weights, config=model.config, optimiser=optimiser.state_dict(), history=history, step=step, samples=samples, seconds=elapsed), path + ".tmp")
        os.replace(path + ".tmp", path)
        json.dump(history, open(os.path.join(options.out, "dit.json"), "w"), indent=1)
        print(row, flush=True)

    last, saved_at, losses = time.time(), elapsed, []
    while elapsed < options.minutes * 60:
        rate = options.learning_rate * min(1, (step + 1) / 100) * (0.5 + 0.49 * math.cos(math.pi * elapsed / (options.minutes * 60)) + 0.01)
        target, conditions, head = pairs.batch(rng.integers(len(pairs), size=options.batch))
        weight = 1 + (HEAD_WEIGHT - 1) * head
        regression, flow, loss = flow_loss(model, metric, target, conditions, weight / weight.mean((1, 2, 3), keepdim=True), options.regression)
        optimiser.zero()
        loss.backward()
        if workers > 1:
            average_gradients(model, workers)
        optimiser.step(rate)
        step, samples = step + 1, samples + options.batch * workers
        losses.append((regression.item(), flow.item()))
        now = time.time()
        if workers > 1:      # the clock decides when to stop: all workers must read the same one
            clock = torch.tensor([elapsed + now - last])
            distributed.broadcast(clock, 0)
            elapsed = clock.item()
        else:
            elapsed += now - last
        last = now
        if step % 50 == 0:
            pairs.refresh()
            if rank == 0:
                mean = np.mean(losses[-50:], 0)
                print(f"step {step} samples {samples} {elapsed:.0f} s regression {mean[0]:.4f} flow {mean[1]:.4f} {samples / elapsed:.1f} samples/s rate {rate:.1e} pairs {len(pairs)}", flush=True)
        if elapsed - saved_at > options.save_minutes * 60:
            if rank == 0:
                save()
            if workers > 1:
                distributed.barrier()
            last, saved_at = time.time(), elapsed
    if rank == 0:
        save()


if __name__ == "__main__":
    main()
