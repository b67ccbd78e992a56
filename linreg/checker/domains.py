"""Domains of certificates in a few words, as `--domain` takes them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from linreg.rational import fraction

MOST_SPELLED = 8
"""Most coordinates of a box that are spelled out."""


def spelled_domain(rows: object) -> str:
    """The domain with these rows, each a normal and an offset in text, or what little is certain.

    Examples
    --------
    >>> spelled_domain([["1", "0"], ["-1", "1/2"]])
    'box:0:1/2'
    >>> spelled_domain([]), spelled_domain("nonsense")
    ('all', 'something that is no domain')
    """
    if rows == []:
        return "all"
    try:
        exact = [[fraction(entry) for entry in row] for row in rows]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return "something that is no domain"
    box = _box(exact)
    if box is not None and len(box) <= MOST_SPELLED:
        if len(set(box)) == 1 and len(box) > 1:
            return f"box:{box[0][0]},{box[0][1]}"
        return f"box:{','.join(str(lo) for lo, _ in box)}:{','.join(str(hi) for _, hi in box)}"
    kind = "a polytope" if box is None else "a box"
    return f"{kind} of {len(exact)} rows"


def _box(rows: Sequence[Sequence[Fraction]]) -> list[tuple[Fraction, Fraction]] | None:
    """The bounds of each coordinate, if the rows are x_i - lower_i and upper_i - x_i in turn."""
    if len(rows) % 2 or any(len(row) != len(rows) // 2 + 1 for row in rows):
        return None
    sides = []
    for i in range(len(rows) // 2):
        low, high = rows[2 * i], rows[2 * i + 1]
        unit = [Fraction(int(i == j)) for j in range(len(low) - 1)]
        if list(low[:-1]) != unit or list(high[:-1]) != [-entry for entry in unit]:
            return None
        sides.append((-low[-1], high[-1]))
    return sides
