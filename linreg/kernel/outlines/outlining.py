"""Vertices and volumes of all regions of two or three inputs, by machine code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from linreg.kernel.data.polygons import MOST_GENERATORS, Plane, plane_for
from linreg.kernel.data.polyhedra import MOST_CORNERS, Space, space_for
from linreg.kernel.data.roundoff import MOST_TERMS
from linreg.kernel.data.tables import tables_of
from linreg.kernel.data.work import work_for
from linreg.kernel.machine import first_use, is_loaded, is_on_disk
from linreg.kernel.outlines.lookup import lookup_of
from linreg.kernel.outlines.measuring import outline_polygons, outline_polyhedra
from linreg.kernel.outlines.path import path_for
from linreg.problem.problem import Problem

ROOM = 1 << 15
"""Vertices that machine code writes before they are taken from it."""


class Outlined(NamedTuple):
    """Some regions, one after another.

    Attributes
    ----------
    vertices : float64 array, shape (vertices, inputs + 1)
        Of all regions; last a bound on how far each coordinate may be from the exact one.
    sizes : int64 array, shape (regions,)
        How many of them a region has; negative if floats do not tell.
    volumes : float64 array, shape (regions, 2)
        Each with a bound on its error; infinite for regions without end.
    """

    vertices: np.ndarray
    sizes: np.ndarray
    volumes: np.ndarray


def is_at_hand(dim: int) -> bool:
    """Whether the machine code for so many inputs need not be compiled."""
    code = outline_polygons if dim == 2 else outline_polyhedra
    return is_loaded(code) or is_on_disk(code)


def outlined(problem: Problem, patterns: np.ndarray, splits: np.ndarray) -> Iterator[Outlined]:
    """All regions of a problem of two or three inputs, part by part; nothing without tables.

    Parameters
    ----------
    problem : Problem
    patterns : unsigned integer array, shape (regions, units)
        Of all regions, sorted.
    splits : int64 array, shape (regions - 1,)
        The first unit in which a region and the next one differ.
    """
    tables = tables_of(problem)
    if tables is None:
        return
    # Closer bounds cost less than the exact arithmetic on what looser ones leave in doubt.
    tables = tables._replace(few=MOST_TERMS)
    work, path = work_for(tables, 1), path_for(tables, splits)
    code: Callable[..., tuple[int, int]] = outline_polygons
    shapes: tuple[Plane | Space, ...] = (plane_for(tables, len(tables.units) + 1, 0),)
    if tables.dim == 3:
        code, shapes = outline_polyhedra, (*shapes, space_for(tables))
    vertices = np.empty((ROOM + max(MOST_CORNERS, MOST_GENERATORS), tables.dim + 1))
    sizes = np.empty(len(patterns), dtype=np.int64)
    volumes = np.empty((len(patterns), 2))
    with first_use(code):
        lookup = lookup_of(patterns)
        begin = 0
        while begin < len(patterns):
            maps = tables, work.maps, work.halfspaces
            ends = begin, len(patterns)
            end, written = code(*maps, *shapes, path, lookup, *ends, vertices, sizes, volumes)
            yield Outlined(vertices[:written].copy(), sizes[begin:end], volumes[begin:end])
            begin = end
