"""The operations of the models: hand-checkable cases, and fused kernels against plain PyTorch, values and gradients."""
import math
import os
import sys
import time
import unittest

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))
from onegt import fused, ops, plain  # noqa: E402
from onegt.precision import precision  # noqa: E402

BF16 = torch.bfloat16
# bf16 keeps 8 bits: a rounding is off by at most 2^-9 = 0.002, relative. Attention rounds probabilities and scores'
# gradients too, and the two sides round them at different places.
TOLERANCE = 0.004
ATTENTION_TOLERANCE = 0.012


def relative_error(actual, expected):
    return ((actual.float() - expected.float()).norm() / expected.float().norm()).item()


def values_and_gradients(function, inputs, weights):
    """Outputs, and gradients of their weighted sum; weights [as the outputs] f32."""
    outputs = function(*inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    total = sum((output.float() * weight).sum() for output, weight in zip(outputs, weights))
    return [*outputs, *torch.autograd.grad(total, [x for x in inputs if isinstance(x, torch.Tensor) and x.requires_grad])]


def attention_inputs(B, T, S, N):
    qkv = [torch.randn(B, count, 3 * N * 64).to(BF16).requires_grad_() for count in (T, S)]
    gains = [(torch.rand(N * 64) + 0.5).requires_grad_() for _ in range(4)]
    angles = torch.rand(B, T + S, N, 32) * 6
    return [*qkv, *gains, torch.stack([angles.cos(), angles.sin()], 3)]


class PlainOperations(unittest.TestCase):
    def test_equal_keys_attend_to_the_mean_of_the_values(self):
        qkv = torch.zeros(1, 3, 192)
        qkv[0, :, 64:128] = 1
        qkv[0, :, 128:] = torch.tensor([1.0, 2.0, 6.0])[:, None]
        rotary = torch.zeros(1, 3, 1, 2, 32)
        rotary[:, :, :, 0] = 1
        gain = torch.ones(64)
        main, reference = plain.attention(qkv[:, :2], qkv[:, 2:], gain, gain, gain, gain, rotary, True)
        self.assertTrue(torch.allclose(main, torch.full((1, 2, 64), 3.0)))
        self.assertTrue(torch.allclose(reference, torch.full((1, 1, 64), 6.0)), 'the reference sees only itself')

    def test_rotation_by_a_quarter_turn(self):
        x = torch.zeros(1, 1, 1, 64)
        x[..., 0] = 1
        rotary = torch.zeros(1, 1, 1, 2, 32)
        rotary[:, :, :, 1] = 1
        self.assertEqual(plain.rotate(x, rotary).flatten().nonzero().tolist(), [[32]])

    def test_rms_modulate_swiglu_and_gated_residual_by_hand(self):
        x = torch.tensor([[[3.0, -3.0]]])
        for dtype in (BF16, torch.float32):
            with self.subTest(dtype), precision(dtype):
                y = plain.rms_modulate(x, torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5, 0.0]]))
                self.assertEqual(y.dtype, dtype)
                self.assertTrue(torch.allclose(y.float(), torch.tensor([[[1.5, -2.0]]])))
        self.assertAlmostEqual(plain.swiglu(torch.tensor([1.0, 5.0])).item(), 5 / (1 + math.exp(-1)), places=6)
        self.assertEqual(plain.gated_residual(x, torch.tensor([[2.0, 0.0]]), torch.ones(1, 1, 2)).tolist(), [[[5.0, -3.0]]])

    def test_the_reference_sees_the_same_with_and_without_a_main_stream(self):
        main, reference, *gains, rotary = attention_inputs(1, 3, 2, 1)
        alone = plain.attention(torch.empty(1, 0, 192, dtype=BF16), reference, *gains, rotary[:, 3:], True)[1]
        self.assertTrue(torch.equal(plain.attention(main, reference, *gains, rotary, True)[1], alone))
        self.assertFalse(torch.equal(plain.attention(main, reference, *gains, rotary, False)[1], alone))

    def test_attention_names_the_shapes_that_do_not_fit(self):
        inputs = attention_inputs(1, 4, 4, 1)
        inputs[-1] = inputs[-1][:, :7]
        with self.assertRaisesRegex(ValueError, r'rotary must be \(1, 8, 1, 2, 32\), it is \(1, 7, 1, 2, 32\)'):
            ops.attention(*inputs)


@unittest.skipUnless(fused.available(), f'fused kernels: {fused.unavailable_reason()}')
class FusedAgainstPlain(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)

    def compare(self, fused_function, plain_function, inputs, tolerance):
        outputs = plain_function(*inputs)
        weights = [torch.randn(o.shape) for o in (outputs if isinstance(outputs, tuple) else (outputs,))]
        actual = values_and_gradients(fused_function, inputs, weights)
        expected = values_and_gradients(plain_function, inputs, weights)
        for i, (a, e) in enumerate(zip(actual, expected)):
            self.assertEqual((a.shape, a.dtype), (e.shape, e.dtype))
            self.assertLess(relative_error(a, e), tolerance, f'result {i}')

    def test_attention(self):
        for T, S in ((64, 32), (32, 96), (45, 33), (1, 70), (40, 0)):
            for reference_self in (True, False):
                with self.subTest(T=T, S=S, reference_self=reference_self):
                    inputs = [*attention_inputs(2, T, S, 2), reference_self]
                    if S == 0:  # nothing flows to the reference's gains
                        for gain in inputs[4:6]:
                            gain.requires_grad_(False)
                        inputs[1] = inputs[1].detach()
                        actual, expected = fused.Attention.apply(*inputs)[0], plain.attention(*inputs)[0]
                        self.assertLess(relative_error(actual, expected), ATTENTION_TOLERANCE)
                        continue
                    self.compare(fused.Attention.apply, plain.attention, inputs, ATTENTION_TOLERANCE)

    def test_attention_of_the_reference_ignores_the_main_stream(self):
        inputs = attention_inputs(1, 48, 40, 1)
        first = ops.attention(*inputs, True)[1]
        inputs[0] = torch.randn_like(inputs[0].float()).to(BF16)
        self.assertTrue(torch.equal(first, ops.attention(*inputs, True)[1]))
        self.assertFalse(torch.equal(first, ops.attention(*inputs, False)[1]))

    def test_rms_modulate_with_modulation_per_sample_and_shared(self):
        for samples in (3, 1):
            inputs = [torch.randn(3, 7, 48, requires_grad=True), *(torch.randn(samples, 48, requires_grad=True) for _ in range(2))]
            self.compare(fused.RmsModulate.apply, plain.rms_modulate, inputs, TOLERANCE)

    def test_swiglu(self):
        self.compare(fused.SwiGLU.apply, plain.swiglu, [(3 * torch.randn(5, 9, 96)).to(BF16).requires_grad_()], TOLERANCE)

    def test_gated_residual_with_a_gate_per_sample_and_shared(self):
        for samples in (3, 1):
            inputs = [torch.randn(3, 7, 48, requires_grad=True), torch.randn(samples, 48, requires_grad=True),
                      torch.randn(3, 7, 48).to(BF16).requires_grad_()]
            self.compare(fused.GatedResidual.apply, plain.gated_residual, inputs, TOLERANCE)

    def test_ops_fall_back_to_plain_for_widths_that_do_not_fill_a_register(self):
        x, vector = torch.randn(1, 2, 20), torch.randn(1, 20)
        self.assertTrue(torch.equal(ops.rms_modulate(x, vector, vector), plain.rms_modulate(x, vector, vector)))
        self.assertTrue(torch.equal(ops.swiglu(x.to(BF16)), plain.swiglu(x.to(BF16))))

    def test_ops_fall_back_to_plain_for_other_dtypes(self):
        x, vector = torch.randn(1, 2, 32, dtype=torch.float64), torch.randn(1, 32, dtype=torch.float64)
        self.assertTrue(torch.equal(ops.rms_modulate(x, vector, vector), plain.rms_modulate(x, vector, vector)))
        self.assertEqual(ops.swiglu(x).dtype, torch.float64)

    def test_a_tensor_that_is_not_contiguous_never_reaches_a_kernel(self):
        with self.assertRaisesRegex(ValueError, 'contiguous'):
            fused.call('swiglu_forward', 4, 16, torch.zeros(32, 4).t(), torch.zeros(4, 16))


def measure():
    """`python3 tests/test_ops.py measure`: speed of the attention kernel at the DiT's size."""
    B, T, N = 16, 256, 4
    inputs = [*attention_inputs(B, T, T, N), False]
    for name, function in (('fused', fused.Attention.apply), ('plain', plain.attention)):
        times = []
        for _ in range(3):
            start = time.perf_counter()
            outputs = function(*inputs)
            middle = time.perf_counter()
            torch.autograd.backward(outputs, [torch.ones_like(o) for o in outputs])
            times.append((middle - start, time.perf_counter() - middle))
        forward, backward = min(t[0] for t in times), min(t[1] for t in times)
        print(f'{name}: forward {forward * 1e3:.1f} ms, backward {backward * 1e3:.1f} ms')


if __name__ == '__main__':
    measure() if 'measure' in sys.argv else unittest.main()
