"""Layer types that are not read, and what to say about them."""

from __future__ import annotations

from collections.abc import Iterable

from linreg.errors import InvalidNetwork, NotPiecewiseLinear
from linreg.json_values import nearest, shown

_RELU_LIKE = "use relu or leaky_relu instead"
_SATURATING = "use hardtanh instead"
_SIGMOID_LIKE = "use hard_sigmoid or clip instead"
_LAST_LAYER = "leave it out: the regions are those of the scores before it"
_NORMALISING = "use batchnorm's constants folded into the next linear layer instead"

ADVICE = {
    "celu": _RELU_LIKE,
    "elu": _RELU_LIKE,
    "gelu": _RELU_LIKE,
    "groupnorm": _NORMALISING,
    "hardswish": _RELU_LIKE,
    "instancenorm": _NORMALISING,
    "layernorm": _NORMALISING,
    "logsigmoid": _RELU_LIKE,
    "logsoftmax": _LAST_LAYER,
    "mish": _RELU_LIKE,
    "selu": _RELU_LIKE,
    "sigmoid": _SIGMOID_LIKE,
    "silu": _RELU_LIKE,
    "softmax": _LAST_LAYER,
    "softplus": _RELU_LIKE,
    "softsign": _SATURATING,
    "swish": _RELU_LIKE,
    "tanh": _SATURATING,
}
"""Layers that are not piecewise linear, and what to do instead."""


def refusal(name: str, supported: Iterable[str]) -> InvalidNetwork:
    """The error for a layer type that is not supported.

    Examples
    --------
    >>> raise refusal("Tanh", ["hardtanh", "relu"])
    Traceback (most recent call last):
        ...
    linreg.errors.NotPiecewiseLinear: 'Tanh' is not piecewise linear, so the network has no finite
    set of linear regions; use hardtanh instead
    """
    if name.lower() in ("argmax", "argmin"):
        return NotPiecewiseLinear(
            f"{name!r} jumps from one class to another, so its regions do not meet face to face; "
            "leave it out, and ask for the decision regions of the scores before it"
        )
    advice = ADVICE.get(name.lower().replace("_", ""))
    if advice is not None:
        return NotPiecewiseLinear(
            f"{name!r} is not piecewise linear, so the network has no finite set of linear "
            f"regions; {advice}"
        )
    return InvalidNetwork(f"unknown type {shown(name)}{nearest(name, sorted(supported))}")
