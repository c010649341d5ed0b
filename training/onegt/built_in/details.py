"""Offsets of the mean skin where 600 points are too few to say what is there. They vanish at the points themselves."""
import numpy as np

from .mesh import vertex_normals

NOSTRIL = np.array([1.02, -1.16, 10.44])   # of the subject's left, cm


def add_details(skin, triangles, points):
    """skin [V, 3] of the mean head -> moved [V, 3]"""
    side = np.abs(skin * [1, 0, 0]) + skin * [0, 1, 1]           # both sides at once
    normal = vertex_normals(skin, triangles)
    nearest = np.full(len(skin), np.inf)
    for start in range(0, len(skin), 2048):
        part = slice(start, start + 2048)
        nearest[part] = np.linalg.norm(skin[part, None] - points, axis=-1).min(1)
    offset = np.zeros_like(skin)

    # nostrils: the floor of the flat pits goes up into the nose
    away = np.linalg.norm((side - NOSTRIL) * [1, 1, 0.8], axis=1)
    depth = 0.75 * _smooth(0.50, 0.10, away) * _inside(nearest, 0.10)
    offset += depth[:, None] * [0, 0.95, -0.35] * (normal[:, 1:2] < 0.2)

    # the neck is round between the larynx and its sides, where the skeleton has no points
    across = np.clip((side[:, 0] - 0.05) / 4.1, 0, 1) ** 0.6
    band = _smooth(-8.3, -9.8, skin[:, 1]) * _smooth(-16.5, -13.5, skin[:, 1]) * (skin[:, 2] > 0)
    offset += (0.72 * np.sin(np.pi * across) * band * _inside(nearest, 0.35))[:, None] * normal
    return skin + offset


def _inside(distance, width):
    return 1 - np.exp(-(distance / width) ** 2)


def _smooth(low, high, x):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
