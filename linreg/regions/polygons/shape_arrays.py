"""Exact shapes as ragged arrays of fractions, and as the floats nearest to them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from linreg.domains import Box
from linreg.rational import nearest_float
from linreg.regions.polygons.clipping import Bodies, Rings, Shapes
from linreg.regions.polygons.exact_shapes import Face, Shape, shape_of_box
from linreg.regions.polygons.ragged import offsets_of


def rings_of(shapes: Sequence[Shape]) -> Rings:
    """Polygons of the plane, whose corners are fractions."""
    return _rings([face for shape in shapes for face in shape], of_edges=True, dim=2)


def bodies_of(shapes: Sequence[Shape]) -> Bodies:
    """Polyhedra of space, whose corners are fractions."""
    faces = _rings([face for shape in shapes for face in shape], of_edges=False, dim=3)
    return Bodies(faces, offsets_of(np.array([len(shape) for shape in shapes], dtype=np.int64)))


def in_floats(shapes: Shapes) -> Shapes:
    """The same shapes, each corner rounded to the nearest float64."""
    floats = [nearest_float(x.numerator, x.denominator) for x in shapes.corners.flat]
    corners = np.array(floats, dtype=np.float64).reshape(shapes.corners.shape)
    return shapes.with_corners(corners)


def ring_of(frame: Box) -> Rings:
    """A frame of the plane as a shape in floats."""
    return in_floats(rings_of([shape_of_box(frame)]))


def body_of(frame: Box) -> Bodies:
    """A frame of space as a shape in floats."""
    return in_floats(bodies_of([shape_of_box(frame)]))


def _rings(faces: Sequence[Face], *, of_edges: bool, dim: int) -> Rings:
    counts = np.array([len(face.corners) for face in faces], dtype=np.int64)
    corners = np.empty((int(counts.sum()), dim), dtype=object)
    places = (corner for face in faces for corner in face.corners)
    for i, (*coordinates, scale) in enumerate(places):
        corners[i] = [Fraction(int(x), int(scale)) for x in coordinates]
    owners = [
        owner
        for face in faces
        for owner in (face.owners if of_edges else [face.owner] * len(face.corners))
    ]
    return Rings(corners, np.array(owners, dtype=np.int64), offsets_of(counts))
