"""Options of the commands that ask questions of the function that a network is."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

import typer

from linreg.cli.options import whole
from linreg.rational import fraction

Output = Annotated[
    int | None, typer.Option("--output", metavar="I", help="This output alone, counted from 0.")
]
Functional = Annotated[
    str | None,
    typer.Option(
        "--functional",
        metavar="C0,C1,..",
        help="A weighted sum of the outputs instead of each output: 1,-1 is a difference.",
    ),
]
NodeLimit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        metavar="N",
        parser=whole,
        help="Stop at this many regions, or parts of the input set.",
    ),
]
Timeout = Annotated[
    str | None,
    typer.Option("--timeout", metavar="S", help="Stop after so many seconds, with what is proved."),
]


def seconds_of(text: str | None) -> float | None:
    """The seconds of an option."""
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e9:
        raise typer.BadParameter(f"--timeout: a number of seconds was expected, got {text!r}")
    return seconds


def numbers_of(text: str, option: str, decimal: bool) -> list[Fraction]:
    """The numbers of an option, separated by commas; decimals are float64 unless read as written.

    Examples
    --------
    >>> numbers_of("1,-1/2", "--point", False)
    [Fraction(1, 1), Fraction(-1, 2)]
    """
    numbers = []
    for part in text.split(","):
        try:
            exact = fraction(part)
        except ValueError as error:
            raise typer.BadParameter(f"{option}: {error}") from None
        plain = decimal or "/" in part or part.strip().lstrip("+-").isdigit()
        numbers.append(exact if plain else Fraction(float(part)))
    return numbers
