"""
Expressions of the prior put right where they matter to a mesh. The prior is a regression: it shuts the eyes to a slit,
and never saw the shape that closes the mouth over an open jaw.
"""
import numpy as np

from ..prior import ARKIT_NAMES
from .cage import LOWER_INNER_LIP, UPPER_INNER_LIP

LIDS = {  # upper rim over lower rim, corner to corner, without the corners
    'Right': ([246, 161, 160, 159, 158, 157, 173], [7, 163, 144, 145, 153, 154, 155]),
    'Left': ([466, 388, 387, 386, 385, 384, 398], [249, 390, 373, 374, 380, 381, 382]),
}
CLOSED_GAP = 0.2   # cm between the shut lids' front and the ball: half-way down, a straight path is that much nearer to it


def complete(mean, modes, num_identity, eyes):
    """modes [M, 600, 3] -> a corrected copy. eyes: {'left': (centre, radius), ...}"""
    modes = modes.copy()
    for side, (upper, lower) in LIDS.items():
        _shut(mean, modes[num_identity + ARKIT_NAMES.index('eyeBlink' + side)], upper, lower, *eyes[side.lower()])
    modes[num_identity + ARKIT_NAMES.index('mouthClose')] = _closed_mouth(mean, modes[num_identity + ARKIT_NAMES.index('jawOpen')])
    return modes


def _shut(mean, mode, upper, lower, centre, radius):
    """The upper rim comes down on the lower one, both in front of the ball; the lid's skin follows. Writes to `mode`."""
    seam = mean[lower] + mode[lower]
    seam = _in_front(seam, centre, radius + CLOSED_GAP)
    change = {}
    for i, point in enumerate(upper):
        change[point] = seam[i] - [0, 0.03, -0.03] - mean[point] - mode[point]
    for i, point in enumerate(lower):
        change[point] = seam[i] - mean[point] - mode[point]
    rim = np.array(upper + lower)
    move = np.array([change[p] for p in rim])
    near = np.flatnonzero((np.linalg.norm(mean[:468, :2] - centre[:2], axis=1) < 2.6) & (mean[:468, 2] > centre[2] - 1))
    for point in np.setdiff1d(near, rim):
        weight = np.exp(-(np.linalg.norm(mean[rim] - mean[point], axis=1) / 0.5) ** 2)
        if weight.max() > 1e-3:
            mode[point] += (weight[:, None] * move).sum(0) / weight.sum() * weight.max()
    mode[rim] += move
    # nothing of the lids may dip into the ball on the way down
    for share in (1.0, 0.75, 0.5, 0.3):
        path = mean[near] + share * mode[near]
        inside = np.linalg.norm(path - centre, axis=1) < radius + 0.09
        mode[near[inside]] += (_in_front(path[inside], centre, radius + 0.09) - path[inside]) / share


def _in_front(position, centre, radius):
    direction = position - centre
    distance = np.linalg.norm(direction, axis=1, keepdims=True)
    return centre + direction / distance * np.maximum(distance, radius)


def _closed_mouth(mean, jaw_open):
    """Undoes between the lips what jawOpen does, fading towards chin and nose."""
    out = np.zeros_like(mean)
    upper, lower = np.array(UPPER_INNER_LIP), np.array(LOWER_INNER_LIP)[::-1]   # both from the right corner to the left
    opening = jaw_open[lower] - jaw_open[upper]
    front = np.flatnonzero((mean[:468, 2] > 6.5) & (mean[:468, 1] < -1.0) & (mean[:468, 1] > -8.0))
    for lip, other, share, reach in ((lower, upper, 0.88, 1.5), (upper, lower, -0.12, 0.9)):
        for point in front:
            distance = np.linalg.norm(mean[lip] - mean[point], axis=1)
            if point not in lip and (point in other or distance.min() > np.linalg.norm(mean[other] - mean[point], axis=1).min()):
                continue
            weight = np.exp(-((mean[lip, 0] - mean[point, 0]) / 0.35) ** 2) + 1e-9
            out[point] -= share * (weight @ opening) / weight.sum() * np.exp(-(distance.min() / reach) ** 2)
    return out
