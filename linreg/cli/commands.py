"""The commands: each reads its input, asks the library, and shows the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import linreg
from linreg.adjacency import adjacency_graph, graph_statistics
from linreg.cli.answers import count_json, nothing_yet
from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import message, show, show_json
from linreg.cli.options import (
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
from linreg.export import check_graph_path, write_graph
from linreg.readers import domain_to_json, load, load_domain, save
from linreg.regions import enumerate_regions
from linreg.report import count_table, graph_table, layer_table, network_table
from linreg.run import check_options
from linreg.run import count as count_in
from linreg.theory import ceilings


def info(
    net: NetworkFile,
    domain: DomainText = None,
    slice_: SliceFile = None,
    as_json: Json = False,
) -> None:
    """Say what a network file holds, layer by layer, and to what stages it is lowered."""
    network, where = network_and_domain(net, domain, slice_)
    if not as_json:
        if network.layers:
            show(layer_table(network))
        show(network_table(network, where))
        return
    staged = network.staged
    show_json(
        {
            "name": network.name,
            "source": network.source,
            "input_shape": list(network.input_shape),
            "input_dim": staged.input_dim,
            "layers": [
                {
                    "name": layer.name,
                    "kind": layer.kind,
                    "in_shape": list(layer.in_shape),
                    "out_shape": list(layer.out_shape),
                    "units": len(layer.units),
                    "pieces": list(layer.pieces),
                    "parameters": layer.parameters,
                }
                for layer in network.layers
            ],
            "stages": [
                {
                    "units": len(stage.units),
                    "pieces": [unit.n_pieces for unit in stage.units],
                    "passing": stage.map.n_outputs - stage.starts[-1],
                }
                for stage in staged.stages
            ],
            "units": len(staged.units),
            "outputs": staged.readout.n_outputs,
            "domain": domain_to_json(where),
            "fingerprint": network.fingerprint,
            "notes": list(network.notes),
            "version": linreg.__version__,
        }
    )


def count(
    net: NetworkFile,
    domain: DomainText = None,
    slice_: SliceFile = None,
    strategy: Strategy = "auto",
    workers: Workers = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> int:
    """Count the activation regions of a network, exactly."""
    check_options(strategy, workers, limit)
    network, where = network_and_domain(net, domain, slice_)
    with Watch("counting", nothing_yet(network, strategy)) as watch:
        watch.found = count_in(
            network, where, strategy=strategy, workers=workers, limit=limit, progress=watch.report
        )
    if as_json:
        show_json(count_json(network, where, watch.found))
    else:
        show(count_table(watch.found, where, ceilings(network)))
    return DONE if watch.found.complete else STOPPED


def graph(
    net: NetworkFile,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="A .graphml or .json file to write."),
    ] = None,
    domain: DomainText = None,
    slice_: SliceFile = None,
    strategy: Strategy = "auto",
    workers: Workers = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> int:
    """Find which regions share a facet, and write the graph to a file."""
    check_options(strategy, workers, limit)
    if output is not None:
        check_graph_path(output)
    network, where = network_and_domain(net, domain, slice_)
    edges = None
    with Watch("counting", nothing_yet(network, strategy)) as watch:
        regions = enumerate_regions(
            network, where, strategy=strategy, workers=workers, limit=limit, progress=watch.report
        )
        watch.found = regions.counted
    found = watch.found
    if found.complete:
        with Watch("finding facets", found) as facets:
            touching = adjacency_graph(
                regions, progress=lambda done: facets.share(done, len(regions), "regions")
            )
            if output is not None:
                write_graph(touching, output)
            edges = len(touching.edges)
    elif not watch.was_stopped:
        message(f"stopped at the limit, with at least {found.regions:,} regions; a graph needs all")
    if as_json:
        answer = count_json(network, where, found)
        show_json(answer | {"edges": edges, "output": None if edges is None else _text(output)})
    elif edges is not None:
        show(count_table(found, where, ceilings(network)))
        show(graph_table(graph_statistics(touching)))
        if output is not None:
            show(f"written to {output}")
    return STOPPED if edges is None else DONE


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A .json or .npz file to read.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="A .json or .npz file to write.")],
    as_json: Json = False,
) -> None:
    """Write a network in another format; every number stays exactly what it is."""
    network, domain = load(source), load_domain(source)
    save(network, target, domain)
    if as_json:
        show_json({"output": str(target), "fingerprint": network.fingerprint})
    else:
        show(f"written to {target}")


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
