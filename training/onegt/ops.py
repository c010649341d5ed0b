"""The four operations between the matrix products of a Transformer block, on whatever this machine has.

`fused.py` (AMX kernels) when it is available and the shapes fit its blocks, else `plain.py` (stock PyTorch).
`backend()` says which; `fused.unavailable_reason()` says why not.
Shapes: B batch, T main tokens, S reference tokens, N heads of 64, D width. The residual stream is f32; the inputs and
outputs of matrix products ("rounded" below) are bf16, or f32 on a CPU that has no bf16 products (precision.py).
"""
import torch

from . import fused, plain
from .precision import matrix_dtype

BF16 = torch.bfloat16


def backend():
    """'fused' or 'plain'."""
    return 'fused' if fused.available() else 'plain'


def attention(qkv_main, qkv_reference, query_gain_main, key_gain_main, query_gain_reference, key_gain_reference, rotary,
              reference_self=True):
    """Joint ("mix-calculate-split") attention over two token streams with QK-RMSNorm and rotary positions.

    qkv_main [B, T, 3*N*64], qkv_reference [B, S, 3*N*64]: query, key, value, each head-major, rounded.
    *_gain [N*64] f32; keep query gain * key gain below 10: the fused kernel's softmax subtracts no maximum.
    rotary [B, T+S, N, 2, 32] f32: cosines then sines of the main tokens, then of the reference tokens; no gradient.
    reference_self: reference rows see reference keys only, so that a portrait's keys and values can be computed once;
    False: both streams see both.
    Returns (main [B, T, N*64], reference [B, S, N*64]), rounded.
    """
    B, T, width = qkv_main.shape
    S, N = qkv_reference.shape[1], width // (3 * plain.HEAD_DIM)
    expected = (B, T + S, N, 2, plain.HEAD_DIM // 2)
    if tuple(rotary.shape) != expected or width != N * 3 * plain.HEAD_DIM or qkv_reference.shape[2] != width:
        raise ValueError(f'attention: qkv_main {tuple(qkv_main.shape)}, qkv_reference {tuple(qkv_reference.shape)}: '
                         f'rotary must be {expected}, it is {tuple(rotary.shape)}; heads have {plain.HEAD_DIM} elements.')
    f32 = query_gain_main, key_gain_main, query_gain_reference, key_gain_reference, rotary
    use_fused = _use_fused(True, bf16=(qkv_main, qkv_reference), f32=f32)
    implementation = fused.Attention.apply if use_fused else plain.attention
    return implementation(qkv_main, qkv_reference, query_gain_main, key_gain_main, query_gain_reference,
                          key_gain_reference, rotary, bool(reference_self))


def rms_modulate(x, scale, shift):
    """x / rms(x) * (1 + scale) + shift; x [B, T, D] f32, scale and shift [B, D] or [1, D] f32; returns it rounded."""
    fits = x.shape[-1] % fused.WIDTH_MULTIPLE == 0
    implementation = fused.RmsModulate.apply if _use_fused(fits, f32=(x, scale, shift)) else plain.rms_modulate
    return implementation(x, scale, shift)


def swiglu(x):
    """silu(x[..., :H]) * x[..., H:]; x [..., 2H] rounded."""
    fits = x.shape[-1] % (2 * fused.WIDTH_MULTIPLE) == 0
    return fused.SwiGLU.apply(x) if _use_fused(fits, bf16=(x,)) else plain.swiglu(x)


def gated_residual(x, gate, y):
    """x + gate * y; x [B, T, D] f32, gate [B, D] or [1, D] f32, y [B, T, D] rounded; returns f32."""
    fits = x.shape[-1] % fused.WIDTH_MULTIPLE == 0
    implementation = fused.GatedResidual.apply if _use_fused(fits, bf16=(y,), f32=(x, gate)) else plain.gated_residual
    return implementation(x, gate, y)


def _use_fused(shapes_fit, bf16=(), f32=()):
    """The kernels read raw memory: only these dtypes, on the CPU, may reach them."""
    return (shapes_fit and matrix_dtype() == BF16 and fused.available()
            and all(x.dtype == BF16 and x.device.type == 'cpu' for x in bf16)
            and all(x.dtype == torch.float32 and x.device.type == 'cpu' for x in f32))
