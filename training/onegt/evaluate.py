"""The table of the README: python3 -m onegt.evaluate POOL --runs RUNS [--first 2000000]

Texture stage on held-out identities (seeds from --first), with maps from the skeleton stage's own predictions, against
copying the reference and the warp; skeleton stage on the same people under random cameras. Prints and writes RUNS/evaluation.json.
"""
import argparse
import json
import os
import torch
from .autoencoder import DetailBlend, load_autoencoder
from .dit import SAMPLING, DiT
from .fused import set_num_threads
from .pairs import HeldOut, decode, render_latents
from .pool import Heads
from .train_blend import blend_pictures
from .train_skeleton import evaluate as evaluate_skeleton, load_prior, load_transformer


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pool")
    parser.add_argument("--runs", default="runs")
    parser.add_argument("--first", type=int, default=2_000_000, help="2,000,000 test; 1,000,000 validation (for choices)")
    parser.add_argument("--groups", type=int, default=64)
    parser.add_argument("--suffix", default="")
    parser.add_argument("--start", type=float, default=SAMPLING["start"])
    parser.add_argument("--temperature", type=float, default=SAMPLING["temperature"])
    parser.add_argument("--skip-skeleton", action="store_true")
    parser.add_argument("--pictures", help="write a sheet: reference, target, warp, one step, four steps")
    options = parser.parse_args(arguments)
    set_num_threads(1)
    load = lambda name: torch.load(os.path.join(options.runs, name))["model"]
    autoencoder, dit = load_autoencoder(os.path.join(options.runs, "autoencoder.pt")), DiT()
    dit.load_state_dict(load("dit.pt"))
    blend = None
    if os.path.exists(os.path.join(options.runs, "blend.pt")):
        blend = DetailBlend()
        blend.load_state_dict(load("blend.pt"))
    held_out = HeldOut(options.pool, options.first, options.groups, options.suffix)
    table = {}

    def row(name, images):
        table[name] = {k: round(v, 3) for k, v in held_out.score(images).items()}
        print(f"{name:32s}", table[name], flush=True)
        return images

    columns = [row("copy the reference", held_out.reference), held_out.target, row("warp", held_out.warped)]
    for steps in (1, 4):
        decoded = row(f"DiT, {steps} step" + ("s" * (steps > 1)), decode(autoencoder, render_latents(dit, held_out, steps, start=options.start, temperature=options.temperature)))
        columns.append(row(f"DiT, {steps} step" + ("s" * (steps > 1)) + ", detail blend", blend_pictures(blend, decoded, held_out)) if blend else decoded)
    row("autoencoder (ceiling)", decode(autoencoder, torch.cat([autoencoder.encode(t).detach() for t in held_out.target.split(8)])))
    if options.pictures:
        from PIL import Image
        picture = lambda x: ((x.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0)
        rows = [torch.cat([picture(c[i]) for c in columns], 1) for i in range(0, min(len(held_out.index), 40), 5)]
        Image.fromarray(torch.cat(rows, 0).numpy()).save(options.pictures)
    if not options.skip_skeleton:
        heads = Heads(options.pool, options.first, options.first + 1_000_000)
        prior = load_prior(os.path.join(options.runs, "prior.safetensors"))
        rigid, nonrigid = (load_transformer(os.path.join(options.runs, f"{s}.pt")) for s in ("rigid", "nonrigid"))
        with torch.no_grad():
            table["non-rigid, driven"] = evaluate_skeleton("nonrigid", nonrigid, heads, prior, 2_000_000)
            table["rigid, turn"] = evaluate_skeleton("rigid", rigid, heads, prior, 2_000_001, nonrigid)
            table["rigid, turn, driven"] = evaluate_skeleton("rigid", rigid, heads, prior, 2_000_002, nonrigid, "anchored")
        for name in ("non-rigid, driven", "rigid, turn", "rigid, turn, driven"):
            print(f"{name:32s}", table[name], flush=True)
    result = dict(first_seed=options.first, identities=len(held_out.index) // 4, pairs=len(held_out.index), suffix=options.suffix, start=options.start, temperature=options.temperature, table=table)
    json.dump(result, open(os.path.join(options.runs, f"evaluation{options.suffix}_{options.first}.json"), "w"), indent=1)


if __name__ == "__main__":
    main()
