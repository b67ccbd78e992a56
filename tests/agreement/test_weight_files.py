"""Weights without a framework: .npz files of other conventions, and MATLAB's .mat files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat
from scipy.sparse import csc_array

import linreg
from linreg.errors import InvalidNetwork, LinregError, UnreadableFile

W1, B1 = np.array([[1.0, 0.5], [-1, 0.25], [0.125, 2]]), np.array([0.5, 0, -1])
W2, B2 = np.array([[1.0, -2, 0.5]]), np.array([0.25])
NET = linreg.mlp([(W1, B1)], (W2, B2))


def cells(*arrays: np.ndarray) -> np.ndarray:
    held = np.empty((1, len(arrays)), dtype=object)
    held[0] = arrays
    return held


def test_arrays_of_get_weights_are_in_by_out(tmp_path: Path) -> None:
    path = tmp_path / "net.npz"
    np.savez(path, W1.T, B1, W2.T, B2)
    net = linreg.load(path)
    assert net.fingerprint == NET.fingerprint
    assert "in x out" in net.notes[0]
    np.savez(path, W1.T, W2.T)  # layers without a bias
    bare = linreg.mlp([(W1, np.zeros(3))], (W2, np.zeros(1)))
    assert linreg.load(path).fingerprint == bare.fingerprint
    np.savez(path, W1, B1)
    with pytest.raises(InvalidNetwork, match="a matrix is in x out"):
        linreg.load(path)
    np.savez(path, W1, W2)
    with pytest.raises(InvalidNetwork, match="as many rows as the one before has columns"):
        linreg.load(path)


def test_names_of_layers_are_read_as_in_state_dicts(tmp_path: Path) -> None:
    path = tmp_path / "net.npz"
    held = {"fc1.weight": W1, "fc1.bias": B1, "fc2.weight": W2, "fc2.bias": B2}
    np.savez(path, **dict(sorted(held.items(), reverse=True)))
    assert linreg.load(path).fingerprint == NET.fingerprint
    np.savez(path, **held, activation="abs")
    expected = linreg.mlp([(W1, B1)], (W2, B2), activation=linreg.absolute())
    assert linreg.load(path).fingerprint == expected.fingerprint


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "content",
    [
        {"W": cells(W1, W2), "b": cells(B1[:, None], B2[:, None])},
        {"W": cells(W1, W2).T, "b": cells(B1[None], B2[None])},
        {"W1": W1, "b1": B1, "W2": W2, "b2": B2, "activation": "relu"},
    ],
)
def test_mat_files_hold_cells_or_numbered_matrices(
    content: dict[str, Any], packed: bool, tmp_path: Path
) -> None:
    path = tmp_path / "net.mat"
    savemat(path, content, do_compression=packed)
    assert linreg.load(path).fingerprint == NET.fingerprint


def test_numbers_of_every_class_and_other_variables(tmp_path: Path) -> None:
    """A matrix of whole numbers is stored in bytes, whatever its class."""
    path = tmp_path / "net.mat"
    whole = np.array([[1, -2], [3, 200]])
    for dtype in (np.float64, np.float32, np.int16, np.int64):
        savemat(path, {"W1": whole.astype(dtype), "b1": np.zeros((2, 1)), "epoch": 3})
        net = linreg.load(path)
        assert net.forward_exact([1, 1]) == [-1, 203]
        assert net.notes == ("variables are ignored: 'epoch'",)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"W": cells(W1, W2), "b": cells(B1)}, "array b2 is missing"),
        ({"V": cells(W1)}, "cells W and b, or W1, b1, ..., Wk, bk were expected, got 'V'"),
        ({"W1": csc_array(W1), "b1": B1}, "save full(W1)"),
        ({"W1": W1, "b1": B1, "activation": "tanh"}, "activation"),
        ({"net": {"W": W1}}, "were expected, got 'net'"),
        ({"W1": W1 * 1j, "b1": B1}, "W1: a real matrix was expected, got complex"),
        ({"W1": "text", "b1": B1}, "W1: a real matrix was expected, got text"),
    ],
)
def test_a_mat_file_of_something_else_is_refused(
    content: dict[str, Any], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.mat"
    savemat(path, content)
    with pytest.raises(InvalidNetwork) as caught:
        linreg.load(path)
    assert says in str(caught.value)


def test_mat_files_of_version_7_3_and_bombs_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.mat"
    path.write_bytes(b"MATLAB 7.3 MAT-file" + bytes(600))
    with pytest.raises(UnreadableFile, match=r'save it in MATLAB by save.*"-v7"'):
        linreg.load(path)
    savemat(path, {"W1": np.zeros((3000, 1500))}, do_compression=True)
    with pytest.raises(UnreadableFile, match="unpacks to more than 16,777,216 bytes; save it by"):
        linreg.load(path)
    path.write_bytes(b"")
    with pytest.raises(UnreadableFile, match=r"not a \.mat file of version 5 to 7"):
        linreg.load(path)


@pytest.mark.parametrize(
    ("suffix", "says"),
    [
        (".joblib", "linreg.from_sklearn(joblib.load(path))"),
        (".pkl", "linreg.from_sklearn(pickle.load(file))"),
        (".pb", 'model.save("net.keras")'),
        (".tflite", 'model.save("net.keras")'),
        (".pmml", "write the model it was made of as ONNX"),
        (".pt2", "linreg.from_torch(torch.export.load(path).module(), input_shape=(3,))"),
    ],
)
def test_other_files_are_refused_with_the_next_step(suffix: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / f"net{suffix}"
    path.write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(UnreadableFile) as caught:
        linreg.load(path)
    assert says in str(caught.value)


def test_a_folder_is_taken_for_a_saved_model(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="SavedModel"):
        linreg.load(tmp_path)


def test_the_next_step_from_a_pickle_works(tmp_path: Path) -> None:
    joblib = pytest.importorskip("joblib")
    neural = pytest.importorskip("sklearn.neural_network")
    model = neural.MLPRegressor(hidden_layer_sizes=(3,)).partial_fit([[0], [1]], [0, 1])
    path = tmp_path / "net.joblib"
    joblib.dump(model, path)
    assert linreg.from_sklearn(joblib.load(path)).input_dim == 1


def changed(data: bytes, rng: np.random.Generator) -> bytes:
    array = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        at = int(rng.integers(len(array)))
        if rng.integers(2):
            array[at] = int(rng.integers(256))
        else:
            del array[at : at + int(rng.integers(1, 9))]
    return bytes(array)


def test_changed_files_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    rng, messages = np.random.default_rng(0), []
    sources = []
    for packed in (False, True):
        stream = io.BytesIO()
        savemat(stream, {"W": cells(W1, W2), "b": cells(B1, B2)}, do_compression=packed)
        sources.append(stream.getvalue())
    path = tmp_path / "net.mat"
    for k in range(200):
        path.write_bytes(changed(sources[k % 2], rng))
        try:
            linreg.load(path)
        except LinregError as error:
            messages.append(str(error))
    assert len(messages) > 50
    assert all(text.startswith(f"{path}: ") and len(text.splitlines()) == 1 for text in messages)
