"""A torso in a shirt: rings of an ellipse from the neck down. It follows half of the head's yaw and nothing else."""
import numpy as np

from .cameras import rotation_matrix, to_camera
from .hair import grid_triangles
from .raster import F32

COLUMNS = 48
# Height, half width and half depth of each ring, cm.
RING_Y = 1.2 + np.array([-11.5, -13, -14.5, -15.5, -16.5, -17.5, -18.5, -20, -22, -25, -30, -36, -42, -50], F32)
RING_X = np.array([4.6, 5.4, 6.2, 7.2, 9, 12, 14.5, 17.5, 19.5, 20.5, 21, 21, 21, 21], F32)
RING_Z = 1.15 * np.array([4.6, 5.6, 6.4, 6.8, 7.2, 7.6, 8, 8.4, 9, 9.5, 10, 10, 10, 10], F32)
ROWS = len(RING_Y)
PIVOT = np.array([0, -12, -2], F32)  # base of the neck
TRIANGLES = grid_triangles(COLUMNS, ROWS, closed=True)


def torso_vertices(shoulder_width):
    """[ROWS * COLUMNS, 3] in head space; shoulder_width is a factor around 1."""
    angle = np.linspace(0, 2 * np.pi, COLUMNS, endpoint=False)
    half_width = RING_X * shoulder_width * 1.06
    rings = [half_width[:, None] * np.sin(angle)[None], np.broadcast_to(RING_Y[:, None], (ROWS, COLUMNS)),
             -2.5 + RING_Z[:, None] * np.cos(angle)[None]]
    return np.stack(rings, -1).reshape(-1, 3).astype(F32)


def torso_pose(camera, rotation, translation):
    """rotation [3, 3] and origin [3] in camera space: position = (vertex - PIVOT) @ rotation.T + origin."""
    return rotation_matrix(camera.yaw * 0.5, 0, 0), to_camera(PIVOT[None], rotation, translation)[0]
