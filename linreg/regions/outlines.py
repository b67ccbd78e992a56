"""Vertices and volumes of all regions: floats with proved errors, and exact ones where in doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from linreg.arguments import numbered
from linreg.domains import Box
from linreg.progress import Progress
from linreg.rational import nearest_float
from linreg.regions.margins import BOUNDED, EXACT_PER_REPORT, UNBOUNDED, UNDECIDED, decided
from linreg.regions.polygons.branches import Branches
from linreg.regions.polygons.exact_shapes import FRAME, Shape, shapes_within, size_of
from linreg.regions.polygons.ragged import offsets_of
from linreg.strategies.machine_code import has_machine_code
from linreg.wording import counted

if TYPE_CHECKING:
    from linreg.regions.enumeration import Enumeration

HALF_ULP = 2.0**-53
"""How far at most the nearest float is from a number, relative to it."""

LEAST = 2.0**-1074
"""The same for numbers that are too small for that."""

LEAST_SIZE = 1e-250
"""What vertices' errors are relative to where all vertices are at the origin, as without biases."""

MANY_REGIONS = 500
"""Regions that are outlined exactly in the time that it takes to compile machine code."""

MANY_ENDS = 5_000
"""Regions of which exact arithmetic decides in that time whether they are bounded."""

NO_SHAPE: tuple[int, Shape] = (-1, [])
"""In place of a region and its shape: there are no more."""


@dataclass(frozen=True, eq=False)
class Outlines:
    """The vertices and the volume of each region of an enumeration.

    Attributes
    ----------
    vertices : float64 array, shape (vertices, inputs)
        Region after region, in no particular order within each.
    errors : float64 array, shape (vertices,)
        Bounds, which are proved, on how far each coordinate may be from the exact one.
    offsets : int64 array, shape (regions + 1,)
        Region i has the vertices from offsets[i] to offsets[i + 1]; none if it holds a line.
    volumes : float64 array, shape (regions,)
        In input units to the power of their number; infinite for unbounded regions.
    volume_errors : float64 array, shape (regions,)
        Bounds, which are proved, on how far volumes may be from the exact ones.
    exact : int64 array
        Regions about which floats left a doubt, or whose errors would have been larger than is
        asked for: their numbers are those nearest to the exact ones.

    Examples
    --------
    Two lines cut a square into four:

    >>> from linreg import enumerate_regions, mlp
    >>> net = mlp([([[1, 0], [0, 1]], [0, 0])])
    >>> found = enumerate_regions(net, "box:-1,2").outlines()
    >>> found.volumes.tolist(), sorted(found[0].tolist())
    ([1.0, 2.0, 2.0, 4.0], [[-1.0, -1.0], [-1.0, 0.0], [0.0, -1.0], [0.0, 0.0]])
    """

    vertices: np.ndarray  # (vertices, inputs)
    errors: np.ndarray  # (vertices,)
    offsets: np.ndarray  # (regions + 1,)
    volumes: np.ndarray  # (regions,)
    volume_errors: np.ndarray  # (regions,)
    exact: np.ndarray

    def __repr__(self) -> str:
        vertices = counted(len(self.vertices), "vertex", "vertices")
        return f"<Outlines: {counted(len(self), 'region')}, {vertices}>"

    def __len__(self) -> int:
        """Number of regions."""
        return len(self.volumes)

    def __getitem__(self, index: int) -> np.ndarray:
        """The vertices of one region; float64, shape (vertices, inputs)."""
        at = numbered(index, len(self), "index", "regions")
        return self.vertices[self.offsets[at] : self.offsets[at + 1]]


def outlines_of(
    regions: Enumeration,
    *,
    tolerance: float = 1e-6,
    progress: Callable[[Progress], None] | None = None,
) -> Outlines:
    """The vertices and volumes of all regions, in floats with proved errors.

    Regions about which floats leave a doubt are outlined exactly, as `region.exact_vertices` and
    `region.exact_volume` do for one region.

    Parameters
    ----------
    regions : Enumeration
    tolerance : float
        The largest error that is left: of a volume relative to it, and of a vertex relative to the
        largest coordinate of its region's vertices, or to 1e-250. 0 has everything worked out
        exactly, and then rounded.
    progress : callable, optional
        Called with a `Progress` of regions.

    Returns
    -------
    Outlines

    Raises
    ------
    ValueError
        If the inputs are more than 6.

    Examples
    --------
    The quadrants of the plane have a vertex each, and no end:

    >>> from linreg import enumerate_regions, mlp
    >>> found = outlines_of(enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])])))
    >>> found.vertices.tolist(), found.volumes.tolist()
    ([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]], [inf, inf, inf, inf])
    """
    proposed = _proposed(regions, MANY_REGIONS)
    doubtful = np.flatnonzero(_is_doubtful(proposed, tolerance))
    sizes, volumes = np.maximum(proposed.sizes, 0), proposed.volumes.copy()
    kept = np.ones(len(sizes), dtype=bool)
    kept[doubtful] = False
    from_floats = np.repeat(kept, sizes)
    points = []
    done = len(sizes) - len(doubtful)
    for index, vertices, volume, off in _exactly(regions, proposed, ~kept):
        if progress is not None and done % EXACT_PER_REPORT == 0:
            progress(Progress(done, len(sizes), "regions outlined"))
        done += 1
        points.append(vertices)
        sizes[index] = len(vertices)
        volumes[index] = volume, off
    is_kept = np.repeat(kept, sizes)
    dim = regions.problem.network.input_dim
    every = np.empty((len(is_kept), dim + 1))
    every[is_kept] = proposed.vertices[from_floats] + 0.0  # which is no negative zero any more
    exact = np.concatenate([np.empty((0, dim)), *points])
    every[~is_kept, :-1] = exact
    every[~is_kept, -1] = HALF_ULP * np.abs(exact).max(axis=1) + LEAST
    for array in (every, volumes, doubtful):
        array.flags.writeable = False
    return Outlines(
        every[:, :-1], every[:, -1], offsets_of(sizes), volumes[:, 0], volumes[:, 1], doubtful
    )


def are_bounded(
    regions: Enumeration, progress: Callable[[Progress], None] | None = None
) -> np.ndarray:
    """Whether each region is bounded, as `Enumeration.bounded`; bool, shape (regions,).

    Exact arithmetic decides about regions of which floats do not tell every corner.
    """

    def proved() -> np.ndarray:
        vertices, sizes, volumes = _proposed(regions, MANY_ENDS)
        error = _largest(vertices[:, -1], sizes, 0.0)
        ends = np.where(volumes[:, 0] < np.inf, BOUNDED, UNBOUNDED)
        is_told = (sizes >= 0) & (error < np.inf) & ((ends == BOUNDED) | (volumes[:, 1] == 0))
        return np.where(is_told, ends, UNDECIDED)

    return decided(regions.problem, regions.source, proved, progress)


def _exactly(
    regions: Enumeration, proposed: _Proposed, wanted: np.ndarray
) -> Iterator[tuple[int, np.ndarray, float, float]]:
    """Some regions, in order: index, vertices, volume and its error, all rounded at last.

    In two or three inputs the cells of prefixes are clipped to a frame, which many regions share. A
    region of which nothing belongs to the frame is there as a whole.
    """
    frame = _frame(regions, proposed)
    shapes = iter(()) if frame is None else shapes_within(Branches.of(regions), frame, wanted)
    at, shape = next(shapes, NO_SHAPE)
    for index in np.flatnonzero(wanted).tolist():
        if at == index:
            within = shape
            at, shape = next(shapes, NO_SHAPE)
            if not _reaches_frame(within):
                vertices, volume = _measured(within)
                yield index, vertices, volume, HALF_ULP * volume + LEAST
                continue
        region = regions[index]
        off = HALF_ULP * region.volume + LEAST if region.is_bounded else 0.0
        yield index, region.vertices, region.volume, off


def _frame(regions: Enumeration, proposed: _Proposed) -> Box | None:
    """A box in which most regions of two or three inputs lie that do not go on without end."""
    domain, dim = regions.problem.domain, regions.problem.network.input_dim
    if dim not in (2, 3):
        return None
    if isinstance(domain, Box) and None not in (*domain.lower, *domain.upper):
        return Box([low - 1 for low in domain.lower], [high + 1 for high in domain.upper])
    corners = proposed.vertices[np.isfinite(proposed.vertices).all(axis=1), :-1]
    if not len(corners):
        return None
    lower, upper = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
    return Box([int(end) - 1 for end in lower], [int(end) + 1 for end in upper])


def _reaches_frame(shape: Shape) -> bool:
    """Whether an edge of a polygon, or a face of a polyhedron, belongs to the frame."""
    if len(shape) == 1:
        return FRAME in shape[0].owners
    return any(face.owner == FRAME for face in shape)


def _measured(shape: Shape) -> tuple[np.ndarray, float]:
    """The floats nearest to the vertices of an exact shape, and to its volume."""
    corners = {tuple(map(int, corner)) for face in shape for corner in face.corners}
    points = sorted([nearest_float(x, scale) for x in at] for *at, scale in corners)
    volume = size_of(shape)
    return np.array(points), nearest_float(int(volume.p), int(volume.q))


class _Proposed(NamedTuple):
    """What floats make of all regions, as `kernel.outlines.outlining` has it."""

    vertices: np.ndarray
    sizes: np.ndarray
    volumes: np.ndarray


def _proposed(regions: Enumeration, many: int) -> _Proposed:
    """What floats make of all regions, if machine code is at hand or there are many of them."""
    dim = regions.problem.network.input_dim
    none = np.empty((0, dim + 1))
    nothing = _Proposed(none, np.full(len(regions), -1), np.zeros((len(regions), 2)))
    if dim not in (2, 3) or not regions.counted.complete or not has_machine_code():
        return nothing
    from linreg.kernel.outlines.outlining import is_at_hand, outlined

    if not (is_at_hand(dim) or len(regions) >= many):
        return nothing
    parts = list(outlined(regions.problem, regions.patterns, Branches.of(regions).splits))
    if not parts:
        return nothing
    return _Proposed(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _is_doubtful(proposed: _Proposed, tolerance: float) -> np.ndarray:
    """Which regions floats do not tell, or not closely; bool, shape (regions,)."""
    vertices, sizes, volumes = proposed
    largest = _largest(np.abs(vertices[:, :-1]).max(axis=1, initial=0.0), sizes, LEAST_SIZE)
    error = _largest(vertices[:, -1], sizes, 0.0)
    volume, off = volumes.T
    with np.errstate(invalid="ignore"):  # what is no number compares as false, and makes a doubt
        is_close = (error <= tolerance * largest) & (largest < np.inf)
        is_close &= np.where(volume == np.inf, off == 0, off <= tolerance * volume)
    return np.asarray((sizes < 0) | ~is_close)


def _largest(numbers: np.ndarray, sizes: np.ndarray, least: float) -> np.ndarray:
    """The largest number of each region's vertices, and at least `least`."""
    largest = np.full(len(sizes), least)
    np.maximum.at(largest, np.repeat(np.arange(len(sizes)), np.maximum(sizes, 0)), numbers)
    return largest
