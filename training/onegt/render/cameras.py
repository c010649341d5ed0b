"""Cameras of the synthetic portraits: a head of about 23 cm that fills most of a square picture."""
import dataclasses

import numpy as np

F32 = np.float32
HEAD_CENTER = np.array([0, 0.5, 1.0], F32)  # head space, cm: the pose turns about it
HEAD_HEIGHT = 23.0                          # cm, chin to crown


@dataclasses.dataclass
class Camera:
    """The head's pose as seen by a camera that looks along -z, angles in radians."""
    yaw: float
    pitch: float
    roll: float
    fov_y: float
    fill: float     # share of the picture's height that HEAD_HEIGHT covers
    shift_x: float  # of the head's centre, in picture widths
    shift_y: float

    def pose(self):
        """rotation [3, 3] and translation [3] (cm) from head to camera space, and the focal length in picture widths."""
        focal = 0.5 / np.tan(self.fov_y / 2)
        distance = HEAD_HEIGHT / self.fill / 2 / np.tan(self.fov_y / 2)
        rotation = rotation_matrix(self.yaw, self.pitch, self.roll)
        # the crop of a face sits a little below the head's centre
        translation = np.array([self.shift_x * HEAD_HEIGHT / self.fill, (self.shift_y - 0.03) * HEAD_HEIGHT / self.fill, -distance], F32)
        return rotation, translation, F32(focal)


def rotation_matrix(yaw, pitch, roll):
    """[3, 3] f32: first yaw about y, then pitch about x, then roll about z."""
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return (about_z @ about_x @ about_y).astype(F32)


def to_camera(points, rotation, translation):
    """points [P, 3] head space -> camera space."""
    return (points - HEAD_CENTER) @ rotation.T + translation


def sample_camera(rng):
    """Mostly frontal; at most 45 degrees of yaw, 20 of pitch, 10 of roll."""
    def angle(deviation, limit):
        return np.radians(np.clip(rng.normal() * deviation, -limit, limit))

    return Camera(yaw=angle(22, 45), pitch=angle(9, 20), roll=angle(5, 10), fov_y=np.radians(rng.uniform(20, 35)),
                  fill=rng.uniform(0.58, 0.72), shift_x=rng.uniform(-0.05, 0.05), shift_y=rng.uniform(-0.05, 0.05))
