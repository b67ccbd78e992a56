"""The steepest of many regions: floats with bounds say which may be, and these are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from flint import fmpq

from linreg.questions.loop_or_search import Budget
from linreg.questions.norms import Root, exceeds, operator_norm
from linreg.questions.pieces import Piece, Pieces
from linreg.unit_maps.float_maps import float_maps

Size = fmpq | Root
"""A norm, or its square where one of the norms is l2."""

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
    problem = pieces.regions.problem
    patterns = pieces.regions.patterns
    slopes, errors = [], []
    for i in rows:
        maps = float_maps(problem.network, patterns, np.full(len(patterns), i))
        slopes.append(np.abs(maps.weights))
        errors.append(maps.weight_errors)
    most = np.stack([size + error for size, error in zip(slopes, errors, strict=True)], axis=1)
    if norms[1] == "linf" or norms == ("l1", "l1") or norms == ("l1", "l2"):
        # These norms of what is at most a matrix's entries in size are those of the matrix.
        least = np.maximum(
            np.stack([size - error for size, error in zip(slopes, errors, strict=True)], axis=1), 0
        )
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
