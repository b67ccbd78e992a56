"""Networks written as ONNX and as programs for MILP solvers are the networks that they were."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from program import linreg as run

import linreg
from linreg.errors import InvalidDomain, InvalidNetwork, UnwritableFile
from linreg.readers import network_from_json

RNG = np.random.default_rng(0)


def dyadic(*shape: int) -> list:
    return (RNG.integers(-8, 9, size=shape) / 4).tolist()


def network(*layers: dict, shape: tuple[int, ...] = (3,)) -> linreg.Network:
    return network_from_json({"input_shape": list(shape), "layers": list(layers)})


def linear(out: int, inputs: int) -> dict:
    return {"type": "linear", "weight": dyadic(out, inputs), "bias": dyadic(out)}


TABLE = {
    "type": "pwl",
    "breakpoints": [-1, 0.5],
    "slopes": [0.25, -1, 2],
    "intercepts": [0, -1.25, -2.75],
}
NETWORKS = {
    "relu": network(linear(4, 3), {"type": "relu"}, linear(2, 4)),
    "units only": network({"type": "relu"}),
    "affine only": network(linear(2, 3)),
    "abs and clip": network(
        linear(4, 3), {"type": "abs"}, linear(3, 4), {"type": "clip", "lo": -1, "hi": 0.5}
    ),
    "relu6": network(linear(4, 3), {"type": "relu6"}, linear(2, 4)),
    "leaky": network(linear(4, 3), {"type": "leaky_relu", "alpha": 0.25}, linear(2, 4)),
    "slopes": network({"type": "prelu", "alpha": [0.5, -1, 0.25]}, linear(2, 3)),
    "table": network(linear(4, 3), TABLE, linear(2, 4)),
    "maxout": network(
        {"type": "maxout", "weight": dyadic(2, 3, 3), "bias": dyadic(2, 3)}, linear(2, 2)
    ),
    "pool": network({"type": "maxpool1d", "kernel": 2, "padding": 1}, shape=(1, 5)),
    "skip": network(
        {"type": "residual", "body": [linear(3, 3), {"type": "relu"}]},
        linear(2, 3),
        {"type": "abs"},
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_onnx_files_hold_the_network_exactly(name: str, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    net, path = NETWORKS[name], tmp_path / "net.onnx"
    linreg.save(net, path)
    if name != "table":  # which is written as a sum of relus
        assert linreg.load(path).fingerprint == net.fingerprint
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    points = RNG.integers(-32, 33, size=(20, net.input_dim)) / 8
    (found,) = session.run(None, {"input": points.reshape(20, *net.input_shape)})
    np.testing.assert_array_equal(found, net.forward(points))
    for point, row in zip(points.tolist(), found.tolist(), strict=True):
        assert linreg.load(path).forward_exact(point) == [Fraction(value) for value in row]


def test_numbers_that_are_no_float64_are_rounded_and_said(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    net = linreg.mlp([([["1/3"]], [0])])
    linreg.save(net, tmp_path / "net.json")
    outcome = run("convert", tmp_path / "net.json", tmp_path / "net.onnx")
    assert "numbers that are no float64 are rounded" in outcome.out
    assert "were rounded" in onnx.load(tmp_path / "net.onnx").doc_string
    assert linreg.load(tmp_path / "net.onnx").forward_exact([1]) == [Fraction(1 / 3)]
    linreg.save(NETWORKS["relu"], tmp_path / "net.json")
    outcome = run("convert", tmp_path / "net.json", tmp_path / "net.onnx")
    assert "rounded" not in outcome.out
    assert onnx.load(tmp_path / "net.onnx").doc_string == ""
    huge = linreg.mlp([([[10**400]], [0])])
    with pytest.raises(UnwritableFile, match="beyond float64"):
        linreg.save(huge, tmp_path / "huge.onnx")
    assert not (tmp_path / "huge.onnx").exists()


def maximum(net: linreg.Network, domain: linreg.Domain) -> linreg.Extreme:
    """The exact maximum of the first output."""
    size = net.staged.readout.n_outputs
    return linreg.maximum(net, [1, *[0] * (size - 1)], domain)


def solved(path: Path) -> tuple[float, dict[str, float]]:
    """The optimum that HiGHS finds, and the values of all variables."""
    import highspy

    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    assert solver.readModel(str(path)) == highspy.HighsStatus.kOk
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    values = solver.getSolution().col_value
    lp = solver.getLp()
    return solver.getInfo().objective_function_value, dict(zip(lp.col_names_, values, strict=True))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_solver_finds_the_exact_maximum(name: str, tmp_path: Path) -> None:
    net, path = NETWORKS[name], tmp_path / "net.lp"
    linreg.write_milp(net, path, "box:-1,1")
    objective, values = solved(path)
    best = maximum(net, linreg.as_domain("box:-1,1", net.input_dim))
    assert objective == pytest.approx(float(best.value), abs=1e-5)
    point = [values[f"x{i}"] for i in range(net.input_dim)]
    assert net.forward([point])[0, 0] == pytest.approx(objective, abs=1e-4)


def test_the_command_writes_a_program_on_a_bounded_domain(tmp_path: Path) -> None:
    source, target = tmp_path / "net.json", tmp_path / "net.lp"
    linreg.save(NETWORKS["relu"], source)
    complaint = run("convert", source, target).complaint
    assert "--domain box:-1,1" in complaint
    assert not target.exists()
    assert run("convert", source, target, "--domain", "box:-1,1").code == 0
    assert solved(target)[0] == pytest.approx(
        float(maximum(NETWORKS["relu"], linreg.Box([-1] * 3, [1] * 3)).value), abs=1e-5
    )
    triangle = {"type": "polytope", "A": [[1, 1, 1], [-1, 0, 0], [0, -1, 0], [0, 0, -1],
                                          [1, 0, 0], [0, 1, 0], [0, 0, 1]],
                "b": [1, 0, 0, 0, 1, 1, 1]}  # fmt: skip
    (tmp_path / "domain.json").write_text(json.dumps(triangle))
    assert run("convert", source, target, "--domain", tmp_path / "domain.json").code == 0
    best = maximum(NETWORKS["relu"], linreg.as_domain(str(tmp_path / "domain.json"), 3))
    assert solved(target)[0] == pytest.approx(float(best.value), abs=1e-5)
    with pytest.raises(InvalidDomain, match="bounds every input on its own"):
        linreg.write_milp(NETWORKS["relu"], target, linreg.Polytope([[1, 1, 1]], [1]))


def test_networks_side_by_side_and_their_sums() -> None:
    f, g = NETWORKS["relu"], NETWORKS["leaky"]
    x = [Fraction(1, 2), -2, 3]
    a, b = f.forward_exact(x), g.forward_exact(x)
    assert linreg.parallel(f, g).forward_exact(x) == [*a, *b]
    assert linreg.sum_of(f, g).forward_exact(x) == [p + q for p, q in zip(a, b, strict=True)]
    third = linreg.sum_of(f, g, weights=["1/3", -1]).forward_exact(x)
    assert third == [p / 3 - q for p, q in zip(a, b, strict=True)]
    assert set(linreg.sum_of(f, f, weights=[1, -1]).forward_exact(x)) == {0}
    for wrong in (
        lambda: linreg.parallel(),
        lambda: linreg.parallel(f, 3),  # type: ignore[arg-type]
        lambda: linreg.parallel(f, NETWORKS["pool"]),
        lambda: linreg.sum_of(f, NETWORKS["units only"]),
        lambda: linreg.sum_of(f, g, weights=[1]),
        lambda: linreg.sum_of(f, g, weights=[1, "x"]),
    ):
        with pytest.raises(InvalidNetwork):
            wrong()
