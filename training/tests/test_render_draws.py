"""Random heads without a head pack: what a seed means must never change, and what is drawn must make sense."""
import os
import sys
import unittest

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))
from onegt.render.cameras import HEAD_CENTER, Camera, rotation_matrix, sample_camera, to_camera  # noqa: E402
from onegt.render.expressions import sample_expression  # noqa: E402
from onegt.render.hair import grid_triangles, sample_hair  # noqa: E402
from onegt.render.head_model import HeadPackError, find_head_pack  # noqa: E402
from onegt.render.lights import sample_background, sample_lights  # noqa: E402
from onegt.render.looks import sample_look  # noqa: E402

PAIRED = ['browDown', 'browInnerUp', 'browOuterUp', 'cheekPuff', 'cheekSquint', 'eyeBlink', 'eyeLookDown', 'eyeLookIn', 'eyeLookOut',
          'eyeLookUp', 'eyeSquint', 'eyeWide', 'mouthFrown', 'mouthLowerDown', 'mouthSmile', 'mouthStretch', 'mouthUpperUp', 'noseSneer']
SINGLE = ['jawLeft', 'jawOpen', 'jawRight', 'mouthFunnel', 'mouthLeft', 'mouthPucker', 'mouthRight', 'mouthRollLower', 'mouthRollUpper']
INDEX = {name: i for i, name in enumerate([name + side for name in PAIRED for side in ('_L', '_R')] + SINGLE)}
ANYTHING = np.random.default_rng(1).uniform(-10, 10, (6706, 3)).astype(np.float32)  # in place of the mean head


class SeedsKeepTheirMeaning(unittest.TestCase):
    """Values recorded from the prototype's draws. The last number of each case is the generator's next draw: it shows that
    exactly as many numbers were taken as then."""

    def near(self, actual, expected):
        np.testing.assert_allclose(np.asarray(actual, float), expected, atol=2e-5)

    def test_look_and_hair(self):
        rng = np.random.default_rng(3)
        look = sample_look(rng, ANYTHING)
        self.near(look['tone'], [0.3436, 0.21311, 0.15807])
        self.near(look['lip_color'], [0.4921, 0.13538, 0.0835])
        self.near(look['beard_color'], [0.32672, 0.12436, 0.15659])
        self.near([look[name] for name in ('iris_radius', 'shirt_pattern', 'num_moles', 'num_decals')], [0.69104, 4, 5, 1])
        hair = sample_hair(rng, look)
        self.assertEqual(hair.style, 'buzz')
        self.near([hair.thickness, hair.thickness_noise, hair.asymmetry, rng.random()], [0.17393, 0.16816, -0.20005, 0.36828])

    def test_lights(self):
        rng = np.random.default_rng(4)
        lights = sample_lights(rng)
        self.near(lights['sky'], [0.47785, 0.53112, 0.50202])
        self.near(lights['lights']['direction'], [[0.1776, 0.8105, 0.55817], [-0.83951, 0.50114, 0.20995]])
        self.near(rng.random(), 0.49787)

    def test_background(self):
        rng = np.random.default_rng(5)
        background = sample_background(rng, 8)
        self.near(background[0, 0], [0.41503, 0.34003, 0.34396])
        self.near(background[7, 3], [0.34114, 0.25369, 0.3431])
        self.near(rng.random(), 0.04876)

    def test_camera(self):
        rng = np.random.default_rng(6)
        camera = sample_camera(rng)
        self.near([camera.yaw, camera.pitch, camera.roll, camera.fov_y, camera.fill, camera.shift_x, camera.shift_y, rng.random()],
                  [0.40437, 0.27905, -0.17453, 0.44711, 0.71824, 0.01328, 0.01743, 0.32996])

    def test_expression(self):
        rng = np.random.default_rng(2)
        weights = sample_expression(rng, INDEX)
        drawn = {name: weights[i] for name, i in INDEX.items() if weights[i] > 0}
        expected = dict(cheekSquint_L=0.03448, cheekSquint_R=0.03034, eyeLookIn_L=0.3123, eyeLookOut_R=0.3123, eyeLookUp_L=0.25244,
                        eyeLookUp_R=0.25244, jawOpen=0.61996, mouthSmile_L=0.7968, mouthSmile_R=0.64688)
        self.assertEqual(set(drawn), set(expected))
        self.near([drawn[name] for name in expected], list(expected.values()))
        self.near(rng.random(), 0.51107)


class Draws(unittest.TestCase):
    def test_expressions_stay_in_range_and_both_eyes_look_the_same_way(self):
        for seed in range(200):
            weights = sample_expression(np.random.default_rng(seed), INDEX)
            self.assertTrue(((weights >= 0) & (weights <= 1)).all())
            left = weights[INDEX['eyeLookOut_L']] - weights[INDEX['eyeLookIn_L']]
            right = weights[INDEX['eyeLookIn_R']] - weights[INDEX['eyeLookOut_R']]
            self.assertEqual(left, right)

    def test_lights_come_from_the_front_with_unit_directions(self):
        for seed in range(50):
            lights = sample_lights(np.random.default_rng(seed))
            directions = lights['lights']['direction'][:int(lights['count'])]
            np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1, atol=1e-6)
            self.assertTrue((directions[:, 2] > 0).all())

    def test_decals_keep_clear_of_the_eyes(self):
        for seed in range(100):
            look = sample_look(np.random.default_rng(seed), ANYTHING)
            for decal in look['decals'][:int(look['num_decals'])]:
                self.assertTrue(decal['center'][2] > 5 and not 1.5 < decal['center'][1] < 6)


class Geometry(unittest.TestCase):
    def test_a_known_point_lands_on_a_known_pixel(self):
        camera = Camera(yaw=0, pitch=0, roll=0, fov_y=np.radians(30), fill=0.5, shift_x=0.1, shift_y=0.03)
        rotation, translation, focal = camera.pose()
        x, y, z = to_camera(HEAD_CENTER[None], rotation, translation)[0]
        # the head's centre is a tenth of the picture's width to the right, at half height
        np.testing.assert_allclose([focal * x / -z, focal * y / -z], [0.1, 0], atol=1e-6)
        # 23 cm cover half of the picture
        top = to_camera((HEAD_CENTER + [0, 23, 0])[None], rotation, translation)[0]
        self.assertAlmostEqual(focal * (top[1] - y) / -z, 0.5, places=5)

    def test_positive_yaw_turns_the_face_to_the_subjects_left(self):
        nose = rotation_matrix(np.radians(90), 0, 0) @ np.array([0, 0, 1], np.float32)
        np.testing.assert_allclose(nose, [1, 0, 0], atol=1e-6)

    def test_grid_triangles_of_two_by_two_vertices(self):
        self.assertEqual(grid_triangles(2, 2, closed=False).tolist(), [[0, 2, 1], [1, 2, 3]])
        self.assertEqual(len(grid_triangles(5, 3, closed=True)), 2 * 5 * 2)

    def test_a_missing_head_pack_says_how_to_name_one(self):
        with self.assertRaisesRegex(HeadPackError, 'No head model at .*ONEGT_HEAD_PACK'):
            find_head_pack('/nonexistent/pack.safetensors')


if __name__ == '__main__':
    unittest.main()
