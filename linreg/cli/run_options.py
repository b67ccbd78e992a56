"""Options of a run: where the work is done, and where its results are kept."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

import typer

from linreg.cli.codes import DONE, REFUTED
from linreg.cli.console import show, show_json
from linreg.cli.dataset_answer import dataset_answer
from linreg.cli.options import Json, network_and_domain
from linreg.datasets import is_dataset
from linreg.domains import Domain
from linreg.network import Network
from linreg.readers import domain_from_json
from linreg.report import status_table
from linreg.run.clusters import cluster
from linreg.store import run_status
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


def status(
    folder: Path = typer.Argument(
        metavar="DIR", help="The directory of a run, or the folder of a dataset."
    ),
    quick: bool = typer.Option(
        False, "--quick", help="Compare sizes alone, and do not read the files with regions."
    ),
    as_json: Json = False,
) -> int:
    """Say how far a run directory or a dataset is, and whether its files are what they were."""
    if is_dataset(folder):
        return dataset_answer(folder, as_json)
    found = run_status(folder, quick=quick)
    description, count = found.description, found.count
    if as_json:
        show_json(
            {
                "keeps": description.keeps,
                "activation_regions": count.regions,
                "complete": count.complete,
                "share": found.share,
                "regions_per_stage": list(count.regions_per_stage),
                "units": description.units,
                "input_dim": description.input_dim,
                "domain": description.domain,
                "strategy": description.strategy,
                "lps": count.lps,
                "exact_decisions": count.exact_decisions,
                "seconds": count.seconds,
                "commits": found.commits,
                "shards": found.shards,
                "bytes": found.size,
                "sorted": found.is_sorted,
                "in_use": found.in_use,
                "damage": list(found.damage),
                "fingerprint": description.fingerprint,
            }
        )
    else:
        show(status_table(found, domain_from_json(description.domain, description.input_dim)))
    return REFUTED if found.damage else DONE
