"""The collected data (collect.py): views with pictures, and people with expressions for the skeleton networks."""
import glob
import os
import numpy as np
import torch

VALIDATION, TEST = 1_000_000, 2_000_000     # first seeds of people that are never trained on


def collected(pool, first=0, last=VALIDATION):
    """Folders of people with first <= seed < last, each as a dict of memory-mapped arrays, plus `seed` and `folder`."""
    found = []
    for folder in sorted(glob.glob(os.path.join(pool, "views_???????")) + glob.glob(os.path.join(pool, "faces_???????"))):
        seed = int(folder[-7:])
        if first <= seed < last:
            arrays = {os.path.basename(f)[:-4]: np.load(f, mmap_mode="r") for f in glob.glob(os.path.join(folder, "*.npy"))}
            found.append(dict(arrays, seed=seed, folder=folder))
    if not found:
        raise FileNotFoundError(f"{pool} has no views of people {first} to {last - 1}: render them (onegt-data render) and collect them (onegt.collect).")
    return found


def cameras(views, index=slice(None)):
    return {k: torch.from_numpy(np.array(views[k][index])) for k in ("rotation", "translation", "focal")}


class Movement:
    """Expressions, apart from any person: displacements of the points [B, 600, 3] cm and ARKit weights [B, E]."""

    def __init__(self, offset, weights):
        self.offset, self.weights = offset, weights


class Heads:
    """
    People at rest and movements of faces, drawn apart and put together. The head models are linear (but for the turn of
    the eyeballs, whose centres hardly differ), so that one person's rest plus another's movement is that person's
    expression: N people and P poses give N * P faces.
    """

    def __init__(self, pool, first=0, last=VALIDATION):
        rest, offset, weights = [], [], []
        for views in collected(pool, first, last):
            rest.append(np.array(views["rest"]))
            offset.append((views["points"] - views["rest"][views["person"]]).astype(np.float16))
            weights.append(np.array(views["expression"]))
        self.rest = torch.from_numpy(np.concatenate(rest))                # [N, 600, 3]
        self.offset = torch.from_numpy(np.concatenate(offset))            # [P, 600, 3] f16
        self.weights = torch.from_numpy(np.concatenate(weights))          # [P, E]

    def sample_identity(self, count, generator):
        return self.rest[torch.randint(len(self.rest), (count,), generator=generator)]

    def sample_expression(self, count, generator):
        pick = lambda: torch.randint(len(self.offset), (count,), generator=generator)
        first, second = pick(), pick()
        share = 0.5 * (torch.rand(count, generator=generator) < 0.3).float()
        mix = lambda a: a[first].float() * (1 - share.view(-1, *[1] * (a.dim() - 1))) + a[second].float() * share.view(-1, *[1] * (a.dim() - 1))
        return Movement(mix(self.offset), mix(self.weights))
