"""Networks of weights by name compute what the modules do that the weights are from."""

from __future__ import annotations

import pickle
import warnings
from collections import OrderedDict
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import linreg
from linreg.errors import InvalidNetwork, LinregError, UnreadableFile

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import torch
from safetensors import torch as safetensors
from torch import nn

ARRAYS = {
    "fc1.weight": np.array([[1.0, 0.5], [-1, 0.25], [0.125, 2]]),
    "fc1.bias": np.array([0.5, 0, -1]),
    "fc2.weight": np.array([[1.0, -2, 0.5]]),
    "fc2.bias": np.array([0.25]),
}


def perceptron() -> Any:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 5), nn.ReLU(), nn.Linear(5, 2))


def convolutional() -> Any:
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Conv2d(1, 2, 2),
        nn.BatchNorm2d(2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(2, 3),
    )
    with torch.no_grad():
        module[1].running_mean += 0.25
    return module.eval()


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("suffix", [".pt", ".pth", ".safetensors"])
def test_a_file_of_weights_and_the_module_are_one_network(
    suffix: str, nested: bool, tmp_path: Path
) -> None:
    module = perceptron()
    path = tmp_path / f"net{suffix}"
    if suffix == ".safetensors":
        safetensors.save_file(module.state_dict(), path)
    else:
        weights = module.state_dict()
        torch.save({"epoch": 3, "state_dict": weights} if nested else weights, path)
    expected = linreg.from_torch(module, 3)
    assert linreg.from_state_dict(path).fingerprint == expected.fingerprint
    assert linreg.from_state_dict(module.state_dict()).fingerprint == expected.fingerprint


def test_any_layers_are_said_by_name() -> None:
    module = convolutional()
    layers = ["0", "1", "relu", {"type": "maxpool2d", "kernel": 2}, "flatten", "5"]
    net = linreg.from_state_dict(module.state_dict(), layers=layers, input_shape=(1, 3, 3))
    assert net.fingerprint == linreg.from_torch(module, (1, 3, 3)).fingerprint
    assert any("eps = 1e-5" in note for note in net.notes)
    strided = [{"type": "conv2d", "weight": "0.weight", "bias": "0.bias", "stride": 2}]
    whole = nn.Conv2d(1, 2, 2, stride=2)
    whole.load_state_dict({"weight": module[0].weight, "bias": module[0].bias})
    net = linreg.from_state_dict(module.state_dict(), layers=strided, input_shape=(1, 4, 4))
    assert net.fingerprint == linreg.from_torch(whole, (1, 4, 4)).fingerprint


def test_the_activation_is_the_one_that_is_said() -> None:
    x = [Fraction(-1), Fraction(3)]
    hidden = [
        sum((Fraction(w) * v for w, v in zip(row, x, strict=True)), Fraction(b))
        for row, b in zip(ARRAYS["fc1.weight"], ARRAYS["fc1.bias"], strict=True)
    ]
    for name, unit in (("relu", lambda v: max(v, Fraction(0))), ("abs", abs)):
        last = sum(
            Fraction(w) * unit(v) for w, v in zip(ARRAYS["fc2.weight"][0], hidden, strict=True)
        )
        net = linreg.from_state_dict(ARRAYS, activation=name)
        assert net.forward_exact(x) == [last + Fraction(1, 4)]


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32", "float64"])
def test_every_width_of_floats_is_exact(dtype: str, tmp_path: Path) -> None:
    weight = torch.tensor([[0.1, -3.3]]).to(getattr(torch, dtype))
    for suffix in (".pt", ".safetensors"):
        path = tmp_path / f"net{suffix}"
        save = torch.save if suffix == ".pt" else safetensors.save_file
        save({"0.weight": weight}, path)
        net = linreg.from_state_dict(path)
        assert net.forward_exact([1, 0]) == [Fraction(weight[0, 0].item())]
        assert net.forward_exact([0, 1]) == [Fraction(weight[0, 1].item())]


def test_numbers_in_names_count_and_shapes_decide_where_there_are_none(tmp_path: Path) -> None:
    """Layer 10 comes after layer 9, and `out` after all whose shapes fit before it."""
    rng = np.random.default_rng(0)
    many = {f"l{k}.weight": rng.integers(-2, 3, size=(2, 2)) * 1.0 for k in range(1, 12)}
    np.savez(tmp_path / "many.npz", **dict(sorted(many.items())))
    layers = [entry for k in range(1, 12) for entry in (f"l{k}", "relu")][:-1]
    expected = linreg.from_state_dict(many, layers=layers)
    assert linreg.from_state_dict(tmp_path / "many.npz").fingerprint == expected.fingerprint
    named = {"out.weight": np.ones((1, 3)), "hidden.weight": np.ones((3, 2))}
    np.savez(tmp_path / "named.npz", **named)
    assert linreg.from_state_dict(tmp_path / "named.npz").input_dim == 2
    square = {"a.weight": np.ones((2, 2)), "b.weight": np.eye(2)}
    np.savez(tmp_path / "square.npz", **square)
    with pytest.raises(InvalidNetwork, match="in several orders") as caught:
        linreg.from_state_dict(tmp_path / "square.npz")
    assert 'layers=["a", "relu", ..]' in str(caught.value)
    assert linreg.from_state_dict(tmp_path / "square.npz", layers=["a", "relu", "b"]).input_dim == 2


class Bomb:
    def __reduce__(self) -> Any:
        return (exec, ("raise RuntimeError('code ran')",))


def test_code_in_a_file_is_not_run_and_the_message_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    module = perceptron()
    for thing in (module, {"0.weight": Bomb()}):
        torch.save(thing, path)
        with pytest.raises(UnreadableFile, match=r"would run the code in it.*state_dict\(\), path"):
            linreg.from_state_dict(path)
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(UnreadableFile) as caught:
        linreg.from_state_dict(path)
    assert "code ran" not in str(caught.value)
    # The two ways that the message names:
    torch.save(module.state_dict(), path)
    net = linreg.from_torch(module, input_shape=(3,))
    assert linreg.from_state_dict(path).fingerprint == net.fingerprint


@pytest.mark.parametrize(
    ("weights", "options", "error", "says"),
    [
        (ARRAYS, {"architecture": "cnn"}, InvalidNetwork, "known is 'mlp', and layers=[..]"),
        (ARRAYS, {"activation": "rleu"}, InvalidNetwork, "did you"),
        (ARRAYS, {"layers": ["fc3"]}, InvalidNetwork, "layers[0]: 'fc3' names no weights"),
        (ARRAYS, {"layers": []}, InvalidNetwork, "at least one was expected"),
        (ARRAYS, {"layers": [3]}, InvalidNetwork, "a name or a layer was expected"),
        (ARRAYS, {"layers": "fc1"}, TypeError, "a list was expected, got the text"),
        (ARRAYS, {"layers": ["relu"]}, InvalidNetwork, "say it, as in input_shape=(1, 28, 28)"),
        (ARRAYS, {"input_shape": "wide"}, ValueError, "positive whole numbers"),
        ({}, {}, InvalidNetwork, "torch.save(module.state_dict(), path) writes them"),
        ({"epoch": 3}, {}, InvalidNetwork, "no tensor"),
        ({"bn.running_mean": np.ones(2)}, {}, InvalidNetwork, "say all layers in order"),
        ({"conv.weight": np.ones((1, 1, 2))}, {}, InvalidNetwork, "has shape [1, 1, 2]"),
        ({"a.weight": np.ones((1, 2)), "b.weight": np.ones((5, 9))}, {}, InvalidNetwork, "do not"),
        ({"a.weight": np.array([["x"]])}, {}, InvalidNetwork, "numbers were expected"),
        ({"a.weight": np.ones((1, 2)) * np.nan}, {}, InvalidNetwork, "finite"),
        (3, {}, TypeError, "a path or a mapping was expected, got int"),
        (nn.ReLU(), {}, TypeError, "for a module there is linreg.from_torch"),
    ],
)
def test_what_is_not_certain_is_refused_with_how_to_say_it(
    weights: Any, options: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error) as caught:
        linreg.from_state_dict(weights, **options)
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_view_that_says_to_be_far_larger_than_its_numbers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    torch.save({"a.weight": torch.ones(1).expand(10**6, 10**6)}, path)
    with pytest.raises(InvalidNetwork, match="more than the numbers that it has"):
        linreg.from_state_dict(path)


def test_load_says_that_weights_alone_are_no_network(tmp_path: Path) -> None:
    for suffix in (".pt", ".pth", ".safetensors", ".bin"):
        path = tmp_path / f"net{suffix}"
        path.write_bytes(b"")
        with pytest.raises(UnreadableFile, match=r"linreg\.from_state_dict"):
            linreg.load(path)
    with pytest.raises(UnreadableFile, match="names no format of weights"):
        linreg.from_state_dict(tmp_path / "net.onnx")


def changed(data: bytes, rng: np.random.Generator) -> bytes:
    array = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        at = int(rng.integers(min(len(array), 900)))
        if rng.integers(2):
            array[at] = int(rng.integers(256))
        else:
            del array[at : at + int(rng.integers(1, 9))]
    return bytes(array)


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_changed_files_are_read_or_refused_in_one_line(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"net{suffix}"
    if suffix == ".pt":
        torch.save(OrderedDict(perceptron().state_dict()), path)
    else:
        safetensors.save_file(perceptron().state_dict(), path)
    data, rng, messages = path.read_bytes(), np.random.default_rng(0), []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(200):
            path.write_bytes(changed(data, rng))
            try:
                linreg.from_state_dict(path)
            except LinregError as error:
                messages.append(str(error))
    assert len(messages) > 50
    assert all(text.startswith(f"{path}: ") and len(text.splitlines()) == 1 for text in messages)
