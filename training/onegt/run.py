"""All of training in one command: npm run train -- --hours 6 [--people 12000] [--from WEIGHTS]

Renders people with onegt-data, trains the four networks, prints the table on people that training never saw and exports the
weights. Every step goes on where it was stopped: the same command again continues. Everything lies in --out:

  data/   shards of onegt-data       pool/      collected arrays and pairs
  runs/   checkpoints and curves     weights/   what @onegt/weights-nano ships

--from takes exported weights to train on from (--from packages/weights-nano/weights): the autoencoder stays as it is, as the
DiT knows its latents, so does the head prior with the detector's offsets, and the other networks begin with what they know.
"""
import argparse
import os
import pathlib
import shutil
import sys
import time
import torch
from .autoencoder import Autoencoder
from .export import load_weights
from .pool import TEST, VALIDATION
from .processes import run

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Of the hours; where the autoencoder stays its share goes to the DiT.
SHARES = dict(autoencoder=0.15, nonrigid=0.1, rigid=0.1, dit=0.6, blend=0.05)
DRIVEN_FACES = 8      # per person, as points only: the skeleton networks need many faces and no pictures
CALIBRATED = 300      # renderings that the detector's offsets are measured on


def minutes_of(hours, trains_autoencoder):
    shares = dict(SHARES)
    if not trains_autoencoder:
        shares["dit"] += shares.pop("autoencoder")
    return {name: round(60 * hours * share, 3) for name, share in shares.items()}


def steps(options):
    """-> [(what it does, commands that run side by side)]"""
    workers = options.workers
    data, pool, runs, faces, weights = (os.path.join(options.out, name) for name in ("data", "pool", "runs", "faces", "weights"))
    minutes = minutes_of(options.hours, not options.start)
    autoencoder = os.path.join(runs, "autoencoder.pt")

    def render(name, count, seed, kind="pairs", more=("--views", "4", "--size", "256")):
        heads = ["--heads", options.heads] if options.heads else []
        return f"render {name}", [["node", str(ROOT / "packages/data/bin/onegt-data.js"), "render", kind, "--count", str(count), "--seed", str(seed), "--out", os.path.join(data, name), *heads, *more]]

    def python(module, *arguments):
        return [sys.executable, "-m", f"onegt.{module}", *map(str, arguments)]

    def initial(network):
        return ["--initialise", os.path.join(options.start, f"{network}.safetensors")] if options.start else []

    def skeleton(stage):
        return python("train_skeleton", stage, pool, "--out", runs, "--minutes", minutes[stage], *initial(stage))

    def landmarks():
        pictures = [os.path.join(faces, f"{i:04d}.png") for i in range(min(CALIBRATED, 4 * options.people))]
        return ["node", str(ROOT / "apps/demo/bin/onegt.js"), "landmarks", *pictures, "--json", os.path.join(faces, "faces.json")]

    from_nothing = [
        ("train the autoencoder", [python("train_autoencoder", pool, "--out", runs, "--minutes", minutes.get("autoencoder"))]),
        ("fit the head prior and train the non-rigid Transformer", [skeleton("nonrigid")]),
        ("calibrate: draw faces", [python("calibrate", "pictures", pool, faces, "--count", CALIBRATED)]),
        ("calibrate: detect them", [landmarks()]),
        ("calibrate: fit the offsets", [python("calibrate", "fit", faces, "--prior", os.path.join(runs, "prior.safetensors"))]),
    ]

    return [
        render("test", 2 * options.held_out, TEST),
        render("validation", options.held_out, VALIDATION),
        render("pairs", options.people, 0),
        render("triplets", DRIVEN_FACES * options.people, 0, "triplets", ["--without-pictures"]),
        ("collect", [python("collect", *(os.path.join(data, name) for name in ("pairs", "validation", "test", "triplets")), "--out", pool)]),
        *([("train the non-rigid Transformer", [skeleton("nonrigid")])] if options.start else from_nothing),
        ("train the rigid Transformer", [skeleton("rigid")]),      # on what the non-rigid one says
        ("make pairs", [python("make_pairs", pool, "--runs", runs, "--autoencoder", autoencoder, "--shard", f"{i}/{workers}") for i in range(workers)]),
        ("train the DiT", [python("train_dit", pool, "--autoencoder", autoencoder, "--out", runs, "--minutes", minutes["dit"], "--workers", workers, *initial("dit"))]),
        ("train the detail blend", [python("train_blend", pool, "--autoencoder", autoencoder, "--dit", os.path.join(runs, "dit.pt"), "--out", runs, "--minutes", minutes["blend"], *initial("autoencoder"))]),
        ("evaluate on test people", [python("evaluate", pool, "--runs", runs, "--groups", options.held_out)]),
        ("export", [python("export", runs, weights)]),
    ]


def start_from(weights, runs):
    """Autoencoder and prior stay: as the steps expect to find them."""
    os.makedirs(runs, exist_ok=True)
    autoencoder = Autoencoder()
    load_weights(autoencoder, os.path.join(weights, "autoencoder.safetensors"))
    torch.save(dict(model=autoencoder.state_dict()), os.path.join(runs, "autoencoder.pt"))
    shutil.copy(os.path.join(weights, "prior.safetensors"), runs)


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="trained", help="folder of everything (default: trained)")
    parser.add_argument("--hours", type=float, default=6, help="of training; rendering and making pairs come on top")
    parser.add_argument("--people", type=int, default=12000, help="of four pictures each")
    parser.add_argument("--held-out", type=int, default=64, help="people for choices; twice as many for the tables")
    parser.add_argument("--from", dest="start", metavar="WEIGHTS", help="folder of exported weights to train on from")
    parser.add_argument("--heads", help="ict-facekit.safetensors; by default onegt-data's built-in head")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 1)), help="processes of one thread each (default: one a core)")
    options = parser.parse_args(arguments)
    options.out, options.start, options.heads = (path and os.path.abspath(path) for path in (options.out, options.start, options.heads))
    return options


def main():
    options = parse()
    if options.start:
        start_from(options.start, os.path.join(options.out, "runs"))
    plan, begin = steps(options), time.time()
    for number, (name, commands) in enumerate(plan, 1):
        print(f"\n== {number} of {len(plan)}: {name} ({(time.time() - begin) / 60:.0f} min so far)", flush=True)
        try:
            code = run(commands, cwd=ROOT / "training")
        except KeyboardInterrupt:
            print(f"\nStopped during: {name}. The same command again goes on from here.")
            sys.exit(130)
        if code != 0:
            sys.exit(f"{name} ended with code {code}; see the lines above. The same command again goes on from here.")
    print(f"\nTry the weights: npx onegt render portrait.jpg --yaw 20 --weights {os.path.join(options.out, 'weights')} --out turned.png")


if __name__ == "__main__":
    main()
