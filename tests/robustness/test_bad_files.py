"""A bad file is refused in one line that says where and why; a failed write leaves nothing."""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg.domains import Box
from linreg.errors import (
    InvalidDomain,
    InvalidNetwork,
    LinregError,
    NotPiecewiseLinear,
    UnreadableFile,
    UnwritableFile,
)
from linreg.files import read_bytes, replacing
from linreg.network import INPUT, AffineNode, Network, UnitNode, linear_map, mlp
from linreg.readers import load, load_domain, read_domain, save
from linreg.units import absolute, clip, leaky_relu, maxout, relu

NET = mlp([([[1, 2], [3, 4]], [5, 6])], ([[1, 1]], [0]))
LINEAR = {"type": "linear", "weight": [[1, 2], [3, 4], [5, 6]]}
RELU = {"type": "relu"}


def refusal(read: Callable[[Path], object], path: Path) -> LinregError:
    """The error with which a path is refused, whose message is one line that starts with it."""
    with pytest.raises(LinregError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert len(message.splitlines()) == 1
    return caught.value


def complaint(read: Callable[[Path], object], path: Path) -> str:
    """The message with which a path is refused; empty if it is read."""
    try:
        read(path)
    except LinregError as error:
        return str(error)
    return ""


def layers(*specs: object, shape: object = (2,), **more: object) -> dict[str, object]:
    return {"input_shape": shape, "layers": specs, **more}


def nodes(*specs: object, output: object = "b", **more: object) -> dict[str, object]:
    return {"input_shape": [2], "nodes": specs, "output": output, **more}


def linear(weight: object, **more: object) -> dict[str, object]:
    return layers({"type": "linear", "weight": weight, **more})


# Content of a file, and what its refusal says.
NOT_JSON = {
    "empty": ("", "the file is empty"),
    "blank": (" \n", "the file is empty"),
    "cut short": ('{"layers": [', "line 1, column 13; the file may have been cut short"),
    "cut in text": ('{"lay', "line 1, column 2; the file may have been cut short"),
    "not JSON": ("layers = []", "not JSON: Expecting value at line 1, column 1"),
    "two values": ("{} {}", "not JSON: Extra data"),
    "not UTF-8": (b'{"name": "\xff"}', "not UTF-8 text (byte 10)"),
    "UTF-16": ("{}".encode("utf-16"), "not UTF-8 text"),
    "binary": (bytes(range(256)), "not UTF-8 text"),
    "a list": ("[]", "an object {...} was expected at the top, got a list"),
    "null": ("null", "got null"),
    "a number": ("3", "got 3"),
    "endless nesting": ("[" * 100_000, "nested more than 100 levels deep"),
    "deep nesting": ('{"a":' * 101 + "1" + "}" * 101, "nested more than 100 levels deep"),
    "repeated key": ('{"input_shape": [1], "input_shape": [2]}', "'input_shape' stands twice"),
    "repeated key inside": ('{"layers": [{"type": 1, "type": 2}]}', "key 'type' stands twice"),
}

NOT_A_NETWORK = {
    "nothing": ({}, "key 'input_shape' is missing"),
    "no layers": ({"input_shape": [2]}, "key 'layers' is missing"),
    "misspelt layers": ({"input_shape": [2], "layer": []}, "did you write 'layer' for it?"),
    "both spellings": (layers(nodes=[], output="a"), "there are both 'layers' and 'nodes'"),
    "shape of nothing": (layers(shape=[]), "input_shape: [n], [C, N] or [C, H, W] was expected"),
    "shape of four": (layers(shape=[1, 2, 3, 4]), "got 4 numbers"),
    "zero inputs": (layers(shape=[0]), "input_shape[0]: a positive integer was expected, got 0"),
    "negative inputs": (layers(shape=[2, -1]), "input_shape[1]: a positive integer was expected"),
    "true inputs": (layers(shape=[True]), "input_shape[0]: a positive integer"),
    "float inputs": (layers(shape=[2.0]), "got 2.0"),
    "text inputs": (layers(shape=["2"]), "got '2'"),
    "bare inputs": (layers(shape=2), "input_shape: a list was expected, got 2"),
    "no shape": (layers(shape=None), "input_shape: a list was expected, got null"),
    "too many inputs": (layers(shape=[10**6, 10**6]), "more than 1000000 inputs are not read"),
    "layers as object": ({"input_shape": [2], "layers": {}}, "layers: a list was expected"),
    "layer as text": (layers(RELU, "relu"), "layer 2: an object {...} was expected, got 'relu'"),
    "layer as null": (layers(None), "layer 1: an object {...} was expected, got null"),
    "no type": (layers({}), "layer 1: key 'type' is missing"),
    "type as number": (layers({"type": 3}), "layer 1: type: text was expected, got 3"),
    "type in capitals": (layers({"type": "ReLU"}), "unknown type 'ReLU'; did you mean 'relu'?"),
    "foreign type": (layers({"type": "dense"}), "unknown type 'dense'; known are: abs, add, "),
    "type over lines": (layers({"type": "a\nb" * 30}), r"layer 1: unknown type 'a\nba"),
    "nothing like a type": (layers({"type": "qqq"}), "unknown type 'qqq'; known are: abs, add, "),
    "no weight": (layers({"type": "linear"}), "layer 1 (linear): key 'weight' is missing"),
    "misspelt key": (layers({"type": "linear", "wieght": 1}), "did you mean 'weight'?"),
    "key too many": (layers({**RELU, "alpha": 1}), "unknown key 'alpha'"),
    "inputs of a layer": (layers({**RELU, "inputs": []}), "unknown key 'inputs'"),
    "weight as text": (linear("1 2"), "layer 1 (linear): weight: a list was expected"),
    "weight as null": (linear(None), "weight: a list was expected"),
    "weight too flat": (linear([1, 2]), "weight[0]: a list was expected"),
    "weight too deep": (linear([[1, [2]]]), "weight[0][1]: a number was expected, got list"),
    "ragged weight": (linear([[1, 2], [3]]), "row 0 has 2 numbers and row 1 has 1"),
    "no units": (linear([]), "weight has no rows; a layer needs at least one output"),
    "no columns": (linear([[]]), "weight has no columns"),
    "null in weight": (linear([[1, None]]), "weight[0][1]: a number was expected"),
    "true in weight": (linear([[1, True]]), "weight[0][1]: a number was expected, got True"),
    "word in weight": (linear([[1, "one"]]), "weight[0][1]: a number such as"),
    "division by zero": (linear([[1, "1/0"]]), "got '1/0'"),
    "huge exponent": (linear([[1, "1e999999999"]]), "got '1e999999999'"),
    "NaN": (linear([[1, float("nan")]]), "weight[0][1]: a finite number was expected, got nan"),
    "infinity": (linear([[1, 2]], bias=[float("-inf")]), "bias[0]: a finite number was expected"),
    "long bias": (linear([[1, 2]], bias=[1, 2]), "bias has 2 numbers, but weight has 1 row"),
    "true bias": (linear([[1, 2]], bias=False), "bias: a list was expected"),
    "single bias": (linear([[1, 2]], bias=1), "bias: a list was expected"),
    "wrong first width": (linear([[1]]), "weight has 1 column, but the input has 2 values"),
    "wrong width": (
        layers(LINEAR, RELU, LINEAR),
        "layer 3 (linear): weight has 2 columns, but layer 2 (relu) has 3 values",
    ),
    "NaN slope": (
        layers({"type": "leaky_relu", "alpha": float("nan")}),
        "layer 1 (leaky_relu): alpha: a finite number was expected, got nan",
    ),
    "no slope": (layers({"type": "leaky_relu"}), "layer 1 (leaky_relu): key 'alpha' is missing"),
    "slopes of others": (layers({"type": "prelu", "alpha": [1, 2, 3]}), "3 numbers for 2 units"),
    "no slopes": (layers({"type": "prelu", "alpha": []}), "alpha has 0 numbers for 2 units"),
    "bare slope": (layers({"type": "prelu", "alpha": 1}), "alpha: a list was expected, got 1"),
    "flat clip": (layers({"type": "clip", "lo": 1, "hi": 1}), "lo must be below hi"),
    "flipped hardtanh": (layers({"type": "hardtanh", "lo": 2}), "lo must be below hi"),
    "falling sigmoid": (
        layers({"type": "hard_sigmoid", "alpha": -1}),
        "layer 1 (hard_sigmoid): alpha must be positive: got -1",
    ),
    "jump": (
        layers({"type": "pwl", "breakpoints": [0], "slopes": [0, 1], "intercepts": [0, 1]}),
        "layer 1 (pwl): a unit must be continuous: at breakpoint 0 the table jumps from 0 to 1",
    ),
    "unordered": (
        layers({"type": "pwl", "breakpoints": [1, 0], "slopes": [0] * 3, "intercepts": [0] * 3}),
        "breakpoints must increase: got 1 before 0",
    ),
    "short table": (
        layers({"type": "pwl", "breakpoints": [1], "slopes": [0], "intercepts": [0]}),
        "got 1 breakpoint, 1 slope and 1 intercept",
    ),
    "maxout of nothing": (layers({"type": "maxout", "weight": []}), "weight has no units"),
    "maxout of rank 0": (layers({"type": "maxout", "weight": [[]]}), "unit 0: weight has no rows"),
    "mixed ranks": (
        layers({"type": "maxout", "weight": [[[1, 2], [3, 4]], [[1, 2]]]}),
        "layer 1 (maxout): unit 1: has 1 candidate, but unit 0 has 2",
    ),
    "maxout of other width": (
        layers({"type": "maxout", "weight": [[[1]]]}),
        "unit 0: weight has 1 column, but the input has 2 values",
    ),
    "maxout bias": (
        layers({"type": "maxout", "weight": [[[1, 2]]], "bias": [[1], [2]]}),
        "bias has 2 rows, but weight has 1 unit",
    ),
    "residual of other width": (
        layers({"type": "residual", "body": [LINEAR]}),
        "body has shape [3] and the input has shape [2]",
    ),
    "residual without body": (layers({"type": "residual"}), "key 'body' is missing"),
    "body as number": (
        layers({"type": "residual", "body": 3}),
        "layer 1 (residual): body: layers: a list was expected, got 3",
    ),
    "bad layer in a body": (
        layers({"type": "residual", "body": [RELU, {"type": "relo"}]}),
        "layer 1 (residual): body: layer 2 (relo): unknown type 'relo'; did you mean 'relu'?",
    ),
    "one branch": (
        layers({"type": "add", "branches": [[]]}),
        "layer 1 (add): the number of inputs must be at least 2: got 1",
    ),
    "three branches": (
        layers({"type": "sub", "branches": [[], [], []]}),
        "layer 1 (sub): the number of inputs must be 2: got 3",
    ),
    "unequal branches": (
        layers({"type": "add", "branches": [[], [LINEAR]]}),
        "branch 1 has shape [2] and branch 2 has shape [3]",
    ),
    "axis too many": (
        layers({"type": "concat", "branches": [[], [RELU], []], "axis": 2}, shape=[1, 2]),
        "axis: an integer from 0 to 1 was expected, got 2",
    ),
    "name as number": (layers(name=3), "name: text was expected, got 3"),
    "layer's name as number": (layers({**RELU, "name": 3}), "layer 1 (relu): name: text"),
}

A = {"name": "a", "type": "relu", "inputs": ["input"]}
B = {"name": "b", "type": "relu", "inputs": ["a"]}

NOT_A_GRAPH = {
    "same name": (nodes(A, A), "node 2 (relu): name: 'a' is an earlier node's"),
    "no name": (nodes({"type": "relu", "inputs": []}), "node 1 (relu): key 'name' is missing"),
    "called input": (nodes({**A, "name": "input"}), "a node cannot be called 'input'"),
    "called nothing": (nodes({**A, "name": ""}), "a node cannot be called ''"),
    "node as number": (nodes(3), "node 1: an object {...} was expected, got 3"),
    "nodes as number": ({"input_shape": [2], "nodes": 3, "output": "a"}, "nodes: a list"),
    "no output": ({"input_shape": [2], "nodes": [A]}, "key 'output' is missing"),
    "output as number": (nodes(A, output=3), "output: text was expected, got 3"),
    "unknown output": (nodes(A, output="c"), "output: there is no node 'c'; known are: input, a"),
    "no inputs": (nodes({"name": "b", **RELU}), "node 'b' (relu): key 'inputs' is missing"),
    "inputs as text": (nodes(A, {**B, "inputs": "a"}), "inputs: a list was expected, got 'a'"),
    "input as number": (nodes(A, {**B, "inputs": [3]}), "inputs[0]: text was expected, got 3"),
    "unknown input": (
        nodes({**A, "name": "Left"}, {**B, "inputs": ["Lfet"]}),
        "node 'b' (relu): inputs[0]: there is no node 'Lfet'; did you mean 'Left'?",
    ),
    "too few inputs": (nodes({**B, "inputs": []}), "the number of inputs must be 1: got 0"),
    "too many inputs": (nodes(A, {**B, "inputs": ["a", "a"]}), "inputs must be 1: got 2"),
    "cycle": (nodes({**A, "inputs": ["b"]}, B), "nodes: 'a', 'b': these read one another in a cy"),
    "own reader": (nodes({**A, "inputs": ["a"]}), "nodes: 'a': these read one another in a cycle"),
    "branches of a node": (nodes({**A, "branches": []}), "unknown key 'branches'"),
    "wrong width of a node": (
        nodes(A, {**B, "type": "linear", "weight": [[1]]}),
        "node 'b' (linear): weight has 1 column, but node 'a' (relu) has 2 values",
    ),
}

NOT_A_DOMAIN = {
    "null": (None, "got null"),
    "nothing": ({}, "key 'type' is missing"),
    "type as number": ({"type": 3}, "type: text was expected, got 3"),
    "unknown": ({"type": "boxx"}, "unknown type 'boxx'; did you mean 'box'?"),
    "half a box": ({"type": "box", "lo": [0, 0]}, "key 'hi' is missing"),
    "other key": ({"type": "all", "dim": 2}, "unknown key 'dim'"),
    "other dimension": (
        {"type": "box", "lo": [0], "hi": [1]},
        "box: has dimension 1, but the network has 2 inputs",
    ),
    "uneven box": ({"type": "box", "lo": [0, 0], "hi": [1]}, "got 2 and 1"),
    "flat box": ({"type": "box", "lo": [0, 1], "hi": [1, 1]}, "coordinate 1 has 1 >= 1"),
    "bare box": ({"type": "box", "lo": 0, "hi": 1}, "box: lo: a list was expected, got 0"),
    "NaN in a box": (
        {"type": "box", "lo": [0, float("nan")], "hi": [1, 1]},
        "box: lo[1]: a finite number was expected, got nan",
    ),
    "ragged polytope": (
        {"type": "polytope", "A": [[1, 2], [3]], "b": [1, 2]},
        "the rows of A must have the same length",
    ),
    "uneven polytope": ({"type": "polytope", "A": [[1, 2]], "b": [1, 2]}, "got 1 and 2"),
    "no rows": ({"type": "polytope", "A": [], "b": []}, "at least one row"),
    "word in polytope": (
        {"type": "polytope", "A": [[1, "x"]], "b": [1]},
        "polytope: A[0][1]: a number such as",
    ),
    "wide polytope": (
        {"type": "polytope", "A": [[1, 2, 3]], "b": [1]},
        "polytope: has dimension 3, but the network has 2 inputs",
    ),
}


def by_name(table: dict[str, Any]) -> Any:
    return pytest.mark.parametrize(("content", "says"), table.values(), ids=table)


@by_name(NOT_JSON)
def test_a_file_that_is_no_json_object_is_unreadable(
    content: str | bytes, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    for read in (load, load_domain, lambda path: read_domain(path, 2)):
        error = refusal(read, path)
        assert isinstance(error, UnreadableFile)
        assert says in str(error)


@by_name(NOT_A_NETWORK | NOT_A_GRAPH)
def test_a_malformed_network_is_refused_by_the_place_and_the_reason(
    content: object, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.json"
    path.write_text(json.dumps(content))
    error = refusal(load, path)
    assert type(error) is InvalidNetwork
    assert says in str(error)


@by_name(NOT_A_DOMAIN)
def test_a_malformed_domain_is_refused_wherever_it_stands(
    content: object, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.json"
    path.write_text(json.dumps(layers(RELU, domain=content)))
    for read in (load, load_domain):
        error = refusal(read, path)
        assert isinstance(error, InvalidDomain)
        assert f"{path}: domain: " in str(error)
        assert says in str(error)
    path.write_text(json.dumps(content))
    assert says in str(refusal(lambda path: read_domain(path, 2), path))


@pytest.mark.parametrize(
    ("type_", "advice"),
    [
        ("tanh", "use hardtanh"),
        ("Sigmoid", "use hard_sigmoid or clip"),
        ("gelu", "use relu or leaky_relu"),
        ("silu", "use relu or leaky_relu"),
        ("swish", "use relu or leaky_relu"),
        ("elu", "use relu or leaky_relu"),
        ("selu", "use relu or leaky_relu"),
        ("softplus", "use relu or leaky_relu"),
        ("softmax", "leave it out"),
        ("log_softmax", "leave it out"),
        ("layernorm", "folded"),
    ],
)
def test_a_layer_that_is_not_piecewise_linear_is_refused_with_a_stand_in(
    type_: str, advice: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.json"
    path.write_text(json.dumps(layers(RELU, {"type": type_})))
    error = refusal(load, path)
    assert isinstance(error, NotPiecewiseLinear)
    assert f"layer 2 ({type_}): '{type_}' is not piecewise linear" in str(error)
    assert advice in str(error)


def test_an_integer_of_thousands_of_digits_is_refused_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_text(json.dumps(linear([["digits"]])).replace('"digits"', "1" + "0" * 5000))
    assert "layer 1 (linear): weight[0][0]: a number such as" in str(refusal(load, path))


def test_another_version_of_the_format_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_text(json.dumps(layers(format="linreg-network-2")))
    error = refusal(load, path)
    assert isinstance(error, UnreadableFile)
    assert "'linreg-network-2' is not known to this version, which reads linreg-network-1" in str(
        error
    )


def test_every_beginning_of_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    save(NET, path, Box([0, 0], [1, 1]))
    data = path.read_bytes().rstrip()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        assert isinstance(refusal(load, path), UnreadableFile)


@given(edits=st.lists(st.tuples(st.integers(0, 10**4), st.binary(max_size=3)), min_size=1))
@settings(max_examples=200, deadline=None)
def test_a_file_with_foreign_bytes_is_read_or_refused(
    edits: list[tuple[int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "edited.json"
    save(NET, path, Box([0, 0], [1, 1]))
    data = path.read_bytes()
    for place, new in edits:
        place %= len(data)
        data = data[:place] + new + data[place + len(new) :]
    path.write_bytes(data)
    for read in (load, load_domain):
        assert len(complaint(read, path).splitlines()) <= 1


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none.json", "there is no such file"),
        ("none.npz", "there is no such file"),
        ("folder.json", "this is a directory"),
        ("folder.npz", "this is a directory"),
        ("net.json/net.json", "cannot be read: Not a directory"),
        ("net\0.json", "cannot be read: embedded null byte"),
        ("net.txt", "the suffix .txt names no format of networks; known are .json, .npz"),
        ("net", "the suffix (none) names no format of networks; known are .json, .npz"),
    ],
)
def test_a_path_that_leads_to_no_network_is_unreadable(
    name: str, says: str, tmp_path: Path
) -> None:
    for suffix in ("json", "npz"):
        (tmp_path / f"folder.{suffix}").mkdir()
    (tmp_path / "net.json").write_text("{}")
    for read in (load, load_domain):
        error = refusal(read, tmp_path / name)
        assert isinstance(error, UnreadableFile)
        assert says in str(error)


ONE = {"W1": np.array([[1.0, 2.0]]), "b1": np.array([0.0])}

BAD_ARRAYS = {
    "nothing": ({}, "array W1 is missing"),
    "no bias": ({"W1": ONE["W1"]}, "array b1 is missing; a layer needs W1 and b1"),
    "gap": ({**ONE, "W3": ONE["W1"]}, "array W2 is missing"),
    "other name": ({**ONE, "weights": ONE["W1"]}, "unknown array 'weights'"),
    "W0": ({**ONE, "W0": ONE["W1"]}, "unknown array 'W0'"),
    "flat weight": ({**ONE, "W1": np.ones(2)}, "W1: a matrix was expected, got an array of shape"),
    "deep weight": ({**ONE, "W1": np.ones((1, 1, 1))}, "W1: a matrix was expected"),
    "deep bias": ({**ONE, "b1": np.ones((1, 1))}, "b1: a vector was expected"),
    "no units": ({"W1": np.ones((0, 2)), "b1": np.ones(0)}, "W1: a matrix was expected"),
    "long bias": ({**ONE, "b1": np.ones(2)}, "b1 has 2 numbers, but W1 has 1 row"),
    "wrong width": ({**ONE, "W2": np.ones((1, 2)), "b2": np.ones(1)}, "W2 has 2 columns, but W1 h"),
    "NaN": ({**ONE, "W1": np.array([[1, np.nan]])}, "W1[0][1]: a finite number was expected"),
    "infinity": ({**ONE, "b1": np.array([-np.inf])}, "b1[0]: a finite number was expected, got -i"),
    "booleans": ({**ONE, "b1": np.array([True])}, "float64 or integers were expected, got bool"),
    "complex": (
        {**ONE, "b1": np.array([1j])},
        "b1: float64 or integers were expected, got complex",
    ),
    "text": ({**ONE, "b1": np.array(["1/3"])}, "b1: float64 or integers were expected, got <U3"),
    "wide floats": ({**ONE, "b1": np.ones(1, dtype=np.longdouble)}, "b1: float64 or integers"),
    "number as activation": ({**ONE, "activation": 3}, "activation: one name was expected"),
    "two activations": (
        {**ONE, "activation": ["relu", "abs"]},
        "activation: one name was expected",
    ),
    "unknown activation": (
        {**ONE, "activation": "rely"},
        "activation: unknown type 'rely'; did you",
    ),
    "activation with parameters": (
        {**ONE, "activation": "leaky_relu"},
        "activation: 'leaky_relu' needs parameters, which only a .json file holds",
    ),
    "curved activation": ({**ONE, "activation": "tanh"}, "activation: 'tanh' is not piecewise li"),
}


@by_name(BAD_ARRAYS)
def test_arrays_that_are_no_network_are_refused_by_name(
    content: dict[str, Any], says: str, tmp_path: Path
) -> None:
    np.savez(tmp_path / "net.npz", **content)
    error = refusal(load, tmp_path / "net.npz")
    assert isinstance(error, InvalidNetwork)
    assert says in str(error)


def test_an_archive_of_python_objects_is_never_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "net.npz", W1=np.array([[{}]], dtype=object), b1=ONE["b1"])
    error = refusal(load, tmp_path / "net.npz")
    assert isinstance(error, UnreadableFile)
    assert "'W1' cannot be read: Object arrays cannot be loaded" in str(error)


def archive(**members: bytes) -> bytes:
    """A zip archive with these arrays' bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in members.items():
            file.writestr(f"{name}.npy", data)
    return buffer.getvalue()


def array_bytes(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


NO_ARCHIVES = {
    "empty": (b"", "the file is empty"),
    "text": (b"W1 = 1", "damaged, or no NumPy archive"),
    "one array": (array_bytes(np.ones(2)), "this is a single array"),
    "zip of text": (archive(W1=b"1", b1=b"2"), "W1: float64 or integers were expected"),
    "cut array": (archive(W1=array_bytes(np.ones((1, 2)))[:-3], b1=b""), "'W1' cannot be read"),
    "no header": (archive(W1=b"\x93NUMPY\x01\x00v\x00{'descr'", b1=b""), "'W1' cannot be read"),
}


@by_name(NO_ARCHIVES)
def test_a_file_that_is_no_archive_of_arrays_is_refused(
    content: bytes, says: str, tmp_path: Path
) -> None:
    (tmp_path / "net.npz").write_bytes(content)
    assert says in str(refusal(load, tmp_path / "net.npz"))


@given(
    edits=st.lists(st.tuples(st.integers(0, 10**4), st.integers(0, 255)), max_size=5),
    length=st.integers(0, 10**4),
    header=st.booleans(),
)
@settings(max_examples=300, deadline=None)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_damaged_archive_is_read_or_refused(
    edits: list[tuple[int, int]],
    length: int,
    header: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Zip's own checksums catch most damage, so the header of an array is damaged inside them."""
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    save(NET, path)
    data = bytearray(array_bytes(ONE["W1"]) if header else path.read_bytes())
    for place, new in edits:
        data[place % (128 if header else len(data))] = new
    path.write_bytes(
        archive(W1=bytes(data), b1=array_bytes(ONE["b1"])) if header else data[:length]
    )
    assert len(complaint(load, path).splitlines()) <= 1


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and messages are those of POSIX")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none/net.json", "there is no folder"),
        ("none/net.npz", "there is no folder"),
        ("net.json/net.json", "cannot be written: Not a directory"),
        ("folder.json", "this is a directory"),
        ("pipe.json", "this is not a regular file"),
        ("net\0.json", "cannot be written: embedded null byte"),
        ("net.txt", "the suffix .txt names no format of networks; known are .json, .npz"),
        ("net.nnet", ".nnet files are read but not written; known are .json, .npz, .onnx"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused_and_nothing_is_left(
    name: str, says: str, tmp_path: Path
) -> None:
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "net.json").write_text("{}")
    os.mkfifo(tmp_path / "pipe.json")
    before = sorted(tmp_path.rglob("*"))
    error = refusal(lambda path: save(NET, path), tmp_path / name)
    assert isinstance(error, UnwritableFile)
    assert says in str(error)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "net.json").read_text() == "{}"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    error = refusal(lambda path: save(NET, path), tmp_path / "net.json")
    assert "cannot be written: Permission denied" in str(error)


UNITS_ONLY = UnitNode("units", (INPUT,), (relu(),))


@pytest.mark.parametrize(
    ("net", "says"),
    [
        (mlp([([[1]], [0])], activation=leaky_relu()), "holds one kind of unit"),
        (mlp([([[1], [2]], [0, 0])], activation=maxout(2)), "holds one kind of unit"),
        (
            Network((1,), (UNITS_ONLY, UnitNode("more", ("units",), (absolute(),))), "more"),
            "holds one kind of unit",
        ),
        (mlp([([["1/3"]], [0])]), "W1 holds '1/3', which an .npz file cannot hold"),
        (mlp([([[0.5]], [2**70 + 1])]), "b1 holds '1180591620717411303425'"),
        (mlp([([[1]], [2**70 + 1])]), "b1 holds '1180591620717411303425'"),
        (mlp([([[10**400]], [0])]), "W1 holds '1000"),
    ],
)
def test_an_archive_refuses_what_it_cannot_hold(net: Network, says: str, tmp_path: Path) -> None:
    error = refusal(lambda path: save(net, path), tmp_path / "net.npz")
    assert isinstance(error, UnwritableFile)
    assert says in str(error)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_refuses_skips_and_domains(tmp_path: Path) -> None:
    (tmp_path / "net.json").write_text(json.dumps(layers({"type": "residual", "body": [RELU]})))
    skip = load(tmp_path / "net.json")
    path = tmp_path / "net.npz"
    assert "holds no skip connections" in str(refusal(lambda path: save(skip, path), path))
    box = Box([0, 0], [1, 1])
    assert "holds no domain" in str(refusal(lambda path: save(NET, path, box), path))
    assert not path.exists()


def test_a_domain_of_another_dimension_is_not_written(tmp_path: Path) -> None:
    error = refusal(lambda path: save(NET, path, Box([0], [1])), tmp_path / "net.json")
    assert isinstance(error, InvalidDomain)
    assert "the domain has dimension 1, but the network has 2 inputs" in str(error)
    assert list(tmp_path.iterdir()) == []


def test_a_number_too_long_to_be_read_again_is_not_written(tmp_path: Path) -> None:
    """The product of two numbers that are read may be longer than any number that is read."""
    once = linear_map([[10**3000]], 0)
    huge = Network((1,), (AffineNode("squared", (INPUT,), once.compose(once)),), "squared")
    error = refusal(lambda path: save(huge, path), tmp_path / "net.json")
    assert "squared: a number of 6001 digits cannot be written" in str(error)
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_mixes_units_below_other_layers_is_not_written(tmp_path: Path) -> None:
    """Spelled as several nodes, it would pass the later stages in another place than it does."""
    chain = (
        UnitNode("mixed", (INPUT,), (relu(), clip(0, 1))),
        AffineNode("sum", (INPUT,), linear_map([[1, 1]], 0)),
        UnitNode("other", ("sum",), (relu(),)),
        UnitNode("deep", ("other",), (relu(),)),
        AffineNode("end", ("other", "deep"), linear_map([[1, 1]], 0)),
    )
    net = Network((2,), chain, "mixed")
    error = refusal(lambda path: save(net, path), tmp_path / "net.json")
    assert "mixed: the output mixes units and stands before other layers" in str(error)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "answer.txt"
    path.write_text("old")

    def fail(error: BaseException) -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(UnwritableFile, match=r"answer.txt: cannot be written: No space left"):
        fail(OSError(28, "No space left on device"))
    with pytest.raises(KeyboardInterrupt):
        fail(KeyboardInterrupt())
    assert [file.name for file in tmp_path.iterdir()] == ["answer.txt"]
    assert path.read_text() == "old"


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to("file.txt")
    with replacing(tmp_path / "link.txt") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "file.txt").read_text() == "new"


def test_a_written_file_may_be_read_by_whom_the_umask_allows(tmp_path: Path) -> None:
    save(NET, tmp_path / "net.json")
    (tmp_path / "plain").touch()
    assert (tmp_path / "net.json").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_bytes_of_a_missing_file_are_refused(tmp_path: Path) -> None:
    assert "there is no such file" in str(refusal(read_bytes, tmp_path / "none"))
