"""What `count --all-definitions` adds to the answer."""

from __future__ import annotations

from rich.table import Table

from linreg.report import whole_text
from linreg.theory import Definitions


def six_json(found: Definitions | None) -> dict[str, object]:
    """The counts by definitions that need work of their own; null where not known."""
    return {
        "patterns_any_dimension": found.patterns_any_dimension if found else None,
        "closed_connected": found.closed_connected if found else None,
        "convex_pieces": found.convex_pieces if found else None,
    }


def six_table(found: Definitions) -> Table:
    """The six definitions, from the finest to the coarsest."""
    table = Table(
        box=None,
        show_header=False,
        title="\ndefinitions",
        title_justify="left",
        title_style="bold",
        pad_edge=False,
    )
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(justify="right")
    for name, number in (
        ("R1  patterns of any dimension", found.patterns_any_dimension),
        ("R2  activation regions", found.activation_regions),
        ("R3  convex pieces", found.convex_pieces),
        ("R4  open connected", found.linear_regions),
        ("R5  closed connected", found.closed_connected),
        ("R6  affine maps", found.affine_maps),
    ):
        table.add_row(name, "not decided" if number is None else whole_text(number))
    return table
