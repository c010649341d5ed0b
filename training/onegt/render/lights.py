"""Lights and backgrounds of a group. Both are fixed to the camera: all views of a group share them."""
import colorsys

import numpy as np

from .raster import F32

MAX_LIGHTS = 2
# Field by field the same as Lights in native/look.h. Colours are linear RGB, directions point to the light in camera space.
LIGHTS = np.dtype([('sky', F32, 3), ('ground', F32, 3), ('count', F32),
                   ('lights', [('direction', F32, 3), ('color', F32, 3)], MAX_LIGHTS)])


def sample_lights(rng):
    """A key light from the front half, often a second one, and hemisphere ambient; a LIGHTS record."""
    uniform = rng.uniform
    lights = np.zeros((), LIGHTS)
    ambient = uniform(0.2, 0.5)
    lights['sky'] = ambient * (1 + rng.normal(size=3) * 0.06)
    lights['ground'] = ambient * uniform(0.5, 0.9) * (1 + rng.normal(size=3) * 0.08)
    count = rng.integers(1, MAX_LIGHTS + 1)
    lights['count'] = count
    for i in range(count):
        direction = np.array([rng.normal() * 0.8, uniform(-0.2, 1.0), uniform(0.25, 1)])
        direction /= np.linalg.norm(direction)
        intensity = uniform(0.4, 0.75) / (1 + 0.3 * (count - 1) * (i > 0) + 0.25 * (count - 1))
        lights['lights'][i]['direction'] = direction
        lights['lights'][i]['color'] = intensity * (1 + rng.normal(size=3) * 0.08)
    rng.random()  # once chose lights fixed to the head; drawn still, because seeds must keep their meaning
    return lights


def sample_background(rng, size):
    """A gradient with up to four soft or hard discs: [size, size, 3] f32 in 0..1."""
    uniform = rng.uniform

    def color():
        return np.array(colorsys.hsv_to_rgb(uniform(), uniform(0, 0.6), uniform(0.1, 0.95)), F32)

    axis = np.linspace(-1, 1, size, dtype=F32)
    y, x = np.meshgrid(axis, axis, indexing='ij')
    angle = uniform(0, 6.28)
    t = (0.5 + 0.5 * (np.cos(angle) * x + np.sin(angle) * y) / 1.3)[..., None]
    picture = color() * (1 - t) + color() * t
    for _ in range(rng.integers(0, 5)):
        center_x, center_y, radius = uniform(-1, 1), uniform(-1, 1), uniform(0.1, 0.6)
        distance = np.sqrt((x - center_x) ** 2 + (y - center_y) ** 2) / radius
        sharpness = uniform(2, 20)
        disc = (1 / (1 + np.exp(np.clip((distance - 1) * sharpness, -30, 30))))[..., None] * uniform(0.3, 0.9)
        picture = picture * (1 - disc) + color() * disc
    return np.ascontiguousarray(picture.astype(F32))
