"""The fused CPU kernels of native/*.cpp as autograd functions (AMX and AVX-512 in bfloat16, Linux x86-64).

Models use `ops.py`, which picks these where the machine has them and the plain functions of `plain.py` elsewhere.
Why they exist: PyTorch 1.13 has no fused attention on CPUs, and its bf16 norms and activations are 5 to 25 times slower
than memory allows; with them a training step spends its time in matrix products.

All tensors are on the CPU; shapes: B batch, T main tokens, S reference tokens, N heads of 64, D width.
"""
import ctypes
import functools
import os
import pathlib

import torch

from .build import BuildError, cpu_flags, load_library

HEAD_DIM = 64
TOKEN_MULTIPLE = 32   # rows of an attention block; streams are padded to it
WIDTH_MULTIPLE = 16   # values of an AVX-512 register
SOURCES = ['attention.cpp', 'query_key_value.cpp', 'pointwise.cpp', 'adamw.cpp']
NEEDED_CPU_FLAGS = {'amx_tile', 'amx_bf16', 'avx512f', 'avx512bw', 'avx512vl', 'avx512_bf16'}
BF16 = torch.bfloat16


def available():
    """Whether the fused kernels can run here; compiles them on the first call."""
    return unavailable_reason() is None


@functools.lru_cache(maxsize=None)
def unavailable_reason():
    """Why the fused kernels cannot run here, or None when they can."""
    if os.environ.get('ONEGT_PLAIN_OPS') == '1':
        return 'ONEGT_PLAIN_OPS=1 asks for plain PyTorch'
    missing = NEEDED_CPU_FLAGS - cpu_flags()
    if missing:
        return f'the CPU lacks {", ".join(sorted(missing))}'
    try:
        library = load_kernels()
    except BuildError as error:
        return str(error)
    if library.initialise(torch.get_num_threads()) != 0:
        return 'Linux refused the AMX tile registers (arch_prctl ARCH_REQ_XCOMP_PERM)'
    return None


@functools.lru_cache(maxsize=None)
def load_kernels():
    library = load_library('fused', pathlib.Path(__file__).parent / 'native', SOURCES, ['-fopenmp'])
    library.square_sum_bf16.restype = library.square_sum_f32.restype = ctypes.c_double
    return library


def set_num_threads(count):
    """Threads of the fused kernels and of PyTorch; the kernels start with PyTorch's number."""
    torch.set_num_threads(count)
    if available():
        load_kernels().initialise(count)


def call(name, *arguments):
    """Call a kernel: tensors (contiguous) and structures travel as pointers, numbers as C int."""
    getattr(load_kernels(), name)(*map(_argument, arguments))


def _argument(value):
    if isinstance(value, torch.Tensor):
        if not value.is_contiguous():
            raise ValueError(f'a fused kernel needs contiguous tensors; got shape {tuple(value.shape)}, strides {value.stride()}')
        return ctypes.c_void_p(value.data_ptr())
    if isinstance(value, ctypes.Structure):
        return ctypes.byref(value)
    return ctypes.c_int(int(value))


class Stream(ctypes.Structure):
    """Where a stream's t tokens lie in the padded joint sequence of T tokens and in the rotary table."""
    _fields_ = [(name, ctypes.c_int) for name in ('t', 'T', 'start', 'rotary_tokens', 'rotary_start', 'N')]


def _layout(T, S, N):
    """Main and reference stream, each padded to TOKEN_MULTIPLE."""
    main, reference = (-(-count // TOKEN_MULTIPLE) * TOKEN_MULTIPLE for count in (T, S))
    return Stream(T, main + reference, 0, T + S, 0, N), Stream(S, main + reference, main, T + S, T, N)


def _allocator(counts):
    """torch.empty, or torch.zeros when there are padding rows, which the kernels expect to be zero."""
    _, padded, _, T, S, _ = counts
    return torch.empty if padded == T + S else torch.zeros


class Attention(torch.autograd.Function):
    """See ops.attention."""

    @staticmethod
    def forward(ctx, qkv_main, qkv_reference, query_gain_main, key_gain_main, query_gain_reference, key_gain_reference,
                rotary, reference_self):
        B, T, width = qkv_main.shape
        S, N = qkv_reference.shape[1], width // (3 * HEAD_DIM)
        main, reference = _layout(T, S, N)
        qkv_main, qkv_reference, rotary = qkv_main.contiguous(), qkv_reference.contiguous(), rotary.contiguous()
        counts = (B * N, main.T, reference.start, T, S, reference_self)
        new = _allocator(counts)
        query, key, value, out = (new(B, N, main.T, HEAD_DIM, dtype=BF16) for _ in range(4))
        log_sum = torch.empty(B, N, main.T)
        rms_main, rms_reference = torch.empty(B, T, N, 2), torch.empty(B, S, N, 2)
        call('qkv_forward', B, main, qkv_main, query_gain_main, key_gain_main, rotary, query, key, value, rms_main)
        call('qkv_forward', B, reference, qkv_reference, query_gain_reference, key_gain_reference, rotary, query, key, value,
             rms_reference)
        call('attention_forward', *counts, query, key, value, out, log_sum)
        out_main = torch.empty(B, T, N * HEAD_DIM, dtype=BF16)
        out_reference = torch.empty(B, S, N * HEAD_DIM, dtype=BF16)
        call('merge_heads', B, main, out, out_main)
        call('merge_heads', B, reference, out, out_reference)
        ctx.save_for_backward(qkv_main, qkv_reference, query_gain_main, key_gain_main, query_gain_reference,
                              key_gain_reference, rotary, query, key, value, out, log_sum, rms_main, rms_reference)
        ctx.streams, ctx.counts = (main, reference), counts
        return out_main, out_reference

    @staticmethod
    def backward(ctx, d_main, d_reference):
        (qkv_main, qkv_reference, query_gain_main, key_gain_main, query_gain_reference, key_gain_reference, rotary,
         query, key, value, out, log_sum, rms_main, rms_reference) = ctx.saved_tensors
        main, reference = ctx.streams
        B = query.shape[0]
        d_out = _allocator(ctx.counts)(query.shape, dtype=BF16)
        call('split_heads', B, main, d_main.contiguous(), d_out)
        call('split_heads', B, reference, d_reference.contiguous(), d_out)
        d_query, d_key, d_value = torch.empty_like(query), torch.empty_like(query), torch.empty_like(query)
        call('attention_backward', *ctx.counts, query, key, value, out, d_out, log_sum,
             d_query, d_key, d_value)
        d_qkv_main, d_qkv_reference = torch.empty_like(qkv_main), torch.empty_like(qkv_reference)
        d_gains = [torch.empty_like(query_gain_main) for _ in range(4)]
        call('qkv_backward', B, main, qkv_main, query_gain_main, key_gain_main, rotary, rms_main, d_query, d_key, d_value,
             d_qkv_main, d_gains[0], d_gains[1])
        call('qkv_backward', B, reference, qkv_reference, query_gain_reference, key_gain_reference, rotary, rms_reference,
             d_query, d_key, d_value, d_qkv_reference, d_gains[2], d_gains[3])
        return d_qkv_main, d_qkv_reference, *d_gains, None, None


class RmsModulate(torch.autograd.Function):
    """See ops.rms_modulate."""

    @staticmethod
    def forward(ctx, x, scale, shift):
        B, T, D = x.shape
        x, scale, shift = x.contiguous(), scale.contiguous(), shift.contiguous()
        ctx.sample_stride = 0 if scale.shape[0] == 1 else D
        y, inverse_rms = torch.empty(B, T, D, dtype=BF16), torch.empty(B, T)
        call('rms_modulate_forward', B, T, D, x, scale, shift, ctx.sample_stride, y, inverse_rms)
        ctx.save_for_backward(x, scale, inverse_rms)
        return y

    @staticmethod
    def backward(ctx, d_y):
        x, scale, inverse_rms = ctx.saved_tensors
        B, T, D = x.shape
        d_x, d_scale, d_shift = torch.empty_like(x), torch.empty(B, D), torch.empty(B, D)
        call('rms_modulate_backward', B, T, D, x, scale, ctx.sample_stride, inverse_rms, d_y.contiguous(), d_x, d_scale, d_shift)
        if ctx.sample_stride == 0:
            d_scale, d_shift = d_scale.sum(0, keepdim=True), d_shift.sum(0, keepdim=True)
        return d_x, d_scale, d_shift


class SwiGLU(torch.autograd.Function):
    """See ops.swiglu."""

    @staticmethod
    def forward(ctx, x):
        x = x.contiguous()
        hidden = x.shape[-1] // 2
        y = torch.empty(*x.shape[:-1], hidden, dtype=BF16)
        call('swiglu_forward', y.numel() // hidden, hidden, x, y)
        ctx.save_for_backward(x)
        return y

    @staticmethod
    def backward(ctx, d_y):
        x, = ctx.saved_tensors
        hidden = x.shape[-1] // 2
        d_x = torch.empty_like(x)
        call('swiglu_backward', d_y.numel() // hidden, hidden, x, d_y.contiguous(), d_x)
        return d_x


class GatedResidual(torch.autograd.Function):
    """See ops.gated_residual."""

    @staticmethod
    def forward(ctx, x, gate, y):
        B, T, D = x.shape
        x, gate, y = x.contiguous(), gate.contiguous(), y.contiguous()
        ctx.sample_stride = 0 if gate.shape[0] == 1 else D
        out = torch.empty_like(x)
        call('gated_residual_forward', B, T, D, x, gate, ctx.sample_stride, y, out)
        ctx.save_for_backward(gate, y)
        return out

    @staticmethod
    def backward(ctx, d_out):
        gate, y = ctx.saved_tensors
        B, T, D = y.shape
        d_y, d_gate = torch.empty_like(y), torch.empty(B, D)
        call('gated_residual_backward', B, T, D, gate, ctx.sample_stride, y, d_out.contiguous(), d_y, d_gate)
        return d_out, (d_gate.sum(0, keepdim=True) if ctx.sample_stride == 0 else d_gate), d_y
