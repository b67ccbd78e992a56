"""What regions are coloured by: a number or a category for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from linreg.adjacency import adjacency_graph
from linreg.json_values import nearest
from linreg.network.stages import StagedNetwork
from linreg.regions import Enumeration
from linreg.regions.affine_maps import affine_maps_of
from linreg.units import MaxUnit
from linreg.wording import counted

MOST_CATEGORIES = 8
"""So many different whole numbers are categories; more are a scale."""

NAMES = ("stage", "layer", "active", "slope", "degree", "volume", "class", "region", "output:K")

OF_FRAMES = ("stage", "layer", "volume")
"""Those that say how regions fill a frame."""

Colour = str | Sequence[float] | np.ndarray | Callable[..., Any] | None


@dataclass(frozen=True, slots=True, eq=False)
class Fill:
    """A number for each region, and what it says.

    Attributes
    ----------
    values : float64 array, shape (regions,)
    label : str
    categories : tuple of str
        What the values 0, 1, ... are called, if they are categories; empty if they are a scale.
    is_log : bool
        Whether the colours go by the logarithm.
    """

    values: np.ndarray
    label: str
    categories: tuple[str, ...] = ()
    is_log: bool = False


def fill_of(
    regions: Enumeration,
    color: Colour,
    *,
    deepest: np.ndarray | None = None,
    sizes: np.ndarray | None = None,
    centres: np.ndarray | None = None,
    log: bool | None = None,
) -> Fill | None:
    """What regions are coloured by; None for no colour, and for "class", which cuts regions.

    Parameters
    ----------
    regions : Enumeration
    color : str, array of a number for each region, or callable
        "stage" (or "layer"): the deepest stage that bounds the region; "active": how many units
        are on a piece that is not constant; "slope": Euclidean norm of the network's linear part,
        or its largest singular value for several outputs; "degree": regions that share a facet;
        "volume": of what the frame shows; "region": the region's number; "output:K": output K in
        the middle. A callable is given each Region.
    deepest, sizes : arrays, shape (regions,)
        The deepest stage, counted from 1, and the area or volume within the frame.
    centres : float64 array, shape (regions, inputs)
    log : bool, optional
        Whether colours go by the logarithm; by default for volumes.

    Raises
    ------
    ValueError
        If there is no such colour, or the array is of another length.
    """
    if color is None:
        return None
    found = _fill(regions, color, deepest, sizes, centres)
    if log is None:
        return found
    if log and found is not None:
        return Fill(found.values, found.label, (), True)
    return found if found is None else Fill(found.values, found.label, found.categories, False)


def _fill(
    regions: Enumeration,
    color: Colour,
    deepest: np.ndarray | None,
    sizes: np.ndarray | None,
    centres: np.ndarray | None,
) -> Fill | None:
    if callable(color):
        return _numbered(np.array([float(color(region)) for region in regions]), "")
    if not isinstance(color, str):
        values = np.asarray(color, dtype=np.float64)
        if values.shape != (len(regions),):
            raise ValueError(
                f"color: a number for each of {counted(len(regions), 'region')} was expected, got "
                f"shape {values.shape}"
            )
        return _numbered(values, "")
    match color:
        case "stage" | "layer" if deepest is not None:
            stages = len(regions.problem.network.stages)
            names = tuple(str(k) if k else "none" for k in range(stages + 1))
            return Fill(deepest.astype(np.float64), "deepest stage that bounds it", names)
        case "active":
            values = active_units(regions.problem.network, regions.patterns)
            return _numbered(values, "active units")
        case "slope":
            matrices, _ = affine_maps_of(regions)
            return Fill(np.linalg.norm(matrices, ord=2, axis=(1, 2)), "slope (largest)")
        case "degree":
            edges = adjacency_graph(regions).edges
            degrees = np.bincount(edges.ravel(), minlength=len(regions))
            return _numbered(degrees, "neighbours")
        case "volume" if sizes is not None:
            return Fill(sizes, "size within the frame", (), True)
        case "region":
            return Fill(np.arange(len(regions), dtype=np.float64), "number of the region")
        case "class":
            return None
    if color.startswith("output:"):
        output = output_number(color.removeprefix("output:"), regions, "color")
        matrices, shifts = affine_maps_of(regions)
        where = regions.witnesses if centres is None else centres
        values = (matrices[:, output] * where).sum(axis=1) + shifts[:, output]
        return Fill(values, f"output {output} in the middle")
    if color in OF_FRAMES:
        raise ValueError(f"color: {color!r} says how regions fill a frame, and nodes do not")
    known = [name for name in NAMES if sizes is not None or name not in OF_FRAMES]
    raise ValueError(f"color: {color!r} is not known{nearest(color, known)}")


def output_number(text: str | int, regions: Enumeration, name: str) -> int:
    """The number of an output, which must be one of the network's.

    Raises
    ------
    ValueError
        If it is none.
    """
    outputs = regions.problem.network.readout.n_outputs
    try:
        output = int(text)
    except (TypeError, ValueError):
        output = -1
    if isinstance(text, bool) or not 0 <= output < outputs:
        raise ValueError(f"{name}: outputs are numbered from 0 to {outputs - 1}, got {text!r}")
    return output


def active_units(network: StagedNetwork, patterns: np.ndarray) -> np.ndarray:
    """How many units are on a piece that is not constant; float64, shape (regions,).

    Of a max unit every piece but the first counts, so that a maximum with 0 counts as ReLU does.

    Examples
    --------
    >>> from linreg import mlp
    >>> active_units(mlp([([[1], [1]], [0, 1])]).staged, np.array([[0, 0], [0, 1], [1, 1]]))
    array([0., 1., 2.])
    """
    count = np.zeros(len(patterns))
    for place, unit in enumerate(network.units):
        moves = (
            np.arange(unit.rank) > 0
            if isinstance(unit, MaxUnit)
            else np.array([slope != 0 for slope in unit.slopes])
        )
        count += moves[patterns[:, place]]
    return count


def _numbered(values: np.ndarray, label: str) -> Fill:
    """A scale, or categories if there are few different whole numbers."""
    floats = np.asarray(values, dtype=np.float64)
    different = np.unique(floats)
    if 0 < len(different) <= MOST_CATEGORIES and (different == np.round(different)).all():
        names = tuple(f"{value:g}" for value in different)
        return Fill(np.searchsorted(different, floats).astype(np.float64), label, names)
    return Fill(floats, label)
