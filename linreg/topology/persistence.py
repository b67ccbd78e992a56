"""Persistent homology of the sublevel and superlevel sets of an output, exactly."""

from __future__ import annotations

import reprlib
from math import inf
from typing import Any

import numpy as np

from linreg.complex import CellComplex, SignedCells, Strata
from linreg.topology.chains import dual_chains, dual_order, flag_chains
from linreg.topology.elimination import Chains, check_field, pairs
from linreg.topology.order_complex import check_gudhi_field, simplex_tree
from linreg.topology.values import Value, output_values

Bar = tuple[int, Value, Value]
"""A dimension, a birth and a death."""

METHODS = ("cells", "order", "gudhi")
"""Ways to the bars; they find the same."""


def persistence(
    cells: CellComplex,
    output: int,
    *,
    superlevel: bool = False,
    field: int = 2,
    method: str = "cells",
) -> list[Bar]:
    """The bars of the sublevel sets {f <= t} of an output, without those of length zero.

    A cell enters at the infimum of the output on it, and then all cells around it are there: what
    has entered has the homotopy type of the sublevel set, on unbounded domains too.
    """
    field = check_field(field)
    if method not in METHODS:
        raise ValueError(
            f"method: {reprlib.repr(method)} is not known; known are {', '.join(METHODS)}"
        )
    found = output_values(cells, output)
    values = found.negated if superlevel else found
    if method != "cells":
        return _of_flags(cells, values.lowest, superlevel, field, method)
    _, ranks = _ranked(values.lowest)
    everything = np.ones(len(cells), dtype=bool)
    chains = dual_chains(cells, everything, signed=field != 2, ranks=ranks)
    entering = dual_order(cells, everything, ranks).tolist()
    return _bars(chains, entering, values.lowest, field, superlevel)


def strata_persistence(
    cells: Strata, output: int, *, superlevel: bool, field: int, method: str
) -> list[Bar]:
    """The same on a domain without its faces, whose cells are known by linear programs."""
    field = check_field(field)
    if method not in METHODS[1:]:
        raise ValueError(
            f"method: {reprlib.repr(method)} is not one for cells without the domain's faces; "
            f"these are {', '.join(METHODS[1:])}"
        )
    lowest = cells.lowest(output, sign=-1 if superlevel else 1)
    return _of_flags(cells, lowest, superlevel, field, method)


def _of_flags(
    cells: SignedCells[Any], lowest: list[Value], superlevel: bool, field: int, method: str
) -> list[Bar]:
    """The bars by order complexes, where a chain enters with its smallest cell."""
    levels, ranks = _ranked(lowest)
    everything = np.ones(len(cells), dtype=bool)
    if method == "gudhi":
        check_gudhi_field(field)
        tree = simplex_tree(cells, everything, ranks)
        found_bars = tree.persistence(homology_coeff_field=field, persistence_dim_max=True)
        bars = [
            (dim, levels[int(birth)], inf if death == inf else levels[int(death)])
            for dim, (birth, death) in found_bars
        ]
        return _sorted(bars, superlevel)
    chains, entering = flag_chains(cells, everything, ranks)
    return _bars(chains, entering, lowest, field, superlevel)


def _ranked(lowest: list[Value]) -> tuple[list[Value], np.ndarray]:
    """The distinct values in order, and the place of each cell's among them."""
    levels = sorted(set(lowest))
    rank_of = {level: rank for rank, level in enumerate(levels)}
    return levels, np.array([rank_of[low] for low in lowest], dtype=np.int64)


def _bars(
    chains: Chains, entering: list[int], lowest: list[Value], field: int, superlevel: bool
) -> list[Bar]:
    """The bars of chains that enter at the values of some cells."""
    matched = pairs(chains, field)
    bars: list[Bar] = [
        (chains.degrees[i], lowest[entering[i]], lowest[entering[j]]) for i, j in matched.ended
    ]
    bars += [(chains.degrees[i], lowest[entering[i]], inf) for i in matched.endless]
    return _sorted([bar for bar in bars if bar[1] != bar[2]], superlevel)


def _sorted(bars: list[Bar], superlevel: bool) -> list[Bar]:
    """Bars by dimension, birth and death; of the output itself where its negative was filtered."""
    bars.sort()
    return [(dim, -birth, -death) for dim, birth, death in bars] if superlevel else bars


def diagram(bars: list[Bar], dim: int) -> np.ndarray:
    """The persistence diagram of a dimension, as persim and gudhi take it.

    Parameters
    ----------
    bars : list of (int, Fraction or infinity, Fraction or infinity)
        As `PolyhedralComplex.persistence` returns them.
    dim : int
        The dimension of homology.

    Returns
    -------
    float64 array, shape (bars, 2)
        Births and deaths, each rounded to nearest.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from math import inf
    >>> diagram([(0, Fraction(1, 2), inf), (1, Fraction(2), Fraction(3))], 0).tolist()
    [[0.5, inf]]
    """
    rows = [(float(birth), float(death)) for degree, birth, death in bars if degree == dim]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2)
