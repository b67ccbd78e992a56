"""The commands that ask questions: answers, exit codes, and one line for every mistake."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from program import linreg

import linreg as library

KINK = {
    "input_shape": [2],
    "layers": [
        {"type": "linear", "weight": [[1, 0], [0, 1], [1, 1]], "bias": [0, 0, -1]},
        {"type": "relu"},
        {"type": "linear", "weight": [[1, 1, -2]], "bias": [0]},
    ],
}
CLASSES = {
    "input_shape": [2],
    "layers": [
        {"type": "linear", "weight": [[1, 0], [0, 1], [1, 1]], "bias": [0, 0, -1]},
        {"type": "relu"},
        {"type": "linear", "weight": [[1, 0, 0], [0, 1, 0], [-1, -1, 3]], "bias": [0, 0, 0]},
    ],
}
DECLARED = "(declare-const X_0 Real)\n(declare-const X_1 Real)\n(declare-const Y_0 Real)\n"
SQUARE = "".join(f"(assert (<= X_{i} 1))(assert (>= X_{i} 0))\n" for i in (0, 1))


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "kink.json"
    path.write_text(json.dumps(KINK))
    return path


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    path = tmp_path / "classes.json"
    path.write_text(json.dumps(CLASSES))
    return path


def _query(folder: Path, text: str) -> Path:
    path = folder / "q.vnnlib"
    path.write_text(text)
    return path


def test_range_says_both_ends_of_each_output(net: Path) -> None:
    answer = linreg("range", net, "--domain", "box:-2,2", "--json").json
    (each,) = answer["outputs"]
    assert (each["output"], each["lowest"]["value"], each["highest"]["value"]) == (0, -2, 2)
    assert each["lowest"]["point"] == [2, 2]
    assert answer["complete"]


def test_range_of_a_functional_has_no_output(classes: Path) -> None:
    answer = linreg(
        "range", classes, "--functional", "1,-1,0", "--max", "--domain", "box:0,1", "--json"
    ).json
    (each,) = answer["outputs"]
    assert "output" not in each
    assert "lowest" not in each
    assert each["highest"]["value"] == 1


def test_range_on_the_plane_shows_a_ray(net: Path) -> None:
    told = linreg("range", net)
    assert told.code == 0
    assert told.out.count("unbounded: from") == 2


@pytest.mark.parametrize(
    ("row", "code", "verdict"),
    [("(>= Y_0 1.5)", 0, "holds"), ("(>= Y_0 1)", 1, "violated"), ("(> Y_0 1)", 0, "holds")],
)
def test_verify_has_an_exit_code_for_each_verdict(
    net: Path, tmp_path: Path, row: str, code: int, verdict: str
) -> None:
    query = _query(tmp_path, f"{DECLARED}{SQUARE}(assert {row})")
    outcome = linreg("verify", net, query, "--json")
    assert (outcome.code, outcome.json["verdict"]) == (code, verdict)
    assert (outcome.json["replays"] is None) == (code == 0)
    assert linreg("verify", net, query).code == code


def test_verify_that_is_stopped_does_not_know(net: Path, tmp_path: Path) -> None:
    query = _query(tmp_path, f"{DECLARED}(assert (>= Y_0 4))(assert (<= Y_0 3))")
    outcome = linreg("verify", net, query, "--limit", "1", "--json")
    assert (outcome.code, outcome.json["verdict"]) == (3, "unknown")


def test_a_verdict_is_certified_and_checked(net: Path, tmp_path: Path) -> None:
    safe = _query(tmp_path, DECLARED + SQUARE + "(assert (>= Y_0 1.5))")
    proof, other = tmp_path / "proof", tmp_path / "other.vnnlib"
    other.write_text(DECLARED + SQUARE + "(assert (>= Y_0 1.0))")
    said = linreg("verify", net, safe, "--certify", proof)
    assert said.code == 0
    assert f"written to {proof}" in said.out
    assert linreg("check", proof, net, safe).out.startswith("accepted: holds: no input is unsafe")
    assert linreg("check", proof, net, safe, "--json").json["accepted"] is True
    refused = linreg("check", proof, net, other)
    assert (refused.code, refused.out) == (
        1,
        "refused: it is about another query (after 0 boxes and cells)\n",
    )
    assert linreg("verify", net, other, "--certify", proof).code == 1
    accepted = linreg("check", proof, net, other)
    assert accepted.code == 0
    assert "counterexample" in accepted.out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("range", "--output", "0"), "output 0 is at most 2, as at"),
        (
            ("range", "--functional", "-1/2", "--max"),
            "the functional -1/2 is at most 1, as at (2, 2)",
        ),
        (
            ("lipschitz",),
            "the Lipschitz constant of output 0, linf to linf, is 3: the largest of 7 regions",
        ),
        (("lipschitz", "--norms", "2,inf"), "l2 to linf, is the square root of 5"),
    ],
)
def test_an_answer_is_certified_and_checked(
    net: Path, tmp_path: Path, asked: tuple[str, ...], said: str
) -> None:
    command, *options = asked
    proof, where = tmp_path / "proof", ("--domain", "box:-2,2")
    told = linreg(command, net, *options, *where, "--certify", proof)
    assert told.code == 0
    assert f"written to {proof}" in told.out
    checked = linreg("check", proof, net, *where)
    assert checked.code == 0
    assert checked.out.startswith("accepted: on box, [-2, 2] in each of 2 coordinates")
    assert said in checked.out
    refused = linreg("check", proof, net)
    assert refused.code == 1
    assert "it is about another domain: box:-2,2, and the one asked about is all" in refused.out


@pytest.mark.parametrize("norm", ["linf", "l1", "l2"])
def test_a_radius_is_certified_and_checked(classes: Path, tmp_path: Path, norm: str) -> None:
    proof = tmp_path / "proof"
    asked = ("--point", "1,0.25", "--norm", norm, "--domain", "box:0,1")
    answer = linreg("robust", classes, *asked, "--certify", proof, "--json").json
    assert answer["certificate"] == str(proof)
    checked = linreg("check", proof, classes, "--domain", "box:0,1", "--json").json
    assert checked["accepted"]
    assert checked["asked"]["label"] == answer["points"][0]["label"]
    assert "of classes 1, 2, none wins over class 0 nearer to (1, 1/4) than" in checked["claim"]
    for claim in checked["claims"]:
        found = answer["points"][0][claim["distance"]]
        key = "squared" if norm == "l2" else "value"
        assert (claim[key], claim["label"]) == (found[key], found["label"])


def test_a_difference_is_certified_and_checked(net: Path, tmp_path: Path) -> None:
    other, proof = tmp_path / "other.json", tmp_path / "proof"
    half = {"type": "linear", "weight": [[1, 1, -1]], "bias": [0]}
    other.write_text(json.dumps(KINK | {"layers": [*KINK["layers"][:2], half]}))  # type: ignore[index]
    where = ("--domain", "box:0,1")
    assert linreg("diff", net, other, *where, "--certify", proof).code == 1
    checked = linreg("check", proof, net, other, *where)
    assert (checked.code, checked.out.splitlines()[1]) == (
        0,
        "  the largest difference is 1, in output 0 at (1, 1)",
    )
    assert "give the other one after the first" in linreg("check", proof, net, *where).out
    assert linreg("diff", net, net, *where, "--certify", proof).code == 0
    assert "the networks are equal" in linreg("check", proof, net, net, *where).out


def test_what_has_no_certificate_is_refused(net: Path, classes: Path, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("0,1\n")
    proof = tmp_path / "proof"
    for arguments, target, said in (
        (
            ["robust", classes, "--points", tmp_path / "points.csv"],
            proof,
            "a proof is of one point",
        ),
        (["lipschitz", net, "--point", "0,1"], proof, "a proof is of a domain"),
        (["range", net, "--domain", "box:0,1"], tmp_path / "nowhere" / "proof", "nowhere"),
    ):
        refused = linreg(*arguments, "--certify", target)
        assert refused.code == 2
        assert said in refused.complaint
        assert not target.exists()


def test_a_proof_of_a_verdict_is_checked_with_its_query_alone(net: Path, tmp_path: Path) -> None:
    query = _query(tmp_path, DECLARED + SQUARE + "(assert (>= Y_0 1.5))")
    proof, count = tmp_path / "proof", tmp_path / "count"
    assert linreg("verify", net, query, "--certify", proof).code == 0
    assert linreg("certify", net, "-o", count).code == 0
    for arguments, said in (
        ([proof, net], "give the query after the network"),
        ([count, net, query], "no query belongs to it"),
        ([proof, net, query, "--domain", "box:-1,1"], "the query says which inputs are meant"),
    ):
        refused = linreg("check", *arguments)
        assert refused.code == 2
        assert said in refused.said


def test_queries_may_be_packed(net: Path, tmp_path: Path) -> None:
    path = tmp_path / "q.vnnlib.gz"
    path.write_bytes(gzip.compress(f"{DECLARED}{SQUARE}(assert (>= Y_0 2))".encode()))
    assert linreg("verify", net, path).code == 0
    path.write_bytes(path.read_bytes()[:-12])
    assert "cut short" in linreg("verify", net, path).complaint


def test_a_network_read_from_onnx_is_replayed_by_what_runs_it(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    helper, array = onnx.helper, onnx.numpy_helper.from_array
    weight = array(np.array([[0.1]], dtype=np.float32), "W")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "W"], ["z"]), helper.make_node("Relu", ["z"], ["y"])],
        "tenth",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 1])],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 1])],
        [weight],
    )
    opset = helper.make_opsetid("", 17)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=9)
    onnx.save(model, tmp_path / "tenth.onnx")
    text = (
        "(vnnlib-version <2.0>)(declare-network f (declare-input X Real [1,1])"
        "(declare-output Y Real [1,1]))"
        "(assert (<= X[0,0] 1.0))(assert (>= X[0,0] 0.0))(assert (> Y[0,0] 0.1))"
    )
    # float32(0.1) is greater than 1/10, which is what the query says.
    outcome = linreg("verify", tmp_path / "tenth.onnx", _query(tmp_path, text), "--json")
    assert outcome.json["verdict"] == "violated"
    assert outcome.json["counterexample"] == [1]
    assert outcome.json["replays"] == {"float64": True, "float32": True}


def test_an_onnx_file_of_float64_is_replayed_in_float32_without_it(
    net: Path, tmp_path: Path
) -> None:
    pytest.importorskip("onnx")
    packed, query = (
        tmp_path / "kink.onnx",
        _query(tmp_path, f"{DECLARED}{SQUARE}(assert (>= Y_0 1))"),
    )
    linreg("convert", net, packed)
    told = linreg("verify", packed, query)
    assert (told.code, "in float32 (NumPy)" in told.answer) == (1, True)


def test_two_networks_are_compared_by_a_query(net: Path, classes: Path, tmp_path: Path) -> None:
    text = (
        "(vnnlib-version <2.0>)"
        "(declare-network f (declare-input X Real [2])(declare-output Y Real [1]))"
        "(declare-network g (declare-input Z Real [2])(declare-output V Real [3]))"
        "(assert (== X[0] Z[0]))(assert (== X[1] Z[1]))"
        "(assert (<= X[0] 1.0))(assert (>= X[0] 0.0))(assert (<= X[1] 1.0))(assert (>= X[1] 0.0))"
        "(assert (> Y[0] (+ V[0] V[1])))"
    )
    # y = relu(x) + relu(y) - 2 relu(x + y - 1) is at most the sum of its first two terms.
    query = _query(tmp_path, text)
    assert linreg("verify", net, query, "--network", f"g={classes}").code == 0
    assert "'g'" in linreg("verify", net, query, "--network", f"h={classes}").complaint


def test_hidden_values_are_asked_by_the_name_of_their_node(tmp_path: Path) -> None:
    net = library.mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))
    text = (
        "(vnnlib-version <2.0>)"
        "(declare-network f (declare-input X Real [1])"
        '(declare-hidden H Real [2] "units1")(declare-output Y Real [1]))'
        "(assert (> H[0] 0.0))(assert (> H[1] 0.0))"
    )
    query = library.load_query(_query(tmp_path, text))
    assert library.verify(net, query).holds is True
    either = library.load_query(_query(tmp_path, text.replace("(> H[1] 0.0)", "(> Y[0] 0.0)")))
    assert library.verify(net, either).holds is False
    other = library.load_query(_query(tmp_path, text.replace("units1", "units9")))
    with pytest.raises(library.InvalidQuery, match="no node 'units9'"):
        library.verify(net, other)


MALFORMED = [
    ("(assert", "line 1, column 1: '(' is never closed"),
    (")", "line 1, column 1: ')' closes nothing"),
    (f"{DECLARED}(assert (<= X_7 1))", "line 4, column 13: 'X_7' is not declared"),
    (f"{DECLARED}(assert (<= (* X_0 X_1) 1))", "a product of variables is not linear"),
    (f"{DECLARED}(assert (<= X_0 1 2))", "compares two terms, got 3"),
    (f"{DECLARED}(asert (<= X_0 1))", "did you mean 'assert'?"),
    (f"{DECLARED}(assert (xor (<= X_0 1)))", "is no formula"),
    ("(declare-const X_1 Real)", "but X_0 is not"),
    ("(declare-const X_0 Int)", "type Real was expected"),
    ("", "holds no statement"),
    ("(vnnlib-version <3.0>)", "version <2.0> was expected"),
    (
        "(vnnlib-version <2.0>)(declare-network f (declare-input X Real [2])"
        "(declare-output Y Real [1]))(assert (<= X[2] 1.0))",
        "index 2 is out of range",
    ),
    ("(" * 300, "nested more than 200 levels"),
    ("(declare-const X_0 Real)", "the query declares 1 input, but the network has 2"),
    (f"{DECLARED}(declare-const Y_1 Real)", "the query declares 2 outputs"),
]


@pytest.mark.parametrize(("text", "said"), MALFORMED)
def test_malformed_queries_are_refused_in_a_line(
    net: Path, tmp_path: Path, text: str, said: str
) -> None:
    assert said in linreg("verify", net, _query(tmp_path, text)).complaint


def test_too_many_alternatives_are_refused(net: Path, tmp_path: Path) -> None:
    either = "(assert (or (<= X_0 0) (<= X_1 0) (>= Y_0 0)))"
    query = _query(tmp_path, DECLARED + either * 12)
    assert "alternatives" in linreg("verify", net, query).complaint


def test_lipschitz_says_the_constant(net: Path) -> None:
    answer = linreg("lipschitz", net, "--norms", "2,inf", "--json").json
    assert (answer["value"], answer["squared"], answer["norms"]) == (None, 5, ["l2", "linf"])
    near = linreg("lipschitz", net, "--point", "-1,-1", "--radius", "1/2", "--json").json
    assert near["value"] == 0
    assert "0 to" not in linreg("lipschitz", net).err


def test_robust_measures_a_point_and_a_file(classes: Path, tmp_path: Path) -> None:
    answer = linreg("robust", classes, "--point", "1,0", "--norm", "2", "--json").json
    assert answer["points"][0]["flip"]["squared"] == "1/2"
    (tmp_path / "points.csv").write_text("a,b\n1,0\n0,2\n-1,-1\n")
    for name in ("radii.csv", "radii.parquet"):
        told = linreg("robust", classes, "--points", tmp_path / "points.csv", "-o", tmp_path / name)
        assert told.code == 0
        assert "3, 3 exactly" in told.out
    rows = (tmp_path / "radii.csv").read_text().splitlines()
    column = rows[0].split(",").index("flip_exact")
    assert [row.split(",")[column] for row in rows[1:]] == ["1/2", "1/3", "1"]
    pandas = pytest.importorskip("pandas")
    table = pandas.read_parquet(tmp_path / "radii.parquet")
    assert table["tie_float"].tolist() == [0.5, 1 / 3, 0.0]


def test_diff_tells_equal_networks_from_others(net: Path, classes: Path, tmp_path: Path) -> None:
    assert linreg("diff", net, net).code == 0
    other = json.loads(net.read_text(encoding="utf-8"))
    other["layers"][2]["bias"] = ["1/1024"]
    (tmp_path / "other.json").write_text(json.dumps(other))
    outcome = linreg("diff", net, tmp_path / "other.json", "--json")
    assert (outcome.code, outcome.json["value"]) == (1, "1/1024")
    assert "must agree" in linreg("diff", net, classes).complaint


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["range", "NET", "--output", "3"], "from 0 to 0"),
        (["range", "NET", "--functional", "1,2"], "1 weight was expected"),
        (["range", "NET", "--functional", "x"], "--functional"),
        (["range", "NET", "--timeout", "never"], "--timeout"),
        (["range", "NET", "--output", "0", "--functional", "1"], "give one"),
        (["lipschitz", "NET", "--norms", "3,inf"], "--norms"),
        (["lipschitz", "NET", "--radius", "1"], "--point"),
        (["robust", "NET", "--point", "1,0"], "classes need at least 2"),
        (["robust", "NET"], "--points"),
        (["robust", "NET", "--point", "1"], "2 inputs"),
        (["robust", "NET", "--points", "missing.csv"], "no such file"),
        (["robust", "NET", "--point", "1,0", "-o", "radii.txt"], "names no format of radii"),
        (["verify", "NET", "missing.vnnlib"], "no such file"),
    ],
)
def test_mistakes_are_said_in_a_line(net: Path, arguments: list[str], said: str) -> None:
    told = linreg(*(net if argument == "NET" else argument for argument in arguments))
    assert said in told.complaint
