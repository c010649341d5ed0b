"""Cameras of the skeleton stage: head space (cm, about the head centre) to crop NDC and back."""
import torch


def project(points, camera):
    """points [B, P, 3] -> crop NDC x, y (y up) and z = relative depth in the same unit, towards the viewer."""
    view = points @ camera["rotation"].transpose(1, 2) + camera["translation"][:, None]
    focal, distance = camera["focal"].view(-1, 1, 1), -camera["translation"][:, 2].view(-1, 1, 1)
    depth = -view[..., 2:]
    return torch.cat([view[..., :2] * focal / depth, (distance - depth) * focal / distance], -1)


def unproject(image, depth, camera):
    """image [B, P, 2] crop NDC, depth [B, P, 1] cm from the camera -> head space [B, P, 3]"""
    focal = camera["focal"].view(-1, 1, 1)
    view = torch.cat([image * depth / focal, -depth], -1)
    return (view - camera["translation"][:, None]) @ camera["rotation"]


def depth_of(points, camera):
    """[B, P, 3] head space -> [B, P, 1] cm from the camera"""
    return -(points @ camera["rotation"].transpose(1, 2) + camera["translation"][:, None])[..., 2:]


def carry(camera_from, camera_to, estimate):
    """
    The camera `camera_to`, told in the head frame of `estimate`, an estimate of `camera_from`.

    A fit knows the head's frame and size only up to an error. What an application asks for is a motion of the camera
    relative to the picture, and that motion is what is kept here: turning by the true rotation between the two cameras.
    """
    size = estimate["translation"][:, 2] / camera_from["translation"][:, 2]            # estimated over true scale
    turn = camera_to["rotation"] @ camera_from["rotation"].transpose(1, 2)
    shift = estimate["translation"] - size[:, None] * camera_from["translation"]
    return dict(rotation=turn @ estimate["rotation"], focal=camera_to["focal"],
                translation=(turn @ shift[..., None])[..., 0] + size[:, None] * camera_to["translation"])
