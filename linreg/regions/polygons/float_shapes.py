"""All regions as shapes in floats, in input units, and those about which floats leave a doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

import numpy as np

from linreg.domains import Box
from linreg.rational import nearest_float
from linreg.regions.facets import DOMAIN
from linreg.regions.polygons.branches import Branches
from linreg.regions.polygons.clipping import Shapes
from linreg.regions.polygons.walk import Scale, walk

NOISE = 1e-15
"""Relative to the frame: coordinates below this are what rounding makes of zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Proposed(Generic[Shapes]):
    """What floats make of regions.

    Attributes
    ----------
    shapes : Rings or Bodies
        In input units.
    regions : int64 array, shape (shapes,)
    doubtful : bool array, shape (regions of the network,)
        Regions of which floats do not say whether the frame meets them.
    size : float
        The area or volume of the frame within the domain, in input units to their number.
    """

    shapes: Shapes
    regions: np.ndarray
    doubtful: np.ndarray
    size: float


def proposed(tree: Branches, frame: Box, root: Shapes) -> Proposed[Shapes]:
    """What floats make of the regions that a frame shows; `root` is the frame as a shape."""
    scale = scale_of(frame)
    within = root.with_corners((root.corners - scale.centre) / scale.half)
    is_certain = True
    for exact in tree.problem.domain.rows():
        row = [nearest_float(entry.numerator, entry.denominator) for entry in exact]
        if len(row) == 2:
            row.insert(1, 0.0)
        if not any(row[:-1]):
            continue
        form, tol = scale.forms(np.array([row]))
        within, outcome = within.clip(form, tol, DOMAIN)
        if not len(within):
            is_certain = not outcome.doubtful.any()
            break
    doubtful = np.zeros(len(tree), dtype=bool)
    parts, regions, size = [within], [np.zeros(0, dtype=np.int64)], 0.0
    if len(within):
        size = float((within.with_corners(within.corners * scale.half)).sizes.sum())
        parts = []
        for found in walk(tree, scale, within):
            parts.append(found.shapes)
            regions.append(found.regions)
            doubtful[found.doubtful] = True
    elif not is_certain:
        doubtful[:] = True
    shapes = type(within).joined(parts)
    corners = shapes.corners * scale.half + scale.centre
    corners[np.abs(corners) < NOISE * scale.half] = 0.0
    moved = shapes.with_corners(corners)
    return Proposed(moved, np.concatenate(regions), doubtful, size)


def scale_of(frame: Box) -> Scale:
    """The coordinates in which a frame is [-1, 1]^dim."""
    lower, upper = (
        np.array([nearest_float(x.numerator, x.denominator) for x in ends])
        for ends in (frame.lower, frame.upper)
    )
    return Scale((lower + upper) / 2, (upper - lower) / 2)
