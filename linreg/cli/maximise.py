"""The command `maximise`: look for weights with many regions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import message, progress, show, show_json
from linreg.cli.interrupts import see_through
from linreg.cli.options import Json
from linreg.cli.whole_numbers import json_number, whole_numbers
from linreg.errors import HypothesisError
from linreg.progress import Progress
from linreg.readers import check_network_path, save
from linreg.report import whole_text
from linreg.theory import Maximum, SearchProgress, search_maximum
from linreg.wording import counted


def maximise(
    widths: Annotated[str, typer.Option("--widths", metavar="N0,N1,..", help="Inputs and widths.")],
    budget: Annotated[
        str, typer.Option("--budget", metavar="N", help="Networks that are counted.")
    ] = "200",
    seed: Annotated[str, typer.Option("--seed", metavar="S", help="Of the random choices.")] = "0",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="A .json file for the best network."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Look for the weights of a rectifier network with as many regions as can be found."""
    inputs, *hidden = whole_numbers(widths.split(","), "--widths")
    if not hidden:
        raise HypothesisError("--widths: inputs and at least one width were expected")
    [most] = whole_numbers([budget], "--budget")
    [start] = whole_numbers([seed], "--seed")
    if output is not None:
        check_network_path(output)
    best: Maximum | None = None
    stopped = False
    try:
        with progress("searching") as shown:

            def report(so_far: SearchProgress) -> None:
                nonlocal best
                best = so_far.best
                regions = counted(best.regions, "region")
                words = regions if best.regions else "the first is counted"
                shown(Progress(so_far.share, 1, words))

            best = search_maximum(inputs, hidden, most, start, progress=report)
    except KeyboardInterrupt:
        if best is None or not best.regions:
            raise
        see_through()
        stopped = True
        message(f"interrupted, after {counted(best.counted, 'network')}")
    if output is not None:
        save(best.network, output)
    if as_json:
        show_json(
            {
                "regions": json_number(best.regions),
                "upper": json_number(best.upper),
                "counted": best.counted,
                "complete": not stopped,
                "fingerprint": best.network.fingerprint,
                "output": None if output is None else str(output),
            }
        )
    else:
        show(f"best network   {whole_text(best.regions)} regions, counted exactly")
        show(f"upper bound    {whole_text(best.upper)}  (Serra et al. 2018)")
        show(f"counted        {counted(best.counted, 'network')}")
        if output is not None:
            show(f"written to {output}")
    return STOPPED if stopped else DONE
