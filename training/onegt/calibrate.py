"""Where a face detector sees the points, against where the skeleton has them: a constant offset per point in head space.

FaceMesh and the skeleton's registration disagree systematically (5.4 % of the eyes' distance in 300 renderings, 4.0 %
with the offsets; as much on pictures that they were not fitted to). The offsets go into the prior's file; packages/skeleton subtracts them.

  python3 -m onegt.calibrate pictures POOL FOLDER --count 300      # PNGs of renderings
  npx onegt landmarks FOLDER/*.png --json FOLDER/faces.json        # the detector that is to be calibrated
  python3 -m onegt.calibrate fit FOLDER --prior RUNS/prior.safetensors
"""
import argparse
import json
import math
import os
import torch
from . import safetensors
from .camera import project
from .fused import set_num_threads
from .pool import cameras, collected
from .prior import Prior
from .topology import DETECTED, FACE

NOMINAL_FOCAL = 1 / math.tan(math.radians(27) / 2)     # of a photograph whose camera is not known
DEPTH_DAMPING = 8.0       # offsets along the line of sight show only in turned heads


def write_pictures(options):
    from PIL import Image
    os.makedirs(options.folder, exist_ok=True)
    points, count = [], 0
    for views in collected(options.pool):
        if "rgb" not in views:
            continue
        index = slice(0, min(len(views["rgb"]), options.count - count))
        points.append(project(torch.from_numpy(views["points"][views["pose"][index]]), cameras(views, index)))
        for picture in views["rgb"][index]:
            Image.fromarray(picture).save(os.path.join(options.folder, f"{count:04d}.png"))
            count += 1
        if count == options.count:
            break
    safetensors.save_file({"points": torch.cat(points).numpy()}, os.path.join(options.folder, "points.safetensors"))


def offsets(prior, detected, truth):
    """detected, truth [n, 478, 2] crop NDC -> ([478, 3] cm in head space, error before, error after) over the interocular distance"""
    count = len(truth)
    fitted = prior.fit(truth, torch.ones(count, 478), torch.full((count,), NOMINAL_FOCAL))
    scale = NOMINAL_FOCAL / -fitted["translation"][:, 2]
    rows = fitted["rotation"][:, :2] * scale.view(-1, 1, 1)                     # [n, 2, 3] NDC per cm
    design = rows.reshape(-1, 3)
    damping = torch.diag(torch.tensor([1, 1, DEPTH_DAMPING])) * 0.02 * count * scale.mean() ** 2
    shift = (detected - truth).permute(0, 2, 1).reshape(-1, 478)                # [2n, 478]
    bias = torch.linalg.solve(design.t() @ design + damping, design.t() @ shift).t()
    unit = (truth[:, 33] - truth[:, 263]).norm(dim=-1)[:, None]
    error = lambda points: ((points - truth)[:, FACE].norm(dim=-1) / unit).mean().item()
    return bias, error(detected), error(detected - torch.einsum("ndk,pk->npd", rows, bias))


def fit(options):
    faces = json.load(open(os.path.join(options.folder, "faces.json")))
    truth = torch.from_numpy(safetensors.load_file(os.path.join(options.folder, "points.safetensors"))[0]["points"].copy())
    seen, detected = [], []
    for entry in faces:
        if len(entry["faces"]) == 1 and len(entry["faces"][0]["landmarks"]) == 478:
            landmarks = torch.tensor(entry["faces"][0]["landmarks"])[:, :2]
            size = torch.tensor([entry["width"], entry["height"]])
            seen.append(int(os.path.basename(entry["file"])[:-4]))
            detected.append((landmarks / size * 2 - 1) * torch.tensor([1, -1]))
    tensors, metadata = safetensors.load_file(options.prior)
    bias, before, after = offsets(Prior(tensors), torch.stack(detected), truth[seen][:, DETECTED, :2])
    print(f"{len(seen)} of {len(truth)} renderings: error {100 * before:.2f} % of the interocular distance, {100 * after:.2f} % without the offsets")
    safetensors.save_file({**{k: v.copy() for k, v in tensors.items()}, "detector_bias": bias.numpy()}, options.prior, metadata)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    pictures = commands.add_parser("pictures")
    pictures.add_argument("pool")
    pictures.add_argument("folder")
    pictures.add_argument("--count", type=int, default=300)
    fitting = commands.add_parser("fit")
    fitting.add_argument("folder")
    fitting.add_argument("--prior", required=True)
    options = parser.parse_args()
    set_num_threads(1)
    {"pictures": write_pictures, "fit": fit}[options.command](options)


if __name__ == "__main__":
    main()
