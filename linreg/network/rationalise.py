"""Simple fractions near the numbers of a network, for weights that were meant to be simple."""

from __future__ import annotations

from fractions import Fraction

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork
from linreg.network.nodes import AffineNode, Node, UnitNode
from linreg.rational import fraction
from linreg.units import ScalarUnit, Unit


def rationalised_node(node: Node, max_denominator: int) -> Node:
    """The node with the nearest fractions of denominators up to a bound.

    Raises
    ------
    InvalidNetwork
        If two breakpoints of a unit have the same nearest fraction.
    """
    if isinstance(node, AffineNode):
        return AffineNode(node.name, node.inputs, _map(node.map, max_denominator))
    return UnitNode(
        node.name, node.inputs, rationalised_units(node.name, node.units, max_denominator)
    )


def rationalised_units(
    name: str, units: tuple[Unit, ...], max_denominator: int
) -> tuple[Unit, ...]:
    """The units of a layer with the nearest fractions; errors are those of `rationalised_node`."""
    made = {unit: _unit(name, unit, max_denominator) for unit in set(units)}
    return tuple(made[unit] for unit in units)


def _map(map_: ExactAffineMap, most: int) -> ExactAffineMap:
    return ExactAffineMap.of_terms(
        [[(i, _near(entry, most)) for i, entry in group] for group in map_.terms],
        [_near(shift, most) for shift in map_.shifts],
        map_.n_inputs,
    )


def _unit(name: str, unit: Unit, most: int) -> Unit:
    """A table of the nearest breakpoints, slopes and first intercept; the others follow.

    Each piece starts where the one before ends, so that the unit stays continuous.
    """
    if not isinstance(unit, ScalarUnit):
        return unit
    breakpoints = [_near(cut, most) for cut in unit.breakpoints]
    slopes = [_near(slope, most) for slope in unit.slopes]
    if len(set(breakpoints)) < len(breakpoints):
        raise InvalidNetwork(
            f"{name}: two breakpoints of a unit have the same nearest fraction of a denominator up "
            f"to {most}; allow larger denominators"
        )
    intercepts = [_near(unit.intercepts[0], most)]
    for k, cut in enumerate(breakpoints):
        intercepts.append(intercepts[-1] + (slopes[k] - slopes[k + 1]) * cut)
    return ScalarUnit(breakpoints, slopes, intercepts)


def _near(number: object, most: int) -> Fraction:
    return fraction(number).limit_denominator(most)
