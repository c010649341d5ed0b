"""What a head looks like, drawn at random: skin, make-up, brows, beard, eyes, marks, clothes and the colours of hair.

The order of the draws is part of the format: a seed must mean the same head for ever, because picture pools and the
held-out identities are named by seeds. Add new draws at the end of sample_identity (renderer.py), never in between.
"""
import colorsys

import numpy as np

from .head_model import NUM_FACE_VERTICES
from .raster import F32

MAX_MOLES, MAX_DECALS = 8, 3

# Field by field the same as Look in native/look.h, which explains the units.
LOOK = np.dtype([
    ('tone', F32, 3),
    ('blotch_strength', F32), ('blotch_frequency', F32), ('grain_strength', F32),
    ('freckle_threshold', F32), ('freckle_strength', F32),
    ('redness', F32),
    ('lip_color', F32, 3), ('lip_strength', F32),
    ('brow_color', F32, 3), ('brow_thickness', F32), ('brow_strength', F32), ('brow_raise', F32), ('brow_arch', F32),
    ('beard_color', F32, 3), ('beard_strength', F32), ('moustache_strength', F32), ('beard_line', F32), ('beard_density', F32),
    ('eyeshadow_color', F32, 3), ('eyeshadow_strength', F32),
    ('liner_strength', F32),
    ('noise_offset', F32, 3),
    ('hair_color', F32, 3), ('streak_color', F32, 3), ('streak_frequency', F32), ('hair_contrast', F32), ('scalp_strength', F32),
    ('skin_specular', F32), ('skin_shininess', F32), ('hair_specular', F32),
    ('iris_color', F32, 3), ('iris_radius', F32), ('pupil_radius', F32),
    ('shirt_color', F32, 3), ('shirt_second_color', F32, 3), ('shirt_pattern', F32), ('shirt_frequency', F32),
    ('blush_color', F32, 3), ('blush_strength', F32),
    ('wrinkle_strength', F32),
    ('hairline_height', F32), ('hairline_temple', F32), ('hairline_sideburn', F32), ('hairline_noise', F32),
    ('hair_raggedness', F32),
    ('num_moles', F32), ('num_decals', F32),
    ('moles', [('center', F32, 3), ('radius', F32), ('strength', F32)], MAX_MOLES),
    ('decals', [('center', F32, 3), ('radius', F32), ('color', F32, 3), ('kind', F32)], MAX_DECALS),
])

SKIN_TONES = np.array([[0.93, 0.76, 0.67], [0.86, 0.66, 0.54], [0.72, 0.51, 0.38], [0.53, 0.35, 0.25], [0.36, 0.23, 0.17]], F32)
HAIR_COLORS = [[0.06, 0.05, 0.05], [0.12, 0.08, 0.06], [0.25, 0.15, 0.09], [0.42, 0.27, 0.14], [0.66, 0.48, 0.27],
               [0.82, 0.70, 0.48], [0.55, 0.20, 0.08], [0.62, 0.61, 0.60], [0.86, 0.85, 0.83]]
HAIR_COLOR_CHANCES = [.2, .16, .16, .12, .09, .07, .07, .08, .05]
IRIS_COLORS = [[0.25, 0.13, 0.06], [0.42, 0.27, 0.12], [0.30, 0.42, 0.20], [0.25, 0.42, 0.62], [0.42, 0.50, 0.55], [0.10, 0.06, 0.04]]


def sample_look(rng, mean):
    """mean [V, 3]: the mean head, on which marks are placed. Returns a LOOK record; hair.py fills in its shape."""
    look = np.zeros((), LOOK)
    tone = _skin(rng, look)
    _lips(rng, look, tone)
    hair_color = _hair_colors(rng, look)
    _brows_and_beard(rng, look, hair_color)
    _makeup(rng, look)
    look['skin_specular'], look['skin_shininess'] = rng.uniform(0.05, 0.35), rng.uniform(12, 40)
    look['iris_color'] = np.array(IRIS_COLORS[rng.choice(len(IRIS_COLORS))]) * rng.uniform(0.8, 1.2)
    look['iris_radius'], look['pupil_radius'] = rng.uniform(0.60, 0.72), rng.uniform(0.2, 0.34)
    look['shirt_color'] = _color(rng, (0, 0.8), (0.1, 0.95))
    look['shirt_second_color'] = _color(rng, (0, 0.8), (0.1, 0.95))
    look['shirt_pattern'] = rng.choice(5)
    look['shirt_frequency'] = rng.uniform(0.8, 4)
    _marks(rng, look, mean[:NUM_FACE_VERTICES])
    return look


def _color(rng, saturation, value):
    """Any hue, with saturation and value from these ranges."""
    return np.array(colorsys.hsv_to_rgb(rng.uniform(), rng.uniform(*saturation), rng.uniform(*value)))


def _skin(rng, look):
    """Returns the skin tone in full precision: lips are tinted from it."""
    uniform = rng.uniform
    tone = SKIN_TONES[rng.choice(len(SKIN_TONES))]
    tone = np.clip(tone * uniform(0.9, 1.08) * (1 + rng.normal(size=3) * 0.03), 0.05, 0.97)
    look['tone'] = tone
    look['blotch_strength'] = uniform(0.03, 0.20)
    look['blotch_frequency'] = uniform(0.15, 0.6)
    look['grain_strength'] = uniform(0.01, 0.07)
    if rng.random() < 0.45:
        look['freckle_threshold'], look['freckle_strength'] = uniform(0.15, 0.5), uniform(0.3, 0.9)
    look['redness'] = uniform(0, 0.9)
    look['noise_offset'] = uniform(0, 64, 3)
    return tone


def _lips(rng, look, tone):
    if rng.random() < 0.55:  # natural
        look['lip_color'] = tone * np.array([0.88, 0.55, 0.55])
    else:
        look['lip_color'] = colorsys.hsv_to_rgb(rng.uniform(-0.06, 0.05) % 1, rng.uniform(0.4, 0.85), rng.uniform(0.35, 0.85))
    look['lip_strength'] = rng.uniform(0.4, 1.0)


def _hair_colors(rng, look):
    """Returns the main colour in full precision: brows and beard follow it."""
    uniform = rng.uniform
    color = np.array(HAIR_COLORS[rng.choice(len(HAIR_COLORS), p=HAIR_COLOR_CHANCES)]) * uniform(0.85, 1.15)
    if rng.random() < 0.10:  # dyed
        color = _color(rng, (0.5, 0.9), (0.4, 0.85))
    look['hair_color'] = np.clip(color, 0.02, 0.95)
    streak = color * uniform(0.6, 1.5) if rng.random() < 0.7 else np.array(HAIR_COLORS[rng.choice(len(HAIR_COLORS))])
    look['streak_color'] = np.clip(streak, 0.02, 0.95)
    look['streak_frequency'], look['hair_contrast'], look['hair_specular'] = uniform(3, 12), uniform(0.25, 0.6), uniform(0.05, 0.3)
    return color


def _brows_and_beard(rng, look, hair_color):
    uniform = rng.uniform
    look['brow_color'] = np.clip(hair_color * uniform(0.4, 0.9), 0.03, 0.7)
    look['brow_thickness'] = uniform(0.32, 0.75)
    look['brow_strength'] = uniform(0.45, 1.0) if rng.random() < 0.93 else 0
    look['brow_raise'], look['brow_arch'] = uniform(-0.15, 0.5), uniform(-0.3, 0.5)
    look['beard_color'] = np.clip(hair_color * uniform(0.5, 1.0), 0.03, 0.85)
    choice = rng.random()
    if choice < 0.22:    # full beard
        look['beard_strength'], look['moustache_strength'] = uniform(0.4, 1.0), uniform(0.3, 1.0)
    elif choice < 0.30:  # moustache
        look['moustache_strength'] = uniform(0.5, 1)
    elif choice < 0.42:  # stubble
        look['beard_strength'] = look['moustache_strength'] = uniform(0.15, 0.4)
    look['beard_line'], look['beard_density'] = uniform(-1.5, 1.0), uniform(0.2, 1.0)


def _makeup(rng, look):
    uniform = rng.uniform
    if look['beard_strength'] < 0.1 and rng.random() < 0.35:
        look['eyeshadow_color'] = _color(rng, (0.3, 0.9), (0.2, 0.7))
        look['eyeshadow_strength'] = uniform(0.2, 0.8)
    look['liner_strength'] = uniform(0.1, 0.75)
    if rng.random() < 0.3:
        look['blush_color'] = [0.8, 0.3, 0.32]
        look['blush_strength'] = uniform(0.1, 0.5)


def _marks(rng, look, face):
    """Moles anywhere on the face [*, 3]; wrinkles; decals (face paint, scars) beside the eyes' height."""
    uniform = rng.uniform
    num_moles = rng.integers(0, MAX_MOLES + 1)
    look['num_moles'] = num_moles
    for i in range(num_moles):
        center = face[rng.integers(len(face))]
        look['moles'][i] = (center, uniform(0.10, 0.30), uniform(0.4, 0.95))
    look['wrinkle_strength'] = uniform(0, 0.3) if rng.random() < 0.4 else 0
    num_decals = rng.choice(MAX_DECALS + 1, p=[.62, .2, .12, .06])
    look['num_decals'] = num_decals
    for i in range(num_decals):
        center = face[rng.integers(len(face))]
        while center[2] <= 5 or 1.5 < center[1] < 6:
            center = face[rng.integers(len(face))]
        look['decals'][i] = (center, uniform(0.5, 1.7), _color(rng, (0.4, 1), (0.2, 0.95)), rng.integers(4))
