"""The commands: each reads its input, asks the library, and shows the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

import linreg
from linreg.adjacency import (
    AdjacencyGraph,
    GraphStatistics,
    LinearRegionGraph,
    adjacency_graph,
    graph_statistics,
    merged_graph,
    preparation,
)
from linreg.cli.codes import DONE, STOPPED
from linreg.cli.console import message, show, show_json
from linreg.cli.json_answers import count_json, nothing_yet, statistics_json
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
from linreg.cli.reading_options import reading
from linreg.cli.watch import Watch
from linreg.export import SUFFIXES, check_graph_path, write_columns, write_milp
from linreg.files import check_writable
from linreg.network.coincidence import near_coincidences
from linreg.progress import Progress
from linreg.readers import (
    check_network_path,
    domain_from_text,
    domain_to_json,
    has_other_numbers,
    load_problem,
    save,
)
from linreg.regions import Enumeration, enumerated
from linreg.report import count_table, graph_table, layer_table, network_table
from linreg.run import Options
from linreg.theory import ceilings
from linreg.wording import counted


def info(
    net: NetworkFile,
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    as_json: Json = False,
) -> None:
    """Say what a network file holds, layer by layer, and to what stages it is lowered."""
    network, where = network_and_domain(net, domain, slice_, decimal)
    warnings = [str(near) for near in near_coincidences(network.staged)]
    if not as_json:
        if network.layers:
            show(layer_table(network))
        show(network_table(network, where, warnings))
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
            "warnings": warnings,
            "version": linreg.__version__,
        }
    )


def graph(
    net: NetworkFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help=f"A file to write: {' '.join(SUFFIXES)}; the last three have a table of the "
            "regions beside them.",
        ),
    ] = None,
    merged: Annotated[
        bool, typer.Option("--merged", help="The graph of linear regions instead.")
    ] = False,
    stats: Annotated[
        bool, typer.Option("--stats", help="Say more of the graph: bipartite, spectral gap ...")
    ] = False,
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    strategy: Strategy = "auto",
    workers: Workers = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> int:
    """Find which regions share a facet, and write the graph to a file."""
    options = Options(strategy, workers, limit=limit)
    if output is not None:
        check_graph_path(output, (net, domain, slice_))
    network, where = network_and_domain(net, domain, slice_, decimal)
    outcome = None
    with Watch("counting", nothing_yet(network, strategy)) as watch:
        regions = enumerated(network, where, replace(options, progress=watch.report))
        watch.found = regions.counted
    found = watch.found
    if found.complete:
        with Watch("graph", found) as rest:
            outcome = _outcome(
                regions,
                rest,
                merged=merged,
                measured=stats or not as_json,
                stats=stats,
                output=output,
            )
    elif not watch.was_stopped:
        least = counted(found.regions, "region")
        message(f"stopped at the limit, with at least {least}; a graph needs all")
    if as_json:
        show_json(count_json(network, where, found) | _graph_json(outcome, merged, stats))
    elif outcome is not None and outcome.statistics is not None:
        show(count_table(found, where, ceilings(network)))
        show(graph_table(outcome.statistics, merged=merged, in_full=stats))
        if outcome.files:
            show(f"written to {' and '.join(map(str, outcome.files))}")
    return STOPPED if outcome is None else DONE


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="Any file linreg reads.")],
    target: Annotated[
        Path, typer.Argument(metavar="OUT", help="A .json, .npz, .onnx or .lp file to write.")
    ],
    domain: DomainText = None,
    decimal: Decimal = False,
    as_json: Json = False,
) -> None:
    """Write a network in another format, or as a program (.lp) for any MILP solver.

    Every number stays exactly what it is; what no float64 equals is rounded in .onnx and .lp files,
    which is said. A .lp file holds proved bounds, so it takes a bounded domain.
    """
    suffix = target.suffix.lower()
    if suffix == ".lp":
        check_writable(target, (source,))
        network, where = network_and_domain(source, domain, None, decimal)
        write_milp(network, target, where)
    else:
        check_network_path(target, (source,))
        network, held = load_problem(source, decimal=decimal, **reading())
        if domain is not None:
            held = domain_from_text(domain, network.input_dim, decimal=decimal)
        if suffix == ".onnx" and held is not None:
            message("an .onnx file holds no domain, so it is left out")
            held = None
        save(network, target, held)
    rounded = suffix in (".onnx", ".lp") and has_other_numbers(network)
    if as_json:
        show_json({"output": str(target), "fingerprint": network.fingerprint})
    else:
        show(f"written to {target}" + ("; numbers that are no float64 are rounded" * rounded))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a graph; no statistics if nobody asks for them."""

    graph: AdjacencyGraph | LinearRegionGraph
    statistics: GraphStatistics | None
    files: tuple[Path, ...]


def _outcome(
    regions: Enumeration,
    watch: Watch,
    *,
    merged: bool,
    measured: bool,
    stats: bool,
    output: Path | None,
) -> _Outcome:
    """The graph of all regions, merged, measured and written as asked."""
    graph: AdjacencyGraph | LinearRegionGraph
    if waits_for := preparation(regions):
        watch.tell(Progress(0, 1, waits_for))
    graph = adjacency_graph(regions, progress=watch.tell)
    if merged:
        graph = merged_graph(graph, progress=watch.tell)
    statistics = None
    if measured:
        statistics = graph_statistics(graph, spectrum=stats, progress=watch.tell)
    files: tuple[Path, ...] = ()
    if output is not None:
        columns = graph.columns(progress=watch.tell)
        files = write_columns(columns, output, progress=watch.tell)
    return _Outcome(graph, statistics, files)


def _graph_json(outcome: _Outcome | None, merged: bool, stats: bool) -> dict[str, object]:
    """What the answer has beyond that of `count`; null where the run was stopped before."""
    names = ["edges", "output"] + ["linear_regions"] * merged + ["statistics"] * stats
    if outcome is None:
        return dict.fromkeys(names)
    statistics = outcome.statistics
    values = {
        "edges": len(outcome.graph.edges),
        "output": str(outcome.files[0]) if outcome.files else None,
        "linear_regions": len(outcome.graph),
        "statistics": None if statistics is None else statistics_json(statistics),
    }
    return {name: values[name] for name in names}
