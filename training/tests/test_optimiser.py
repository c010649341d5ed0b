"""AdamW: the fused step against the plain one, clipping, the running average, and a gradient that is not finite."""
import os
import sys
import unittest
from unittest import mock

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))
from onegt import fused  # noqa: E402
from onegt.optimiser import AdamW  # noqa: E402
from onegt.precision import matrix, precision  # noqa: E402

STATE = ('weight', 'first', 'second', 'average')


def parameters():
    torch.manual_seed(0)
    with precision(torch.bfloat16):
        return [matrix(33, 20), torch.nn.Parameter(torch.randn(21))]


def train(num_steps):
    torch.manual_seed(1)
    optimiser = AdamW(parameters(), clip=0.5)
    for _ in range(num_steps):
        for parameter in optimiser.parameters:
            parameter.grad = torch.randn(parameter.shape).to(parameter.dtype)
        norm = optimiser.step(1e-2)
    return optimiser, norm


class Optimiser(unittest.TestCase):
    def test_the_first_step_moves_each_weight_by_the_learning_rate(self):
        weight = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
        optimiser = AdamW([weight], clip=100)
        weight.grad = torch.tensor([3.0, -4.0])
        self.assertAlmostEqual(optimiser.step(0.1), 5.0, places=5)
        self.assertTrue(torch.allclose(weight, torch.tensor([0.9, 2.1])))

    @unittest.skipUnless(fused.available(), f'fused kernels: {fused.unavailable_reason()}')
    def test_fused_and_plain_steps_agree(self):
        actual, actual_norm = train(5)
        with mock.patch.object(fused, 'available', return_value=False):
            expected, expected_norm = train(5)
        self.assertAlmostEqual(actual_norm, expected_norm, places=3)
        for name in STATE:
            for a, e in zip(getattr(actual, name), getattr(expected, name)):
                self.assertTrue(torch.allclose(a, e, rtol=1e-4, atol=1e-6), name)

    def test_weight_decay_is_for_matrices_only_in_either_precision(self):
        for dtype in (torch.bfloat16, torch.float32):
            with self.subTest(dtype), precision(dtype):
                weight, position = matrix(4, 4), torch.nn.Parameter(torch.ones(4, 4))
                optimiser = AdamW([weight, position], weight_decay=0.5)
                before = [w.clone() for w in optimiser.weight]
                for parameter in (weight, position):
                    parameter.grad = torch.zeros_like(parameter)
                optimiser.step(0.1)
                self.assertTrue(torch.allclose(optimiser.weight[0], before[0] * 0.95))
                self.assertTrue(torch.equal(optimiser.weight[1], before[1]))

    def test_averaged_weights_are_swapped_in_and_out(self):
        optimiser, _ = train(3)
        before = optimiser.parameters[1].detach().clone()
        optimiser.swap(True)
        self.assertTrue(torch.equal(optimiser.parameters[1], optimiser.average[1]))
        self.assertFalse(torch.equal(before, optimiser.average[1]))
        optimiser.swap(False)
        self.assertTrue(torch.equal(optimiser.parameters[1], before))

    def test_a_gradient_that_is_not_finite_changes_nothing(self):
        optimiser, _ = train(1)
        before = [p.detach().clone() for p in optimiser.parameters]
        for parameter in optimiser.parameters:
            parameter.grad = torch.full_like(parameter, float('inf'))
        self.assertEqual(optimiser.step(1e-2), float('inf'))
        self.assertTrue(all(torch.equal(a, b) for a, b in zip(before, optimiser.parameters)))
        self.assertEqual(optimiser.count, 1)

    def test_a_resumed_optimiser_continues_like_the_original(self):
        original, _ = train(2)
        resumed = AdamW(parameters(), clip=0.5)
        resumed.load_state_dict(original.state_dict())
        for optimiser in (original, resumed):
            torch.manual_seed(9)
            for parameter in optimiser.parameters:
                parameter.grad = torch.randn(parameter.shape).to(parameter.dtype)
            optimiser.step(1e-2)
        self.assertTrue(all(torch.equal(a, b) for a, b in zip(original.parameters, resumed.parameters)))


if __name__ == '__main__':
    unittest.main()
