"""The formula of a query in normal form: alternatives of linear conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from linreg.errors import TooLarge, UnreadableFile
from linreg.rational import fraction
from linreg.readers.expressions import Expression, Group, Word, refused, shown
from linreg.readers.query import Condition, condition

MOST_ALTERNATIVES = 10_000
"""Alternatives that a formula may have once disjunctions are multiplied out."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)

Form = tuple[dict[int, Fraction], Fraction]
"""Coefficients of variables, and a constant."""

Alternatives = list[tuple[Condition, ...]]

Lookup = Callable[[Word], int]
"""The number of a variable; it raises `UnreadableFile` where there is none of that name."""

_COMPARISONS = ("<=", ">=", "<", ">", "==", "=", "!=", "distinct")


def alternatives(formula: Expression, lookup: Lookup) -> Alternatives:
    """The conditions of a formula, multiplied out; none are left if it cannot hold.

    Raises
    ------
    UnreadableFile
        If it is malformed or not linear; the message says where.
    TooLarge
        If there are too many alternatives.
    """
    if isinstance(formula, Word):
        if formula.text in ("true", "false"):
            return [()] if formula.text == "true" else []
        raise refused(formula.place, f"a formula (...) was expected, got {shown(formula)}")
    head, parts = formula.head, formula.parts[1:]
    match head:
        case "and" | "or":
            if not parts:
                raise refused(formula.place, f"({head}) has nothing in it")
            found = [alternatives(part, lookup) for part in parts]
            if head == "and":
                return product(found, formula.place)
            return _checked([each for some in found for each in some], formula.place)
        case "not":
            if len(parts) != 1 or not isinstance(parts[0], Group):
                raise refused(formula.place, "(not ...) takes one formula")
            return alternatives(_opposite(parts[0]), lookup)
        case "=>":
            if len(parts) != 2:
                raise refused(formula.place, "(=> ...) takes two formulas")
            not_ = Group((Word("not", formula.place), parts[0]), formula.place)
            return alternatives(
                Group((Word("or", formula.place), not_, parts[1]), formula.place), lookup
            )
    if head not in _COMPARISONS:
        raise refused(
            formula.place,
            f"{shown(formula)} is no formula; known are and, or, not, {', '.join(_COMPARISONS)}",
        )
    if len(parts) != 2:
        raise refused(formula.place, f"({head} ...) compares two terms, got {len(parts)}")
    left, right = (linear(part, lookup) for part in parts)
    return _compared(head, left, right)


def product(factors: Sequence[Alternatives], place: str) -> Alternatives:
    """The alternatives of a conjunction: one of each factor, in every way."""
    total: Alternatives = [()]
    for some in factors:
        total = _checked(
            [(*before, *each) for before in total for each in some]
            if len(total) * len(some) <= MOST_ALTERNATIVES
            else total * (MOST_ALTERNATIVES + 1),
            place,
        )
    return total


def _checked(found: Alternatives, place: str) -> Alternatives:
    if len(found) > MOST_ALTERNATIVES:
        raise TooLarge(
            f"{place}: multiplied out, the formula has more than {MOST_ALTERNATIVES:,} "
            "alternatives; ask several queries instead"
        )
    return found


def _opposite(formula: Group) -> Group:
    """The formula that holds where another does not."""
    swapped = {
        "<=": ">",
        ">": "<=",
        ">=": "<",
        "<": ">=",
        "==": "!=",
        "=": "!=",
        "!=": "==",
        "distinct": "==",
        "and": "or",
        "or": "and",
    }
    head = formula.head
    if head == "not" and len(formula.parts) == 2 and isinstance(formula.parts[1], Group):
        return formula.parts[1]
    if head not in swapped:
        raise refused(formula.place, f"{shown(formula)} cannot be negated")
    parts = formula.parts[1:]
    if head in ("and", "or"):
        parts = tuple(Group((Word("not", part.place), part), part.place) for part in parts)
    return Group((Word(swapped[head], formula.place), *parts), formula.place)


def _compared(head: str, left: Form, right: Form) -> Alternatives:
    """left head right, as conditions on their difference."""
    above, below = _sum(left, right, -1), _sum(right, left, -1)
    match head:
        case "<=":
            return _holding(below, ">=")
        case ">=":
            return _holding(above, ">=")
        case "<":
            return _holding(below, ">")
        case ">":
            return _holding(above, ">")
        case "==" | "=":
            return _holding(above, "==")
    return _holding(above, ">") + _holding(below, ">")


def _holding(form: Form, relation: str) -> Alternatives:
    """The alternatives of one condition; what has no variables is true or false."""
    found = condition(*form, relation)
    if found.terms:
        return [(found,)]
    return [()] if found.holds([]) else []


def linear(term: Expression, lookup: Lookup) -> Form:
    """A term as a linear form of the variables.

    Raises
    ------
    UnreadableFile
        If it is malformed, or a product or quotient of variables; the message says where.
    """
    if isinstance(term, Word):
        if _NUMBER.fullmatch(term.text):
            try:
                return {}, fraction(term.text)
            except ValueError as error:
                raise refused(term.place, str(error)) from None
        return {lookup(term): Fraction(1)}, Fraction(0)
    forms = [linear(part, lookup) for part in term.parts[1:]]
    if not forms or term.head not in ("+", "-", "*", "/"):
        raise refused(term.place, f"{shown(term)} is no term; known are +, -, * and numbers")
    match term.head:
        case "+":
            total = forms[0]
            for form in forms[1:]:
                total = _sum(total, form, 1)
            return total
        case "-":
            if len(forms) == 1:
                return _scaled(forms[0], Fraction(-1))
            total = forms[0]
            for form in forms[1:]:
                total = _sum(total, form, -1)
            return total
        case "*":
            total = forms[0]
            for form in forms[1:]:
                if total[0] and form[0]:
                    raise refused(
                        term.place,
                        "a product of variables is not linear; queries are read as far as they are",
                    )
                total = _scaled(total, form[1]) if total[0] else _scaled(form, total[1])
            return total
    if len(forms) != 2 or forms[1][0] or forms[1][1] == 0:
        raise refused(term.place, "(/ ...) takes a term and a number other than 0")
    return _scaled(forms[0], 1 / forms[1][1])


def _sum(left: Form, right: Form, by: int) -> Form:
    terms = dict(left[0])
    for i, coefficient in right[0].items():
        terms[i] = terms.get(i, Fraction(0)) + by * coefficient
    return terms, left[1] + by * right[1]


def _scaled(form: Form, by: Fraction) -> Form:
    return {i: coefficient * by for i, coefficient in form[0].items()}, form[1] * by


__all__ = ["Alternatives", "Lookup", "UnreadableFile", "alternatives", "linear", "product"]
