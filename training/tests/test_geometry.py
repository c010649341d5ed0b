"""Maps and warps on skeletons small enough to check by hand."""
import os
import shutil
import sys
import unittest

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))
from onegt.geometry import MIRRORED, OPEN, OUTSIDE, VISIBLE, skeleton_map, warp_reference  # noqa: E402

SIZE = 64


class Skeleton:
    """Two triangles that fill the square |x|, |y| < 0.5; canonical coordinates = position."""

    def __init__(self, region=0):
        self.points = np.array([[-.5, -.5, 0], [.5, -.5, 0], [.5, .5, 0], [-.5, .5, 0]], np.float32)
        self.triangles = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
        self.regions = np.full(2, region, np.uint8)
        self.canonical = self.points.copy()


@unittest.skipUnless(shutil.which('g++'), 'no g++')
class SkeletonMap(unittest.TestCase):
    def test_a_square_covers_a_quarter_of_the_picture_and_faces_the_viewer(self):
        square = Skeleton()
        drawn = skeleton_map(square.points, square, SIZE)
        covered = drawn[..., 6:9].sum(-1)
        self.assertEqual(covered.sum(), SIZE * SIZE / 4)
        self.assertTrue(np.allclose(drawn[covered > 0][:, 3:6], [0, 0, 1], atol=1e-5))

    def test_canonical_coordinates_are_those_of_the_pixel_centre(self):
        square = Skeleton()
        row, column = 20, 40
        expected = [(column + .5) / SIZE * 2 - 1, 1 - (row + .5) / SIZE * 2, 0]
        self.assertTrue(np.allclose(skeleton_map(square.points, square, SIZE)[row, column, :3], expected, atol=1e-5))

    def test_the_nearer_triangle_wins_whatever_the_order(self):
        square = Skeleton()
        square.points = np.concatenate([square.points, square.points + [0, 0, .3]]).astype(np.float32)
        square.canonical = square.points.copy()
        square.triangles = np.concatenate([square.triangles + 4, square.triangles])
        square.regions = np.array([1, 1, 0, 0], np.uint8)     # mouth in front of skin
        drawn = skeleton_map(square.points, square, SIZE)
        self.assertEqual(drawn[..., 6].sum(), 0)
        self.assertEqual(drawn[..., 8].sum(), SIZE * SIZE / 4)

    def test_an_iris_shows_in_an_eye_even_from_behind_and_nowhere_else(self):
        for region, seen in ((2, SIZE * SIZE / 8), (0, 0)):
            square = Skeleton(region)
            square.points = np.concatenate([square.points, square.points + [0, 0, -.3]]).astype(np.float32)
            square.canonical = square.points.copy()
            square.triangles = np.concatenate([square.triangles, [[4, 5, 6]]]).astype(np.int32)
            square.regions = np.array([region, region, 5], np.uint8)
            self.assertAlmostEqual(skeleton_map(square.points, square, SIZE)[..., 9].sum(), seen, delta=SIZE / 2)


@unittest.skipUnless(shutil.which('g++'), 'no g++')
class Warp(unittest.TestCase):
    """`warp_reference` works on 8 x 8 cells, so these maps are 64 x 64."""

    def setUp(self):
        self.picture = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3)).astype(np.uint8)

    def map(self, shift=0.0, canonical_shift=(0, 0, 0), region=0):
        square = Skeleton(region)
        square.canonical = square.canonical + np.array(canonical_shift, np.float32)
        return skeleton_map(square.points + np.array([shift, 0, 0], np.float32), square, SIZE)

    def test_equal_maps_copy_the_picture(self):
        warped, mask = warp_reference(self.map(), self.map(), self.picture)
        self.assertTrue((warped == self.picture).all())
        self.assertEqual(set(np.unique(mask)), {OUTSIDE, VISIBLE})

    def test_a_skeleton_moved_by_five_pixels_carries_its_texture_along(self):
        warped, mask = warp_reference(self.map(), self.map(10 / SIZE), self.picture)
        self.assertTrue((warped[16:48, 21:53] == self.picture[16:48, 16:48]).all())
        self.assertTrue((mask[16:48, 21:53] == VISIBLE).all())

    def test_what_the_reference_does_not_show_comes_from_the_other_side(self):
        """reference shows canonical x in 0..1, the target -1..0: all of it is mirrored"""
        warped, mask = warp_reference(self.map(canonical_shift=(.5, 0, 0)), self.map(canonical_shift=(-.5, 0, 0)), self.picture)
        self.assertTrue((mask[16:48, 16:48] == MIRRORED).all())
        self.assertTrue((warped[16:48, 16:48] == self.picture[16:48, 16:48][:, ::-1]).all())

    def test_what_neither_side_shows_is_open_and_gets_the_mean_colour(self):
        warped, mask = warp_reference(self.map(), self.map(canonical_shift=(0, 3, 0)), self.picture)
        self.assertTrue((mask[16:48, 16:48] == OPEN).all())
        mean = np.floor(self.picture[16:48, 16:48].reshape(-1, 3).mean(0) + .5)
        self.assertTrue((warped[16:48, 16:48] == mean).all())

    def test_skin_is_not_used_for_the_mouth(self):
        _, mask = warp_reference(self.map(region=0), self.map(region=1), self.picture)
        self.assertTrue((mask[16:48, 16:48] == OPEN).all())


if __name__ == '__main__':
    unittest.main()
