"""Printed faces of the demo catalogue's products: labels, boxes, covers and prints (Pillow only)."""

from demo_generator.labels.faces import FACES, draw_face

__all__ = ["FACES", "draw_face"]
