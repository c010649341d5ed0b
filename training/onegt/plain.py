"""The operations of the models in stock PyTorch: the meaning of the fused kernels, and what runs without them.

Same shapes and roundings at the borders as `fused.py`: f32 inside, out in what the matrix products take (precision.py).
"""
import torch
from torch.nn import functional

from .precision import matrix_dtype

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
    seen = T if reference_self else 0                                                              # first key that the reference sees
    return (attend(query[:, :, :T], key, value).to(qkv_main.dtype),
            attend(query[:, :, T:], key[:, :, seen:], value[:, :, seen:]).to(qkv_main.dtype))


def attend(query, key, value):
    """[B, N, Q, 64], [B, N, K, 64] twice -> [B, Q, N*64]"""
    scores = (query * HEAD_DIM ** -0.5) @ key.transpose(-1, -2)                                    # [B, N, Q, K]
    return (scores.softmax(-1) @ value).transpose(1, 2).flatten(2)


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
    return (normed * (1 + scale[:, None]) + shift[:, None]).to(matrix_dtype())


def swiglu(x):
    """See ops.swiglu."""
    gate, up = x.float().chunk(2, -1)
    return (functional.silu(gate) * up).to(x.dtype)


def gated_residual(x, gate, y):
    """See ops.gated_residual."""
    return x + gate[:, None] * y.float()
