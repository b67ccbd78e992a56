"""Networks from fitted scikit-learn estimators: multilayer perceptrons, and scalers before them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from linreg.affine import ExactAffineMap
from linreg.errors import InvalidNetwork, NotPiecewiseLinear
from linreg.json_values import located, nearest, shown
from linreg.network import INPUT, LayerNote, Network, linear_map
from linreg.network.operators import affine_map
from linreg.readers.assembly import Assembly, Value
from linreg.readers.refused_operators import final_note, operator_refusal
from linreg.units import clip, relu

_MODELS = ("MLPClassifier", "MLPRegressor")
_AVERAGES = ("BaggingRegressor", "VotingRegressor")
_SEARCHES = (
    "GridSearchCV",
    "HalvingGridSearchCV",
    "HalvingRandomSearchCV",
    "RandomizedSearchCV",
)
_SELECTIONS = (
    "GenericUnivariateSelect",
    "SelectFdr",
    "SelectFpr",
    "SelectFromModel",
    "SelectFwe",
    "SelectKBest",
    "SelectPercentile",
    "VarianceThreshold",
)


def from_sklearn(estimator: Any) -> Network:
    """The network that a fitted scikit-learn estimator computes.

    The softmax or logistic function at the end of a classifier is left out, which a note says:
    the output is the class scores before it.

    Parameters
    ----------
    estimator : scikit-learn estimator
        An MLPClassifier or MLPRegressor with activation relu or identity; a Pipeline that ends in
        one, after StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler, PCA, SimpleImputer,
        a selection of features, FunctionTransformer without a function, or a ColumnTransformer of
        these; a search around one; a VotingRegressor or BaggingRegressor of these. Transformers
        are affine maps; a scaler that clips adds units.

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
    value = _model(estimator, Value(INPUT, shape), assembly)
    return Network(
        shape,
        tuple(assembly.nodes),
        value.name,
        source=f"scikit-learn {_kind(steps[-1][1])}",
        notes=tuple(assembly.notes),
        layers=tuple(assembly.layers),
    )


def _model(estimator: Any, value: Value, assembly: Assembly) -> Value:
    """What an estimator predicts."""
    steps = _steps(estimator)
    for label, step in steps[:-1]:
        with located(label):
            value = _transformed(step, value, assembly)
    label, model = steps[-1]
    with located(label):
        if _kind(model) in _AVERAGES:
            return _averaged(model, value, assembly)
        value = _perceptron(model, value, assembly)
        last = str(model.out_activation_)
        if last != "identity":
            assembly.note(final_note(last))
        return value


def _steps(estimator: Any) -> list[tuple[str, Any]]:
    """The steps of an estimator that do something, each with its place in messages."""
    if _kind(estimator) in _SEARCHES:
        estimator = _fitted(estimator, "best_estimator_")
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
    if _kind(last) not in (*_MODELS, *_AVERAGES):
        raise InvalidNetwork(
            f"{label} is not supported; supported: {' and '.join(_MODELS)}, and a Pipeline that "
            "ends in one of them"
        )
    return steps


def _flat(steps: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The steps with those of pipelines and searches among them in their place."""
    flat: list[tuple[str, Any]] = []
    for name, step in steps:
        inner = _fitted(step, "best_estimator_") if _kind(step) in _SEARCHES else step
        flat += _flat(inner.steps) if _kind(inner) == "Pipeline" else [(name, inner)]
    return flat


def _averaged(model: Any, value: Value, assembly: Assembly) -> Value:
    """The mean of what several regressors predict, each perhaps of some of the features."""
    members = list(_fitted(model, "estimators_"))
    weights = getattr(model, "weights", None)
    shares = [Fraction(1)] * len(members) if weights is None else _exact(weights)
    if weights is not None:
        named = [entry for _, entry in model.estimators]
        kept = [k for k, entry in enumerate(named) if entry is not None and entry != "drop"]
        shares = [shares[k] for k in kept]
    features = getattr(model, "estimators_features_", [None] * len(members))
    predicted = []
    for k, (member, chosen) in enumerate(zip(members, features, strict=True)):
        with located(f"member {k}"):
            if chosen is None or list(chosen) == list(range(value.size)):
                read = value
            else:
                read = _selected([int(i) for i in chosen], value, assembly)
            predicted.append(_model(member, read, assembly))
    whole = sum(shares, Fraction(0))
    if not whole:
        raise InvalidNetwork("the weights of the members add up to 0")
    size = predicted[0].size
    groups = [
        [(k * size + i, share / whole) for k, share in enumerate(shares)] for i in range(size)
    ]
    map_ = ExactAffineMap.of_terms(groups, [0] * size, len(predicted) * size)
    kind = _kind(model)
    assembly.layers.append(LayerNote(kind, kind, (size,), (size,), (), len(shares)))
    return assembly.affine(assembly.unused("mean"), predicted, map_)


def _selected(chosen: Sequence[int], value: Value, assembly: Assembly) -> Value:
    """Some of the coordinates."""
    map_ = ExactAffineMap.selection(chosen, value.size)
    return assembly.affine(assembly.unused("selected"), [value], map_)


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


def _transformed(step: Any, value: Value, assembly: Assembly) -> Value:
    """What a transformer makes of a value; of a pipeline, its steps one after another."""
    if step is None or step == "passthrough":
        return value
    if _kind(step) == "Pipeline":
        for name, inner in step.steps:
            with located(f"step {shown(name)}"):
                value = _transformed(inner, value, assembly)
        return value
    if _kind(step) not in _TRANSFORMERS:
        known = nearest(_kind(step), _TRANSFORMERS)
        raise InvalidNetwork(f"{_kind(step)} is not supported before the last step{known}")
    return _TRANSFORMERS[_kind(step)](step, value, assembly)


def _imputed(step: Any, value: Value, assembly: Assembly) -> Value:
    """Values as they are, for none is missing; features that never had one are left out."""
    statistics = np.asarray(_fitted(step, "statistics_"))
    missing = step.missing_values
    if not (isinstance(missing, float) and np.isnan(missing)):
        raise NotPiecewiseLinear(
            f"it replaces {missing!r} by another number, so it is not continuous; leave it out"
        )
    if step.add_indicator and step.indicator_.features_.size:
        raise InvalidNetwork("add_indicator marks what is missing, which no number is; turn it off")
    assembly.note("values are numbers: what the imputer does with NaN is left out")
    empty = statistics.dtype.kind == "f" and bool(np.isnan(statistics).any())
    if not empty or step.keep_empty_features:
        return value
    return _selected(np.flatnonzero(~np.isnan(statistics)).tolist(), value, assembly)


def _chosen_features(step: Any, value: Value, assembly: Assembly) -> Value:
    """The features that a selection keeps."""
    _fitted(step, "n_features_in_")
    kept = np.flatnonzero(step.get_support()).tolist()
    if not kept:
        raise InvalidNetwork("it keeps no feature")
    return _selected(kept, value, assembly)


def _by_columns(step: Any, value: Value, assembly: Assembly) -> Value:
    """Transformers of some columns each, one after another."""
    parts = []
    for name, transformer, columns in _fitted(step, "transformers_"):
        places = _columns(step, columns, value.size)
        if (isinstance(transformer, str) and transformer == "drop") or not places:
            continue
        with located(f"columns {shown(name)}"):
            read = _selected(places, value, assembly)
            parts.append(_transformed(transformer, read, assembly))
    if not parts:
        raise InvalidNetwork("it keeps no column")
    whole = ExactAffineMap.identity(sum(part.size for part in parts))
    return assembly.affine(assembly.unused("columns"), parts, whole)


def _columns(step: Any, columns: Any, width: int) -> list[int]:
    """The places of columns that are said by numbers, names, a slice or a mask."""
    names = [str(name) for name in getattr(step, "feature_names_in_", [])]

    def place(column: Any) -> int:
        return names.index(column) if isinstance(column, str) else int(column)

    if isinstance(columns, slice):
        ends = [None if end is None else place(end) for end in (columns.start, columns.stop)]
        last = ends[1]
        if last is not None and isinstance(columns.stop, str):
            last += 1  # a slice of names holds its end
        return list(range(width))[slice(ends[0], last, columns.step)]
    given = [columns] if isinstance(columns, str) or np.ndim(columns) == 0 else list(columns)
    if given and all(isinstance(entry, bool | np.bool_) for entry in given):
        return [k for k, kept in enumerate(given) if kept]
    return [place(column) % width for column in given]


_TRANSFORMERS: dict[str, Callable[[Any, Value, Assembly], Value]] = {
    **dict.fromkeys(_SELECTIONS, _chosen_features),
    "ColumnTransformer": _by_columns,
    "FunctionTransformer": _unchanged,
    "MaxAbsScaler": _max_abs,
    "MinMaxScaler": _min_max,
    "PCA": _components,
    "RobustScaler": _robust,
    "SimpleImputer": _imputed,
    "StandardScaler": _standard,
}
