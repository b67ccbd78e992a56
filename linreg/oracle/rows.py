"""Affine forms on Python's own numbers: (g_1, ..., g_n, c) stands for x -> g @ x + c."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm

from linreg.domains import Domain, asked_domain
from linreg.errors import InvalidDomain
from linreg.network import Network, Stage

Row = tuple[int, ...]
"""An affine form with coprime integer entries."""

Form = tuple[Fraction, ...]
"""An affine form with rational entries."""


def primitive_row(form: Iterable[Fraction]) -> Row:
    """The form times the positive number that makes its entries coprime integers.

    Examples
    --------
    >>> primitive_row([Fraction(1, 2), Fraction(-3, 4)])
    (2, -3)
    """
    entries = list(form)
    scale = lcm(*(entry.denominator for entry in entries))
    return reduced(entry.numerator * (scale // entry.denominator) for entry in entries)


def reduced(entries: Iterable[int]) -> Row:
    """The integers divided by their greatest common divisor."""
    integers = tuple(entries)
    divisor = gcd(*integers)
    return tuple(entry // divisor for entry in integers) if divisor > 1 else integers


def negated(row: Row) -> Row:
    """The form that is positive where `row` is negative."""
    return tuple(-entry for entry in row)


def is_constant(form: Sequence[Fraction] | Row) -> bool:
    """Whether the form has the same value everywhere."""
    return not any(form[:-1])


def pivot_of(hyperplane: Row) -> int:
    """The first variable that the equation of a hyperplane can be solved for."""
    return next(j for j, entry in enumerate(hyperplane[:-1]) if entry)


def restricted(row: Row, hyperplane: Row) -> Row:
    """The form on {hyperplane = 0}, whose pivot variable is substituted; signs are kept.

    Examples
    --------
    On the line x + y = 1, the form x - y is 1 - 2 y:

    >>> restricted((1, -1, 0), (1, 1, -1))
    (-2, 1)
    """
    pivot = pivot_of(hyperplane)
    if not row[pivot]:
        return row[:pivot] + row[pivot + 1 :]
    scale = abs(hyperplane[pivot])
    factor = row[pivot] if hyperplane[pivot] > 0 else -row[pivot]
    entries = [scale * entry - factor * other for entry, other in zip(row, hyperplane, strict=True)]
    del entries[pivot]
    return reduced(entries)


def compose(stage: Stage, state: Sequence[Form]) -> list[Form]:
    """Pre-activations of a stage as forms of the input, given the outputs of the stage before."""
    preactivations = []
    for weights, shift in zip(stage.map.matrix.tolist(), stage.map.shift.tolist(), strict=True):
        form = [Fraction(0)] * (len(state[0]) - 1) + [shift]
        for weight, output in zip(weights, state, strict=True):
            if weight:
                form = [old + weight * entry for old, entry in zip(form, output, strict=True)]
        preactivations.append(tuple(form))
    return preactivations


def coordinates(dim: int) -> list[Form]:
    """The forms x -> x_i."""
    return [tuple(Fraction(int(i == j)) for j in range(dim + 1)) for i in range(dim)]


def domain_rows(net: Network, domain: Domain | None) -> list[Row]:
    """The rows of a domain that are not constant, positive inside it; None is the whole space.

    Raises
    ------
    InvalidDomain
        If its dimension is not that of the network's input, or a constant row is violated.
    """
    asked = asked_domain(domain, net.input_dim)
    forms = list(asked.rows())
    for form in forms:
        if is_constant(form) and form[-1] < 0:
            raise InvalidDomain(f"the domain is empty: one of its rows says 0 <= {form[-1]}")
    return [primitive_row(form) for form in forms if not is_constant(form)]
