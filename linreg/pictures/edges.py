"""Edges of polygons as segments: each once, and who owns it; where an output changes its sign."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from linreg.network.stages import StagedNetwork
from linreg.regions.affine_maps import AffineMaps
from linreg.regions.polygons import Polygons
from linreg.regions.polygons.clipping import Rings
from linreg.regions.polygons.float_shapes import scale_of
from linreg.regions.polygons.ragged import labels_of, next_in_ring

TIE_EDGE = -10
"""The owner of an edge where two outputs tie, or one is zero."""

NEAR = 1e-9
"""Relative to the frame: midpoints so near to each other are those of one edge."""


class Segments(NamedTuple):
    """Segments of the plane.

    Attributes
    ----------
    ends : float64 array, shape (segments, 2, 2)
    owners : int64 array, shape (segments,)
        The unit that owns each.
    """

    ends: np.ndarray
    owners: np.ndarray


class EdgePieces(NamedTuple):
    """Parts of polygons on which one output is the largest, or has one sign.

    Attributes
    ----------
    rings : Rings
        In input units.
    regions : int64 array, shape (pieces,)
    classes : int64 array, shape (pieces,)
        The output, or 0 and 1 for negative and positive.
    """

    rings: Rings
    regions: np.ndarray
    classes: np.ndarray


def edges_of(polygons: Polygons) -> Segments:
    """The edges that units own, each once."""
    following = next_in_ring(polygons.offsets)
    chosen = np.flatnonzero(polygons.owners >= 0)
    ends = np.stack([polygons.corners[chosen], polygons.corners[following[chosen]]], axis=1)
    return _once(Segments(ends, polygons.owners[chosen]), polygons)


def stages_of_units(network: StagedNetwork) -> np.ndarray:
    """The stage of each unit, counted from 1; int64, shape (units,)."""
    sizes = [len(stage.units) for stage in network.stages]
    return np.repeat(np.arange(1, len(sizes) + 1), sizes)


def deepest_stages(polygons: Polygons, network: StagedNetwork, n_regions: int) -> np.ndarray:
    """The deepest stage that owns an edge of each region, 0 if none does; int64, (regions,)."""
    stages = np.append(stages_of_units(network), 0)  # -1 and -2 are no units
    own = np.where(polygons.owners >= 0, stages[np.maximum(polygons.owners, -1)], 0)
    deepest = np.zeros(n_regions, dtype=np.int64)
    if len(polygons):
        deepest[polygons.regions] = np.maximum.reduceat(own, polygons.offsets[:-1])
    return deepest


def level_set(polygons: Polygons, forms: np.ndarray) -> Segments:
    """Where an affine form for each polygon, (polygons, 3), changes from positive to not."""
    positive = _positive(_rings(polygons), forms, polygons)
    return _once(_on_line(positive.rings, forms[positive.regions], polygons), polygons)


def pieces_by_class(polygons: Polygons, maps: AffineMaps) -> EdgePieces:
    """The polygons, cut where the largest output changes; by the sign if there is one output."""
    matrices, shifts = maps.matrices[polygons.regions], maps.shifts[polygons.regions]
    outputs = shifts.shape[1]
    every = np.concatenate([matrices, shifts[:, :, np.newaxis]], axis=2)
    found = []
    for label in range(max(outputs, 2)):
        rest = EdgePieces(_rings(polygons), np.arange(len(polygons)), np.zeros(0, dtype=np.int64))
        rivals = [k for k in range(outputs) if k != label] if outputs > 1 else [0]
        for rival in rivals:
            forms = every[:, 0] if label == 1 else -every[:, 0]
            if outputs > 1:
                forms = every[:, label] - every[:, rival]
            # Of outputs that are equal throughout the lowest one counts; zero counts as negative.
            tied = (forms == 0).all(axis=1)
            lowest = label < rival if outputs > 1 else label == 0
            forms = np.where(tied[:, np.newaxis], [0.0, 0.0, 1.0 if lowest else -1.0], forms)
            rest = _positive(rest.rings, forms, polygons, rest.regions)
            if not len(rest.regions):
                break
        found.append(rest._replace(classes=np.full(len(rest.regions), label)))
    of = np.concatenate([part.regions for part in found])
    return EdgePieces(
        Rings.joined([part.rings for part in found]),
        polygons.regions[of],
        np.concatenate([part.classes for part in found]),
    )


def boundary_of(pieces: EdgePieces, polygons: Polygons, maps: AffineMaps) -> Segments:
    """The decision boundary: edges of pieces where another output is as large."""
    outputs = maps.shifts.shape[1]
    every = np.concatenate([maps.matrices, maps.shifts[:, :, np.newaxis]], axis=2)
    parts = []
    for label in range(max(outputs, 2)):
        mine = np.flatnonzero(pieces.classes == label)
        if not len(mine) or (outputs == 1 and label == 0):
            continue
        rings, regions = pieces.rings.take(mine), pieces.regions[mine]
        for rival in range(outputs):
            if outputs == 1 or rival != label:
                forms = every[regions, 0]
                if outputs > 1:
                    forms = every[regions, label] - every[regions, rival]
                parts.append(_on_line(rings, forms, polygons))
    if not parts:
        return Segments(np.zeros((0, 2, 2)), np.zeros(0, dtype=np.int64))
    ends = np.concatenate([part.ends for part in parts])
    return _once(Segments(ends, np.full(len(ends), TIE_EDGE)), polygons)


def _rings(polygons: Polygons) -> Rings:
    return Rings(polygons.corners, polygons.owners, polygons.offsets)


def _positive(
    rings: Rings, forms: np.ndarray, polygons: Polygons, of: np.ndarray | None = None
) -> EdgePieces:
    """The parts of polygons where their forms are positive; `of` says whose polygon each is."""
    of = np.arange(len(rings)) if of is None else of
    scale = scale_of(polygons.frame)
    within = rings.with_corners((rings.corners - scale.centre) / scale.half)
    scaled, tol = scale.forms(forms[of])
    if not len(of):
        return EdgePieces(rings, of, of)
    cut, outcome = within.clip(scaled, tol, TIE_EDGE)
    left = of[outcome.left]
    return EdgePieces(cut.with_corners(cut.corners * scale.half + scale.centre), left, left)


def _on_line(rings: Rings, forms: np.ndarray, polygons: Polygons) -> Segments:
    """The edges along which a form for each ring is zero."""
    if not len(rings):
        return Segments(np.zeros((0, 2, 2)), np.zeros(0, dtype=np.int64))
    scale = scale_of(polygons.frame)
    scaled, tol = scale.forms(forms)
    of = labels_of(rings.offsets)
    corners = (rings.corners - scale.centre) / scale.half
    values = (corners * scaled[of, :-1]).sum(axis=1) + scaled[of, -1]
    zero = (np.abs(values) <= 10 * tol[of]) & (scaled[of, :-1] != 0).any(axis=1)
    following = next_in_ring(rings.offsets)
    chosen = np.flatnonzero(zero & zero[following])
    ends = np.stack([rings.corners[chosen], rings.corners[following[chosen]]], axis=1)
    return Segments(ends, np.full(len(chosen), TIE_EDGE))


def _once(segments: Segments, polygons: Polygons) -> Segments:
    """Each segment once: those on both sides of an edge have their middles in common."""
    if not len(segments.ends):
        return segments
    scale = scale_of(polygons.frame)
    middles = (segments.ends.mean(axis=1) - scale.centre) / scale.half
    keys = np.round(middles / NEAR).astype(np.int64)
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    near = np.abs(np.diff(keys[order], axis=0)).max(axis=1) <= 1
    chosen = np.sort(order[np.concatenate([[True], ~near])])
    return Segments(segments.ends[chosen], segments.owners[chosen])
