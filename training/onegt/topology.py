"""The 600-point skeleton: what its points are, its triangles, and where they sit on an ICT-FaceKit head."""
import json
import os
import numpy as np
from . import safetensors

NUM_POINTS = 600
FACE = slice(0, 468)          # MediaPipe's 468 face points
IRISES = slice(468, 478)      # 468..472 the subject's right iris (centre, ring), 473..477 the left
DETECTED = slice(0, 478)      # what a face detector can place
COMPLETED = slice(478, 600)   # skull, ears, neck, shoulders: always inferred
RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263
HEAD_CENTRE = np.array([0, 0.5, 1.0], np.float32)   # cm; the pose turns about it
# the package's own file: training and inference read the same skeleton
DEFAULT_FILE = os.path.join(os.path.dirname(__file__), "..", "..", "packages", "skeleton", "assets", "skeleton600.safetensors")
CANONICAL_SCALE = 12.0                              # cm per canonical unit


class Topology:
    def __init__(self, path=DEFAULT_FILE):
        tensors, self.metadata = safetensors.load_file(path)
        self.vertex = tensors["vertex"].astype(np.int64)        # [600, 3] ICT vertices ...
        self.barycentric = tensors["barycentric"]               # [600, 3] ... and their weights
        self.rest = tensors["canonical"]                        # [600, 3] cm
        self.triangles = np.ascontiguousarray(tensors["triangles"].astype(np.int32))
        self.regions = np.ascontiguousarray(tensors["triangle_region"])
        self.region_names = json.loads(self.metadata["triangle_region"])
        self.canonical = np.ascontiguousarray((self.rest - HEAD_CENTRE) / CANONICAL_SCALE)

    def points(self, vertices):
        """vertices `[V, 3]` of an ICT head -> `[600, 3]`"""
        return (self.barycentric[..., None] * vertices[self.vertex]).sum(1).astype(np.float32)
