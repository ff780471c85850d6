"""Printed faces of the demo catalogue's products: labels, boxes, covers and prints (Pillow only)."""

from tools.demo_catalogue.labels.faces import FACES, draw_face

__all__ = ["FACES", "draw_face"]
