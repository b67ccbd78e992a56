"""Comparing, choosing and sorting: read where what is computed is continuous."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork, NotPiecewiseLinear
from linreg.network import AffineNode
from linreg.readers.assembly import Assembly, Value
from linreg.readers.refused_operators import operator_refusal, plain
from linreg.readers.tensor_arithmetic import common_shape, extremum_along, spread, total
from linreg.readers.tensor_layers import alike
from linreg.readers.tensor_values import (
    MOST_COORDINATES,
    Operand,
    Site,
    constant,
    joined,
    numbers,
    picked,
    places,
    rearranged,
    shape_of,
)
from linreg.units import MaxUnit, ScalarUnit, relu

MOST_SORTED = 4096
"""Most values that are sorted together."""

_DEPTH = 4
"""Affine nodes in a row that are looked through for what two values have in common."""

Form = tuple[dict[Any, Fraction], Fraction]
"""An affine form: coefficients of coordinates of nodes, and the constant."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Where one value is greater than another; on ties what is chosen is the same, or refused.

    Attributes
    ----------
    greater, less : operands
    operator : str
        The comparison's own name.
    """

    greater: Operand
    less: Operand
    operator: str


def compared(operator: str, greater: Operand, less: Operand) -> Comparison | np.ndarray:
    """A comparison of values, or of constants at once."""
    if isinstance(greater, Value) or isinstance(less, Value):
        return Comparison(greater, less, operator)
    common_shape([greater, less])
    strict = plain(operator) in ("greater", "less", "gt", "lt")
    return np.asarray((np.greater if strict else np.greater_equal)(greater, less))


def turned(condition: Any) -> Any:
    """Where a condition does not hold; of a comparison, but for ties."""
    if isinstance(condition, Comparison):
        return Comparison(condition.less, condition.greater, condition.operator)
    return np.logical_not(constant(condition, "the condition"))


def chosen(site: Site, condition: Any, then: Operand, other: Operand) -> Operand:
    """`then` where a condition holds, else `other`.

    With a comparison of values it is continuous if and only if the two differ by a multiple of
    what is compared: other + k relu(greater - less).

    Raises
    ------
    NotPiecewiseLinear
        If it jumps.
    """
    if not isinstance(condition, Comparison):
        mask = constant(condition, "the condition").astype(bool)
        common_shape([mask, then, other])
        return joined(site, [then, other], lambda parts: np.where(mask, *parts))
    shape = common_shape([condition.greater, condition.less, then, other])
    size = prod(shape)
    factors: list[Fraction] = []
    units: list[ScalarUnit | None] = []
    for terms in _looked_through(site.assembly, [condition.greater, condition.less, then, other]):
        forms = [[flat[i] for i in spread(at, shape)] for flat, at in terms]
        found = [_multiple(_minus(a, b), _minus(g, lo)) for g, lo, a, b in zip(*forms, strict=True)]
        factors = [k for k in found if k is not None]
        if len(factors) == size:
            units = [
                _unit(_minus(g, lo), b, k)
                for (g, lo, _, b), k in zip(zip(*forms, strict=True), factors, strict=True)
            ]
            break
    else:
        raise NotPiecewiseLinear(
            f"what is chosen jumps where {condition.operator!r} changes, so it is not continuous "
            "and its regions would not meet face to face; use max, min or relu layers instead"
        )
    difference = total(site, [condition.greater, condition.less], [1, -1])
    assert isinstance(difference, Value)
    if all(unit is not None for unit in units):
        read = picked(site, [difference], np.broadcast_to(places(difference), shape))
        return site.units(read, [unit for unit in units if unit is not None], shape)
    steps = alike(site, difference, relu())
    at = spread(places(steps), shape)
    values, offset = [steps], steps.size
    groups: list[list[tuple[int, Fraction]]] = [
        [(i, k)] if k else [] for i, k in zip(at, factors, strict=True)
    ]
    shifts: list[Any] = [0] * size
    if isinstance(other, Value):
        values.append(other)
        for group, i in zip(groups, spread(places(other), shape), strict=True):
            group.append((offset + i, Fraction(1)))
    else:
        shifts = spread(np.asarray(numbers(other, "a constant")).reshape(other.shape), shape)
    return site.affine(values, groups, shifts, shape)


def _unit(of: Form, other: Form, k: Fraction) -> ScalarUnit | None:
    """The unit of what is compared that `other + k relu` is; None if `other` is none of it.

    A unit without a kink is none either.
    """
    shift = other[1]
    slope = _multiple((other[0], Fraction(0)), (of[0], Fraction(0)))
    if slope is None or not k:
        return None
    start = shift - slope * of[1]
    return ScalarUnit((0,), (slope, slope + k), (start, start))


def _multiple(form: Form, of: Form) -> Fraction | None:
    """The k with form = k * of; 0 for the form 0; None if there is none."""
    terms, shift = form
    if not terms and not shift:
        return Fraction(0)
    others, other_shift = of
    if not others or terms.keys() != others.keys():
        return None
    key = next(iter(others))
    k = terms[key] / others[key]
    same = shift == k * other_shift and all(terms[i] == k * by for i, by in others.items())
    return k if same else None


def _minus(left: Form, right: Form) -> Form:
    terms = dict(left[0])
    for key, by in right[0].items():
        terms[key] = terms.get(key, Fraction(0)) - by
    return {key: by for key, by in terms.items() if by}, left[1] - right[1]


def _looked_through(assembly: Assembly, operands: list[Operand]) -> Iterator[list[Any]]:
    """The operands' coordinates as forms of nodes, and then of what these are made of."""
    nodes = {node.name: node for node in assembly.nodes}
    current = []
    for operand in operands:
        if isinstance(operand, Value):
            forms: list[Form] = [
                ({(operand.name, i): Fraction(1)}, Fraction(0)) for i in range(operand.size)
            ]
        else:
            forms = [({}, Fraction(entry)) for entry in numbers(operand, "a constant")]
        current.append((forms, np.arange(len(forms)).reshape(shape_of(operand))))
    sizes = {node.name: node.n_outputs for node in assembly.nodes}
    for _ in range(_DEPTH):
        yield current
        maps = {name: node.map for name, node in nodes.items() if isinstance(node, AffineNode)}
        weight = 0
        for forms, _ in current:
            for terms, _ in forms:
                weight += sum(len(maps[name].terms[i]) for name, i in terms if name in maps)
        if not weight or weight > MOST_COORDINATES // 20:
            return
        current = [([_opened(form, nodes, sizes) for form in forms], at) for forms, at in current]


def _opened(form: Form, nodes: dict[str, Any], sizes: dict[str, int]) -> Form:
    """A form with the maps of affine nodes in their place."""
    terms: dict[Any, Fraction] = {}
    shift = form[1]
    for (name, i), by in form[0].items():
        node = nodes.get(name)
        if not isinstance(node, AffineNode):
            terms[name, i] = terms.get((name, i), Fraction(0)) + by
            continue
        added = node.map.shifts[i]
        shift += by * Fraction(int(added.p), int(added.q))
        for j, coefficient in node.map.terms[i]:
            source, place = _source(node, j, sizes)
            exact = by * Fraction(int(coefficient.p), int(coefficient.q))
            terms[source, place] = terms.get((source, place), Fraction(0)) + exact
    return {key: by for key, by in terms.items() if by}, shift


def _source(node: AffineNode, column: int, sizes: dict[str, int]) -> tuple[str, int]:
    """The node that a column of an affine node reads, and the coordinate of it."""
    unknown = [name for name in node.inputs if name not in sizes]  # the input of the network
    known = sum(sizes.get(name, 0) for name in node.inputs)
    rest = (node.n_inputs - known) // max(1, len(unknown))
    for name in node.inputs[:-1]:
        size = sizes.get(name, rest)
        if column < size:
            return name, column
        column -= size
    return node.inputs[-1], column


def largest_first(
    site: Site, operand: Operand, axis: int, count: int, *, least: bool = False
) -> Operand:
    """The first so many values of an axis in decreasing order, or with `least` increasing.

    Values are put in order by comparisons of two, each a max unit.
    """
    rank, length = len(shape_of(operand)), shape_of(operand)[axis]
    if count == 1:
        return extremum_along(site, operand, [axis], True, least)
    sign = -1 if least else 1
    if not isinstance(operand, Value):
        order = np.flip(np.sort(sign * operand, axis), axis)
        return np.asarray(sign * order.take(np.arange(count), axis))
    if length > MOST_SORTED:
        raise InvalidNetwork(f"{length} values are sorted; at most {MOST_SORTED} are")
    last = [k for k in range(rank) if k != axis] + [axis]
    rows = places(operand).transpose(last).reshape(-1, length)
    # Row by row, so that a layer of comparisons is one node; negated to sort upwards.
    value = site.affine(
        [operand], [[(i, sign)] for i in rows.ravel().tolist()], [0] * rows.size, rows.shape
    )
    for layer in sorting_layers(length):
        value = _exchanged(site, value, layer)
    moved = tuple(shape_of(operand)[k] for k in last)
    back = rearranged(
        site,
        value,
        lambda array: np.moveaxis(array.reshape(moved)[..., :count], -1, axis),
    )
    return total(site, [back], [sign]) if least else back


def _exchanged(site: Site, value: Value, layer: list[tuple[int, int]]) -> Value:
    """Each row with the greater of each pair first: max, and the sum less the max."""
    rows = places(value)
    pairs = np.array([rows[:, pair] for pair in layer]).transpose(1, 0, 2)  # row, pair, two
    candidates = picked(site, [value], pairs.reshape(-1))
    largest = site.units(candidates, [MaxUnit(2)] * (pairs.size // 2), (pairs.size // 2,))
    groups: list[list[tuple[int, int]]] = [[(int(i), 1)] for i in rows.ravel()]
    for k, (first, second) in enumerate(pairs.reshape(-1, 2).tolist()):
        at = value.size + k
        groups[first] = [(at, 1)]
        groups[second] = [(first, 1), (second, 1), (at, -1)]
    return site.affine([value, largest], groups, [0] * len(groups), value.shape)


def sorting_layers(length: int) -> list[list[tuple[int, int]]]:
    """Pairs to be put in order, layer by layer: Batcher's odd-even merge sort.

    Source
    ------
    Batcher (1968); Knuth (1998), Algorithm 5.2.2M.

    Examples
    --------
    >>> sorting_layers(3)
    [[(0, 2)], [(0, 1)], [(1, 2)]]
    """
    layers = []
    half = 1
    while 2 * half < length:
        half *= 2
    p = half
    while p > 0:
        q, r, d = half, 0, p
        while True:
            layers.append([(i, i + d) for i in range(length - d) if i & p == r])
            if q == p:
                break
            d, q, r = q - p, q // 2, p
        p //= 2
    return [layer for layer in layers if layer]


def masked(site: Site, operands: list[Any]) -> Operand:
    """A product with a comparison, which is 1 or 0."""
    for k, operand in enumerate(operands):
        if isinstance(operand, Comparison):
            other = operands[1 - k]
            if isinstance(other, Comparison):
                raise operator_refusal(operand.operator)
            return chosen(site, operand, other, np.zeros(()))
    raise AssertionError("no comparison among the operands")
