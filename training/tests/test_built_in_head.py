"""The built-in head: its surface goes through the skeleton, its subdivision does what Loop's does."""
import pathlib
import sys
import unittest

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from onegt import safetensors  # noqa: E402
from onegt.built_in.subdivision import interpolating, limit_matrix, subdivide  # noqa: E402
from onegt.built_in_head import build, planes  # noqa: E402
from onegt.topology import NUM_POINTS, Topology  # noqa: E402

PRIOR = pathlib.Path(__file__).parents[2] / 'packages' / 'weights-nano' / 'weights' / 'prior.safetensors'
OCTAHEDRON = np.array([[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]])
CORNERS = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], float)


class BuiltInHead(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prior, _ = safetensors.load_file(str(PRIOR))
        cls.head = build(cls.prior['mean'], cls.prior['identity'][:4], cls.prior['expression'], Topology())

    def test_subdivision_of_an_octahedron_keeps_its_symmetry_and_splits_each_triangle_in_four(self):
        matrix, triangles, sharp = subdivide(OCTAHEDRON, 6, [])
        finer = matrix @ CORNERS
        assert triangles.shape == (32, 3) and len(finer) == 6 + 12 and sharp == []
        np.testing.assert_allclose(matrix.sum(1), 1)
        # an old corner of valence 4: beta = (5/8 - (3/8 + 1/4 cos 90)^2) / 4, its neighbours cancel out
        np.testing.assert_allclose(finer[:6], CORNERS * (1 - 4 * (0.625 - 0.375 ** 2) / 4))
        np.testing.assert_allclose(np.linalg.norm(finer[6:], axis=1), np.sqrt(2) * 0.375)

    def test_subdivision_keeps_a_sharp_edge_straight_and_a_flat_border_where_it_is(self):
        square = np.array([[0, 1, 2], [0, 2, 3]])
        corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
        matrix, triangles, sharp = subdivide(square, 4, [])
        assert len(sharp) == 8   # the halves of its four border edges
        border = matrix @ corners
        np.testing.assert_allclose(border[4:].min(0), [0, 0, 0], atol=1e-12)
        np.testing.assert_allclose(border[4:].max(0), [1, 1, 0], atol=1e-12)
        crease, _, halves = subdivide(OCTAHEDRON, 6, [(0, 2), (2, 1), (1, 3), (3, 0)])
        assert len(halves) == 8
        on_crease = (crease @ CORNERS)[[0, 1, 2, 3]]
        np.testing.assert_allclose(on_crease[:, 2], 0, atol=1e-12)

    def test_limit_of_the_control_points_goes_through_every_vertex_that_is_not_loose(self):
        loose = np.zeros(6, bool)
        limit, solve, triangles, _ = interpolating(OCTAHEDRON, 6, [], loose)
        np.testing.assert_allclose((limit @ solve(CORNERS))[:6], CORNERS, atol=1e-9)
        loose[0] = True
        limit, solve, _, _ = interpolating(OCTAHEDRON, 6, [], loose)
        through = (limit @ solve(CORNERS))[:6]
        np.testing.assert_allclose(through[1:], CORNERS[1:], atol=1e-9)
        assert through[0, 0] < 0.99
        # the limit of a finer mesh is the limit of the coarser one
        matrix, finer, _ = subdivide(OCTAHEDRON, 6, [])
        np.testing.assert_allclose((limit_matrix(finer, 18, []) @ matrix)[:6].toarray(), limit_matrix(OCTAHEDRON, 6, []).toarray(), atol=1e-9)

    def test_each_skeleton_point_is_a_vertex_of_the_surface_and_moves_with_its_modes(self):
        head, prior = self.head, self.prior
        skin = np.setdiff1d(np.arange(NUM_POINTS), np.arange(468, 478))   # irises lie on the eyeballs
        vertex = head['skeleton_vertex'][skin, 0]
        np.testing.assert_allclose(head['positions'][vertex], prior['mean'][skin], atol=0.03)
        moved = np.stack([head['follow'] @ mode for mode in head['handles'].modes[:4]])
        np.testing.assert_allclose(moved[:, vertex], prior['identity'][:4, skin], atol=1e-6)

    def test_lower_teeth_follow_the_jaw_and_upper_teeth_stay(self):
        head = self.head
        from onegt.prior import ARKIT_NAMES
        motion = head['follow'] @ head['handles'].modes[4 + ARKIT_NAMES.index('jawOpen')]
        teeth = np.unique(head['triangles'][head['charts'] == 'teeth'])
        fixed = np.linalg.norm(motion[teeth], axis=1) < 1e-6
        assert 0.3 < fixed.mean() < 0.7
        assert (motion[teeth][~fixed][:, 1] < -1).all()
        assert head['positions'][teeth][fixed][:, 1].mean() > head['positions'][teeth][~fixed][:, 1].mean() + 0.5

    def test_planes_hold_sixteen_bits_and_refuse_more(self):
        low, high = planes([1, -2, 300])
        np.testing.assert_array_equal(low.astype(int) + 256 * high.astype(int), [1, 65534, 300])
        with self.assertRaisesRegex(ValueError, 'does not fit'):
            planes([40000, -1])


if __name__ == '__main__':
    unittest.main()
