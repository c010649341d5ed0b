"""Weights for the browser: python3 -m onegt.export RUNS OUT -> OUT/*.safetensors in f16 and OUT/config.json

The prior stays in f32: it is small, and the fit squares it. Names are those of the PyTorch modules.
"""
import argparse
import json
import os
import numpy as np
import torch
from . import safetensors
from .dit import SAMPLING


def half(weights):
    """{name: tensor} -> {name: f16 array}; what f16 cannot hold is an error, not an infinity"""
    out = {name: tensor.float().numpy().astype(np.float16) for name, tensor in weights.items()}
    for name, array in out.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} does not fit f16: largest value {weights[name].float().abs().max():.3g}")
    return out


def load_weights(model, path, prefix=""):
    """Start a model from a checkpoint (.pt) or from exported weights (.safetensors, where its names begin with `prefix`; other models' tensors are skipped)."""
    if path.endswith(".safetensors"):
        tensors, _ = safetensors.load_file(path)
        weights = {name: torch.from_numpy(tensors[prefix + name].astype(np.float32)) for name in model.state_dict()}
    else:
        weights = torch.load(path)["model"]
    model.load_state_dict(weights)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs")
    parser.add_argument("out")
    options = parser.parse_args(arguments)
    os.makedirs(options.out, exist_ok=True)
    load = lambda name: torch.load(os.path.join(options.runs, name))
    autoencoder, dit = load("autoencoder.pt"), load("dit.pt")
    weights, config = dict(autoencoder["model"]), {"format": 1, "size": 256}
    blend_path = os.path.join(options.runs, "blend.pt")
    if os.path.exists(blend_path):
        weights.update({f"blend.{k}": v for k, v in load("blend.pt")["model"].items()})
    safetensors.save_file(half(weights), os.path.join(options.out, "autoencoder.safetensors"))
    safetensors.save_file(half(dit["model"]), os.path.join(options.out, "dit.safetensors"))
    config["autoencoder"] = {"detail_blend": os.path.exists(blend_path)}
    config["dit"] = {**dit["config"], **SAMPLING}
    for stage in ("rigid", "nonrigid"):
        saved = load(f"{stage}.pt")
        safetensors.save_file(half(saved["model"]), os.path.join(options.out, f"{stage}.safetensors"))
        config[stage] = saved["config"]
    tensors, metadata = safetensors.load_file(os.path.join(options.runs, "prior.safetensors"))
    from .prior import ARKIT_NAMES
    safetensors.save_file(tensors, os.path.join(options.out, "prior.safetensors"), {**metadata, "expression_names": json.dumps(ARKIT_NAMES)})
    with open(os.path.join(options.out, "config.json"), "w") as file:
        json.dump(config, file, indent=1)
    for name in sorted(os.listdir(options.out)):
        print(f"{os.path.getsize(os.path.join(options.out, name)) / 1e6:8.2f} MB {name}")
    print(f"Now renew the parity fixture: python3 -m onegt.fixtures_dit --topology FILE --weights {options.out} --out packages/dit/fixtures")


if __name__ == "__main__":
    main()
