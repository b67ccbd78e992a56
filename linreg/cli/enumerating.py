"""The command `enumerate`: the regions themselves, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import message, show, show_json
from linreg.cli.json_answers import count_json, nothing_yet
from linreg.cli.options import (
    ClusterAddress,
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
from linreg.cli.run_options import going_on, not_going_on, workers_of
from linreg.cli.watch import Watch
from linreg.domains import Domain
from linreg.network import Network
from linreg.regions import enumerated
from linreg.regions.tables import (
    COLUMNS,
    DEFAULT_COLUMNS,
    check_columns,
    check_table_path,
    write_regions,
)
from linreg.report import count_table
from linreg.run import Options
from linreg.store.metadata import REGIONS
from linreg.store.runs import run_into
from linreg.theory import ceilings
from linreg.wording import counted


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
        typer.Option(
            "-o",
            "--output",
            metavar="FILE|DIR",
            help="A .parquet, .csv or .npz file; or a directory, which is a name without a suffix: "
            "regions are kept there and not in memory, and the same command goes on with a run "
            "that was stopped.",
        ),
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
    cluster: ClusterAddress = None,
    limit: Limit = None,
    as_json: Json = False,
) -> int:
    """Find all activation regions, and write a table with one row for each.

    Of a run that stops at a limit, the regions that it found are written.
    """
    options = Options(strategy, workers, limit=limit)
    chosen = columns.split(",")
    is_run = output.is_dir() or not output.suffix
    if not is_run:
        check_table_path(output, (net, domain, slice_))
    elif chosen != [*DEFAULT_COLUMNS]:
        raise typer.BadParameter(
            f"a directory always holds {', '.join(DEFAULT_COLUMNS)}: other columns go into a file"
        )
    network, where = network_and_domain(net, domain, slice_, decimal)
    asked = _Asked(network, where, output, tuple(chosen), options, cluster)
    watch, written = (_into_directory if is_run else _into_file)(asked)
    found = watch.found
    if as_json:
        show_json(
            count_json(network, where, found)
            | {"output": written, "columns": None if written is None else chosen}
        )
    else:
        if not watch.was_stopped and not found.complete:
            message(f"stopped at the limit, with at least {counted(found.regions, 'region')}")
        if written is not None:
            show(count_table(found, where, ceilings(network)))
            show(f"written to {written}")
    return DONE if found.complete and written is not None else STOPPED


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be enumerated, by whom, and where to."""

    network: Network
    domain: Domain
    output: Path
    columns: tuple[str, ...]
    options: Options
    cluster: str | None

    @contextmanager
    def shared_out(self, watch: Watch) -> Iterator[Options]:
        """Context of the workers that are asked for: the options with them, told to a watch."""
        with workers_of(self.cluster, self.options.workers) as (n_workers, executor):
            yield replace(self.options, workers=n_workers, executor=executor, progress=watch.report)


def _into_file(asked: _Asked) -> tuple[Watch, str | None]:
    """Enumerate in memory and write a table: what was found, and the file if it was written."""
    unkept = not_going_on(asked.output)
    with (
        Watch("counting", nothing_yet(asked.network, asked.options.strategy), unkept) as watch,
        asked.shared_out(watch) as options,
    ):
        regions = enumerated(asked.network, asked.domain, options)
        watch.found = regions.counted
    written = None
    if not watch.was_stopped:
        with Watch("writing", watch.found, unkept) as rest:
            write_regions(regions, asked.output, asked.columns, progress=rest.tell)
            written = str(asked.output)
    return watch, written


def _into_directory(asked: _Asked) -> tuple[Watch, str | None]:
    """Enumerate into a run directory: what was found, and the directory if that was done."""
    kept = going_on(asked.output)
    written = None
    with (
        Watch("counting", nothing_yet(asked.network, asked.options.strategy), kept) as watch,
        asked.shared_out(watch) as options,
    ):
        watch.found = run_into(
            asked.network,
            asked.output,
            asked.domain,
            options,
            keeps=REGIONS,
            sorting=watch.tell,
        )
        written = str(asked.output)
    return watch, written
