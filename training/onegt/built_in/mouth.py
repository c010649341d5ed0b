"""Teeth, gums and tongue: an arch behind the lips. The upper row is fixed to the skull, the lower one and the tongue to the jaw."""
import numpy as np

from .mesh import GUMS, TEETH, TONGUE, grid_triangles

# From the middle outwards: width along the arch, height of the crown, thickness, how pointed (0 flat edge .. 1 cusp), cm
UPPER_TEETH = [(0.84, 1.02, 0.55, 0.05), (0.66, 0.90, 0.50, 0.12), (0.76, 1.00, 0.62, 0.45), (0.70, 0.84, 0.80, 0.30), (0.68, 0.78, 0.85, 0.25), (0.98, 0.74, 1.00, 0.15), (0.92, 0.70, 1.00, 0.15)]
LOWER_TEETH = [(0.54, 0.88, 0.48, 0.05), (0.58, 0.88, 0.50, 0.08), (0.68, 0.96, 0.58, 0.40), (0.68, 0.84, 0.75, 0.30), (0.70, 0.78, 0.80, 0.25), (1.04, 0.74, 0.98, 0.15), (0.98, 0.70, 0.98, 0.15)]
ROWS, COLUMNS = 7, 12


class Arch:
    """A parabola-like dental arch in the plane y = 0: arc length from the middle -> position and direction along it."""

    def __init__(self, front_z, width, depth):
        t = np.linspace(0, 1, 400)
        x, z = width * np.sin(t * np.pi / 2) ** 0.92, front_z - depth * (1 - np.cos(t * np.pi / 2)) ** 0.95
        length = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x), np.diff(z)))])
        self._table = length, x, z

    def at(self, s):
        """s in cm, negative to the subject's right -> (x, z), unit tangent (x, z) towards growing s"""
        length, x, z = self._table
        side, a = (1 if s >= 0 else -1), abs(s)
        step = 0.02
        here, there = (np.array([np.interp(v, length, x), np.interp(v, length, z)]) for v in (a, a + step))
        tangent = (there - here) / np.linalg.norm(there - here)
        return here * [side, 1], tangent * [1, side]


def _crown(width, height, thickness, point):
    """One tooth about the middle of its edge: x along the arch, y from the root (0) to the edge (height), z outwards."""
    y = np.array([-0.35, 0.0, 0.3, 0.6, 0.85, 0.97, 1.0])
    shrink = np.array([0.72, 0.84, 0.95, 1.0, 0.98, 0.86, 0.30])          # narrower at the neck, rounded at the edge
    thick = np.array([0.90, 1.0, 0.98, 0.80, 0.56, 0.38, 0.12]) if point < 0.2 and thickness < 0.6 else np.array([0.9, 1.0, 1.04, 1.0, 0.86, 0.66, 0.2])
    angle = np.linspace(0, 2 * np.pi, COLUMNS, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    power = 0.62                                                            # a rounded box
    ring_x, ring_z = np.sign(c) * abs(c) ** power, np.sign(s) * abs(s) ** power
    x = 0.485 * width * shrink[:, None] * ring_x
    z = 0.5 * thickness * thick[:, None] * ring_z
    z = z + 0.5 * thickness * (1 - thick[:, None]) * 0.55                   # the front stays upright, the back slopes
    level = y[:, None] * height - point * 0.35 * height * np.clip(y[:, None] - 0.5, 0, 1) * (np.abs(ring_x) ** 2) * 0.6
    return np.stack([x, np.broadcast_to(level, x.shape), z], -1).reshape(-1, 3)


def _row_of_teeth(arch, teeth, edge_y, up):
    """up: +1 for teeth that grow downwards from above. -> positions, triangles"""
    positions, triangles, count = [], [], 0
    side_triangles = grid_triangles(ROWS, COLUMNS, wrap=True)
    top = (ROWS - 1) * COLUMNS
    cap = np.array([[top, top + k, top + k + 1] for k in range(1, COLUMNS - 1)] + [[0, k + 1, k] for k in range(1, COLUMNS - 1)])
    for side in (1, -1):
        s = 0.0
        for i, (width, height, thickness, point) in enumerate(teeth):
            (x, z), (tx, tz) = arch.at(side * (s + width / 2))
            s += width
            local = _crown(width, height, thickness, point)
            lift = 0.06 if i == 1 else -0.02 if i == 2 else 0.0              # laterals are a little short, canines long
            outward = np.array([-tz, tx]) if -tz * x + tx * 1 > 0 else np.array([tz, -tx])
            y = edge_y + up * (lift + height - local[:, 1]) - 0.05 * max(0, 2.5 - abs(i - 4)) * (up < 0)   # the lower row sags in the middle of each side
            local_z = local[:, 2] - thickness / 2                            # the arch is the front of the teeth
            world = np.stack([x + local[:, 0] * tx + local_z * outward[0], y, z + local[:, 0] * tz + local_z * outward[1]], -1)
            t = np.concatenate([side_triangles, cap])
            positions.append(world)
            triangles.append(_facing_out(world, t) + count)
            count += len(world)
    return np.concatenate(positions), np.concatenate(triangles)


def _facing_out(positions, triangles):
    corners = positions[triangles]
    volume = np.einsum('ij,ij->', corners[:, 0] - positions.mean(0), np.cross(corners[:, 1] - positions.mean(0), corners[:, 2] - positions.mean(0)))
    return triangles if volume > 0 else triangles[:, ::-1]


def _gum(arch, length, neck_y, up, thickness=0.85):
    """A tube along the arch over the roots, scalloped where it meets the teeth."""
    steps, around = 57, 10
    positions = []
    for s in np.linspace(-length, length, steps):
        (x, z), (tx, tz) = arch.at(s)
        outward = np.array([-tz, tx]) * (1 if (-tz * x + tx) > 0 else -1)
        for k in range(around):
            angle = 2 * np.pi * k / around
            along, rise = np.cos(angle), np.sin(angle)
            reach = -thickness * 0.42 + along * thickness * 0.55
            y = neck_y + up * (0.45 + rise * (0.60 if rise < 0 else 0.55))
            positions.append((x + reach * outward[0], y, z + reach * outward[1]))
    positions = np.array(positions)
    caps = []
    for row in (0, steps - 1):
        caps += [[row * around, row * around + k, row * around + k + 1] if row else [0, k + 1, k] for k in range(1, around - 1)]
    triangles = np.concatenate([grid_triangles(steps, around, wrap=True), np.array(caps)])
    return positions, _facing_out(positions, triangles)


def _tongue(front_z, y):
    """A flattened, grooved ellipsoid, tip behind the lower incisors."""
    rows, columns = 15, 20
    positions = []
    for t in np.linspace(0, 1, rows):
        along = (1 - np.cos(np.pi * t)) / 2
        z = front_z - 4.6 * along
        half = 1.75 * np.sin(np.pi * min(0.5, along * 0.9 + 0.02)) ** 0.55 * (1 if t < 0.99 else 0.02) * (0.05 if t == 0 else 1)
        for k in range(columns):
            angle = 2 * np.pi * k / columns
            x, rise = half * np.cos(angle), np.sin(angle)
            thick = 0.62 * np.sqrt(max(0.0, np.sin(np.pi * min(0.75, 0.06 + along * 0.8)))) * (0.05 if t == 0 else 1)
            groove = 0.16 * np.exp(-(x / 0.35) ** 2) * (rise > 0.5) * np.sin(np.pi * along)
            positions.append((x, y + 0.55 * np.sin(np.pi * along * 0.8) + rise * thick - groove, z))
    positions = np.array(positions)
    last = (rows - 1) * columns
    caps = [[0, k + 1, k] for k in range(1, columns - 1)] + [[last, last + k, last + k + 1] for k in range(1, columns - 1)]
    triangles = np.concatenate([grid_triangles(rows, columns, wrap=True), np.array(caps)])
    return positions, _facing_out(positions, triangles)


def add_mouth(mesh, lips, fixed, jaw):
    """lips: positions of the inner lips [20, 3]; fixed, jaw: follow functions of upper and lower teeth."""
    line_y, front_z, half_width = lips[:, 1].mean(), lips[:, 2].max(), abs(lips[:, 0]).max()
    upper = Arch(front_z - 0.68, 1.30 * half_width, 4.6)
    lower = Arch(front_z - 1.0, 1.12 * half_width, 4.3)
    edge = line_y - 0.02
    for arch, teeth, edge_y, up, follow in ((upper, UPPER_TEETH, edge - 0.08, 1, fixed), (lower, LOWER_TEETH, edge - 0.22, -1, jaw)):
        position, triangles = _row_of_teeth(arch, teeth, edge_y, up)
        mesh.add(position, follow(position), triangles, TEETH, 'teeth')
        position, triangles = _gum(arch, sum(t[0] for t in teeth) + 0.1, edge_y + up * 0.88, up)
        mesh.add(position, follow(position), triangles, GUMS, 'gums')
    position, triangles = _tongue(front_z - 1.6, line_y - 1.25)
    mesh.add(position, jaw(position), triangles, TONGUE, 'tongue')
