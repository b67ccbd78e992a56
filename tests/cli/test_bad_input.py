"""Every mistake is answered by one clear line on stderr and exit code 2, and nothing is written."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from program import TRIANGLE, Outcome, finish, linreg, start, write

from linreg import save
from linreg.network import mlp

NAN, INFINITY = float("nan"), float("inf")
LINEAR = {"type": "linear", "weight": [[1, 2], [3, 4], [5, 6]]}
RELU = {"type": "relu"}


def layers(*specs: object, **more: object) -> dict[str, object]:
    return {"input_shape": [2], "layers": specs, **more}


def linear(weight: object, **more: object) -> dict[str, object]:
    return layers(LINEAR, RELU, {"type": "linear", "weight": weight, **more})


def table(breakpoints: list[float], slopes: list[float], shifts: list[float]) -> dict[str, object]:
    unit = {"type": "pwl", "breakpoints": breakpoints, "slopes": slopes, "intercepts": shifts}
    return layers(LINEAR, unit)


# What a network file holds, and what the line says.
NETWORKS: dict[str, tuple[object, str]] = {
    "a weight is NaN": (
        linear([[1, 2, NAN]]),
        "layer 3 (linear): weight[0][2]: a finite number was expected, got nan",
    ),
    "a weight is infinite": (
        linear([[1, 2, 3], [4, INFINITY, 6]]),
        "layer 3 (linear): weight[1][1]: a finite number was expected, got inf",
    ),
    "a bias is minus infinity": (
        linear([[1, 2, 3], [4, 5, 6]], bias=[0, -INFINITY]),
        "layer 3 (linear): bias[1]: a finite number was expected, got -inf",
    ),
    "shapes do not chain": (
        linear([[1, 2]]),
        "layer 3 (linear): weight has 2 columns, but layer 2 (relu) has 3 values",
    ),
    "the first layer is of another width": (
        {"input_shape": [3], "layers": [LINEAR]},
        "layer 1 (linear): weight has 2 columns, but the input has 3 values",
    ),
    "the bias is of another length": (
        linear([[1, 2, 3]], bias=[1, 2]),
        "layer 3 (linear): bias has 2 numbers, but weight has 1 row",
    ),
    "the branches are of other widths": (
        layers({"type": "residual", "body": [LINEAR]}),
        "layer 1 (residual): body has shape [3]",
    ),
    "a weight is ragged": (linear([[1, 2, 3], [4]]), "row 0 has 3 numbers and row 1 has 1"),
    "a weight is a word": (linear([[1, 2, "three"]]), "weight[0][2]: a number such as"),
    "a weight is a text": (linear("1 2 3"), "weight: a list was expected, got str"),
    "a weight is null": (linear([[1, None, 3]]), "weight[0][1]: a number was expected"),
    "a weight is a division by zero": (linear([[1, "1/0", 3]]), "got '1/0'"),
    "no input shape": ({"layers": []}, "key 'input_shape' is missing"),
    "no layers": ({"input_shape": [2]}, "key 'layers' is missing"),
    "no weight": (layers({"type": "linear"}), "layer 1 (linear): key 'weight' is missing"),
    "no slope": (layers(LINEAR, {"type": "leaky_relu"}), "key 'alpha' is missing"),
    "no type": (layers(LINEAR, {}), "layer 2: key 'type' is missing"),
    "nothing at all": ({}, "key 'input_shape' is missing"),
    "zero inputs": ({"input_shape": [0], "layers": []}, "a positive integer was expected, got 0"),
    "a layer of no units": (linear([]), "layer 3 (linear): weight has no rows"),
    "a maxout layer of no units": (
        layers({"type": "maxout", "weight": []}),
        "layer 1 (maxout): weight has no units",
    ),
    "a maxout unit of no rank": (
        layers({"type": "maxout", "weight": [[]]}),
        "layer 1 (maxout): unit 0: weight has no rows",
    ),
    "a misspelt type": (
        layers(LINEAR, {"type": "rellu"}),
        "layer 2 (rellu): unknown type 'rellu'; did you mean 'relu'?",
    ),
    "a type in capitals": (layers({"type": "HardTanh"}), "did you mean 'hardtanh'?"),
    "a type of another library": (layers({"type": "dense"}), "unknown type 'dense'; known are: "),
    "a misspelt key": (linear([[1, 2, 3]], bais=[1]), "unknown key 'bais'; did you mean 'bias'?"),
    "a sigmoid": (
        layers(LINEAR, {"type": "sigmoid"}),
        "layer 2 (sigmoid): 'sigmoid' is not piecewise linear, so the network has no finite set "
        "of linear regions; use hard_sigmoid or clip instead",
    ),
    "a tanh": (layers({"type": "tanh"}), "'tanh' is not piecewise linear"),
    "a softmax": (layers({"type": "softmax"}), "leave it out"),
    "a table that jumps": (
        table([0], [0, 1], [0, 1]),
        "layer 2 (pwl): a unit must be continuous: at breakpoint 0 the table jumps from 0 to 1",
    ),
    "a table out of order": (
        table([1, 0], [0, 0, 0], [0, 0, 0]),
        "layer 2 (pwl): breakpoints must increase: got 1 before 0",
    ),
    "a table with a breakpoint twice": (table([1, 1], [0, 0, 0], [0, 0, 0]), "must increase"),
    "a table with NaN": (table([NAN], [0, 1], [0, 0]), "layer 2 (pwl): breakpoints[0]: a finite"),
    "a table that is too short": (table([0], [1], [0]), "got 1 breakpoint, 1 slope and"),
    "a clip that is upside down": (layers({"type": "clip", "lo": 1, "hi": 0}), "below hi"),
    "a domain of another dimension": (
        TRIANGLE | {"domain": {"type": "box", "lo": [0], "hi": [1]}},
        "domain: box: has dimension 1, but the network has 2 inputs",
    ),
    "a domain of an unknown kind": (
        TRIANGLE | {"domain": {"type": "disc", "radius": 1}},
        "domain: unknown type 'disc'; known are: all, box, polytope",
    ),
}

# What a domain file holds, and what the line says. The last ones are found only by looking inside.
DOMAINS: dict[str, tuple[object, str]] = {
    "another dimension": (
        {"type": "box", "lo": [0, 0, 0], "hi": [1, 1, 1]},
        "box: has dimension 3, but the network has 2 inputs; they must agree",
    ),
    "a polytope of another dimension": (
        {"type": "polytope", "A": [[1]], "b": [1]},
        "polytope: has dimension 1, but the network has 2 inputs",
    ),
    "an unknown kind": ({"type": "sphere"}, "unknown type 'sphere'; known are: all, box, polytope"),
    "a misspelt kind": ({"type": "boxx"}, "did you mean 'box'?"),
    "no kind": ({"lo": [0, 0], "hi": [1, 1]}, "key 'type' is missing"),
    "a misspelt key": ({"type": "box", "low": [0, 0], "hi": [1, 1]}, "did you mean 'lo'?"),
    "half a box": ({"type": "box", "lo": [0, 0]}, "key 'hi' is missing"),
    "a flat box": (
        {"type": "box", "lo": [0, 1], "hi": [1, 1]},
        "lower must be below upper in every coordinate: coordinate 1 has 1 >= 1",
    ),
    "a box that is upside down": ({"type": "box", "lo": [0, 2], "hi": [1, 1]}, "has 2 >= 1"),
    "NaN": ({"type": "box", "lo": [NAN, 0], "hi": [1, 1]}, "lo[0]: a finite number was expected"),
    "infinity": ({"type": "box", "lo": [0, 0], "hi": [1, INFINITY]}, "hi[1]: a finite number"),
    "a ragged polytope": ({"type": "polytope", "A": [[1, 2], [3]], "b": [1, 1]}, "same length"),
    "a list": ([0, 1], "an object {...} was expected at the top, got a list"),
    "an empty polytope": (
        {"type": "polytope", "A": [[1, 0], [-1, 0]], "b": [0, -1]},
        "the domain",
    ),
    "a polytope without an inner point": (
        {"type": "polytope", "A": [[1, 1], [-1, -1]], "b": ["1/3", "-1/3"]},
        "the domain",
    ),
    "a polytope of one point": (
        {"type": "polytope", "A": [[1, 0], [0, 1], [-1, -1]], "b": [0, 0, 0]},
        "the domain",
    ),
}

# Bytes of a file, whatever its suffix, and what the line says.
TEXT = json.dumps(TRIANGLE).encode()
BYTES: dict[str, tuple[str, bytes, str]] = {
    "empty": ("net.json", b"", "the file is empty"),
    "blank": ("net.json", b" \n", "the file is empty"),
    "cut short": ("net.json", TEXT[:-9], "the file may have been cut short"),
    "not JSON": ("net.json", b"layers: []", "not JSON: Expecting value at line 1, column 1"),
    "two networks": ("net.json", TEXT + TEXT, "not JSON: Extra data"),
    "binary": ("net.json", bytes(range(256)), "not UTF-8 text"),
    "a list of networks": ("net.json", b"[" + TEXT + b"]", "got a list"),
    "nested without end": ("net.json", b'{"layers":' * 10**4, "nested more than 100 levels deep"),
    "a key twice": ("net.json", b'{"layers": [], "layers": []}', "'layers' stands twice"),
    "another format": (
        "net.json",
        b'{"format": "linreg-network-9"}',
        "format 'linreg-network-9' is not known to this version, which reads linreg-network-1",
    ),
    "an empty archive": ("net.npz", b"", "the file is empty"),
    "JSON called npz": ("net.npz", TEXT, "damaged, or no NumPy archive"),
    "an archive called JSON": ("net.json", b"PK\3\4\x80", "not UTF-8 text"),
    "half an archive": ("net.npz", b"PK\3\4 and no more", "damaged, or no NumPy archive"),
}

# Arrays of an archive, and what the line says.
ONE = np.ones((1, 2))
ARRAYS: dict[str, tuple[dict[str, Any], str]] = {
    "NaN in a weight": (
        {"W1": np.array([[1, NAN]]), "b1": np.zeros(1)},
        "W1[0][1]: a finite number was expected, got nan",
    ),
    "infinity in a bias": ({"W1": ONE, "b1": np.array([INFINITY])}, "b1[0]: a finite number"),
    "no bias": ({"W1": ONE}, "array b1 is missing; a layer needs W1 and b1"),
    "a gap": ({"W1": ONE, "b1": np.ones(1), "W3": ONE, "b3": np.ones(1)}, "array W2 is missing"),
    "shapes that do not chain": (
        {"W1": ONE, "b1": np.ones(1), "W2": ONE, "b2": np.ones(1)},
        "W2 has 2 columns, but W1 has 1 row; shapes must chain",
    ),
    "a sigmoid": (
        {"W1": ONE, "b1": np.ones(1), "activation": np.array("sigmoid")},
        "activation: 'sigmoid' is not piecewise linear",
    ),
    "an array of words": ({"W1": np.array([["a", "b"]]), "b1": np.ones(1)}, "W1: float64 or"),
    "an array of no rows": ({"W1": np.ones((0, 2)), "b1": np.ones(0)}, "W1: a matrix was expected"),
    "an unknown array": ({"weights": ONE}, "unknown array 'weights'; known are W1, b1, "),
    "no arrays": ({}, "array W1 is missing"),
}


@pytest.fixture
def triangle(tmp_path: Path) -> Path:
    return write(tmp_path / "triangle.json", TRIANGLE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for what would be written."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def by_name(cases: dict[str, Any]) -> Any:
    width = len(next(iter(cases.values())))
    names = ("content", "says") if width == 2 else ("name", "content", "says")
    return pytest.mark.parametrize(names, cases.values(), ids=cases)


def check_every_command_refuses(net: Path, says: str, folder: Path) -> None:
    """The same line from each command, which starts with the file's name."""
    commands: list[list[object]] = [
        ["info", net],
        ["count", net],
        ["count", net, "--json"],
        ["graph", net, "-o", folder / "graph.graphml"],
        ["convert", net, folder / "copy.json"],
    ]
    complaints = [linreg(*command).complaint for command in commands]
    assert len(set(complaints)) == 1
    assert complaints[0].startswith(f"{net}: ")
    assert says in complaints[0]
    assert not [*folder.iterdir()]


# Files


@by_name(NETWORKS)
def test_a_network_that_is_none_is_refused_by_every_command(
    content: object, says: str, tmp_path: Path, folder: Path
) -> None:
    check_every_command_refuses(write(tmp_path / "net.json", content), says, folder)


@by_name(BYTES)
def test_a_damaged_file_is_refused_by_every_command(
    name: str, content: bytes, says: str, tmp_path: Path, folder: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    check_every_command_refuses(tmp_path / name, says, folder)


@by_name(ARRAYS)
def test_an_archive_that_is_no_network_is_refused_by_every_command(
    content: dict[str, Any], says: str, tmp_path: Path, folder: Path
) -> None:
    np.savez(tmp_path / "net.npz", **content)
    check_every_command_refuses(tmp_path / "net.npz", says, folder)


@pytest.mark.parametrize("cut", range(20, 1200, 117))
def test_an_archive_that_was_cut_short_is_refused_by_every_command(
    cut: int, tmp_path: Path, folder: Path
) -> None:
    save(mlp([([[1, 0], [0, 1]], [0, 0])], readout=([[1, 1]], [0])), tmp_path / "whole.npz")
    (tmp_path / "net.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:cut])
    check_every_command_refuses(tmp_path / "net.npz", "damaged, or no NumPy archive", folder)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing.json", "there is no such file"),
        ("missing.npz", "there is no such file"),
        ("missing/net.json", "there is no such file"),
        ("folder.json", "this is a directory; give the name of a file"),
        ("net", "the suffix (none) names no format of networks; known are .json, .npz"),
        ("net.yaml", "the suffix .yaml names no format of networks; known are .json, .npz"),
    ],
)
def test_a_path_that_is_no_network_file_is_refused_by_every_command(
    name: str, says: str, tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "folder.json").mkdir()
    check_every_command_refuses(tmp_path / name, says, folder)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="everything may be read")
def test_a_file_that_may_not_be_read_is_refused_by_every_command(
    triangle: Path, folder: Path
) -> None:
    triangle.chmod(0)
    check_every_command_refuses(triangle, "Permission denied", folder)


# Domains


@by_name(DOMAINS)
@pytest.mark.parametrize("command", ["info", "count", "graph"])
def test_a_domain_that_is_none_is_refused(
    command: str, content: object, says: str, triangle: Path, tmp_path: Path, folder: Path
) -> None:
    if command == "info" and says == "the domain":
        pytest.skip("info does not look inside a domain")
    file = write(tmp_path / "domain.json", content)
    output = ["-o", folder / "graph.json"] * (command == "graph")
    complaint = linreg(command, triangle, "--domain", file, *output).complaint
    assert says in complaint
    assert says == "the domain" or complaint.startswith(f"--domain: {file}: ")
    assert not [*folder.iterdir()]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("box:0", "a box is box:LO,HI, or box:LO1,..:HI1,.. with 2 numbers before and 2 after"),
        ("box:", 'a number such as "1/3" or "0.1" was expected, got \'\''),
        ("box:0,1,2", "a box is box:LO,HI, or"),
        ("box:0:1", "a box is box:LO,HI, or"),
        ("box:0,0,0:1,1,1", "a box is box:LO,HI, or"),
        ("box:0,0:1", "a box is box:LO,HI, or"),
        ("box:0,0:1,1:2,2", "a box is box:LO,HI, or"),
        ("box:a,b", 'a number such as "1/3" or "0.1" was expected, got \'a\''),
        ("box:0,,1", "got ''"),
        ("box:0,1;", "got '1;'"),
        ("box:nan,1", "got 'nan'"),
        ("box:0,NaN", "got 'NaN'"),
        ("box:-inf,inf", "got '-inf'"),
        ("box:0,0:1,Infinity", "got 'Infinity'"),
        ("box:0,1e999", "a finite number was expected, got inf"),
        ("box:1/0,2", "got '1/0'"),
        ("box:1,1", "lower must be below upper in every coordinate: coordinate 0 has 1 >= 1"),
        ("box:1,0", "coordinate 0 has 1 >= 0"),
        ("box:0,2:1,1", "coordinate 1 has 2 >= 1"),
        ("BOX:0,1", "there is no such file, and it is neither all nor box:LO,HI"),
        ("al", "there is no such file, and it is neither all nor box:LO,HI"),
        ("", "there is no such file, and it is neither all nor box:LO,HI"),
        ("nan", "there is no such file, and it is neither all nor box:LO,HI"),
    ],
)
def test_a_domain_that_cannot_be_read_is_refused_by_its_text(
    text: str, says: str, triangle: Path
) -> None:
    complaint = linreg("count", triangle, "--domain", text).complaint
    assert complaint.startswith(f"--domain {text}: ")
    assert says in complaint


@pytest.mark.parametrize("name", [".", "triangle.json"])
def test_a_path_that_is_no_domain_file_is_refused(
    name: str, triangle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(triangle.parent)
    assert linreg("count", triangle, "--domain", name).complaint.startswith(f"--domain: {name}: ")


# Options and commands


@pytest.mark.parametrize("option", ["--workers", "--limit"])
@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "1e3", "", "nan", "1/2", "9" * 5000])
@pytest.mark.parametrize("command", ["count", "graph"])
def test_a_number_of_things_is_a_whole_number_of_at_least_one(
    command: str, option: str, number: str, triangle: Path
) -> None:
    complaint = linreg(command, triangle, option, number).complaint
    assert complaint.startswith(f"Invalid value for '{option}': a whole number of at least 1 ")
    assert len(complaint) < 120


def test_no_more_processes_are_started_than_a_machine_has_use_for(triangle: Path) -> None:
    assert "at most 1024" in linreg("count", triangle, "--workers", 10**6).complaint


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--strategy", "fast"], "unknown strategy 'fast'"),
        (["--strategy", "higs"], "did you mean 'highs'?"),
        (["--strategy", ""], "unknown strategy ''"),
        (["--strategy"], "Option '--strategy' requires an argument"),
        (["--limit"], "Option '--limit' requires an argument"),
        (["--wrkers", "2"], "No such option: --wrkers (Possible options: --workers)"),
        (["--json=1"], "--json"),
        (["-q"], "No such option: -q"),
        (["another.json"], "another.json: there is no such file"),
    ],
)
def test_an_option_that_is_none_is_refused(arguments: list[str], says: str, triangle: Path) -> None:
    assert says in linreg("count", triangle, *arguments).complaint


def test_an_argument_too_many_is_refused(triangle: Path) -> None:
    said = linreg("info", triangle, "another.json").complaint
    assert "Got unexpected extra argument(s) (another.json)" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["statuss"], "No such command 'statuss'. Did you mean 'status'?"),
        (["Count"], "No such command 'Count'"),
        (["help"], "No such command 'help'"),
        ([""], "No such command ''"),
        (["net.json"], "No such command 'net.json'"),
        (["--jsn"], "No such option: --jsn"),
        (["count"], "Missing argument 'NET'"),
        (["info"], "Missing argument 'NET'"),
        (["graph", "-o", "x.json"], "Missing argument 'NET'"),
        (["convert"], "Missing argument 'IN'"),
        (["convert", "net.json"], "Missing argument 'OUT'"),
    ],
)
def test_a_command_that_is_none_is_refused(arguments: list[str], says: str) -> None:
    assert says in linreg(*arguments).complaint


# Output


OUTPUTS = [
    ("none/graph.json", "there is no folder"),
    ("file/graph.json", "cannot be written: Not a directory"),
    ("folder.json", "this is a directory; give the name of a file"),
    ("x" * 300 + ".json", "cannot be written: File name too long"),
]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        *OUTPUTS,
        ("graph.png", "the suffix .png names no format of graphs; known are .graphml, .gexf, "),
        ("graph", "the suffix (none) names no format of graphs; known are .graphml, .gexf, "),
        ("graph.onnx", "the suffix .onnx names no format of graphs"),
    ],
)
def test_an_output_that_cannot_be_written_is_refused_before_any_work(
    name: str, says: str, triangle: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "file").write_text("")
    (folder / "folder.json").mkdir()
    monkeypatch.setattr(Path, "read_bytes", None)  # what is not called
    complaint = linreg("graph", triangle, "-o", folder / name).complaint
    assert complaint.startswith(f"{folder / name}: ")
    assert says in complaint
    assert {file.name for file in folder.iterdir()} == {"file", "folder.json"}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        *OUTPUTS,
        ("net.yaml", "the suffix .yaml names no format of networks; known are .json, .npz"),
        ("net", "the suffix (none) names no format of networks; known are .json, .npz"),
    ],
)
def test_a_copy_that_cannot_be_written_is_refused(
    name: str, says: str, triangle: Path, folder: Path
) -> None:
    (folder / "file").write_text("")
    (folder / "folder.json").mkdir()
    complaint = linreg("convert", triangle, folder / name).complaint
    assert complaint.startswith(f"{folder / name}: ")
    assert says in complaint
    assert {file.name for file in folder.iterdir()} == {"file", "folder.json"}


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["graph", "net.json", "-o"], "net.json"),
        (["graph", "net.json", "-o"], "again.json"),
        (["graph", "net.npz", "-o"], "net.npz"),
        (["graph", "net.json", "--domain", "box.json", "-o"], "box.json"),
        (["graph", "net.json", "--domain", "net-nodes.csv", "-o"], "net.csv"),
        (["graph", "net.json", "--slice", "slice.json", "-o"], "slice.json"),
        (["enumerate", "net.npz", "-o"], "net.npz"),
        (["certify", "net.json", "-o"], "net.json"),
        (["certify", "net.json", "--domain", "box.json", "-o"], "box.json"),
        (["convert", "net.json"], "net.json"),
        (["convert", "net.json"], "again.json"),
    ],
)
def test_what_is_read_is_not_replaced(
    arguments: list[str], output: str, triangle: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever name it goes by, and whichever of several files it would be."""
    (folder / "net.json").write_bytes(triangle.read_bytes())
    (folder / "again.json").symlink_to(folder / "net.json")
    linreg("convert", triangle, folder / "net.npz")
    for name in ("box.json", "net-nodes.csv"):
        write(folder / name, {"type": "box", "lo": [0, 0], "hi": [1, 1]})
    write(folder / "slice.json", {"origin": [0, 0], "basis": [[1, 1]]})
    before = {file: file.read_bytes() for file in folder.iterdir()}
    monkeypatch.chdir(folder)
    refused = output.replace("net.csv", "net-nodes.csv")
    assert linreg(*arguments, output).complaint == (
        f"{refused}: this file is being read, so it is not replaced; give another name to write to"
    )
    assert {file: file.read_bytes() for file in folder.iterdir()} == before


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="all may be written")
@pytest.mark.parametrize("command", ["graph", "convert"])
def test_a_folder_that_may_not_be_written_is_refused(
    command: str, triangle: Path, folder: Path
) -> None:
    folder.chmod(0o500)
    target = folder / "new.json"
    arguments = ["-o", target] if command == "graph" else [target]
    assert "Permission denied" in linreg(command, triangle, *arguments).complaint
    assert not [*folder.iterdir()]


# In a process of its own, as a user has it


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["count", "triangle.json", "--limit", "0"], "a whole number of at least 1"),
        (["count", "missing.json"], "missing.json: there is no such file"),
        (["graph", "triangle.json", "-o", "none/graph.json"], "there is no folder none"),
        (["count", "nan.json"], "nan.json: layer 3 (linear): weight[0][2]: a finite number"),
        (["cuont", "triangle.json"], "Did you mean 'count'"),
    ],
)
def test_a_mistake_is_one_line_in_a_shell_too(
    arguments: list[str], says: str, triangle: Path
) -> None:
    write(triangle.parent / "nan.json", linear([[1, 2, NAN]]))
    before = sorted(triangle.parent.iterdir())
    done = finish(start(*arguments, cwd=triangle.parent))
    assert says in done.complaint
    assert sorted(triangle.parent.iterdir()) == before


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(2, "", "linreg: one\nlinreg: two\n"),
        Outcome(2, "", "Traceback (most recent call last):\n"),
        Outcome(2, "something", "linreg: a line\n"),
        Outcome(2, "", "linreg: \n"),
        Outcome(2, "", ""),
        Outcome(1, "", "linreg: a line\n"),
    ],
)
def test_any_other_end_than_one_line_would_be_seen(outcome: Outcome) -> None:
    with pytest.raises(AssertionError):
        outcome.complaint  # noqa: B018
