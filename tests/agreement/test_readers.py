"""Files and networks agree: every number, every spelling, and both ways."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import generators
import numpy as np
import pytest
from golden_networks import Case, cases
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg.affine import ExactAffineMap
from linreg.domains import Box, Polytope, WholeSpace
from linreg.network import INPUT, AffineNode, Network, Node, UnitNode, linear_map, mlp
from linreg.readers import (
    domain_from_json,
    domain_to_json,
    load,
    load_domain,
    network_from_json,
    network_to_json,
    read_domain,
    save,
)
from linreg.units import (
    MaxUnit,
    ScalarUnit,
    absolute,
    clip,
    hard_tanh,
    leaky_relu,
    maxout,
    relu,
    relu6,
)

ROOT = Path(__file__).resolve().parents[2]
CASES = [case for file in ("golden", "nasty") for case in cases(file)]


def network_of(*layers: dict[str, Any], shape: tuple[int, ...] = (1,)) -> Network:
    """The network of these layers."""
    return network_from_json({"input_shape": list(shape), "layers": list(layers)})


@st.composite
def graphs(draw: st.DrawFn) -> Network:
    """Graphs of a few nodes that read any earlier ones, even twice; some nodes reach nothing."""
    sizes = {INPUT: draw(st.integers(1, 2))}
    nodes: list[Node] = []
    for k in range(draw(st.integers(1, 5))):
        name = f"node{k}"
        if draw(st.booleans()):
            (source,) = draw(st.lists(st.sampled_from([*sizes]), min_size=1, max_size=1))
            units, left = [], sizes[source]
            while left:
                unit = draw(generators.units())
                units.append(unit if unit.n_inputs <= left else MaxUnit(left))
                left -= units[-1].n_inputs
            nodes.append(UnitNode(name, (source,), tuple(units)))
        else:
            sources = draw(st.lists(st.sampled_from([*sizes]), min_size=1, max_size=3))
            widths = [sizes[source] for source in sources]
            nodes.append(AffineNode(name, tuple(sources), draw(affine_maps(widths))))
        sizes[name] = nodes[-1].n_outputs
    alike = [n.name for n in nodes if isinstance(n, AffineNode) or len(set(n.units)) == 1]
    return Network((sizes[INPUT],), tuple(nodes), draw(st.sampled_from([INPUT, *alike])))


@st.composite
def affine_maps(draw: st.DrawFn, widths: list[int]) -> ExactAffineMap:
    """Maps of values of these widths: concatenations and sums, where they fit, and others."""
    total = sum(widths)
    maps = [linear_map(*draw(generators.layers(draw(st.integers(1, 2)), total)))]
    maps.append(ExactAffineMap.identity(total))
    if len(set(widths)) == 1:
        signs = draw(st.lists(st.sampled_from([1, -1]), min_size=len(widths), max_size=len(widths)))
        eye = np.eye(widths[0], dtype=int)
        maps.append(linear_map(np.hstack([sign * eye for sign in signs]), 0))
    return draw(st.sampled_from(maps))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_means_the_network_and_the_domain_that_are_built_by_hand(
    case: Case, tmp_path: Path
) -> None:
    """The golden networks are built from nodes without the readers."""
    path = tmp_path / "net.json"
    path.write_text(json.dumps(case.data))
    assert load(path).fingerprint == case.network.fingerprint
    assert load_domain(path) == case.domain


@given(net=graphs(), shared=st.data())
@settings(max_examples=150, deadline=None)
def test_what_is_read_back_from_json_has_the_same_stages(
    net: Network, shared: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    domain = shared.draw(generators.domains(net.input_dim))
    path = tmp_path_factory.getbasetemp() / "again.json"
    save(net, path, domain)
    again = load(path)
    assert again.fingerprint == net.fingerprint
    assert load_domain(path) == domain
    text = path.read_bytes()
    save(again, path, domain)
    assert load(path) == again
    assert path.read_bytes() == text


@given(generators.networks())
@settings(max_examples=150, deadline=None)
def test_a_network_with_skips_and_mixed_layers_keeps_its_stages_and_its_values(
    net: Network,
) -> None:
    again = network_from_json(network_to_json(net))
    assert again.fingerprint == net.fingerprint
    x = [Fraction(k + 1, 3) for k in range(net.input_dim)]
    assert again.forward_exact(x) == net.forward_exact(x)


@given(net=generators.networks(kinds=st.sampled_from([relu()]), skips=False))
@settings(max_examples=50, deadline=None)
def test_what_is_read_back_from_an_archive_has_the_same_stages(
    net: Network, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "again.npz"
    save(net, path)
    assert load(path).fingerprint == net.fingerprint
    assert load_domain(path) is None


NETWORKS = sorted(set(ROOT.glob("examples/*.json")) - {ROOT / "examples/digits-plane.json"})
"""The examples that are networks; the other file is a slice."""


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_an_example_survives_both_formats(path: Path, tmp_path: Path) -> None:
    net = load(path)
    for name in ("net.json", "net.npz"):
        save(net, tmp_path / name)
        assert load(tmp_path / name).fingerprint == net.fingerprint
    assert load(tmp_path / "net.json") == net


HALF = Fraction(1, 2)
THIRD = Fraction(1, 3)


@pytest.mark.parametrize(
    ("layer", "at", "value"),
    [
        ({"type": "relu"}, [-2, 3], [0, 3]),
        ({"type": "relu6"}, [-2, 7], [0, 6]),
        ({"type": "abs"}, [-2, 3], [2, 3]),
        ({"type": "leaky_relu", "alpha": "1/3"}, [-2, 3], [-2 * THIRD, 3]),
        ({"type": "prelu", "alpha": [0.5, 2]}, [-2, -3], [-1, -6]),
        ({"type": "prelu", "alpha": [0.5]}, [-2, -3], [-1, -3 * HALF]),
        ({"type": "hardtanh"}, [-2, HALF], [-1, HALF]),
        ({"type": "hardtanh", "lo": -3}, [-2, 2], [-2, 1]),
        ({"type": "clip", "lo": "1/3", "hi": 2}, [-2, 3], [THIRD, 2]),
        ({"type": "hard_sigmoid"}, [1, 4], [2 * THIRD, 1]),
        ({"type": "hard_sigmoid", "alpha": 0.25, "beta": 0.5}, [-3, 1], [0, 3 * HALF / 2]),
        (
            {"type": "pwl", "breakpoints": [0, 1], "slopes": [0, 2, 0], "intercepts": [0, 0, 2]},
            [HALF, 5],
            [1, 2],
        ),
        ({"type": "linear", "weight": [[1, "1/3"]]}, [1, 3], [2]),
        ({"type": "linear", "weight": [[1, 0]], "bias": [0.5]}, [1, 3], [3 * HALF]),
        ({"type": "linear", "weight": [[1, 0]], "bias": 0}, [1, 3], [1]),
        ({"type": "maxout", "weight": [[[1, 0], [0, 1]]]}, [1, 3], [3]),
        ({"type": "maxout", "weight": [[[1, 0], [0, 1]]], "bias": [[3, 0]]}, [1, 3], [4]),
        ({"type": "flatten"}, [1, 3], [1, 3]),
        ({"type": "residual", "body": [{"type": "relu"}]}, [-2, 3], [-2, 6]),
        ({"type": "residual", "body": []}, [-2, 3], [-4, 6]),
        ({"type": "add", "branches": [[{"type": "relu"}], [], []]}, [-2, 3], [-4, 9]),
        ({"type": "sub", "branches": [[{"type": "relu"}], []]}, [-2, 3], [2, 0]),
        ({"type": "concat", "branches": [[{"type": "abs"}], []]}, [-2, 3], [2, 3, -2, 3]),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_a_layer_has_the_value_that_its_name_says(
    layer: dict[str, Any], at: list[Fraction | int], value: list[Fraction | int]
) -> None:
    assert network_of(layer, shape=(2,)).forward_exact(at) == value


def test_no_layers_are_the_identity() -> None:
    assert network_of(shape=(2,)).forward_exact([5, 7]) == [5, 7]


def test_a_branch_inside_a_branch_reads_what_the_outer_one_has_there() -> None:
    """|x| + (relu(|x| - 1) + |x| - 1) = 3 + 2 + 2 at -3."""
    inner = {"type": "residual", "body": [{"type": "relu"}]}
    lowered = {"type": "linear", "weight": [[1]], "bias": [-1]}
    net = network_of({"type": "abs"}, {"type": "residual", "body": [lowered, inner]})
    assert net.forward_exact([-3]) == [7]


def test_an_image_is_flattened_row_by_row_without_being_asked() -> None:
    net = network_of(
        {"type": "relu"}, {"type": "linear", "weight": [[1, 10, 100, 1000]]}, shape=(1, 2, 2)
    )
    assert net.input_shape == (1, 2, 2)
    assert net.forward_exact([1, 2, 3, 4]) == [4321]


def test_channels_are_concatenated_and_flat_values_join_them_flat() -> None:
    image = {"type": "concat", "branches": [[{"type": "relu"}], []]}
    flat = {"type": "concat", "branches": [[{"type": "flatten"}], []]}
    twice = network_of(image, image, shape=(1, 2, 1))
    assert twice.forward_exact([-1, 2]) == [0, 2, 0, 2, 0, 2, -1, 2]
    assert network_of(flat, shape=(1, 2, 1)).forward_exact([-1, 2]) == [-1, 2, -1, 2]


def test_nodes_may_stand_in_any_order_and_read_a_value_twice() -> None:
    document = {
        "input_shape": [2],
        "nodes": [
            {"name": "out", "type": "sub", "inputs": ["both", "flat"]},
            {"name": "both", "type": "add", "inputs": ["on", "on"]},
            {"name": "flat", "type": "flatten", "inputs": ["input"]},
            {"name": "on", "type": "relu", "inputs": ["flat"]},
        ],
        "output": "out",
    }
    net = network_from_json(document)
    assert [node.name for node in net.nodes] == ["on", "both", "out"]
    assert net.forward_exact([-1, 3]) == [1, 3]


def test_nodes_that_wait_for_nothing_stay_in_the_order_of_the_file() -> None:
    names = ["c", "a", "b"]
    nodes = [{"name": name, "type": "relu", "inputs": ["input"]} for name in names]
    total = {"name": "sum", "type": "add", "inputs": names}
    net = network_from_json({"input_shape": [1], "nodes": [total, *nodes], "output": "sum"})
    assert [node.name for node in net.nodes] == ["c", "a", "b", "sum"]


def test_a_flattened_input_may_be_the_output() -> None:
    flat = {"name": "flat", "type": "flatten", "inputs": ["input"]}
    net = network_from_json({"input_shape": [1, 2], "nodes": [flat], "output": "flat"})
    assert net.forward_exact([1, 2]) == [1, 2]


def test_names_of_layers_are_kept_and_made_different() -> None:
    net = network_of({"type": "relu", "name": "a"}, {"type": "abs", "name": "a"}, {"type": "relu"})
    assert [node.name for node in net.nodes] == ["a", "a_2", "relu3"]
    assert [layer.get("name") for layer in network_to_json(net)["layers"]] == ["a", "a_2", None]


def test_name_and_source_and_domain_are_kept(tmp_path: Path) -> None:
    net = mlp([([[1, 2]], ["1/3"])], name="Montúfar \ud800")
    net = Network(net.input_shape, net.nodes, net.output, name=net.name, source='by "hand"')
    triangle = Polytope([[-1, 0], [0, -1], ["1/3", 0.1]], [0, 0, 1])
    save(net, tmp_path / "net.JSON", triangle)
    assert load(tmp_path / "net.JSON") == net
    assert load_domain(tmp_path / "net.JSON") == triangle


def test_a_float_means_the_float64_it_is_and_text_means_the_decimal() -> None:
    net = network_of({"type": "linear", "weight": [[0.1], ["0.1"], ["1e-1"], [1e22]]})
    assert net.forward_exact([1]) == [Fraction(0.1), Fraction(1, 10), Fraction(1, 10), 10**22]


@pytest.mark.parametrize(
    ("number", "spelling"),
    [
        (2.0, 2),
        (10**30, 10**30),
        (0.1, 0.1),
        (Fraction(1, 4), 0.25),
        (5e-324, 5e-324),
        (Fraction(1, 2**1075), f"1/{2**1075}"),
        (Fraction(1, 3), "1/3"),
        ("0.1", "1/10"),
        (Fraction(10**400 + 1, 2), f"{10**400 + 1}/2"),
    ],
)
def test_a_number_is_written_as_an_integer_or_a_float_or_a_fraction_that_equals_it(
    number: Any, spelling: float | str, tmp_path: Path
) -> None:
    net = mlp([], ([[number]], 0))
    written = network_to_json(net)["layers"][0]["weight"][0][0]
    assert (written, type(written)) == (spelling, type(spelling))
    save(net, tmp_path / "net.json")
    assert load(tmp_path / "net.json").nodes[0] == AffineNode("readout", (INPUT,), net.nodes[0].map)


@pytest.mark.parametrize(
    ("units", "layer"),
    [
        ([relu()], {"type": "relu"}),
        ([relu6()], {"type": "relu6"}),
        ([absolute()], {"type": "abs"}),
        ([hard_tanh()], {"type": "hardtanh"}),
        ([clip(-1, 2)], {"type": "clip", "lo": -1, "hi": 2}),
        ([leaky_relu(0.5)], {"type": "leaky_relu", "alpha": 0.5}),
        ([leaky_relu(1)], {"type": "leaky_relu", "alpha": 1}),
        ([leaky_relu("1/3"), relu()], {"type": "prelu", "alpha": ["1/3", 0]}),
        (
            [ScalarUnit([2], [0, 1], [0, -2])],
            {"type": "pwl", "breakpoints": [2], "slopes": [0, 1], "intercepts": [0, -2]},
        ),
        ([ScalarUnit([], [3], [1])], {"type": "pwl", "breakpoints": []}),
        ([maxout(2)], {"type": "maxout", "weight": [[[1, 0], [0, 1]]], "bias": [[0, 0]]}),
    ],
)
def test_a_layer_is_written_by_its_friendliest_name(units: Any, layer: dict[str, Any]) -> None:
    node = UnitNode("units", (INPUT,), tuple(units))
    (written,) = network_to_json(Network((node.n_inputs,), (node,), "units"))["layers"]
    assert layer.items() <= written.items()


def test_candidates_and_their_units_are_written_as_one_maxout_layer() -> None:
    net = mlp([([[1], [2], [3], [4]], [0, 1, 2, 3])], activation=maxout(2))
    (layer,) = network_to_json(net)["layers"]
    assert (layer["weight"], layer["bias"]) == ([[[1], [2]], [[3], [4]]], [[0, 1], [2, 3]])


def test_candidates_that_something_else_reads_stay_a_layer_of_their_own() -> None:
    net = mlp([([[1], [2]], [0, 1])], activation=maxout(2))
    seen = Network((1,), net.nodes, "linear1")
    assert [node["type"] for node in network_to_json(seen)["nodes"]] == ["linear", "maxout"]
    assert network_from_json(network_to_json(seen)).fingerprint == seen.fingerprint


def test_sums_and_concatenations_are_written_by_name() -> None:
    x = {"type": "linear", "weight": [[1], [2]]}
    types = {
        "add": {"type": "residual", "body": [{"type": "relu"}]},
        "sub": {"type": "sub", "branches": [[{"type": "relu"}], []]},
        "concat": {"type": "concat", "branches": [[{"type": "relu"}], []]},
    }
    for type_, layer in types.items():
        net = network_of(x, layer)
        nodes = network_to_json(net)["nodes"]
        assert [node["type"] for node in nodes] == ["linear", "relu", type_]


def test_a_row_of_weights_stands_on_one_line(tmp_path: Path) -> None:
    save(mlp([], ([[1.5] * 30, [2] * 30], [0, 0])), tmp_path / "net.json")
    lines = (tmp_path / "net.json").read_text().splitlines()
    assert f"        [{', '.join(['1.5'] * 30)}]," in lines


def test_an_archive_is_read_with_the_numbers_that_its_arrays_hold(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "net.npz",
        W1=np.array([[0.1]], dtype=np.float32),
        b1=np.array([2**62 + 1]),
        W2=np.array([[1]], dtype=np.uint8),
        b2=np.array([0.1]),
        activation="abs",
    )
    tenth = Fraction(float(np.float32(0.1)))
    net = load(tmp_path / "net.npz")
    assert net.forward_exact([-(10**30)]) == [tenth * 10**30 - 2**62 - 1 + Fraction(0.1)]


def test_an_archive_without_a_name_of_an_activation_is_of_relus(tmp_path: Path) -> None:
    weights = {"W1": [[1.0], [-1.0]], "b1": [0.0, 0.0], "W2": [[1.0, 1.0]], "b2": [0.0]}
    np.savez(tmp_path / "net.npz", **weights)
    assert load(tmp_path / "net.npz").staged.units == (relu(), relu())


def test_an_archive_keeps_integers_that_are_no_float64(tmp_path: Path) -> None:
    net = mlp([([[2**53 + 1]], [1])], ([[1]], [0.5]), activation=absolute())
    save(net, tmp_path / "net.npz")
    assert load(tmp_path / "net.npz").fingerprint == net.fingerprint
    with np.load(tmp_path / "net.npz") as arrays:
        assert arrays["W1"].dtype == np.int64


def test_the_same_network_is_written_with_the_same_bytes(tmp_path: Path) -> None:
    net = mlp([([[1, 2]], [3])], ([[1]], [0.5]))
    for suffix in ("json", "npz"):
        for name in ("first", "second"):
            save(net, tmp_path / f"{name}.{suffix}")
        first, second = (tmp_path / f"{name}.{suffix}" for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    "domain",
    [
        WholeSpace(2),
        Box([-1, "1/3"], [0.1, 10**20]),
        Polytope([["1/3", 0.1], [0, -1]], [1, "0.1"]),
    ],
    ids=lambda domain: type(domain).__name__,
)
def test_a_domain_survives_a_file_of_its_own(
    domain: WholeSpace | Box | Polytope, tmp_path: Path
) -> None:
    path = tmp_path / "domain"
    path.write_text(json.dumps(domain_to_json(domain)))
    assert read_domain(path, 2) == domain
    assert domain_from_json(domain_to_json(domain), 2) == domain


def test_a_file_without_a_domain_has_none(tmp_path: Path) -> None:
    save(mlp([], ([[1]], [0])), tmp_path / "net.json")
    assert load_domain(tmp_path / "net.json") is None


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_text('{"input_shape": [1], "layers": []}', encoding="utf-8-sig")
    assert load(path).input_dim == 1
