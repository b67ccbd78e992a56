"""Regions of a hyperplane arrangement by deletion and restriction: no enumeration, no geometry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from linreg.errors import InvalidNetwork
from linreg.network import Network
from linreg.oracle.rows import Row, is_constant, negated, primitive_row, restricted
from linreg.rational import Number, fraction
from linreg.units import ScalarUnit

Arrangement = tuple[Row, ...]
"""Different hyperplanes, sorted; the first non-zero entry of each row is positive."""


def arrangement_regions(rows: Iterable[Sequence[Number]]) -> int:
    """Number of regions of an arrangement of affine hyperplanes in R^n.

    Parameters
    ----------
    rows : iterable of sequences of n + 1 numbers
        Row (g_1, ..., g_n, c) is the hyperplane {x : g @ x + c = 0}. Rows on one hyperplane count
        once, and rows with g = 0 not at all.

    Returns
    -------
    int
        1 if there is no hyperplane.

    Raises
    ------
    ValueError
        If the rows differ in length, one is empty, or a number is not finite.

    Notes
    -----
    Restricted arrangements are remembered, which makes symmetric arrangements of dozens of
    hyperplanes quick; the worst case is exponential, as it must be for a #P-complete problem.

    Source
    ------
    Zaslavsky (1975): r(A) = r(A - H) + r(A^H); Stanley (2007), Lemma 2.1.

    Examples
    --------
    Three lines in general position; the same lines through one point:

    >>> arrangement_regions([(1, 0, 0), (0, 1, 0), (1, 1, -1)])
    7
    >>> arrangement_regions([(1, 0, 0), (0, 1, 0), (1, 1, 0)])
    6
    """
    forms = [tuple(fraction(entry) for entry in row) for row in rows]
    lengths = {len(form) for form in forms}
    if len(lengths) > 1 or 0 in lengths:
        raise ValueError(
            f"rows must have one length n + 1, the last entry the constant: got {sorted(lengths)}"
        )
    return _regions(_arrangement(primitive_row(form) for form in forms), {})


def one_layer_count(net: Network) -> int:
    """Number of activation regions of one layer of scalar units on the whole space.

    Every breakpoint b of a unit with pre-activation z is the hyperplane {z = b}.

    Parameters
    ----------
    net : Network

    Returns
    -------
    int

    Raises
    ------
    InvalidNetwork
        If the network does not have exactly one stage, or has a max unit.

    Source
    ------
    Zaslavsky (1975); Pascanu, Montufar, Bengio (2013), section 3.

    Examples
    --------
    Opposite units share a hyperplane:

    >>> from linreg.network import mlp
    >>> one_layer_count(mlp([([[1], [-1]], [0, 0])]))
    2
    """
    stages = net.staged.stages
    if len(stages) != 1:
        raise InvalidNetwork(
            f"deletion and restriction count one stage of units: got {len(stages)} stages"
        )
    forms = zip(stages[0].map.matrix.tolist(), stages[0].map.shift.tolist(), strict=True)
    hyperplanes = []
    # Units stand first in a stage: what is left over are coordinates that pass through.
    for unit, (normal, shift) in zip(stages[0].units, forms, strict=False):
        if not isinstance(unit, ScalarUnit):
            raise InvalidNetwork(
                f"deletion and restriction count hyperplanes: got a max unit of rank {unit.rank}, "
                "whose pieces meet along parts of hyperplanes"
            )
        hyperplanes += [(*normal, shift - breakpoint_) for breakpoint_ in unit.breakpoints]
    return arrangement_regions(hyperplanes)


def _arrangement(rows: Iterable[Row]) -> Arrangement:
    return tuple(sorted({max(row, negated(row)) for row in rows if not is_constant(row)}))


def _regions(arrangement: Arrangement, known: dict[Arrangement, int]) -> int:
    """1 + sum over i of r({H_1, ..., H_(i-1)} restricted to H_i): all deletions, unrolled."""
    if arrangement not in known:
        known[arrangement] = 1 + sum(
            _regions(_arrangement(restricted(row, added) for row in arrangement[:i]), known)
            for i, added in enumerate(arrangement)
        )
    return known[arrangement]
