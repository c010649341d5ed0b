"""Offsets of the mean skin where 600 points are too few to say what is there. They vanish at the points themselves."""
import numpy as np
import scipy.sparse
import scipy.sparse.linalg

from .mesh import vertex_normals
from .subdivision import edges_of

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

    skin = skin + offset
    front_of_neck = (skin[:, 1] < -8.7) & (skin[:, 1] > -17) & (side[:, 0] < 5.5) & (skin[:, 2] > 0) & (skin[:, 2] < 7.5)
    return _relaxed(skin, triangles, front_of_neck & (nearest > 1e-3))


def _relaxed(position, triangles, free):
    """
    The smoothest surface over the free vertices: the square of the Laplacian vanishes there. Where the skeleton's points are
    few and uneven, as on the larynx, subdivision through them makes ridges.
    """
    edges, _, _ = edges_of(triangles)
    both = np.concatenate([edges, edges[:, ::-1]])
    length = np.linalg.norm(position[both[:, 0]] - position[both[:, 1]], axis=1)
    adjacency = scipy.sparse.csr_matrix((1 / np.maximum(length, 1e-3), (both[:, 0], both[:, 1])), shape=(len(position),) * 2)
    laplacian = scipy.sparse.diags(np.asarray(adjacency.sum(1)).ravel()) - adjacency
    stiffness = (laplacian @ laplacian).tocsc()
    inner, outer = np.flatnonzero(free), np.flatnonzero(~free)
    solve = scipy.sparse.linalg.splu(stiffness[inner][:, inner]).solve
    out = position.copy()
    out[inner] = solve(-(stiffness[inner][:, outer] @ position[outer]))
    return out


def _inside(distance, width):
    return 1 - np.exp(-(distance / width) ** 2)


def _smooth(low, high, x):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
