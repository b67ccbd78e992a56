"""Maxout networks from proofs."""

from __future__ import annotations

from itertools import chain

from linreg.domains import WholeSpace
from linreg.formulas import maxout_2014_lower, whole
from linreg.network import mlp
from linreg.units import maxout
from linreg.zoo.arrangements import strip_rows
from linreg.zoo.construction import Construction, check_size

TILT = 4
"""How much all units of a folding layer look into the first direction."""


def maxout_thm9(n0: int, k: int, depth: int) -> Construction:
    """Layers of n0 units of rank k that identify k regions each: at least k^(depth - 1 + n0).

    For even k up to 2 n0. Let T turn the first r = k / 2 coordinates,
    (x_1, ..., x_r) -> (-x_r, x_1, ..., x_{r-1}), which has order k. Unit j of a folding layer is
    the largest of v_j x, v_j T x, ..., v_j T^(k-1) x with v_1 = e_1 and v_j = 4 e_1 + e_j, so it
    takes the same value at x and at T x. Around c e_1 the first candidate of every unit wins, and
    there the layer is injective: up to a linear map it is the identity. So k balls are identified
    with a ball around c e_1, in which the next layer does the same around its own origin. The
    last layer cuts each coordinate into k strips.

    Whole space; how many more regions there are outside these balls is not known in closed form.

    Parameters
    ----------
    n0 : int
        Dimension of the input, and number of units of each layer.
    k : int
        Rank of the units.
    depth : int
        Number of layers.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If k is odd or above 2 n0, or a number is below 1.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), Theorem 9, for the k for which its proof works.

    Examples
    --------
    >>> maxout_thm9(2, 4, 2).at_least
    64
    """
    whole("n0", n0)
    whole("k", k, 2)
    whole("depth", depth)
    check_size(depth * k * n0**2)
    regions = maxout_2014_lower(n0, [n0] * depth, k)
    # In the sup norm: the strips' breakpoints -r..r lie in a ball of radius k around the origin.
    radius = k
    centres = []
    for _ in range(depth - 1):
        centres.append(4 * radius)
        radius += centres[-1]
    centres.reverse()  # the first layer's is the largest
    layers = []
    read = [[int(i == j) for j in range(n0)] for i in range(n0)]
    shift = [0] * n0
    for centre in centres:
        candidates = [row for j in range(n0) for row in _orbit(n0, k // 2, j)]
        layers.append(_composed(candidates, [0] * len(candidates), read, shift))
        # y_1 = x_1 and y_j = 4 x_1 + x_j around the centre.
        read = [[1 if j == i else -TILT * (i > 0 and j == 0) for j in range(n0)] for i in range(n0)]
        shift = [-centre] + [0] * (n0 - 1)
    strips = [
        strip_rows([int(i == j) for j in range(n0)], range(1 - k // 2, k // 2)) for i in range(n0)
    ]
    # An even number of strips has an odd number of breakpoints, from 1 - k/2 to k/2 - 1.
    candidates = list(chain.from_iterable(rows for rows, _ in strips))
    constants = list(chain.from_iterable(shifts for _, shifts in strips))
    layers.append(_composed(candidates, constants, read, shift))
    network = mlp(layers, activation=maxout(k), name=f"maxout-thm9 {n0} {k} {depth}")
    exact = regions if n0 == 1 or depth == 1 else None
    source = "Montufar et al. (2014), Theorem 9"
    return Construction(network, WholeSpace(n0), exact, regions, source)


def _orbit(n0: int, turning: int, j: int) -> list[list[int]]:
    """The forms v_j, v_j T, v_j T^2, ... of unit j."""
    form = [TILT * (i == 0 and j > 0) + (i == j) for i in range(n0)]
    forms = []
    for _ in range(2 * turning):
        forms.append(form)
        # (v T) x = v (-x_r, x_1, ..., x_{r-1}): coefficient of x_i is that of the next place.
        form = [*form[1:turning], -form[0], *form[turning:]]
    return forms


def _composed(
    rows: list[list[int]], constants: list[int], read: list[list[int]], shift: list[int]
) -> tuple[list[list[int]], list[int]]:
    """rows @ (read @ y + shift) + constants."""
    product = [
        [sum(a * line[j] for a, line in zip(row, read, strict=True)) for j in range(len(read[0]))]
        for row in rows
    ]
    moved = [
        sum(a * s for a, s in zip(row, shift, strict=True)) + constant
        for row, constant in zip(rows, constants, strict=True)
    ]
    return product, moved
