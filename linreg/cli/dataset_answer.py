"""What `status` answers about the folder of a dataset."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from rich.table import Table
from rich.text import Text

from linreg.cli.codes import DONE, REFUTED
from linreg.cli.console import show, show_json
from linreg.datasets import DatasetStatus, dataset_status


def dataset_answer(folder: Path, as_json: bool) -> int:
    """Show how far a dataset is, and return the exit code."""
    found = dataset_status(folder)
    if as_json:
        complete = found.digest is not None
        show_json({"keeps": "dataset", "complete": complete} | asdict(found))
    else:
        show(_table(found))
    return REFUTED if found.damage else DONE


def _table(found: DatasetStatus) -> Table:
    table = Table(
        box=None,
        show_header=False,
        title="\ndataset",
        title_justify="left",
        title_style="bold",
        pad_edge=False,
    )
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("name", Text(found.name if found.name.isprintable() else repr(found.name)))
    table.add_row("networks", f"{found.computed:,} of {found.networks:,} computed")
    if found.incomplete:
        table.add_row("at least", f"{found.incomplete:,} counted up to the limit")
    table.add_row("tables", "not put together yet" if found.digest is None else "written")
    if found.digest is not None:
        table.add_row("digest", found.digest)
    table.add_row("time", f"{found.seconds:.2f} s, one network after another")
    table.add_row("now", "a process works on it" if found.in_use else "nobody works on it")
    table.add_row("made by", Text(", ".join(f"{k} {v}" for k, v in found.made_by.items())))
    for damage in found.damage:
        table.add_row("damage", Text(damage))
    return table
