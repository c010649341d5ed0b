"""Writes the parity fixtures of packages/dit: python3 -m onegt.fixtures_dit --topology FILE --out packages/dit/fixtures

Everything in f32: the models' own forward passes round to bf16, so the DiT's is repeated here without rounding (and
checked against the real one). Weights are not stored: both sides draw them from mulberry32, seeded by the tensor's name
(`draw`, twin: packages/dit/src/testing/fixtures.ts); the fixture's metadata gives shape, scale, offset and whether it is
rounded to bf16. Activations
are f16 and thinned out, which costs 5e-4 of the 1e-3 that the tests allow.

With --weights FOLDER (config.json, dit.safetensors, autoencoder.safetensors) it also writes shipped.safetensors.
"""
import argparse
import hashlib
import json
import os
import numpy as np
import torch
import torch.nn.functional as F
from . import plain, safetensors
from .autoencoder import Autoencoder, DetailBlend, shuffle, unshuffle
from .dit import SAMPLING, DiT, map_features, patchify, rotary_table, token_canonical, unpatchify
from .geometry import skeleton_map, warp_reference
from .precision import precision
from .topology import Topology

ROWS = 8          # every 8th token is stored
SIZE = 256
WARP_SIZE = 128   # maps of the warp fixture: a quarter of the bytes
TINY = dict(width=256, layers=2, heads=4, hidden=64)


# ---- numbers that both sides draw ----

def fnv1a(name):
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def mulberry32(count, seed):
    """`count` numbers in 0..1, f64"""
    mask = np.uint64(0xFFFFFFFF)
    state = (np.uint64(seed) + np.uint64(0x6D2B79F5) * np.arange(1, count + 1, dtype=np.uint64)) & mask
    t = (state ^ (state >> np.uint64(15))) * (state | np.uint64(1)) & mask
    t = (t ^ (t + ((t ^ (t >> np.uint64(7))) * (t | np.uint64(61)) & mask) & mask)) & mask
    return (t ^ (t >> np.uint64(14))).astype(np.float64) / 4294967296


def draw(name, shape, scale=1.0, offset=0.0):
    """Uniform in offset +- scale, f32"""
    values = offset + scale * (2 * mulberry32(int(np.prod(shape)), fnv1a(name)) - 1)
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def drawn(name, parameter):
    """Scale and offset of a parameter: variances as in a fresh model, and no parameter without effect."""
    if "blocks32" in name or "blocks64" in name or "blocks128" in name or name.startswith(("encoder", "decoder", "blend")):
        return (0.1, 0.0) if parameter.dim() == 1 else (float((6 / parameter[0].numel()) ** 0.5) * (0.3 if "conv2" in name else 0.8), 0.0)
    if name == "latent_std":
        return 0.5, 1.5
    if name.endswith("modulation"):
        return 0.3, 0.3
    if name.endswith("gain"):
        return 0.3, 1.2
    if name.endswith("bias") or name == "latent_mean":
        return 0.3, 0.0
    if name.endswith("position"):
        return 0.2, 0.0
    return float((3 / parameter.shape[-1]) ** 0.5), 0.0


def randomise(module, prefix=""):
    """Overwrite all parameters; returns their description for the metadata."""
    description, state = {}, module.state_dict()
    for name, value in state.items():
        scale, offset = drawn(prefix + name, value)
        state[name] = draw(prefix + name, value.shape, scale, offset).to(value.dtype)
        description[prefix + name] = dict(shape=list(value.shape), scale=scale, offset=offset, bf16=value.dtype == torch.bfloat16)
    module.load_state_dict(state)
    return description


# ---- the models in f32, layer by layer ----

def nhwc(x):
    """[1, C, H, W] -> [H, W, C]"""
    return x[0].permute(1, 2, 0)


def trace_autoencoder(model, image, latent):
    """image [1, 3, S, S], latent [1, 8, s, s] (normalised) -> name -> [H, W, C]"""
    out = {}

    def keep(name, x):
        out[name] = nhwc(x)
        return x

    def run(name, blocks, x):
        for i, block in enumerate(blocks):
            x = keep(f"{name}.{i}", block(x))
        return x

    encoder, decoder = model.encoder, model.decoder
    x = keep("encoder.stem", encoder.stem(unshuffle(image, 4)))
    x = run("encoder.blocks64", encoder.blocks64, x)
    x = keep("encoder.down", encoder.down(unshuffle(x, 2)))
    x = encoder.out(run("encoder.blocks32", encoder.blocks32, x))
    keep("latent", (x - model.latent_mean.view(-1, 1, 1)) / model.latent_std.view(-1, 1, 1))
    x = keep("decoder.stem", decoder.stem(latent * model.latent_std.view(-1, 1, 1) + model.latent_mean.view(-1, 1, 1)))
    x = run("decoder.blocks32", decoder.blocks32, x)
    x = keep("decoder.up64", shuffle(decoder.up64(x), 2))
    x = run("decoder.blocks64", decoder.blocks64, x)
    x = keep("decoder.up128", shuffle(decoder.up128(x), 2))
    x = run("decoder.blocks128", decoder.blocks128, x)
    keep("image", shuffle(decoder.out(x), 2))
    return out


def trace_blend(model, decoded, warped, coverage):
    x = model.stem(unshuffle(torch.cat([decoded, warped, coverage], 1), 2))
    out = {"blend.stem": nhwc(x)}
    for i, block in enumerate(model.blocks):
        x = block(x)
        out[f"blend.blocks.{i}"] = nhwc(x)
    y = model.out(x)
    confidence = F.pixel_shuffle(y[:, 12:], 2).sigmoid()
    out["blended"] = nhwc(confidence * warped + (1 - confidence) * (decoded + F.pixel_shuffle(y[:, :12], 2)))
    return out


def modulated(x, scale, shift):
    return x * (x.square().mean(-1, keepdim=True) + plain.RMS_EPSILON).rsqrt() * (1 + scale) + shift


def trace_dit(model, noisy, warp, reference, main_features, reference_features, rotary, time, reference_self=True):
    """DiT.forward without roundings -> name -> tokens [T, D]; "velocity" [8, 32, 32]"""
    p = {k: v.float() for k, v in model.state_dict().items()}
    width, layers = model.config["width"], model.config["layers"]
    frequency = 100 * torch.exp(-np.log(1000.) * torch.arange(64) / 63)
    angle = time[:, None] * frequency
    h = F.silu(F.linear(torch.cat([angle.cos(), angle.sin()], -1), p["time_in"]) + p["time_in_bias"])
    blocks = F.linear(h, p["time_blocks"]).view(6, width)
    final = F.linear(h, p["time_final"]).view(2, width) + p["final_modulation"]
    x = F.linear(patchify(torch.cat([noisy, warp], 1)), p["main_latent"]) + F.linear(main_features, p["main_map"]) + p["main_position"]
    y = F.linear(patchify(reference), p["reference_latent"]) + F.linear(reference_features, p["reference_map"]) + p["reference_position"]
    out = {"main.embed": x[0], "reference.embed": y[0]}

    def part(branch, layer):
        return {k.split(".", 2)[2]: v for k, v in p.items() if k.startswith(f"{branch}.{layer}.")}

    def finish(q, x, attended, m):
        x = x + m[2] * F.linear(attended, q["out"])
        gate, up = F.linear(modulated(x, m[4], m[3]), q["mlp_in"]).chunk(2, -1)
        return x + m[5] * F.linear(F.silu(gate) * up, q["mlp_out"])

    for layer in range(layers):
        a, b = part("main", layer), part("reference", layer)
        m, r = blocks + a["modulation"], b["modulation"]
        qkv, qkv_reference = (F.linear(modulated(z, n[1], n[0]), q["qkv"], q["qkv_bias"]) for q, z, n in ((a, x, m), (b, y, r)))
        attended, attended_reference = plain.attention(qkv, qkv_reference, a["query_gain"], a["key_gain"], b["query_gain"], b["key_gain"], rotary, reference_self)
        out[f"main.{layer}.attended"] = attended[0]
        x = finish(a, x, attended, m)
        out[f"main.{layer}"] = x[0]
        if layer < layers - 1:
            y = finish(b, y, attended_reference, r)
            out[f"reference.{layer}"] = y[0]
    velocity = unpatchify(F.linear(modulated(x, final[1], final[0]), p["final"]) + p["final_bias"])
    out["velocity"] = velocity[0]
    return out


# ---- inputs ----

def head_points(topology, yaw, pitch, scale=0.62, jaw=0.0):
    """The mean head turned (radians) and squeezed into the crop: [600, 3] in crop NDC"""
    c, s = np.cos(yaw), np.sin(yaw)
    d, t = np.cos(pitch), np.sin(pitch)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]) @ np.array([[1, 0, 0], [0, d, -t], [0, t, d]])
    points = topology.canonical.astype(np.float64).copy()
    points[:, 1] -= jaw * (points[:, 1] < -0.45) * (points[:, 2] > 0.3)
    return (scale * points @ turn.T).astype(np.float32)


def picture(size, name):
    """[size, size, 3] u8: a coarse random pattern, bilinear"""
    coarse = draw(name, (1, 3, size // 8, size // 8))
    fine = F.interpolate(coarse, size=(size, size), mode="bilinear", align_corners=False)
    return ((fine[0].permute(1, 2, 0).contiguous() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).numpy()


def kinds(full):
    """[S, S, 10] -> [S, S] u8: 0 none, 1 skin, 2 eye, 3 mouth, 4 iris"""
    kind = np.select([full[..., 9] > 0, full[..., 8] > 0, full[..., 7] > 0, full[..., 6] > 0], [4, 3, 2, 1], 0)
    return kind.astype(np.uint8)


def conditioning_samples(topology):
    """Reference and target map as the tokens see them: [2, 64, 64, 10], f16-exact; conditioning.safetensors has them."""
    maps = [skeleton_map(head_points(topology, *pose), topology, SIZE)[2::4, 2::4] for pose in ((0.35, 0.05), (-0.3, -0.15, 0.55, 0.06))]
    return torch.from_numpy(np.stack(maps)).half().float()


# ---- files ----

def half(x):
    return x.detach().numpy().astype(np.float16)


def write(path, tensors, **metadata):
    safetensors.save_file(tensors, path, {k: json.dumps(v) for k, v in metadata.items()})
    print(f"{path}: {os.path.getsize(path) / 1024:.0f} KB")


@torch.no_grad()
def write_warp(topology, folder):
    maps = [skeleton_map(head_points(topology, *pose), topology, WARP_SIZE) for pose in ((0.5, 0.05), (-0.25, -0.1, 0.6, 0.05))]
    source = picture(WARP_SIZE, "warp/picture")
    warped, mask = warp_reference(*maps, source)
    tensors = {"picture": source, "warped": warped, "mask": mask}
    for name, full in zip(("reference", "target"), maps):
        kind = kinds(full)
        tensors[f"{name}.kind"] = kind
        tensors[f"{name}.canonical"] = np.ascontiguousarray(full[kind > 0][:, :3])     # of the covered pixels, in order
    write(os.path.join(folder, "warp.safetensors"), tensors)


@torch.no_grad()
def write_conditioning(topology, folder):
    samples = conditioning_samples(topology)
    sparse = samples[:1].clone()
    sparse[:, :, 20:] = 0                   # a quarter of a head: most tokens continue the trend
    empty = torch.zeros_like(sparse)
    maps = torch.cat([samples, sparse, empty])
    canonical = token_canonical(maps)
    tensors = {"maps": half(maps[:3]), "canonical": half(canonical), "features": half(map_features(maps, canonical)[:, ::ROWS]),
               "rotary": half(rotary_table(canonical)[:, ::ROWS])}
    write(os.path.join(folder, "conditioning.safetensors"), tensors, rows=ROWS)


@torch.no_grad()
def write_autoencoder(folder):
    model, blend = Autoencoder(), DetailBlend()
    weights = {**randomise(model), **randomise(blend, "blend.")}
    inputs = dict(image=(64, 64, 3), latent=(8, 8, 8), decoded=(64, 64, 3), warped=(64, 64, 3), coverage=(64, 64, 3))
    x = {k: draw(f"autoencoder/{k}", shape).permute(2, 0, 1)[None] for k, shape in inputs.items()}
    x["coverage"] = (x["coverage"] > 0).float()
    out = {**trace_autoencoder(model, x["image"], x["latent"]), **trace_blend(blend, x["decoded"], x["warped"], x["coverage"])}
    write(os.path.join(folder, "autoencoder.safetensors"), {k: half(v.contiguous()) for k, v in out.items()}, weights=weights)


@torch.no_grad()
def write_dit(topology, folder):
    with precision(torch.bfloat16):         # the drawn weights are rounded to it, on any machine
        model = DiT(**TINY)
        weights = randomise(model)
    maps = conditioning_samples(topology)
    canonical = token_canonical(maps)
    features = map_features(maps, canonical)
    rotary = rotary_table(canonical)
    noisy, warp, reference = (draw(f"dit/{k}", (1, c, 32, 32), 2.0) for k, c in (("noisy", 8), ("warp", 11), ("reference", 8)))
    conditions = (noisy, warp, reference, features[1:], features[:1], torch.cat([rotary[1:], rotary[:1]], 1), torch.tensor([0.25]))
    tensors = {}
    for attends, name in ((True, ""), (False, "both.")):
        out = trace_dit(model, *conditions, reference_self=attends)
        if attends:
            with precision(torch.bfloat16):
                real = model(*conditions)[0]
            error = ((out["velocity"] - real).norm() / real.norm()).item()
            assert error < 0.05, f"this file's DiT is not dit.py's: relative difference {error}"
            print(f"DiT in f32 against bf16: relative difference {error:.4f}")
        tensors.update({name + k: half(v if k == "velocity" else v[::ROWS].contiguous()) for k, v in out.items() if attends or k in ("reference.0", "velocity")})
    write(os.path.join(folder, "dit.safetensors"), tensors, weights=weights, config=model.config, rows=ROWS, time=0.25)


@torch.no_grad()
def write_shipped(topology, weights, folder):
    """One step of the shipped weights from a picture and two maps."""
    config = json.load(open(os.path.join(weights, "config.json")))
    load = lambda name: {k: torch.from_numpy(v.astype(np.float32)) for k, v in safetensors.load_file(os.path.join(weights, name))[0].items()}
    state = load("autoencoder.safetensors")
    with precision(torch.float32):
        autoencoder, model = Autoencoder(), DiT(**{k: v for k, v in config["dit"].items() if k not in SAMPLING})
    autoencoder.load_state_dict({k: v for k, v in state.items() if not k.startswith("blend.")})
    model.load_state_dict(load("dit.safetensors"))
    maps = conditioning_samples(topology)
    canonical = token_canonical(maps)
    features, rotary = map_features(maps, canonical), rotary_table(canonical)
    small = picture(64, "shipped/picture")
    image = torch.from_numpy(small.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None].repeat_interleave(4, 2).repeat_interleave(4, 3)
    view = lambda v: v.view(-1, 1, 1)
    latent = (autoencoder.encoder(image) - view(autoencoder.latent_mean)) / view(autoencoder.latent_std)
    coverage = (draw("shipped/coverage", (1, 3, 32, 32)) > 0).float()
    out = trace_dit(model, torch.zeros(1, 8, 32, 32), torch.cat([latent, coverage], 1), latent, features[1:], features[:1], torch.cat([rotary[1:], rotary[:1]], 1), torch.zeros(1))
    answer = out["velocity"][None]
    decoded = autoencoder.decoder(answer * view(autoencoder.latent_std) + view(autoencoder.latent_mean))
    tensors = {"picture": small, "latent": half(latent[0]), "answer": half(answer[0]), "decoded": half(nhwc(decoded)[::4, ::4].contiguous())}
    tensors.update({k: half(v[::4 * ROWS].contiguous()) for k, v in out.items() if k.startswith(("main", "reference"))})
    digest = lambda name: hashlib.sha256(open(os.path.join(weights, name), "rb").read()).hexdigest()
    write(os.path.join(folder, "shipped.safetensors"), tensors, rows=4 * ROWS, sha256={name: digest(name) for name in ("autoencoder.safetensors", "dit.safetensors")})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topology", required=True, help="skeleton600.safetensors")
    parser.add_argument("--out", required=True)
    parser.add_argument("--weights", help="folder of the shipped weights: write shipped.safetensors only")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    topology = Topology(options.topology)
    if options.weights:
        return write_shipped(topology, options.weights, options.out)
    write_warp(topology, options.out)
    write_conditioning(topology, options.out)
    write_autoencoder(options.out)
    write_dit(topology, options.out)


if __name__ == "__main__":
    main()
