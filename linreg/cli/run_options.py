"""Options of a run: where the work is done, and where its results are kept."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

import typer

from linreg.cli.options import network_and_domain
from linreg.domains import Domain
from linreg.network import Network
from linreg.run.clusters import cluster
from linreg.store.metadata import RUN, Description


@contextmanager
def workers_of(address: str | None, workers: int) -> Iterator[tuple[int, Executor | None]]:
    """Context of the workers that two options ask for: how many, and where if not here."""
    if address is None:
        yield workers, None
        return
    with cluster(address, workers if workers > 1 else None) as found:
        yield found.workers, found.executor


def asked_or_held(
    net: Path | None,
    run: Path | None,
    domain: str | None,
    slice_: Path | None,
    decimal: bool,
) -> tuple[Network, Domain]:
    """The network and the domain that are given, or those of a run directory."""
    if net is not None:
        return network_and_domain(net, domain, slice_, decimal)
    if run is None or not (run / RUN).exists():
        raise typer.BadParameter(
            "Missing argument 'NET', which is left out only if --run names a folder with a run"
        )
    if domain is not None or slice_ is not None or decimal:
        raise typer.BadParameter(
            f"{run} says what its run is about; give a network with --domain, --slice or --decimal"
        )
    return Description.read(run).question(run)


def going_on(folder: Path) -> str:
    """End of the message about a stopped run: how to go on with it."""
    return f"; what is in {folder} is kept, and the same command goes on with it"


def not_going_on(file: Path) -> str:
    """End of the message about a stopped run that was to write a file at its end."""
    return (
        f"; {file} was not written; with -o {file.with_suffix('')} regions are kept in a "
        "directory, and the same command goes on with them"
    )
