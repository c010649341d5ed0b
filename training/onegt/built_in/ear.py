"""
Ears: a relief over the plane of the ear (helix, antihelix, concha, tragus, lobe) with a back that runs into the head,
bent so that the skeleton's few ear points lie on it, and following them and the head around it.
"""
import numpy as np
import scipy.interpolate
import scipy.sparse

from .cage import LEFT_EAR, mirrored
from .mesh import SKIN, grid_triangles

# In the plane of the ear, cm: a runs from the tragus backwards, b up
OUTLINE = [(0.02, 1.0), (0.15, 1.75), (0.70, 2.32), (1.50, 2.52), (2.18, 2.02), (2.46, 1.10), (2.45, 0.1), (2.33, -0.85), (1.92, -1.65), (1.38, -2.28), (0.80, -2.52), (0.28, -2.20), (0.02, -1.5), (-0.12, -0.7), (-0.15, 0.1)]
CONCHA = np.array([0.95, -0.30])
COLUMNS = 44
FRONT_ROWS = [0.12, 0.26, 0.38, 0.46, 0.53, 0.60, 0.67, 0.74, 0.81, 0.87, 0.92, 0.96, 0.99]
BACK_ROWS = [(1.0, -0.16), (0.95, -0.27), (0.82, -0.36), (0.66, -0.55), (0.52, -0.95), (0.46, -1.6)]   # share of the outline, depth
ORIGIN, BACKWARDS, UP = 506, 487, 560   # tragus, back and top of the helix
# Points of the head around the ear: what carries it
AROUND = [506, 572, 500, 478, 525, 535]


def _bump(ab, centre, width):
    return np.exp(-((ab - centre) ** 2).sum(-1) / width ** 2)


def _ridge(r, at, width):
    return np.exp(-((r - at) / width) ** 2)


def _segment(ab, start, end, width):
    start, end = np.array(start), np.array(end)
    t = np.clip(((ab - start) @ (end - start)) / ((end - start) @ (end - start)), 0, 1)
    return np.exp(-((ab - start - t[..., None] * (end - start)) ** 2).sum(-1) / width ** 2) * (1 - 0.5 * t)


def _smooth(low, high, x):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def relief(ab, r):
    """Height over the plane, cm."""
    a, b = ab[..., 0], ab[..., 1]
    helix = _smooth(-1.6, -0.6, b) * np.maximum(_smooth(0.3, 0.9, a), _smooth(0.9, 1.4, b))
    antihelix = _smooth(-1.5, -0.9, b) * _smooth(1.0, 1.45, a) * (1 - 0.55 * _smooth(1.2, 1.8, b))
    crura = 0.5 * _segment(ab, (1.55, 0.95), (0.85, 1.75), 0.22) + 0.6 * _segment(ab, (1.55, 0.85), (0.55, 1.10), 0.20)
    bowl = 1 - _smooth(0.40, 0.60, r + 0.35 * _smooth(0.7, 1.3, b))
    height = 0.14 * r ** 2 - 0.60 * bowl
    height += helix * (0.26 * _ridge(r, 0.93, 0.075) - 0.16 * _ridge(r, 0.79, 0.07))
    height += 0.24 * antihelix * _ridge(r, 0.645, 0.085) + 0.20 * crura
    height += 0.26 * _segment(ab, (0.02, 1.0), (0.85, 0.28), 0.16)           # crus of the helix
    height += 0.42 * _bump(ab, (0.12, -0.20), 0.34)                          # tragus
    height += 0.30 * _bump(ab, (0.80, -1.18), 0.30)                          # antitragus
    height += 0.14 * _bump(ab, (0.85, -1.95), 0.55) - 0.10 * _bump(ab, (0.30, -0.95), 0.22)
    front = _smooth(0.45, -0.1, a) * _smooth(0.72, 1.0, r)
    return height - 0.75 * front                                              # the front edge dives into the cheek


def ear_sheet():
    """-> (a, b, height) [V, 3], triangles: seen with a to the right and b up, counter-clockwise from the front."""
    closed = np.array(OUTLINE + OUTLINE[:1])
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    curve = scipy.interpolate.CubicSpline(length, closed, bc_type='periodic')(np.linspace(0, length[-1], COLUMNS, endpoint=False))
    rows = [CONCHA + r * (curve - CONCHA) for r in FRONT_ROWS]
    heights = [relief(row, np.full(COLUMNS, r)) for row, r in zip(rows, FRONT_ROWS)]
    for share, depth in BACK_ROWS:
        row = CONCHA + share * (curve - CONCHA)
        rim = relief(curve, np.full(COLUMNS, 0.99))
        rows.append(row)
        heights.append(rim * _smooth(0.5, 0.95, np.full(COLUMNS, share)) + depth)
    centres = [[*CONCHA, relief(CONCHA[None], np.zeros(1))[0]], [*CONCHA, heights[-1].mean()]]
    sheet = np.concatenate([np.concatenate([row, h[:, None]], 1) for row, h in zip(rows, heights)] + [centres])
    # the outline runs clockwise in (a, b): from the root of the helix up and backwards
    triangles = grid_triangles(len(rows), COLUMNS, wrap=True)
    k = np.arange(COLUMNS)
    fan = np.stack([np.full(COLUMNS, len(sheet) - 2), (k + 1) % COLUMNS, k], -1)
    last = (len(rows) - 1) * COLUMNS
    inner = np.stack([np.full(COLUMNS, len(sheet) - 1), last + k, last + (k + 1) % COLUMNS], -1)   # inside of the head
    return sheet, np.concatenate([triangles, fan, inner])


def add_ear(mesh, handles, mean, modes, side):
    """-> embedding of the ear's points: {point: vertex}"""
    mirror = np.array([1.0 if side == 'left' else -1.0, 1, 1])
    number = (lambda points: list(points)) if side == 'left' else (lambda points: mirrored(mean, points))
    points, around = number(LEFT_EAR), number(AROUND)
    local = mean * mirror
    origin, back, top = (local[i] for i in number([ORIGIN, BACKWARDS, UP]))
    lobe = local[number([593])[0]]
    up = _unit(top - lobe)
    backwards = back - origin
    backwards = _unit(backwards - up * (backwards @ up))
    out = np.cross(backwards, up)
    sheet, triangles = ear_sheet()
    position = origin + sheet[:, :1] * backwards + sheet[:, 1:2] * up + sheet[:, 2:] * out
    if out[0] < 0:
        raise ValueError('the plane of the ear faces the head')
    # bend: the nearest free vertex to each point of the skeleton goes to it
    chosen = []
    for point in points:
        distance = np.linalg.norm(position - local[point], axis=1)
        distance[chosen] = np.inf
        chosen.append(int(distance.argmin()))
    # along the relief the points keep their distances: a wide kernel bends, it does not dent
    kernel = np.exp(-np.linalg.norm(position[:, None] - position[chosen], axis=-1) ** 2 / 1.1 ** 2)
    move = np.linalg.solve(kernel[chosen], local[points] - position[chosen])
    position = (position + kernel @ move) * mirror
    nodes = points + around
    first = handles.add(mean[nodes], modes[:, nodes])
    weight = _biharmonic(mean[nodes], position)
    rows = np.repeat(np.arange(len(position)), len(nodes))
    follow = scipy.sparse.csr_matrix((weight.ravel(), (rows, np.tile(first, len(position)))), shape=(len(position), first[-1] + 1))
    back = (triangles >= (len(FRONT_ROWS) - 1) * COLUMNS).all(1) & (triangles != len(sheet) - 2).all(1)
    start = mesh.add(position, follow, triangles if side == 'left' else triangles[:, ::-1], SKIN, np.where(back, f'{side}EarBack', f'{side}Ear'), sheet[:, :2] * mirror[:2])
    return {point: start + vertex for point, vertex in zip(points, chosen)}


def _biharmonic(nodes, position):
    """Weights of a smooth interpolation in space that reproduces linear functions and the nodes themselves: [N, nodes]"""
    count = len(nodes)
    kernel = np.linalg.norm(nodes[:, None] - nodes, axis=-1)
    linear = np.concatenate([np.ones((count, 1)), nodes], 1)
    system = np.block([[kernel, linear], [linear.T, np.zeros((4, 4))]])
    right = np.concatenate([np.linalg.norm(position[:, None] - nodes, axis=-1), np.ones((len(position), 1)), position], 1)
    return np.linalg.solve(system, right.T).T[:, :count]


def _unit(vector):
    return vector / np.linalg.norm(vector)
