"""The command `enumerate`: the regions themselves, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from linreg.cli.answers import count_json, nothing_yet
from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import message, show, show_json
from linreg.cli.options import (
    Decimal,
    DomainText,
    Json,
    Limit,
    NetworkFile,
    SliceFile,
    Strategy,
    Workers,
    network_and_domain,
)
from linreg.cli.watch import Watch
from linreg.regions import enumerate_regions
from linreg.regions.tables import (
    COLUMNS,
    DEFAULT_COLUMNS,
    check_columns,
    check_table_path,
    write_regions,
)
from linreg.report import count_table
from linreg.run import check_options
from linreg.theory import ceilings


def names(text: str) -> str:
    """A list of columns, which are looked at here for the sake of the message."""
    try:
        return ",".join(check_columns([name.strip() for name in text.split(",")]))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def enumerate_(
    net: NetworkFile,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FILE", help="A .parquet, .csv or .npz file."),
    ],
    columns: Annotated[
        str,
        typer.Option(
            "--columns",
            metavar="NAMES",
            parser=names,
            help=f"What to write of each region, out of {','.join(COLUMNS)}.",
        ),
    ] = ",".join(DEFAULT_COLUMNS),
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    strategy: Strategy = "auto",
    workers: Workers = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> int:
    """Find all activation regions, and write a table with one row for each.

    Of a run that stops at a limit, the regions that it found are written.
    """
    check_options(strategy, workers, limit)
    check_table_path(output)
    chosen = columns.split(",")
    network, where = network_and_domain(net, domain, slice_, decimal)
    written = None
    with Watch("counting", nothing_yet(network, strategy)) as watch:
        regions = enumerate_regions(
            network, where, strategy=strategy, workers=workers, limit=limit, progress=watch.report
        )
        watch.found = regions.counted
    found = watch.found
    if not watch.was_stopped:
        with Watch("writing", found) as rest:
            n = len(regions)
            write_regions(
                regions,
                output,
                chosen,
                progress=lambda share: rest.share(round(share * n), n, "regions written"),
            )
            written = str(output)
    if as_json:
        show_json(
            count_json(network, where, found)
            | {"output": written, "columns": None if written is None else chosen}
        )
    else:
        if not watch.was_stopped and not found.complete:
            message(f"stopped at the limit, with at least {found.regions:,} regions")
        if written is not None:
            show(count_table(found, where, ceilings(network)))
            show(f"written to {written}")
    return DONE if found.complete and written is not None else STOPPED
