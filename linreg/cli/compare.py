"""The command `compare`."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

import linreg
from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import progress, show, show_json
from linreg.cli.options import (
    Decimal,
    DomainText,
    Json,
    Limit,
    Strategy,
    Workers,
    network_and_domain,
)
from linreg.progress import Progress
from linreg.report import comparison_table, domain_text
from linreg.theory import ceilings


def compare(
    nets: Annotated[
        list[Path], typer.Argument(metavar="NET...", help="Network files, one or more.")
    ],
    domain: DomainText = None,
    decimal: Decimal = False,
    strategy: Strategy = "auto",
    workers: Workers = 1,
    limit: Limit = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table of CSV.")] = False,
    as_json: Json = False,
) -> int:
    """Count the regions of several networks, side by side with what bounds them."""
    problems = [network_and_domain(path, domain, None, decimal) for path in nets]
    rows: list[dict[str, object]] = []
    with progress("comparing") as shown:
        for k, (path, (network, where)) in enumerate(zip(nets, problems, strict=True)):
            shown(Progress(k, len(nets), "networks"))
            found = linreg.count(network, where, strategy=strategy, workers=workers, limit=limit)
            rows.append(
                {
                    "network": str(path),
                    "input_dim": network.input_dim,
                    "outputs": network.staged.readout.n_outputs,
                    "units": len(network.staged.units),
                    "stages": len(network.staged.stages),
                    "domain": domain_text(where),
                    "activation_regions": found.regions,
                    "complete": found.complete,
                    "at_most": min(bound.value for bound in ceilings(network)),
                    "fingerprint": network.fingerprint,
                }
            )
    if as_json:
        show_json({"networks": rows})
    elif as_csv:
        stream = io.StringIO()
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        show(stream.getvalue().rstrip("\n"))
    else:
        show(comparison_table(rows))
    return DONE if all(row["complete"] for row in rows) else STOPPED
