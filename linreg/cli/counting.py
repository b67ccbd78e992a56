"""The command `count`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from linreg.adjacency import (
    AdjacencyGraph,
    RegionCounts,
    adjacency_graph,
    counts_of_graph,
    preparation,
)
from linreg.cli.all_definitions import six_json, six_table
from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import show, show_json
from linreg.cli.json_answers import count_json, definitions_json, nothing_yet
from linreg.cli.options import (
    ClusterAddress,
    Decimal,
    DomainText,
    Json,
    Limit,
    OptionalNetworkFiles,
    SliceFile,
    Strategy,
    Workers,
)
from linreg.cli.run_options import asked_or_held, going_on, workers_of
from linreg.cli.watch import Watch
from linreg.progress import Progress
from linreg.regions import Enumeration, enumerated
from linreg.report import count_table
from linreg.run import Options, explored
from linreg.store.metadata import COUNT
from linreg.store.runs import run_into
from linreg.theory import ceilings
from linreg.theory import definitions as six_definitions


def count(
    nets: OptionalNetworkFiles = None,
    definitions: Annotated[
        bool,
        typer.Option(
            "--definitions",
            help="Count linear regions, affine maps, pairs that share a facet, and bounded regions "
            "too. All regions are held in memory.",
        ),
    ] = False,
    all_definitions: Annotated[
        bool,
        typer.Option(
            "--all-definitions",
            help="All of that, and patterns of any dimension, closed connected sets and convex "
            "pieces, where that does not take too long.",
        ),
    ] = False,
    certify: Annotated[
        bool,
        typer.Option("--certify", help="Write a proof of the count too, and have it checked."),
    ] = False,
    run: Annotated[
        Path | None,
        typer.Option(
            "--run",
            metavar="DIR",
            help="Keep what is known in a directory: the same command goes on where it was "
            "stopped, by whatever means.",
        ),
    ] = None,
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    strategy: Strategy = "auto",
    workers: Workers = 1,
    cluster: ClusterAddress = None,
    limit: Limit = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print a table of CSV, a line for each network.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Count the activation regions of a network, exactly, or of several, one after another."""
    if as_csv or len(nets or ()) > 1:
        for option, given in (
            ("--definitions", definitions),
            ("--all-definitions", all_definitions),
            ("--certify", certify),
            ("--run", run),
            ("--slice", slice_),
            ("--cluster", cluster),
        ):
            if given:
                raise typer.BadParameter(f"{option} goes with one network, and without --csv")
        if not nets:
            raise typer.BadParameter("--csv needs networks: linreg count *.onnx --csv")
        from linreg.cli.compare import compare

        return compare(nets, domain, decimal, strategy, workers, limit, as_csv, as_json)
    net = nets[0] if nets else None
    options = Options(strategy, workers, limit=limit)
    definitions = definitions or all_definitions
    if run is not None and (definitions or certify):
        raise typer.BadParameter("--run keeps a count: it does not go with other questions")
    network, where = asked_or_held(net, run, domain, slice_, decimal)
    regions = None
    kept = "" if run is None else going_on(run)
    with (
        Watch("counting", nothing_yet(network, strategy), kept) as watch,
        workers_of(cluster, workers) as (n_workers, executor),
    ):
        options = replace(options, workers=n_workers, executor=executor, progress=watch.report)
        if definitions:
            regions = enumerated(network, where, options)
            watch.found = regions.counted
        elif run is not None:
            watch.found = run_into(network, run, where, options, keeps=COUNT)
        else:
            watch.found = explored(network, where, options)
    found = watch.found
    counts, six = None, None
    if regions is not None and found.complete:
        with Watch("comparing", found) as comparing:
            graph, counts = _by_definition(regions, comparing)
            if all_definitions:
                six = six_definitions(graph, progress=comparing.tell)
    if certify and found.complete:
        from linreg.cli.certificates import certified  # brings the checkers and all they judge

        found = certified(network, where, found, strategy, workers)
    if as_json:
        more = definitions_json(counts) if definitions else {}
        more |= six_json(six) if all_definitions else {}
        show_json(count_json(network, where, found) | more)
    else:
        show(count_table(found, where, ceilings(network), counts))
        if six is not None:
            show(six_table(six))
    unknown = (definitions and counts is None) or (all_definitions and six is None)
    return STOPPED if not found.complete or unknown else DONE


def _by_definition(regions: Enumeration, watch: Watch) -> tuple[AdjacencyGraph, RegionCounts]:
    if waits_for := preparation(regions):
        watch.tell(Progress(0, 1, waits_for))
    graph = adjacency_graph(regions, progress=watch.tell)
    return graph, counts_of_graph(graph, progress=watch.tell)
