"""Skeleton maps and warps on the CPU (C++ through ctypes); the references of the WGSL kernels."""
import ctypes
import functools
import os
import numpy as np
from ..build import load_library

HERE = os.path.dirname(os.path.abspath(__file__))
MAP_CHANNELS = 10
MAP_SIZE = 256
VISIBLE, MIRRORED, OPEN, OUTSIDE = 255, 128, 1, 0


@functools.lru_cache(maxsize=None)
def _library():
    return load_library("geometry", HERE, ["skeleton_map.cpp", "warp.cpp"])


def _call(name, *arguments):
    getattr(_library(), name)(*[a.ctypes.data_as(ctypes.c_void_p) if isinstance(a, np.ndarray) else ctypes.c_int(a) for a in arguments])


def skeleton_map(points, topology, size=MAP_SIZE):
    """points `[600, 3]` in crop NDC -> map `[size, size, 10]` f32 (channels: see skeleton_map.cpp)."""
    points = np.ascontiguousarray(points, np.float32)
    out = np.empty((size, size, MAP_CHANNELS), np.float32)
    _call("skeleton_map", size, len(points), points, len(topology.triangles), topology.triangles, topology.regions, topology.canonical, out)
    return out


def warp_reference(reference_map, target_map, picture):
    """Texture-map `picture` [S, S, 3] u8 onto the target skeleton -> (warped [S, S, 3] u8, mask [S, S] u8)."""
    size = picture.shape[0]
    out, mask = np.empty((size, size, 3), np.uint8), np.empty((size, size), np.uint8)
    _call("warp_reference", size, np.ascontiguousarray(reference_map), np.ascontiguousarray(target_map), np.ascontiguousarray(picture), out, mask)
    return out, mask
