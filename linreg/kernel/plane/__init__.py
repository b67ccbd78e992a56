"""Cells of the plane and of the line, which are polygons: which lines cut them."""
