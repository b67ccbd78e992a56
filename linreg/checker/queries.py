"""What a query asks, as the checker takes it apart: boxes of inputs, and conditions on them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from flint import fmpq

from linreg.checker.exact_tree import Held, Row


class Condition(Protocol):
    """An affine form of inputs and outputs, and what it is to 0: ">=", ">" or "=="."""

    @property
    def terms(self) -> tuple[tuple[int, Fraction], ...]:
        """Variables and their coefficients; the inputs come before the outputs."""

    @property
    def constant(self) -> Fraction:
        """The constant."""

    @property
    def relation(self) -> str:
        """The relation."""


Alternatives = Sequence[Sequence[Condition]]
"""An input is unsafe if all conditions of an alternative hold."""

Ends = tuple[tuple[Fraction, Fraction], ...]
"""Closed bounds of each input."""


@dataclass(frozen=True, slots=True)
class Section:
    """Alternatives that bound the inputs alike.

    Attributes
    ----------
    ends : Ends or None
        None if some input has no bound.
    alternatives : list of lists of Held
        By alternative, the conditions that these bounds do not say.
    """

    ends: Ends | None
    alternatives: list[list[Held]]


def digest(alternatives: Alternatives) -> str:
    """Hexadecimal sha256 of the text of a query's alternatives."""
    lines = []
    for conditions in alternatives:
        lines.append("or")
        for each in conditions:
            terms = [f"{by}*{i}" for i, by in each.terms]
            lines.append(" ".join([*terms, str(each.constant), each.relation]))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def sections(alternatives: Alternatives, n_inputs: int, n_outputs: int) -> list[Section]:
    """What is to be proved, in the order of certificates."""
    found: list[Section] = []
    by_ends: dict[Ends, Section] = {}
    for conditions in alternatives:
        lows: dict[int, Fraction] = {}
        highs: dict[int, Fraction] = {}
        others = []
        own = list(dict.fromkeys((each.terms, each.constant, each.relation) for each in conditions))
        for terms, constant, relation in own:
            is_bound = len(terms) == 1 and terms[0][0] < n_inputs
            if is_bound:
                ((i, by),) = terms
                end = -constant / by
                if by > 0 or relation == "==":
                    lows[i] = max(lows.get(i, end), end)
                if by < 0 or relation == "==":
                    highs[i] = min(highs.get(i, end), end)
            if not is_bound or relation == ">":
                others.append((terms, constant, relation))
        size = n_inputs + n_outputs
        if len(lows) < n_inputs or len(highs) < n_inputs:
            found.append(Section(None, [_held(own, size)]))
            continue
        ends = tuple((lows[i], highs[i]) for i in range(n_inputs))
        if any(low > high for low, high in ends):
            continue
        if ends not in by_ends:
            by_ends[ends] = Section(ends, [])
            found.append(by_ends[ends])
        by_ends[ends].alternatives.append(_held(others, size))
    return found


def _held(
    conditions: Sequence[tuple[tuple[tuple[int, Fraction], ...], Fraction, str]], size: int
) -> list[Held]:
    """Conditions as forms: those to be >= 0, those to be > 0, then both sides of equations."""
    found = []
    for wanted in (">=", ">", "=="):
        for terms, constant, relation in conditions:
            if relation != wanted:
                continue
            form: Row = [fmpq(0)] * size + [fmpq(constant.numerator, constant.denominator)]
            for i, by in terms:
                form[i] = fmpq(by.numerator, by.denominator)
            is_equation = relation == "=="
            found.append(Held(form, relation == ">", is_equation))
            if is_equation:
                found.append(Held([-entry for entry in form], strict=False, of_equation=True))
    return found
