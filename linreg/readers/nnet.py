"""Networks in the .nnet text format of the ACAS Xu benchmark: ReLU layers and a normalisation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import isfinite

from linreg.affine import ExactAffineMap
from linreg.domains import Box
from linreg.errors import InvalidNetwork, UnreadableFile
from linreg.files import StrPath, read_bytes
from linreg.json_values import located, shown
from linreg.network import INPUT, LayerNote, Network
from linreg.rational import fraction
from linreg.readers.assembly import Assembly, Value
from linreg.units import relu
from linreg.wording import counted, expected

_CLIPPED = (
    "tools for .nnet files clip the input to the bounds in the file; here these bounds are the "
    "domain, and outside of it the input is not clipped"
)


def read_nnet(path: StrPath) -> NnetContent:
    """What a .nnet file says.

    Raises
    ------
    UnreadableFile
        If the file is missing or is no text.
    InvalidNetwork
        If a line is missing or malformed; the message names it.
    """
    data = read_bytes(path)
    with located(str(path)):
        return _parsed(data)


def nnet_network(content: NnetContent) -> Network:
    """The network in a .nnet file, from the file's inputs to its outputs, in the file's units.

    The normalisation of inputs, (x - mean) / range, and that of outputs, y * range + mean, are
    affine and belong to the network; a decimal in the file is the float64 that it denotes.
    """
    means, ranges = content.means, content.ranges
    assembly = Assembly()
    value = Value(INPUT, (content.sizes[0],))
    value = _normalised(assembly, "inputs", value, [1 / r for r in ranges[:-1]], means[:-1])
    for k, (weight, bias) in enumerate(content.layers, start=1):
        value = _linear(assembly, k, value, weight, bias)
        if k < len(content.layers):
            units = (relu(),) * value.size
            note = LayerNote(f"relu{k}", "relu", value.shape, value.shape, units)
            assembly.layers.append(note)
            value = assembly.units(assembly.unused(f"relu{k}"), value, units)
    middle = [-means[-1] / ranges[-1]] * value.size
    value = _normalised(assembly, "outputs", value, [ranges[-1]] * value.size, middle)
    return Network(
        (content.sizes[0],),
        tuple(assembly.nodes),
        value.name,
        notes=(_CLIPPED,),
        layers=tuple(assembly.layers),
    )


def nnet_domain(content: NnetContent) -> Box:
    """The box of the inputs' bounds in a .nnet file.

    Raises
    ------
    InvalidDomain
        If a lower bound is not below the upper one.
    """
    return Box(content.lower, content.upper)


@dataclass(frozen=True, slots=True)
class NnetContent:
    """What a file says, row by row.

    `means` and `ranges` have one entry for each input, and last that of all outputs.
    """

    sizes: list[int]
    lower: list[Fraction]
    upper: list[Fraction]
    means: list[Fraction]
    ranges: list[Fraction]
    layers: list[tuple[list[list[Fraction]], list[Fraction]]]


class _Lines:
    """The lines of a file that hold numbers, one after another, with their places."""

    def __init__(self, text: str) -> None:
        self._rows = _rows(text)

    def numbers(self, count: int | None, what: str) -> list[Fraction]:
        """The numbers of the next line, of which there must be as many as `count` says."""
        place, cells = next(self._rows, (0, [""]))
        if not place:
            raise InvalidNetwork(f"the file ends before {what}; it may have been cut short")
        with located(f"line {place}, {what}"):
            if count is not None and len(cells) != count:
                raise InvalidNetwork(f"{expected(count, 'number')}, got {len(cells)}")
            return [_number(cell) for cell in cells]

    def sizes(self, count: int | None, what: str) -> list[int]:
        """The numbers of the next line, which must be positive integers."""
        entries = self.numbers(count, what)
        for entry in entries:
            if entry.denominator != 1 or entry < 1:
                raise InvalidNetwork(f"{what}: positive integers were expected, got {entry}")
        return [int(entry) for entry in entries]

    def check_end(self) -> None:
        """Refuse a line that is left."""
        place, _ = next(self._rows, (0, None))
        if place:
            raise InvalidNetwork(f"line {place}: the network ends before it; sizes do not fit")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    for place, line in enumerate(text.splitlines(), start=1):
        content = line.strip()
        if content and not content.startswith("//"):
            yield place, content.removesuffix(",").split(",")


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


def _parsed(data: bytes) -> NnetContent:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"not UTF-8 text (byte {error.start}), so not a .nnet file") from None
    lines = _Lines(text)
    n_layers, n_inputs, n_outputs, _ = lines.sizes(4, "the number of layers and the sizes")
    sizes = lines.sizes(n_layers + 1, "the layers' sizes")
    if sizes[0] != n_inputs or sizes[-1] != n_outputs:
        raise InvalidNetwork(
            f"the sizes go from {sizes[0]} to {sizes[-1]}, but there are "
            f"{counted(n_inputs, 'input')} and {counted(n_outputs, 'output')}"
        )
    lines.numbers(None, "a flag that is not used")
    lower = lines.numbers(n_inputs, "the inputs' lower bounds")
    upper = lines.numbers(n_inputs, "the inputs' upper bounds")
    means = lines.numbers(n_inputs + 1, "the means of inputs and output")
    ranges = lines.numbers(n_inputs + 1, "the ranges of inputs and output")
    if min(ranges) <= 0:
        raise InvalidNetwork(f"the ranges must be positive: got {float(min(ranges))}")
    layers = []
    for k, (width, size) in enumerate(pairwise(sizes), start=1):
        weight = [lines.numbers(width, f"row {i} of weight {k}") for i in range(1, size + 1)]
        bias = [lines.numbers(1, f"row {i} of bias {k}")[0] for i in range(1, size + 1)]
        layers.append((weight, bias))
    lines.check_end()
    return NnetContent(sizes, lower, upper, means, ranges, layers)


def _linear(
    assembly: Assembly,
    k: int,
    value: Value,
    weight: Sequence[Sequence[Fraction]],
    bias: Sequence[Fraction],
) -> Value:
    made = assembly.affine(assembly.unused(f"linear{k}"), [value], ExactAffineMap.of(weight, bias))
    size = len(bias) * (value.size + 1)
    assembly.layers.append(LayerNote(f"linear{k}", "linear", value.shape, made.shape, (), size))
    return made


def _normalised(
    assembly: Assembly,
    name: str,
    value: Value,
    scale: Sequence[Fraction],
    middle: Sequence[Fraction],
) -> Value:
    """(x - middle) * scale, coordinate by coordinate."""
    groups = [[(i, by)] for i, by in enumerate(scale)]
    shifts = [-by * mean for by, mean in zip(scale, middle, strict=True)]
    map_ = ExactAffineMap.of_terms(groups, shifts, value.size)
    name = f"normalised_{name}"
    note = LayerNote(name, "affine", value.shape, value.shape, (), 2 * value.size)
    assembly.layers.append(note)
    return assembly.affine(assembly.unused(name), [value], map_)
