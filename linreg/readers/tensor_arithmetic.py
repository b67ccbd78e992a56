"""Arithmetic on values of a framework's graph: sums, products with constants, extrema, units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from typing import Any, cast

import numpy as np

from linreg.errors import InvalidNetwork, NotPiecewiseLinear
from linreg.network import float_map
from linreg.readers.assembly import Value
from linreg.readers.tensor_values import (
    MOST_CONSTANTS,
    Operand,
    Site,
    check_size,
    numbers,
    picked,
    places,
    shape_of,
)
from linreg.units import MaxUnit, ScalarUnit


def total(site: Site, operands: Sequence[Operand], factors: Sequence[int | float]) -> Operand:
    """The sum of operands with these factors, of one shape after broadcasting."""
    shape = common_shape(operands)
    values = [operand for operand in operands if isinstance(operand, Value)]
    if not values:
        arrays = [by * np.asarray(x) for by, x in zip(factors, operands, strict=True)]
        return np.asarray(sum(arrays[1:], start=arrays[0]))
    size = prod(shape)
    groups: list[list[tuple[int, int | float]]] = [[] for _ in range(size)]
    shifts: list[Fraction] = [Fraction(0)] * size
    first = 0
    for operand, factor in zip(operands, factors, strict=True):
        if isinstance(operand, Value):
            for group, i in zip(groups, spread(places(operand), shape), strict=True):
                group.append((first + i, factor))
            first += operand.size
        else:
            added = [Fraction(entry) * Fraction(factor) for entry in numbers(operand, "a term")]
            indices = spread(_indices(operand), shape)
            shifts = [shift + added[i] for shift, i in zip(shifts, indices, strict=True)]
    return site.affine(values, groups, shifts, shape)


def product(site: Site, left: Operand, right: Operand) -> Operand:
    """The elementwise product, of which at least one factor must be constant."""
    match left, right:
        case Value(), Value():
            raise NotPiecewiseLinear(
                "the product of two values of the network is not piecewise linear, so the network "
                "has no finite set of linear regions; one factor must be constant"
            )
        case Value(), np.ndarray():
            return _scaled(site, left, right, Fraction)
        case np.ndarray(), Value():
            return _scaled(site, right, left, Fraction)
    return np.asarray(left * right)  # type: ignore[operator]


def quotient(site: Site, left: Operand, right: Operand) -> Operand:
    """The elementwise quotient by a constant, exactly; of integers, rounded towards zero."""
    if isinstance(right, Value):
        raise NotPiecewiseLinear(
            "division by a value of the network is not piecewise linear, so the network has no "
            "finite set of linear regions; the divisor must be constant"
        )
    if not right.all():
        raise InvalidNetwork("a divisor is zero; divisors must not be")
    if isinstance(left, Value):
        return _scaled(site, left, right, lambda divisor: 1 / Fraction(divisor))
    if left.dtype.kind == right.dtype.kind == "i":
        return np.asarray(np.trunc(left / right).astype(np.int64))
    return np.asarray(left / right)


def _scaled(site: Site, value: Value, by: np.ndarray, exact: Callable[[float], Fraction]) -> Value:
    shape = common_shape([value, by])
    entries = [exact(entry) for entry in numbers(by, "a factor")]
    factors = spread(_indices(by), shape)
    chosen = spread(places(value), shape)
    groups = [[(i, entries[j])] for i, j in zip(chosen, factors, strict=True)]
    return site.affine([value], groups, [0] * len(groups), shape)


def matmul(site: Site, left: Operand, right: Operand, bias: np.ndarray | None = None) -> Operand:
    """The matrix product, with NumPy's rules for axes, of which one factor must be constant.

    A bias is broadcast to the product's shape and added.
    """
    if isinstance(left, Value) and isinstance(right, Value):
        raise NotPiecewiseLinear(
            "the matrix product of two values of the network is not piecewise linear, so the "
            "network has no finite set of linear regions; one factor must be constant"
        )
    if not isinstance(left, Value) and not isinstance(right, Value):
        return np.asarray(left @ right if bias is None else left @ right + bias)
    if isinstance(left, Value) and left.shape == (1, left.size) and not isinstance(right, Value):
        held = float_map(np.transpose(right), 0 if bias is None else bias)
        if held is not None and held.n_inputs == left.size:
            return site.mapped([left], held, (1, held.n_outputs))
    rows, columns, shape = _rows_and_columns(_indices(left), _indices(right))
    if isinstance(left, Value):
        value, weight, chosen, factors = left, np.asarray(right), rows, columns
    else:
        value, weight, chosen, factors = cast(Value, right), left, columns, rows
    entries = numbers(weight, "weight")
    groups = [
        [(i, entries[j]) for i, j in zip(read, by, strict=True)]
        for read, by in zip(chosen.tolist(), factors.tolist(), strict=True)
    ]
    shifts: list[object] = [0] * len(groups)
    if bias is not None:
        added = numbers(bias, "bias")
        shifts = [added[i] for i in spread(_indices(bias), shape)]
    return site.affine([value], groups, shifts, shape)


def _indices(operand: Operand) -> np.ndarray:
    """The index of each entry, arranged like the operand."""
    shape = shape_of(operand)
    return np.arange(prod(shape)).reshape(shape)


def _rows_and_columns(
    a: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """For each entry of a product, the row of `a` and the column of `b`, and its shape."""
    wrong = f"matrices of shapes {list(a.shape)} and {list(b.shape)} cannot be multiplied"
    if a.ndim == 0 or b.ndim == 0 or a.shape[-1] != b.shape[-2 if b.ndim > 1 else -1]:
        raise InvalidNetwork(f"{wrong}; shapes must chain")
    left = a if a.ndim > 1 else a[None, :]
    right = np.swapaxes(b if b.ndim > 1 else b[:, None], -1, -2)
    try:
        batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    except ValueError:
        raise InvalidNetwork(f"{wrong}; shapes must chain") from None
    whole = (*batch, left.shape[-2], right.shape[-2], a.shape[-1])
    if prod(whole) > MOST_CONSTANTS:
        raise InvalidNetwork(f"{wrong}: that takes more than {MOST_CONSTANTS} products")
    rows = np.broadcast_to(left[..., :, None, :], whole).reshape(-1, a.shape[-1])
    columns = np.broadcast_to(right[..., None, :, :], whole).reshape(-1, a.shape[-1])
    shape = (*batch, *left.shape[-2:-1][: a.ndim - 1], *right.shape[-2:-1][: b.ndim - 1])
    return rows, columns, shape


def mean(site: Site, operand: Operand, axes: Sequence[int], keep: bool, whole: bool) -> Operand:
    """The mean along axes, or with `whole` the sum; a mean of nine is ninths, exactly."""
    if not isinstance(operand, Value):
        return np.asarray((np.sum if whole else np.mean)(operand, tuple(axes), keepdims=keep))
    rows, shape = _along(operand, axes, keep)
    share = Fraction(1) if whole else Fraction(1, rows.shape[1])
    groups = [[(i, share) for i in row] for row in rows.tolist()]
    return site.affine([operand], groups, [0] * len(groups), shape)


def extremum_along(
    site: Site, operand: Operand, axes: Sequence[int], keep: bool, least: bool
) -> Operand:
    """The largest entry along axes, or with `least` the smallest, by max units."""
    if not isinstance(operand, Value):
        return np.asarray((np.min if least else np.max)(operand, tuple(axes), keepdims=keep))
    rows, shape = _along(operand, axes, keep)
    return _extremum(site, [operand], rows, [], shape, least)


def extremum(site: Site, operands: Sequence[Operand], least: bool) -> Operand:
    """The largest operand coordinate by coordinate, or with `least` the smallest.

    One value against constants is a layer of scalar units, such as relu; several are max units,
    for which constants are candidates too.
    """
    values = [operand for operand in operands if isinstance(operand, Value)]
    constants = [operand for operand in operands if isinstance(operand, np.ndarray)]
    shape = common_shape(operands)
    pick = np.minimum if least else np.maximum
    bound = None
    for array in constants:
        bound = array if bound is None else pick(bound, array)
    if not values:
        return np.asarray(bound)
    if len(values) == 1 and bound is not None:
        one = picked(site, values, np.broadcast_to(places(values[0]), shape))
        cuts = numbers(np.broadcast_to(bound, shape), "a bound")
        unit = at_most if least else at_least
        return site.units(one, [unit(Fraction(cut)) for cut in cuts], shape)
    parts = joined_rows([*values, *([] if bound is None else [bound])], shape)
    entries = [] if bound is None else numbers(bound, "a candidate")
    return _extremum(site, values, parts, entries, shape, least)


def joined_rows(operands: Sequence[Operand], shape: tuple[int, ...]) -> np.ndarray:
    """For each coordinate the indices of its candidates, as `picked` has them."""
    columns = []
    first = 0
    for operand in operands:
        if isinstance(operand, Value):
            columns.append(spread(places(operand) + first, shape))
            first += operand.size
        else:
            indices = np.arange(-1, -1 - operand.size, -1).reshape(operand.shape)
            columns.append(spread(indices, shape))
    return np.array(columns).T


def _extremum(
    site: Site,
    values: Sequence[Value],
    rows: np.ndarray,
    constants: Sequence[int | float],
    shape: tuple[int, ...],
    least: bool,
) -> Value:
    """Max units over rows of candidates; a minimum is minus the maximum of the negatives."""
    sign = -1 if least else 1
    flat = rows.ravel().tolist()
    groups = [[(i, sign)] if i >= 0 else [] for i in flat]
    shifts = [Fraction(constants[-1 - i]) * sign if i < 0 else 0 for i in flat]
    candidates = site.affine(values, groups, shifts, (len(flat),))
    largest = site.units(candidates, [MaxUnit(rows.shape[1])] * len(rows), shape)
    if not least:
        return largest
    return site.affine([largest], [[(i, -1)] for i in range(len(rows))], [0] * len(rows), shape)


def _along(value: Value, axes: Sequence[int], keep: bool) -> tuple[np.ndarray, tuple[int, ...]]:
    """For each entry of a reduction, the coordinates that it reads, and its shape."""
    rank = len(value.shape)
    if any(not -rank <= axis < rank for axis in axes):
        raise InvalidNetwork(f"axes {list(axes)} do not fit shape {list(value.shape)}")
    gone = sorted({axis % rank for axis in axes})
    kept = [axis for axis in range(rank) if axis not in gone]
    count = prod(value.shape[axis] for axis in gone)
    rows = places(value).transpose([*kept, *gone]).reshape(-1, count)
    lengths = [1 if axis in gone else value.shape[axis] for axis in range(rank)]
    return rows, tuple(lengths if keep else (value.shape[axis] for axis in kept))


def at_least(lo: Fraction) -> ScalarUnit:
    """max(z, lo); at_least(0) is relu."""
    return ScalarUnit((lo,), (0, 1), (lo, 0))


def at_most(hi: Fraction) -> ScalarUnit:
    """min(z, hi)."""
    return ScalarUnit((hi,), (1, 0), (0, hi))


def common_shape(operands: Sequence[Operand]) -> tuple[int, ...]:
    """The shape that operands are broadcast to."""
    try:
        shape = np.broadcast_shapes(*(shape_of(operand) for operand in operands))
    except ValueError:
        shapes = " and ".join(str(list(shape_of(operand))) for operand in operands)
        raise InvalidNetwork(f"values of shapes {shapes} cannot be combined") from None
    check_size(prod(shape), operands)
    return shape


def spread(array: np.ndarray, shape: Sequence[int]) -> list[Any]:
    """The entries after broadcasting, row by row."""
    try:
        entries: list[Any] = np.broadcast_to(array, shape).ravel().tolist()
    except ValueError:
        raise InvalidNetwork(
            f"shape {list(array.shape)} cannot be spread to shape {list(shape)}"
        ) from None
    return entries
