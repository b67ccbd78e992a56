"""The program `linreg`: commands, and one clear line and an exit code for every mistake."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

import linreg
from linreg.cli import commands
from linreg.cli.console import message
from linreg.errors import LinregError

DONE, MISTAKE, STOPPED = 0, 2, 3

app = typer.Typer(
    name="linreg",
    help="Exactly how many linear regions a piecewise-linear network has, and how they touch.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("info")(commands.info)
app.command("count")(commands.count)
app.command("graph")(commands.graph)
app.command("convert")(commands.convert)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"linreg {linreg.__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    """Exactly how many linear regions a piecewise-linear network has, and how they touch."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    0: done; 1: the answer is negative; 2: a mistake, or a file that cannot be read or written,
    said in one line on stderr; 3: interrupted, or a limit was reached.
    """
    sys.exit(_run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: Sequence[str]) -> int:
    try:
        outcome = app(list(arguments), standalone_mode=False)
    except LinregError as error:
        message(" ".join(str(error).split()))
        return MISTAKE
    except TyperException as error:
        message(" ".join(error.format_message().split()))
        return MISTAKE
    except (typer.Abort, KeyboardInterrupt):
        message("interrupted")
        return STOPPED
    return outcome if isinstance(outcome, int) else DONE
