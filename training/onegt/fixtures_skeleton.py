"""Writes the parity fixtures of packages/skeleton: python3 -m onegt.fixtures_skeleton --topology FILE --prior FILE --out packages/skeleton/fixtures

Everything in f32 without bf16 roundings (the fit in f64). `transformer*`: a random two-layer Transformer, tokens after
every block. `anchoring`: a prior cut to 8 identity modes and rounded to f16, its fit, and the inputs of both networks.
`map`: one skeleton map. With --weights FOLDER (prior, rigid, nonrigid .safetensors) also `shipped`: landmarks in pixels
to the points of target views, with the hashes of the weights that it belongs to.
"""
import argparse
import hashlib
import math
import os
import numpy as np
import torch
from . import safetensors, skeleton_data as data
from .camera import project
from .geometry import skeleton_map
from .point_transformer import PointTransformer
from .precision import precision
from .prior import Prior
from .topology import Topology

SEED = 17
MAP_SIZE = 64
SMALL_IDENTITIES = 8
CROP = dict(centerX=310.5, centerY=204.25, size=411.0)   # of the `shipped` landmarks
NOMINAL_FOV = math.radians(27)


def as_double(prior):
    for name, tensor in {**prior.tensors(), "detector_bias": prior.detector_bias}.items():
        if tensor.is_floating_point():
            setattr(prior, name, tensor.double())
    return prior


def random_transformer(out):
    with precision(torch.float32):
        torch.manual_seed(SEED)
        model = PointTransformer(features=11, conditions=7, points=100, width=64, layers=2, hidden=96)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if "gain" in name or "norm" in name or "gate" in name:
                    parameter.add_(0.3 * torch.randn_like(parameter))
                if name == "output":
                    parameter.mul_(50)
            features, conditions = torch.randn(1, 100, 11), torch.randn(1, 7)
            traced = {}
            for i, block in enumerate(model.blocks):
                block.register_forward_hook(lambda _, __, tokens, i=i: traced.update({f"block{i}": tokens[0].clone()}))
            residual = model(features, conditions)[0]
    safetensors.save_file(model.state_dict(), os.path.join(out, "transformer-weights.safetensors"), {"seed": SEED})
    safetensors.save_file({"features": features[0], "conditions": conditions[0], **traced, "residual": residual},
                          os.path.join(out, "transformer.safetensors"), {"seed": SEED, "tolerance": "1e-3"})


def small_prior(path):
    tensors, _ = safetensors.load_file(path)
    tensors = {**tensors, "identity": tensors["identity"][:SMALL_IDENTITIES]}
    return {k: v.astype(np.float16) if v.dtype == np.float32 else v for k, v in tensors.items()}


def faces(prior, generator):
    """Two faces under a camera, the second with points that were not seen."""
    randn = lambda *shape: torch.randn(*shape, generator=generator, dtype=prior.mean.dtype)
    expression = (prior.expression_mean + 0.5 * prior.expression_std * randn(2, len(prior.expression))).clamp(0, 1)
    truth = prior.shape(0.7 * randn(2, len(prior.identity)), expression)
    camera = data.make_camera(torch.tensor([0.4, -0.25]), torch.tensor([0.1, -0.15]), torch.tensor([0.05, -0.1]), torch.full((2,), NOMINAL_FOV),
                              torch.tensor([0.62, 0.68]), torch.tensor([0.02, -0.03]), torch.tensor([-0.01, 0.02]))
    image = project(truth, camera)[:, data.DETECTED] + 0.006 * randn(2, 478, 3)
    weight = torch.ones(2, 478)
    weight[1, data.IRISES] = 0
    weight[1, 60:100] = 0
    return image * weight[..., None], weight, camera["focal"], expression


def observed(prior, image, weight, focal):
    fitted = prior.fit(image[..., :2], weight, focal)
    camera = dict(rotation=fitted["rotation"], translation=fitted["translation"], focal=focal)
    return dict(detected=align_depth(prior, image, weight, fitted, camera), weight=weight, camera=camera, identity=fitted["identity"],
                expression=fitted["expression"], start=data.start_points(prior, image, weight, camera, fitted))


def align_depth(prior, image, weight, fitted, camera):
    """A detector's z has no fixed zero: bring its mean to that of the fitted head. Twin of packages/skeleton/src/anchor/observe.ts."""
    z = project(prior.shape(fitted["identity"], fitted["expression"]), camera)[:, data.DETECTED, 2]
    shift = (weight * (z - image[..., 2])).sum(1) / weight.sum(1)
    return torch.cat([image[..., :2], (image[..., 2] + shift[:, None])[..., None]], -1) * weight[..., None]


def one(face, index):
    take = lambda v: {k: take(w) for k, w in v.items()} if isinstance(v, dict) else v[index:index + 1]
    return {k: take(v) for k, v in face.items()}


def target_camera(source, yaw, pitch, roll):
    """Absolute angles, everything else as the source has it: `viewFrom` of packages/skeleton/src/camera."""
    tensor = lambda value: torch.tensor([value], dtype=source["translation"].dtype)
    return dict(rotation=data.rotation(tensor(yaw), tensor(pitch), tensor(roll)), translation=source["translation"], focal=source["focal"])


def anchoring(out, prior_path):
    tensors = small_prior(prior_path)
    safetensors.save_file(tensors, os.path.join(out, "prior-small.safetensors"), {"note": "the head prior, cut to 8 identity modes, f16"})
    with precision(torch.float32):
        torch.set_default_dtype(torch.float64)
        prior = as_double(Prior(tensors))
        image, weight, focal, expression = faces(prior, torch.Generator().manual_seed(SEED))
        both = observed(prior, image, weight, focal)
        source, driving = one(both, 0), one(both, 1)
        driven = data.nonrigid_inputs(prior, source, driving, driving["expression"])
        named = data.nonrigid_inputs(prior, source, None, expression[1:])
        rigid = data.rigid_inputs(prior, driven[2], source, target_camera(source["camera"], -0.5, 0.2, 0.1))
        torch.set_default_dtype(torch.float32)
    rows = dict(image=image, weight=weight, focal=focal, wanted=expression[1], identity=both["identity"], expression=both["expression"],
                rotation=both["camera"]["rotation"], translation=both["camera"]["translation"], start=both["start"], detected=both["detected"])
    for name, inputs in (("driven", driven), ("named", named), ("rigid", rigid)):
        rows.update({f"{name}.features": inputs[0][0], f"{name}.conditions": inputs[1][0], f"{name}.start": inputs[2][0]})
    safetensors.save_file({k: v.float() for k, v in rows.items()}, os.path.join(out, "anchoring.safetensors"), {"seed": SEED, "tolerance": "1e-3"})


def one_map(out, topology):
    camera = data.make_camera(*(torch.tensor([v]) for v in (0.5, -0.1, 0.08, NOMINAL_FOV, 0.65, 0.0, 0.0)))
    points = project(torch.from_numpy(topology.canonical * 12)[None], camera)[0].contiguous()
    safetensors.save_file({"points": points, "map": skeleton_map(points.numpy(), topology, MAP_SIZE)}, os.path.join(out, "map.safetensors"), {"note": "skeleton_map.cpp"})


def shipped(out, weights):
    names = [f"{stage}.safetensors" for stage in ("prior", "nonrigid", "rigid")]
    loaded = [safetensors.load_file(os.path.join(weights, name))[0] for name in names]
    hashes = {name: hashlib.sha256(open(os.path.join(weights, name), "rb").read()).hexdigest() for name in names}
    with precision(torch.float32), torch.no_grad():
        prior = Prior(loaded[0])
        nonrigid, rigid = (transformer(tensors) for tensors in loaded[1:])
        image, weight, focal, _ = faces(prior, torch.Generator().manual_seed(SEED + 1))
        half = CROP["size"] / 2
        landmarks = torch.stack([CROP["centerX"] + half * image[..., 0], CROP["centerY"] - half * image[..., 1], -half * (image[..., 2] + 0.3)], -1)
        image = torch.stack([(landmarks[..., 0] - CROP["centerX"]) / half, (CROP["centerY"] - landmarks[..., 1]) / half, -landmarks[..., 2] / half], -1)
        torch.set_default_dtype(torch.float64)   # the fit: f32 normal equations lose half of the digits
        fitted_prior = as_double(Prior(loaded[0]))
        seen = fitted_prior.calibrated(image.double(), weight.double(), focal.double())
        both = observed(fitted_prior, seen, weight.double(), focal.double())
        torch.set_default_dtype(torch.float32)
        to_float = lambda v: {k: to_float(w) for k, w in v.items()} if isinstance(v, dict) else v.float()
        source, driving = one(to_float(both), 0), one(to_float(both), 1)

        def anchored(driven_by, expression, camera):
            features, conditions, start = data.nonrigid_inputs(prior, source, driven_by, expression)
            start = start + data.NONRIGID_SCALE * nonrigid(features, conditions)
            features, conditions, analytic = data.rigid_inputs(prior, start, source, camera)
            return (analytic + data.RIGID_SCALE * rigid(features, conditions))[0]

        jaw = source["expression"].clone()
        jaw[0, 24] = 0.6
        rows = {"landmarks": landmarks, "weight": weight, "encoded": anchored(None, source["expression"], source["camera"]),
                "jawOpen.yaw": anchored(None, jaw, target_camera(source["camera"], 0.5, 0.1, -0.05)),
                "driven.yaw": anchored(driving, driving["expression"], target_camera(source["camera"], -0.4, 0.0, 0.0))}
    safetensors.save_file(rows, os.path.join(out, "shipped.safetensors"), {**{k: str(v) for k, v in CROP.items()}, **hashes, "tolerance": "1e-3"})


def transformer(tensors):
    points, width = tensors["point_embedding"].shape
    layers = sum(name.endswith(".qkv") for name in tensors)
    model = PointTransformer(tensors["input"].shape[1], tensors["condition"].shape[2], points, width, layers, tensors["blocks.0.mlp_out"].shape[1])
    model.load_state_dict({name: torch.from_numpy(value.astype(np.float32)) for name, value in tensors.items()})
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topology", required=True)
    parser.add_argument("--prior", required=True)
    parser.add_argument("--weights", help="folder with prior, rigid and nonrigid .safetensors: also writes shipped.safetensors")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    random_transformer(options.out)
    anchoring(options.out, options.prior)
    one_map(options.out, Topology(options.topology))
    if options.weights:
        shipped(options.out, options.weights)
    for name in sorted(os.listdir(options.out)):
        print(f"{os.path.getsize(os.path.join(options.out, name)) / 1e3:8.1f} kB {name}")


if __name__ == "__main__":
    main()
