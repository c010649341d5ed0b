"""Synthetic heads: ICT-FaceKit geometry with procedural looks, drawn by a small software renderer. See training/README.md."""
from .cameras import Camera, sample_camera
from .expressions import sample_expression
from .head_model import HeadModel
from .renderer import HeadRenderer

__all__ = ['Camera', 'HeadModel', 'HeadRenderer', 'sample_camera', 'sample_expression']
