"""Operators of torch that compute, one function for each, with the arguments that torch names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.network.operators import Padding
from linreg.readers.assembly import Value
from linreg.readers.tensor_arithmetic import (
    extremum,
    extremum_along,
    matmul,
    mean,
    product,
    quotient,
    total,
)
from linreg.readers.tensor_layers import (
    alike,
    batch_norm,
    clamped,
    convolution,
    hard_sigmoid,
    leaky,
    shrink,
)
from linreg.readers.tensor_linear import running_sum, transposed_convolution
from linreg.readers.tensor_values import Operand, Site, constant, rearranged, shape_of
from linreg.units import ScalarUnit, absolute, relu

Arguments = dict[str, Any]
"""Arguments by their names; tensors are operands."""

Function = Callable[[Site, Arguments], Operand | list[Operand]]
"""What an operator computes: one output, or several."""


def tensor(argument: Any) -> Operand:
    """An argument that may also be a plain number."""
    return argument if isinstance(argument, Value | np.ndarray) else np.asarray(argument)


def _linear(site: Site, a: Arguments) -> Operand:
    weight = rearranged(site, a["weight"], np.transpose)
    return _product_and_sum(site, a["input"], weight, a["bias"])


def _addmm(site: Site, a: Arguments) -> Operand:
    if a["alpha"] == a["beta"] == 1:
        return _product_and_sum(site, a["mat1"], a["mat2"], a["self"])
    made = matmul(site, a["mat1"], a["mat2"])
    return total(site, [made, a["self"]], [a["alpha"], a["beta"]])


def _product_and_sum(site: Site, left: Operand, right: Operand, bias: Operand | None) -> Operand:
    if not isinstance(bias, Value):
        return matmul(site, left, right, bias)
    return total(site, [matmul(site, left, right), bias], [1, 1])


def _matmul(right: str) -> Function:
    return lambda site, a: matmul(site, a["self"], a[right])


def _convolution(site: Site, a: Arguments) -> Operand:
    if a.get("transposed"):
        return _transposed(site, a)
    weight = constant(a["weight"], "the weight")
    bias = None if a["bias"] is None else constant(a["bias"], "the bias")
    kernel = weight.shape[2:]
    dilation = each(a["dilation"], len(kernel))
    return convolution(
        site,
        a["input"],
        weight,
        bias,
        stride=each(a["stride"], len(kernel)),
        padding=_padding(a["padding"], kernel, dilation),
        dilation=dilation,
        groups=a["groups"],
    )


def _transposed(site: Site, a: Arguments) -> Operand:
    weight = constant(a["weight"], "the weight")
    axes = weight.ndim - 2
    return transposed_convolution(
        site,
        a["input"],
        weight,
        None if a["bias"] is None else constant(a["bias"], "the bias"),
        stride=each(a["stride"], axes),
        padding=each(a["padding"], axes),
        dilation=each(a["dilation"], axes),
        groups=a["groups"],
        more=each(a["output_padding"], axes),
    )


def _padding(given: Any, kernel: Sequence[int], dilation: Sequence[int]) -> Padding:
    """The padding before and after each axis; torch puts an odd cell after it."""
    if given == "valid":
        return 0
    if given == "same":
        spans = [by * (size - 1) for size, by in zip(kernel, dilation, strict=True)]
        return [(span // 2, span - span // 2) for span in spans]
    return each(given, len(kernel))


def each(given: int | Sequence[int], axes: int) -> list[int]:
    """One integer for each axis."""
    entries = [given] if isinstance(given, int) else list(given)
    return entries * axes if len(entries) == 1 else entries


def _batch_norm(site: Site, a: Arguments) -> Operand:
    if a.get("training") or a["running_mean"] is None or a["running_var"] is None:
        raise InvalidNetwork(
            "a batch-norm without running statistics depends on the batch; train it with "
            "track_running_stats=True"
        )
    names = ("weight", "bias", "running_mean", "running_var")
    gamma, beta, means, variances = (
        None if a[name] is None else constant(a[name], name) for name in names
    )
    statistics = (np.asarray(means), np.asarray(variances))
    return batch_norm(site, a["input"], gamma, beta, statistics, a["eps"])


def first(function: Callable[[Site, Arguments], Operand]) -> Function:
    """An operator of several outputs, of which only the first can be read."""
    return lambda site, a: [function(site, a)]


def _unit(unit: Callable[[Arguments], ScalarUnit]) -> Function:
    return lambda site, a: alike(site, a["self"], unit(a))


def _prelu(site: Site, a: Arguments) -> Operand:
    """One slope for all, or one for each channel, which is axis 1."""
    slopes = constant(a["weight"], "the slopes")
    if slopes.ndim == 1 and slopes.size > 1:
        slopes = slopes.reshape([-1, *[1] * (len(shape_of(a["self"])) - 2)])
    return leaky(site, a["self"], slopes)


def _clamp(lo: str | None, hi: str | None) -> Function:
    def function(site: Site, a: Arguments) -> Operand:
        low, high = (None if key is None else a.get(key) for key in (lo, hi))
        result: Operand = a["self"]
        if all(bound is None or isinstance(bound, int | float) for bound in (low, high)):
            return clamped(site, result, low, high)
        if low is not None:
            result = extremum(site, [result, tensor(low)], False)
        return result if high is None else extremum(site, [result, tensor(high)], True)

    return function


def _sum(sign: int, *, reverse: bool = False) -> Function:
    def function(site: Site, a: Arguments) -> Operand:
        alpha = a.get("alpha", 1)
        factors = [sign * alpha, 1] if reverse else [1, sign * alpha]
        return total(site, [tensor(a["self"]), tensor(a["other"])], factors)

    return function


def _mul(site: Site, a: Arguments) -> Operand:
    return product(site, tensor(a["self"]), tensor(a["other"]))


def _div(site: Site, a: Arguments) -> Operand:
    if a.get("rounding_mode") is not None:
        raise InvalidNetwork("a quotient that is rounded is not continuous; leave rounding out")
    return quotient(site, tensor(a["self"]), tensor(a["other"]))


def _axes(a: Arguments) -> Sequence[int]:
    given = a.get("dim")
    if given is None or given == []:
        return range(len(shape_of(a["self"])))
    return [given] if isinstance(given, int) else list(given)


def _mean(whole: bool) -> Function:
    return lambda site, a: mean(site, a["self"], _axes(a), a.get("keepdim", False), whole)


def _extremum_along(least: bool) -> Callable[[Site, Arguments], Operand]:
    return lambda site, a: extremum_along(site, a["self"], _axes(a), a.get("keepdim", False), least)


def _extremum(least: bool) -> Function:
    """Of two tensors, or of the entries of one along an axis (with their places) or all axes."""
    along = _extremum_along(least)

    def function(site: Site, a: Arguments) -> Operand | list[Operand]:
        if "other" in a:
            return extremum(site, [tensor(a["self"]), tensor(a["other"])], least)
        return [along(site, a)] if "dim" in a else along(site, a)

    return function


def _running_sum(site: Site, a: Arguments) -> Operand:
    return running_sum(site, a["self"], a["dim"] % max(1, len(shape_of(a["self"]))))


LAYERS: dict[str, Function] = {
    "abs": _unit(lambda _: absolute()),
    "add": _sum(1),
    "addmm": _addmm,
    "amax": _extremum_along(False),
    "amin": _extremum_along(True),
    "batch_norm": _batch_norm,
    "bmm": _matmul("mat2"),
    "clamp": _clamp("min", "max"),
    "clamp_max": _clamp(None, "max"),
    "clamp_min": _clamp("min", None),
    "convolution": _convolution,
    "cumsum": _running_sum,
    "div": _div,
    "hardsigmoid": _unit(lambda _: hard_sigmoid(Fraction(1, 6), Fraction(1, 2))),
    "hardtanh": _clamp("min_val", "max_val"),
    "leaky_relu": lambda site, a: leaky(site, a["self"], np.array(a["negative_slope"])),
    "linear": _linear,
    "matmul": _matmul("other"),
    "max": _extremum(False),
    "maximum": _extremum(False),
    "mean": _mean(False),
    "min": _extremum(True),
    "minimum": _extremum(True),
    "mm": _matmul("mat2"),
    "mul": _mul,
    "mv": _matmul("vec"),
    "native_batch_norm_legit_no_training": first(_batch_norm),
    "neg": lambda site, a: total(site, [a["self"]], [-1]),
    "prelu": _prelu,
    "prelu_kernel": _prelu,
    "relu": _unit(lambda _: relu()),
    "relu6": lambda site, a: clamped(site, a["self"], 0, 6),
    "rrelu": lambda site, a: leaky(site, a["self"], np.array((a["lower"] + a["upper"]) / 2)),
    "rsub": _sum(-1, reverse=True),
    "softshrink": _unit(lambda a: shrink(a["lambd"], a["lambd"])),
    "sub": _sum(-1),
    "sum": _mean(True),
    "threshold": _unit(
        lambda a: ScalarUnit((a["threshold"],), (0, 1), (a["value"], 0)),
    ),
}
LAYERS |= {f"conv{n}d": _convolution for n in (1, 2, 3)}
LAYERS |= {f"conv_transpose{n}d": _transposed for n in (1, 2, 3)}
