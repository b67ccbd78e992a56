"""The command `track`: regions from checkpoint to checkpoint."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import message, progress, show, show_json
from linreg.cli.interrupts import see_through
from linreg.cli.options import Decimal, DomainText, Json
from linreg.errors import UnwritableFile
from linreg.files import check_writable, replacing
from linreg.learning import COLUMNS, CurvePoint, Tracker, network_of
from linreg.lines.points_file import read_points
from linreg.progress import Progress
from linreg.readers import domain_from_text, load
from linreg.wording import counted

SUFFIX = ".parquet"

SHOWN_ROWS = 20
"""Most rows that a person is shown; the table on file has all."""


def track(
    checkpoints: Annotated[
        list[Path],
        typer.Argument(
            metavar="CKPT...", help="Network files, or state dicts of torch (.pt, .pth), in order."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="A .parquet file for the curve."),
    ] = None,
    of: Annotated[
        Path | None,
        typer.Option("--of", metavar="NET", help="The architecture of state dicts: a network."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="FILE",
            help="A .csv or .npy file; regions that hold data are counted.",
        ),
    ] = None,
    definitions: Annotated[
        bool, typer.Option("--definitions", help="Count by every definition.")
    ] = False,
    volumes: Annotated[
        bool, typer.Option("--volumes", help="Measure the volume whose pattern is kept.")
    ] = False,
    domain: DomainText = None,
    decimal: Decimal = False,
    as_json: Json = False,
) -> int:
    """Count the regions of networks that follow one another, and match them by pattern."""
    if output is not None:
        if output.suffix.lower() != SUFFIX:
            raise UnwritableFile(f"{output}: a curve is written to {SUFFIX} files")
        check_writable(output, (*checkpoints, of, data))
    architecture = None if of is None else load(of, decimal=decimal)
    first = network_of(checkpoints[0], architecture)
    where = None if domain is None else domain_from_text(domain, first.input_dim, decimal=decimal)
    rows = None if data is None else read_points(data, first.input_dim, decimal=decimal)
    tracker = Tracker(where, of=architecture, data=rows, definitions=definitions, volumes=volumes)
    stopped = False
    try:
        with progress("tracking") as told:
            for done, checkpoint in enumerate(checkpoints, start=1):
                found = tracker(checkpoint)
                assert found is not None
                told(Progress(done / len(checkpoints), 1, counted(found.regions, "region")))
    except KeyboardInterrupt:
        see_through()
        stopped = True
        message(f"interrupted, after {counted(len(tracker.curve), 'checkpoint')}")
    if output is not None:
        _write(tracker.curve, output)
    if as_json:
        path = None if output is None else str(output)
        show_json({"curve": [asdict(each) for each in tracker.curve], "output": path})
    else:
        show(_table(tracker.curve))
        if output is not None:
            show(f"written to {output}")
    return STOPPED if stopped else DONE


def _write(curve: tuple[CurvePoint, ...], path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    floats = ("jaccard", "volume_kept")
    schema = pyarrow.schema(
        [(name, pyarrow.float64() if name in floats else pyarrow.int64()) for name in COLUMNS]
    )
    table = pyarrow.Table.from_pylist([asdict(each) for each in curve], schema=schema)
    with replacing(path) as temporary:
        parquet.write_table(table, temporary)


def _table(curve: tuple[CurvePoint, ...]) -> Table:
    """The columns in which there is something, of so many checkpoints as fit on a page."""
    named = {
        "step": "step",
        "regions": "regions",
        "linear_regions": "linear",
        "dead": "dead",
        "always_on": "always on",
        "occupied": "with data",
        "born": "born",
        "died": "died",
        "jaccard": "Jaccard",
        "volume_kept": "volume kept",
    }
    names = [name for name in named if any(getattr(each, name) is not None for each in curve)]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in names:
        table.add_column(named[name], justify="right")
    apart = max(1, -(-len(curve) // SHOWN_ROWS))
    for each in curve[::apart]:
        table.add_row(*(_cell(getattr(each, name)) for name in names))
    return table


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
