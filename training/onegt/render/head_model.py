"""The head's shape: ICT-FaceKit (Li et al. 2020, MIT) from a safetensors pack, welded for shape and split for texture.

Head space: cm, +y up, +z out of the face, +x to the subject's left.
Shapes: V vertices, R render vertices (a vertex is doubled where the texture has a seam), T triangles, E expressions.

The pack is not part of the repository. It holds neutral [*, 3], identity [100, *, 3], expression [53, *, 3],
triangles, triangles_uv, uv, and the expression names as JSON in its metadata.
"""
import json
import os

import numpy as np

from ..safetensors import load_file
from .cameras import rotation_matrix
from .raster import F32, Material

PACK_VARIABLE = 'ONEGT_HEAD_PACK'

NUM_VERTICES = 24591   # what follows in the pack (lashes, cornea, ...) is not drawn
NUM_FACE_VERTICES = 6706   # the front of the head comes first
NUM_SKIN_VERTICES = 11248
SCLERA_VERTICES = 770  # each eyeball begins with its sclera
LEFT_EYEBALL = slice(21451, 23021)
RIGHT_EYEBALL = slice(23021, NUM_VERTICES)
DRAWN_PARTS = [  # vertex range, material. The iris is painted on the sclera: the cornea would cover its mesh.
    (0, NUM_SKIN_VERTICES, Material.SKIN),
    (11248, 13294, Material.MOUTH),
    (13294, 14062, Material.EYE_SOCKET),
    (14062, 17039, Material.MOUTH),
    (17039, 21451, Material.TEETH),
    (21451, 21451 + SCLERA_VERTICES, Material.EYEBALL),
    (23021, 23021 + SCLERA_VERTICES, Material.EYEBALL),
]

# The 68 landmarks of iBUG 300-W on the ICT mesh.
LANDMARKS_68 = [
    1225, 1888, 1052, 367, 1719, 1722, 2199, 1447, 966, 3661, 4390, 3927, 3924, 2608, 3272, 4088, 3443,  # jaw
    268, 493, 1914, 2044, 1401, 3615, 4240, 4114, 2734, 2509,                                            # brows
    978, 4527, 4942, 4857, 1140, 2075, 1147, 4269, 3360,                                                 # nose
    1507, 1542, 1537, 1528, 1518, 1511, 3742, 3751, 3756, 3721, 3725, 3732,                              # eyes
    5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957, 5841,                                 # outer lips
    5702, 5711, 5533, 6216, 6207, 6470, 5517, 5966]                                                      # inner lips
RIGHT_BROW = slice(17, 22)
OUTER_LIPS = slice(48, 60)

EYE_CENTERS = np.array([[-3.094, 3.614, 7.844], [3.094, 3.614, 7.844]], F32)  # of the mean head's eyeballs
GAZE_YAW_RADIANS = np.radians(30)    # at weight 1 of eyeLookOut; In turns the other way
GAZE_PITCH_RADIANS = np.radians(22)  # at weight 1 of eyeLookUp


class HeadPackError(FileNotFoundError):
    """No head pack was named, or it is not there."""


def find_head_pack(path=None):
    """The path given, else $ONEGT_HEAD_PACK."""
    path = path or os.environ.get(PACK_VARIABLE)
    if not path:
        raise HeadPackError(f'No head model: pass the path of ict-facekit.safetensors or set {PACK_VARIABLE}.')
    if not os.path.isfile(path):
        raise HeadPackError(f'No head model at {path!r}: pass the path of ict-facekit.safetensors or set {PACK_VARIABLE}.')
    return path


class HeadModel:
    """
    mean [V, 3], identity_modes [100, V*3], expression_modes [E, V*3], expression_names (E), expression_index (by name)
    triangles [T, 3] over vertices, materials [T]
    render_source [R] vertex of a render vertex, render_triangles [T, 3], texture_coordinate [R, 2], canonical [R, 3]
    """

    def __init__(self, path=None):
        tensors, metadata = load_file(find_head_pack(path))
        self.mean = tensors['neutral'].astype(F32)[:NUM_VERTICES]
        self.identity_modes = tensors['identity'][:, :NUM_VERTICES].astype(F32).reshape(len(tensors['identity']), -1)
        self.expression_modes = tensors['expression'][:, :NUM_VERTICES].astype(F32).reshape(len(tensors['expression']), -1)
        self.expression_names = [str(name) for name in json.loads(metadata['expression_names'])]
        self.expression_index = {name: i for i, name in enumerate(self.expression_names)}
        gaze = ['eyeLookOut', 'eyeLookIn', 'eyeLookUp', 'eyeLookDown']
        self._gaze_left, self._gaze_right = ([self.expression_index[name + side] for name in gaze] for side in ('_L', '_R'))
        self._collect_triangles(tensors['triangles'].astype(np.int32), tensors['triangles_uv'].astype(np.int32), tensors['uv'])
        self.landmarks = self.mean[LANDMARKS_68]  # [68, 3]

    def _collect_triangles(self, triangles, triangles_uv, uv):
        """Keep the drawn parts; a render vertex is a distinct pair of vertex and texture coordinate."""
        kept, kept_uv, materials = [], [], []
        for start, stop, material in DRAWN_PARTS:
            inside = (triangles >= start).all(1) & (triangles < stop).all(1)
            kept.append(triangles[inside])
            kept_uv.append(triangles_uv[inside])
            materials.append(np.full(inside.sum(), material, np.uint8))
        kept, kept_uv, self.materials = np.concatenate(kept), np.concatenate(kept_uv), np.concatenate(materials)
        pairs = kept.astype(np.int64) * len(uv) + kept_uv
        unique, corner = np.unique(pairs.ravel(), return_inverse=True)
        self.triangles = np.ascontiguousarray(kept)
        self.render_source = (unique // len(uv)).astype(np.int32)
        self.render_triangles = np.ascontiguousarray(corner.reshape(-1, 3).astype(np.int32))
        coordinate = uv[unique % len(uv)].astype(F32)
        coordinate[:, 0] *= 0.5   # ICT's texture space is two squares wide
        self.texture_coordinate = np.clip(coordinate, 0, 1)
        self.canonical = np.ascontiguousarray(self.mean[self.render_source])

    def identity_offsets(self, weights):
        """weights [100] (standard deviations) -> offsets from the mean [V, 3]"""
        return (weights @ self.identity_modes).reshape(-1, 3)

    def vertices(self, identity_offsets, expression):
        """identity_offsets [V, 3], expression [E] in 0..1 -> vertices [V, 3] in head space."""
        vertices = self.mean + identity_offsets + (expression @ self.expression_modes).reshape(-1, 3)
        # ICT's gaze shapes move the lids only: the eyeballs are turned here.
        for eyeball, gaze, outward in ((LEFT_EYEBALL, self._gaze_left, 1), (RIGHT_EYEBALL, self._gaze_right, -1)):
            look_out, look_in, look_up, look_down = expression[gaze]
            yaw = GAZE_YAW_RADIANS * (look_out - look_in) * outward
            pitch = -GAZE_PITCH_RADIANS * (look_up - look_down)
            center = vertices[eyeball.start:eyeball.start + SCLERA_VERTICES].mean(0) + np.array([0, 0, -0.15], F32)
            vertices[eyeball] = (vertices[eyeball] - center) @ rotation_matrix(yaw, pitch, 0).T + center
        return vertices.astype(F32)
