"""What matrix products are computed in: bf16 where the CPU multiplies it (AMX, AVX512-BF16), else f32.

Everything between them is f32 either way. A CPU without bf16 products emulates them: a DiT's training step takes ten times as long as in f32 (EPYC Milan).
"""
import contextlib
import torch
from .build import cpu_flags

_dtype = torch.bfloat16 if {"amx_bf16", "avx512_bf16"} & cpu_flags() else torch.float32


def matrix_dtype():
    return _dtype


@contextlib.contextmanager
def precision(dtype):
    """Parity fixtures and tests choose; models made and run inside compute in `dtype`."""
    global _dtype
    saved, _dtype = _dtype, dtype
    try:
        yield
    finally:
        _dtype = saved


def matrix(rows, columns, std=None):
    """A weight matrix [rows, columns] of N(0, std), columns^-0.5 if not told. AdamW's weight decay is for these only."""
    parameter = torch.nn.Parameter((torch.randn(rows, columns) * (columns ** -0.5 if std is None else std)).to(_dtype))
    parameter.decays = True
    return parameter
