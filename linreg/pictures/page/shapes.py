"""What is drawn: polygons of the plane, facets in space, the graph of a function on a line."""

from __future__ import annotations

import numpy as np

from linreg.domains import Box
from linreg.pictures.edges import boundary_of, deepest_stages, pieces_by_class, stages_of_units
from linreg.pictures.plane import means_of
from linreg.regions import Enumeration
from linreg.regions.affine_maps import AffineMaps
from linreg.regions.polygons import FRAME, Polygons, intervals_of
from linreg.regions.polygons.ragged import labels_of, offsets_of

Arrays = dict[str, np.ndarray]

MOST_CLASSES = 16
"""Outputs up to which the page shows which one is the largest: there are as many squared to cut."""

CUT_CLASS = 0xFFFF
"""The class of a region that the decision boundary cuts."""

GRAPH_MARGIN = 0.08
"""Above and below the graph of a function, relative to its height."""


def plane(regions: Enumeration, frame: Box | None, maps: AffineMaps) -> tuple[Arrays, Box]:
    """The polygons of two inputs, the decision boundary, and what the frame shows."""
    polygons = regions.polygons(frame)
    arrays = _of_polygons(polygons)
    network = regions.problem.network
    arrays["stage"] = deepest_stages(polygons, network, len(regions)).astype(np.float32)
    arrays["sizes"] = polygons.areas
    outputs = network.readout.n_outputs
    if outputs <= MOST_CLASSES and len(polygons):
        pieces = pieces_by_class(polygons, maps)
        count = np.bincount(pieces.regions, minlength=len(regions))
        classes = np.full(len(regions), CUT_CLASS, dtype=np.uint16)
        whole = count[pieces.regions] == 1
        classes[pieces.regions[whole]] = pieces.classes[whole]
        rings = pieces.rings.take(np.flatnonzero(~whole))
        arrays |= {
            "classes": classes,
            "pieceCorners": rings.corners,
            "pieceOffsets": rings.offsets.astype(np.uint32),
            "pieceClasses": pieces.classes[~whole].astype(np.uint32),
            "boundary": boundary_of(pieces, polygons, maps).ends,
        }
    return arrays, polygons.frame


def line(regions: Enumeration, frame: Box | None, maps: AffineMaps) -> tuple[Arrays, Box]:
    """The intervals of one input as strips, and the graph of every output over them."""
    found = intervals_of(regions, frame)
    count = len(found.regions)
    matrices, shifts = maps.matrices[found.regions], maps.shifts[found.regions]
    # Values at both ends: (intervals, outputs, 2).
    heights = matrices * found.ends[:, np.newaxis, :] + shifts[:, :, np.newaxis]
    low, high = (float(heights.min()), float(heights.max())) if count else (0.0, 1.0)
    room = GRAPH_MARGIN * (high - low) or 1.0
    low, high = low - room, high + room
    left, right = found.ends.T
    x = np.stack([left, right, right, left], axis=1)
    y = np.broadcast_to([low, low, high, high], (count, 4))
    owners = np.full((count, 4), FRAME)
    owners[:, 1], owners[:, 3] = found.owners[:, 1], found.owners[:, 0]
    shown = Box([found.frame.lower[0], low], [found.frame.upper[0], high])
    strips = Polygons(
        np.stack([x, y], axis=2).reshape(-1, 2),
        offsets_of(np.full(count, 4)),
        found.regions,
        owners.ravel(),
        shown,
    )
    arrays = _of_polygons(strips)
    arrays["stage"] = deepest_stages(strips, regions.problem.network, len(regions)).astype(
        np.float32
    )
    arrays["sizes"] = right - left
    x_ends = np.broadcast_to(found.ends[:, np.newaxis, :], heights.shape)
    arrays["curves"] = np.stack([x_ends, heights], axis=3).reshape(-1, 4)
    arrays["curveOutputs"] = np.tile(np.arange(heights.shape[1], dtype=np.uint32), count)
    return arrays, shown


def space(regions: Enumeration, frame: Box | None) -> tuple[Arrays, Box]:
    """The facets of three inputs."""
    solids = regions.solids(frame)
    stages = np.append(stages_of_units(regions.problem.network), 0)
    own = np.where(solids.owners >= 0, stages[np.maximum(solids.owners, -1)], 0)
    deepest = np.zeros(len(regions), dtype=np.float32)
    if len(solids):
        deepest[solids.regions] = np.maximum.reduceat(own, solids.offsets[:-1])
    of_corner = labels_of(solids.offsets)[labels_of(solids.face_offsets)]
    count = np.maximum(np.bincount(of_corner, minlength=len(solids)), 1)
    centres = [np.bincount(of_corner, axis, len(solids)) / count for axis in solids.corners.T]
    arrays: Arrays = {
        "corners": solids.corners.astype(np.float32),
        "offsets": solids.face_offsets.astype(np.uint32),
        "faceOffsets": solids.offsets.astype(np.uint32),
        "shown": solids.regions.astype(np.uint32),
        "owners": solids.owners.astype(np.int32),
        "centres": np.stack(centres, axis=1),
        "sizes": solids.volumes,
        "stage": deepest,
    }
    return arrays, solids.frame


def _of_polygons(polygons: Polygons) -> Arrays:
    return {
        "corners": polygons.corners,
        "offsets": polygons.offsets.astype(np.uint32),
        "shown": polygons.regions.astype(np.uint32),
        "owners": polygons.owners.astype(np.int32),
        "centres": means_of(polygons.corners, polygons.offsets),
    }
