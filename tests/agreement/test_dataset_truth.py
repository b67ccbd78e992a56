"""What a dataset's tables say of its networks is what everything else says of them."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from fractions import Fraction
from math import isclose, sqrt
from pathlib import Path
from statistics import fmean, variance
from typing import Any
from zipfile import ZipFile

import networkx
import pytest
from dataset_specs import MIXED, rows

import linreg
from linreg.datasets import Dataset, generate, spec_of
from linreg.datasets.columns import tables_of
from linreg.store.journal import read_journal
from linreg.strategies import STRATEGIES

SPEC = spec_of(MIXED)
LIMIT, DETAILS = SPEC.truth.limit, SPEC.truth.details

Row = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return generate(SPEC, tmp_path_factory.mktemp("mixed"))


@pytest.fixture(scope="module")
def networks(made: Dataset) -> list[Row]:
    return rows(made.path, "networks")


@pytest.fixture(scope="module")
def counts(made: Dataset) -> dict[str, Row]:
    return {row["network"]: row for row in rows(made.path, "counts")}


def problem(made: Dataset, row: Row) -> tuple[linreg.Network, linreg.Domain]:
    """A network of the dataset and its domain, from its file."""
    path = made.path / row["file"]
    domain = linreg.load_domain(path)
    assert domain is not None
    return linreg.load(path), domain


def test_the_dataset_has_networks_of_all_kinds(networks: list[Row], counts: dict[str, Row]) -> None:
    assert len(networks) == len({row["network"] for row in networks}) == len(counts) == 130
    kinds = Counter((row["complete"], row["detailed"]) for row in counts.values())
    assert kinds.keys() == {(True, True), (True, False), (False, False)}
    domains = {json.loads(row["domain"])["type"] for row in networks}
    assert domains == {"all", "box", "polytope"}


@pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name != "auto"])
def test_every_count_is_that_of_each_strategy(
    made: Dataset, networks: list[Row], counts: dict[str, Row], strategy: str
) -> None:
    for row in networks:
        network, domain = problem(made, row)
        count = linreg.count(network, domain, strategy=strategy, limit=10 * LIMIT)
        stored = counts[row["network"]]
        assert network.fingerprint == row["fingerprint"]
        if stored["complete"]:
            found = count.regions, list(count.regions_per_stage)
            assert found == (stored["activation_regions"], stored["regions_per_stage"])
        else:
            assert stored["activation_regions"] == LIMIT < count.regions


def test_no_row_is_missing_and_every_limit_shows(made: Dataset, counts: dict[str, Row]) -> None:
    for row in counts.values():
        assert row["complete"] == (row["activation_regions"] < LIMIT or row["detailed"])
        assert row["detailed"] == (row["complete"] and row["activation_regions"] <= DETAILS)
        assert (row["linear_regions"] is None) == (not row["detailed"])
    graphs = rows(made.path, "graphs")
    assert [row["network"] for row in graphs] == [*counts]
    assert all(row["detailed"] == counts[row["network"]]["detailed"] for row in graphs)


def test_other_definitions_are_those_of_region_counts(
    made: Dataset, networks: list[Row], counts: dict[str, Row]
) -> None:
    names = ("activation_regions", "linear_regions", "affine_maps", "dual_edges", "bounded_regions")
    for row in networks[::5]:
        stored = counts[row["network"]]
        if stored["detailed"]:
            found = linreg.region_counts(*problem(made, row))
            assert [getattr(found, name) for name in names] == [stored[name] for name in names]


def test_no_bound_is_violated(made: Dataset, counts: dict[str, Row]) -> None:
    above: dict[str, list[int]] = defaultdict(list)
    for row in rows(made.path, "bounds"):
        regions = counts[row["network"]]["activation_regions"]
        value = int(row["value"])
        assert row["approximation"] == value
        assert row["share"] == regions / value
        if row["side"] != "max_at_least":
            assert regions <= value
            above[row["network"]].append(value)
    for network, values in above.items():
        assert counts[network]["upper_bound"] == min(values)
        assert counts[network]["share"] == counts[network]["activation_regions"] / min(values)
    assert above.keys() == counts.keys()


def test_convolutions_have_bounds_of_their_own(made: Dataset, networks: list[Row]) -> None:
    """Two filters of two cells on three cells make 15 regions (Xiong et al., 2020, Theorem 1)."""
    of_filters = {row["network"] for row in networks if row["family"] == "filters"}
    values = {
        row["value"]
        for row in rows(made.path, "bounds")
        if row["network"] in of_filters and row["name"] == "generic_count"
    }
    assert values == {"15"}


def test_sampling_finds_some_regions_and_never_more_than_there_are(
    networks: list[Row], counts: dict[str, Row]
) -> None:
    for net in networks:
        row = counts[net["network"]]
        # Of points that miss a polytope there may be none left.
        least = 0 if "polytope" in net["domain"] else 1
        assert least <= row["sampled_10"] <= min(10, row["sampled_100"])
        if row["complete"]:
            assert row["sampled_100"] <= row["activation_regions"]
    assert any(row["sampled_100"] < row["activation_regions"] for row in counts.values())
    assert any(row["sampled_10"] < row["sampled_100"] for row in counts.values())


def test_statistics_of_graphs_follow_from_the_edges(made: Dataset, counts: dict[str, Row]) -> None:
    edges: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows(made.path, "edges"):
        edges[row["network"]].append((row["source"], row["target"]))
    for row in rows(made.path, "graphs")[::3]:
        if not row["detailed"]:
            assert row["network"] not in edges
            continue
        graph = networkx.Graph(edges[row["network"]])
        graph.add_nodes_from(range(counts[row["network"]]["activation_regions"]))
        assert (row["nodes"], row["edges"]) == (len(graph), graph.number_of_edges())
        assert row["degrees"] == networkx.degree_histogram(graph)
        assert row["smallest_degree"] == min(dict(graph.degree).values())
        assert row["largest_degree"] == max(dict(graph.degree).values())
        assert row["mean_degree"] == 2 * row["edges"] / row["nodes"]
        assert row["diameter"] == row["diameter_at_least"] == networkx.diameter(graph)
        assert row["components"] == 1
        assert row["bipartite"] == networkx.is_bipartite(graph)
        assert row["transitivity"] == networkx.transitivity(graph)
        assert isclose(row["average_clustering"], networkx.average_clustering(graph))


def test_tables_of_regions_and_edges_are_the_regions_and_the_graph(
    made: Dataset, networks: list[Row], counts: dict[str, Row]
) -> None:
    regions, edges = (rows(made.path, table) for table in ("regions", "edges"))
    for row in [row for row in networks if counts[row["network"]]["detailed"]][::9]:
        found = linreg.enumerate_regions(*problem(made, row), strategy="highs")
        graph = linreg.adjacency_graph(found)
        nodes = [node for node in regions if node["network"] == row["network"]]
        pairs = [edge for edge in edges if edge["network"] == row["network"]]
        assert [node["region"] for node in nodes] == list(range(len(found)))
        assert [node["pattern"] for node in nodes] == found.patterns.tolist()
        assert [node["witness"] for node in nodes] == found.witnesses.tolist()
        assert [node["margin"] for node in nodes] == found.margins.tolist()
        assert [node["bounded"] for node in nodes] == found.bounded.tolist()
        assert [[edge["source"], edge["target"]] for edge in pairs] == graph.edges.tolist()
        crossed = [graph.crossed(k).tolist() for k in range(len(graph.edges))]
        assert [edge["crossed"] for edge in pairs] == crossed


def test_archives_hold_the_graph_of_each_detailed_network(
    made: Dataset, counts: dict[str, Row]
) -> None:
    edges = Counter(row["network"] for row in rows(made.path, "edges"))
    held = []
    for split in ("train", "test"):
        with ZipFile(made.path / "graphs" / f"{split}.zip") as archive:
            for member in archive.namelist():
                name = member.removesuffix(".json")
                document = json.loads(archive.read(member))
                graph = networkx.node_link_graph(document, edges="edges")
                assert len(graph) == counts[name]["activation_regions"]
                assert graph.number_of_edges() == edges[name] == counts[name]["dual_edges"]
                assert {"pattern", "witness", "bounded"} <= graph.nodes[0].keys()
                held.append(name)
    assert sorted(held) == sorted(name for name, row in counts.items() if row["detailed"])


def test_expectations_are_the_moments_of_the_counts(
    made: Dataset, networks: list[Row], counts: dict[str, Row]
) -> None:
    cohorts: dict[str, list[int]] = defaultdict(list)
    for row in networks:
        cohorts[row["cohort"]].append(counts[row["network"]]["activation_regions"])
    table = {row["cohort"]: row for row in rows(made.path, "expectations")}
    assert table.keys() == cohorts.keys()
    for cohort, numbers in cohorts.items():
        row = table[cohort]
        assert (row["samples"], row["least"], row["most"]) == (
            len(numbers),
            min(numbers),
            max(numbers),
        )
        assert isclose(row["mean"], fmean(numbers))
        if len(numbers) > 1:
            assert isclose(row["variance"], variance(map(Fraction, numbers)), abs_tol=0)
            assert isclose(row["standard_error"], sqrt(row["variance"] / len(numbers)))


def test_the_numbers_on_the_card_are_those_of_the_tables(
    made: Dataset, networks: list[Row], counts: dict[str, Row]
) -> None:
    card = (made.path / "README.md").read_text(encoding="utf-8")
    shown = re.findall(
        r"^\| (\w+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|", card, re.M
    )
    families: dict[str, list[Row]] = defaultdict(list)
    for row in networks:
        families[row["family"]].append(counts[row["network"]])
    assert {name: list(map(int, numbers)) for name, *numbers in shown} == {
        name: [
            len(members),
            sum(row["complete"] for row in members),
            sum(row["detailed"] for row in members),
            sum(row["activation_regions"] for row in members),
            min(row["activation_regions"] for row in members),
            max(row["activation_regions"] for row in members),
        ]
        for name, members in families.items()
    }
    splits = {path.stem: len(rows_of(path)) for path in (made.path / "data" / "networks").iterdir()}
    assert f"split: train {splits['train']}, test {splits['test']}." in card
    incomplete = sum(not row["complete"] for row in counts.values())
    assert (made.networks, made.incomplete) == (len(networks), incomplete)


def test_the_card_names_every_table_column_file_and_the_specification(made: Dataset) -> None:
    card = (made.path / "README.md").read_text(encoding="utf-8")
    for table, columns in tables_of(SPEC).items():
        section = card.split(f"### {table}\n")[1].split("\n### ")[0].split("\n## ")[0]
        listed = re.findall(r"^\| `(\w+)` \|", section, re.M)
        assert listed == list(columns)
        for path in sorted((made.path / "data" / table).iterdir()):
            assert list(rows_of(path)[0]) == listed
            assert f"path: data/{table}/{path.name}" in card
    assert SPEC.text.strip() in card
    assert (made.path / "spec.toml").read_text(encoding="utf-8") == SPEC.text


def rows_of(path: Path) -> list[Row]:
    from pyarrow import parquet

    return parquet.read_table(path).to_pylist()


def test_the_seconds_are_in_the_journal_and_in_no_table(made: Dataset) -> None:
    *lines, last = read_journal(made.path / "journal.jsonl").records
    assert all(line["seconds"] >= 0 for line in lines)
    assert last == {"finished": made.digest, "incomplete": made.incomplete}
    names = {name for table in tables_of(SPEC).values() for name in table}
    assert not any("second" in name or "time" in name for name in names)


MEASURED = """
name = "measured"
seed = 5
[truth]
all_definitions = true
regions = true
edges = true
[[drawn]]
name = "boxed"
samples = 2
inputs = [1, 2, 3]
widths = [[3], [2, 2]]
init = "integer"
domain = {type = "box", lo = -1, hi = 1}
[[drawn]]
name = "free"
samples = 2
inputs = [2, 4]
widths = [3, 2]
init = "ternary"
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return generate(spec_of(MEASURED), tmp_path_factory.mktemp("measured"))


def test_the_volumes_of_regions_add_up_to_that_of_the_box(measured: Dataset) -> None:
    volumes: dict[str, float] = defaultdict(float)
    for row in rows(measured.path, "regions"):
        if row["volume"] is not None:
            volumes[row["network"]] += row["volume"]
    for row in rows(measured.path, "networks"):
        if row["family"] == "boxed":
            assert volumes[row["network"]] == pytest.approx(2 ** row["input_dim"], rel=1e-12)


def test_each_facet_inside_the_domain_belongs_to_two_regions(measured: Dataset) -> None:
    """On the whole space all facets do, so that facets are degrees."""
    degrees: Counter[tuple[str, int]] = Counter()
    for row in rows(measured.path, "edges"):
        degrees[row["network"], row["source"]] += 1
        degrees[row["network"], row["target"]] += 1
    free = {row["network"] for row in rows(measured.path, "networks") if row["family"] == "free"}
    for row in rows(measured.path, "regions"):
        degree = degrees[row["network"], row["region"]]
        assert row["facets"] == degree if row["network"] in free else row["facets"] >= degree


def test_quantiles_are_those_of_the_table_of_regions(measured: Dataset) -> None:
    regions: dict[str, list[Row]] = defaultdict(list)
    for row in rows(measured.path, "regions"):
        regions[row["network"]].append(row)
    dims = {row["network"]: row["input_dim"] for row in rows(measured.path, "networks")}
    for row in rows(measured.path, "geometry"):
        members = regions[row["network"]]
        for name in ("facets", "inradius", "volume"):
            values = sorted(each[name] for each in members if each[name] is not None)
            n = len(values)
            expected = [values[max(0, -(-k * n // 4) - 1)] for k in range(5)] if n else None
            assert row[name] == expected
        assert (row["volume"] is None) == (dims[row["network"]] > 3 or not row["bounded_share"])
        assert row["mean_facets"] == pytest.approx(fmean(each["facets"] for each in members))
        assert row["bounded_share"] == fmean(each["bounded"] for each in members)
        for each in members:
            assert each["margin"] <= each["inradius"] * (1 + 1e-12)


def test_the_six_definitions_never_increase(measured: Dataset) -> None:
    """Stargalla, Hertrich, Reichman (2025): R1 to R6."""
    names = (
        "patterns_any_dimension",
        "activation_regions",
        "convex_pieces",
        "linear_regions",
        "closed_connected",
        "affine_maps",
    )
    networks = rows(measured.path, "networks")
    for net, row in zip(networks, rows(measured.path, "counts"), strict=True):
        known = [row[name] for name in names if row[name] is not None]
        assert known == sorted(known, reverse=True)
        found = linreg.theory.definitions(*problem(measured, net))
        assert [getattr(found, name) for name in names] == [row[name] for name in names]


CELLS = """
name = "cells"
seed = 1
[truth]
topology = true
bounds = false
graphs = false
geometry = false
details = 4
strategy = "highs"
[[drawn]]
name = "plane"
samples = 3
inputs = 2
widths = [[2], [4]]
init = "integer"
"""


def test_tables_of_topology_hold_the_cells_of_networks(tmp_path: Path) -> None:
    """Two lines make four regions at most; of networks with more, nothing is said."""
    made = generate(spec_of(CELLS), tmp_path / "cells")
    counts = {row["network"]: row["activation_regions"] for row in rows(made.path, "counts")}
    found = rows(made.path, "topology")
    assert {row["detailed"] for row in found} == {True, False}
    for row in found:
        assert row["detailed"] is (counts[row["network"]] <= 4)
        if not row["detailed"]:
            assert row["f_vector"] is row["betti_equal"] is None
            continue
        assert row["f_vector"][-1] == counts[row["network"]]
        assert sum((-1) ** dim * n for dim, n in enumerate(row["f_vector"])) == 1
        # The plane is the union of both sets, and they meet in the third.
        above, below, both = (row[f"betti_{name}"] for name in ("at_least", "at_most", "equal"))
        euler = [b[0] - b[1] + b[2] for b in (above, below, both)]
        assert euler[0] + euler[1] - euler[2] == 1
