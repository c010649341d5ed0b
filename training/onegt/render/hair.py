"""Hair styles: a cap that grows out of the skull, and for long styles a curtain that hangs around the head.

The cap is the skull's own mesh pushed outwards; where it ends is decided per sample in native/hair.h (hair_depth).
"""
import dataclasses
from typing import Optional

import numpy as np

from . import raster
from .head_model import NUM_SKIN_VERTICES
from .looks import LOOK
from .raster import F32, Material

STYLES = ['bald', 'buzz', 'short', 'medium', 'afro', 'long', 'bob']
STYLE_CHANCES = [.08, .10, .25, .15, .07, .22, .13]
CURTAIN_COLUMNS, CURTAIN_ROWS = 72, 22
CURTAIN_TOP = 7.5  # cm, head space


@dataclasses.dataclass
class Curtain:
    """Hanging hair, cm and radians."""
    opening: float       # the angle on either side of the face at which it begins
    bottom: float        # height of its lower end in head space
    flare: float
    wave: float
    wave_frequency: float
    noise_offset: float


@dataclasses.dataclass
class Hair:
    style: str
    thickness: float     # cm
    thickness_noise: float
    top: float           # cm added on the crown
    asymmetry: float
    curtain: Optional[Curtain]


def sample_hair(rng, look):
    """Draws a style, and the shape of the hairline into `look`."""
    uniform = rng.uniform
    style = rng.choice(STYLES, p=STYLE_CHANCES)
    look['hairline_height'] = uniform(-1.6, 1.2)
    look['hairline_temple'] = uniform(-1.2, 1.5)
    look['hairline_sideburn'] = uniform(-0.5, 2.5)
    look['hairline_noise'] = uniform(0.1, 0.9)
    look['hair_raggedness'] = uniform(0.5, 1.4)
    thickness = dict(bald=0, buzz=uniform(0.1, 0.25), short=uniform(0.4, 1.0), medium=uniform(0.9, 1.8), afro=uniform(2.2, 4.0),
                     long=uniform(0.6, 1.4), bob=uniform(0.7, 1.5))[style]
    if style == 'bald':  # shaved, or smooth
        look['scalp_strength'] = 0 if rng.random() < 0.6 else uniform(0.3, 0.7)
    else:
        look['scalp_strength'] = uniform(0.7, 0.95)
    if style == 'afro':
        look['hair_raggedness'] = uniform(0.9, 1.6)
    thickness_noise = uniform(0.15, 0.5)
    top = uniform(0, 1.2) if style in ('short', 'medium', 'long', 'bob') else 0
    asymmetry = rng.normal() * 0.25
    curtain = None
    if style in ('long', 'bob'):
        curtain = Curtain(opening=uniform(0.9, 1.75), bottom=uniform(-20, -11) if style == 'long' else uniform(-8.5, -3),
                          flare=uniform(-0.12, 0.25), wave=uniform(0, 0.7), wave_frequency=uniform(0.3, 1.0),
                          noise_offset=uniform(0, 64))
    return Hair(style, thickness, thickness_noise, top, asymmetry, curtain)


class HairCap:
    """The part of the skull that could carry hair under any hairline: vertices [C] of the head, triangles [*, 3] over them."""

    def __init__(self, head):
        lowest = np.zeros((), LOOK)
        lowest['hairline_height'], lowest['hairline_temple'], lowest['hairline_sideburn'] = -2.0, -1.5, 3.0
        depth = raster.hair_depths(np.ascontiguousarray(head.mean[:NUM_SKIN_VERTICES]), lowest)
        skin = head.triangles[head.materials == Material.SKIN]
        haired = skin[(depth[skin] > -0.6).all(1)]
        self.vertices, corner = np.unique(haired.ravel(), return_inverse=True)
        self.triangles = np.ascontiguousarray(corner.reshape(-1, 3).astype(np.int32))
        self.canonical = np.ascontiguousarray(head.mean[self.vertices])

    def grow(self, hair, look):
        """Depth inside the hair [C] and height above the skull [C], cm."""
        points = self.canonical
        depth = raster.hair_depths(points, look)
        noise = raster.noise_at(points, 0.45 if hair.style != 'afro' else 0.8, look['noise_offset'])
        if hair.style == 'buzz':
            return depth, np.clip(depth, 0, 1) * hair.thickness + 0.02
        upward = np.clip((points[:, 1] - 8) / 5, 0, 1)
        height = np.clip(depth / 1.6, 0, 1) ** 0.7 * (hair.thickness * (1 + hair.thickness_noise * noise)
                                                      + hair.top * upward * (1 + hair.asymmetry * points[:, 0] / 5)) + 0.03
        return depth, height


def grid_triangles(columns, rows, closed):
    """Triangles of a grid of vertices [rows, columns]; closed: the last column joins the first."""
    triangles = []
    for row in range(rows - 1):
        for column in range(columns if closed else columns - 1):
            following = (column + 1) % columns
            i, j = row * columns + column, row * columns + following
            k, l = i + columns, j + columns
            triangles += [(i, k, j), (j, k, l)]
    return np.array(triangles, np.int32)


def curtain_mesh(curtain, thickness):
    """Vertices [rows * columns, 3] in head space and their depth inside the hair; it thins out towards its edges."""
    columns, rows = CURTAIN_COLUMNS, CURTAIN_ROWS
    angle = np.linspace(curtain.opening, 2 * np.pi - curtain.opening, columns)[None]  # [1, columns]
    down = np.linspace(0, 1, rows)[:, None]                                            # [rows, 1]
    y = CURTAIN_TOP + (curtain.bottom - CURTAIN_TOP) * down
    column = np.arange(columns)
    edge = np.clip(np.minimum(column, column[::-1]) / 6, 0, 1)[None]                   # 0 at the front edges
    radius = 7.9 + thickness * 0.8 + curtain.flare * 8 * down ** 1.5 + 0 * angle
    radius = radius - 1.2 * (1 - edge) * (1 - 0.3 * down)
    noise = raster.noise_at(_grid(np.sin(angle) * 0.2, y * 0.12, np.cos(angle) * 0.2), 6.0, (curtain.noise_offset, 0, 0))
    noise = noise.reshape(rows, columns)
    radius = radius + 0.5 * noise * down + curtain.wave * np.sin(y * curtain.wave_frequency + 3 * noise) * down
    vertices = _grid(radius * np.sin(angle), y, -1.0 + radius * 1.08 * np.cos(angle))
    depth = np.minimum(3 * edge + 0.35, 0.2 + (1 - down) * 6).astype(F32)
    return vertices, np.ascontiguousarray(depth.reshape(-1))


def _grid(x, y, z):
    """Broadcast to [rows, columns, 3] and flatten to [rows * columns, 3] f32."""
    return np.ascontiguousarray(np.stack(np.broadcast_arrays(x, y, z), -1).reshape(-1, 3).astype(F32))
