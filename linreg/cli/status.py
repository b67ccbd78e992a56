"""The command `status`."""

from __future__ import annotations

from pathlib import Path

import typer

from linreg.cli.codes import DONE, REFUTED
from linreg.cli.console import show, show_json
from linreg.cli.dataset_answer import dataset_answer
from linreg.cli.options import Json
from linreg.datasets import is_dataset
from linreg.readers import domain_from_json
from linreg.report import status_table
from linreg.store import run_status


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
