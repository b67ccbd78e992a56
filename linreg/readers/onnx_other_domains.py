"""Operators of other domains than ONNX's own: of classical models, and what runtimes fuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from linreg.errors import InvalidNetwork, NotPiecewiseLinear
from linreg.json_values import shown
from linreg.readers.assembly import Value
from linreg.readers.onnx_call import Call
from linreg.readers.onnx_layers import LAYERS, Function
from linreg.readers.refused_operators import operator_refusal
from linreg.readers.tensor_arithmetic import matmul, product, total
from linreg.readers.tensor_layers import alike, clamped, hard_sigmoid, leaky
from linreg.readers.tensor_values import Operand, constant, rearranged, shape_of, taken
from linreg.units import relu


def _numbers(call: Call, name: str) -> np.ndarray:
    given = call.settings.get(name)
    if not isinstance(given, list) or not given:
        raise InvalidNetwork(f"{name}: a list of numbers was expected")
    return np.array(given, dtype=np.float64)


def _scaler(call: Call) -> Operand:
    """(x - offset) * scale."""
    moved = total(call.site, [call.operand(0), _numbers(call, "offset")], [1, -1])
    return product(call.site, moved, _numbers(call, "scale"))


def _imputer(call: Call) -> Operand:
    """Of numbers, of which none is missing, nothing is replaced."""
    replaced = call.settings.get("replaced_value_float", np.nan)
    if not np.isnan(replaced):
        raise NotPiecewiseLinear(
            f"it replaces {replaced:g} by another number, so it is not continuous; leave it out"
        )
    if isinstance(call.operand(0), Value):
        call.site.assembly.note("values are numbers: what the imputer does with NaN is left out")
    return call.operand(0)


def _features(call: Call) -> Operand:
    """Entries of the last axis."""
    indices = constant(call.operand(1), "the indices").reshape(-1)
    if indices.dtype.kind != "i":
        raise InvalidNetwork(f"the indices: integers were expected, got {indices.dtype}")
    made = taken(call.site, call.operand(0), indices, -1)
    rank = len(shape_of(made))
    return made if rank > 1 else rearranged(call.site, made, lambda array: array[None])


def _unchanged(call: Call) -> Operand:
    return call.operand(0)


def _regressor(call: Call) -> Operand:
    """x @ coefficients.T + intercepts."""
    if call.text("post_transform", "NONE") != "NONE":
        raise operator_refusal(call.text("post_transform", "NONE").title())
    width = shape_of(call.operand(0))[-1]
    weight = _numbers(call, "coefficients")
    if weight.size % width:
        raise InvalidNetwork(f"coefficients: multiples of {width} were expected")
    made = matmul(call.site, call.operand(0), weight.reshape(-1, width).T)
    if "intercepts" not in call.settings:
        return made
    return total(call.site, [made, _numbers(call, "intercepts")], [1, 1])


def _activated(call: Call, made: Operand, parameters: Sequence[float]) -> Operand:
    """What a fused layer does after it has computed."""
    name = call.text("activation", "")
    alpha, beta = [*parameters, np.nan, np.nan][:2]
    match name:
        case "":
            return made
        case "Relu":
            return alike(call.site, made, relu())
        case "LeakyRelu":
            return leaky(call.site, made, np.array(alpha))
        case "Clip":
            return clamped(call.site, made, float(alpha), float(beta))
        case "HardSigmoid":
            return alike(call.site, made, hard_sigmoid(alpha, beta))
    raise operator_refusal(name, ("Relu", "LeakyRelu", "Clip", "HardSigmoid"))


def _fused_gemm(call: Call) -> Operand:
    names = ("activation_alpha", "activation_beta")
    parameters = [float(call.settings.get(name, np.nan)) for name in names]
    return _activated(call, _as(call, "Gemm"), parameters)


def _fused_conv(call: Call) -> Operand:
    parameters = list(call.settings.get("activation_params", []))
    added = call.optional(3)
    made = _as(replace(call, operands=call.operands[:3]), "Conv")
    if added is not None:
        made = total(call.site, [made, added], [1, 1])
    return _activated(call, made, parameters)


def _fused_matmul(call: Call) -> Operand:
    if call.integer("transBatchA", 0) or call.integer("transBatchB", 0):
        raise InvalidNetwork("transposed batches are not supported")
    factors = [
        rearranged(call.site, call.operand(k), lambda array: np.swapaxes(array, -1, -2))
        if call.integer(name, 0)
        else call.operand(k)
        for k, name in enumerate(("transA", "transB"))
    ]
    made = matmul(call.site, factors[0], factors[1])
    alpha = call.float("alpha", 1)
    return made if alpha == 1 else product(call.site, made, np.array(alpha))


def _as(call: Call, operator: str) -> Operand:
    made = LAYERS[operator](call)
    assert not isinstance(made, list)
    return made


LEARNING: dict[str, Function] = {
    "ai.onnx.ml.ArrayFeatureExtractor": _features,
    "ai.onnx.ml.Imputer": _imputer,
    "ai.onnx.ml.LinearRegressor": _regressor,
    "ai.onnx.ml.Scaler": _scaler,
    "ai.onnx.ml.ZipMap": _unchanged,
}

FUSED: dict[str, Function] = {
    "com.microsoft.FusedConv": _fused_conv,
    "com.microsoft.FusedGemm": _fused_gemm,
    "com.microsoft.FusedMatMul": _fused_matmul,
}

OTHER_DOMAINS = {**LEARNING, **FUSED}


def foreign_refusal(operator: str, domain: str) -> InvalidNetwork:
    """The error for an operator of another domain, by what it computes.

    Examples
    --------
    >>> raise foreign_refusal("TreeEnsembleRegressor", "ai.onnx.ml")
    Traceback (most recent call last):
        ...
    linreg.errors.NotPiecewiseLinear: 'TreeEnsembleRegressor' is made of decision trees, which are
    constant on boxes and jump between them, so they have no regions that meet face to face
    """
    if operator.startswith("TreeEnsemble"):
        return NotPiecewiseLinear(
            f"{shown(operator)} is made of decision trees, which are constant on boxes and jump "
            "between them, so they have no regions that meet face to face"
        )
    if operator.startswith("SVM"):
        return NotPiecewiseLinear(
            f"{shown(operator)} is made of kernels, which are not piecewise linear"
        )
    if domain == "ai.onnx.ml":
        known = ", ".join(name.rpartition(".")[2] for name in LEARNING)
        return InvalidNetwork(
            f"operator {shown(operator)} of {domain} is not supported; supported of it: {known}"
        )
    if domain == "com.microsoft.nchwc":
        return InvalidNetwork(
            f"operator {shown(operator)} is of a graph that was optimised for one machine; export "
            "the model as it was before, or optimise it less"
        )
    return InvalidNetwork(
        f"operator {shown(f'{domain}.{operator}')} is not supported: what operators of the domain "
        f"{shown(domain)} compute only their authors know; export the model without them"
    )
