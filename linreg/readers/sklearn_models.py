"""Networks from fitted scikit-learn estimators: multilayer perceptrons, and scalers before them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.json_values import located, nearest, shown
from linreg.network import INPUT, LayerNote, Network, linear_map
from linreg.network.operators import affine_map
from linreg.readers.assembly import Assembly, Value
from linreg.readers.refused_operators import final_note, operator_refusal
from linreg.units import clip, relu

_MODELS = ("MLPClassifier", "MLPRegressor")


def from_sklearn(estimator: Any) -> Network:
    """The network that a fitted scikit-learn estimator computes.

    The softmax or logistic function at the end of a classifier is left out, which a note says:
    the output is the class scores before it.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor or Pipeline
        With activation relu or identity. A pipeline ends in one of the two; before it may come
        StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler, PCA, and FunctionTransformer
        without a function. These are affine maps; a scaler that clips adds units.

    Returns
    -------
    Network
        With exactly the numbers that were fitted; a quotient by a scale is exact.

    Raises
    ------
    InvalidNetwork
        If the estimator is not fitted, or is none of these.
    NotPiecewiseLinear
        If the activation is logistic or tanh.

    Examples
    --------
    >>> from sklearn.neural_network import MLPRegressor
    >>> model = MLPRegressor(hidden_layer_sizes=(3,), random_state=0)
    >>> net = from_sklearn(model.partial_fit([[0], [1]], [0, 1]))
    >>> net.input_shape, len(net.staged.units)
    ((1,), 3)
    """
    steps = _steps(estimator)
    assembly = Assembly()
    shape = (int(_fitted(steps[0][1], "n_features_in_")),)
    value = Value(INPUT, shape)
    for label, step in steps[:-1]:
        with located(label):
            value = _TRANSFORMERS[_kind(step)](step, value, assembly)
    label, model = steps[-1]
    with located(label):
        value = _perceptron(model, value, assembly)
    last = str(model.out_activation_)
    return Network(
        shape,
        tuple(assembly.nodes),
        value.name,
        source=f"scikit-learn {_kind(estimator)}",
        notes=() if last == "identity" else (final_note(last),),
        layers=tuple(assembly.layers),
    )


def _steps(estimator: Any) -> list[tuple[str, Any]]:
    """The steps of an estimator that do something, each with its place in messages."""
    kind = _kind(estimator)
    if kind != "Pipeline":
        steps = [(kind, estimator)]
    else:
        steps = [
            (f"step {shown(name)} ({_kind(step)})", step)
            for name, step in _flat(estimator.steps)
            if step is not None and step != "passthrough"
        ]
    if not steps:
        raise InvalidNetwork("the pipeline has no steps; it must end in a fitted MLP")
    for label, step in steps[:-1]:
        if _kind(step) not in _TRANSFORMERS:
            known = nearest(_kind(step), _TRANSFORMERS)
            raise InvalidNetwork(f"{label} is not supported before the last step{known}")
    label, last = steps[-1]
    if _kind(last) not in _MODELS:
        raise InvalidNetwork(
            f"{label} is not supported; supported: {' and '.join(_MODELS)}, and a Pipeline that "
            "ends in one of them"
        )
    return steps


def _flat(steps: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The steps with those of pipelines among them in their place."""
    flat: list[tuple[str, Any]] = []
    for name, step in steps:
        flat += _flat(step.steps) if _kind(step) == "Pipeline" else [(name, step)]
    return flat


def _kind(estimator: Any) -> str:
    """The name of a scikit-learn class; a class from elsewhere may compute anything."""
    class_ = type(estimator)
    ours = class_.__module__.split(".")[0] == "sklearn"
    return class_.__name__ if ours else f"{class_.__module__}.{class_.__qualname__}"


def _fitted(estimator: Any, attribute: str) -> Any:
    if not hasattr(estimator, attribute):
        raise InvalidNetwork(f"{_kind(estimator)} is not fitted; call its fit method first")
    return getattr(estimator, attribute)


def _perceptron(model: Any, value: Value, assembly: Assembly) -> Value:
    weights, biases = _fitted(model, "coefs_"), _fitted(model, "intercepts_")
    if model.activation not in ("relu", "identity"):
        raise operator_refusal(str(model.activation), ("relu", "identity"))
    for k, (weight, bias) in enumerate(zip(weights, biases, strict=True), start=1):
        value = _linear(f"linear{k}", np.asarray(weight).T, bias, value, assembly)
        if k < len(weights) and model.activation == "relu":
            units = (relu(),) * value.size
            assembly.layers.append(LayerNote(f"relu{k}", "relu", value.shape, value.shape, units))
            value = assembly.units(assembly.unused(f"relu{k}"), value, units)
    return value


def _linear(name: str, weight: Any, bias: Any, value: Value, assembly: Assembly) -> Value:
    map_ = linear_map(weight, bias, where=name)
    made = assembly.affine(assembly.unused(name), [value], map_)
    size = int(np.size(weight) + np.size(bias))
    assembly.layers.append(LayerNote(name, "linear", value.shape, made.shape, (), size))
    return made


def _scaled(
    scale: Sequence[Fraction] | None,
    shift: Sequence[Fraction] | None,
    step: Any,
    value: Value,
    assembly: Assembly,
) -> Value:
    """scale * x + shift, where None stands for ones and zeros."""
    map_ = affine_map(scale or 1, shift or 0, value.shape)
    kind = _kind(step)
    parameters = len(scale or ()) + len(shift or ())
    assembly.layers.append(LayerNote(kind, kind, value.shape, value.shape, (), parameters))
    return assembly.affine(assembly.unused(kind.lower()), [value], map_)


def _exact(numbers: Any) -> list[Fraction]:
    return [Fraction(number) for number in np.asarray(numbers).tolist()]


def _centred(center: Any, scale: Any, step: Any, value: Value, assembly: Assembly) -> Value:
    """(x - center) / scale, where either may be None."""
    factors = None if scale is None else [1 / divisor for divisor in _exact(scale)]
    shifts = None
    if center is not None:
        by = factors or [Fraction(1)] * value.size
        shifts = [-middle * factor for middle, factor in zip(_exact(center), by, strict=True)]
    return _scaled(factors, shifts, step, value, assembly)


def _standard(step: Any, value: Value, assembly: Assembly) -> Value:
    _fitted(step, "n_features_in_")
    center = step.mean_ if step.with_mean else None
    return _centred(center, step.scale_ if step.with_std else None, step, value, assembly)


def _robust(step: Any, value: Value, assembly: Assembly) -> Value:
    _fitted(step, "n_features_in_")
    center = step.center_ if step.with_centering else None
    return _centred(center, step.scale_ if step.with_scaling else None, step, value, assembly)


def _max_abs(step: Any, value: Value, assembly: Assembly) -> Value:
    scaled = _centred(None, _fitted(step, "scale_"), step, value, assembly)
    return _clipped(step, scaled, (-1, 1), assembly)


def _min_max(step: Any, value: Value, assembly: Assembly) -> Value:
    scale, shift = _exact(_fitted(step, "scale_")), _exact(step.min_)
    return _clipped(
        step, _scaled(scale, shift, step, value, assembly), step.feature_range, assembly
    )


def _clipped(step: Any, value: Value, bounds: tuple[Any, Any], assembly: Assembly) -> Value:
    """The value clipped to the scaler's range, if the scaler does that."""
    if not getattr(step, "clip", False):
        return value
    units = (clip(*bounds),) * value.size
    assembly.layers.append(LayerNote("clip", "clip", value.shape, value.shape, units))
    return assembly.units(assembly.unused("clip"), value, units)


def _components(step: Any, value: Value, assembly: Assembly) -> Value:
    """(x - mean) @ components.T, over the deviations if they are whitened."""
    rows = [_exact(row) for row in _fitted(step, "components_")]
    if step.whiten:
        variance = np.asarray(step.explained_variance_)
        deviations = np.maximum(np.sqrt(variance), np.finfo(variance.dtype).eps)
        rows = [
            [entry / deviation for entry in row]
            for row, deviation in zip(rows, _exact(deviations), strict=True)
        ]
    mean = _exact(step.mean_)
    shift = [sum((-a * b for a, b in zip(row, mean, strict=True)), Fraction(0)) for row in rows]
    return _linear("pca", rows, shift, value, assembly)


def _unchanged(step: Any, value: Value, _assembly: Assembly) -> Value:
    if step.func is not None:
        raise InvalidNetwork(
            "a function that it applies may compute anything; only func=None is supported"
        )
    return value


_TRANSFORMERS: dict[str, Callable[[Any, Value, Assembly], Value]] = {
    "FunctionTransformer": _unchanged,
    "MaxAbsScaler": _max_abs,
    "MinMaxScaler": _min_max,
    "PCA": _components,
    "RobustScaler": _robust,
    "StandardScaler": _standard,
}
