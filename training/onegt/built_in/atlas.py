"""
Texture coordinates. The skin is cut open at the back of the head and flattened as a whole (Tutte 1963: every vertex is a
positive mean of its neighbours inside of a convex outline, so nothing overlaps), with weights that give the face the
most space. Everything else shares a strip below it.
"""
import numpy as np
import scipy.sparse
import scipy.sparse.csgraph
import scipy.sparse.linalg

from .mesh import SKIN, boundary_loops
from .subdivision import edges_of

ROUNDS = 14
SKIN_BOTTOM = 0.12   # of the atlas, below it the strip of the other parts
STRIP = {'teeth': (0.0, 0.12), 'gums': (0.12, 0.24), 'tongue': (0.24, 0.34), 'rightEye': (0.34, 0.42), 'leftEye': (0.42, 0.50),
         'rightEar': (0.50, 0.64), 'rightEarBack': (0.64, 0.75), 'leftEar': (0.75, 0.89), 'leftEarBack': (0.89, 1.0)}


def make_atlas(positions, triangles, parts, charts, flat):
    """-> render_source [R], render_triangles [T, 3], uv [R, 2]"""
    skin = np.flatnonzero(charts == 'skin')
    inside = np.ones(len(positions), bool)   # mouth and sockets
    inside[triangles[skin[parts[skin] == SKIN]]] = False
    source, corners, uv = _flatten_skin(positions, triangles[skin], inside)
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
        local = flat[vertices]
        if np.isnan(local).any():
            local = _planar(positions[vertices], front=name.endswith('Eye'))
        else:
            local = (local - local.min(0)) / np.ptp(local, axis=0)
            a, b, c = np.moveaxis(local[index.reshape(-1, 3)], 1, 0)
            if np.cross(b - a, c - a).sum() < 0:
                local[:, 0] = 1 - local[:, 0]
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


def _flatten_skin(positions, triangles, inside):
    cut = _back_seam(positions, triangles)
    source, corners = _cut_open(triangles, cut)
    outline = max(boundary_loops(corners), key=len)
    placed = _outline_shape(positions[source[outline]], _importance(positions[source[outline]], False))
    edges, _, _ = edges_of(corners)
    place = positions[source]
    target = np.linalg.norm(place[edges[:, 0]] - place[edges[:, 1]], axis=1) * np.minimum(*_importance(place, inside[source])[edges.T])
    target = np.maximum(target, 0.1 * target.mean())
    both, count = np.concatenate([edges, edges[:, ::-1]]), len(source)
    inner = np.setdiff1d(np.arange(count), outline)
    uv = np.zeros((count, 2))
    uv[outline] = placed
    weight = np.ones(len(edges))
    # springs: stiffer where an edge came out too long. Positive weights never fold, however uneven they are.
    for _ in range(ROUNDS):
        laplacian = scipy.sparse.csr_matrix((np.tile(weight, 2), (both[:, 0], both[:, 1])), shape=(count, count))
        laplacian = scipy.sparse.diags(np.asarray(laplacian.sum(1)).ravel()) - laplacian
        uv[inner] = scipy.sparse.linalg.spsolve(laplacian[inner][:, inner].tocsc(), -laplacian[inner][:, outline] @ placed)
        stretch = np.linalg.norm(uv[edges[:, 0]] - uv[edges[:, 1]], axis=1) / target
        weight *= np.clip((stretch / np.median(stretch)), 0.2, 5)
        weight = np.clip(weight / np.median(weight), 1e-4, 1e4)
    return source, corners, uv


def _importance(place, inside):
    """How much finer than the neck: the face most, the chest and what nobody sees least."""
    y, z = place[:, 1], place[:, 2]
    face = np.clip((z - 1) / 5, 0, 1) * np.clip((y + 11) / 3, 0, 1)
    chest = np.clip((-12 - y) / 8, 0, 1)
    return (1 + 1.4 * face) * (1 - 0.72 * chest) * np.where(inside, 0.3, 1)


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


def _outline_shape(points, importance):
    """The outline on a rounded square: the rim of the bust below, the two sides of the seam left, right and above."""
    top = points[:, 1].argmax()
    order = np.roll(np.arange(len(points)), -top)
    step = np.linalg.norm(np.diff(points[order], axis=0, append=points[order][:1]), axis=1) * importance[order]
    share = np.concatenate([[0], np.cumsum(step)[:-1]]) / step.sum()
    angle = np.pi / 2 + 2 * np.pi * share      # counter-clockwise, as the loop runs: the atlas is not mirrored
    square = np.stack([np.cos(angle), np.sin(angle)], -1)
    scale = (abs(square) ** 8).sum(1) ** (-1 / 8)
    uv = np.zeros((len(points), 2))
    uv[order] = 0.5 + 0.5 * square * scale[:, None]
    return uv
