"""Words in messages that depend on a number."""

from __future__ import annotations


def counted(number: int, one: str, many: str | None = None) -> str:
    """How many there are of something, in words.

    Examples
    --------
    >>> counted(1, "region"), counted(1234, "region"), counted(0, "vertex", "vertices")
    ('1 region', '1,234 regions', '0 vertices')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def expected(number: int, one: str, many: str | None = None) -> str:
    """How many there should have been.

    Examples
    --------
    >>> expected(1, "number"), expected(2, "entry", "entries")
    ('1 number was expected', '2 entries were expected')
    """
    return (
        f"{number} {one} was expected"
        if number == 1
        else f"{number} {many or one + 's'} were expected"
    )
