"""Networks that fold: each layer maps several cells onto the same one, and the next cuts it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import comb

from linreg.domains import Box, WholeSpace
from linreg.errors import HypothesisError
from linreg.formulas import (
    architecture,
    arora_2018,
    montufar_2014_remainders,
    whole,
    zigzag_lower,
)
from linreg.network import mlp
from linreg.zoo.construction import Construction, check_size

Terms = list[tuple[Fraction, Fraction, Fraction]]
"""A function of one number: the sum of w relu(a z + b) over the triples (a, b, w)."""

Form = tuple[list[Fraction], Fraction]
"""An affine form of the layer before: row and shift."""

Layer = tuple[list[list[Fraction]], list[Fraction]]
"""Weight and bias."""

Fold = Callable[[int], tuple[Terms, Fraction]]
"""From a number of units to a zigzag of that many terms, and a constant."""

HALF = Fraction(1, 2)


def folding(n0: int, *widths: int, oriented: bool = False) -> Construction:
    """The network of Theorem 5, with remainders, on the open unit cube.

    In a layer of n = q n0 + m units, q or q + 1 units fold each coordinate so many times onto
    (0, 1); the last layer cuts the cube by hyperplanes in general position.

    Parameters
    ----------
    n0 : int
        Dimension of the input.
    widths : int
        All at least n0.
    oriented : bool
        Turn the last layer's units so that no cell has all of them off. Then linear regions and
        activation regions are the same. Otherwise cells on both sides of a fold, with all of the
        last units off, have the same constant map and merge.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If a layer is narrower than n0, or an oriented last layer has no more than n0 units: then
        every pattern has a cell.

    Notes
    -----
    The last layer's units are s_t P(t), t = 1..m, where P(t) = sum of t^k y_k - delta t^n0 is a
    polynomial in t for each point, y being measured from the middle of the cube. All vertices of
    the arrangement are in the cube if delta is small, and so is a part of every cell. P has at
    most n0 sign changes, and if it has n0 it is negative at last; so with alternating signs that
    end in -1, not all units can be off.

    Across a fold of coordinate k the map stays the same only if no active unit depends on y_k.
    Every unit depends on every coordinate, so that some active unit is enough.

    Examples
    --------
    >>> folding(2, 5, 4).regions
    66
    """
    n0, widths = architecture(whole("n0", n0), widths)
    check_size(sum(a * b for a, b in pairwise((n0, *widths))))
    regions = montufar_2014_remainders(n0, widths)
    if oriented and widths[-1] <= n0:
        raise HypothesisError(
            f"the last layer has {widths[-1]} units for {n0} inputs, and all patterns of at most "
            "n0 units in general position have a cell: none can be avoided"
        )
    layers = _folded(n0, widths, oriented, sawtooth)
    name = " ".join(map(str, ["folding", n0, *widths, *(["oriented"] if oriented else [])]))
    source = "Montufar et al. (2014), Theorem 5 and equation (6)"
    return Construction(mlp(layers, name=name), unit_cube(n0), regions, regions, source)


def serra(n0: int, *widths: int) -> Construction:
    """`linreg.zoo.folding`, with three or more units folding once more than there are units.

    Parameters
    ----------
    n0 : int
        Dimension of the input.
    widths : int
        Number of units of each layer, all at least n0.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If a layer is narrower than n0.

    Examples
    --------
    >>> serra(1, 3, 3).regions
    16
    """
    n0, widths = architecture(whole("n0", n0), widths)
    check_size(sum(a * b for a, b in pairwise((n0, *widths))))
    regions = zigzag_lower(n0, widths)
    name = " ".join(map(str, ["serra", n0, *widths]))
    source = "after Serra et al. (2018), with no unit idle"
    layers = _folded(n0, widths, False, zigzag)
    return Construction(mlp(layers, name=name), unit_cube(n0), regions, regions, source)


def arora(n0: int, m: int, w: int, depth: int) -> Construction:
    """A gauge from 2 m units, then depth - 1 sawteeth of w units.

    The gauge is |a_1 x| + ... + |a_m x|. A sawtooth with breakpoints k / w in (0, 1) has w pieces
    on (0, inf), each onto (0, 1) and the last onto (0, inf), so that the next finds all its
    breakpoints in each.

    Parameters
    ----------
    n0 : int
        Dimension of the input.
    m : int
        Number of terms of the gauge.
    w : int
        Number of units of each later layer.
    depth : int
        Number of layers.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If a number is below 1, or w below 2.

    Examples
    --------
    >>> arora(2, 3, 2, 2).regions
    12
    """
    first = 2 * whole("m", m)
    check_size(first * (whole("n0", n0) + whole("w", w)) + whole("depth", depth) * w * w)
    regions = arora_2018(n0, [first, *[w] * (depth - 1)])
    rows = [[sign * t**k for k in range(n0)] for t in range(1, m + 1) for sign in (1, -1)]
    layers: list[Layer] = [_exact(rows, [0] * 2 * m)]
    form: Form = ([Fraction(1)] * 2 * m, Fraction(0))
    for _ in range(depth - 1):
        # The last of the w pieces rises: for even w the first one falls, from 1.
        sign = 1 if w % 2 else -1
        teeth = [(Fraction(w if k == 0 else 2 * w), Fraction(-2 * k if k else 0)) for k in range(w)]
        layers.append(_composed([form] * w, teeth))
        form = ([Fraction(sign * (-1) ** k) for k in range(w)], Fraction(0 if w % 2 else 1))
    network = mlp(layers, name=f"arora {n0} {m} {w} {depth}")
    source = "Arora et al. (2018), as in Serra et al. (2018)"
    return Construction(network, WholeSpace(n0), regions, regions, source)


def sawtooth(units: int) -> tuple[Terms, Fraction]:
    """A zigzag on (0, 1) with as many pieces as units, each onto (0, 1).

    p z - 2 p (z - 1/p) + 2 p (z - 2/p) - ... with rectified terms.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), section 3.
    """
    p = Fraction(units)
    first = (p, Fraction(0), Fraction(1))
    later = [(2 * p, Fraction(-2 * k), Fraction((-1) ** k)) for k in range(1, units)]
    return [first, *later], Fraction(0)


def zigzag(units: int) -> tuple[Terms, Fraction]:
    """A zigzag on (0, 1) with `folds_of(units)` pieces, each onto (0, 1), and its constant.

    With p >= 3 units and m = p + 3 the slopes are m, -m, m/2, -m/2, m, -m, ...; the third
    breakpoint, at 4/m, is that of a unit that is on to its left, of slope m. To the right of it
    that slope is missing, and m/2 - m is -m/2.

    Source
    ------
    Serra, Tjandraatmadja, Ramalingam (2018).
    """
    if units < 3:
        return sawtooth(units)
    m = Fraction(units + 3)
    slopes = [m, -m, m / 2, -m / 2, *(m if k % 2 == 0 else -m for k in range(4, units + 1))]
    terms: Terms = [(Fraction(-1), 4 / m, -m)]
    at = Fraction(0)
    for k in range(1, units + 1):
        at += 1 / abs(slopes[k - 1])
        if k != 3:
            terms.append((Fraction(1), -at, slopes[k] - slopes[k - 1]))
    return terms, Fraction(4)


def _folded(n0: int, widths: Sequence[int], oriented: bool, fold: Fold) -> list[Layer]:
    """Layers that fold every coordinate of the cube, and one that cuts it."""
    coordinates: list[Form] = [
        ([Fraction(int(i == j)) for j in range(n0)], Fraction(0)) for i in range(n0)
    ]
    layers: list[Layer] = []
    for width in widths[:-1]:
        share, rest = divmod(width, n0)
        folds = [fold(share + (i < rest)) for i in range(n0)]
        read = [coordinates[i] for i in range(n0) for _ in folds[i][0]]
        units = [(a, b) for terms, _ in folds for a, b, _ in terms]
        layers.append(_composed(read, units))
        coordinates, first = [], 0
        for terms, constant in folds:
            row = [Fraction(0)] * len(units)
            for k, (_, _, weight) in enumerate(terms):
                row[first + k] = weight
            first += len(terms)
            coordinates.append((row, constant))
    layers.append(_cuts(coordinates, widths[-1], oriented))
    return layers


def _composed(read: Sequence[Form], units: Sequence[tuple[Fraction, Fraction]]) -> Layer:
    """The units a z + b, each of its own form z."""
    rows = [[a * entry for entry in row] for (row, _), (a, _) in zip(read, units, strict=True)]
    shifts = [a * shift + b for (_, shift), (a, b) in zip(read, units, strict=True)]
    return rows, shifts


def _cuts(coordinates: Sequence[Form], width: int, oriented: bool) -> Layer:
    """Hyperplanes in general position, all of whose cells meet the cube; see `folding`."""
    n0 = len(coordinates)
    # A vertex is delta times coefficients of a polynomial with n0 roots among 1, 2, ..., top.
    top = max(width, n0)
    delta = Fraction(1, 4 * max(comb(n0, j) * top**j for j in range(1, n0 + 1)))
    rows, shifts = [], []
    for t in range(1, width + 1):
        sign = -1 if oriented and (width - t) % 2 == 0 else 1
        powers = [sign * t**k for k in range(n0)]
        terms = list(zip(powers, coordinates, strict=True))
        rows.append(
            [
                sum((power * form[0][j] for power, form in terms), Fraction(0))
                for j in range(len(coordinates[0][0]))
            ]
        )
        constant = sum((power * (form[1] - HALF) for power, form in terms), Fraction(0))
        shifts.append(constant - sign * delta * t**n0)
    return rows, shifts


def _exact(rows: Sequence[Sequence[int]], shifts: Sequence[int]) -> Layer:
    return [[Fraction(entry) for entry in row] for row in rows], [Fraction(s) for s in shifts]


def unit_cube(dim: int) -> Box:
    """The cube [0, 1]^dim."""
    return Box([0] * dim, [1] * dim)
