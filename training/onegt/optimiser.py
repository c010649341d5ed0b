"""AdamW with f32 master weights behind bf16 or f32 parameters, gradient clipping and an exponential moving average (EMA)."""
import ctypes
import math
import torch
from . import fused


class StepSettings(ctypes.Structure):
    """Mirrors the struct of native/adamw.cpp."""
    _fields_ = [(name, ctypes.c_float) for name in ("gradient_scale", "learning_rate", "weight_decay", "beta1", "beta2",
                                                     "correction1", "correction2", "epsilon", "average_rate")]


def squared_norm(gradient):
    if not fused.available():
        return gradient.float().square().sum().item()
    function = fused.load_kernels().square_sum_bf16 if gradient.dtype == torch.bfloat16 else fused.load_kernels().square_sum_f32
    return function(ctypes.c_long(gradient.numel()), ctypes.c_void_p(gradient.data_ptr()))


def update(parameter, master, mean, variance, average, s):
    """One AdamW step in one pass over memory (fused) or in plain PyTorch."""
    if fused.available():
        kernel = getattr(fused.load_kernels(), "adamw_bf16" if parameter.dtype == torch.bfloat16 else "adamw_f32")
        pointer = lambda t: ctypes.c_void_p(t.data_ptr())
        kernel(ctypes.c_long(parameter.numel()), *map(pointer, (master, mean, variance, average, parameter.grad, parameter.data)), ctypes.byref(s))
        return
    g = parameter.grad.float() * s.gradient_scale
    mean.lerp_(g, 1 - s.beta1)
    variance.mul_(s.beta2).addcmul_(g, g, value=1 - s.beta2)
    master.mul_(1 - s.learning_rate * s.weight_decay).sub_(s.learning_rate * mean * s.correction1 / ((variance * s.correction2).sqrt() + s.epsilon))
    average.lerp_(master, s.average_rate)
    parameter.data.copy_(master)


class AdamW:
    def __init__(self, parameters, weight_decay=0.01, betas=(0.9, 0.98), ema=0.999, clip=1.0):
        self.parameters = [p for p in parameters if p.requires_grad]
        self.weight = [p.detach().float().clone() for p in self.parameters]
        self.first = [torch.zeros_like(w) for w in self.weight]
        self.second = [torch.zeros_like(w) for w in self.weight]
        self.average = [w.clone() for w in self.weight]
        self.weight_decay, self.betas, self.ema, self.clip, self.count = weight_decay, betas, ema, clip, 0

    def state_dict(self):
        return {k: getattr(self, k) for k in ("weight", "first", "second", "average", "count")}

    def load_state_dict(self, state):
        self.count = state["count"]
        for name in ("weight", "first", "second", "average"):
            for mine, theirs in zip(getattr(self, name), state[name]):
                mine.copy_(theirs)
        self.swap(False)

    def zero(self):
        for p in self.parameters:
            p.grad = None

    def step(self, rate):
        """-> gradient norm; a step whose gradient is not finite is skipped"""
        held = [p for p in self.parameters if p.grad is not None]
        for p in held:
            p.grad = p.grad.contiguous()
        norm = math.sqrt(sum(squared_norm(p.grad) for p in held))
        if not math.isfinite(norm):
            return norm
        self.count += 1
        beta1, beta2 = self.betas
        s = StepSettings(min(1.0, self.clip / (norm + 1e-6)), rate, 0, beta1, beta2, 1 / (1 - beta1 ** self.count), 1 / (1 - beta2 ** self.count),
                         1e-8, max(1 - self.ema, 1 / (self.count / 4 + 10)))      # the average has a short memory at the start
        for p, *state in zip(self.parameters, self.weight, self.first, self.second, self.average):
            if p.grad is not None:
                s.weight_decay = self.weight_decay if getattr(p, "decays", False) else 0.0
                update(p, *state, s)
        return norm

    def swap(self, averaged):
        """Put the averaged (True) or the current (False) weights into the model."""
        for p, w, e in zip(self.parameters, self.weight, self.average):
            p.data.copy_(e if averaged else w)
