"""Eyeballs: spheres with a slight cornea behind the lids, whose iris lies where the skeleton has it."""
import numpy as np

from .mesh import EYEBALL, grid_triangles

RADIUS = 1.46        # cm; people have 1.2, but the prior's lids lie on a larger ball
CORNEA_HEIGHT = 0.05
IRIS_RADIUS = 0.56
RIGHT_IRIS, LEFT_IRIS = slice(468, 473), slice(473, 478)
ROWS, COLUMNS = 24, 32


def place_eye(mean, iris):
    """-> centre [3]. The iris is straight in front of the centre; between its place in the prior and the middle of the lids."""
    pupil = mean[iris][0]
    side = np.sign(pupil[0])
    return np.array([pupil[0] + 0.09 * side, pupil[1], pupil[2] - RADIUS - CORNEA_HEIGHT])


def surface_radius(angle):
    """Distance from the centre as a function of the angle to the axis, radians."""
    edge = np.arcsin(IRIS_RADIUS * 1.12 / RADIUS)
    rise = np.clip(1 - (angle / edge) ** 2, 0, 1)
    return RADIUS + CORNEA_HEIGHT * rise ** 1.5


def eyeball(centre):
    """-> positions [V, 3], triangles. Rows run from the pupil to the back, densest in front."""
    share = np.linspace(0, 1, ROWS)
    angle = np.pi * (0.55 * share + 0.45 * share ** 2)
    around = np.linspace(0, 2 * np.pi, COLUMNS, endpoint=False)
    a, b = np.meshgrid(angle[1:-1], around, indexing='ij')
    radius = surface_radius(a)
    ring = np.stack([radius * np.sin(a) * np.cos(b), radius * np.sin(a) * np.sin(b), radius * np.cos(a)], -1).reshape(-1, 3)
    positions = np.concatenate([ring, [[0, 0, surface_radius(np.zeros(1))[0]], [0, 0, -RADIUS]]]) + centre
    triangles = grid_triangles(ROWS - 2, COLUMNS, wrap=True)[:, ::-1]
    front, back, last = len(ring), len(ring) + 1, (ROWS - 3) * COLUMNS
    k = np.arange(COLUMNS)
    fan = np.stack([np.full(COLUMNS, front), k, (k + 1) % COLUMNS], -1)
    tail = np.stack([np.full(COLUMNS, back), last + (k + 1) % COLUMNS, last + k], -1)
    return positions, np.concatenate([triangles, fan, tail])


def add_eye(mesh, centre, follow, side):
    position, triangles = eyeball(centre)
    first = mesh.add(position, follow(position), triangles, EYEBALL, f'{side}Eye')
    return first, len(position)


def embed_iris(mean_points, centre, first):
    """The five iris points of an eye on the ball's triangles: by their x and y, moved with the centre. -> vertex [5, 3], weight [5, 3]"""
    position, triangles = eyeball(centre)
    targets = mean_points - mean_points[0] + [*centre[:2], 0]
    # on the circle of the iris, in the four directions of the ring
    vertex, weight = np.zeros((5, 3), np.int64), np.zeros((5, 3))
    front = triangles[position[triangles][..., 2].min(1) > centre[2]]
    for i, target in enumerate(targets):
        a, b, c = np.moveaxis(position[front][..., :2], 1, 0)
        area = np.cross(b - a, c - a)
        w = np.stack([np.cross(b - target[:2], c - target[:2]), np.cross(c - target[:2], a - target[:2]), np.cross(a - target[:2], b - target[:2])], -1) / area[:, None]
        best = w.min(1).argmax()
        vertex[i], weight[i] = front[best] + first, np.clip(w[best], 0, 1)
    return vertex, weight / weight.sum(1, keepdims=True)
