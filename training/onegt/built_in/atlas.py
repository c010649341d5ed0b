"""
Texture coordinates. The skin is cut open at the back of the head and flattened as a whole (Tutte 1963: every vertex is a
positive mean of its neighbours inside of a convex outline, so nothing overlaps); the face, which has most of the
vertices, gets most of the space. Everything else shares a strip below it.
"""
import numpy as np
import scipy.sparse
import scipy.sparse.csgraph
import scipy.sparse.linalg

from .mesh import boundary_loops
from .subdivision import edges_of

SKIN_BOTTOM = 0.12   # of the atlas, below it the strip of the other parts
STRIP = {'teeth': (0.0, 0.2), 'gums': (0.2, 0.4), 'tongue': (0.4, 0.55), 'rightEye': (0.55, 0.67), 'leftEye': (0.67, 0.79), 'rightEar': (0.79, 0.895), 'leftEar': (0.895, 1.0)}


def make_atlas(positions, triangles, charts):
    """-> render_source [R], render_triangles [T, 3], uv [R, 2]"""
    skin = np.flatnonzero(charts == 'skin')
    source, corners, uv = _flatten_skin(positions, triangles[skin])
    sources, coordinates, out = [source], [uv * [1, 1 - SKIN_BOTTOM] + [0, SKIN_BOTTOM]], np.zeros_like(triangles)
    out[skin] = corners
    count = len(source)
    for name in dict.fromkeys(charts[charts != 'skin']):
        chosen = np.flatnonzero(charts == name)
        vertices, index = np.unique(triangles[chosen], return_inverse=True)
        out[chosen] = index.reshape(-1, 3) + count
        count += len(vertices)
        sources.append(vertices)
        left, right = STRIP[name]
        local = _planar(positions[vertices], front=name.endswith('Eye'))
        coordinates.append(local * [right - left, SKIN_BOTTOM] * 0.94 + [left + 0.03 * (right - left), 0.03 * SKIN_BOTTOM])
    return np.concatenate(sources), out, np.concatenate(coordinates)


def _planar(points, front):
    """Seen from in front (eyes), else rolled around the vertical axis."""
    if front:
        local = points - points.mean(0)
        radius = np.linalg.norm(local, axis=1)
        angle = np.arccos(np.clip(local[:, 2] / radius, -1, 1)) / np.pi
        flat = local[:, :2] / np.maximum(1e-6, np.linalg.norm(local[:, :2], axis=1, keepdims=True))
        return 0.5 + 0.5 * flat * angle[:, None]
    low, high = points.min(0), points.max(0)
    middle = (low + high) / 2
    u = 0.5 + np.arctan2(points[:, 0] - middle[0], points[:, 2] - middle[2]) / (2 * np.pi)
    return np.stack([u, (points[:, 1] - low[1]) / (high[1] - low[1])], -1)


def _flatten_skin(positions, triangles):
    cut = _back_seam(positions, triangles)
    source, corners = _cut_open(triangles, cut)
    outline = max(boundary_loops(corners), key=len)
    placed = _outline_shape(positions[source[outline]])
    edges, _, _ = edges_of(corners)
    length = np.linalg.norm(positions[source[edges[:, 0]]] - positions[source[edges[:, 1]]], axis=1)
    weight = 1 / np.sqrt(np.maximum(length, 0.02))
    both, weights = np.concatenate([edges, edges[:, ::-1]]), np.tile(weight, 2)
    count = len(source)
    laplacian = scipy.sparse.csr_matrix((weights, (both[:, 0], both[:, 1])), shape=(count, count))
    laplacian = scipy.sparse.diags(np.asarray(laplacian.sum(1)).ravel()) - laplacian
    inner = np.setdiff1d(np.arange(count), outline)
    uv = np.zeros((count, 2))
    uv[outline] = placed
    uv[inner] = scipy.sparse.linalg.spsolve(laplacian[inner][:, inner].tocsc(), -laplacian[inner][:, outline] @ placed)
    return source, corners, uv


def _back_seam(positions, triangles):
    """A path of edges from the lower rim up the back of the head to the top."""
    edges, _, _ = edges_of(triangles)
    middle = positions[edges].mean(1)
    cost = np.linalg.norm(positions[edges[:, 0]] - positions[edges[:, 1]], axis=1) * (1 + 3 * abs(middle[:, 0])) + 50 * (middle[:, 2] > 3)
    graph = scipy.sparse.csr_matrix((cost, (edges[:, 0], edges[:, 1])), shape=(len(positions),) * 2)
    rim = np.array(max(boundary_loops(triangles), key=len))
    start = rim[(abs(positions[rim, 0]) + 10 * (positions[rim, 2] > 0)).argmin()]
    used = np.unique(triangles)
    end = used[(positions[used, 1] - abs(positions[used, 0])).argmax()]
    _, before = scipy.sparse.csgraph.dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    path = [end]
    while path[-1] != start:
        path.append(before[path[-1]])
    return path


def _cut_open(triangles, path):
    """Double the vertices along a path: -> source [R], corners [T, 3]. Corners of one vertex stay one where an uncut edge joins them."""
    cut = {tuple(sorted(edge)) for edge in zip(path, path[1:])}
    on_path = set(path)
    touched = [t for t in range(len(triangles)) if on_path & set(triangles[t].tolist())]
    parent = {(t, k): (t, k) for t in touched for k in range(3)}

    def find(node):
        while parent[node] != node:
            node = parent[node]
        return node
    by_edge = {}
    for t in touched:
        for k in range(3):
            by_edge.setdefault(tuple(sorted((triangles[t][k], triangles[t][(k + 1) % 3]))), []).append(t)
    for edge, pair in by_edge.items():
        if len(pair) == 2 and edge not in cut:
            for vertex in edge:
                a, b = (find((t, triangles[t].tolist().index(vertex))) for t in pair)
                parent[a] = b
    used, corners = np.unique(triangles, return_inverse=True)
    corners = corners.reshape(-1, 3)
    source, first = list(used), {}
    for t in touched:
        for k in range(3):
            vertex = triangles[t][k]
            if vertex in on_path:
                root = find((t, k))
                if root not in first:
                    taken = any(triangles[r[0]][r[1]] == vertex for r in first)
                    first[root] = len(source) if taken else corners[t, k]
                    if taken:
                        source.append(vertex)
                corners[t, k] = first[root]
    return np.array(source), corners


def _outline_shape(points):
    """The outline on a rounded square: the rim of the bust below, the two sides of the seam left, right and above."""
    top = points[:, 1].argmax()
    order = np.roll(np.arange(len(points)), -top)
    step = np.linalg.norm(np.diff(points[order], axis=0, append=points[order][:1]), axis=1) ** 0.7
    share = np.concatenate([[0], np.cumsum(step)[:-1]]) / step.sum()
    angle = np.pi / 2 + 2 * np.pi * share      # counter-clockwise, as the loop runs: the atlas is not mirrored
    square = np.stack([np.cos(angle), np.sin(angle)], -1)
    scale = (abs(square) ** 8).sum(1) ** (-1 / 8)
    uv = np.zeros((len(points), 2))
    uv[order] = 0.5 + 0.5 * square * scale[:, None]
    return uv
