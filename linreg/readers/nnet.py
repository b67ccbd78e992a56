"""Networks in the .nnet text format of the ACAS Xu benchmark: ReLU layers and a normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from linreg.affine import ExactAffineMap
from linreg.domains import Box
from linreg.errors import InvalidDomain
from linreg.files import StrPath, read_bytes
from linreg.json_values import located
from linreg.network import INPUT, LayerNote, Network
from linreg.readers.assembly import Assembly, Value
from linreg.readers.nnet_text import NnetContent, parsed
from linreg.units import relu

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
        return parsed(data)


def nnet_network(content: NnetContent) -> Network:
    """The network in a .nnet file, from the file's inputs to its outputs, in the file's units.

    The normalisation of inputs, (x - mean) / range, and that of outputs, y * range + mean, are
    affine and belong to the network; a decimal in the file is the float64 that it denotes.
    """
    means, ranges = content.means, content.ranges
    assembly = Assembly()
    value = Value(INPUT, (content.sizes[0],))
    factors = [1 / by for by in ranges]
    value = _normalised(assembly, "inputs", value, factors[:-1], means[:-1])
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
        notes=(*((_CLIPPED,) if content.bounds else ()), *content.notes),
        layers=tuple(assembly.layers),
    )


def nnet_domain(content: NnetContent) -> Box | None:
    """The box of the inputs' bounds in a .nnet file, or None if there are none.

    Raises
    ------
    InvalidDomain
        If a lower bound is not below the upper one.
    """
    if content.bounds is None:
        return None
    try:
        return Box(*content.bounds)
    except InvalidDomain as error:
        raise InvalidDomain(
            f"the bounds of the inputs: {error}; give another domain, as with --domain box:LO,HI"
        ) from None


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
    """(x - middle) * scale, coordinate by coordinate; the value itself if that changes nothing."""
    if set(scale) == {Fraction(1)} and not any(middle):
        return value
    groups = [[(i, by)] for i, by in enumerate(scale)]
    shifts = [-by * mean for by, mean in zip(scale, middle, strict=True)]
    map_ = ExactAffineMap.of_terms(groups, shifts, value.size)
    name = f"normalised_{name}"
    note = LayerNote(name, "affine", value.shape, value.shape, (), 2 * value.size)
    assembly.layers.append(note)
    return assembly.affine(assembly.unused(name), [value], map_)
