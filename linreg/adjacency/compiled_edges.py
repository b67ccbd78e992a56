"""Edges that machine code proves, for many regions at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from linreg.kernel.adjacency.facets import join
from linreg.kernel.adjacency.polygon_edges import join_polygons
from linreg.kernel.adjacency.polygons import trace
from linreg.kernel.adjacency.region_rows import Around, around_for
from linreg.kernel.data.polygons import MOST_GENERATORS, plane_for
from linreg.kernel.data.tables import Tables, tables_of
from linreg.kernel.data.work import Work, work_for
from linreg.kernel.machine import first_use, is_loaded, is_on_disk
from linreg.kernel.outlines.lookup import Lookup, lookup_of
from linreg.kernel.outlines.path import path_for
from linreg.progress import Progress
from linreg.regions import Enumeration
from linreg.regions.polygons.branches import Branches

REGIONS_PER_REPORT = 1 << 14
"""Regions between two reports: how long an interrupt may have to wait."""

EDGE_BUFFER = 1 << 17
"""Edges that machine code writes before they are taken from it."""


WORTHWHILE = 300_000
"""Regions, times units, whose edges are found without machine code in the time that it takes to
compile it: 0.02 to 0.1 ms for each, the more the deeper the network is, against 15 s."""


def machine_code_of(dim: int) -> Callable[..., tuple[int, int]]:
    """The machine code that finds the edges of regions of so many inputs."""
    return join_polygons if dim == 2 else join


def is_worth_it(regions: Enumeration) -> bool:
    """Whether machine code is at hand, or finds the edges sooner even if it must be compiled."""
    code = machine_code_of(regions.problem.network.input_dim)
    return is_loaded(code) or is_on_disk(code) or regions.patterns.size >= WORTHWHILE


def is_traced_already() -> bool:
    """Whether machine code that traces sides is at hand."""
    return is_loaded(trace) or is_on_disk(trace)


def joined(
    regions: Enumeration, progress: Callable[[Progress], None] | None
) -> tuple[np.ndarray, np.ndarray] | None:
    """Edges that are proved, and the regions from which some may be missing; None without tables.

    Each edge is found from its first region.

    Parameters
    ----------
    regions : Enumeration
    progress : callable, optional
        Called now and then with a `Progress` of regions.

    Returns
    -------
    edges : int64 array, shape (edges, 2)
        In the order of their first regions.
    left : int64 array
        Regions whose edges to later ones remain to be found.
    """
    tables = tables_of(regions.problem)
    if tables is None:
        return None
    work, around, lookup = _memory(regions, tables)
    join_some = _of_polygons if tables.dim == 2 else _of_halfspaces
    step = join_some(regions, tables, work, around, lookup)
    size = len(work.halfspaces.ends) + MOST_GENERATORS
    buffer = np.empty((EDGE_BUFFER + size, 2), dtype=np.int64)
    doubtful = np.zeros(len(regions), dtype=bool)
    found = [np.empty((0, 2), dtype=np.int64)]
    done = 0
    while done < len(regions):
        if progress is not None and done > 0:
            certain = done - int(np.count_nonzero(doubtful))
            progress(Progress(certain, len(regions), "regions looked at for facets"))
        last = min(done + REGIONS_PER_REPORT, len(regions))
        with first_use(machine_code_of(tables.dim)):
            done, edges = step(done, last, buffer, doubtful)
        found.append(buffer[:edges].copy())
    return np.concatenate(found), np.flatnonzero(doubtful)


_Step = Callable[[int, int, np.ndarray, np.ndarray], tuple[int, int]]


def _of_halfspaces(
    regions: Enumeration, tables: Tables, work: Work, around: Around, lookup: Lookup
) -> _Step:
    # Machine code for arrays that are read-only is other machine code.
    witnesses = np.ascontiguousarray(regions.witnesses).view()
    witnesses.flags.writeable = False

    def step(first: int, last: int, edges: np.ndarray, doubtful: np.ndarray) -> tuple[int, int]:
        return join(
            tables,
            work.maps,
            work.halfspaces,
            work.program,
            work.proof,
            lookup,
            around,
            witnesses,
            first,
            last,
            edges,
            doubtful,
        )

    return step


def _of_polygons(
    regions: Enumeration, tables: Tables, work: Work, around: Around, lookup: Lookup
) -> _Step:
    path = path_for(tables, Branches.of(regions).splits)
    plane = plane_for(tables, len(tables.units) + 1, 0)

    def step(first: int, last: int, edges: np.ndarray, doubtful: np.ndarray) -> tuple[int, int]:
        return join_polygons(
            tables,
            work.maps,
            work.halfspaces,
            plane,
            path,
            lookup,
            around,
            first,
            last,
            edges,
            doubtful,
        )

    return step


Line = tuple[int, int, int]
"""A form a x + b y + c of the plane, positive inside."""


def traced(
    regions: Enumeration, left: Sequence[int]
) -> Iterator[tuple[int, list[tuple[Line, bool]] | None]]:
    """The sides of some regions of the plane, counterclockwise, and whether they are the domain's.

    None for regions of which machine code leaves a doubt.

    Parameters
    ----------
    regions : Enumeration
        Of a network of two inputs.
    left : sequence of int
        Increasing.
    """
    tables = tables_of(regions.problem)
    if tables is None:
        yield from ((index, None) for index in left)
        return
    work, around, lookup = _memory(regions, tables)
    buffer, sizes = np.empty((EDGE_BUFFER, 4)), np.empty(REGIONS_PER_REPORT, dtype=np.int64)
    waiting = np.array(left, dtype=np.int64)
    while len(waiting):
        some = waiting[:REGIONS_PER_REPORT]
        with first_use(trace):
            done = trace(
                tables,
                work.maps,
                work.halfspaces,
                work.plane,
                lookup,
                around,
                some,
                buffer,
                sizes,
            )
        at = 0
        for index, size in zip(some[:done].tolist(), sizes[:done].tolist(), strict=True):
            numbers = buffer[at : at + max(size, 0)].tolist()
            lines = [((int(a), int(b), int(c)), is_edge == 1.0) for a, b, c, is_edge in numbers]
            yield index, lines if size >= 0 else None
            at += max(size, 0)
        waiting = waiting[done:]


def _memory(regions: Enumeration, tables: Tables) -> tuple[Work, Around, Lookup]:
    """What machine code works with, and where it finds patterns."""
    work = work_for(tables, 1)
    around = around_for(tables, len(work.halfspaces.ends), _direction(tables.dim))
    with first_use(machine_code_of(tables.dim)):
        return work, around, lookup_of(regions.patterns)


def _direction(dim: int) -> np.ndarray:
    """A direction that no network with small integers for weights has chosen."""
    return np.random.default_rng(0).normal(size=dim)
