"""Operators of torch under all their names, choices, sorting, and modules that are refused well."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import linreg
from linreg.errors import InvalidNetwork, NotPiecewiseLinear

pytest.importorskip("torch")

import torch
from torch import nn
from torch.nn import functional


class Applied(nn.Module):
    """A function as a module."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Any) -> Any:
        return self.function(x)


ONE = torch.tensor([[1.0, -0.5, 0.25, 2.0]])
MANY = torch.tensor([[1.0, -0.5], [0.25, 2.0], [0.5, 1], [-1, 0]])

TAKEN_APART: dict[str, Callable[[Any], Any]] = {
    "absolute": lambda x: x.absolute(),
    "addcdiv": lambda x: torch.addcdiv(x, x, ONE.abs()),
    "addcmul": lambda x: torch.addcmul(x, x, ONE, value=0.5),
    "baddbmm": lambda x: torch.baddbmm(x[None], x[None], torch.eye(4)[None]),
    "clip": lambda x: x.clip(-0.5, 1),
    "column_stack": lambda x: torch.column_stack([x, x]),
    "concat": lambda x: torch.concat([x, -x], 1),
    "concatenate": lambda x: torch.concatenate([x, -x], 1),
    "diff": lambda x: x.diff(dim=1),
    "divide": lambda x: x.divide(3),
    "einsum": lambda x: torch.einsum("bi,io->bo", x, MANY),
    "fliplr": lambda x: x.fliplr(),
    "hstack": lambda x: torch.hstack([x, x]),
    "lerp": lambda x: torch.lerp(x, ONE, 0.25),
    "movedim": lambda x: x.moveaxis(0, 1).ravel()[None],
    "multiply": lambda x: x.multiply(ONE),
    "narrow": lambda x: x.narrow(1, 1, 2),
    "negative": lambda x: x.negative(),
    "pixel_shuffle": lambda x: functional.pixel_shuffle(x.reshape(1, 4, 1, 1), 2),
    "positive": lambda x: x.positive(),
    "ravel": lambda x: x.ravel()[None],
    "roll": lambda x: x.roll(1, 1),
    "square of a constant": lambda x: x * ONE.square(),
    "subtract": lambda x: x.subtract(1),
    "swapaxes": lambda x: x.swapaxes(0, 1).reshape(1, -1),
    "swapdims": lambda x: x.swapdims(0, 1).reshape(1, -1),
    "tensor_split": lambda x: x.tensor_split(2, dim=1)[1],
    "tile": lambda x: x.tile(1, 2),
    "true_divide": lambda x: x.true_divide(2),
    "vstack": lambda x: torch.vstack([x, x]).reshape(1, -1),
    "relu of a sum": lambda x: functional.threshold(x, 0.0, 0.0).subtract(x.clip(max=0)),
}
"""Operators that torch makes others of, which it takes a while to look up."""

READ: dict[str, Callable[[Any], Any]] = {
    "running sum": lambda x: x.cumsum(1),
    "where": lambda x: torch.where(x > 0, x, 0.25 * x),
    "masked": lambda x: x * (x > 0),
    "where not": lambda x: torch.where(~(x <= 1), 1, x),
    "largest": lambda x: torch.where(x @ MANY >= x @ MANY.flip(1), x @ MANY, x @ MANY.flip(1)),
    "sorted": lambda x: x.sort(dim=1).values,
    "topk": lambda x: x.topk(3, dim=1).values,
    "bilinear": lambda x: functional.interpolate(
        x.reshape(1, 1, 2, 2), size=(3, 5), mode="bilinear", align_corners=False
    ),
    "corners": lambda x: functional.interpolate(
        x.reshape(1, 1, 4), scale_factor=2, mode="linear", align_corners=True
    ),
}


def agreed(module: Any, *shape: int) -> linreg.Network:
    """The network of a module, once it is seen to agree with it."""
    net = linreg.from_torch(module, shape)
    points = np.random.default_rng(1).normal(size=(8, net.input_dim)).astype(np.float32)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = [module(torch.tensor(point.reshape(1, *shape))).ravel().tolist() for point in points]
    np.testing.assert_allclose(net.forward(points.astype(float)), rows, rtol=2e-5, atol=2e-5)
    return net


@pytest.mark.parametrize("name", READ)
def test_an_operator_is_what_it_is_made_of(name: str) -> None:
    agreed(Applied(READ[name]), 4)


def test_operators_are_what_torch_makes_of_them() -> None:
    """All in one module, since each module that torch takes apart costs it the same search."""

    def every(x: Any) -> Any:
        return torch.cat([function(x).reshape(1, -1) for function in TAKEN_APART.values()], 1)

    agreed(Applied(every), 4)


def test_transposed_convolutions_agree() -> None:
    torch.manual_seed(0)
    layers = (
        nn.ConvTranspose1d(2, 3, 3, stride=2, padding=1, output_padding=1),
        nn.ConvTranspose1d(2, 4, 2, groups=2, dilation=2),
    )
    for layer in layers:
        agreed(nn.Sequential(layer, nn.ReLU()), 2, 4)
    agreed(nn.Sequential(nn.ConvTranspose2d(1, 2, (2, 3), stride=(3, 1))), 1, 2, 2)
    agreed(nn.Conv3d(1, 2, 2), 1, 2, 3, 2)


class TwoInputs(nn.Module):
    def forward(self, x: Any, y: Any) -> Any:
        return torch.relu(x - 2 * y)


class Joined(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = TwoInputs()

    def forward(self, x: Any) -> Any:
        return self.inner(x[:, :3], x[:, 3:])


def test_a_module_of_two_inputs_is_wrapped_as_the_message_says() -> None:
    with pytest.raises(InvalidNetwork, match=r"2 tensors, x, y, and one is read.*x\[:, :3\]"):
        linreg.from_torch(TwoInputs(), (3,))
    assert agreed(Joined(), 6).forward_exact([5, 1, 2, 1, 1, 1]) == [3, 0, 0]


@pytest.mark.parametrize("shape", ["3", None, 2.5, (2, "3"), [[3]], {}, True, (True,), 0])
def test_an_input_shape_of_any_wrong_form_is_one_clear_error(shape: Any) -> None:
    with pytest.raises(InvalidNetwork, match="input_shape: positive whole numbers were expected"):
        linreg.from_torch(nn.ReLU(), shape)


def test_a_choice_that_jumps_is_refused() -> None:
    with pytest.raises(NotPiecewiseLinear, match="jumps where 'gt' changes"):
        linreg.from_torch(Applied(lambda x: torch.where(x > 0, x, x + 1)), (2,))
    with pytest.raises(NotPiecewiseLinear, match="'gt' is not a continuous"):
        linreg.from_torch(Applied(lambda x: (x > 0).sum(1)), (2,))
