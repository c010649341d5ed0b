"""What the parts of the built-in head are collected in: positions of the mean head and how each vertex follows the handles."""
import numpy as np
import scipy.sparse

SKIN, MOUTH, GUMS, TONGUE, TEETH, SOCKET, EYEBALL = range(7)  # PARTS of packages/data/src/heads/head-model.ts


class Handles:
    """Points with modes, [H, 3] and [M, H, 3]; vertices move with weighted sums of them."""

    def __init__(self, num_modes):
        self.position, self.modes = np.zeros((0, 3)), np.zeros((num_modes, 0, 3))

    def add(self, position, modes):
        """-> indices of the new handles"""
        first = len(self.position)
        self.position = np.concatenate([self.position, position])
        self.modes = np.concatenate([self.modes, modes], 1)
        return np.arange(first, len(self.position))

    def frame(self, displacement, centre=(0, 0, 0), size=8.0):
        """
        Four handles for whatever moves affinely: `displacement(points [4, 3]) -> [M, 4, 3]` is sampled at a tetrahedron.
        -> a function from positions [N, 3] to their follow matrix
        """
        corners = np.array(centre) + size * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
        indices = self.add(corners, displacement(corners))
        inverse = np.linalg.inv(np.concatenate([corners.T, np.ones((1, 4))]))

        def follow(position):
            weight = np.concatenate([position, np.ones((len(position), 1))], 1) @ inverse.T
            rows = np.repeat(np.arange(len(position)), 4)
            return scipy.sparse.csr_matrix((weight.ravel(), (rows, np.tile(indices, len(position)))), shape=(len(position), int(indices[-1]) + 1))
        return follow


class Mesh:
    """Vertices in order of adding; `follow` [V, H]."""

    def __init__(self):
        self.positions, self.follows, self.triangles, self.parts, self.charts, self.flat, self.count = [], [], [], [], [], [], 0

    def add(self, position, follow, triangles, part, chart, flat=None):
        """
        part, chart (the name of a texture chart): one or one per triangle; flat [N, 2]: where vertices lie in their chart,
        in any unit, when that is known. -> index of the first vertex
        """
        first = self.count
        self.positions.append(position)
        self.follows.append(follow)
        self.triangles.append(triangles + first)
        self.parts.append(np.broadcast_to(part, len(triangles)))
        self.charts.append(np.broadcast_to(np.array(chart, 'U16'), len(triangles)))
        self.flat.append(np.full((len(position), 2), np.nan) if flat is None else flat)
        self.count += len(position)
        return first

    def finish(self, num_handles):
        """-> positions [V, 3], follow [V, H], triangles [T, 3], parts [T], charts [T], flat [V, 2]"""
        for follow in self.follows:
            follow.resize((follow.shape[0], num_handles))
        return (np.concatenate(self.positions), scipy.sparse.vstack(self.follows).tocsr(), np.concatenate(self.triangles),
                np.concatenate(self.parts).astype(np.uint8), np.concatenate(self.charts), np.concatenate(self.flat))


def grid_triangles(rows, columns, wrap=False, start=0):
    """A grid of vertices, row by row; counter-clockwise where columns run right and rows run up. `wrap` closes the columns."""
    r, c = np.mgrid[:rows - 1, :columns if wrap else columns - 1]
    a, b = r * columns + c, r * columns + (c + 1) % columns
    d, e = a + columns, b + columns
    return np.concatenate([np.stack([a, b, e], -1).reshape(-1, 3), np.stack([a, e, d], -1).reshape(-1, 3)]) + start


def vertex_normals(position, triangles):
    corners = position[triangles]
    face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal = np.zeros_like(position)
    for k in range(3):
        np.add.at(normal, triangles[:, k], face)
    return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)


def boundary_loops(triangles):
    """Closed walks along edges with one triangle, in the direction of their triangles."""
    directed = {(int(t[k]), int(t[(k + 1) % 3])) for t in triangles for k in range(3)}
    following = {u: v for u, v in directed if (v, u) not in directed}
    loops = []
    while following:
        start = min(following)
        loop, at = [], start
        while at in following:
            loop.append(at)
            at = following.pop(at)
        loops.append(loop)
    return loops
