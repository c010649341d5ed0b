"""The C++ renderer on meshes that can be checked by hand, and the agreement of its structures with the Python records."""
import os
import sys
import unittest

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))
from onegt.build import BuildError  # noqa: E402
from onegt.render import raster  # noqa: E402
from onegt.render.lights import LIGHTS  # noqa: E402
from onegt.render.looks import LOOK  # noqa: E402
from onegt.render.raster import F32, Material  # noqa: E402

try:
    raster.library()
    reason = None
except BuildError as error:
    reason = str(error)


def square(half, z, material, flipped=False):
    """Two triangles facing the camera, canonical position = position."""
    corners = np.array([[-half, -half, z], [half, -half, z], [half, half, z], [-half, half, z]], F32)
    triangles = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    return dict(position=corners, canonical=corners, normal=np.tile(np.array([0, 0, 1], F32), (4, 1)),
                triangles=np.ascontiguousarray(triangles[:, ::-1]) if flipped else triangles,
                materials=np.full(2, material, np.uint8), texture_coordinate=np.zeros((4, 2), F32), hair_depth=np.zeros(4, F32))


def join(first, second):
    joined = {name: np.concatenate([first[name], second[name]]) for name in first}
    joined['triangles'][len(first['triangles']):] += len(first['position'])
    return joined


@unittest.skipIf(reason, f'renderer: {reason}')
class Native(unittest.TestCase):
    def test_python_records_have_the_size_of_the_structures(self):
        self.assertEqual(LOOK.itemsize, raster.library().look_size())
        self.assertEqual(LIGHTS.itemsize, raster.library().lights_size())

    def test_a_square_of_half_the_picture_covers_its_middle(self):
        attributes, materials = raster.render_attributes(square(1, -4, Material.TEETH), 1.0, 8)  # 1/4 of a width off centre
        expected = np.zeros((8, 8), np.uint8)
        expected[2:6, 2:6] = Material.TEETH + 1
        np.testing.assert_array_equal(materials, expected)
        np.testing.assert_allclose(attributes[2, 2], [-0.75, 0.75, -4, 0, 0, 1], atol=1e-5)  # row 0 is the top
        np.testing.assert_array_equal(attributes[0, 0], 0)

    def test_the_nearer_surface_hides_the_farther_whatever_their_order(self):
        near, far = square(1, -4, Material.TEETH), square(8, -8, Material.SKIN)
        for mesh in (join(near, far), join(far, near)):
            materials = raster.render_attributes(mesh, 1.0, 8)[1]
            self.assertEqual((materials[4, 4], materials[0, 0]), (Material.TEETH + 1, Material.SKIN + 1))

    def test_back_faces_show_only_of_two_sided_materials(self):
        for material, visible in ((Material.SKIN, False), (Material.MOUTH, True)):
            materials = raster.render_attributes(square(1, -4, material, flipped=True), 1.0, 8)[1]
            self.assertEqual(bool(materials.any()), visible)

    def test_what_lies_behind_the_camera_is_not_drawn(self):
        self.assertFalse(raster.render_attributes(square(1, 4, Material.MOUTH), 1.0, 8)[1].any())

    def test_a_picture_mixes_foreground_and_background_by_coverage(self):
        look, lights = np.zeros((), LOOK), np.zeros((), LIGHTS)
        look['tone'] = 0.5
        lights['sky'] = lights['ground'] = 1
        mesh = square(1, -4, Material.EYE_SOCKET)  # tone * 0.75, occlusion 0.6; green and blue * 0.8
        texture, eyes = np.zeros((2, 2, 4), np.uint8), np.zeros((2, 3), F32)
        picture, foreground = raster.render_picture(mesh, 1.0, texture, look, lights, eyes, np.full((8, 8, 3), 0.2, F32))
        np.testing.assert_array_equal(picture[0, 0], [51, 51, 51])
        np.testing.assert_allclose(picture[4, 4], [57.4, 45.9, 45.9], atol=1)
        self.assertEqual((foreground[0, 0], foreground[4, 4]), (0, 252))
        half = raster.render_picture(square(1.25, -4, Material.EYE_SOCKET), 1.0, texture, look, lights, eyes, np.zeros((8, 8, 3), F32))
        self.assertEqual(half[1][4].tolist(), [0, 126, 252, 252, 252, 252, 126, 0])  # edges in the middle of pixels 1 and 6

    def test_vertex_normals_of_a_square_and_of_a_fold(self):
        mesh = square(1, 0, Material.SKIN)
        np.testing.assert_allclose(raster.vertex_normals(mesh['position'], mesh['triangles']), np.tile([0, 0, 1], (4, 1)), atol=1e-6)

    def test_noise_is_smooth_periodic_and_zero_mean(self):
        points = np.random.default_rng(0).uniform(0, 64, (4000, 3)).astype(F32)
        values = raster.noise_at(points, 1.0, (0, 0, 0))
        self.assertTrue((np.abs(values) <= 1).all() and abs(values.mean()) < 0.03)
        np.testing.assert_allclose(values, raster.noise_at(points + F32(64), 1.0, (0, 0, 0)), atol=1e-3)
        np.testing.assert_allclose(values, raster.noise_at(points + F32(1e-3), 1.0, (0, 0, 0)), atol=0.02)

    def test_hair_grows_on_the_crown_and_not_on_the_chin(self):
        points = np.array([[0, 13, 0], [0, -6, 9], [0, 2, -9], [9.1, 0.6, -0.6]], F32)  # crown, chin, nape, ear
        depths = raster.hair_depths(points, np.zeros((), LOOK))
        self.assertEqual((depths > 0).tolist(), [True, False, True, False])

    def test_skin_of_plain_tone_is_that_tone_and_moles_are_dark(self):
        look = np.zeros((), LOOK)
        look['tone'] = [0.8, 0.6, 0.4]
        look['num_moles'] = 1
        look['moles'][0] = ([5, 0, 2], 0.3, 1.0)
        lines = np.zeros((5, 3), F32), np.zeros((12, 2), F32), np.zeros(2, F32)
        rgba = raster.bake_skin(np.array([[5, 0, 2], [5, 3, 2]], F32), look, *lines)
        np.testing.assert_allclose(rgba[1], [204, 153, 102, 100], atol=1)
        np.testing.assert_allclose(rgba[0], [56, 30, 22, 100], atol=1)

    def test_arrays_that_are_not_contiguous_are_refused(self):
        with self.assertRaisesRegex(ValueError, 'C-contiguous'):
            raster.noise_at(np.zeros((3, 4), F32).T, 1.0, (0, 0, 0))


if __name__ == '__main__':
    unittest.main()
