"""
The cage that is subdivided: the skeleton's triangles, opened at eyes and mouth, with lid rims, a mouth cavity, a head
without ears (ear.py makes them) and a bust.

Each cage vertex has a position on the mean head and a row of weights: how it follows the 600 points (or the jaw).
"""
import numpy as np

from ..topology import NUM_POINTS
from .mesh import MOUTH, SKIN, SOCKET, boundary_loops

FACE_REGION, SKULL_REGION = 0, 4
# Of the 600 points, those that lie on the left ear rather than on the head under it
LEFT_EAR = [487, 493, 515, 527, 554, 560, 562, 588, 593]
UPPER_INNER_LIP = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308]
LOWER_INNER_LIP = [308, 324, 318, 402, 317, 14, 87, 178, 88, 95, 78]


class Cage:
    """`position` [C, 3]; `rows`: per vertex {point: weight}, with 'jaw' for the share that follows the jaw."""

    def __init__(self, mean, topology):
        self.mean = mean
        self.position = [*mean]
        self.rows = [{i: 1.0} for i in range(NUM_POINTS)]
        self.sharp = []
        self.exact = set(range(NUM_POINTS))   # these are on the surface; the others guide it
        self.right_ear = mirrored(mean, LEFT_EAR)
        keep = np.isin(topology.regions, (FACE_REGION, SKULL_REGION)) & ~np.isin(topology.triangles, LEFT_EAR + self.right_ear).any(1)
        self.triangles = list(map(tuple, _manifold(topology.triangles[keep]).tolist()))
        self.parts = [SKIN] * len(self.triangles)

    def vertex(self, position, row):
        self.position.append(np.asarray(position, float))
        self.rows.append(row)
        return len(self.position) - 1

    def triangle(self, part, *corners):
        self.triangles.append(corners)
        self.parts.append(part)

    def ring(self, part, outer, inner):
        """A band between two loops of equal length, `outer` in the direction of the boundary walk."""
        for k in range(len(outer)):
            j = (k + 1) % len(outer)
            self.triangle(part, outer[j], outer[k], inner[k])
            self.triangle(part, outer[j], inner[k], inner[j])

    def close(self, part, loop, position, row):
        centre = self.vertex(position, row)
        for k in range(len(loop)):
            self.triangle(part, loop[(k + 1) % len(loop)], loop[k], centre)

    def crease(self, loop):
        self.sharp += list(zip(loop, loop[1:] + loop[:1]))

    def loops(self):
        return boundary_loops(np.array(self.triangles))


def mirrored(mean, points):
    """The points that lie where these lie in a mirror."""
    return [int(np.linalg.norm(mean - mean[i] * [-1, 1, 1], axis=1).argmin()) for i in points]


def _manifold(triangles):
    """Without the triangles that hang on an edge which has two others already (the skeleton has two under the jaw)."""
    edges, index, count = np.unique(np.sort(np.stack([triangles, np.roll(triangles, -1, 1)], -1).reshape(-1, 2), 1), axis=0, return_inverse=True, return_counts=True)
    worst = count[index.reshape(-1, 3)]
    return triangles[~((worst.max(1) > 2) & (worst.min(1) == 1))]


def build_cage(mean, topology, eyes):
    """eyes: {'left': (centre, radius), 'right': ...}"""
    cage = Cage(mean, topology)
    for loop in cage.loops():
        points = mean[loop]
        if points[:, 1].mean() < -12:
            _bust(cage, loop)
        elif 13 in loop:
            _mouth(cage, loop)
        elif abs(points[:, 0].mean()) > 5:
            _under_ear(cage, loop)
        else:
            _lids(cage, loop, *eyes['left' if points[0, 0] > 0 else 'right'])
    return cage


def _bust(cage, loop):
    """Shoulders and chest below the skeleton's last points."""
    previous = loop
    points = cage.mean[loop]
    angle = np.arctan2(points[:, 0], points[:, 2] + 3.0)
    for y, width, front, back, share in ((-20.8, 18.6, 7.4, -11.6, 1.0), (-26.5, 20.6, 9.0, -12.6, 0.6), (-35.0, 18.8, 9.8, -12.0, 0.3)):
        ring = []
        for k, point in enumerate(loop):
            s, c = np.sin(angle[k]), np.cos(angle[k])
            x = width * np.sign(s) * abs(s) ** 0.75
            z = (front if c > 0 else -back) * np.sign(c) * abs(c) ** 0.8
            ring.append(cage.vertex((x, y, z), {point: share}))
        cage.ring(SKIN, previous, ring)
        previous = ring


def _under_ear(cage, loop):
    """The side of the head that the ear covers."""
    side = np.sign(cage.mean[loop[0], 0])
    cage.close(SKIN, loop, (6.6 * side, 0.4, -1.2), {point: 1 / len(loop) for point in loop})


def _lids(cage, loop, centre, radius):
    """Rims with a thickness, and behind them a socket that closes around the eyeball."""
    cage.crease(loop)
    points = cage.mean[loop]
    middle = points.mean(0)
    first, second = [], []
    for point, position in zip(loop, points):
        inward = _unit(_flat(middle - position))
        # the edge of a lid runs towards the eyeball, at a blunt angle to its front
        direction = position - centre
        length = np.linalg.norm(direction)
        rim = centre + _unit(direction + 0.05 * inward) * (radius + 0.012)
        first.append(cage.vertex(rim, {point: 1.0}))
        behind = rim - 0.35 * inward
        behind = centre + _unit(behind - centre) * (radius + 0.1) - [0, 0, 0.1]
        second.append(cage.vertex(behind, {point: 0.6}))
    cage.exact.update(first)
    cage.ring(SKIN, loop, first)
    cage.crease(first)
    cage.ring(SOCKET, first, second)
    third = [cage.vertex(centre + (radius + 0.15) * _unit(_flat(cage.position[v] - centre) * 1.6 - [0, 0, 0.25]), {point: 0.0}) for v, point in zip(second, loop)]
    cage.ring(SOCKET, second, third)
    cage.close(SOCKET, third, centre - [0, 0, radius + 0.4], {})


def _mouth(cage, loop):
    """Lips roll inwards, then a cavity behind them: its roof stays, its floor follows the jaw."""
    points = cage.mean[loop]
    corner = abs(points[:, 0]).max()
    centre_y = points[:, 1].mean()
    rings = [loop]
    for depth, spread, lips in ((0.30, -0.075, 1.0), (0.85, 0.55, 0.5), (2.0, 1.5, 0.1), (4.5, 1.7, 0.0)):
        ring = []
        for point, position in zip(loop, points):
            across = position[0] / corner
            up = 0 if point in (78, 308) else 1 if point in UPPER_INNER_LIP else -1
            height = up * np.sqrt(max(0.0, 1 - across ** 2))
            new = position * [1 + 0.06 * spread, 1, 1] + [0, spread * height * (1 if up > 0 else 1.15), -depth * (1 - 0.35 * across ** 2)]
            new[1] += 0.4 * (centre_y - new[1]) * (depth > 4)
            ring.append(cage.vertex(new, {point: lips, 'jaw': (1 - lips) * (1 - up) / 2}))
        if depth < 0.5:
            cage.exact.update(ring)
        cage.ring(SKIN if depth < 0.5 else MOUTH, rings[-1], ring)
        rings.append(ring)
    cage.close(MOUTH, rings[-1], (0, centre_y - 0.4, points[:, 2].max() - 5.6), {'jaw': 0.4})


def _flat(vector):
    return vector * [1, 1, 0]


def _unit(vector):
    return vector / max(1e-9, np.linalg.norm(vector))
