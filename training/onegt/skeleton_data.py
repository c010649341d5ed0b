"""Samples for the skeleton Transformers: heads of the 600 points under cameras, seen through a noisy detector."""
import math
import torch
from .camera import carry, depth_of, project, unproject
from .topology import DETECTED, FACE, IRISES, LEFT_EYE_OUTER, NUM_POINTS, RIGHT_EYE_OUTER

def individual(count, generator):
    """A smooth displacement field per person, up to about 2 mm, that the prior cannot express: real heads are no sums of modes."""
    direction = torch.randn(count, 6, 3, generator=generator) * 0.35
    phase, size = 6.28 * torch.rand(count, 6, generator=generator), torch.randn(count, 6, 3, generator=generator)
    size = size * 0.06 * torch.rand(count, 1, 1, generator=generator)
    return lambda points: points + torch.sin(points @ direction.transpose(1, 2) + phase[:, None]) @ size


def rotation(yaw, pitch, roll):
    """[B] radians -> [B, 3, 3] = Rz(roll) Rx(pitch) Ry(yaw)"""
    zero, one = torch.zeros_like(yaw), torch.ones_like(yaw)
    matrix = lambda *rows: torch.stack(rows, -1).view(-1, 3, 3)
    cy, sy, cp, sp, cr, sr = yaw.cos(), yaw.sin(), pitch.cos(), pitch.sin(), roll.cos(), roll.sin()
    return (matrix(cr, -sr, zero, sr, cr, zero, zero, zero, one) @ matrix(one, zero, zero, zero, cp, -sp, zero, sp, cp)
            @ matrix(cy, zero, sy, zero, one, zero, -sy, zero, cy))


def make_camera(yaw, pitch, roll, fov, fill, shift_x, shift_y):
    """The renderer's camera: `fill` is the share of the picture that 23 cm take at the head's distance."""
    focal = 1 / (fov / 2).tan()
    distance = 23 / fill / 2 * focal
    translation = torch.stack([shift_x * 23 / fill, (shift_y - 0.03) * 23 / fill, -distance], -1)
    return dict(rotation=rotation(yaw, pitch, roll), translation=translation, focal=focal)


def sample_camera(count, generator):
    normal = lambda sigma, limit: (torch.randn(count, generator=generator) * math.radians(sigma)).clamp(-math.radians(limit), math.radians(limit))
    uniform = lambda low, high: low + (high - low) * torch.rand(count, generator=generator)
    return make_camera(normal(22, 45), normal(9, 20), normal(5, 10), uniform(math.radians(20), math.radians(35)),
                       uniform(.58, .72), uniform(-.05, .05), uniform(-.05, .05))


def detect(points, generator, pixels=0.6, hard=True):
    """
    What a detector would say of the projected points [B, 600, 3]: x and y with white noise of `pixels` (of 256), z with
    the gain error, bend and noise of FaceMesh. `hard` (training) adds what the benchmark leaves out: a smooth
    displacement of the whole face, and points that are not seen.
    -> detected [B, 478, 3], weight [B, 478]
    """
    seen = points[:, DETECTED].clone()
    count = len(seen)
    randn = lambda *shape: torch.randn(*shape, generator=generator)
    centred = (seen[..., :2] - seen[..., :2].mean(1, keepdim=True)) / 0.35
    smooth = torch.cat([torch.sin(centred * 2 + 3 * randn(count, 1, 2)), torch.sin(centred.flip(-1) * 3 + 3 * randn(count, 1, 2))], -1)
    strength = 0.35 * hard * torch.rand(count, 1, 1, generator=generator)
    seen[..., :2] += (smooth @ (randn(count, 4, 2)) * strength + randn(count, 478, 2) * pixels) / 128
    spread = seen[..., :2] - seen[..., :2].mean(1, keepdim=True)
    bend = torch.cat([spread, spread ** 2, spread.prod(-1, keepdim=True)], -1) @ (randn(count, 5, 1) * torch.tensor([.06, .06, .25, .25, .25]).view(1, 5, 1))
    seen[..., 2:] = (seen[..., 2:] * (1 + 0.10 * randn(count, 1, 1)) + bend + randn(count, 478, 1) * 1.2 / 128 + 0.02 * randn(count, 1, 1))
    weight = torch.ones(count, 478)
    if not hard:
        return seen, weight
    chance = torch.rand(count, 3, generator=generator)
    weight[chance[:, 0] < 0.15, IRISES] = 0                                   # a detector without an iris model
    scattered = (torch.rand(count, 478, generator=generator) < 0.15) & (chance[:, 1:2] < 0.2)
    middle = seen[torch.arange(count), torch.randint(0, 468, (count,), generator=generator), :2]
    patch = ((seen[..., :2] - middle[:, None]).norm(dim=-1) < 0.12) & (chance[:, 2:] < 0.15)   # a hand, a microphone
    weight[scattered | patch] = 0
    return seen * weight[..., None], weight


def start_points(prior, detected, weight, camera, fitted):
    """
    Analytic completion [B, 600, 3]: the fitted head, moved half way to the detected x, y (at the fitted depth) where
    there are any: white noise of the detector and what the prior cannot express are about equally large.
    """
    start = prior.shape(fitted["identity"], fitted["expression"])
    depth = depth_of(start[:, DETECTED], camera)
    seen = unproject(detected[..., :2], depth, camera)
    w = 0.5 * weight[..., None]
    start[:, DETECTED] = seen * w + start[:, DETECTED] * (1 - w)
    return start


def observe(prior, truth, camera, generator, hard=True):
    """One detected face: true points [B, 600, 3] under a camera -> everything that anchoring knows of it."""
    detected, weight = detect(project(truth, camera), generator, hard=hard)
    fitted = prior.fit(detected[..., :2], weight, camera["focal"])
    estimate = dict(rotation=fitted["rotation"], translation=fitted["translation"], focal=camera["focal"])
    return dict(detected=detected, weight=weight, camera=estimate, true_camera=camera, identity=fitted["identity"],
                expression=fitted["expression"], start=start_points(prior, detected, weight, estimate, fitted))


# ---- features: the same rows, in the same order, in packages/skeleton/src/anchor ----

def padded(x):
    """[B, 478, C] -> [B, 600, C], zeros for the points that no detector sees"""
    return torch.cat([x, x.new_zeros(len(x), NUM_POINTS - 478, x.shape[2])], 1)


def nonrigid_inputs(prior, source, driving, expression):
    """
    source, driving: see `observe`; driving None when the expression is given by names. expression [B, E].
    -> features [B, 600, 15], conditions [B, 120], start [B, 600, 3] (the expression swap) in the source's head frame
    """
    change = expression - source["expression"]
    swap = torch.einsum("be,epc->bpc", change, prior.expression)
    own = lambda face: (face["start"] - prior.shape(face["identity"], face["expression"]))   # what the fit leaves over
    batch = len(expression)
    if driving is None:
        other, other_weight, other_rotation = torch.zeros_like(swap), torch.zeros(batch, NUM_POINTS, 1), torch.zeros(batch, 9)
    else:
        other, other_weight, other_rotation = own(driving), padded(driving["weight"][..., None]), driving["camera"]["rotation"].flatten(1)
    start = source["start"] + swap
    driven = torch.full_like(other_weight, float(driving is not None))
    features = torch.cat([(source["start"] - prior.mean) / 3, swap, own(source) * 2, other * 2,
                          padded(source["weight"][..., None]), other_weight, driven], -1)
    conditions = torch.cat([change, expression, source["camera"]["rotation"].flatten(1), other_rotation], 1)
    return features, conditions, start


def rigid_inputs(prior, start, source, target_camera):
    """
    start [B, 600, 3] in the source's head frame, from the non-rigid stage -> target view.
    -> features [B, 600, 11], conditions [B, 35], analytic projection [B, 600, 3] to which the residual is added
    """
    camera = source["camera"]
    analytic = project(start, target_camera)
    weight = padded(source["weight"][..., None])
    features = torch.cat([analytic * 2, project(start, camera) * 2, (start - prior.mean) / 3, padded(source["detected"][..., 2:]) * 2, weight], -1)
    parts = lambda c: [c["translation"][:, :2] / 10, (-c["translation"][:, 2:] / 50 - 1), (c["focal"] / 4 - 1)[:, None]]
    turn = target_camera["rotation"] @ camera["rotation"].transpose(1, 2)
    conditions = torch.cat([turn.flatten(1), camera["rotation"].flatten(1), target_camera["rotation"].flatten(1), *parts(camera), *parts(target_camera)], 1)
    return features, conditions, analytic


NONRIGID_SCALE, RIGID_SCALE = 1.0, 0.2     # cm and NDC per unit of network output


def interocular(image):
    """[B, 600, 3] projected points -> [B] distance of the outer eye corners, in 3-D"""
    return (image[:, RIGHT_EYE_OUTER] - image[:, LEFT_EYE_OUTER]).norm(dim=-1)


def normalised_mean_error(predicted, target):
    """[B, 600, 3] -> (face, completed) mean x, y error over the interocular distance"""
    error = (predicted - target)[..., :2].norm(dim=-1) / interocular(target)[:, None]
    return error[:, FACE].mean().item(), error[:, 478:].mean().item()


def in_estimated_frame(points, true_camera, estimate):
    """True points [B, 600, 3], told in the head frame and size of the estimate (see camera.carry)."""
    size = (estimate["translation"][:, 2] / true_camera["translation"][:, 2]).view(-1, 1, 1)
    view = size * (points @ true_camera["rotation"].transpose(1, 2) + true_camera["translation"][:, None])
    return (view - estimate["translation"][:, None]) @ estimate["rotation"]


def carried(source, target_camera):
    return carry(source["true_camera"], target_camera, source["camera"])
