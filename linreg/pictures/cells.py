"""Cells of a complex as points, segments and polygons within a frame, in floats."""

from __future__ import annotations

from itertools import product

import numpy as np

from linreg.complex import Cell, CellComplex
from linreg.complex.forms import Vector
from linreg.domains import Box
from linreg.pictures.edges import stages_of_units
from linreg.readers import DomainLike
from linreg.regions.polygons.frame import frame_around
from linreg.regions.polygons.shapes import checked_frame
from linreg.topology.pieces import outline
from linreg.units import MaxUnit

UNBOUNDED_REACH = 1e6
"""How far unbounded cells are drawn before a frame cuts them, in multiples of its size."""


def frame_of_cells(cells: CellComplex, chosen: np.ndarray, frame: DomainLike) -> Box:
    """The frame that is asked for, or one that shows the vertices of some cells."""
    if frame is not None:
        return checked_frame(frame, cells.dim)
    kept = np.flatnonzero(chosen)
    corners = np.array([], dtype=np.float64).reshape(0, cells.dim)
    if not cells.lines:
        used = np.unique(cells.incidence[kept].indices)
        places = [cells.points[k] for k in used.tolist() if k < cells.n_vertices]
        corners = np.array(places, dtype=np.float64).reshape(len(places), cells.dim)
    some = [cells.cell(index).point for index in (kept[-200:] if len(kept) else [-1 % len(cells)])]
    return frame_around(cells.problem, corners, np.array(some, dtype=np.float64))


def corners_of(cells: CellComplex, cell: Cell, frame: Box) -> np.ndarray:
    """The corners of a cell of dimension 0, 1 or 2 within a frame, in order; (corners, inputs).

    Empty if it lies outside, or only meets the edge.
    """
    lower, upper = (np.array(ends, dtype=np.float64) for ends in (frame.lower, frame.upper))
    points = _far_drawn(cells, cell, lower, upper)
    for axis, (low, high) in enumerate(zip(lower.tolist(), upper.tolist(), strict=True)):
        for sign, end in ((1.0, low), (-1.0, high)):
            points = _cut(points, sign * (points[:, axis] - end))
    least = {0: 1, 1: 2, 2: 3}[cell.dim]
    return points if len(points) >= least else points[:0]


def _far_drawn(cells: CellComplex, cell: Cell, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """The corners of a cell, or of a part of it that is far larger than the frame."""
    far = UNBOUNDED_REACH * float(np.abs([lower, upper]).max() + (upper - lower).max())
    if cell.lines:
        return _along_lines(cell, far)
    around = outline(cells, cell)
    corners = [_place(vector) for vector in around if vector[-1]]
    ways = [far * _unit(vector) for vector in around if not vector[-1]]
    if len(ways) == 1 and cell.dim == 2:
        ways *= 2  # two sides are parallel
    if cell.dim == 2 and ways:
        # An outline starts with a direction; between the two the cell goes on as far.
        ends = [corners[0] + ways[0] + ways[1], corners[0] + ways[0]]
        return np.array([*ends, *corners, corners[-1] + ways[1]])
    return np.array([*corners, *(corners[-1] + way for way in ways)])


def _along_lines(cell: Cell, far: float) -> np.ndarray:
    """A large part of a cell that holds lines: its corners are no points of the complex."""
    starts = [_place(vertex) for vertex in cell.integer_vertices]
    starts += [starts[0] + far * _unit(direction) for direction in cell.directions]
    ways = [far * _unit(line) for line in cell.lines]
    points = [
        start
        + sum((sign * way for sign, way in zip(signs, ways, strict=True)), np.zeros(len(start)))
        for start in starts
        for signs in product((-1, 1), repeat=len(ways))
    ]
    return _in_order(np.array(points)) if cell.dim == 2 else np.array(points)


def _in_order(points: np.ndarray) -> np.ndarray:
    """The corners of a convex polygon, in order around it."""
    away = points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(away, full_matrices=False)
    flat = away @ axes[:2].T
    return np.asarray(points[np.argsort(np.arctan2(flat[:, 1], flat[:, 0]))])


def _cut(points: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """The part of a point, a segment or a convex polygon where heights are not negative."""
    if (heights >= 0).all():
        return points
    kept = []
    count = len(points)
    for k in range(count):
        if heights[k] >= 0:
            kept.append(points[k])
        m = (k + 1) % count
        if (count > 2 or k == 0) and count > 1 and (heights[k] >= 0) != (heights[m] >= 0):
            share = heights[k] / (heights[k] - heights[m])
            kept.append(points[k] + share * (points[m] - points[k]))
    return np.array(kept).reshape(len(kept), points.shape[1])


def _place(vector: Vector) -> np.ndarray:
    return np.array([entry / vector[-1] for entry in vector[:-1]])


def _unit(vector: Vector) -> np.ndarray:
    largest = max(map(abs, vector))
    found = np.array([entry / largest for entry in vector[:-1]])
    return np.asarray(found / np.linalg.norm(found))


def stages_of_facets(cells: CellComplex) -> np.ndarray:
    """The first stage with a unit that switches on each cell of dimension n - 1; int64, (cells,).

    Stages are counted from 1. It is 0 on other cells and on the boundary of the domain, and one
    more than the number of stages where only a level or the largest class changes.
    """
    layout, network = cells.layout, cells.problem.network
    stage_of_unit = stages_of_units(network)
    of_bit = np.zeros(8 * layout.n_bytes, dtype=np.int64)
    for unit, start, stage in zip(layout.units, layout.starts, stage_of_unit.tolist(), strict=True):
        if isinstance(unit, MaxUnit):
            of_bit[start : start + unit.rank] = stage
        else:
            for first in (start, layout.n_pairs + start):
                of_bit[first : first + unit.n_pieces - 1] = stage
    found = np.zeros(len(cells), dtype=np.int64)
    never = len(network.stages) + 1
    low, high = cells.faces_between(cells.dim - 1, cells.dim)
    gone = np.unpackbits(cells.signs[low] & ~cells.signs[high], axis=1, bitorder="little")
    stages = np.where((gone > 0) & (of_bit > 0), of_bit, never).min(axis=1)
    found[low] = never
    np.minimum.at(found, low, stages)
    found[found == never] = 0
    return found
