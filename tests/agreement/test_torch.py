"""Networks read from torch modules compute what the modules do, layer by layer or traced."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import linreg
from linreg.errors import InvalidNetwork, LinregError, NotPiecewiseLinear
from linreg.units import MaxUnit, relu

pytest.importorskip("torch")

import torch
from torch import nn
from torch.nn import functional


class Traced(nn.Module):
    """A module that does what another does, but is none of torch's own."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Any) -> Any:
        return self.inner(x)


def evaluated(module: Any, points: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    modes = [part.training for part in module.modules()]
    module.eval()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch finds padding="same" slow
        dtype = next((p.dtype for p in module.parameters()), torch.float32)
        value = module(torch.tensor(points.reshape(-1, *shape), dtype=dtype))
    for part, mode in zip(module.modules(), modes, strict=True):
        part.training = mode
    return np.asarray(value.double().reshape(len(points), -1).numpy())


def agreed(module: Any, *shape: int, scale: float = 1.0) -> linreg.Network:
    """The network of a module, once it is seen to agree with it."""
    net = linreg.from_torch(module, shape)
    assert net.input_shape == shape
    points = np.random.default_rng(1).normal(size=(8, net.input_dim)) * scale
    points = points.astype(np.float32).astype(np.float64)
    expected = evaluated(module, points, shape)
    np.testing.assert_allclose(net.forward(points), expected, rtol=2e-5, atol=2e-5)
    return net


def seeded(module: Any) -> Any:
    """The module with the same random weights and statistics in every run."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) / 2)
        for name, buffer in module.named_buffers():
            if buffer.is_floating_point():
                drawn = torch.randn(buffer.shape, generator=generator)
                buffer.copy_(drawn.abs() + 0.5 if name.endswith("var") else drawn)
    return module


LAYERS: list[tuple[Any, tuple[int, ...]]] = [
    (nn.Linear(3, 2), (3,)),
    (nn.Linear(3, 2, bias=False), (4, 3)),
    (nn.ReLU(), (3,)),
    (nn.ReLU(inplace=True), (3,)),
    (nn.ReLU6(), (3,)),
    (nn.LeakyReLU(0.3), (3,)),
    (nn.PReLU(), (3, 2)),
    (nn.PReLU(3), (3, 2)),
    (nn.RReLU(), (3,)),
    (nn.Hardtanh(-0.5, 0.25), (3,)),
    (nn.Hardsigmoid(), (3,)),
    (nn.Softshrink(0.25), (3,)),
    (nn.Threshold(0.5, 0.5), (3,)),
    (nn.Identity(), (3,)),
    (nn.Dropout(0.9), (3,)),
    (nn.Dropout2d(0.9), (2, 3, 3)),
    (nn.Flatten(), (2, 3, 2)),
    (nn.Flatten(2, 3), (2, 3, 2)),
    (nn.Unflatten(1, (2, 3)), (6,)),
    (nn.BatchNorm1d(3), (3,)),
    (nn.BatchNorm1d(3, affine=False), (3, 4)),
    (nn.BatchNorm2d(2), (2, 3, 3)),
    (nn.Conv1d(2, 4, 3, stride=2, padding=1, dilation=2, groups=2), (2, 9)),
    (nn.Conv2d(2, 3, (2, 3), padding="same"), (2, 4, 5)),
    (nn.Conv2d(2, 3, 2, padding="valid", bias=False), (2, 4, 5)),
    (nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect"), (2, 4, 5)),
    (nn.Conv2d(2, 3, 3, padding=1, padding_mode="circular"), (2, 4, 5)),
    (nn.MaxPool1d(3, 2, padding=1, ceil_mode=True), (2, 8)),
    (nn.MaxPool2d(2), (2, 5, 4)),
    (nn.MaxPool2d((2, 1), dilation=2, stride=1), (2, 5, 4)),
    (nn.AvgPool1d(3, 2, padding=1, count_include_pad=False), (2, 8)),
    (nn.AvgPool2d((2, 3), stride=2, padding=1, ceil_mode=True), (2, 6, 5)),
    (nn.AdaptiveAvgPool1d(1), (2, 5)),
    (nn.AdaptiveAvgPool2d((1, 1)), (2, 5, 4)),
    (nn.AdaptiveAvgPool2d((2, None)), (2, 4, 3)),
    (nn.AdaptiveMaxPool1d(1), (2, 5)),
    (nn.AdaptiveMaxPool2d(2), (2, 4, 6)),
    (nn.Upsample(scale_factor=2), (2, 3)),
    (nn.Upsample(scale_factor=(2, 3)), (2, 3, 2)),
    (nn.Upsample(size=(5, 4)), (2, 3, 2)),
    (nn.UpsamplingNearest2d(scale_factor=2), (2, 3, 2)),
    (nn.ZeroPad2d((1, 2, 0, 1)), (2, 3, 2)),
    (nn.ZeroPad1d((1, -1)), (2, 3)),
    (nn.ConstantPad1d((1, 2), 3.5), (2, 3)),
    (nn.ReflectionPad2d(1), (2, 3, 2)),
    (nn.ReplicationPad1d((2, 1)), (2, 3)),
]


@pytest.mark.parametrize(("layer", "shape"), LAYERS, ids=lambda value: str(value))
def test_a_layer_agrees_layer_by_layer_and_traced(layer: Any, shape: tuple[int, ...]) -> None:
    module = seeded(layer)
    net = agreed(module, *shape)
    assert agreed(Traced(module), *shape).fingerprint == net.fingerprint


def taken_apart(x: Any) -> Any:
    """All that torch makes other operators of, which it takes a while to look up."""
    return torch.cat(
        [
            x @ torch.ones(3, 2),
            torch.addmm(torch.ones(2), x, torch.ones(3, 2), alpha=2, beta=3),
            torch.clamp(x, min=torch.tensor([0.0, 0.5, 1.0])),
            torch.min(x, torch.zeros(3)),
            x[:, torch.tensor([2, 0])],
            x.index_select(1, torch.tensor([2, 0])),
            x.double().to(torch.float32),
            x * torch.arange(3).float().sqrt(),
        ],
        1,
    )


FUNCTIONS: list[tuple[Callable[[Any], Any], tuple[int, ...]]] = [
    (taken_apart, (3,)),
    (lambda x: x + 1 - x * 0.5, (3,)),
    (lambda x: 2 - x / 4, (3,)),
    (lambda x: torch.add(x, x[:, :1], alpha=2), (3,)),
    (lambda x: torch.sub(1, x, alpha=3), (3,)),
    (lambda x: -x.abs(), (3,)),
    (lambda x: torch.ones(2, 4) @ x, (4, 3)),
    (lambda x: torch.clamp(x, min=-0.5), (3,)),
    (lambda x: x.clamp(-0.25, 0.5), (3,)),
    (lambda x: x.clamp_max(0.5), (3,)),
    (lambda x: torch.maximum(x, 1 - x), (3,)),
    (lambda x: x.max(dim=1).values, (3, 2)),
    (lambda x: x.amin((1, 2), keepdim=True), (3, 2)),
    (lambda x: x.max(), (3,)),
    (lambda x: x.mean((2, 3)), (2, 3, 2)),
    (lambda x: x.sum(1), (3, 2)),
    (lambda x: torch.cat([x[:, 1:], x.flip(1)], 1), (3,)),
    (lambda x: torch.stack(x.unbind(1), 2), (3, 2)),
    (lambda x: torch.cat(x.chunk(2, 1)[::-1], 1), (5,)),
    (lambda x: x.split([1, 2], 1)[1], (3,)),
    (lambda x: x.permute(0, 2, 1).reshape(-1, 6), (2, 3)),
    (lambda x: x.transpose(1, 2).contiguous().view(x.size(0), -1), (2, 3)),
    (lambda x: x.unsqueeze(1).expand(-1, 2, -1).squeeze(0), (3,)),
    (lambda x: x.repeat(1, 2), (3,)),
    (lambda x: x.movedim(1, 2), (2, 3)),
    (lambda x: functional.pad(x, (1, 2), value=0.5), (3,)),
    (lambda x: functional.hardtanh(functional.relu(x), -1, 0.5), (3,)),
    (lambda x: torch.relu_(x.clone()) + x, (3,)),
]


class Applied(nn.Module):
    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Any) -> Any:
        return self.function(x)


@pytest.mark.parametrize("k", range(len(FUNCTIONS)))
def test_a_function_of_tensors_agrees(k: int) -> None:
    function, shape = FUNCTIONS[k]
    module = Applied(function)
    net = linreg.from_torch(module, shape)
    points = np.random.default_rng(1).normal(size=(8, net.input_dim)).astype(np.float32)
    expected = [module(torch.tensor(p.reshape(1, *shape))).reshape(-1).numpy() for p in points]
    np.testing.assert_allclose(net.forward(points), expected, rtol=2e-5, atol=2e-5)


class Residual(nn.Module):
    """A convolutional network with a skip connection, whose parts are called in another order."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(8, 2)
        self.first = nn.Conv2d(1, 2, 3, padding=1)
        self.norm = nn.BatchNorm2d(2)
        self.drop = nn.Dropout(0.5)
        self.register_buffer("scale", torch.tensor([2.0]), persistent=False)

    def forward(self, x: Any) -> Any:
        y = functional.relu(self.norm(self.first(x)), inplace=True)
        y = functional.max_pool2d(y + self.scale * x, 2)
        return functional.log_softmax(self.last(self.drop(y).flatten(1)), dim=1)


def test_a_module_with_a_skip_connection_agrees_and_stays_as_it_is() -> None:
    module = seeded(Residual())
    module.train()
    module.norm.eval()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    net = linreg.from_torch(module, (1, 4, 4))
    assert (module.training, module.norm.training, module.drop.training) == (True, False, True)
    assert all((before[name] == value).all() for name, value in module.state_dict().items())
    assert net.notes == (
        "the log-softmax at the end is left out: the output is the scores before it",
    )
    points = np.random.default_rng(1).normal(size=(8, 16))
    scores = net.forward(points)
    shares = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(shares, evaluated(module, points, (1, 4, 4)), rtol=1e-4, atol=1e-4)
    assert net.staged.units == (relu(),) * 32 + (MaxUnit(4),) * 8


def test_a_layer_that_stands_in_a_chain_twice_is_applied_twice() -> None:
    """People write relu = nn.ReLU() once; `named_children` names it once too."""
    switch, twice = nn.ReLU(), nn.Linear(3, 3)
    chain = nn.Sequential(twice, switch, nn.Sequential(twice, switch), nn.Linear(3, 1))
    assert len(agreed(seeded(chain), 3).staged.units) == 6


def test_batch_norm_in_training_mode_is_read_with_its_running_statistics() -> None:
    module = seeded(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU()))
    module.train()
    agreed(module, 3)
    assert module.training


def test_a_hook_or_a_changed_forward_method_is_not_passed_over() -> None:
    """A layer of torch's own whose call does something else is traced."""
    hooked = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    hooked[0].register_forward_hook(lambda _module, _inputs, output: 2 * output)
    agreed(hooked, 2)
    changed = nn.Sequential(nn.Linear(2, 2))
    changed[0].forward = lambda x: functional.linear(x, torch.eye(2)) + 1
    net = agreed(changed, 2)
    assert net.forward_exact([1, 2]) == [2, 3]

    class Doubled(nn.Linear):
        def forward(self, x: Any) -> Any:
            return 2 * super().forward(x)

    agreed(nn.Sequential(Doubled(2, 3)), 2)
    agreed(nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))), 2)


def test_double_and_half_precision_weights_are_read_as_they_are() -> None:
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        module = nn.Linear(3, 2).to(dtype)
        for net in (linreg.from_torch(m, (3,)) for m in (module, Traced(module))):
            matrix = net.staged.readout.matrix.astype(float)
            assert (matrix == module.weight.detach().double().numpy()).all()


def relu_network() -> tuple[Any, dict[str, Any]]:
    """A ReLU network in torch, and as JSON spells it."""
    module = seeded(
        nn.Sequential(
            nn.Conv2d(1, 2, 2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(2, 3),
            nn.ReLU(),
            nn.Linear(3, 2),
        )
    )
    conv, first, last = module[0], module[4], module[6]

    def layer(kind: str, source: Any) -> dict[str, Any]:
        return {"type": kind, "weight": source.weight.tolist(), "bias": source.bias.tolist()}

    layers = [
        layer("conv2d", conv),
        {"type": "relu"},
        {"type": "maxpool2d", "kernel": 2},
        {"type": "flatten"},
        layer("linear", first),
        {"type": "relu"},
        layer("linear", last),
    ]
    return module, {"input_shape": [1, 4, 4], "layers": layers}


@pytest.mark.parametrize("dynamo", [True, False], ids=["torch.export", "TorchScript"])
def test_one_network_has_one_fingerprint_in_torch_onnx_and_json(
    dynamo: bool, tmp_path: Path
) -> None:
    pytest.importorskip("onnx")
    if dynamo:
        pytest.importorskip("onnxscript")
    module, document = relu_network()
    fingerprints = {
        linreg.from_torch(module, (1, 4, 4)).fingerprint,
        linreg.from_torch(Traced(module), (1, 4, 4)).fingerprint,
        linreg.readers.network_from_json(document).fingerprint,
        linreg.load(exported(module, (1, 4, 4), tmp_path, dynamo=dynamo)).fingerprint,
    }
    assert len(fingerprints) == 1


@pytest.mark.parametrize("dynamo", [True, False], ids=["torch.export", "TorchScript"])
def test_a_module_with_folded_batch_norm_has_the_same_regions_in_onnx(
    dynamo: bool, tmp_path: Path
) -> None:
    """Exporters fold batch-norm in float32, so the weights differ in their last bits."""
    pytest.importorskip("onnx")
    if dynamo:
        pytest.importorskip("onnxscript")
    module = seeded(
        nn.Sequential(nn.Conv1d(1, 2, 2), nn.BatchNorm1d(2), nn.LeakyReLU(0.25), nn.MaxPool1d(2))
    )
    net = linreg.from_torch(module, (1, 3))
    other = linreg.load(exported(module, (1, 3), tmp_path, dynamo=dynamo))
    patterns = [linreg.enumerate_regions(each).patterns.tolist() for each in (net, other)]
    assert patterns[0] == patterns[1]


def exported(module: Any, shape: tuple[int, ...], folder: Path, *, dynamo: bool) -> Path:
    path = folder / "net.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of its own deprecations
        torch.onnx.export(
            module.eval(), (torch.zeros(1, *shape),), str(path), dynamo=dynamo, verbose=False
        )
    return path


@given(
    axes=st.sampled_from([1, 2]),
    kernel=st.tuples(*[st.integers(1, 3)] * 2),
    stride=st.tuples(*[st.integers(1, 3)] * 2),
    padding=st.tuples(*[st.integers(0, 1)] * 2),
    dilation=st.tuples(*[st.integers(1, 2)] * 2),
    sizes=st.tuples(*[st.integers(3, 7)] * 2),
    ceil=st.booleans(),
    counted=st.booleans(),
    groups=st.sampled_from([1, 2]),
)
@settings(max_examples=40)
def test_convolutions_and_pools_of_any_setting_agree(
    axes: int, ceil: bool, counted: bool, groups: int, **drawn: tuple[int, int]
) -> None:
    kernel, stride, padding, dilation, sizes = (
        drawn[key][:axes] for key in ("kernel", "stride", "padding", "dilation", "sizes")
    )
    assume(all(2 * p <= k for p, k in zip(padding, kernel, strict=True)))
    spans = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    assume(all(n + 2 * p > s for n, p, s in zip(sizes, padding, spans, strict=True)))
    conv = getattr(nn, f"Conv{axes}d")
    largest, average = getattr(nn, f"MaxPool{axes}d"), getattr(nn, f"AvgPool{axes}d")
    agreed(seeded(conv(2, 2, kernel, stride, padding, dilation, groups)), 2, *sizes)
    agreed(largest(kernel, stride, padding, dilation, ceil_mode=ceil), 2, *sizes)
    assume(all(n + 2 * p >= k for n, p, k in zip(sizes, padding, kernel, strict=True)))
    agreed(average(kernel, stride, padding, ceil, counted), 2, *sizes)


class TwoOutputs(nn.Module):
    def forward(self, x: Any) -> Any:
        return x, x + 1


class Branching(nn.Module):
    def forward(self, x: Any) -> Any:
        return x if x.sum() > 0 else -x


@pytest.mark.parametrize(
    ("module", "error", "says"),
    [
        (nn.Sequential(nn.Linear(2, 2), nn.Tanh()), NotPiecewiseLinear, "use hardtanh instead"),
        (nn.Sequential(nn.GELU()), NotPiecewiseLinear, "'gelu' is not piecewise linear"),
        (nn.Sequential(nn.Softmax(1), nn.ReLU()), NotPiecewiseLinear, "'Softmax' is not piecewise"),
        (nn.Sequential(nn.Hardshrink()), NotPiecewiseLinear, "use softshrink instead"),
        (nn.Sequential(nn.Threshold(1, 0)), InvalidNetwork, "layer 0 (Threshold): a unit must be"),
        (nn.Sequential(nn.Linear(3, 2)), InvalidNetwork, "layer 0 (Linear): matrices of shapes"),
        (
            nn.Sequential(nn.ReLU(), nn.Sequential(nn.Conv1d(1, 1, 1))),
            InvalidNetwork,
            "layer 1.0 (Conv1d): ",
        ),
        (nn.Sequential(nn.BatchNorm1d(2, track_running_stats=False)), InvalidNetwork, "batch"),
        (nn.LSTM(2, 2), NotPiecewiseLinear, "'lstm' is not piecewise linear"),
        (Applied(lambda x: x * x), NotPiecewiseLinear, "the product of two values"),
        (Applied(lambda x: 1 / x), NotPiecewiseLinear, "is not piecewise linear"),
        (Applied(lambda x: x.argmax(1)), NotPiecewiseLinear, "ask for the decision regions"),
        (Applied(lambda x: x.floor()), NotPiecewiseLinear, "'floor' is not a continuous"),
        (Applied(lambda x: x.int()), NotPiecewiseLinear, "rounds, so it is not continuous"),
        (Applied(lambda x: x.softmax(1) * 2), NotPiecewiseLinear, "'softmax' is not piecewise"),
        (Applied(lambda x: x.cumprod(1)), InvalidNetwork, "operator 'cumprod' is not supported"),
        (Applied(lambda x: x.max(dim=1).indices), InvalidNetwork, "output 1 of 'max'"),
        (Applied(lambda x: x @ torch.ones(3)), InvalidNetwork, "torch.export cannot trace"),
        (TwoOutputs(), InvalidNetwork, "2 outputs"),
        (Branching(), InvalidNetwork, "torch.export cannot trace the module"),
        (nn.Bilinear(2, 2, 2), InvalidNetwork, "torch.export cannot trace the module"),
        ("a module", InvalidNetwork, "a torch.nn.Module was expected, got str"),
    ],
    ids=lambda value: value[:25] if isinstance(value, str) else "",
)
def test_what_is_not_piecewise_linear_is_refused_by_name(
    module: Any, error: type[LinregError], says: str
) -> None:
    with pytest.raises(error) as caught:
        linreg.from_torch(module, (2,))
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("shape", [(), (0,), (-1, 2), (10**7,)])
def test_an_input_shape_is_of_positive_lengths(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidNetwork, match="the input's shape must be"):
        linreg.from_torch(nn.ReLU(), shape)
