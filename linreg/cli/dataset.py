"""The command `dataset`: ground truth in bulk."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import Show, message, progress, show, show_json
from linreg.cli.interrupts import see_through
from linreg.cli.options import ClusterAddress, Json, Workers
from linreg.cli.run_options import workers_of
from linreg.datasets import EXAMPLE, Dataset, DatasetProgress, generate, read_spec
from linreg.errors import InvalidSpec
from linreg.progress import Progress
from linreg.wording import counted

MINUTE, HOUR = 60, 3600


def dataset(
    spec: Annotated[
        Path | None, typer.Argument(metavar="SPEC", help="The specification: a TOML file.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FOLDER", help="A new folder, or one to go on with."
        ),
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Print a specification, with comments, and exit.")
    ] = False,
    workers: Workers = 1,
    cluster: ClusterAddress = None,
    as_json: Json = False,
) -> int:
    """Make networks from a specification, and tables of all that is true of them.

    A run that was stopped goes on with the same command. The same specification gives the same
    bytes, however many processes there are. docs/datasets.md says what is in the tables.
    """
    if example:
        show_json({"example": EXAMPLE}) if as_json else show(EXAMPLE.rstrip("\n"))
        return DONE
    if spec is None or output is None:
        raise InvalidSpec(
            "give a specification and a folder: linreg dataset SPEC.toml -o FOLDER; linreg dataset "
            "--example prints a specification"
        )
    asked = read_spec(spec)
    watch = _Watch()
    try:
        with workers_of(cluster, workers) as (n_workers, executor), progress("networks") as bar:
            watch.bar = bar
            made = generate(
                asked, output, workers=n_workers, executor=executor, progress=watch.report
            )
    except (KeyboardInterrupt, BrokenExecutor) as error:
        see_through()
        watch.tell_stop(error)
        if as_json:
            show_json({"output": str(output), "complete": False, "computed": watch.done})
        return STOPPED
    if as_json:
        show_json(_json(made))
    else:
        show(_table(made))
    return DONE


@dataclass(slots=True)
class _Watch:
    """How far a run is, for its bar and for the message if it is stopped."""

    bar: Show | None = None
    done: int = 0
    total: int = 0

    def report(self, so_far: DatasetProgress) -> None:
        self.done, self.total = int(so_far.done), int(so_far.total)
        if self.bar is not None:
            words = f"{self.done:,} of {self.total:,}, {_rest(so_far)}"
            self.bar(Progress(so_far.share, 1, words))

    def tell_stop(self, error: BaseException) -> None:
        what = "interrupted"
        if isinstance(error, BrokenExecutor):
            what = "the processes of this run were lost, perhaps for want of memory"
        kept = (
            f"with {self.done:,} of {counted(self.total, 'network')}"
            if self.total
            else "at the start"
        )
        message(f"{what}, {kept}; the same command goes on from here")


def _rest(so_far: DatasetProgress) -> str:
    """How long the rest takes, and whether that is known."""
    if so_far.done == so_far.total:
        return "writing"
    left = _duration(so_far.seconds_left)
    return f"perhaps {left} left" if so_far.untimed else f"about {left} left"


def _duration(seconds: float) -> str:
    """A time, to two digits or so.

    Examples
    --------
    >>> _duration(7.2), _duration(150), _duration(9000)
    ('8 s', '3 min', '2.5 h')
    """
    if seconds < MINUTE:
        return f"{int(seconds) + 1} s"
    if seconds < HOUR:
        return f"{round(seconds / MINUTE + 0.5)} min"
    return f"{seconds / HOUR:.1f} h"


def _json(made: Dataset) -> dict[str, object]:
    return {
        "output": str(made.path),
        "complete": True,
        "networks": made.networks,
        "at_least": made.incomplete,
        "computed": made.computed,
        "digest": made.digest,
    }


def _table(made: Dataset) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    exactly = f"{made.networks - made.incomplete:,} counted exactly"
    if made.incomplete:
        exactly += f", {made.incomplete:,} up to the limit and marked as at least"
    table.add_row("networks", f"{made.networks:,}  ({exactly})")
    if made.computed < made.networks:
        table.add_row("kept", f"{made.networks - made.computed:,} from an earlier run")
    tables = {Path(name).parts[1] for name in made.files if name.startswith("data/")}
    table.add_row("tables", ", ".join(sorted(tables)))
    table.add_row("digest", made.digest)
    table.add_row("written to", f"{made.path}; README.md there describes every column")
    return table
