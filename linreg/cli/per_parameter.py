"""What `bounds --per-parameter` shows: regions for each parameter, deep against shallow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table

from linreg.cli.whole_numbers import json_number
from linreg.report import whole_text
from linreg.theory import (
    Efficiency,
    Growth,
    connected_growth,
    convolutional_against_connected,
    convolutional_growth,
    growth_columns,
    widths_against_one_layer,
)
from linreg.theory import columns as efficiency_columns

Rows = tuple[Sequence[Efficiency], Sequence[Growth]]


def of_widths(inputs: int, widths: Sequence[int]) -> Rows:
    """A fully connected network against one layer."""
    return widths_against_one_layer(inputs, widths), connected_growth(inputs, len(widths))


def of_convolutions(shape: Sequence[int], layers: Sequence[Mapping[str, Any]]) -> Rows:
    """A convolutional network against one layer, convolutional or not."""
    return convolutional_against_connected(shape, layers), convolutional_growth(shape, layers)


def per_parameter_json(rows: Rows) -> dict[str, object]:
    """Both tables as columns; integers that float64 cannot hold as strings."""
    sizes = efficiency_columns(rows[0])
    sizes["regions"] = [json_number(number) for number in sizes["regions"]]
    return {"sizes": sizes, "growth": growth_columns(rows[1])}


def per_parameter_tables(rows: Rows) -> Group:
    """Numbers for these sizes, then how they grow."""
    sizes = [
        (
            row.architecture,
            whole_text(row.parameters),
            whole_text(row.regions),
            _rounded(row),
            f"{row.known}: {row.source}",
        )
        for row in rows[0]
    ]
    growth = [
        (
            row.architecture,
            str(row.exponent),
            f"{row.log10_coefficient:.4g}",
            f"{row.known}: {row.source}",
        )
        for row in rows[1]
    ]
    return Group(
        _table("regions of this size", ("parameters", "regions", "quotient"), sizes),
        _table("\nregions per parameter, c P^e for P parameters", ("e", "log10 c"), growth),
    )


def _rounded(row: Efficiency) -> str:
    share = row.regions_per_parameter
    return f"{float(share):.3g}" if share < 10**6 else whole_text(round(share))


def _table(title: str, numbers: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, title=title, title_justify="left", title_style="bold")
    table.add_column("")
    for place, heading in enumerate(numbers, start=1):
        widest = max(len(heading), *(len(row[place]) for row in rows))
        table.add_column(heading, justify="right", no_wrap=True, min_width=widest)
    table.add_column("known")
    for row in rows:
        table.add_row(*row)
    return table
