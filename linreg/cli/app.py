"""The program `linreg`: commands, and one clear line and an exit code for every mistake."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from inspect import signature
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

import linreg
from linreg.cli.codes import DONE, MISTAKE, STOPPED
from linreg.cli.completion import completed
from linreg.cli.console import columns, drop_output, message, show
from linreg.cli.examples import EXAMPLES
from linreg.cli.interrupts import listen, loading, see_through
from linreg.cli.terminating import tidy_before_ending
from linreg.errors import LinregError

COMMANDS = {
    "info": ("commands.info", "The layers, stages and units of a network file."),
    "count": ("counting.count", "Count activation regions, exactly."),
    "graph": ("commands.graph", "Find which regions share a facet, and write the graph."),
    "faces": ("cells.faces", "Count cells of every dimension, exactly."),
    "topology": ("cells.topology", "Components, loops and voids of level sets, exactly."),
    "boundary": ("cells.boundary", "Find a decision boundary or a level set, and write it."),
    "enumerate": ("enumerating.enumerate_", "Write a table with one row for each region."),
    "plot": ("plot.plot", "Draw the regions of a network of one to three inputs."),
    "compare": ("compare.compare", "Count several networks, side by side or as CSV."),
    "convert": ("commands.convert", "Write a network in another format."),
    "certify": ("certificates.certify", "Count regions, and write the proof of the count."),
    "check": ("certificates.check", "Check a certificate."),
    "bounds": ("bounds.bounds", "What theory says: bounds and maxima, with their sources."),
    "zoo": ("zoo.zoo", "Networks whose regions are known from a theorem."),
    "along": ("along.along", "Find the regions that a polyline passes through."),
    "path": ("path.path", "Find when regions change while the weights move."),
    "track": ("track.track", "Follow the regions of checkpoints of training."),
    "maximise": ("maximise.maximise", "Look for weights with many regions."),
    "range": ("extremes.range_", "The least and greatest value of each output, exactly."),
    "verify": ("verifying.verify_", "Say whether a property holds, with a proof either way."),
    "lipschitz": ("lipschitz.lipschitz_", "The Lipschitz constant, on a domain or near a point."),
    "robust": ("robust.robust", "How far points are from inputs of another class."),
    "diff": ("lipschitz.diff", "The largest difference of two networks, or that they are equal."),
    "dataset": ("dataset.dataset", "Make networks, and tables of all that is true of them."),
    "status": ("status.status", "Say how far a run directory or a dataset is."),
    "warm-up": ("warm_up.warm_up", "Compile all machine code now, so that nothing waits for it."),
}
"""The function of each command, and what it does, in a line that fits where all are listed."""

NARROWEST, WIDEST = 50, 78
"""Columns of a page of help, at least and at most."""


class _Helping:
    """A command whose help is an answer."""

    def get_help_option(self, *context: Any) -> Any:
        option = super().get_help_option(*context)  # type: ignore[misc]
        if option is not None:
            option.callback = _help
        return option


class _Command(_Helping, TyperCommand):
    """One of the commands."""


class _Commands(Mapping[str, TyperCommand]):
    """All of them; each is loaded when it is asked for, with what it needs."""

    def __getitem__(self, name: str) -> TyperCommand:
        return _loaded(name)

    def __contains__(self, name: object) -> bool:
        return name in COMMANDS

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Group(_Helping, TyperGroup):
    """The program, which lists its commands without loading them."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = cast(MutableMapping[str, Any], _Commands())

    def list_commands(self, _context: Any) -> list[str]:
        return [*COMMANDS]

    def format_commands(self, _context: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, purpose) for name, (_, purpose) in COMMANDS.items()])


def _help(context: typer.Context, _option: Any, asked: bool) -> None:
    if asked:
        show(context.get_help())
        raise typer.Exit


app = typer.Typer(
    cls=_Group,
    name="linreg",
    help="Exactly how many linear regions a piecewise-linear network has, and how they touch.",
    epilog="Exit code: 0 done; 1 the answer is no; 2 a mistake or a bad file; 3 stopped early.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@cache
def _loaded(name: str) -> TyperCommand:
    if name not in COMMANDS:
        raise KeyError(name)
    place, purpose = COMMANDS[name]
    module, _, function = place.partition(".")
    with loading():
        called = getattr(import_module(f"linreg.cli.{module}"), function)
        if set(signature(called).parameters) & {"net", "nets", "source", "first"}:
            from linreg.cli.reading_options import with_reading

            called = with_reading(called)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    epilog = f"Example: {EXAMPLES[name]}" if name in EXAMPLES else None
    alone.command(name, cls=_Command, short_help=purpose, epilog=epilog)(called)
    command = typer.main.get_command(alone)
    assert isinstance(command, TyperCommand)
    if not gc.isenabled():  # as the program begins
        gc.freeze()  # what is loaded is there for good
        gc.enable()
    return command


def _version(asked: bool) -> None:
    if asked:
        show(f"linreg {linreg.__version__}")
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
        show(context.get_help())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    0: done; 1: the answer is negative; 2: a mistake, or a file that cannot be read or written,
    said in one line on stderr; 3: interrupted, or a limit was reached.
    """
    tidy_before_ending()
    listen()
    code = STOPPED
    with suppress(KeyboardInterrupt):
        code = _run(sys.argv[1:] if arguments is None else arguments)
        see_through()
    sys.exit(code)


@cache
def _program() -> typer.core.TyperGroup:
    """The program; commands are made when they are asked for."""
    program = typer.main.get_command(app)  # with the options for completion
    assert isinstance(program, typer.core.TyperGroup)
    return program


def _run(arguments: Sequence[str]) -> int:
    try:
        # Not through the command's own main: it makes an exit code of its own of an interrupt.
        command = _program()
        if completed(command, arguments):
            return DONE
        width = columns()
        if width is not None:
            width = min(max(width - 2, NARROWEST), WIDEST)
        with command.make_context("linreg", [*arguments], terminal_width=width) as context:
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
        see_through()
        message("interrupted")
        return STOPPED
    return outcome if isinstance(outcome, int) else DONE
