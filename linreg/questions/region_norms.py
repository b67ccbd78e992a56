"""The steepest of many regions: floats with bounds say which may be, and these are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from flint import fmpq

from linreg.network import StagedNetwork
from linreg.network.enclosure import growth_of
from linreg.questions.loop_or_search import Budget
from linreg.questions.norms import Root, exceeds, operator_norm
from linreg.questions.pieces import Piece, Pieces
from linreg.regions import Enumeration
from linreg.unit_maps.float_maps import float_maps
from linreg.units import MaxUnit

Size = fmpq | Root
"""A norm, or its square where one of the norms is l2."""

INPUTS_EACH = 6
"""Inputs for each row of a Jacobian up to which maps are composed from the input."""

SMALL = 2.0**-1000
"""What a float must exceed not to be near underflow."""

FEW = 64
"""Regions up to which no floats are asked."""

ON_TOP = 1 + 2.0**-40
"""What a float is multiplied by that is to bound what it was computed from."""


def steepest_piece(
    pieces: Pieces, rows: Sequence[int], norms: tuple[str, str], budget: Budget
) -> tuple[tuple[Size, Piece] | None, bool]:
    """The first region of largest norm, and whether all that may be it were looked at."""
    chosen = _likely(pieces, rows, norms)
    known: set[tuple[tuple[fmpq, ...], ...]] = set()
    best: tuple[Size, Piece] | None = None
    looked = 0
    with budget.held():
        for piece in pieces.at(chosen):
            if budget.is_spent:
                break
            budget.tell(looked / len(chosen))
            best = steeper(best, piece, rows, norms, known)
            looked += 1
    return best, looked == len(chosen)


def steeper(
    best: tuple[Size, Piece] | None,
    piece: Piece,
    rows: Sequence[int],
    norms: tuple[str, str],
    known: set[tuple[tuple[fmpq, ...], ...]],
) -> tuple[Size, Piece] | None:
    """The best so far, or a region that is steeper; `known` are the matrices that were seen."""
    jacobian = tuple(tuple(piece.outputs[i][:-1]) for i in rows)
    if jacobian in known:
        return best
    known.add(jacobian)
    size = operator_norm(jacobian, *norms)
    return (size, piece) if best is None or exceeds(size, best[0]) else best


def _likely(pieces: Pieces, rows: Sequence[int], norms: tuple[str, str]) -> np.ndarray:
    """The regions whose norms floats cannot tell from the largest."""
    if len(pieces) <= FEW:
        return np.arange(len(pieces))
    slopes, errors = _slopes(pieces.regions, rows)
    most = slopes + errors
    if norms[1] == "linf" or norms == ("l1", "l1") or norms == ("l1", "l2"):
        # These norms of what is at most a matrix's entries in size are those of the matrix.
        least = np.maximum(slopes - errors, 0)
        beaten = float(np.nanmax(norm_bounds(least, *norms), initial=0.0)) * (2 - ON_TOP)
    else:
        sample = norm_bounds(most, *norms).argmax()
        (piece,) = pieces.at(np.array([sample]))
        size = operator_norm([piece.outputs[i][:-1] for i in rows], *norms)
        lowest = (
            size.interval()[0] if isinstance(size, Root) else Fraction(int(size.p), int(size.q))
        )
        beaten = float(lowest) * (2 - ON_TOP)
    # What is no number is likely as well.
    return np.flatnonzero(~(norm_bounds(most, *norms) * ON_TOP < beaten))


def _slopes(regions: Enumeration, rows: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Sizes of a Jacobian's entries on each region, shape (regions, rows, inputs), and errors."""
    network, patterns = regions.problem.network, regions.patterns
    if network.input_dim <= INPUTS_EACH * len(rows):
        # Maps of prefixes are shared by regions, and one bound serves for all regions.
        return np.abs(regions.affine_maps.matrices[:, rows]), map_errors(network)[list(rows)]
    maps = [float_maps(network, patterns, np.full(len(patterns), i)) for i in rows]
    slopes = np.stack([np.abs(each.weights) for each in maps], axis=1)
    return slopes, np.stack([each.weight_errors for each in maps], axis=1)


def map_errors(network: StagedNetwork) -> np.ndarray:
    """How far entries of matrices are from exact ones, on any region; shape (outputs, inputs).

    Of matrices that are multiplied in float64 one after another, in any order, with weights rounded
    to nearest. As `float_maps`, with the largest slope of each unit, whatever its piece; what
    underflows is less than `SMALL` and is borne by that.

    Examples
    --------
    >>> from linreg import mlp
    >>> net = mlp([([[3], [-5]], [0, 0])], readout=([[1, "1/3"]], [0])).staged
    >>> bool(1e-16 < map_errors(net)[0, 0] < 1e-13)
    True
    """
    state, terms = np.eye(network.input_dim), 0
    with np.errstate(over="ignore", invalid="ignore"):
        for map_, units in (*((s.map, s.units) for s in network.stages), (network.readout, ())):
            matrix = abs(map_.rounded().matrix)
            state = np.asarray(matrix @ state) + SMALL * (1 + state.sum(axis=0))
            terms += 2 * (map_.n_inputs + 10)
            handed, row = [], 0
            for unit in units:
                most = state[row : row + unit.n_inputs].max(axis=0)
                row += unit.n_inputs
                if not isinstance(unit, MaxUnit):
                    most = most * max(float(abs(slope)) for slope in unit.slopes)
                handed.append(most)
            state = np.array([*handed, *state[row:]]).reshape(-1, network.input_dim) * ON_TOP
        return growth_of(terms) * state


def norm_bounds(entries: np.ndarray, input_norm: str, output_norm: str) -> np.ndarray:
    """What no matrix exceeds whose entries are at most these in size; squared for l2.

    Parameters
    ----------
    entries : float64 array, shape (..., outputs, inputs)

    Examples
    --------
    >>> [float(norm_bounds(np.array([[3.0, 4.0]]), norm, "linf")) for norm in ("l1", "l2", "linf")]
    [4.0, 25.0, 7.0]
    """
    found: np.ndarray
    outputs, inputs = -2, -1
    match input_norm, output_norm:
        case "linf", "linf":
            found = entries.sum(axis=inputs).max(axis=-1)
        case "l1", "linf":
            found = entries.max(axis=(outputs, inputs))
        case "l2", "linf":
            found = (entries**2).sum(axis=inputs).max(axis=-1)
        case "l1", "l1":
            found = entries.sum(axis=outputs).max(axis=-1)
        case "l1", "l2":
            found = (entries**2).sum(axis=outputs).max(axis=-1)
        case "linf", "l1":
            found = entries.sum(axis=(outputs, inputs))
        case "l2", "l2":
            by_sums = entries.sum(axis=inputs).max(axis=-1) * entries.sum(axis=outputs).max(axis=-1)
            found = np.minimum((entries**2).sum(axis=(outputs, inputs)), by_sums)
        case "l2", "l1":
            found = (entries.sum(axis=outputs) ** 2).sum(axis=-1)
        case _:
            found = (entries.sum(axis=inputs) ** 2).sum(axis=-1)
    return found
