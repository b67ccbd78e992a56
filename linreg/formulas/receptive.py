"""Receptive fields: the cells of its input that a convolution reads, location by location."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from linreg.arguments import entries
from linreg.errors import HypothesisError, TooLarge
from linreg.formulas.hypotheses import LARGEST_WIDTH, whole
from linreg.wording import counted

MOST_READS = 5_000_000
"""Numbers that filters read at all their locations, beyond which they are not listed."""

PerAxis = int | Sequence[int]
"""One number for each spatial axis, or one for all."""


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolutional layer, checked.

    Attributes
    ----------
    channels : int
    cells : tuple of int
        Input size along each spatial axis.
    filters : int
    kernel, stride, padding : tuple of int
        One number for each spatial axis.
    """

    channels: int
    cells: tuple[int, ...]
    filters: int
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]

    @property
    def output(self) -> tuple[int, ...]:
        """Output size along each spatial axis."""
        sizes = zip(self.cells, self.kernel, self.stride, self.padding, strict=True)
        return tuple((n + 2 * p - k) // s + 1 for n, k, s, p in sizes)

    @property
    def n_inputs(self) -> int:
        """Number of input numbers."""
        return self.channels * prod(self.cells)

    @property
    def n_units(self) -> int:
        """Number of units: filters times locations."""
        return self.filters * prod(self.output)

    @property
    def n_parameters(self) -> int:
        """Number of weights and biases."""
        return self.filters * (self.channels * prod(self.kernel) + 1)

    @property
    def is_on_a_line(self) -> bool:
        """Whether windows that share cells are moved along one axis only.

        Examples
        --------
        >>> convolution((1, 9), 2, 3).is_on_a_line, convolution((1, 9, 3), 2, 3).is_on_a_line
        (True, True)
        >>> convolution((1, 9, 3), 2, 2).is_on_a_line
        False
        """
        overlapping = [k > 1 and n > 1 for k, n in zip(self.kernel, self.output, strict=True)]
        return sum(overlapping) <= 1

    def check_size(self, filters: int = 1) -> None:
        """Refuse a layer that cannot be looked at location by location, for so many filters.

        Raises
        ------
        TooLarge
            If they read more than `MOST_READS` numbers in all.
        """
        reads = filters * self.channels * prod(self.output) * prod(self.kernel)
        if reads > MOST_READS:
            raise TooLarge(
                f"the layer is too large to be looked at location by location: it reads {reads:,} "
                f"numbers, and {MOST_READS:,} are the most"
            )

    def supports(self) -> list[tuple[int, ...]]:
        """The spatial cells that each location reads, as numbers, row by row; padding is cut off.

        Examples
        --------
        >>> convolution((1, 3), 1, 2).supports()
        [(0, 1), (1, 2)]
        """
        return [tuple(cell for cell, _ in window) for window in self.windows()]

    def windows(self) -> list[list[tuple[int, int]]]:
        """For each location the pairs (spatial cell, place in the kernel).

        Raises
        ------
        TooLarge
            As `check_size`.
        """
        self.check_size()
        starts = [
            [i * s - p for i in range(n)]
            for n, s, p in zip(self.output, self.stride, self.padding, strict=True)
        ]
        found = []
        for corner in product(*starts):
            window = []
            for place, step in enumerate(product(*map(range, self.kernel))):
                at = [a + b for a, b in zip(corner, step, strict=True)]
                if all(0 <= x < n for x, n in zip(at, self.cells, strict=True)):
                    number = 0
                    for x, n in zip(at, self.cells, strict=True):
                        number = number * n + x
                    window.append((number, place))
            found.append(window)
        return found


def convolution(
    input_shape: Sequence[int],
    filters: int,
    kernel: PerAxis,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
) -> Convolution:
    """A convolutional layer on inputs of shape (channels, length) or (channels, height, width).

    Raises
    ------
    HypothesisError
        If a number is out of range, numbers of axes differ, or the kernel does not fit.

    Examples
    --------
    >>> convolution((1, 3, 3), filters=2, kernel=(2, 2)).output
    (2, 2)
    """
    input_shape = entries(input_shape, "input_shape")
    if len(input_shape) not in (2, 3):
        raise HypothesisError(
            "an input shape is (channels, length) or (channels, height, width): got "
            f"{input_shape!r}"
        )
    channels, *cells = (whole("input size", n) for n in input_shape)
    axes = len(cells)
    layer = Convolution(
        channels,
        tuple(cells),
        whole("filters", filters),
        _per_axis("kernel", kernel, axes, 1),
        _per_axis("stride", stride, axes, 1),
        _per_axis("padding", padding, axes, 0),
    )
    for n, k, p in zip(layer.cells, layer.kernel, layer.padding, strict=True):
        if k > n + 2 * p:
            raise HypothesisError(f"a kernel of size {k} does not fit into {counted(n, 'cell')}")
    largest = max(layer.n_inputs, layer.n_units, *layer.stride, *layer.padding)
    if largest > LARGEST_WIDTH:
        raise HypothesisError(
            f"inputs, units, strides and padding must be at most 10^18: got {largest:,}"
        )
    return layer


def _per_axis(name: str, value: PerAxis, axes: int, least: int) -> tuple[int, ...]:
    if not isinstance(value, Sequence):
        return (whole(name, value, least),) * axes
    if len(value) != axes:
        raise HypothesisError(f"{name} needs {counted(axes, 'number')}: got {len(value)}")
    return tuple(whole(name, each, least) for each in value)
