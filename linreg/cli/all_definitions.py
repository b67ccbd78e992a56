"""What `count --all-definitions` adds to the answer."""

from __future__ import annotations

from rich.table import Table

from linreg.report import whole_text
from linreg.theory import Definitions

OWN = ("patterns_any_dimension", "closed_connected", "convex_pieces")
"""The definitions that need work of their own."""


def six_json(found: Definitions | None) -> dict[str, object]:
    """The counts by definitions that need work of their own; null where not known, and why."""
    if found is None:
        return {**dict.fromkeys(OWN), "undecided": dict.fromkeys(OWN, "the run was stopped")}
    return {name: getattr(found, name) for name in OWN} | {"undecided": dict(found.undecided)}


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
    table.add_column()
    for title, name in (
        ("R1  patterns of any dimension", "patterns_any_dimension"),
        ("R2  activation regions", "activation_regions"),
        ("R3  convex pieces", "convex_pieces"),
        ("R4  open connected", "linear_regions"),
        ("R5  closed connected", "closed_connected"),
        ("R6  affine maps", "affine_maps"),
    ):
        number = getattr(found, name)
        text = "not decided" if number is None else whole_text(number)
        table.add_row(title, text, found.undecided.get(name, ""))
    return table
