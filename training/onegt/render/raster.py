"""The compiled renderer (native/raster.cpp) behind functions that take and return numpy arrays.

The library is compiled on first use, see ../build.py. Meshes are in camera space: x right, y up, looking along -z, cm.
"""
import ctypes
import functools
import pathlib

import numpy as np

from ..build import load_library

F32 = np.float32


class Material:
    """Values of the per-triangle material; attribute maps hold material + 1, 0 where there is nothing."""
    SKIN, EYEBALL, MOUTH, TEETH, EYE_SOCKET, HAIR_CAP, HAIR_CURTAIN, TORSO = range(8)


class _Mesh(ctypes.Structure):
    _fields_ = [('num_vertices', ctypes.c_int), ('num_triangles', ctypes.c_int)] + [
        (name, ctypes.c_void_p) for name in ('triangles', 'materials', 'position', 'normal', 'canonical',
                                             'texture_coordinate', 'hair_depth')]


class _Atlas(ctypes.Structure):
    _fields_ = [('texels', ctypes.c_void_p), ('width', ctypes.c_int), ('height', ctypes.c_int)]


@functools.lru_cache(maxsize=None)
def library():
    return load_library('raster', pathlib.Path(__file__).parent / 'native', ['raster.cpp'])


def _pointer(array):
    if not array.flags.c_contiguous:
        raise ValueError(f'the renderer needs C-contiguous arrays; got shape {array.shape}, strides {array.strides}')
    return ctypes.c_void_p(array.ctypes.data)


def vertex_normals(position, triangles):
    """position [V, 3] f32, triangles [T, 3] i32 -> unit normals [V, 3], weighted by area."""
    normals = np.empty_like(position)
    library().vertex_normals(len(position), _pointer(position), len(triangles), _pointer(triangles), _pointer(normals))
    return normals


def hair_depths(points, look):
    """points [P, 3] f32 canonical, look a LOOK record -> cm inside the hair [P], negative on bare skin."""
    depths = np.zeros(len(points), F32)
    library().hair_depths(len(points), _pointer(points), _pointer(look), _pointer(depths))
    return depths


def noise_at(points, frequency, offset):
    """points [P, 3] f32 -> smooth noise [P] in -1..1, features about 1 / frequency wide."""
    values = np.zeros(len(points), F32)
    library().noise_at(len(points), _pointer(points), ctypes.c_float(frequency), *map(ctypes.c_float, offset), _pointer(values))
    return values


def bake_positions(texture_coordinate, canonical, triangles, width, height):
    """Canonical position of every texel [height, width, 3] and coverage [height, width] u8 (0: no skin there)."""
    positions, coverage = np.zeros((height, width, 3), F32), np.zeros((height, width), np.uint8)
    library().bake_positions(width, height, len(triangles), _pointer(triangles), _pointer(texture_coordinate),
                             _pointer(canonical), _pointer(positions), _pointer(coverage))
    return positions, coverage


def bake_skin(points, look, brow, lips, eye):
    """Skin colour and gloss [P, 4] u8 at canonical points [P, 3]; brow [5, 3], lips [12, 2], eye [2] of the mean head."""
    rgba = np.zeros((len(points), 4), np.uint8)
    library().bake_skin(len(points), *map(_pointer, (points, look, brow, lips, eye, rgba)))
    return rgba


def _mesh(mesh):
    """mesh: dict of arrays with the names of the C++ struct (hair_depth and texture_coordinate may be missing)."""
    pointers = {name: _pointer(mesh[name]) for name, _ in _Mesh._fields_[2:] if name in mesh}
    return _Mesh(len(mesh['position']), len(mesh['triangles']), **pointers)


def _projection(focal, size):
    """focal in picture widths -> focal and centre in pixels"""
    return ctypes.c_float(focal * size), ctypes.c_float(size / 2), ctypes.c_float(size / 2)


def render_attributes(mesh, focal, size):
    """Canonical position and camera-space normal [size, size, 6] f32, and material + 1 [size, size] u8."""
    attributes, materials = np.empty((size, size, 6), F32), np.empty((size, size), np.uint8)
    library().render_attributes(size, ctypes.byref(_mesh(mesh)), *_projection(focal, size),
                                _pointer(attributes), _pointer(materials))
    return attributes, materials


def render_picture(mesh, focal, texture, look, lights, eye_centers, background):
    """
    texture [h, w, 4] u8, look a LOOK and lights a LIGHTS record, background [size, size, 3] f32 in 0..1
    -> picture [size, size, 3] u8, foreground [size, size] u8 (0, 63, 126, 189, 252: covered quarters of a pixel)
    """
    size = len(background)
    picture, foreground = np.empty((size, size, 3), np.uint8), np.empty((size, size), np.uint8)
    atlas = _Atlas(_pointer(texture), texture.shape[1], texture.shape[0])
    library().render_picture(size, ctypes.byref(_mesh(mesh)), *_projection(focal, 2 * size), ctypes.byref(atlas),
                             *map(_pointer, (look, lights, eye_centers, background, picture, foreground)))
    return picture, foreground
