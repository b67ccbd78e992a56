"""Values of a framework's graph: of the network or constant, with their batch axis.

What a graph does with a constant is done with NumPy, in float64; what it does with a value of the
network becomes nodes. Rearranging is the same for both: the indices of a value's coordinates are
rearranged in place of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork
from linreg.readers.assembly import Assembly, Value
from linreg.units import Unit

Operand = Value | np.ndarray
"""What an operator reads: a value of the network, or an array of constants."""

MAX_SIZE = 1_000_000
"""Most coordinates that an input or a made-up constant may have."""

MOST_COORDINATES = 20_000_000
"""Most coordinates of a value that is put together of others."""

MOST_CONSTANTS = 100_000_000
"""Most numbers of a constant that is computed from others."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the nodes of one operator go, and what they are called."""

    assembly: Assembly
    name: str

    def mapped(self, reads: Sequence[Value], map_: ExactAffineMap, shape: Sequence[int]) -> Value:
        """The value of an affine map of values, one after another."""
        made = self.assembly.affine(self.assembly.unused(self.name), reads, map_)
        return replace(made, shape=tuple(shape))

    def affine(
        self,
        reads: Sequence[Value],
        groups: Iterable[Iterable[tuple[int, object]]],
        shifts: Iterable[object],
        shape: Sequence[int],
    ) -> Value:
        """The value with these coefficients, a group and a shift for each coordinate."""
        width = sum(value.size for value in reads)
        return self.mapped(reads, ExactAffineMap.of_terms(groups, shifts, width), shape)

    def units(self, read: Value, units: Sequence[Unit], shape: Sequence[int]) -> Value:
        """The value of a layer of units."""
        made = self.assembly.units(self.assembly.unused(self.name), read, tuple(units))
        return replace(made, shape=tuple(shape))


def places(value: Value) -> np.ndarray:
    """The index of each coordinate, arranged like the value."""
    return np.arange(value.size).reshape(value.shape)


def shape_of(operand: Operand) -> tuple[int, ...]:
    """The shape of a value or of an array."""
    return tuple(operand.shape)


def numbers(array: np.ndarray, what: str) -> list[Any]:
    """The entries row by row, as Python numbers.

    Raises
    ------
    InvalidNetwork
        If one is not finite; the message names the index.
    """
    if array.dtype.kind not in "iuf":
        raise InvalidNetwork(f"{what}: numbers were expected, got an array of {array.dtype}")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        index = "".join(f"[{i}]" for i in bad[0])
        raise InvalidNetwork(
            f"{what}{index}: a finite number was expected, got {array[tuple(bad[0])]}"
        )
    entries: list[Any] = array.ravel().tolist()
    return entries


def integers(operand: Operand, what: str) -> list[int]:
    """The entries of a constant, which must be integers: a shape, axes or indices."""
    if isinstance(operand, Value):
        raise InvalidNetwork(
            f"{what} is computed from the network's input, so shapes would depend on it; they must "
            "be constant"
        )
    if operand.dtype.kind not in "iu" or operand.ndim > 1:
        raise InvalidNetwork(
            f"{what}: integers were expected, got {operand.dtype} of shape {list(operand.shape)}"
        )
    entries: list[int] = operand.ravel().tolist()
    return entries


def constant(operand: Operand, what: str) -> np.ndarray:
    """The operand, which must not depend on the network's input."""
    if isinstance(operand, Value):
        raise InvalidNetwork(
            f"{what} is computed from the network's input; only constants are supported there"
        )
    return operand


def bounded(shape: Sequence[int]) -> tuple[int, ...]:
    """The shape, which must not be of a size beyond all networks."""
    if prod(shape) > MAX_SIZE:
        raise InvalidNetwork(f"shape {list(shape)}: more than {MAX_SIZE} values are not read")
    return tuple(shape)


def check_size(size: int, operands: Iterable[Operand]) -> None:
    """Refuse what operators would make of these operands, before it fills the memory.

    Raises
    ------
    InvalidNetwork
    """
    of_network = any(isinstance(operand, Value) for operand in operands)
    most = MOST_COORDINATES if of_network else MOST_CONSTANTS
    if size > most:
        raise InvalidNetwork(f"it would have {size} values, and more than {most} are not read")


def rearranged(site: Site, operand: Operand, change: Callable[[np.ndarray], np.ndarray]) -> Operand:
    """The operand with its entries rearranged, repeated or left out by a function of arrays.

    Raises
    ------
    InvalidNetwork
        If NumPy refuses to.
    """
    array = places(operand) if isinstance(operand, Value) else operand
    try:
        changed = np.asarray(change(array))
    except (IndexError, MemoryError, OverflowError, TypeError, ValueError) as error:
        raise InvalidNetwork(f"shape {list(shape_of(operand))}: {_line(error)}") from None
    return picked(site, [operand], changed) if isinstance(operand, Value) else changed


def taken(site: Site, operand: Operand, indices: np.ndarray, axis: int) -> Operand:
    """The entries at these indices along an axis, as `numpy.take` has them."""
    lengths = shape_of(operand)
    if -len(lengths) <= axis < len(lengths) and lengths[axis]:
        check_size(prod(lengths) // lengths[axis] * indices.size, [operand])
    return rearranged(site, operand, lambda array: np.take(array, indices, axis))


def picked(
    site: Site, values: Sequence[Value], chosen: np.ndarray, constants: Sequence[object] = ()
) -> Value:
    """The value made of the chosen coordinates of several values, one after another.

    A negative index -1 - k stands for the constant number k.

    Raises
    ------
    InvalidNetwork
        If nothing is chosen.
    """
    flat = chosen.ravel().tolist()
    if not flat:
        raise InvalidNetwork(
            f"nothing is left of it: its shape would be {list(chosen.shape)}; a value needs at "
            "least one coordinate"
        )
    if len(values) == 1 and flat == list(range(values[0].size)):
        return replace(values[0], shape=chosen.shape)
    groups = [[(i, 1)] if i >= 0 else [] for i in flat]
    shifts = [constants[-1 - i] if i < 0 else 0 for i in flat]
    return site.affine(values, groups, shifts, chosen.shape)


def joined(
    site: Site, operands: Sequence[Operand], join: Callable[[list[np.ndarray]], np.ndarray]
) -> Operand:
    """Several operands put together by a function of arrays: concatenated, stacked or padded.

    Raises
    ------
    InvalidNetwork
        If NumPy refuses to.
    """
    check_size(sum(prod(shape_of(operand)) for operand in operands), operands)
    values = [operand for operand in operands if isinstance(operand, Value)]
    constants: list[Any] = []
    parts = []
    first = 0
    for operand in operands:
        if not values:
            parts.append(np.asarray(operand))
        elif isinstance(operand, Value):
            parts.append(places(operand) + first)
            first += operand.size
        else:
            start = -1 - len(constants)
            constants += numbers(operand, "a constant")
            parts.append(np.arange(start, start - operand.size, -1).reshape(operand.shape))
    try:
        together = join(parts)
    except (IndexError, MemoryError, OverflowError, TypeError, ValueError) as error:
        shapes = " and ".join(str(list(shape_of(operand))) for operand in operands)
        raise InvalidNetwork(f"shapes {shapes}: {_line(error)}") from None
    return picked(site, values, together, constants) if values else together


def as_value(site: Site, operand: Operand, like: Value) -> Value:
    """The operand as a value of the network; a constant becomes one that reads `like` in vain."""
    if isinstance(operand, Value):
        return operand
    shifts = numbers(operand, "a constant")
    return site.affine([like], [[] for _ in shifts], shifts, operand.shape)


def _line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
