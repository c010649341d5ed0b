"""Models: what depends on what, and the closed-form parts against answers known beforehand."""
import math
import os
import sys
import tempfile
import unittest

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))
from onegt import calibrate, dit as dit_module, export, safetensors, skeleton_data as data  # noqa: E402
from onegt.autoencoder import Autoencoder, DetailBlend  # noqa: E402
from onegt.camera import carry, depth_of, project, unproject  # noqa: E402
from onegt.point_transformer import PointTransformer  # noqa: E402
from onegt.precision import precision  # noqa: E402
from onegt.prior import Prior  # noqa: E402


def toy_prior(modes=3):
    """A random linear head of the real size: 600 points, few modes."""
    g = torch.Generator().manual_seed(0)
    randn = lambda *s: torch.randn(*s, generator=g)
    mean = randn(600, 3) * torch.tensor([5., 7., 3.])
    return Prior(dict(mean=mean, identity=0.3 * randn(modes, 600, 3), expression=0.5 * randn(2, 600, 3), expression_mean=torch.zeros(2),
                      expression_std=torch.ones(2), rigid=torch.arange(0, 468, 4)))


def camera(yaw=0.0, pitch=0.0, count=1):
    angle = lambda a: torch.full((count,), math.radians(a))
    return data.make_camera(angle(yaw), angle(pitch), angle(0.), angle(27.), torch.full((count,), .65), torch.full((count,), .02), torch.zeros(count))


class Cameras(unittest.TestCase):
    def test_the_head_centre_lands_where_the_framing_says(self):
        point = project(torch.zeros(1, 1, 3), camera())[0, 0]
        self.assertAlmostEqual(point[0].item(), .02 * 2, places=5)
        self.assertAlmostEqual(point[1].item(), -.03 * 2, places=5)

    def test_positive_yaw_turns_the_face_to_the_right_of_the_picture(self):
        nose = project(torch.tensor([[[0., 0., 10.]]]), camera(yaw=30))[0, 0]
        self.assertGreater(nose[0], .2)

    def test_unproject_undoes_project(self):
        points, view = torch.randn(1, 50, 3) * 5, camera(yaw=20, pitch=-10)
        image = project(points, view)
        self.assertTrue(torch.allclose(unproject(image[..., :2], depth_of(points, view), view), points, atol=1e-4))

    def test_carry_keeps_the_camera_motion_when_the_estimate_is_wrong(self):
        """A head frame that is turned, moved and scaled sees the same picture through the carried camera."""
        first, second = camera(yaw=10), camera(yaw=-25, pitch=5)
        points = torch.randn(1, 40, 3) * 5
        estimate = dict(rotation=first['rotation'] @ data.rotation(*(torch.tensor([a]) for a in (.1, -.05, .02))),
                        translation=first['translation'] * 1.1 + torch.tensor([[.3, -.2, 0]]), focal=first['focal'])
        estimate['translation'][:, 2] = first['translation'][:, 2] * 1.1
        told = data.in_estimated_frame(points, first, estimate)
        self.assertTrue(torch.allclose(project(told, estimate)[..., :2], project(points, first)[..., :2], atol=1e-5))
        self.assertTrue(torch.allclose(project(told, carry(first, second, estimate))[..., :2], project(points, second)[..., :2], atol=1e-5))


class Fit(unittest.TestCase):
    def test_exact_points_give_back_pose_and_weights(self):
        prior, view = toy_prior(), camera(yaw=15, pitch=-8)
        identity, expression = torch.tensor([[.5, -.8, .3]]), torch.tensor([[.6, -.4]])
        points = project(prior.shape(identity, expression), view)[:, :478, :2]
        fitted = prior.fit(points, torch.ones(1, 478), view['focal'], iterations=12, sigma=0.05)
        self.assertTrue(torch.allclose(fitted['rotation'], view['rotation'], atol=5e-3))
        self.assertTrue(torch.allclose(fitted['expression'], expression, atol=.03))
        again = project(prior.shape(fitted['identity'], fitted['expression']), dict(view, **{k: fitted[k] for k in ('rotation', 'translation')}))
        self.assertLess((again[:, :478, :2] - points).abs().max().item(), 5e-3)

    def test_points_that_were_not_seen_change_nothing(self):
        prior, view = toy_prior(), camera(yaw=15)
        points = project(prior.shape(torch.zeros(1, 3), torch.zeros(1, 2)), view)[:, :478, :2]
        weight = torch.ones(1, 478)
        weight[:, 100:140] = 0
        wrong = points.clone()
        wrong[:, 100:140] = 7
        fits = [prior.fit(p, weight, view['focal']) for p in (points, wrong)]
        self.assertTrue(torch.allclose(fits[0]['identity'], fits[1]['identity'], atol=1e-4))


class Calibration(unittest.TestCase):
    def test_a_constant_offset_on_the_head_is_found_and_taken_out(self):
        prior, count = toy_prior(), 40
        angle = lambda spread: torch.linspace(-spread, spread, count)
        view = data.make_camera(angle(.6), angle(.3).flip(0), angle(.1), torch.full((count,), math.radians(27)), torch.full((count,), .65),
                                torch.zeros(count), torch.zeros(count))
        points = prior.shape(torch.zeros(count, 3), torch.zeros(count, 2))
        bias = torch.zeros(600, 3)
        bias[:40, 1] = 0.3
        truth, seen = project(points, view)[:, :478], project(points + bias, view)[:, :478]
        found, before, after = calibrate.offsets(prior, seen[..., :2], truth[..., :2])
        self.assertLess((found - bias[:478])[:, :2].abs().max().item(), .05)
        self.assertLess(after, before / 4)
        prior.detector_bias = found
        mended = prior.calibrated(seen, torch.ones(count, 478), view['focal'])
        self.assertLess((mended - truth)[..., :2].abs().max().item(), .006)


class Networks(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.model = dit_module.DiT(layers=2, hidden=64)
        maps = torch.rand(2, 64, 64, 10)
        maps[..., 6:] = (maps[..., 6:] > .5).float()
        canonical = dit_module.token_canonical(maps)
        features = dit_module.map_features(maps, canonical)
        rotary = dit_module.rotary_table(canonical)
        self.conditions = [torch.randn(2, 11, 32, 32), torch.randn(2, 8, 32, 32), features, features, torch.cat([rotary, rotary], 1)]

    def test_precision_changes_an_answer_by_rounding_only(self):
        answers = []
        for dtype in (torch.bfloat16, torch.float32):
            with precision(dtype):
                torch.manual_seed(1)
                model = dit_module.DiT(layers=2, hidden=64)
                self.assertEqual(model.final.dtype, dtype)
                answers.append(model(torch.randn(2, 8, 32, 32), *self.conditions, torch.rand(2)))
        error = (answers[0] - answers[1]).norm() / answers[1].norm()
        self.assertGreater(error.item(), 0)
        self.assertLess(error.item(), .02)

    def test_patches_survive_a_round_trip(self):
        z = torch.randn(2, 8, 32, 32)
        self.assertTrue(torch.equal(dit_module.unpatchify(dit_module.patchify(z)), z))

    def test_the_reference_reaches_the_picture(self):
        noise = torch.randn(2, 8, 32, 32)
        first = self.model.sample(self.conditions, noise, 2)
        self.conditions[1] = self.conditions[1] + 1
        self.assertGreater((self.model.sample(self.conditions, noise, 2) - first).abs().max().item(), 1e-3)

    def test_one_step_ignores_the_noise_and_four_steps_do_not(self):
        a, b = torch.randn(2, 8, 32, 32), torch.randn(2, 8, 32, 32)
        self.assertTrue(torch.equal(self.model.sample(self.conditions, a, 1), self.model.sample(self.conditions, b, 1)))
        self.assertFalse(torch.equal(self.model.sample(self.conditions, a, 4), self.model.sample(self.conditions, b, 4)))

    def test_empty_tokens_continue_the_map(self):
        maps = torch.zeros(1, 64, 64, 10)
        x = torch.linspace(-1, 1, 64)
        maps[..., 0] = x[None, None, :]
        maps[..., 6] = 1
        full = dit_module.token_canonical(maps)
        maps[:, :, 48:] = 0
        cut = dit_module.token_canonical(maps)
        self.assertLess((full - cut).abs().max().item(), .12)

    def test_subsets_of_points_change_only_who_is_asked(self):
        model = PointTransformer(5, 7, points=600, layers=1)
        out = model(torch.randn(2, 600, 5), torch.randn(2, 7))
        self.assertEqual(tuple(out.shape), (2, 600, 3))
        self.assertEqual(tuple(model(torch.randn(2, 64, 5), torch.randn(2, 7), torch.arange(64)).shape), (2, 64, 3))

    def test_a_blend_that_trusts_the_warp_returns_the_warp(self):
        blend = DetailBlend()
        blend.out.bias.data[12:] = 50
        warped = torch.rand(1, 3, 64, 64) * 2 - 1
        self.assertTrue(torch.allclose(blend(torch.zeros(1, 3, 64, 64), warped, torch.ones(1, 3, 64, 64)), warped, atol=1e-4))

    def test_the_autoencoder_halves_three_times(self):
        model = Autoencoder()
        latent = model.encode(torch.zeros(1, 3, 64, 64))
        self.assertEqual(tuple(latent.shape), (1, 8, 8, 8))
        self.assertEqual(tuple(model.decode(latent).shape), (1, 3, 64, 64))


class Export(unittest.TestCase):
    def test_what_does_not_fit_f16_is_an_error_and_not_an_infinity(self):
        with self.assertRaisesRegex(ValueError, 'does not fit f16'):
            export.half({'weight': torch.tensor([1e6])})

    def test_names_and_values_survive_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'w.safetensors')
            model = PointTransformer(3, 2, points=64, layers=1)
            safetensors.save_file(export.half(model.state_dict()), path)
            tensors, _ = safetensors.load_file(path)
            again = PointTransformer(3, 2, points=64, layers=1)
            export.load_weights(again, path)
        for name, value in model.state_dict().items():
            self.assertTrue(torch.allclose(again.state_dict()[name].float(), value.float(), atol=4e-3, rtol=1e-2), name)
        self.assertEqual(set(tensors), set(model.state_dict()))
        self.assertTrue(np.allclose(tensors['output'], model.output.detach().numpy(), atol=1e-4))


if __name__ == '__main__':
    unittest.main()
