"""The claims of a certificate, each with what proves it; rows are forms, positive inside a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import mul

from linreg.checker.forms import Form, value_at

Multipliers = tuple[int, Mapping[int, int]]
"""A positive denominator, and a non-negative numerator for each row that has one."""


class FalseClaim(Exception):
    """A claim of the certificate that does not hold, with its place in the tree."""


def is_inside(point: Sequence[int], rows: Sequence[Form]) -> bool:
    """Whether all rows are positive at a point."""
    return all(value_at(row, point) > 0 for row in rows)


def is_in_facet(point: Sequence[int], place: int, rows: Sequence[Form]) -> bool:
    """Whether one row is zero at a point and all others are positive."""
    others = (*rows[:place], *rows[place + 1 :])
    return value_at(rows[place], point) == 0 and is_inside(point, others)


def is_non_negative(form: Form, rows: Sequence[Form], multipliers: Multipliers) -> bool:
    """Whether multipliers prove a form non-negative wherever all rows are (Farkas, 1902).

    The form less the rows times their multipliers must be a constant that is not negative.

    Examples
    --------
    2x + 1 >= 0 where x >= 0; x - 1 >= 0 is not proved there:

    >>> is_non_negative((2, 1), [(1, 0)], (1, {0: 2}))
    True
    >>> is_non_negative((1, -1), [(1, 0)], (1, {0: 1}))
    False
    """
    *gradient, constant = _rest(form, rows, multipliers)
    return _are_proper(multipliers) and not any(gradient) and constant >= 0


def are_never_positive(
    forms: Sequence[Form], rows: Sequence[Form], multipliers: Multipliers
) -> bool:
    """Whether multipliers prove that some form is not positive wherever all rows are.

    Rows are numbered first and the forms after them. Together they must add up to a constant
    that is not positive, with some form among them (Motzkin, 1936).

    Examples
    --------
    x - 1 and -x are never both positive:

    >>> are_never_positive([(1, -1), (-1, 0)], [], (2, {0: 1, 1: 1}))
    True
    """
    numerators = multipliers[1]
    *gradient, constant = _rest([0] * len(forms[0]), (*rows, *forms), multipliers)
    some = any(numerators.get(len(rows) + i, 0) > 0 for i in range(len(forms)))
    return _are_proper(multipliers) and some and not any(gradient) and constant >= 0


def _are_proper(multipliers: Multipliers) -> bool:
    denominator, numerators = multipliers
    return denominator > 0 and min(numerators.values(), default=0) >= 0


def _rest(form: Sequence[int], rows: Sequence[Form], multipliers: Multipliers) -> list[int]:
    """A form less the rows times their multipliers, times the denominator."""
    denominator, numerators = multipliers
    total = [denominator * entry for entry in form]
    if not numerators:
        return total
    by = numerators.values()
    columns = zip(*[rows[i] for i in numerators], strict=True)
    return [entry - sum(map(mul, by, column)) for entry, column in zip(total, columns, strict=True)]
