"""The reference-perceptible DiT (OneGT, texture rendering).

Main branch: noisy target latent, warped reference and target skeleton map. Parallel branch: reference latent and its
map. In each block both meet in one attention ("mix-calculate-split") and part again, with weights of their own.
The reference branch attends to itself only (ours: measured equal), so its keys and values are computed once a portrait.

Tokens: T = 256 a branch, 2 x 2 latents each, D = 256 wide, N = 4 heads of 64. Twin: packages/dit/src/model.ts.
"""
import math
import torch
import torch.nn as nn
import torch.nn.functional as F
from .ops import attention, gated_residual, rms_modulate, swiglu
from .precision import matrix, matrix_dtype

GRID = 16
TOKENS = GRID * GRID
HEAD_DIM = 64
TIME_FEATURES = 128
LATENT_CHANNELS = 8
WARP_CHANNELS = 11           # the warped reference's latent (8) and its coverage: visible, mirrored, on the skeleton (3)
MAP_FREQUENCIES = (5.0, 16.0)                 # Fourier features of each of the 4 x 4 samples of a token
TOKEN_FREQUENCIES = (2.0, 6.0, 18.0, 40.0)    # ... and of the token's mean canonical coordinate
MAP_FEATURES = 16 * (10 + 12) + 24            # 376

SAMPLING = dict(start=0.7, temperature=0.8)   # chosen on validation people; see DiT.sample


# ---- conditioning: what the tokens know of the skeleton ----

def token_samples(x):
    """[B, 64, 64, C] -> [B, 256, 16, C]: the 4 x 4 samples of each token"""
    B, _, _, C = x.shape
    return x.view(B, GRID, 4, GRID, 4, C).permute(0, 1, 3, 2, 4, 5).reshape(B, TOKENS, 16, C)


def token_canonical(maps):
    """
    One canonical coordinate per token [B, 256, 3]: the mean of its covered samples. Tokens without any continue the
    nearest covered token along the affine trend of the whole map, so that hair and background have positions too.
    maps [B, 64, 64, 10]
    """
    samples = token_samples(maps.float())
    covered = samples[..., 6:9].sum(-1, keepdim=True).clamp(max=1)
    count = covered.sum(2)                                                     # [B, 256, 1]
    mean = (samples[..., :3] * covered).sum(2) / count.clamp(min=1)
    some = count[..., 0] > 0
    y, x = torch.meshgrid(torch.arange(GRID), torch.arange(GRID), indexing="ij")
    place = torch.stack([x, y], -1).view(TOKENS, 2).float()
    design = torch.cat([place / 8 - 1, torch.ones(TOKENS, 1)], 1)
    weight = count.squeeze(-1) / 16
    normal = torch.einsum("bt,ti,tj->bij", weight, design, design) + 1e-3 * torch.eye(3)
    slope = torch.linalg.solve(normal, torch.einsum("bt,ti,btk->bik", weight, design, mean))[:, :2]   # [B, 2, 3]
    gap = torch.cdist(place, place)[None] + 1e4 * (~some)[:, None, :]
    nearest = gap.argmin(-1)
    base = torch.gather(mean, 1, nearest[..., None].expand(-1, -1, 3))
    step = ((place[None] - place[nearest]) / 8).clamp(-1, 1)
    return torch.where(some[..., None], mean, base + torch.einsum("btk,bkc->btc", step, slope).clamp(-0.6, 0.6))


def map_features(maps, canonical):
    """maps [B, 64, 64, 10], canonical [B, 256, 3] -> token features [B, 256, 376]"""
    samples = token_samples(maps.float())
    covered = samples[..., 6:9].sum(-1, keepdim=True).clamp(max=1)
    parts = [samples]
    for w in MAP_FREQUENCIES:
        parts += [(samples[..., :3] * w).sin() * covered, (samples[..., :3] * w).cos() * covered]
    features = torch.cat(parts, -1).flatten(2)                                  # [B, 256, 16 * 22]
    return torch.cat([features] + [f(canonical * w) for w in TOKEN_FREQUENCIES for f in (torch.sin, torch.cos)], -1)


def canonical_frequencies(count=32, low=1.5, high=40.0):
    """[32, 3]: directions on a Fibonacci sphere, magnitudes spread geometrically (radians per canonical unit of 12 cm)"""
    i = torch.arange(count).float()
    z = 1 - 2 * (i + 0.5) / count
    turn = i * math.pi * (3 - 5 ** 0.5)
    radius = (1 - z * z).sqrt()
    direction = torch.stack([radius * turn.cos(), radius * turn.sin(), z], -1)
    return direction * (low * (high / low) ** ((i * 0.61803398875) % 1.0))[:, None]


def rotary_table(canonical, heads=4, canonical_heads=2):
    """
    [B, 256, 3] -> [B, 256, N, 2, 32] cosines, sines. The first heads turn with the place on the grid, the last with the
    place on the head's surface: those start as a geometric kernel ("look where the reference shows the same point").
    """
    B = canonical.shape[0]
    table = torch.empty(B, TOKENS, heads, 2, 32)
    y, x = torch.meshgrid(torch.arange(GRID), torch.arange(GRID), indexing="ij")
    frequency = 0.05 ** (torch.arange(16) / 15.)
    grid = torch.cat([x.reshape(-1, 1) * frequency, y.reshape(-1, 1) * frequency], -1)     # [256, 32]
    surface = canonical @ canonical_frequencies().t()                                       # [B, 256, 32]
    plain = heads - canonical_heads
    table[:, :, :plain, 0], table[:, :, :plain, 1] = grid.cos()[None, :, None], grid.sin()[None, :, None]
    table[:, :, plain:, 0], table[:, :, plain:, 1] = surface.cos()[:, :, None], surface.sin()[:, :, None]
    return table


# ---- model ----

class Branch(nn.Module):
    """One branch's half of a block."""

    def __init__(self, width, hidden, heads, canonical_heads, reference):
        super().__init__()
        self.qkv = matrix(3 * width, width)
        self.qkv_bias = nn.Parameter(torch.zeros(3 * width))
        self.out = matrix(width, width, 0.5 * width ** -0.5)
        self.mlp_in = matrix(2 * hidden, width)
        self.mlp_out = matrix(width, hidden, 0.5 * hidden ** -0.5)
        self.query_gain = nn.Parameter(torch.ones(width))
        self.key_gain = nn.Parameter(torch.ones(width))
        # shift, scale, gate of attention; shift, scale, gate of the MLP
        self.modulation = nn.Parameter(torch.zeros(6, width))
        self.modulation.data[2] = self.modulation.data[5] = 1.0
        with torch.no_grad():     # canonical heads start with constant queries and keys: scores depend on the offset only
            first = (heads - canonical_heads) * HEAD_DIM
            self.qkv_bias[first:width] = 1.0 if reference else 2.0
            if reference:
                self.qkv_bias[width + first:2 * width] = 2.0
            self.query_gain[first:] = self.key_gain[first:] = 1.3

    def project(self, x, modulation):
        return F.linear(rms_modulate(x, modulation[:, 1], modulation[:, 0]), self.qkv, self.qkv_bias.to(self.qkv.dtype))

    def finish(self, x, attended, modulation):
        x = gated_residual(x, modulation[:, 2], F.linear(attended, self.out))
        hidden = swiglu(F.linear(rms_modulate(x, modulation[:, 4], modulation[:, 3]), self.mlp_in))
        return gated_residual(x, modulation[:, 5], F.linear(hidden, self.mlp_out))


class DiT(nn.Module):
    def __init__(self, width=256, layers=6, heads=4, hidden=512, canonical_heads=2, reference_attends="self"):
        super().__init__()
        self.config = dict(width=width, layers=layers, heads=heads, hidden=hidden, canonical_heads=canonical_heads, reference_attends=reference_attends)
        self.main_latent = matrix(width, 4 * (LATENT_CHANNELS + WARP_CHANNELS))
        self.main_map = matrix(width, MAP_FEATURES)
        self.reference_latent = matrix(width, 4 * LATENT_CHANNELS)
        self.reference_map = matrix(width, MAP_FEATURES)
        self.main_position = nn.Parameter(torch.randn(TOKENS, width) * 0.02)
        self.reference_position = nn.Parameter(torch.randn(TOKENS, width) * 0.02)
        # adaLN-single: one time embedding for all blocks, a table per block on top
        self.time_in = matrix(width, TIME_FEATURES)
        self.time_in_bias = nn.Parameter(torch.zeros(width))
        self.time_blocks = matrix(6 * width, width, 0.1 * width ** -0.5)
        self.time_final = matrix(2 * width, width, 0.1 * width ** -0.5)
        self.main = nn.ModuleList([Branch(width, hidden, heads, canonical_heads, False) for _ in range(layers)])
        self.reference = nn.ModuleList([Branch(width, hidden, heads, canonical_heads, True) for _ in range(layers)])
        self.final = matrix(4 * LATENT_CHANNELS, width, 0.1 * width ** -0.5)
        self.final_modulation = nn.Parameter(torch.zeros(2, width))     # shift, scale
        self.final_bias = nn.Parameter(torch.zeros(4 * LATENT_CHANNELS))

    def embed_time(self, time):
        """[B] in 0..1 -> modulation of the blocks [B, 6, D], of the final layer [B, 2, D]"""
        dtype = matrix_dtype()
        frequency = 100 * torch.exp(-math.log(1000.) * torch.arange(TIME_FEATURES // 2) / (TIME_FEATURES // 2 - 1))
        angle = time[:, None] * frequency
        h = F.linear(torch.cat([angle.cos(), angle.sin()], -1).to(dtype), self.time_in).float() + self.time_in_bias
        h = F.silu(h).to(dtype)
        width = self.config["width"]
        return F.linear(h, self.time_blocks).float().view(-1, 6, width), F.linear(h, self.time_final).float().view(-1, 2, width)

    def forward(self, noisy, warp, reference, main_features, reference_features, rotary, time):
        """
        noisy, reference [B, 8, 32, 32]; warp [B, 11, 32, 32]; features [B, 256, 376];
        rotary [B, 512, N, 2, 32] (main, then reference tokens); time [B] -> velocity [B, 8, 32, 32]
        """
        blocks_modulation, final_modulation = self.embed_time(time)
        dtype = matrix_dtype()
        x = (F.linear(patchify(torch.cat([noisy, warp], 1)).to(dtype), self.main_latent) + F.linear(main_features.to(dtype), self.main_map)).float() + self.main_position
        y = (F.linear(patchify(reference).to(dtype), self.reference_latent) + F.linear(reference_features.to(dtype), self.reference_map)).float() + self.reference_position
        for index, (main, parallel) in enumerate(zip(self.main, self.reference)):
            m, r = blocks_modulation + main.modulation, parallel.modulation[None]
            # mix: one sequence; calculate: one attention; split: back to the branches
            attended, attended_reference = attention(main.project(x, m), parallel.project(y, r), main.query_gain, main.key_gain,
                                                     parallel.query_gain, parallel.key_gain, rotary, self.config["reference_attends"] == "self")
            x = main.finish(x, attended, m)                                     # [B, 256, D]
            if index < len(self.main) - 1:                                      # the last reference rows reach nobody
                y = parallel.finish(y, attended_reference, r)
        h = rms_modulate(x, final_modulation[:, 1] + self.final_modulation[1], final_modulation[:, 0] + self.final_modulation[0])
        return unpatchify(F.linear(h, self.final).float() + self.final_bias)

    @torch.no_grad()
    def sample(self, conditions, noise, steps, start=0.0, temperature=1.0):
        """
        steps = 1: one-step regression, from zeros at time 0 (the mean of all answers: smooth). More: the flow
        z_t = (1 - t) noise + t x, one of the answers (sharp). With `start` > 0 (ours) the first step is the regression;
        its answer is noised to time `start`, and the other steps are Euler steps from there: what all answers share is
        settled at once and the steps go to the detail. noise [B, 8, 32, 32] is scaled by `temperature`.
        """
        at = lambda t: torch.full((len(noise),), t)
        noise = noise * temperature
        if steps == 1 or start > 0:
            z = self(torch.zeros_like(noise), *conditions, at(0.0))
            if steps == 1:
                return z
            z, steps = (1 - start) * noise + start * z, steps - 1
        else:
            z = noise
        size = (1 - start) / steps
        for i in range(steps):
            z = z + size * self(z, *conditions, at(start + i * size))
        return z


def patchify(z):
    """[B, C, 32, 32] -> [B, 256, 4 C], channel-major"""
    B = z.shape[0]
    return z.view(B, -1, GRID, 2, GRID, 2).permute(0, 2, 4, 1, 3, 5).reshape(B, TOKENS, -1)


def unpatchify(x):
    B = x.shape[0]
    return x.view(B, GRID, GRID, -1, 2, 2).permute(0, 3, 1, 4, 2, 5).reshape(B, -1, 2 * GRID, 2 * GRID)
