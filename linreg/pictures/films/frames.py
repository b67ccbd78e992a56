"""The pictures of a film: polygons in one frame, colours on one scale, patterns told apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from linreg.domains import Box
from linreg.pictures.edges import deepest_stages
from linreg.pictures.fills import Fill, fill_of
from linreg.pictures.plane import means_of
from linreg.progress import Progress
from linreg.regions import Enumeration
from linreg.regions.polygons import Polygons, frame_of

PATTERN = "pattern"
"""The colour that each pattern has of its own."""

GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it, modulo 1, lie far from those before."""


@dataclass(frozen=True, eq=False)
class Picture:
    """The regions of one network.

    Attributes
    ----------
    label : str
    count : int
        All regions, also those outside the frame.
    is_complete : bool
    polygons : Polygons
    patterns : int64 array, shape (polygons,)
        The number of each one's pattern among all patterns of the film.
    is_born : bool array, shape (polygons,)
        Whether the network before has no region of that pattern; nothing is born in the first one.
    values : float64 array, shape (polygons,)
        What colours are for, on the scale of the film.
    """

    label: str
    count: int
    is_complete: bool
    polygons: Polygons
    patterns: np.ndarray
    is_born: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class Film:
    """Pictures in one frame.

    Attributes
    ----------
    pictures : tuple of Picture
    frame : Box
    low, high : float
        The ends of the scale of colours.
    what : str
        What the colours say; empty for those of patterns.
    is_log : bool
        Whether the values are logarithms to base 10.
    """

    pictures: tuple[Picture, ...]
    frame: Box
    low: float
    high: float
    what: str
    is_log: bool

    def shares(self, picture: Picture) -> np.ndarray:
        """Where each polygon is on the scale, from 0 to 1."""
        room = self.high - self.low
        if room == 0:
            return np.full(len(picture.values), 0.5)
        shares = (picture.values - self.low) / room
        return np.clip(np.where(np.isfinite(shares), shares, 0.0), 0.0, 1.0)


def film_of(
    found: Sequence[Enumeration],
    labels: Sequence[str],
    frame: Box | None,
    color: str,
    progress: Callable[[Progress], None] | None = None,
) -> Film:
    """The film of several networks' regions."""
    frame = common_frame(found) if frame is None else frame
    known: dict[bytes, int] = {}
    before: np.ndarray | None = None
    pictures, what, is_log = [], "", False
    for regions, label in zip(found, labels, strict=True):
        numbers = _numbered(regions.patterns, known)
        polygons = regions.polygons(frame)
        if color == PATTERN:
            values = (GOLDEN * numbers) % 1.0
        else:
            fill = _fill(regions, polygons, color)
            values, what, is_log = _raw(fill), fill.label, fill.is_log
        born = np.zeros(len(numbers), dtype=bool) if before is None else ~np.isin(numbers, before)
        pictures.append(
            Picture(
                label,
                len(regions),
                regions.counted.complete,
                polygons,
                numbers[polygons.regions],
                born[polygons.regions],
                values[polygons.regions],
            )
        )
        before = numbers
        if progress is not None:
            progress(Progress(len(pictures), len(found), "networks"))
    every = np.concatenate([picture.values for picture in pictures])
    every = every[np.isfinite(every)]
    low, high = (0.0, 1.0) if color == PATTERN or not len(every) else (every.min(), every.max())
    return Film(tuple(pictures), frame, float(low), float(high), what, is_log)


def common_frame(found: Sequence[Enumeration]) -> Box:
    """The smallest box that holds what each of the pictures would show by itself."""
    frames = [frame_of(regions) for regions in found]
    return Box(
        [min(ends) for ends in zip(*(frame.lower for frame in frames), strict=True)],
        [max(ends) for ends in zip(*(frame.upper for frame in frames), strict=True)],
    )


def _numbered(patterns: np.ndarray, known: dict[bytes, int]) -> np.ndarray:
    """The number of each pattern; new ones get the next numbers."""
    rows = np.ascontiguousarray(patterns)
    return np.array([known.setdefault(row.tobytes(), len(known)) for row in rows], dtype=np.int64)


def _fill(regions: Enumeration, polygons: Polygons, color: str) -> Fill:
    sizes, centres = np.zeros(len(regions)), regions.witnesses.copy()
    sizes[polygons.regions] = polygons.areas
    centres[polygons.regions] = means_of(polygons.corners, polygons.offsets)
    deepest = deepest_stages(polygons, regions.problem.network, len(regions))
    fill = fill_of(regions, color, deepest=deepest, sizes=sizes, centres=centres)
    if fill is None:
        raise ValueError(f"color: {color!r} cuts regions, and a film has whole ones")
    return fill


def _raw(fill: Fill) -> np.ndarray:
    """The numbers themselves, where a fill holds places in a list of them."""
    values = fill.values
    if fill.categories and not fill.label.startswith("deepest"):
        values = np.array([float(name) for name in fill.categories])[values.astype(np.int64)]
    if fill.is_log:
        with np.errstate(divide="ignore"):
            return np.asarray(np.log10(values))
    return values
