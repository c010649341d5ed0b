"""The operations of the models in stock PyTorch: the meaning of the fused kernels, and what runs without them.

Same shapes, dtypes and roundings at the borders as `fused.py` (f32 inside, bf16 out), gradients by autograd.
"""
import torch
from torch.nn import functional

HEAD_DIM = 64
QUERY_KEY_EPSILON = 1e-5
RMS_EPSILON = 1e-6


def attention(qkv_main, qkv_reference, query_gain_main, key_gain_main, query_gain_reference, key_gain_reference, rotary,
              reference_self):
    """See ops.attention."""
    T = qkv_main.shape[1]
    main = _normed_heads(qkv_main, query_gain_main, key_gain_main)
    reference = _normed_heads(qkv_reference, query_gain_reference, key_gain_reference)
    query, key, value = (torch.cat(pair, 1) for pair in zip(main, reference))                      # [B, T+S, N, 64]
    query, key = rotate(query, rotary), rotate(key, rotary)
    query, key, value = (x.to(qkv_main.dtype).float().transpose(1, 2) for x in (query, key, value))  # [B, N, T+S, 64]
    scores = query @ key.transpose(-1, -2) * HEAD_DIM ** -0.5                                      # [B, N, T+S, T+S]
    if reference_self:
        hidden = torch.zeros(scores.shape[-2:], dtype=torch.bool)
        hidden[T:, :T] = True
        scores = scores.masked_fill(hidden, float('-inf'))
    out = (scores.softmax(-1) @ value).transpose(1, 2).flatten(2).to(qkv_main.dtype)               # [B, T+S, N*64]
    return out[:, :T], out[:, T:]


def _normed_heads(qkv, query_gain, key_gain):
    """Query and key with their RMS norm, and the value, each [B, T, N, 64] in f32."""
    B, T, width = qkv.shape
    heads = qkv.float().view(B, T, 3, width // (3 * HEAD_DIM), HEAD_DIM)

    def norm(x, gain):
        return x * (x.square().mean(-1, keepdim=True) + QUERY_KEY_EPSILON).rsqrt() * gain.view(-1, HEAD_DIM)

    return norm(heads[:, :, 0], query_gain), norm(heads[:, :, 1], key_gain), heads[:, :, 2]


def rotate(x, rotary):
    """Rotate element i of a head with element i + 32; x [B, T, N, 64], rotary [B, T, N, 2, 32]: cosines, sines."""
    cos, sin = rotary.unbind(3)
    low, high = x.chunk(2, -1)
    return torch.cat([low * cos - high * sin, high * cos + low * sin], -1)


def rms_modulate(x, scale, shift):
    """See ops.rms_modulate."""
    normed = x * (x.square().mean(-1, keepdim=True) + RMS_EPSILON).rsqrt()
    return (normed * (1 + scale[:, None]) + shift[:, None]).to(torch.bfloat16)


def swiglu(x):
    """See ops.swiglu."""
    gate, up = x.float().chunk(2, -1)
    return (functional.silu(gate) * up).to(x.dtype)


def gated_residual(x, gate, y):
    """See ops.gated_residual."""
    return x + gate[:, None] * y.float()
