"""Networks with one more stage, whose units switch where an output passes a level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.arguments import numbered
from linreg.network import StagedNetwork
from linreg.network.stages import Stage
from linreg.rational import fraction, rational
from linreg.units import MaxUnit, ScalarUnit


@dataclass(frozen=True)
class Levels:
    """What a last stage compares: outputs with levels, and outputs with each other.

    Attributes
    ----------
    of_output : tuple of (int, tuple of Fraction)
        Outputs and their levels, both increasing; one scalar unit each.
    classes : tuple of int
        Outputs whose largest is asked for, by one max unit; none, or at least two.

    Examples
    --------
    >>> from linreg import mlp
    >>> levels_of(mlp([([[1], [-1]], [0, 0])]).staged, [(1, 2), (1, 0)], classes=True)
    Levels(of_output=((1, (Fraction(0, 1), Fraction(2, 1))),), classes=(0, 1))
    """

    of_output: tuple[tuple[int, tuple[Fraction, ...]], ...]
    classes: tuple[int, ...]


def levels_of(
    network: StagedNetwork,
    levels: Sequence[Sequence[object]],
    classes: Sequence[int] | bool = False,
) -> Levels:
    """The levels that are asked for, checked.

    Parameters
    ----------
    network : StagedNetwork
    levels : sequence of (output, level)
    classes : sequence of int, or bool
        Outputs whose largest is asked for; True stands for all.

    Returns
    -------
    Levels
        Sorted, and each once.

    Raises
    ------
    NoSuchIndex
        If the network has no such output.
    ValueError, TypeError
        If a level is no number, or fewer than two classes are named.

    Examples
    --------
    >>> from linreg import mlp
    >>> levels_of(mlp([([[1]], [0])]).staged, [(0, 1), (0, "1/2"), (0, 1)]).of_output
    ((0, (Fraction(1, 2), Fraction(1, 1))),)
    """
    n_outputs = network.readout.n_outputs
    wanted: dict[int, set[Fraction]] = {}
    for place, pair in enumerate(levels):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(f"levels[{place}]: a pair (output, level) was expected, got {pair!r}")
        output = numbered(pair[0], n_outputs, f"levels[{place}][0]", "outputs")
        wanted.setdefault(output, set()).add(fraction(pair[1]))
    if isinstance(classes, bool):
        named: Sequence[int] = range(n_outputs) if classes else ()
    else:
        named = [numbered(c, n_outputs, f"classes[{k}]", "outputs") for k, c in enumerate(classes)]
    if classes is not False and len(set(named)) < 2:
        raise ValueError(
            f"classes: at least two different outputs were expected, got {list(named)}"
        )
    return Levels(
        tuple((output, tuple(sorted(wanted[output]))) for output in sorted(wanted)),
        tuple(sorted(set(named))),
    )


def with_levels(network: StagedNetwork, levels: Levels) -> StagedNetwork:
    """The network with a stage that switches at levels, and the same outputs.

    Parameters
    ----------
    network : StagedNetwork
    levels : Levels

    Returns
    -------
    StagedNetwork
        The network itself if there are no levels.

    Examples
    --------
    |x| - 1 passes zero at -1 and at 1, which makes four regions of two:

    >>> from linreg import absolute, count_regions, mlp
    >>> net = mlp([([[1]], [0])], ([[1]], [-1]), activation=absolute()).staged
    >>> count_regions(net), count_regions(with_levels(net, levels_of(net, [(0, 0)])))
    (2, 4)
    """
    if not levels.of_output and not levels.classes:
        return network
    n_outputs = network.readout.n_outputs
    units: list[ScalarUnit | MaxUnit] = [_switching(cuts) for _, cuts in levels.of_output]
    read = [output for output, _ in levels.of_output]
    if levels.classes:
        units.append(MaxUnit(len(levels.classes)))
        read += levels.classes
    rows = network.readout
    picked = ExactAffineMap.selection([*read, *range(n_outputs)], n_outputs).compose(rows)
    stage = Stage(picked, tuple(units))
    readout = ExactAffineMap.selection(
        range(len(units), len(units) + n_outputs), len(units) + n_outputs
    )
    return StagedNetwork(network.input_dim, (*network.stages, stage), readout)


def with_functional(network: StagedNetwork, rows: Sequence[Sequence[object]]) -> StagedNetwork:
    """The network whose outputs are linear combinations of those of another.

    Parameters
    ----------
    network : StagedNetwork
    rows : sequence of sequences of numbers, shape (new outputs, outputs)

    Returns
    -------
    StagedNetwork

    Examples
    --------
    >>> from linreg import mlp
    >>> net = mlp([([[1], [-1]], [0, 0])]).staged
    >>> with_functional(net, [[1, -1]]).forward_exact([-3])
    [Fraction(-3, 1)]
    """
    combined = ExactAffineMap.of(rows, [0] * len(rows)).compose(network.readout)
    return StagedNetwork(network.input_dim, network.stages, combined)


def margin(network: StagedNetwork, output: int) -> StagedNetwork:
    """The network whose one output is an output of another, less the largest of the others.

    Parameters
    ----------
    network : StagedNetwork
        With at least two outputs.
    output : int

    Returns
    -------
    StagedNetwork

    Raises
    ------
    NoSuchIndex
        If the network has no such output.
    ValueError
        If there is no other.

    Examples
    --------
    >>> from linreg import mlp
    >>> net = mlp([([[1], [-1]], [0, 0])], ([[1, 0], [0, 1], [0, 0]], [0, 0, 1])).staged
    >>> [margin(net, 0).forward_exact([x])[0] for x in (-3, 0, 3)]
    [Fraction(-3, 1), Fraction(-1, 1), Fraction(2, 1)]
    """
    n_outputs = network.readout.n_outputs
    output = numbered(output, n_outputs, "output", "outputs")
    if n_outputs < 2:
        raise ValueError("a margin is over other outputs, and the network has only one")
    others = [k for k in range(n_outputs) if k != output]
    picked = ExactAffineMap.selection([*others, output], n_outputs).compose(network.readout)
    stage = Stage(picked, (MaxUnit(len(others)),))
    difference = ExactAffineMap.of([[-1, 1]], [0])
    return StagedNetwork(network.input_dim, (*network.stages, stage), difference)


def _switching(cuts: tuple[Fraction, ...]) -> ScalarUnit:
    """A unit with a kink at each level: its slopes are 0 and 1 in turn."""
    slopes = [k % 2 for k in range(len(cuts) + 1)]
    shifts = [fmpq(0)]
    for k, cut in enumerate(cuts):
        shifts.append(shifts[-1] + (slopes[k] - slopes[k + 1]) * rational(cut))
    return ScalarUnit(cuts, slopes, [fraction(shift) for shift in shifts])
