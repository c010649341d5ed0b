"""AdamW (Loshchilov & Hutter 2019) for models whose matrices are bf16: f32 master weights, clipping, running average.

One fused pass over memory per parameter where the fused kernels run, else the same arithmetic in plain PyTorch.
Weight decay applies to bf16 matrices only: gains, biases, tables and embeddings in f32 are left alone.
"""
import contextlib
import ctypes
import math

import torch

from . import fused


class StepSettings(ctypes.Structure):
    """The scalars of one step, as in native/adamw.cpp."""
    _fields_ = [(name, ctypes.c_float) for name in (
        'gradient_scale', 'learning_rate', 'weight_decay', 'beta1', 'beta2', 'correction1', 'correction2', 'epsilon',
        'average_rate')]


class AdamW:
    """
    parameters: f32 or bf16 leaf tensors; those without a gradient are left alone in a step.
    average_decay: of the running average of the weights; it rises from 0.9 to this over the first steps, so that an
        average taken early is not the initialisation.
    """

    def __init__(self, parameters, weight_decay=0.01, betas=(0.9, 0.98), epsilon=1e-8, average_decay=0.999, max_norm=1.0):
        self.parameters = [p for p in parameters if p.requires_grad]
        self.master = [p.detach().float().clone() for p in self.parameters]
        self.mean = [torch.zeros_like(w) for w in self.master]
        self.variance = [torch.zeros_like(w) for w in self.master]
        self.average = [w.clone() for w in self.master]
        self.weight_decay, self.betas, self.epsilon = weight_decay, betas, epsilon
        self.average_decay, self.max_norm = average_decay, max_norm
        self.num_steps = 0

    def zero_grad(self):
        for parameter in self.parameters:
            parameter.grad = None

    def step(self, learning_rate):
        """Update; returns the gradient's norm before clipping. A gradient that is not finite changes nothing."""
        norm = self._gradient_norm()
        if not math.isfinite(norm):
            return norm
        self.num_steps += 1
        beta1, beta2 = self.betas
        settings = StepSettings(
            gradient_scale=min(1.0, self.max_norm / (norm + 1e-6)), learning_rate=learning_rate,
            beta1=beta1, beta2=beta2, correction1=1 / (1 - beta1 ** self.num_steps),
            correction2=1 / (1 - beta2 ** self.num_steps), epsilon=self.epsilon,
            average_rate=max(1 - self.average_decay, 1 / (self.num_steps / 4 + 10)))
        for i, parameter in enumerate(self.parameters):
            if parameter.grad is None:
                continue
            settings.weight_decay = self.weight_decay if parameter.dim() > 1 and parameter.dtype == torch.bfloat16 else 0
            state = self.master[i], self.mean[i], self.variance[i], self.average[i]
            (_fused_step if fused.available() else _plain_step)(parameter, *state, settings)
        return norm

    @contextlib.contextmanager
    def averaged(self):
        """Within `with optimizer.averaged():` the model has the running average as its weights."""
        self._load(self.average)
        try:
            yield
        finally:
            self._load(self.master)

    def state_dict(self):
        """Everything that a resumed run needs, as tensors and numbers."""
        return dict(master=self.master, mean=self.mean, variance=self.variance, average=self.average, num_steps=self.num_steps)

    def load_state_dict(self, state):
        for name in ('master', 'mean', 'variance', 'average'):
            for own, saved in zip(getattr(self, name), state[name]):
                own.copy_(saved)
        self.num_steps = state['num_steps']
        self._load(self.master)

    def _load(self, weights):
        for parameter, weight in zip(self.parameters, weights):
            parameter.data.copy_(weight)

    def _gradient_norm(self):
        total = 0.0
        for parameter in self.parameters:
            if parameter.grad is None:
                continue
            gradient = parameter.grad = parameter.grad.contiguous()
            if fused.available():
                kernel = 'square_sum_bf16' if gradient.dtype == torch.bfloat16 else 'square_sum_f32'
                total += getattr(fused.load_kernels(), kernel)(ctypes.c_long(gradient.numel()), ctypes.c_void_p(gradient.data_ptr()))
            else:
                total += gradient.double().square().sum().item()
        return math.sqrt(total)


def _fused_step(parameter, master, mean, variance, average, settings):
    kernels = fused.load_kernels()
    kernel = kernels.adamw_bf16 if parameter.dtype == torch.bfloat16 else kernels.adamw_f32
    tensors = master, mean, variance, average, parameter.grad, parameter.data
    kernel(ctypes.c_long(parameter.numel()), *(ctypes.c_void_p(t.data_ptr()) for t in tensors), ctypes.byref(settings))


def _plain_step(parameter, master, mean, variance, average, settings):
    gradient = parameter.grad.float() * settings.gradient_scale
    mean.mul_(settings.beta1).add_(gradient, alpha=1 - settings.beta1)
    variance.mul_(settings.beta2).addcmul_(gradient, gradient, value=1 - settings.beta2)
    root = (variance * settings.correction2).sqrt_().add_(settings.epsilon)
    master.mul_(1 - settings.learning_rate * settings.weight_decay)
    master.addcdiv_(mean * settings.correction1, root, value=-settings.learning_rate)
    average.lerp_(master, settings.average_rate)
    parameter.data.copy_(master)
