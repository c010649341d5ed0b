"""Random facial expressions over ICT-FaceKit's 53 shapes: plausible combinations, not independent weights."""
import numpy as np

from .raster import F32


def sample_expression(rng, expression_index):
    """expression_index: dict of name -> position. Returns weights [E] in 0..1."""
    weights = np.zeros(len(expression_index), F32)
    uniform, chance = rng.uniform, rng.random

    def one(name, value):
        weights[expression_index[name]] = value

    def both(name, value, asymmetry=0.15):
        for side in ('_L', '_R'):
            if name + side in expression_index:
                one(name + side, np.clip(value + rng.normal() * asymmetry * value, 0, 1))

    _mouth(rng, one, both)

    choice = chance()
    if choice < 0.25:
        both('browInnerUp', uniform(0.3, 1))
        both('browOuterUp', uniform(0.2, 1))
    elif choice < 0.45:
        both('browDown', uniform(0.3, 1))

    choice = chance()
    if choice < 0.15:
        both('eyeBlink', uniform(0.6, 1), 0.02)
    elif choice < 0.25:
        closed = uniform(0.6, 1)
        one(rng.choice(['eyeBlink_L', 'eyeBlink_R']), closed)
    elif choice < 0.45:
        both('eyeBlink', uniform(0.05, 0.4), 0.05)
    elif choice < 0.6:
        both('eyeWide', uniform(0.2, 1))
    if chance() < 0.25:
        both('eyeSquint', uniform(0.2, 1))

    gaze_x, gaze_y = np.clip(rng.normal() * 0.35, -1, 1), np.clip(rng.normal() * 0.3, -1, 1)  # x: to the subject's left
    for side, outward in (('_L', 1), ('_R', -1)):
        one(('eyeLookOut' if gaze_x * outward > 0 else 'eyeLookIn') + side, abs(gaze_x))
        one(('eyeLookUp' if gaze_y > 0 else 'eyeLookDown') + side, abs(gaze_y))
    return np.clip(weights, 0, 1)


def _mouth(rng, one, both):
    uniform, chance = rng.uniform, rng.random
    if chance() < 0.55:
        one('jawOpen', uniform(0.05, 0.75) if chance() < 0.75 else uniform(0, 0.2))
    choice = chance()
    if choice < 0.3:
        both('mouthSmile', uniform(0.2, 1))
        both('cheekSquint', uniform(0, 0.6))
    elif choice < 0.42:
        both('mouthFrown', uniform(0.2, 0.9))
    elif choice < 0.55:
        one('mouthPucker', uniform(0.3, 1))
    elif choice < 0.65:
        one('mouthFunnel', uniform(0.3, 1))
    elif choice < 0.72:
        both('mouthStretch', uniform(0.3, 1))
    if chance() < 0.2:
        both('mouthUpperUp', uniform(0.2, 0.8))
        both('mouthLowerDown', uniform(0.2, 0.9))
    if chance() < 0.15:
        one(rng.choice(['mouthLeft', 'mouthRight']), uniform(0.2, 0.7))
    if chance() < 0.15:
        one(rng.choice(['jawLeft', 'jawRight']), uniform(0.2, 0.7))
    if chance() < 0.12:
        one('mouthRollLower', uniform(0.2, 0.8))
        one('mouthRollUpper', uniform(0.2, 0.8))
    if chance() < 0.12:
        both('cheekPuff', uniform(0.3, 1))
    if chance() < 0.15:
        both('noseSneer', uniform(0.3, 0.9))
