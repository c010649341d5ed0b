"""The skin's texture: 768 x 384 RGBA bytes in ICT's texture space, painted per identity as a function of canonical position."""
import numpy as np

from . import raster
from .head_model import OUTER_LIPS, RIGHT_BROW
from .raster import F32, Material

WIDTH, HEIGHT = 768, 384
EYE_OPENING = np.array([3.14, 3.45], F32)  # centre on the mean head, x and y


class SkinTexture:
    """Knows where on the mean head every texel lies; 240,000 of them are skin."""

    def __init__(self, head):
        skin = np.ascontiguousarray(head.render_triangles[head.materials == Material.SKIN])
        positions, coverage = raster.bake_positions(head.texture_coordinate, head.canonical, skin, WIDTH, HEIGHT)
        self.texels = np.flatnonzero(coverage)
        self.positions = np.ascontiguousarray(positions.reshape(-1, 3)[self.texels])
        self.brow = np.ascontiguousarray(head.landmarks[RIGHT_BROW])
        self.lips = np.ascontiguousarray(head.landmarks[OUTER_LIPS, :2])

    def paint(self, look):
        """look: a LOOK record. Returns [HEIGHT, WIDTH, 4] u8: colour and gloss. About 25 ms."""
        texture = np.zeros((HEIGHT * WIDTH, 4), np.uint8)
        texture[self.texels] = raster.bake_skin(self.positions, look, self.brow, self.lips, EYE_OPENING)
        return texture.reshape(HEIGHT, WIDTH, 4)
