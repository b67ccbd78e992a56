"""Networks read from Keras files compute what Keras does; what it computes is in values.npz."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from golden_networks import FOLDER

import linreg
from linreg.errors import InvalidNetwork, LinregError, NotPiecewiseLinear, UnreadableFile

h5py = pytest.importorskip("h5py")

KERAS = FOLDER / "keras"
FILES = sorted(path.name for path in KERAS.iterdir() if path.suffix in (".keras", ".h5"))
RNG = np.random.default_rng(0)


@pytest.mark.parametrize("name", FILES)
def test_files_that_keras_wrote_compute_what_keras_does(name: str) -> None:
    values = np.load(KERAS / "values.npz")
    stem = name.partition(".")[0]
    points, expected = values[f"{stem}_x"], values[f"{stem}_y"].reshape(8, -1)
    net = linreg.load(KERAS / name)
    found = net.forward(points.reshape(8, -1).astype(np.float64))
    if any("softmax" in note for note in net.notes):
        found = np.exp(found) / np.exp(found).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("name", ["fun", "img", "nest"])
def test_both_formats_of_keras_hold_one_network(name: str) -> None:
    one, other = (linreg.load(KERAS / f"{name}{suffix}") for suffix in (".keras", ".h5"))
    assert one.fingerprint == other.fingerprint


def layer(kind: str, name: str, *reads: str, **config: Any) -> dict[str, Any]:
    """A layer as Keras 2 spells it."""
    return {
        "class_name": kind,
        "config": {"name": name, **config},
        "name": name,
        "inbound_nodes": [[[read, 0, 0, {}] for read in reads]] if reads else [],
    }


def source(name: str, *shape: int | None) -> dict[str, Any]:
    return layer("InputLayer", name, batch_input_shape=[None, *shape])


def functional(*layers: dict[str, Any], output: str) -> dict[str, Any]:
    return {
        "class_name": "Functional",
        "config": {
            "name": "model",
            "layers": list(layers),
            "input_layers": [[layers[0]["name"], 0, 0]],
            "output_layers": [[output, 0, 0]],
        },
    }


def sequential(*layers: dict[str, Any]) -> dict[str, Any]:
    return {"class_name": "Sequential", "config": {"name": "model", "layers": list(layers)}}


def written(
    path: Path,
    model: Any,
    arrays: dict[str, dict[str, np.ndarray]] | None = None,
    version: str = "2.4.0",
) -> Path:
    """The .h5 file that Keras 2 writes: weight names with :0, and attributes of bytes."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = model if isinstance(model, str) else json.dumps(model)
        file.attrs["keras_version"] = np.bytes_(version)
        group = file.create_group("model_weights")
        for name, held in (arrays or {}).items():
            inner = group.create_group(name)
            inner.attrs["weight_names"] = np.array([f"{name}/{key}:0" for key in held], dtype="S")
            for key, array in held.items():
                inner.create_dataset(f"{name}/{key}:0", data=array)
    return path


def test_a_file_of_keras_2_is_read_exactly(tmp_path: Path) -> None:
    """max(x W + b, 0), and its sum with the input, times V, in dyadic numbers."""
    W, b = np.array([[1, -0.5], [0.25, 2]]), np.array([0.5, -1])
    V = np.array([[1.0], [-0.25]])
    model = functional(
        source("x", 2),
        layer("Dense", "d", "x", activation="relu", use_bias=True),
        layer("Add", "s", "d", "x"),
        layer("Dense", "o", "s", activation="linear", use_bias=False),
        output="o",
    )
    arrays = {"d": {"kernel": W, "bias": b}, "o": {"kernel": V}}
    net = linreg.load(written(tmp_path / "net.h5", model, arrays))
    for x in ((1, 2), (-3, 0.5), (0.25, -4)):
        hidden = np.maximum(np.array(x) @ W + b, 0) + x
        assert net.forward_exact(x) == [Fraction(value) for value in hidden @ V]


@pytest.mark.parametrize(
    ("version", "slope"), [("2.15.0", Fraction(0.2)), ("3.1.0", Fraction(1, 6))]
)
def test_a_hard_sigmoid_is_that_of_the_version(
    version: str, slope: Fraction, tmp_path: Path
) -> None:
    model = sequential(source("x", 1), layer("Activation", "a", activation="hard_sigmoid"))
    net = linreg.load(written(tmp_path / "net.h5", model, version=version))
    assert net.forward_exact([1]) == [slope + Fraction(1, 2)]


# Layers that move numbers or combine them, each with what NumPy makes of one input [4, 3].
SIMPLE: dict[str, tuple[dict[str, Any], Any]] = {
    "ReLU": (
        {"max_value": 1.5, "negative_slope": 0.5},
        lambda x: np.where(x <= 0, 0.5 * x, np.minimum(x, 1.5)),
    ),
    "LeakyReLU": ({"alpha": 0.25}, lambda x: np.where(x > 0, x, 0.25 * x)),
    "Permute": ({"dims": [2, 1]}, lambda x: x.T),
    "Reshape": ({"target_shape": [2, -1]}, lambda x: x),
    "Cropping1D": ({"cropping": [1, 2]}, lambda x: x[1:2]),
    "ZeroPadding1D": ({"padding": 1}, lambda x: np.pad(x, ((1, 1), (0, 0)))),
    "UpSampling1D": ({"size": 2}, lambda x: np.repeat(x, 2, 0)),
    "GlobalAveragePooling1D": ({}, lambda x: x.mean(0)),
    "GlobalMaxPooling1D": ({"keepdims": True}, lambda x: x.max(0)),
    "Rescaling": ({"scale": 0.5, "offset": [1.0, 2, 3]}, lambda x: x * 0.5 + [1, 2, 3]),
    "Normalization": (
        {"mean": [1.0, 0, 2], "variance": [4.0, 1, 0.25], "axis": -1},
        lambda x: (x - [1, 0, 2]) / [2, 1, 0.5],
    ),
    "Dropout": ({"rate": 0.5}, lambda x: x),
    "AveragePooling1D": ({"pool_size": 2, "strides": 2}, lambda x: (x[::2] + x[1::2]) / 2),
    "Flatten": ({}, lambda x: x),
}


@pytest.mark.parametrize("kind", SIMPLE)
def test_a_layer_without_weights_is_what_its_name_says(kind: str, tmp_path: Path) -> None:
    config, expected = SIMPLE[kind]
    model = sequential(source("x", 4, 3), layer(kind, "l", **config))
    net = linreg.load(written(tmp_path / "net.h5", model))
    for x in RNG.integers(-8, 9, size=(5, 4, 3)) / 4:
        np.testing.assert_array_equal(net.forward(x.ravel()), expected(x).ravel())


def refusal(path: Path) -> LinregError:
    with pytest.raises(LinregError) as caught:
        linreg.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert len(message.splitlines()) == 1
    return caught.value


DENSE = layer("Dense", "d", units=1)
BAD: dict[str, tuple[Any, type[LinregError], str]] = {
    "lambda": (
        sequential(source("x", 2), layer("Lambda", "l")),
        InvalidNetwork,
        "layer 'l' (Lambda): a Lambda layer holds code, which is not run",
    ),
    "tanh": (
        sequential(source("x", 2), layer("Activation", "l", activation="tanh")),
        NotPiecewiseLinear,
        "use hardtanh instead",
    ),
    "recurrent": (
        sequential(source("x", 2, 2), layer("LSTM", "l")),
        NotPiecewiseLinear,
        "'LSTM' is not piecewise linear",
    ),
    "unknown": (
        sequential(source("x", 2), layer("Foo", "l")),
        InvalidNetwork,
        "operator 'Foo' is not supported; supported: Activation, ActivityRegularization, Add",
    ),
    "softmax inside": (
        sequential(source("x", 2), layer("Softmax", "s"), layer("ReLU", "r")),
        NotPiecewiseLinear,
        "'Softmax' is not piecewise linear",
    ),
    "jump": (
        sequential(source("x", 2), layer("ThresholdedReLU", "t")),
        NotPiecewiseLinear,
        "jumps at its threshold",
    ),
    "jump at a threshold": (
        sequential(source("x", 2), layer("ReLU", "r", threshold=0.5)),
        InvalidNetwork,
        "a unit must be continuous",
    ),
    "free shape": (
        sequential(source("x", None, None, 3), DENSE),
        InvalidNetwork,
        "as in keras.Input((28, 28, 1))",
    ),
    "no shape": (sequential(DENSE), InvalidNetwork, "build it with keras.Input"),
    "no weights": (
        sequential(source("x", 2), DENSE),
        InvalidNetwork,
        "the kernel is missing: 0 arrays of it are in the file",
    ),
    "called twice": (
        functional(
            source("x", 2),
            {**DENSE, "inbound_nodes": [[["x", 0, 0, {}]], [["x", 0, 0, {}]]]},
            output="d",
        ),
        InvalidNetwork,
        "layer 'd' is called 2 times",
    ),
    "circle": (
        functional(source("x", 2), layer("Add", "a", "b"), layer("Add", "b", "a"), output="b"),
        InvalidNetwork,
        "reads what no layer gives",
    ),
    "a product": (
        functional(source("x", 2), layer("Multiply", "m", "x", "x"), output="m"),
        NotPiecewiseLinear,
        "the product of two values",
    ),
    "own class": (
        {"class_name": "MyModel", "config": {"name": "m"}},
        InvalidNetwork,
        "one of your own class is written as such by keras.Model(inputs, outputs)",
    ),
    "no JSON": ("{", UnreadableFile, "model_config is no JSON"),
    "deep JSON": ("[" * 10**5, UnreadableFile, "model_config is no JSON"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_read_is_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    model, error, says = BAD[name]
    found = refusal(written(tmp_path / "net.h5", model))
    assert type(found) is error
    assert says in str(found)


def test_weights_alone_links_and_bombs_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.h5"
    with h5py.File(path, "w") as file:
        file.create_group("model_weights")
    assert 'model.save("net.keras")' in str(refusal(path))
    model = sequential(source("x", 2), DENSE)
    written(path, model, {"d": {"kernel": np.ones((2, 1)), "bias": np.ones(1)}})
    with h5py.File(path, "a") as file:
        del file["model_weights/d/d/kernel:0"]
        file["model_weights/d/d/kernel:0"] = h5py.ExternalLink("/etc/passwd", "/x")
    assert "is a link to another place" in str(refusal(path))
    written(path, model, {"d": {"bias": np.ones(1)}})
    with h5py.File(path, "a") as file:
        group = file["model_weights/d"]
        group.attrs["weight_names"] = np.array(["d/kernel:0", "d/bias:0"], dtype="S")
        group["d"].create_dataset(
            "kernel:0", shape=(10**5, 10**4), dtype="f8", chunks=(1000, 1000), compression="gzip"
        )
    assert "more than are there" in str(refusal(path))
    packed = tmp_path / "net.keras"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("config.json", "metadata.json", "model.weights.h5"):
            archive.writestr(name, bytes(1 << 25))
    assert "unpacks to more than" in str(refusal(packed))
    packed.write_bytes(b"no archive")
    assert "not an HDF5 file" in str(refusal(packed))


def test_the_extra_is_named_where_h5py_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(KERAS / "seq.keras", tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    assert "pip install 'linreg-exact[keras]'" in str(refusal(tmp_path / "seq.keras"))


def changed(data: bytes, rng: np.random.Generator) -> bytes:
    array = bytearray(data)
    for _ in range(int(rng.integers(1, 6))):
        at = int(rng.integers(len(array)))
        if rng.integers(3):
            array[at] = int(rng.integers(256))
        else:
            del array[at : at + int(rng.integers(1, 9))]
    return bytes(array)


def inside(data: bytes, rng: np.random.Generator) -> bytes:
    """A .keras file with one of the files in it changed."""
    source_, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    names = source_.namelist()
    spoiled = names[int(rng.integers(len(names)))]
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            content = source_.read(name)
            archive.writestr(name, changed(content, rng) if name == spoiled else content)
    return target.getvalue()


def test_changed_files_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    rng, messages = np.random.default_rng(0), []
    sources = [(name, (KERAS / name).read_bytes()) for name in ("fun.h5", "fun.keras", "seq.keras")]
    for k in range(200):
        name, data = sources[k % 3]
        path = tmp_path / f"net{Path(name).suffix}"
        path.write_bytes(inside(data, rng) if name.endswith(".keras") else changed(data, rng))
        try:
            linreg.load(path)
        except LinregError as error:
            messages.append((str(path), str(error)))
    assert len(messages) > 20
    for path, message in messages:
        assert message.startswith(f"{path}: ")
        assert len(message.splitlines()) == 1
