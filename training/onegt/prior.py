"""The head prior: a linear model of the 600 points, and its closed-form fit to the points of a face detector.

points = mean + identity_weights @ identity + expression_weights @ expression      (head space, cm, about the head centre)

It is fitted to points sampled from rendered heads (`build`), holds no scan, and ships as weights. The fit uses x and y
only: a detector's z is too noisy to align with (prototype/REPORT.md, section 2). packages/skeleton/src/prior/prior.ts is the twin.
"""
import numpy as np
import torch
from .precision import matrix_dtype
from .topology import DETECTED, NUM_POINTS

# ARKit's names, but for tongueOut, which the head model has not
ARKIT_NAMES = """browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff cheekSquintLeft cheekSquintRight
eyeBlinkLeft eyeBlinkRight eyeLookDownLeft eyeLookDownRight eyeLookInLeft eyeLookInRight eyeLookOutLeft eyeLookOutRight eyeLookUpLeft
eyeLookUpRight eyeSquintLeft eyeSquintRight eyeWideLeft eyeWideRight jawForward jawLeft jawOpen jawRight mouthClose mouthDimpleLeft
mouthDimpleRight mouthFrownLeft mouthFrownRight mouthFunnel mouthLeft mouthLowerDownLeft mouthLowerDownRight mouthPressLeft
mouthPressRight mouthPucker mouthRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper mouthSmileLeft mouthSmileRight
mouthStretchLeft mouthStretchRight mouthUpperUpLeft mouthUpperUpRight noseSneerLeft noseSneerRight""".split()
IDENTITY_MODES = 64


class Prior:
    def __init__(self, tensors):
        take = lambda name: torch.as_tensor(np.array(tensors[name]))         # a copy: mapped files are read-only
        self.mean = take("mean").float()                # [600, 3]
        self.identity = take("identity").float()        # [I, 600, 3], unit-variance weights
        self.expression = take("expression").float()    # [E, 600, 3]
        self.expression_mean = take("expression_mean").float()   # [E]
        self.expression_std = take("expression_std").float()     # [E], of the fit's Gaussian
        self.rigid = take("rigid").long()               # face points that expressions move least

        # [478, 3] cm: where the detector sees a point, less where the skeleton has it (calibrate.py)
        self.detector_bias = take("detector_bias").float() if "detector_bias" in tensors else torch.zeros(478, 3)

    def tensors(self):
        return {k: getattr(self, k) for k in ("mean", "identity", "expression", "expression_mean", "expression_std", "rigid")}

    def calibrated(self, image, weight, focal):
        """Real detections [B, 478, 3] without the detector's bias, as the pose of a first fit shows it. Simulated ones have none."""
        fitted = self.fit(image[..., :2], weight, focal)
        scale = focal / -fitted["translation"][:, 2]
        shift = torch.einsum("bdk,pk->bpd", fitted["rotation"][:, :2] * scale.view(-1, 1, 1), self.detector_bias)
        return torch.cat([image[..., :2] - shift, image[..., 2:]], -1)

    def shape(self, identity, expression):
        """[B, I], [B, E] -> [B, 600, 3]"""
        flat = identity @ self.identity.flatten(1) + expression @ self.expression.flatten(1)
        return self.mean + flat.view(len(identity), NUM_POINTS, 3)

    @staticmethod
    def build(neutral, points, expressions):
        """
        neutral [S, 600, 3]: heads at rest (identity modes by PCA); points [S, 600, 3] of the same heads with
        expressions [S, E] (expression modes by ridge regression of the difference). All about the head centre, cm.
        """
        mean = neutral.mean(0)
        deviation = (neutral - mean).flatten(1)
        _, values, modes = torch.linalg.svd(deviation, full_matrices=False)
        identity = modes[:IDENTITY_MODES] * values[:IDENTITY_MODES, None] / len(neutral) ** 0.5
        gram = expressions.t() @ expressions + 1e-2 * torch.eye(expressions.shape[1])
        expression = torch.linalg.solve(gram, expressions.t() @ (points - neutral).flatten(1))
        motion = expression.view(-1, NUM_POINTS, 3)[:, :468].norm(dim=-1).amax(0)
        return Prior(dict(mean=mean, identity=identity.view(-1, NUM_POINTS, 3), expression=expression.view(-1, NUM_POINTS, 3),
                          expression_mean=expressions.mean(0), expression_std=1.3 * expressions.std(0).clamp(min=0.02),
                          rigid=motion.argsort()[:120]))

    def fit(self, points, weight, focal, iterations=8, sigma=0.25):
        """
        Pose, identity and expression of detected points: alternates a weak-perspective pose (with the depth of the
        current shape taken out) and one Gaussian-prior least-squares solve for the shape.

        points [B, 478, 2] crop NDC; weight [B, 478] in 0..1; focal [B] = 1 / tan(fov / 2); sigma: noise of a point, cm
        -> dict(identity, expression, rotation [B, 3, 3], translation [B, 3] cm): camera = rotation @ X + translation
        """
        basis = torch.cat([self.identity, self.expression])[:, DETECTED]      # [M, 478, 3]
        identities, count = len(self.identity), len(points)
        precision = torch.cat([torch.full((identities,), 1 / 0.7), 1 / self.expression_std ** 2])
        centre = torch.cat([torch.zeros(identities), self.expression_mean])
        weights = centre.repeat(count, 1)
        depth = None
        rigid_weight = torch.zeros_like(weight)
        rigid_weight[:, self.rigid] = weight[:, self.rigid]
        f = focal.view(-1, 1, 1)
        dtype = matrix_dtype() if points.dtype == torch.float32 else points.dtype
        for iteration in range(iterations):
            shape = self.mean[DETECTED] + torch.einsum("bm,mpc->bpc", weights, basis)
            # x = (scale X + offset) / (1 - depth / focal): what an orthographic camera would see
            flat = points if depth is None else points * (1 - depth / f)
            w = rigid_weight if iteration < 2 else weight
            rotation, scale, offset = weak_perspective(shape, flat, w)
            depth = scale * (shape @ rotation.transpose(1, 2))[..., 2:]       # NDC units
            perspective = 1 / (1 - depth / f)                                 # [B, 478, 1]
            gain = scale * perspective
            rows = rotation[:, :2]
            jacobian = (torch.einsum("mpc,bdc->bmpd", basis, rows) * gain[:, None]).flatten(2)   # [B, M, 956]
            rest = (self.mean[DETECTED] @ rows.transpose(1, 2)) * gain + offset * perspective
            noise = (weight / (sigma * scale[..., 0]) ** 2).repeat_interleave(2, 1)[:, None]
            weighted = jacobian * noise
            normal = torch.bmm(weighted.to(dtype), jacobian.to(dtype).transpose(1, 2)).float() + torch.diag(precision)
            normal = 0.5 * (normal + normal.transpose(1, 2))
            right = (weighted @ (points - rest).flatten(1)[..., None])[..., 0] + precision * centre
            weights = torch.linalg.solve(normal, right[..., None])[..., 0]
        distance = focal / scale[:, 0, 0]
        translation = torch.cat([offset[:, 0] * distance[:, None] / focal[:, None], -distance[:, None]], 1)
        return dict(identity=weights[:, :identities], expression=weights[:, identities:], rotation=rotation, translation=translation)


def weak_perspective(shape, image, weight):
    """Least-squares scaled rotation: image ~ scale * (R @ shape)[:2] + offset. -> R [B,3,3], scale [B,1,1], offset [B,1,2]"""
    w = (weight / weight.sum(1, keepdim=True))[..., None]
    a, b = (w * shape).sum(1, keepdim=True), (w * image).sum(1, keepdim=True)
    x, y = shape - a, image - b
    affine = torch.linalg.solve((x * w).transpose(1, 2) @ x + 1e-6 * torch.eye(3), (x * w).transpose(1, 2) @ y).transpose(1, 2)   # [B, 2, 3]
    u, s, v = torch.linalg.svd(affine, full_matrices=False)
    rows = u @ v
    rotation = torch.cat([rows, torch.cross(rows[:, :1], rows[:, 1:], dim=-1)], 1)
    scale = s.mean(1).view(-1, 1, 1)
    return rotation, scale, b - scale * (a @ rows.transpose(1, 2))
