"""Datasets of networks and tables that are given as files."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from dataset_specs import rows

from linreg import InvalidSpec, LinregError, UnreadableFile, UnwritableFile, zoo
from linreg.datasets import generate, graphs_of, read_spec, spec_of, to_dgl, to_pyg
from linreg.readers import network_to_json

GIVEN = """
name = "mine"
seed = 0
[truth]
regions = true
edges = true
maps = true
bounds = false
graphs = false
{more}
[[given]]
name = "files"
files = "nets/*.json"
"""

TABLE = "a,kind,b\n" + "".join(f"{k},{'xy'[k % 2]},{k * k % 7}\n" for k in range(12))

TRAINED = """
name = "table"
seed = 0
[[trained]]
name = "table"
data = "points.csv"
target = "kind"
widths = [2]
epochs = [0, 1]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Telgarsky's sawtooth with 4 regions, and braids with 6 and 24."""
    (tmp_path / "nets").mkdir()
    for made in (zoo.telgarsky(2), zoo.braid(3), zoo.braid(4)):
        document = json.dumps(network_to_json(made.network, made.domain))
        (tmp_path / "nets" / f"{made.network.name}.json").write_text(document)
    return tmp_path


def written(folder: Path, text: str) -> Path:
    path = folder / "spec.toml"
    path.write_text(text)
    return path


def counts(path: Path) -> list[int]:
    return sorted(row["activation_regions"] for row in rows(path, "counts"))


def test_given_networks_are_counted_on_the_domains_in_their_files(folder: Path) -> None:
    spec = read_spec(written(folder, GIVEN.format(more="")))
    made = generate(spec, folder / "out")
    assert counts(made.path) == [4, 6, 24]
    found = {row["architecture"]: row for row in rows(made.path, "networks")}
    assert json.loads(found["nets/telgarsky 2.json"]["domain"])["type"] == "box"
    assert {row["kind"] for row in found.values()} == {"given"}


def test_other_places_and_processes_give_the_same_bytes(folder: Path) -> None:
    """Files are known by their names and by what they hold, and not by where they are."""
    first = generate(read_spec(written(folder, GIVEN.format(more=""))), folder / "out")
    (folder / "elsewhere").mkdir()
    (folder / "nets").rename(folder / "elsewhere" / "nets")
    spec = read_spec(written(folder / "elsewhere", GIVEN.format(more="")))
    again = generate(spec, folder / "again", workers=2)
    assert again.digest == first.digest


def test_a_file_that_changes_is_noticed(folder: Path) -> None:
    """Between runs, and between the plan and the reading of a file."""
    path = written(folder, GIVEN.format(more=""))
    spec = read_spec(path)
    generate(spec, folder / "out")
    net = folder / "nets" / "braid 3.json"
    net.write_text(net.read_text() + " ")
    with pytest.raises(UnwritableFile, match="its sum of given files is"):
        generate(read_spec(path), folder / "out")
    with pytest.raises(UnreadableFile, match="changed since the run began"):
        generate(spec, folder / "new")


def test_a_filter_keeps_networks_by_counts_and_by_sizes(folder: Path) -> None:
    for more, kept in (
        ("[filter]\nactivation_regions = [5, 30]", [6, 24]),
        ("[filter]\ninput_dim = 1", [4]),
        ("[filter]\nunits = [4, 6]\nstages = 1", [24]),
    ):
        spec = read_spec(written(folder, GIVEN.format(more=more)))
        made = generate(spec, folder / f"out{len(kept)}{kept[0]}")
        assert counts(made.path) == kept
        assert len(list((made.path / "networks").iterdir())) == len(kept) == made.networks
        assert generate(spec, made.path).digest == made.digest


def test_a_count_that_stopped_is_not_known_to_be_small(folder: Path) -> None:
    more = "limit = 10\n[filter]\nactivation_regions = 15"
    made = generate(read_spec(written(folder, GIVEN.format(more=more))), folder / "out")
    assert counts(made.path) == [4, 6]


def test_maps_and_classes_of_regions_are_those_of_the_network(folder: Path) -> None:
    """A sawtooth has slopes 4 and -4; a class is the largest output, the first of several."""
    made = generate(read_spec(written(folder, GIVEN.format(more=""))), folder / "out")
    ids = {row["architecture"]: row["network"] for row in rows(made.path, "networks")}
    table = rows(made.path, "regions")
    saw = [row for row in table if row["network"] == ids["nets/telgarsky 2.json"]]
    assert sorted(row["weight"] for row in saw) == [[-4.0], [-4.0], [4.0], [4.0]]
    assert {row["class"] for row in saw} == {None}
    for row in table:
        if row["network"] == ids["nets/braid 3.json"]:
            matrix = np.array(row["weight"]).reshape(len(row["bias"]), -1)
            outputs = matrix @ row["witness"] + row["bias"]
            assert row["class"] == np.argmax(outputs)


def test_graphs_for_learning_have_both_directions(folder: Path) -> None:
    """Six chambers of three lines through a point make a hexagon."""
    made = generate(read_spec(written(folder, GIVEN.format(more=""))), folder / "out")
    [hexagon] = [graph for graph in graphs_of(made.path) if graph.regions == 6]
    assert hexagon.edges.shape == (2, 12)
    assert np.bincount(hexagon.edges[0]).tolist() == [2] * 6
    assert hexagon.nodes.shape == (6, 3 + 2)
    for function, package in ((to_pyg, "torch_geometric"), (to_dgl, "dgl")):
        missing = next((name for name in ("torch", package) if find_spec(name) is None), None)
        if missing is not None:
            with pytest.raises(LinregError, match=f"pip install {missing}"):
                function(made.path)
        else:
            assert len(function(made.path)) == 3
    with pytest.raises(UnreadableFile, match="there is no such table"):
        next(graphs_of(made.path, "test"))


def test_a_table_of_ones_own_is_trained_on(folder: Path) -> None:
    (folder / "points.csv").write_text(TABLE)
    spec = read_spec(written(folder, TRAINED))
    made = generate(spec, folder / "out")
    found = rows(made.path, "networks")
    assert [(row["data"], row["input_dim"], row["epoch"]) for row in found] == [
        ("points.csv", 2, 0),
        ("points.csv", 2, 1),
    ]
    assert generate(spec, folder / "again", workers=2).digest == made.digest


MISTAKES = {
    "no such file": (GIVEN.replace("*.json", "*.onnx"), "files[0]: no file matches"),
    "not a network": (
        GIVEN.replace("nets/*.json", "bad.json"),
        "bad.json: key 'input_shape' is missing",
    ),
    "a filter of nothing": (GIVEN + "[filter]\nunits = [9, 2]\n", "filter: units: the most, or"),
    "an unknown filter": (GIVEN + "[filter]\nunit = 3\n", "did you mean 'units'?"),
    "all filtered": (GIVEN + "[filter]\nunits = [99, 100]\n", "filter: of 3 networks none passes"),
    "no target": (TRAINED.replace('target = "kind"\n', ""), "target: the column of points.csv"),
    "another target": (TRAINED.replace('"kind"', '"knd"'), "no column 'knd'; did you mean 'kind'?"),
    "no table": (TRAINED.replace("points", "pints"), "pints.csv"),
    "a target of numbers": (TRAINED.replace('"kind"', '"a"'), "row 2: a number was expected in"),
    "one class": (TRAINED.replace("points", "one"), "target: 2 to 1000 classes were expected"),
    "a short row": (TRAINED.replace("points", "short"), "row 3 has 1 entries, and 2 were expected"),
    "an empty table": (TRAINED.replace("points", "empty"), "the table is empty"),
}


@pytest.mark.parametrize(("text", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_names_what_is_wrong(text: str, said: str, folder: Path) -> None:
    (folder / "points.csv").write_text(TABLE)
    (folder / "one.csv").write_text("a,kind\n1,x\n2,x\n")
    (folder / "short.csv").write_text("a,kind\n1,x\n2\n")
    (folder / "empty.csv").write_text("")
    (folder / "bad.json").write_text("{}")
    with pytest.raises(LinregError) as caught:
        generate(read_spec(written(folder, text.replace("{more}", ""))), folder / "out")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_specification_in_python_names_files_from_a_folder(folder: Path) -> None:
    assert len(spec_of(GIVEN.format(more=""), folder=folder).families[0].files) == 3
    with pytest.raises(InvalidSpec, match="no file matches"):
        spec_of(GIVEN.format(more=""), folder=folder / "nets")
