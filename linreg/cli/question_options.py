"""Options of the commands that ask questions of the function that a network is."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from linreg.cli.console import message, show
from linreg.cli.interrupts import see_through
from linreg.cli.options import whole
from linreg.errors import IncompleteError
from linreg.rational import fraction
from linreg.wording import counted

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

RUN_HELP = (
    "Keep what is found in a directory: the same command goes on where it was stopped, by whatever "
    "means."
)

Certify = Annotated[
    Path | None,
    typer.Option(
        "--certify", metavar="FILE", help="Write the answer with its proof, for linreg check."
    ),
]


def show_written(certificate: Path | None) -> None:
    """Say that a certificate was written, and its size."""
    if certificate is not None:
        show(f"written to {certificate}: {counted(certificate.stat().st_size, 'byte')}")


Answer = TypeVar("Answer")


def or_so_far(ask: Callable[[], Answer]) -> tuple[Answer, bool]:
    """The answer, or what is known where an interrupt or its proof ended, and whether one did."""
    try:
        return ask(), False
    except IncompleteError as error:
        if error.answer is None:
            raise
        message(str(error))
        known: Answer = error.answer  # type: ignore[assignment]
        return known, True
    except KeyboardInterrupt as interrupt:
        if not hasattr(interrupt, "answer"):
            raise
        see_through()
        message("interrupted, with what is proved so far")
        answer: Answer = interrupt.answer
        return answer, True


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
