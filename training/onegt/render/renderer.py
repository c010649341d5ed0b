"""Groups of portraits: one random head under one light, before one background, in several views.

Everything is decided by a seed. `draw_group` makes the random draws (cheap: enough for geometry), `group` renders them.
"""
import dataclasses
from typing import Optional

import numpy as np

from . import clothes, raster
from .cameras import Camera, sample_camera, to_camera
from .expressions import sample_expression
from .hair import CURTAIN_COLUMNS, CURTAIN_ROWS, Hair, HairCap, curtain_mesh, grid_triangles, sample_hair
from .head_model import EYE_CENTERS, HeadModel
from .lights import sample_background, sample_lights
from .looks import sample_look
from .raster import F32, Material
from .skin_texture import SkinTexture

CURTAIN_TRIANGLES = grid_triangles(CURTAIN_COLUMNS, CURTAIN_ROWS, closed=False)


@dataclasses.dataclass
class Identity:
    weights: np.ndarray             # [100] of the identity modes
    offsets: np.ndarray             # [V, 3] from the mean head, cm
    look: np.ndarray                # a LOOK record
    hair: Hair
    shoulder_width: float
    texture: Optional[np.ndarray] = None  # painted when first rendered


@dataclasses.dataclass
class Group:
    identity: Identity
    lights: np.ndarray              # a LIGHTS record
    background: np.ndarray          # [size, size, 3] f32
    views: list                     # of (expression [E], Camera)


@dataclasses.dataclass
class View:
    """One rendered portrait; attributes and materials only when they were asked for."""
    picture: np.ndarray             # [size, size, 3] u8
    foreground: np.ndarray          # [size, size] u8: 0 background .. 252 head, hair or shirt
    expression: np.ndarray          # [E]
    camera: Camera
    attributes: Optional[np.ndarray] = None  # [a, a, 6] f32: canonical position (cm), camera-space normal
    materials: Optional[np.ndarray] = None   # [a, a] u8: material + 1, 0 where there is no bald head


class HeadRenderer:
    """pack: path of the head pack, else $ONEGT_HEAD_PACK."""

    def __init__(self, pack=None):
        self.head = HeadModel(pack)
        self.skin_texture = SkinTexture(self.head)
        self.hair_cap = HairCap(self.head)

    def group(self, seed, num_views=4, attribute_size=64, size=256):
        """Views of the seed's head; attribute_size 0 leaves out the attribute maps. About 20 ms a view."""
        group = self.draw_group(seed, num_views, size)
        return [self.render(group, expression, camera, attribute_size) for expression, camera in group.views]

    def draw_group(self, seed, num_views=4, size=256):
        """The random draws of `group`, without rendering."""
        rng = np.random.default_rng(seed)
        identity = self.sample_identity(rng)
        lights = sample_lights(rng)
        background = sample_background(rng, size)
        views = [(sample_expression(rng, self.head.expression_index), sample_camera(rng)) for _ in range(num_views)]
        return Group(identity, lights, background, views)

    def sample_identity(self, rng):
        num_modes = len(self.head.identity_modes)
        weights = (rng.normal(size=num_modes) * rng.uniform(0.65, 1.0)).astype(F32)
        look = sample_look(rng, self.head.mean)
        hair = sample_hair(rng, look)
        shoulder_width = rng.uniform(0.85, 1.15)
        rng.uniform(0.9, 1.05)  # once the neck's width; drawn still, because seeds must keep their meaning
        return Identity(weights, self.head.identity_offsets(weights), look, hair, shoulder_width)

    def vertices(self, identity, expression):
        """[V, 3] in head space."""
        return self.head.vertices(identity.offsets, expression)

    def render(self, group, expression, camera, attribute_size=64):
        """One View of the group's head."""
        identity = group.identity
        if identity.texture is None:
            identity.texture = self.skin_texture.paint(identity.look)
        vertices = np.ascontiguousarray(self.vertices(identity, expression))
        normals = raster.vertex_normals(vertices, self.head.triangles)
        rotation, translation, focal = camera.pose()
        bald_head = self._bald_head(vertices, normals, rotation, translation)
        scene = _join([bald_head, *self._hair(identity, vertices, normals, rotation, translation),
                       _torso(identity, camera, rotation, translation)])
        picture, foreground = raster.render_picture(scene, focal, identity.texture, identity.look, group.lights, EYE_CENTERS,
                                                    group.background)
        view = View(picture, foreground, expression, camera)
        if attribute_size:
            view.attributes, view.materials = raster.render_attributes(bald_head, focal, attribute_size)
        return view

    def _bald_head(self, vertices, normals, rotation, translation):
        source = self.head.render_source
        return dict(position=np.ascontiguousarray(to_camera(vertices, rotation, translation)[source]),
                    normal=np.ascontiguousarray((normals @ rotation.T)[source]),
                    canonical=self.head.canonical, texture_coordinate=self.head.texture_coordinate,
                    hair_depth=np.zeros(len(source), F32), triangles=self.head.render_triangles, materials=self.head.materials)

    def _hair(self, identity, vertices, normals, rotation, translation):
        """Cap and curtain, as far as the style has them."""
        parts, hair, cap = [], identity.hair, self.hair_cap
        if hair.thickness > 0:
            depth, height = cap.grow(hair, identity.look)
            grown = np.ascontiguousarray(vertices[cap.vertices] + normals[cap.vertices] * height[:, None])
            normal = raster.vertex_normals(grown, cap.triangles) @ rotation.T
            parts.append(_untextured(to_camera(grown, rotation, translation), normal, cap.canonical, cap.triangles,
                                     Material.HAIR_CAP, depth))
        if hair.curtain:
            hanging, depth = curtain_mesh(hair.curtain, hair.thickness)
            normal = raster.vertex_normals(hanging, CURTAIN_TRIANGLES) @ rotation.T
            parts.append(_untextured(to_camera(hanging, rotation, translation), normal, hanging, CURTAIN_TRIANGLES,
                                     Material.HAIR_CURTAIN, depth))
        return parts


def _torso(identity, camera, rotation, translation):
    vertices = clothes.torso_vertices(identity.shoulder_width)
    turn, origin = clothes.torso_pose(camera, rotation, translation)
    normal = raster.vertex_normals(vertices, clothes.TRIANGLES) @ turn.T
    position = (vertices - clothes.PIVOT) @ turn.T + origin
    return _untextured(position, normal, vertices, clothes.TRIANGLES, Material.TORSO, np.zeros(len(vertices), F32))


def _untextured(position, normal, canonical, triangles, material, hair_depth):
    """A mesh of one material, as raster.py takes it."""
    return dict(position=position, normal=normal, canonical=canonical, hair_depth=hair_depth, triangles=triangles,
                texture_coordinate=np.zeros((len(position), 2), F32), materials=np.full(len(triangles), material, np.uint8))


def _join(meshes):
    """One mesh of all: vertices one after the other, triangles renumbered."""
    starts = np.cumsum([0] + [len(mesh['position']) for mesh in meshes])
    joined = {name: np.concatenate([mesh[name] for mesh in meshes]).astype(mesh_dtype, copy=False)
              for name, mesh_dtype in (('position', F32), ('normal', F32), ('canonical', F32), ('texture_coordinate', F32),
                                       ('hair_depth', F32), ('materials', np.uint8))}
    joined['triangles'] = np.concatenate([mesh['triangles'] + np.int32(start) for mesh, start in zip(meshes, starts)])
    return joined
