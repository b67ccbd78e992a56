"""Operators of frameworks that are refused by name, and those that are left out at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from linreg.errors import InvalidNetwork, NotPiecewiseLinear
from linreg.json_values import shown
from linreg.readers.assembly import Value
from linreg.readers.unknown_types import ADVICE

LAST = {
    "logistic": "the logistic function",
    "logsoftmax": "the log-softmax",
    "sigmoid": "the logistic function",
    "softmax": "the softmax",
}
"""What is left out at the end of a network: the scores before it decide the same."""

_TABLE = "use a piecewise-linear table that is close to it instead"
_FIXED = "use a layer with fixed weights instead"
_SCORES = "leave it out, and ask for the decision regions of the scores before it"
_EXTREMA = "use max, min or relu layers instead"
_LONG_NAMES = {
    "groupnormalization": "groupnorm",
    "instancenormalization": "instancenorm",
    "layernormalization": "layernorm",
    "logistic": "sigmoid",
    "lpnormalization": "layernorm",
    "lrn": "layernorm",
    "nativegroupnorm": "groupnorm",
    "nativelayernorm": "layernorm",
}
_SMOOTH = {
    **ADVICE,
    **{long: ADVICE[short] for long, short in _LONG_NAMES.items()},
    **dict.fromkeys(("cos", "erf", "exp", "log", "pow", "reciprocal", "rsqrt"), _TABLE),
    **dict.fromkeys(("sin", "sqrt"), _TABLE),
    **dict.fromkeys(("attention", "multiheadattention", "scaleddotproductattention"), _FIXED),
    **dict.fromkeys(("gru", "lstm"), "use relu layers instead"),
}
_JUMPING = {
    **dict.fromkeys(("heaviside", "sign", "step"), "use a steep hardtanh instead"),
    **dict.fromkeys(("ceil", "floor", "fmod", "mod", "round", "trunc"), "leave it out"),
    **dict.fromkeys(("argmax", "argmin", "hardmax", "topk"), _SCORES),
    **dict.fromkeys(("equal", "eq", "ge", "greater", "greaterorequal", "gt"), _EXTREMA),
    **dict.fromkeys(("le", "less", "lessorequal", "lt", "ne"), _EXTREMA),
    "hardshrink": "use softshrink instead",
}
_BRANCHING = ("if", "loop", "scan")
_OF_INTEGERS = ("convinteger", "matmulinteger", "dynamicquantizematmul", "matmulintegertofloat")
_ROUNDING = ("quant", "qlinear", "qgemm")


@dataclass(frozen=True, slots=True)
class Scores:
    """A value after a function that is left out if nothing but its arrangement follows.

    Attributes
    ----------
    value : Value
        What the function reads.
    function : str
        The function's name, one of `LAST`.
    """

    value: Value
    function: str


def final_note(function: str) -> str:
    """What to tell people about a function that is left out at the end.

    Examples
    --------
    >>> final_note("Softmax")
    'the softmax at the end is left out: the output is the scores before it'
    """
    name = LAST.get(plain(function), function)
    return f"{name} at the end is left out: the output is the scores before it"


def plain(operator: str) -> str:
    """An operator's name in small letters and without what tells its variants apart.

    Examples
    --------
    >>> plain("LogSoftmax"), plain("_log_softmax"), plain("relu_")
    ('logsoftmax', 'logsoftmax', 'relu')
    """
    return operator.lower().replace("_", "")


def is_named(operator: str) -> bool:
    """Whether an operator is refused by name, or left out at the end.

    Examples
    --------
    >>> is_named("Tanh"), is_named("softmax"), is_named("relu")
    (True, True, False)
    """
    return plain(operator) in {*LAST, *_SMOOTH, *_JUMPING, *_BRANCHING}


def operator_refusal(operator: str, supported: Iterable[str] = ()) -> InvalidNetwork:
    """The error for an operator that is not supported; of constants only, if none is named.

    Examples
    --------
    >>> raise operator_refusal("Tanh", ["Relu"])
    Traceback (most recent call last):
        ...
    linreg.errors.NotPiecewiseLinear: 'Tanh' is not piecewise linear, so the network has no finite
    set of linear regions; use hardtanh instead
    >>> raise operator_refusal("Floor", ["Relu"])
    Traceback (most recent call last):
        ...
    linreg.errors.NotPiecewiseLinear: 'Floor' is not a continuous piecewise-linear function, so its
    regions would not meet face to face; leave it out
    """
    name = plain(operator)
    if name in _SMOOTH:
        return NotPiecewiseLinear(
            f"{shown(operator)} is not piecewise linear, so the network has no finite set of "
            f"linear regions; {_SMOOTH[name]}"
        )
    if name in _JUMPING:
        return NotPiecewiseLinear(
            f"{shown(operator)} is not a continuous piecewise-linear function, so its regions "
            f"would not meet face to face; {_JUMPING[name]}"
        )
    if name in _OF_INTEGERS:
        return NotPiecewiseLinear(
            f"{shown(operator)} computes with integers, to which a value of the network is rounded "
            "before, so it is not continuous; use the network as it was before quantisation"
        )
    if any(part in name for part in _ROUNDING):
        return NotPiecewiseLinear(
            f"{shown(operator)} rounds, so it is not continuous; use the network as it was before "
            "quantisation"
        )
    if name in _BRANCHING:
        return InvalidNetwork(
            f"{shown(operator)} is control flow, which is not supported; export the network "
            "without it"
        )
    known = ", ".join(sorted(supported))
    return InvalidNetwork(
        f"operator {shown(operator)} is not supported; supported: {known}"
        if known
        else f"operator {shown(operator)} is supported for constants only"
    )
