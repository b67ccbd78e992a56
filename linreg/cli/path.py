"""The command `path`: regions while the weights move from one network to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from linreg.cli.console import progress, show, show_json
from linreg.cli.options import Decimal, DomainText, Json, network_and_domain, whole
from linreg.learning import AlgebraicTime, Bracket, Event, ParameterPath, parameter_path
from linreg.learning.path import BISECTION_STEPS, Method
from linreg.network import StagedNetwork
from linreg.readers import load
from linreg.wording import counted


def path(
    net_0: Annotated[Path, typer.Argument(metavar="NET0", help="The network at time 0.")],
    net_1: Annotated[
        Path, typer.Argument(metavar="NET1", help="The network at time 1, with the same units.")
    ],
    steps: Annotated[
        int | None,
        typer.Option(
            "--steps",
            metavar="K",
            parser=whole,
            help="Count at K + 1 times, and bisect every change between them.",
        ),
    ] = None,
    exact: Annotated[
        bool,
        typer.Option("--exact", help="All critical times, however long it takes."),
    ] = False,
    domain: DomainText = None,
    decimal: Decimal = False,
    as_json: Json = False,
) -> None:
    """Find when regions are born and die while all weights move in straight lines."""
    if exact and steps is not None:
        raise typer.BadParameter("--exact finds all times, and --steps only some: give one of them")
    first, where = network_and_domain(net_0, domain, decimal=decimal)
    complete: Method = "minors" if len(first.staged.stages) == 1 else "kinetic"
    last = load(net_1, decimal=decimal)
    with progress("path") as told:
        found = parameter_path(
            first,
            last,
            where,
            complete if exact else "auto" if steps is None else "bisection",
            steps=BISECTION_STEPS if steps is None else steps,
            progress=told,
        )
    if as_json:
        show_json(
            {
                "times": [_event_json(event, first.staged) for event in found.events],
                "complete": found.complete,
                "method": found.method,
                "counts": [[str(time), regions] for time, regions in found.counts],
            }
        )
        return
    show(_table(found, first.staged))
    exactly = "" if found.complete else "at least "
    how = "all of them" if found.complete else "bisected; there may be more"
    show(f"{exactly}{counted(len(found.events), 'event')}: {how}")


def _event_json(event: Event, network: StagedNetwork) -> dict[str, object]:
    time = event.time
    if isinstance(time, AlgebraicTime | Bracket):
        polynomial = list(time.polynomial) if isinstance(time, AlgebraicTime) else None
        spelled: object = {"polynomial": polynomial, "interval": [str(time.low), str(time.high)]}
    else:
        spelled = str(time)
    return {
        "time": spelled,
        "time_float": float(time),
        "before": event.before,
        "at": event.at,
        "after": event.after,
        "born": [_text(pattern, network) for pattern in event.born],
        "died": [_text(pattern, network) for pattern in event.died],
    }


def _table(found: ParameterPath, network: StagedNetwork) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("time", "before", "at", "after", "born", "died"):
        table.add_column(name, justify="right")
    for event in found.events:
        time = f"{event.time}" if not isinstance(event.time, AlgebraicTime | Bracket) else ""
        table.add_row(
            time or f"{float(event.time):.9f}",
            *("" if n is None else f"{n:,}" for n in (event.before, event.at, event.after)),
            f"{len(event.born):,}",
            f"{len(event.died):,}",
        )
    return table


def _text(pattern: tuple[int, ...], network: StagedNetwork) -> str:
    comma = "," if any(unit.n_pieces > 10 for unit in network.units) else ""
    return comma.join(map(str, pattern))
