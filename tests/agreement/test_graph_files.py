"""Every format of graphs, read back by networkx, pyarrow or SciPy."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import isinf
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import networkx
import pytest
from golden_networks import case
from pyarrow import csv, parquet, string, table
from scipy.sparse import csr_array, load_npz

from linreg import (
    AdjacencyGraph,
    Box,
    LinearRegionGraph,
    ScalarUnit,
    UnwritableFile,
    adjacency_graph,
    enumerate_regions,
    merged_graph,
    mlp,
    write_graph,
)
from linreg.adjacency import GraphColumns
from linreg.export import SUFFIXES, check_graph_path, write_columns
from linreg.network import INPUT, AffineNode, Network, linear_map

RegionGraph = AdjacencyGraph | LinearRegionGraph
Listed = tuple[dict[int, dict[str, Any]], dict[tuple[int, int], dict[str, Any]]]

NO_EDGES = table({"source": [], "target": [], "crossed": []})
TEXT = {name: string() for name in ("pattern", "witness", "crossed")}


def listed(graph: networkx.Graph) -> Listed:
    """Nodes and edges with their attributes, whatever the order."""
    nodes = dict(graph.nodes.data())
    edges = {(min(i, j), max(i, j)): values for i, j, values in graph.edges.data()}
    return dict(sorted(nodes.items())), dict(sorted(edges.items()))


def without(graph: networkx.Graph, *names: str) -> networkx.Graph:
    """The graph without what a reader adds to what is in the file."""
    for values in [graph.nodes[node] for node in graph] + [v for _, _, v in graph.edges.data()]:
        for name in names:
            values.pop(name, None)
    return graph


def read_graphml(path: Path) -> networkx.Graph:
    return networkx.read_graphml(path, node_type=int)


def read_gexf(path: Path) -> networkx.Graph:
    return without(networkx.read_gexf(path, node_type=int), "label", "id")


def read_gml(path: Path) -> networkx.Graph:
    """GML knows no booleans."""
    graph = without(networkx.read_gml(path, label="id"), "label")
    for node in graph:
        assert graph.nodes[node]["bounded"] in (0, 1)
        graph.nodes[node]["bounded"] = graph.nodes[node]["bounded"] == 1
    return graph


def read_json(path: Path) -> networkx.Graph:
    return networkx.node_link_graph(json.loads(path.read_text(encoding="utf-8")), edges="edges")


def read_dot(path: Path) -> networkx.Graph:
    """DOT holds text."""
    read: dict[str, Callable[[str], object]] = {
        "margin": float,
        "members": int,
        "bounded": {"true": True, "false": False}.__getitem__,
    }
    with catch_warnings():
        # pydot calls pyparsing by names of old.
        simplefilter("ignore", DeprecationWarning)
        raw = networkx.Graph(networkx.nx_pydot.read_dot(path))
    graph = networkx.Graph()
    for node, values in raw.nodes.data():
        plain = {name: text.strip('"') for name, text in values.items()}
        graph.add_node(int(node), **{k: read.get(k, str)(text) for k, text in plain.items()})
    for i, j, values in raw.edges.data():
        graph.add_edge(int(i), int(j), crossed=values["crossed"].strip('"'))
    return graph


def from_tables(nodes: Any, edges: Any) -> networkx.Graph:
    """The graph of two tables of pyarrow; an infinite margin is left out, as elsewhere."""
    graph = networkx.Graph()
    for row in nodes.to_pylist():
        index = row.pop("index")
        graph.add_node(index, **{k: v for k, v in row.items() if k != "margin" or not isinf(v)})
    for row in edges.to_pylist():
        graph.add_edge(row["source"], row["target"], crossed=row["crossed"])
    return graph


def read_csv_table(path: Path) -> Any:
    # Quoted empty text is text.
    options = csv.ConvertOptions(column_types=TEXT, quoted_strings_can_be_null=False)
    return csv.read_csv(path, convert_options=options)


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.stem}-nodes{suffix}")


def read_csv(path: Path) -> networkx.Graph:
    return from_tables(read_csv_table(beside(path, ".csv")), read_csv_table(path))


def read_parquet(path: Path) -> networkx.Graph:
    return from_tables(parquet.read_table(beside(path, ".parquet")), parquet.read_table(path))


def read_matrix(path: Path) -> networkx.Graph:
    """The matrix holds structure alone."""
    matrix = load_npz(path)
    assert isinstance(matrix, csr_array)
    assert matrix.dtype == "int8"
    assert set(matrix.data.tolist()) <= {1}
    assert (matrix != matrix.T).nnz == 0
    graph = from_tables(read_csv_table(beside(path, ".csv")), NO_EDGES)
    graph.add_edges_from(zip(*(ends.tolist() for ends in matrix.nonzero()), strict=True))
    return graph


READERS: dict[str, Callable[[Path], networkx.Graph]] = {
    ".graphml": read_graphml,
    ".gexf": read_gexf,
    ".gml": read_gml,
    ".dot": read_dot,
    ".json": read_json,
    ".csv": read_csv,
    ".parquet": read_parquet,
    ".npz": read_matrix,
}


def expected(graph: RegionGraph, suffix: str) -> Listed:
    nodes, edges = listed(graph.to_networkx())
    return nodes, {pair: {} if suffix == ".npz" else values for pair, values in edges.items()}


def graph_of(net: Network, domain: Any = None) -> AdjacencyGraph:
    return adjacency_graph(enumerate_regions(net, domain))


def stairs() -> AdjacencyGraph:
    """Eleven pieces: patterns need commas. Two of them in turn make 21 regions of a line."""
    cuts, slopes, intercepts = list(range(1, 11)), [k % 2 for k in range(11)], [0]
    for k, cut in enumerate(cuts):
        intercepts.append(intercepts[-1] + (slopes[k] - slopes[k + 1]) * cut)
    unit = ScalarUnit(cuts, slopes, intercepts)
    return graph_of(mlp([([[1], [1]], [0, "1/2"])], activation=unit))


def golden(name: str) -> AdjacencyGraph:
    return graph_of(case(name).network, case(name).domain)


GRAPHS: dict[str, Callable[[], RegionGraph]] = {
    "random": lambda: golden("random_2_4_4_1"),
    "merged": lambda: merged_graph(golden("random_2_4_4_1")),
    "strips of an ulp": lambda: golden("strips_k5_1ulp"),
    "two units at once": lambda: golden("stargalla_six_definitions"),
    "commas": stairs,
    "merged commas": lambda: merged_graph(stairs()),
    "bounded": lambda: graph_of(mlp([([[1, 2]], [0])]), Box([-1, -1], [1, 1])),
    "one region without rows": lambda: graph_of(mlp([([[0, 0]], [1])])),
    "no units": lambda: graph_of(
        Network((1,), (AffineNode("a", (INPUT,), linear_map([[1]], [0])),), "a")
    ),
    "margins of all sizes": lambda: graph_of(
        mlp([([[1], [1], [1], [1]], [0, -1e-30, -1e-10, -1e22])])
    ),
}


@pytest.fixture(scope="module", params=GRAPHS)
def graph(request: pytest.FixtureRequest) -> RegionGraph:
    return GRAPHS[request.param]()


def test_every_format_has_a_reader() -> None:
    assert tuple(READERS) == SUFFIXES


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_graph_is_read_back_as_it_was_found(
    graph: RegionGraph, suffix: str, tmp_path: Path
) -> None:
    target = tmp_path / f"graph{suffix}"
    files = write_graph(graph, target)
    assert set(tmp_path.iterdir()) == set(files)
    assert files[0] == target
    assert listed(READERS[suffix](target)) == expected(graph, suffix)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_graph_gives_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_graph(golden("random_2_4_4_1"), tmp_path / name / f"g{suffix}")
    one, two = (sorted((tmp_path / name).iterdir()) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_lacks_an_edge_is_not_the_same_graph(suffix: str, tmp_path: Path) -> None:
    """The comparison fails when it should."""
    whole = golden("stargalla_six_definitions")
    target = tmp_path / f"g{suffix}"
    write_graph(AdjacencyGraph(whole.regions, whole.edges[1:]), target)
    nodes, edges = listed(READERS[suffix](target))
    assert nodes == expected(whole, suffix)[0]
    assert edges != expected(whole, suffix)[1]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_wrong_attribute_is_not_the_same_graph(suffix: str, tmp_path: Path) -> None:
    whole = golden("stargalla_six_definitions")
    columns = whole.columns()
    for name, values in columns.nodes.items():
        spoilt = {"pattern": "0", "witness": "1.0", "margin": 9.5, "bounded": not values[0]}[name]
        other = GraphColumns(
            {**columns.nodes, name: [spoilt, *values[1:]]}, columns.edges, columns.crossed
        )
        write_columns(other, tmp_path / f"g{suffix}")
        assert listed(READERS[suffix](tmp_path / f"g{suffix}"))[0] != expected(whole, suffix)[0]


def test_an_infinite_margin_is_in_tables_alone(tmp_path: Path) -> None:
    graph = graph_of(mlp([([[0, 0]], [1])]))
    for suffix in SUFFIXES:
        write_graph(graph, tmp_path / f"g{suffix}")
    for suffix in (".graphml", ".gexf", ".gml", ".dot", ".json"):
        assert set(READERS[suffix](tmp_path / f"g{suffix}").nodes[0]) == {
            "pattern",
            "witness",
            "bounded",
        }
    assert read_csv_table(tmp_path / "g-nodes.csv")["margin"].to_pylist() == [float("inf")]
    nodes = parquet.read_table(tmp_path / "g-nodes.parquet")
    assert nodes["margin"].to_pylist() == [float("inf")]


def test_tables_have_the_columns_that_are_documented(tmp_path: Path) -> None:
    graph = golden("random_2_4_4_1")
    own = ["index", "pattern", "witness", "margin", "bounded"]
    for suffix, read in ((".csv", read_csv_table), (".parquet", parquet.read_table)):
        for each, names in ((graph, own), (merged_graph(graph), [*own, "members"])):
            write_graph(each, tmp_path / f"g{suffix}")
            assert read(tmp_path / f"g{suffix}").column_names == ["source", "target", "crossed"]
            assert read(beside(tmp_path / f"g{suffix}", suffix)).column_names == names


@pytest.mark.parametrize("name", ["G.NPZ", "a.b.csv", "g.Parquet", "g-nodes.csv"])
def test_the_nodes_are_beside_the_edges(name: str, tmp_path: Path) -> None:
    files = write_graph(golden("cancelling_pair"), tmp_path / name)
    stem, suffix = name.rsplit(".", 1)
    second = "parquet" if suffix == "Parquet" else "csv"
    assert [file.name for file in files] == [name, f"{stem}-nodes.{second}"]
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in files}


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".npz"])
def test_a_place_where_the_nodes_cannot_go_is_refused_before_any_work(
    suffix: str, tmp_path: Path
) -> None:
    beside(tmp_path / f"g{suffix}", ".parquet" if suffix == ".parquet" else ".csv").mkdir()
    with pytest.raises(UnwritableFile, match=r"-nodes.*this is a directory"):
        check_graph_path(tmp_path / f"g{suffix}")
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["g.png", "g", "g.csv.gz"])
def test_a_suffix_without_a_format_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnwritableFile, match=r"known are \.graphml, \.gexf, \.gml, \.dot, \.json"):
        write_graph(golden("cancelling_pair"), tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".graphml", ".gexf", ".gml", ".dot", ".json"])
def test_progress_of_a_text_is_told_in_nodes_and_edges(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linreg.export.graphs.ROWS_PER_REPORT", 10)
    graph = golden("random_2_4_4_1")
    seen: list[float] = []
    write_columns(
        graph.columns(), tmp_path / f"g{suffix}", progress=lambda now: seen.append(now.done)
    )
    size = len(graph) + len(graph.edges)
    assert seen == list(range(0, seen[-1] + 1, 10))
    assert size - 10 <= seen[-1] <= size + 10
