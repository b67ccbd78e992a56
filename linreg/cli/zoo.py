"""The command `zoo`: networks by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from linreg.cli.console import show, show_json
from linreg.cli.options import Json
from linreg.cli.whole_numbers import json_number, whole_numbers
from linreg.readers import domain_to_json, save
from linreg.report import network_table, whole_text
from linreg.zoo import CATALOGUE, make


def zoo(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A family; without it, all are listed.")
    ] = None,
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="N...", help="Its parameters, whole numbers.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="A .json or .npz file to write."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a network whose regions are known from a theorem, or list the families there are."""
    if name is None:
        _list(as_json)
        return
    made = make(name, *whole_numbers(numbers or [], f"zoo {name}"))
    network = replace(made.network, source=made.source)
    if output is not None:
        save(network, output, made.domain if output.suffix == ".json" else None)
    if as_json:
        show_json(
            {
                "name": network.name,
                "activation_regions": None if made.regions is None else json_number(made.regions),
                "at_least": json_number(made.at_least),
                "source": made.source,
                "units": len(network.staged.units),
                "input_dim": network.input_dim,
                "domain": domain_to_json(made.domain),
                "fingerprint": network.fingerprint,
                "output": None if output is None else str(output),
            }
        )
        return
    show(network_table(network, made.domain))
    exactly = made.regions is not None
    show(f"regions      {'' if exactly else 'at least '}{whole_text(made.at_least)}")
    if output is not None:
        show(f"written to {output}")


def _list(as_json: bool) -> None:
    if as_json:
        families = [{"usage": entry.usage, "about": entry.about} for entry in CATALOGUE.values()]
        show_json({"zoo": families})
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for entry in CATALOGUE.values():
        table.add_row(entry.usage, entry.about)
    show(table)
