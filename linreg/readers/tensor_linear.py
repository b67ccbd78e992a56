"""Linear operators beyond products and sums: transposed convolutions, interpolation, Einsum."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, prod
from typing import Any

import numpy as np

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork, NotPiecewiseLinear
from linreg.network.operators import conv_map
from linreg.network.operators.settings import PerAxis, check_number, paddings, per_axis
from linreg.readers.assembly import Value
from linreg.readers.tensor_layers import unbatched
from linreg.readers.tensor_values import (
    MOST_CONSTANTS,
    Operand,
    Site,
    bounded,
    numbers,
    places,
    rearranged,
    shape_of,
    taken,
)


def transposed_convolution(
    site: Site,
    operand: Operand,
    weight: np.ndarray,
    bias: np.ndarray | None,
    *,
    stride: PerAxis,
    padding: Any,
    dilation: PerAxis,
    groups: int,
    lengths: Sequence[int] | None = None,
    more: PerAxis = 0,
) -> Value:
    """A transposed convolution: the transpose of the convolution from its output to its input.

    `lengths` are those of the output's axes; by default they follow from the settings, with
    `more` cells at the end of each.
    """
    value = unbatched(operand)
    channels, axes = value.shape[0], value.shape[1:]
    if weight.ndim != len(value.shape) + 1 or weight.shape[0] != channels:
        raise InvalidNetwork(
            f"weight: shape [{channels}, out / groups, ...] was expected for a value of shape "
            f"{list(value.shape)}, got {list(weight.shape)}"
        )
    n = len(axes)
    steps, distances = per_axis(stride, n, "stride"), per_axis(dilation, n, "dilation")
    margins, added = paddings(padding, n), per_axis(more, n, "output_padding", 0)
    if lengths is None:
        lengths = [
            step * (old - 1) + extra + (size - 1) * distance + 1 - before - after
            for old, step, extra, size, distance, (before, after) in zip(
                axes, steps, added, weight.shape[2:], distances, margins, strict=True
            )
        ]
    if min(lengths) < 1:
        raise InvalidNetwork(f"the output would be empty: its axes have lengths {list(lengths)}")
    filters = weight.shape[1] * groups
    check_number(filters * prod(lengths))
    map_, seen = conv_map(
        weight,
        0,
        (filters, *lengths),
        stride=steps,
        padding=margins,
        dilation=distances,
        groups=groups,
    )
    if any(found < old for found, old in zip(seen[1:], axes, strict=True)):
        raise InvalidNetwork(
            f"an output of lengths {list(lengths)} does not fit an input of {list(axes)}"
        )
    kept = np.arange(prod(seen)).reshape(seen)[(slice(None), *(slice(old) for old in axes))]
    added_biases = [0] * filters if bias is None else numbers(bias, "bias")
    if len(added_biases) != filters:
        raise InvalidNetwork(f"bias has {len(added_biases)} numbers for {filters} channels")
    shifts = [shift for shift in added_biases for _ in range(prod(lengths))]
    transposed = _transposed(map_, kept.ravel(), shifts)
    return site.mapped([value], transposed, (1, filters, *lengths))


def _transposed(map_: ExactAffineMap, kept: np.ndarray, shifts: list[Any]) -> ExactAffineMap:
    """The transpose of some rows of a map's matrix, and other constants."""
    if map_.floats is not None and all(isinstance(shift, int | float) for shift in shifts):
        turned = map_.floats.matrix[kept].T
        matrix = np.ascontiguousarray(turned) if isinstance(turned, np.ndarray) else turned.tocsr()
        return ExactAffineMap.of_floats(matrix, np.array(shifts, dtype=np.float64))
    groups: list[list[tuple[int, Any]]] = [[] for _ in range(map_.n_inputs)]
    for i, row in enumerate(kept.tolist()):
        for j, by in map_.terms[row]:
            groups[j].append((i, by))
    return ExactAffineMap.of_terms(groups, shifts, len(kept))


def einsum(site: Site, equation: str, operands: Sequence[Operand]) -> Operand:
    """A sum of products in Einstein's notation, of which one factor at most is not constant."""
    text = equation.replace(" ", "")
    letters = set(text) - set(".,->")
    if not all(letter.isascii() and letter.isalpha() for letter in letters):
        raise InvalidNetwork(f"equation {equation[:40]!r}: letters, dots, commas and -> are known")
    inputs = text.split("->")[0].split(",")
    values = [k for k, operand in enumerate(operands) if isinstance(operand, Value)]
    if len(inputs) != len(operands):
        raise InvalidNetwork(f"equation {equation[:40]!r} does not have {len(operands)} operands")
    if len(values) > 1:
        raise NotPiecewiseLinear(
            "a product of two values of the network is not piecewise linear, so the network has no "
            "finite set of linear regions; all factors but one must be constant"
        )
    arrays = [
        np.asarray(operand) if k not in values else None for k, operand in enumerate(operands)
    ]
    free = next(chr(code) for code in range(ord("A"), ord("z")) if chr(code) not in letters)
    lengths = [n for operand in operands for n in shape_of(operand)]
    if values:
        # The value's coordinates one by one: column i of the result is what coordinate i becomes.
        value = operands[values[0]]
        assert isinstance(value, Value)
        check_number(value.size**2)
        arrays[values[0]] = np.eye(value.size).reshape(value.size, *value.shape)
        inputs[values[0]] = free + inputs[values[0]]
        lengths.append(value.size)
    if prod(lengths) > 100 * MOST_CONSTANTS:
        raise InvalidNetwork(f"equation {equation[:40]!r} takes too many products")
    output = text.split("->")[1] if "->" in text else _implicit(text)
    whole = f"{','.join(inputs)}->{free if values else ''}{output}"
    try:
        made = np.einsum(whole, *arrays)  # type: ignore[arg-type]
    except (IndexError, MemoryError, TypeError, ValueError) as error:
        line = (str(error) or "it cannot be computed").splitlines()[0]
        raise InvalidNetwork(f"equation {equation[:40]!r}: {line}") from None
    if not values:
        return np.asarray(made)
    check_number(made.size)
    columns = made.reshape(len(made), -1).T
    numbers(columns, "a coefficient")
    groups = [[(int(i), row[i]) for i in np.flatnonzero(row)] for row in columns]
    return site.affine(
        [operands[values[0]]],  # type: ignore[list-item]
        groups,
        [0] * len(groups),
        made.shape[1:],
    )


def _implicit(text: str) -> str:
    """The output that is meant where none is said: what occurs once, by the alphabet."""
    dots = "..." if "..." in text else ""
    plain = text.replace(".", "").replace(",", "")
    return dots + "".join(sorted(letter for letter in set(plain) if plain.count(letter) == 1))


def running_sum(
    site: Site, operand: Operand, axis: int, *, exclusive: bool = False, backwards: bool = False
) -> Operand:
    """Sums of all entries up to each one along an axis."""
    if not isinstance(operand, Value):
        array = np.flip(operand, axis) if backwards else operand
        sums = np.cumsum(array, axis) - (array if exclusive else 0)
        return np.asarray(np.flip(sums, axis) if backwards else sums)
    length = operand.shape[axis]
    check_number(operand.size * length)
    rows = np.moveaxis(places(operand), axis, -1)
    moved = rows.shape
    groups: list[list[tuple[int, int]]] = []
    for row in rows.reshape(-1, length).tolist():
        order = row[::-1] if backwards else row
        parts = [order[: k + (not exclusive)] for k in range(length)]
        groups += [[(i, 1) for i in part] for part in (parts[::-1] if backwards else parts)]
    made = site.affine([operand], groups, [0] * len(groups), moved)
    return rearranged(site, made, lambda array: np.moveaxis(array, -1, axis))


def interpolated(site: Site, operand: Operand, axis: int, at: Sequence[Fraction]) -> Operand:
    """Values between neighbours along an axis, linearly; beyond the ends those of these."""
    length = shape_of(operand)[axis]
    inside = [min(max(place, Fraction(0)), Fraction(length - 1)) for place in at]
    below = [floor(place) for place in inside]
    above = [ceil(place) for place in inside]
    shares = [place - first for place, first in zip(inside, below, strict=True)]
    if not any(shares):
        return taken(site, operand, np.array(below), axis)
    wide = list(shape_of(operand))
    wide[axis] = len(at)
    bounded(wide)
    if not isinstance(operand, Value):
        shape = [1] * len(wide)
        shape[axis] = len(at)
        by = np.array([float(share) for share in shares]).reshape(shape)
        low, high = operand.take(below, axis), operand.take(above, axis)
        return np.asarray(low * (1 - by) + high * by)
    low_places = places(operand).take(below, axis)
    high_places = places(operand).take(above, axis)
    each = np.broadcast_to(
        np.arange(len(at)).reshape([-1 if k == axis % len(wide) else 1 for k in range(len(wide))]),
        low_places.shape,
    )
    groups = [
        [(i, 1 - shares[k]), (j, shares[k])] if shares[k] else [(i, Fraction(1))]
        for i, j, k in zip(
            low_places.ravel().tolist(),
            high_places.ravel().tolist(),
            each.ravel().tolist(),
            strict=True,
        )
    ]
    return site.affine([operand], groups, [0] * len(groups), low_places.shape)


def frames(mode: str, old: int, new: int, scale: Fraction) -> list[Fraction] | None:
    """Where each of `new` entries lies among `old` ones; None for a mode that is not known."""
    match mode:
        case "align_corners":
            step = Fraction(old - 1, new - 1) if new > 1 else Fraction(0)
            return [i * step for i in range(new)]
        case "asymmetric":
            return [i / scale for i in range(new)]
        case "half_pixel" | "pytorch_half_pixel":
            if new == 1 and mode == "pytorch_half_pixel":
                return [Fraction(0)]
            return [(i + Fraction(1, 2)) / scale - Fraction(1, 2) for i in range(new)]
    return None
