"""Writes the head that ships inside of @onegt/data: the mean head prior made into a mesh that can be rendered.

The prior (prior.py) knows 600 points and how they move. This script makes a surface of them and adds what they do not
say. All of it is the project's own work: nothing is read but the prior and the skeleton's triangles.

  cage      the skeleton's triangles without the membranes over eyes and mouth, with lid rims, a mouth, a bust
  skin      two Loop subdivisions of the cage, whose control points are solved so that the limit passes through the points
  details   ears, nostrils, lips, lids: offsets of the mean that vanish at the 600 points
  parts     eyeballs, teeth, gums, tongue, which follow a few handles (turning jaw, fixed upper teeth)

Every vertex moves as a weighted sum of handles: displacement = follow @ handle modes. `follow` is sparse; identity and
expression modes are stored for the handles only, and the package multiplies at load (packages/data/src/heads/built-in).

    python -m onegt.built_in_head packages/weights-nano/weights/prior.safetensors packages/data/src/heads/built-in/data.ts
"""
import argparse
import base64
import json
import pathlib
import tempfile
import textwrap
import zlib

import numpy as np
import scipy.sparse

from . import safetensors
from .built_in.atlas import make_atlas
from .built_in.cage import build_cage
from .built_in.details import add_details
from .built_in.ear import add_ear
from .built_in.expressions import complete
from .built_in.eyes import LEFT_IRIS, RADIUS, RIGHT_IRIS, add_eye, embed_iris, place_eye
from .built_in.mesh import Handles, Mesh
from .built_in.mouth import add_mouth
from .built_in.subdivision import interpolating
from .prior import ARKIT_NAMES
from .topology import NUM_POINTS, Topology

IDENTITY_MODES = 40
CHIN = [152, 148, 377, 176, 400, 149, 378, 175, 199, 200, 208, 428, 171, 396]   # skin over the bone of the jaw
JAW_EXPRESSIONS = ('jawOpen', 'jawForward', 'jawLeft', 'jawRight')
MOUTH_SURROUND = [0, 17, 13, 14, 61, 291, 164, 18, 57, 287, 37, 267, 84, 314]
LEVELS = 2


def build(mean, identity, expression, topology):
    """mean [600, 3], identity [I, 600, 3], expression [51, 600, 3] -> dict of arrays, see `save`."""
    modes = np.concatenate([identity, expression]).astype(float)
    mean = mean.astype(float)
    eyes = {'right': (place_eye(mean, RIGHT_IRIS), RADIUS), 'left': (place_eye(mean, LEFT_IRIS), RADIUS)}

    modes = complete(mean, modes, len(identity), eyes)
    cage = build_cage(mean, topology, eyes)
    position = np.array(cage.position)
    used = np.unique(cage.triangles)
    compact = np.full(len(position), -1)
    compact[used] = np.arange(len(used))
    jaw_motion = jaw_of(mean, modes, len(identity))
    follow_points = scipy.sparse.lil_matrix((len(position), NUM_POINTS))
    jaw_share = np.zeros(len(position))
    for v, row in enumerate(cage.rows):
        for key, weight in row.items():
            if key == 'jaw':
                jaw_share[v] = weight
            else:
                follow_points[v, key] = weight
    follow_points = follow_points.tocsr()
    cage_modes = np.stack([follow_points @ mode for mode in modes])
    cage_modes += jaw_share[:, None] * jaw_motion(position)

    sharp = [(compact[a], compact[b]) for a, b in cage.sharp]
    limit, solve, triangles, _ = interpolating(compact[np.array(cage.triangles)], len(used), sharp, ~np.isin(used, list(cage.exact)), LEVELS)
    handles = Handles(len(modes))
    control = solve(position[used])
    handles.add(control, np.stack([solve(mode[used]) for mode in cage_modes]))
    skin = add_details(limit @ control, triangles, mean)
    mesh = Mesh()
    mesh.add(skin, limit, triangles, np.repeat(cage.parts, 4 ** LEVELS), 'skin')

    skeleton_vertex = np.repeat(compact[:NUM_POINTS, None], 3, 1)
    skeleton_weight = np.tile([1.0, 0, 0], (NUM_POINTS, 1))
    for side in ('right', 'left'):
        for point, vertex in add_ear(mesh, handles, mean, modes, side).items():
            skeleton_vertex[point] = vertex
    eye_rows = []
    for side, iris in (('right', RIGHT_IRIS), ('left', LEFT_IRIS)):
        centre, radius = eyes[side]
        first, count = add_eye(mesh, centre, handles.frame(eye_motion(mean, modes, len(identity), iris, centre), centre, 4.0), side)
        skeleton_vertex[iris], skeleton_weight[iris] = embed_iris(mean[iris], centre, first)
        eye_rows.append((side, first, count, centre, radius))
    fixed = handles.frame(scaled_motion(mean, modes, len(identity), MOUTH_SURROUND))
    jaw = handles.frame(jaw_motion)
    lips = mean[[78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95]]
    add_mouth(mesh, lips, fixed, jaw)
    positions, follow, triangles, parts, charts, flat = mesh.finish(len(handles.position))
    render_source, render_triangles, uv = make_atlas(positions, triangles, parts, charts, flat)
    return dict(positions=positions, follow=follow, triangles=triangles, parts=parts, charts=charts, handles=handles, eyes=eye_rows,
                render_source=render_source, render_triangles=render_triangles, uv=uv, skeleton_vertex=skeleton_vertex, skeleton_weight=skeleton_weight, num_identity=len(identity))


def scaled_motion(mean, modes, num_identity, points):
    """Identity modes as translation and scale of the named points, nothing for expressions: displacement(positions) -> [M, N, 3]"""
    middle = mean[points].mean(0)
    around = mean[points] - middle
    shift = modes[:, points].mean(1)                                                      # [M, 3]
    scale = np.einsum('mpc,pc->m', modes[:, points] - shift[:, None], around) / (around ** 2).sum()
    return lambda position: _only_identity(num_identity, shift[:, None] + scale[:, None, None] * (position - middle))


def _only_identity(num_identity, displacement):
    displacement = displacement.copy()
    displacement[num_identity:] = 0
    return displacement


def eye_motion(mean, modes, num_identity, iris, centre):
    """The ball goes where identity takes the iris and grows with the iris; expressions turn it, which is not a mode."""
    shift = modes[:, iris].mean(1)
    ring = mean[iris][1:] - mean[iris][1:].mean(0)
    moved = modes[:, iris][:, 1:] - modes[:, iris][:, 1:].mean(1, keepdims=True)
    scale = np.einsum('mpc,pc->m', moved, ring) / (ring ** 2).sum()
    front = centre + [0, 0, RADIUS]
    return lambda position: _only_identity(num_identity, shift[:, None] + scale[:, None, None] * (position - front))


def jaw_of(mean, modes, num_identity):
    """The jaw's turn about its hinge and its shift in each jaw expression, from the chin's points; identity as the upper teeth."""
    identity = scaled_motion(mean, modes, num_identity, MOUTH_SURROUND)
    chin = mean[CHIN]
    # displacement = shift + turn x position: 6 unknowns, least squares
    rows = np.concatenate([np.concatenate([np.eye(3), -_cross(p)], 1) for p in chin])
    index = [num_identity + ARKIT_NAMES.index(name) for name in JAW_EXPRESSIONS]
    solution = np.linalg.lstsq(rows, modes[index][:, CHIN].reshape(len(index), -1).T, rcond=None)[0]

    def motion(position):
        out = identity(position)
        for i, column in zip(index, solution.T):
            out[i] = column[:3] + np.cross(column[3:], position)
        return out
    return motion


def _cross(p):
    return np.array([[0, -p[2], p[1]], [p[2], 0, -p[0]], [-p[1], p[0], 0]])


# Fixed-point steps: 16 bits hold what is stored, and small numbers compress well
POSITION_STEP, MODE_STEP, WEIGHT_STEP, UV_STEP = 1 / 800, 1 / 2000, 1 / 30000, 1 / 65535   # cm, cm, 1, 1


def planes(values, step=1):
    """16-bit integers as [2, N] bytes, low bytes first: the high bytes then compress to little."""
    integers = np.rint(np.asarray(values, float).ravel() / step).astype(np.int64)
    if integers.size and (integers.min() < -32768 or integers.max() > 65535 or (integers.min() < 0 and integers.max() > 32767)):
        raise ValueError(f'{integers.min()}..{integers.max()} does not fit 16 bits; step {step}')
    return np.ascontiguousarray((integers & 0xffff).astype('<u2').view(np.uint8).reshape(-1, 2).T)


def tensors_of(head):
    follow = head['follow'].tocsr()
    follow.data[abs(follow.data) < WEIGHT_STEP] = 0
    follow.eliminate_zeros()
    follow.sort_indices()
    modes = head['handles'].modes
    largest = np.abs(modes).max((1, 2))
    return {
        'positions': planes(head['positions'], POSITION_STEP),
        'triangles': planes(np.diff(head['render_triangles'].ravel(), prepend=0)),
        'parts': head['parts'],
        'render_source': planes(np.diff(head['render_source'], prepend=0)),
        'uv': planes(head['uv'], UV_STEP),
        'follow_count': np.diff(follow.indptr).astype(np.uint8),
        'follow_handle': planes(follow.indices),
        'follow_weight': planes(follow.data, WEIGHT_STEP),
        'modes': planes(modes / np.maximum(1, largest / 16)[:, None, None], MODE_STEP),
        'mode_scale': np.maximum(1, largest / 16).astype(np.float32),
        'skeleton_vertex': head['skeleton_vertex'].astype(np.int32),
        'skeleton_weight': head['skeleton_weight'].astype(np.float32),
    }


def save(head, path):
    """One safetensors file, deflated, as base64 in a TypeScript module: it works wherever the package does, without a download."""
    eyes = [dict(side=side, first=int(first), count=int(count), centre=[round(float(c), 4) for c in centre], radius=radius) for side, first, count, centre, radius in head['eyes']]
    metadata = dict(num_identity=head['num_identity'], expression_names=json.dumps(ARKIT_NAMES), eyes=json.dumps(eyes),
                    position_step=POSITION_STEP, mode_step=MODE_STEP, weight_step=WEIGHT_STEP, uv_step=UV_STEP)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / 'head.safetensors'
        safetensors.save_file(tensors_of(head), str(file), metadata)
        data = zlib.compress(file.read_bytes(), 9)
    text = base64.b64encode(data).decode()
    lines = "',\n  '".join(textwrap.wrap(text, 150))   # joined at run time: tsc's stack does not hold a sum of thousands of strings
    pathlib.Path(path).write_text('/** Made by training/onegt/built_in_head.py from the head prior of @onegt/weights-nano: safetensors, deflated, base64. MIT. Do not edit. */\n'
                                  f"export const headBase64: string = [\n  '{lines}',\n].join('');\n")
    return len(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('prior')
    parser.add_argument('out')
    arguments = parser.parse_args()
    prior, _ = safetensors.load_file(arguments.prior)
    head = build(prior['mean'], prior['identity'][:IDENTITY_MODES], prior['expression'], Topology())
    size = save(head, arguments.out)
    print(f"{len(head['positions'])} vertices, {len(head['triangles'])} triangles, {len(head['handles'].position)} handles: {size} characters in {arguments.out}")


if __name__ == '__main__':
    main()
