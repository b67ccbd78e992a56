"""How objects show themselves in notebooks: a small table, and a picture where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import Any

SHOWN_ENTRIES = 4
"""Entries of a point that a line shows."""

LONG = 12
"""Characters beyond which a fraction is shown as a decimal number near to it."""


def table_html(title: str, rows: Sequence[tuple[str, object]], picture: str = "") -> str:
    """A small table in HTML, with the picture, which is SVG, to the left of it.

    Parameters
    ----------
    title : str
    rows : sequence of (name, value)
    picture : str

    Returns
    -------
    str
        Without scripts, and with nothing to fetch; colours are those of the page.

    Examples
    --------
    >>> "<b>a &lt; b</b>" in table_html("a < b", [("regions", 7)])
    True
    """
    cells = "".join(
        f'<tr><td style="text-align:left;padding-right:1em">{escape(name)}</td>'
        f'<td style="text-align:left">{escape(shown(value))}</td></tr>'
        for name, value in rows
    )
    table = f"<div><b>{escape(title)}</b><table>{cells}</table></div>"
    if not picture:
        return table
    return f'<div style="display:flex;gap:1.5em;align-items:flex-start">{picture}{table}</div>'


def shown(value: object) -> str:
    """A value in a cell: integers with commas, yes and no, and other things as they are.

    Examples
    --------
    >>> shown(12345), shown(True), shown("relu")
    ('12,345', 'yes', 'relu')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def in_short(value: object) -> str:
    """A value in a line: long fractions are rounded, and of long points the first entries shown.

    Examples
    --------
    >>> in_short(Fraction(2, 3)), in_short((1, Fraction(10**20, 3))), in_short((0,) * 5)
    ('2/3', '(1, ~3.33333e+19)', '(0, 0, 0, 0, ... 1 more)')
    """
    if isinstance(value, Fraction) and len(str(value)) > LONG:
        return f"~{Decimal(value.numerator) / Decimal(value.denominator):.6g}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple | list):
        entries = [in_short(entry) for entry in value[:SHOWN_ENTRIES]]
        more = [f"... {len(value) - SHOWN_ENTRIES:,} more"] if len(value) > SHOWN_ENTRIES else []
        return f"({', '.join([*entries, *more])})"
    return shown(value)


def answer_html(answer: Any) -> str:
    """A small table of what an answer says: its fields, but for those that are None.

    Parameters
    ----------
    answer : dataclass instance

    Returns
    -------
    str
    """
    given = [(each.name, getattr(answer, each.name)) for each in fields(answer) if each.repr]
    rows: list[tuple[str, object]] = [
        (name.replace("_", " "), in_short(value))
        for name, value in given
        if value is not None and value != ""
    ]
    return table_html(type(answer).__name__, rows)
