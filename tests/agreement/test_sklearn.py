"""Networks read from scikit-learn compute what the estimators do."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import linreg
from linreg.errors import InvalidNetwork, LinregError, NotPiecewiseLinear
from linreg.units import clip, relu

pytest.importorskip("sklearn")

from sklearn.decomposition import PCA
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    RobustScaler,
    StandardScaler,
)

RNG = np.random.default_rng(0)
DATA = RNG.normal(size=(60, 4)) * [1, 10, 0.1, 3] + [0, 5, 0, -2]
POINTS = RNG.normal(size=(50, 4)) * [2, 20, 0.2, 6]


def fitted(estimator: Any, target: Any, data: np.ndarray = DATA) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a few steps are enough, and say that they are few
        return estimator.fit(data, target)


def classes(number: int) -> np.ndarray:
    return np.arange(len(DATA)) % number


@pytest.mark.parametrize("hidden", [(), (5,), (4, 3)])
@pytest.mark.parametrize("activation", ["relu", "identity"])
@pytest.mark.parametrize("outputs", [1, 2])
def test_a_regressor_and_its_network_agree(
    hidden: tuple[int, ...], activation: str, outputs: int
) -> None:
    target = RNG.normal(size=(60, outputs))
    model = fitted(
        MLPRegressor(hidden_layer_sizes=hidden, activation=activation, max_iter=5, random_state=1),
        target if outputs > 1 else target[:, 0],
    )
    net = linreg.from_sklearn(model)
    assert net.notes == ()
    assert net.staged.units == (relu(),) * (sum(hidden) if activation == "relu" else 0)
    expected = model.predict(POINTS).reshape(len(POINTS), -1)
    np.testing.assert_allclose(net.forward(POINTS), expected, rtol=1e-9, atol=1e-9)


def test_a_classifier_gives_the_scores_before_its_softmax() -> None:
    model = fitted(
        MLPClassifier(hidden_layer_sizes=(5, 4), max_iter=20, random_state=2), classes(3)
    )
    net = linreg.from_sklearn(model)
    scores = np.exp(net.forward(POINTS))
    shares = scores / scores.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, model.predict_proba(POINTS), rtol=1e-9, atol=1e-12)
    assert net.notes == ("the softmax at the end is left out: the output is the scores before it",)


def test_two_classes_have_one_score_before_the_logistic_function() -> None:
    model = fitted(MLPClassifier(hidden_layer_sizes=(5,), max_iter=20, random_state=2), classes(2))
    net = linreg.from_sklearn(model)
    share = 1 / (1 + np.exp(-net.forward(POINTS)[:, 0]))
    np.testing.assert_allclose(share, model.predict_proba(POINTS)[:, 1], rtol=1e-9, atol=1e-12)
    assert "the logistic function at the end is left out" in net.notes[0]


def test_the_exponential_of_a_poisson_regression_is_left_out() -> None:
    try:
        model = MLPRegressor("poisson", hidden_layer_sizes=(4,), max_iter=5, random_state=0)
    except TypeError:  # older releases know no such loss
        pytest.skip("this scikit-learn has one loss")
    net = linreg.from_sklearn(fitted(model, abs(DATA[:, 0])))
    expected = model.predict(POINTS)
    np.testing.assert_allclose(np.exp(net.forward(POINTS)[:, 0]), expected, rtol=1e-9)
    assert net.notes == ("exp at the end is left out: the output is the scores before it",)


@pytest.mark.parametrize(
    "step",
    [
        StandardScaler(),
        StandardScaler(with_mean=False),
        StandardScaler(with_std=False),
        StandardScaler(with_mean=False, with_std=False),
        MinMaxScaler((-1, 2)),
        MinMaxScaler((0, 0.5), clip=True),
        MaxAbsScaler(),
        RobustScaler(),
        RobustScaler(with_centering=False),
        RobustScaler(with_scaling=False),
        PCA(3),
        PCA(2, whiten=True),
        FunctionTransformer(),
        "passthrough",
        Pipeline([("scale", StandardScaler()), ("components", PCA())]),
    ],
    ids=str,
)
def test_what_comes_before_the_perceptron_is_part_of_the_network(step: Any) -> None:
    model = fitted(
        Pipeline(
            [
                ("first", step),
                ("mlp", MLPRegressor(hidden_layer_sizes=(6,), max_iter=5, random_state=3)),
            ]
        ),
        DATA[:, 0],
    )
    net = linreg.from_sklearn(model)
    expected = model.predict(POINTS)
    np.testing.assert_allclose(net.forward(POINTS)[:, 0], expected, rtol=1e-9, atol=1e-9)
    clipped = getattr(step, "clip", False)
    units = ((clip(0, 0.5),) * 4 if clipped else ()) + (relu(),) * 6
    assert net.staged.units == units


def test_a_scale_is_divided_by_exactly() -> None:
    """The scale of (0, 3) by StandardScaler is 3/2, and 2/3 is no float64."""
    data = np.array([[0.0], [3.0]])
    model = make_pipeline(
        StandardScaler(), MLPRegressor(hidden_layer_sizes=(), max_iter=1, random_state=0)
    )
    net = linreg.from_sklearn(fitted(model, [0, 1], data))
    weight = linreg.Network.forward_exact
    slope = weight(net, [3])[0] - weight(net, [0])[0]
    inner = linreg.from_sklearn(model[-1])
    assert slope == 2 * (weight(inner, [1])[0] - weight(inner, [0])[0])


def test_single_precision_weights_are_read_as_they_are() -> None:
    model = fitted(
        MLPRegressor(hidden_layer_sizes=(3,), max_iter=2, random_state=0),
        DATA[:, 0],
        DATA.astype("f4"),
    )
    assert model.coefs_[0].dtype == np.float32
    net = linreg.from_sklearn(model)
    matrix = net.staged.stages[0].map.matrix.astype(float)
    assert (matrix == model.coefs_[0].T).all()


def test_regions_do_not_depend_on_a_scaler_over_the_whole_space() -> None:
    """An invertible affine map of the input keeps the number of regions."""
    data, target = DATA[:, :2], DATA[:, 3]
    model = make_pipeline(
        StandardScaler(), MLPRegressor(hidden_layer_sizes=(6,), max_iter=30, random_state=0)
    )
    fitted(model, target, data)
    inner = linreg.count(linreg.from_sklearn(model[-1])).regions
    assert linreg.count(linreg.from_sklearn(model)).regions == inner


@pytest.mark.parametrize(
    ("estimator", "error", "says"),
    [
        (MLPClassifier(), InvalidNetwork, "MLPClassifier is not fitted; call its fit method first"),
        (make_pipeline(StandardScaler(), MLPRegressor()), InvalidNetwork, "is not fitted"),
        (StandardScaler(), InvalidNetwork, "StandardScaler is not supported"),
        (make_pipeline(MLPRegressor(), StandardScaler()), InvalidNetwork, "StandardScaler"),
        (make_pipeline(Normalizer(), MLPRegressor()), InvalidNetwork, "(Normalizer)"),
        (42, InvalidNetwork, "builtins.int"),
        (
            fitted(
                MLPRegressor(hidden_layer_sizes=(2,), activation="tanh", max_iter=1), DATA[:, 0]
            ),
            NotPiecewiseLinear,
            "'tanh' is not piecewise linear",
        ),
        (
            fitted(
                MLPClassifier(hidden_layer_sizes=(2,), activation="logistic", max_iter=1),
                classes(2),
            ),
            NotPiecewiseLinear,
            "use hard_sigmoid or clip instead",
        ),
        (
            fitted(
                make_pipeline(
                    FunctionTransformer(np.sqrt), MLPRegressor(hidden_layer_sizes=(2,), max_iter=1)
                ),
                DATA[:, 0],
                abs(DATA),
            ),
            InvalidNetwork,
            "only func=None is supported",
        ),
        (
            fitted(
                make_pipeline(
                    FunctionTransformer(np.sqrt, validate=True),
                    MLPRegressor(hidden_layer_sizes=(2,)),
                ),
                DATA[:, 0],
                abs(DATA),
            ),
            InvalidNetwork,
            "step 'functiontransformer' (FunctionTransformer): a function",
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_no_fitted_perceptron_is_refused_by_name(
    estimator: Any, error: type[LinregError], says: str
) -> None:
    with pytest.raises(error) as caught:
        linreg.from_sklearn(estimator)
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_class_of_somebody_else_with_a_known_name_is_refused() -> None:
    """It may compute anything."""

    class StandardScaler:
        n_features_in_ = 2

    with pytest.raises(InvalidNetwork, match="StandardScaler"):
        linreg.from_sklearn(make_pipeline(StandardScaler(), MLPRegressor()))
