"""The program `linreg`: commands, and one clear line and an exit code for every mistake."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from signal import SIG_DFL, SIGINT, signal

import typer
from typer.exceptions import TyperException

import linreg
from linreg.cli import (
    bounds,
    certificates,
    commands,
    counting,
    dataset,
    maximise,
    running,
    tables,
    zoo,
)
from linreg.cli.codes import DONE, MISTAKE, STOPPED
from linreg.cli.console import drop_output, message
from linreg.errors import LinregError

app = typer.Typer(
    name="linreg",
    help="Exactly how many linear regions a piecewise-linear network has, and how they touch.",
    epilog="Exit code: 0 done; 1 the answer is no; 2 a mistake or a bad file; 3 stopped early.",
    add_completion=False,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("info")(commands.info)
app.command("count")(counting.count)
app.command("graph")(commands.graph)
app.command("enumerate")(tables.enumerate_)
app.command("convert")(commands.convert)
app.command("certify")(certificates.certify)
app.command("check")(certificates.check)
app.command("bounds")(bounds.bounds)
app.command("zoo")(zoo.zoo)
app.command("maximise")(maximise.maximise)
app.command("dataset")(dataset.dataset)
app.command("status")(running.status)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"linreg {linreg.__version__}")
        raise typer.Exit


@app.callback()
def _common(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    """Exactly how many linear regions a piecewise-linear network has, and how they touch."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    0: done; 1: the answer is negative; 2: a mistake, or a file that cannot be read or written,
    said in one line on stderr; 3: interrupted, or a limit was reached.
    """
    code = _run(sys.argv[1:] if arguments is None else arguments)
    if code == STOPPED:
        # Whoever interrupts again, while other processes end, does not want to wait.
        signal(SIGINT, SIG_DFL)
    sys.exit(code)


def _run(arguments: Sequence[str]) -> int:
    try:
        # Not through the command's own main: it makes an exit code of its own of an interrupt.
        command = typer.main.get_command(app)
        with command.make_context("linreg", list(arguments)) as context:
            outcome = command.invoke(context)
    except typer.Exit as left:
        return left.exit_code
    except (LinregError, TyperException) as error:
        text = error.format_message() if isinstance(error, TyperException) else str(error)
        message(text)
        return MISTAKE
    except MemoryError:
        message("not enough memory for this network")
        return MISTAKE
    except BrokenPipeError:  # whoever read our output has closed it, as head does
        drop_output()
        return STOPPED
    except OSError as error:  # files raise errors of ours, so this is stdout or a new process
        drop_output()
        message(f"the system refuses to go on: {error.strerror or error}")
        return MISTAKE
    except KeyboardInterrupt:
        message("interrupted")
        return STOPPED
    return outcome if isinstance(outcome, int) else DONE
