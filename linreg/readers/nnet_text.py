"""The lines of .nnet files, in the forms in which tools write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import isfinite

from linreg.errors import InvalidNetwork, UnreadableFile
from linreg.json_values import located, shown
from linreg.rational import fraction
from linreg.wording import counted, expected

_HEADERS = (
    (5, True, True, True),
    (3, True, True, False),
    (1, True, False, False),
    (0, False, False, False),
)
"""Rows between the sizes and the weights, and whether flag, bounds and normalisation are there."""


@dataclass(frozen=True, slots=True)
class NnetContent:
    """What a file says, row by row.

    Attributes
    ----------
    sizes : list of int
    bounds : pair of lists of Fraction, or None
        The inputs' lower and upper bounds.
    means, ranges : lists of Fraction
        One for each input, and last that of all outputs.
    layers : list of (weight, bias)
    notes : tuple of str
        What was left out.
    """

    sizes: list[int]
    bounds: tuple[list[Fraction], list[Fraction]] | None
    means: list[Fraction]
    ranges: list[Fraction]
    layers: list[tuple[list[list[Fraction]], list[Fraction]]]
    notes: tuple[str, ...]


def parsed(data: bytes) -> NnetContent:
    """What the bytes of a file say.

    Of the rows between the sizes and the weights some may be missing; how many rows the weights
    take says which.

    Raises
    ------
    UnreadableFile
        If the bytes are no text.
    InvalidNetwork
        If a line is missing or malformed; the message names it.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"not UTF-8 text (byte {error.start}), so not a .nnet file") from None
    rows = _rows(text)
    lines = _Lines(rows)
    first = lines.sizes((1, 4), "the number of layers and the sizes")
    sizes = lines.sizes(None, "the layers' sizes")
    chosen, notes = _chosen_sizes(first, sizes, len(rows) - 2, lines)
    free = len(rows) - 2 - _weight_rows(chosen)
    header = next((header for header in _HEADERS if header[0] == free), _HEADERS[0])
    if header != _HEADERS[0]:
        try:
            return _body(_Lines(rows, 2), chosen, header, notes)
        except InvalidNetwork:
            pass  # cut short rather than without these rows
    return _body(_Lines(rows, 2), chosen, _HEADERS[0], notes)


class _Lines:
    """The lines of a file that hold numbers, one after another, with their places."""

    def __init__(self, rows: Sequence[tuple[int, str]], start: int = 0) -> None:
        self._rows = rows
        self._next = start

    def raw(self, what: str) -> tuple[int, str]:
        """The next line and its place."""
        if self._next >= len(self._rows):
            raise InvalidNetwork(f"the file ends before {what}; it may have been cut short")
        self._next += 1
        return self._rows[self._next - 1]

    @property
    def place(self) -> int:
        """Number of the line that was read last."""
        return self._rows[self._next - 1][0]

    def numbers(self, counts: Sequence[int] | None, what: str) -> list[Fraction]:
        """The numbers of the next line, of which there must be as many as one of `counts`."""
        place, line = self.raw(what)
        cells = line.split(",")
        with located(f"line {place}, {what}"):
            if counts is not None and len(cells) not in counts:
                raise InvalidNetwork(f"{expected(counts[-1], 'number')}, got {len(cells)}")
            return [_number(cell) for cell in cells]

    def sizes(self, counts: Sequence[int] | None, what: str) -> list[int]:
        """The numbers of the next line, which must be positive integers."""
        entries = self.numbers(counts, what)
        for entry in entries:
            if entry.denominator != 1 or entry < 1:
                raise InvalidNetwork(f"{what}: positive integers were expected, got {entry}")
        return [int(entry) for entry in entries]

    def check_end(self) -> None:
        """Refuse a line that is left."""
        if self._next < len(self._rows):
            place, _ = self._rows[self._next]
            raise InvalidNetwork(f"line {place}: the network ends before it; sizes do not fit")


def _rows(text: str) -> list[tuple[int, str]]:
    rows = []
    for place, line in enumerate(text.splitlines(), start=1):
        content = line.strip()
        if content and not content.startswith("//"):
            rows.append((place, content.removesuffix(",")))
    return rows


def _number(text: str) -> Fraction:
    """The float64 that a decimal denotes."""
    try:
        fraction(text)
        nearest = float(text)
    except ValueError:
        raise InvalidNetwork(f"a number was expected, got {shown(text)}") from None
    if not isfinite(nearest):
        raise InvalidNetwork(
            f"a number within the range of float64 was expected, got {shown(text)}"
        )
    return Fraction(nearest)


def _weight_rows(sizes: Sequence[int]) -> int:
    return 2 * sum(sizes[1:])


def _chosen_sizes(
    first: Sequence[int], sizes: Sequence[int], n_rows: int, lines: _Lines
) -> tuple[list[int], tuple[str, ...]]:
    """The sizes that are used: of one too many, those that fit the rows that are there."""
    n_layers = first[0]
    usual = list(sizes[: n_layers + 1])
    longer = len(sizes) == n_layers + 2
    if len(sizes) != n_layers + 1 and not longer:
        with located(f"line {lines.place}, the layers' sizes"):
            raise InvalidNetwork(f"{expected(n_layers + 1, 'number')}, got {len(sizes)}")
    notes: tuple[str, ...] = ()
    if longer:
        usual, note = max(
            (
                (usual, f"the last of {len(sizes)} sizes is ignored"),
                (list(sizes), f"the number of layers, {n_layers}, is ignored: there is one more"),
            ),
            key=lambda choice: n_rows - _weight_rows(choice[0]) in (5, 3, 1, 0),
        )
        notes = (note,)
    if len(first) > 1 and (usual[0], usual[-1]) != (first[1], first[2]):
        raise InvalidNetwork(
            f"the sizes go from {usual[0]} to {usual[-1]}, but there are "
            f"{counted(first[1], 'input')} and {counted(first[2], 'output')}"
        )
    return usual, notes


def _body(
    lines: _Lines,
    sizes: list[int],
    header: tuple[int, bool, bool, bool],
    notes: tuple[str, ...],
) -> NnetContent:
    """What follows the sizes."""
    _, has_flag, has_bounds, has_means = header
    n_inputs = sizes[0]
    found = list(notes)
    bounds, means, ranges = None, [Fraction(0)] * (n_inputs + 1), [Fraction(1)] * (n_inputs + 1)
    more = 0
    if has_flag:
        lines.raw("a flag that is not used")
    if has_bounds:
        lower = _of_inputs(lines, n_inputs, "the inputs' lower bounds", has_means)
        upper = _of_inputs(lines, n_inputs, "the inputs' upper bounds", has_means)
        more = max(0, len(lower) - n_inputs, len(upper) - n_inputs)
        if more and len(lower) != len(upper):
            with located(f"line {lines.place}, the inputs' upper bounds"):
                raise InvalidNetwork(f"{expected(len(lower), 'number')}, got {len(upper)}")
        if len(lower) == len(upper) >= n_inputs:
            bounds = lower[:n_inputs], upper[:n_inputs]
            if more:
                found.append(f"of {len(lower)} bounds those of the first {n_inputs} are used")
        else:
            found.append("the bounds of the inputs are ignored: a single 0 stands in their place")
    if has_means:
        given, spreads = _normalisation(lines, n_inputs, more)
        if given is None:
            found.append("means and ranges are ignored: a single number stands in their place")
        else:
            means, ranges = given, spreads
            if len(means) == n_inputs:
                found.append("the file has no mean and range of the outputs: they are as they are")
                means, ranges = [*means, Fraction(0)], [*ranges, Fraction(1)]
            elif len(means) > n_inputs + 1:
                found.append("equal means and ranges of the outputs are taken for one")
                means, ranges = means[: n_inputs + 1], ranges[: n_inputs + 1]
    if not has_means:
        found.append("the file has no means and ranges, so nothing is normalised")
    layers = []
    for k, (width, size) in enumerate(pairwise(sizes), start=1):
        weight = [lines.numbers([width], f"row {i} of weight {k}") for i in range(1, size + 1)]
        bias = [lines.numbers([1], f"row {i} of bias {k}")[0] for i in range(1, size + 1)]
        layers.append((weight, bias))
    lines.check_end()
    bounds, ranges, unused = _without_unused(layers[0][0], bounds, ranges)
    return NnetContent(sizes, bounds, means, ranges, layers, (*found, *unused))


def _of_inputs(lines: _Lines, n_inputs: int, what: str, may_have_more: bool) -> list[Fraction]:
    """A number for each input, or nothing if a single 0 stands in their place.

    Networks of which inputs were left out have bounds, means and ranges of these after the others.
    """
    more = [n_inputs + k for k in (1, 2, 3)] if may_have_more else []
    numbers = lines.numbers([1, *more, n_inputs], what)
    if len(numbers) in more:
        return numbers
    if len(numbers) == n_inputs:
        return numbers
    if numbers != [0]:
        with located(f"line {lines.place}, {what}"):
            raise InvalidNetwork(f"{expected(n_inputs, 'number')}, or a single 0, got 1")
    return []


def _normalisation(
    lines: _Lines, n_inputs: int, more: int
) -> tuple[list[Fraction] | None, list[Fraction]]:
    """Means and ranges, as many of both; None if a single number stands in place of the means.

    Of `more` inputs, which have bounds too, there are means and ranges that are left out.
    """
    means = lines.numbers(None, "the means of inputs and output")
    at = lines.place
    ranges = lines.numbers(None, "the ranges of inputs and output")
    usual = n_inputs + 1
    if more:
        with located(f"line {lines.place}, the ranges of inputs and output"):
            if not len(means) == len(ranges) == usual + more:
                raise InvalidNetwork(
                    f"there are bounds of {n_inputs + more} inputs, so "
                    f"{expected(usual + more, 'number')}, got {len(means)} and {len(ranges)}"
                )
        return [*means[:n_inputs], means[-1]], [*ranges[:n_inputs], ranges[-1]]
    if n_inputs > 1 and means == [0] and ranges in ([0], [1]):
        return None, ranges
    for place, numbers, what in ((at, means, "means"), (lines.place, ranges, "ranges")):
        with located(f"line {place}, the {what} of inputs and output"):
            if len(numbers) < n_inputs or len(numbers) < max(len(means), len(ranges)):
                raise InvalidNetwork(f"{expected(usual, 'number')}, got {len(numbers)}")
            if len(set(numbers[n_inputs:])) > 1:
                raise InvalidNetwork(
                    f"{expected(usual, 'number')}, got {len(numbers)}, of which those of the "
                    "outputs differ; leave one of them"
                )
    return means, ranges


def _without_unused(
    weight: Sequence[Sequence[Fraction]],
    bounds: tuple[list[Fraction], list[Fraction]] | None,
    ranges: Sequence[Fraction],
) -> tuple[tuple[list[Fraction], list[Fraction]] | None, list[Fraction], list[str]]:
    """Bounds and ranges that can be used of inputs that no weight reads."""
    unused = [i for i in range(len(ranges) - 1) if not any(row[i] for row in weight)]
    notes = []
    scales = [Fraction(1) if i in unused and by <= 0 else by for i, by in enumerate(ranges)]
    if min(scales) <= 0:
        raise InvalidNetwork(f"the ranges must be positive: got {float(min(scales))}")
    if bounds is not None:
        lower, upper = bounds
        flat = [i for i in unused if lower[i] >= upper[i]]
        if flat:
            notes.append(
                f"the bounds of {counted(len(flat), 'input')} that no weight reads are not a "
                f"range, so [lower, lower + 1] is taken: {', '.join(map(str, flat))}"
            )
            upper = [lower[i] + 1 if i in flat else end for i, end in enumerate(upper)]
        bounds = lower, upper
    return bounds, scales, notes
