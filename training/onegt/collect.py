"""From shards to memory-mapped arrays: python3 -m onegt.collect DATASET... --out POOL

Each shard becomes a folder (SEED of its first sample, 7 digits): POOL/views_SEED of `pairs`, POOL/faces_SEED of the kinds that train
geometry only. N people, P poses, V views:

  rest [N, 600, 3] f32                  people with a neutral face, cm in head space
  points [P, 600, 3] f32                poses; person [P], expression [P, 51] f32 (ARKit's names as in prior.py)
  pose [V], rotation [V, 3, 3], translation [V, 3], focal [V]     of the pictures' cameras
  rgb [V, S, S, 3] u8, region [V, S, S] u8                        of `pairs` only
  source                                                          the shard's path

A folder that this shard has made already is kept, so that a stopped run goes on.
"""
import argparse
import os
import time
import numpy as np
from .prior import ARKIT_NAMES
from .shards import ShardError, read_samples, shard_files

VIEWS = 4      # of a sample of pairs: each view is the reference of one pair and the target of another


def collect_shard(path, out):
    """-> (folder, number of views); the folder appears when it is whole"""
    columns = {k: [] for k in ("rest", "points", "person", "expression", "pose", "rotation", "translation", "focal", "rgb", "region")}
    people = poses = views = 0
    first = None
    for sample in read_samples(path):
        record = sample.record
        seed = record["seed"] + record["index"]
        first = seed if first is None else min(first, seed)
        rest, points = sample.array("rest.npy"), sample.array("poses.npy")
        of_pose = [next(v for v in record["views"] if v["pose"] == p) for p in range(len(points))]
        columns["rest"].append(rest)
        columns["points"].append(points)
        columns["person"] += [people + v["person"] for v in of_pose]
        columns["expression"] += [[v["expression"].get(name, 0.0) for name in ARKIT_NAMES] for v in of_pose]
        if record["kind"] == "pairs" and len(record["views"]) != VIEWS:
            raise ShardError(f"{path}: {sample.key} has {len(record['views'])} views, the DiT's pairs need {VIEWS} (render with --views {VIEWS}).")
        for number, view in enumerate(record["views"]):
            columns["pose"].append(poses + view["pose"])
            columns["rotation"].append(np.reshape(view["view"]["rotation"], (3, 3)).T)     # column-major in the JSON
            columns["translation"].append(view["view"]["translation"])
            columns["focal"].append(view["view"]["focal"])
            if record["kind"] == "pairs":
                columns["rgb"].append(sample.picture(number))
                columns["region"].append(sample.regions(number))
        people, poses, views = people + len(rest), poses + len(points), views + len(record["views"])
    if first is None:
        raise ShardError(f"{path} holds no sample.")
    folder = os.path.join(out, f"{'views' if columns['rgb'] else 'faces'}_{first:07d}")
    source = os.path.abspath(path)
    if os.path.exists(folder):
        with open(os.path.join(folder, "source")) as file:
            other = file.read()
        if other != source:
            raise ShardError(f"{source} and {other} both begin with person {first}: a pool needs people of different seeds. Render one of them with another --seed.")
    else:
        os.makedirs(folder + ".tmp", exist_ok=True)
        for name, values in columns.items():
            if not values:
                continue
            array = np.concatenate(values) if name in ("rest", "points") else np.asarray(values)
            np.save(os.path.join(folder + ".tmp", name + ".npy"), array.astype(np.int64 if name in ("person", "pose") else np.uint8 if name in ("rgb", "region") else np.float32))
        with open(os.path.join(folder + ".tmp", "source"), "w") as file:
            file.write(source)
        os.replace(folder + ".tmp", folder)
    return folder, views


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", nargs="+")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    files, begin, count = [f for d in options.datasets for f in shard_files(d)], time.time(), 0
    for number, file in enumerate(files):
        mark = os.path.join(options.out, os.path.basename(os.path.dirname(os.path.abspath(file))) + "-" + os.path.basename(file) + ".done")
        if os.path.exists(mark):
            continue
        folder, views = collect_shard(file, options.out)
        open(mark, "w").close()
        count += views
        print(f"{number + 1} of {len(files)} {os.path.basename(folder)} {views} views, {count / (time.time() - begin):.0f} a second", flush=True)


if __name__ == "__main__":
    main()
