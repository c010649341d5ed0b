"""Loop subdivision (Loop 1987) with sharp edges (Hoppe et al. 1994), as sparse matrices: new vertices = matrix @ vertices.

Boundary edges are sharp. A vertex with two sharp edges slides on the crease; one with three or more stays where it is.
"""
import numpy as np
import scipy.sparse


def edges_of(triangles):
    """-> edges [E, 2] (sorted pairs), edge of each corner [T, 3] (corner k: from k to k + 1), faces per edge [E]"""
    pairs = np.stack([triangles, np.roll(triangles, -1, axis=1)], -1)   # [T, 3, 2]
    edges, index, count = np.unique(np.sort(pairs.reshape(-1, 2), axis=1), axis=0, return_inverse=True, return_counts=True)
    return edges, index.reshape(-1, 3), count


def _sharp_mask(edges, count, sharp):
    known = {tuple(sorted(edge)) for edge in sharp}
    return (count == 1) | np.array([tuple(edge) in known for edge in edges.tolist()])


def _loop_beta(valence):
    return (0.625 - (0.375 + 0.25 * np.cos(2 * np.pi / valence)) ** 2) / valence


def _vertex_rule(triangles, num_vertices, sharp, smooth_beta, crease_side):
    """One row per vertex: 1 - valence * beta of itself, beta of each neighbour; on creases 1 - 2 * side, side, side."""
    edges, _, count = edges_of(triangles)
    mask = _sharp_mask(edges, count, sharp)
    both = np.concatenate([edges, edges[:, ::-1]])
    both_sharp = np.concatenate([mask, mask])
    valence = np.bincount(both[:, 0], minlength=num_vertices)
    num_sharp = np.bincount(both[both_sharp, 0], minlength=num_vertices)
    beta = np.where(num_sharp < 2, smooth_beta(np.maximum(valence, 3)), 0.0)
    on_crease = num_sharp == 2
    weight = np.where(both_sharp & on_crease[both[:, 0]], crease_side, 0.0) + beta[both[:, 0]]
    own = 1 - np.bincount(both[:, 0], weight, minlength=num_vertices)
    diagonal = np.arange(num_vertices)
    return scipy.sparse.csr_matrix((np.concatenate([own, weight]), (np.concatenate([diagonal, both[:, 0]]), np.concatenate([diagonal, both[:, 1]]))),
                                   shape=(num_vertices, num_vertices))


def limit_matrix(triangles, num_vertices, sharp):
    """Where the vertices of a mesh end after infinitely many subdivisions."""
    return _vertex_rule(triangles, num_vertices, sharp, lambda n: 1 / (n + 3 / (8 * _loop_beta(n))), 1 / 6)


def subdivide(triangles, num_vertices, sharp):
    """-> matrix [V + E, V], triangles [4T, 3] (the four of triangle t are 4t .. 4t + 3), sharp edges. Old vertices keep their indices."""
    edges, of_corner, count = edges_of(triangles)
    mask = _sharp_mask(edges, count, sharp)
    old = _vertex_rule(triangles, num_vertices, sharp, _loop_beta, 1 / 8)
    # an edge's middle: 3/8 of its ends and 1/8 of the two opposite corners; on a crease half of each end
    rows = np.repeat(np.arange(len(edges)), 2)
    ends = np.where(mask, 0.5, 0.375).repeat(2)
    opposite = np.roll(triangles, -2, axis=1).ravel()
    smooth = ~mask[of_corner.ravel()]
    row = np.concatenate([rows, of_corner.ravel()[smooth]])
    column = np.concatenate([edges.ravel(), opposite[smooth]])
    value = np.concatenate([ends, np.full(smooth.sum(), 0.125)])
    middle = scipy.sparse.csr_matrix((value, (row, column)), shape=(len(edges), num_vertices))
    (a, b, c), (ab, bc, ca) = triangles.T, (of_corner + num_vertices).T
    finer = np.stack([np.stack(t, -1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))], 1).reshape(-1, 3)
    middles = {tuple(edge): num_vertices + i for i, edge in enumerate(edges.tolist()) if mask[i]}
    finer_sharp = [half for (u, v), m in middles.items() for half in ((u, m), (m, v))]
    return scipy.sparse.vstack([old, middle]).tocsr(), finer, finer_sharp


def interpolating(triangles, num_vertices, sharp, loose, levels=2):
    """
    A smooth surface through the vertices: control points are solved so that the limit passes through each of them,
    but for the `loose` ones (bool [C]), which are control points themselves: folds do not overshoot there.

    -> limit [V', C]: limit positions of the vertices after `levels` subdivisions, from control points;
       controls: a function from positions [C, ...] to control points; triangles; sharp edges.
    """
    matrix, finer, crease = scipy.sparse.identity(num_vertices, format='csr'), triangles, sharp
    count = num_vertices
    for _ in range(levels):
        step, finer, crease = subdivide(finer, count, crease)
        matrix, count = (step @ matrix).tocsr(), step.shape[0]
    limit = (limit_matrix(finer, count, crease) @ matrix).tocsr()
    exact, free = scipy.sparse.diags((~loose).astype(float)), scipy.sparse.diags(loose.astype(float))
    solve = scipy.sparse.linalg.splu((exact @ limit[:num_vertices] + free).tocsc()).solve
    return limit, solve, finer, crease
