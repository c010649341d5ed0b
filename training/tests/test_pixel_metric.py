import unittest
import torch
import torch.nn.functional as F
from onegt.pixel_metric import LATENT_SHARE, PixelMetric


class LinearDecoder:
    """A decoder that the metric can fit exactly."""

    def __init__(self):
        self.weight = torch.randn(192, 8, 3, 3) * 0.1

    def decode(self, latent):
        return F.pixel_shuffle(F.conv2d(latent, self.weight, padding=1), 8)


class PixelMetricTest(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.decoder = LinearDecoder()
        latents, others = torch.randn(2, 32, 8, 32, 32)
        self.metric = PixelMetric(self.decoder, latents, others)
        self.error = torch.randn(3, 8, 32, 32)

    def test_equals_the_decoded_error_where_the_decoder_is_linear(self):
        expected = self.decoder.decode(self.error).square().mean((1, 2, 3))
        torch.testing.assert_close(self.metric.pixel_error(self.error, 1), expected, rtol=1e-3, atol=0)

    def test_weights_choose_cells(self):
        weight = torch.zeros(3, 1, 32, 32)
        weight[:, :, :16] = 2
        expected = self.decoder.decode(self.error)[:, :, :128].square().mean((1, 2, 3))
        torch.testing.assert_close(self.metric.pixel_error(self.error, weight), expected, rtol=1e-3, atol=0)

    def test_directions_that_the_decoder_ignores_still_cost(self):
        self.metric.weight = torch.zeros_like(self.metric.weight)
        torch.testing.assert_close(self.metric(self.error, 1), LATENT_SHARE * self.error.square().mean((1, 2, 3)))


if __name__ == "__main__":
    unittest.main()
