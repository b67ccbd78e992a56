"""Networks read from what people put around scikit-learn's MLPs: searches, columns, averages."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import linreg
from linreg.errors import InvalidNetwork, LinregError, NotPiecewiseLinear

pytest.importorskip("sklearn")

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import BaggingRegressor, VotingClassifier, VotingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import SelectKBest, VarianceThreshold, f_regression
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 4))
Y = X[:, 0] - 2 * X[:, 1]


def mlp(width: int = 3, seed: int = 0) -> MLPRegressor:
    return MLPRegressor(hidden_layer_sizes=(width,), max_iter=5, random_state=seed)


def fitted(model: Any, x: Any = X, y: np.ndarray = Y) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", UserWarning)
        return model.fit(x, y)


def constant_column() -> np.ndarray:
    held = X.copy()
    held[:, 2] = 1
    return held


SCALED = ColumnTransformer(
    [
        ("left", StandardScaler(), [2, 0]),
        ("right", make_pipeline(SimpleImputer(), MinMaxScaler()), slice(3, 4)),
        ("gone", "drop", [1]),
    ]
)
REST = ColumnTransformer(
    [("mask", StandardScaler(), [True, False, False, True])], remainder="passthrough"
)
MODELS: dict[str, Any] = {
    "columns": make_pipeline(SCALED, mlp()),
    "the rest": make_pipeline(REST, mlp()),
    "imputed": make_pipeline(SimpleImputer(strategy="median"), mlp()),
    "selected": make_pipeline(SelectKBest(f_regression, k=2), mlp()),
    "search": GridSearchCV(mlp(), {"hidden_layer_sizes": [(2,), (3,)]}, cv=2),
    "search of a pipeline": GridSearchCV(
        Pipeline([("scale", StandardScaler()), ("net", mlp())]), {"net__alpha": [0.1, 1]}, cv=2
    ),
    "search in a pipeline": make_pipeline(
        StandardScaler(), GridSearchCV(mlp(), {"alpha": [0.1, 1]}, cv=2)
    ),
    "vote": VotingRegressor([("a", mlp(2)), ("b", make_pipeline(MinMaxScaler(), mlp(3)))]),
    "weighted vote": VotingRegressor([("a", mlp(2)), ("b", mlp(3, 1))], weights=[1, 3]),
    "a vote less": VotingRegressor(
        [("a", mlp(2)), ("b", "drop"), ("c", mlp(3, 1))], weights=[1, 5, 3]
    ),
    "bag": BaggingRegressor(mlp(2), n_estimators=3, max_features=0.5, random_state=0),
    "scaled bag": make_pipeline(
        StandardScaler(), BaggingRegressor(mlp(2), n_estimators=2, random_state=0)
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_what_is_around_a_perceptron_is_read(name: str) -> None:
    model = fitted(MODELS[name])
    points = RNG.normal(size=(20, 4))
    found = linreg.from_sklearn(model).forward(points)[:, 0]
    np.testing.assert_allclose(found, model.predict(points), rtol=1e-9, atol=1e-9)


def test_features_that_do_not_vary_are_left_out() -> None:
    model = fitted(make_pipeline(VarianceThreshold(), mlp()), constant_column())
    points = RNG.normal(size=(20, 4))
    net = linreg.from_sklearn(model)
    np.testing.assert_allclose(net.forward(points)[:, 0], model.predict(points), atol=1e-9)
    moved = points + np.array([0, 0, 7, 0])
    assert net.forward(moved).tolist() == net.forward(points).tolist()


def test_columns_have_names_where_the_data_have_them() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(X, columns=list("abcd"))
    columns = ColumnTransformer(
        [("named", StandardScaler(), ["d", "a"]), ("one", "passthrough", ["b"])]
    )
    model = fitted(make_pipeline(columns, mlp()), table)
    points = RNG.normal(size=(20, 4))
    expected = model.predict(pandas.DataFrame(points, columns=list("abcd")))
    np.testing.assert_allclose(linreg.from_sklearn(model).forward(points)[:, 0], expected)


def test_an_imputer_is_noted_and_leaves_out_what_never_was_there() -> None:
    held = X.copy()
    held[:, 1] = np.nan
    held[0, 0] = np.nan
    model = fitted(make_pipeline(SimpleImputer(), mlp()), held)
    net = linreg.from_sklearn(model)
    assert any("NaN" in note for note in net.notes)
    points = RNG.normal(size=(20, 4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        expected = model.predict(points)
    np.testing.assert_allclose(net.forward(points)[:, 0], expected, atol=1e-9)


@pytest.mark.parametrize(
    ("model", "error", "says"),
    [
        (
            make_pipeline(SimpleImputer(missing_values=0), mlp()),
            NotPiecewiseLinear,
            "it replaces 0 by another number",
        ),
        (
            make_pipeline(ColumnTransformer([("hot", OneHotEncoder(), [0])]), mlp()),
            InvalidNetwork,
            "columns 'hot': OneHotEncoder is not supported",
        ),
    ],
)
def test_what_jumps_is_refused(model: Any, error: type[LinregError], says: str) -> None:
    held = np.round(X) if "One" in says else X
    with pytest.raises(error) as caught:
        linreg.from_sklearn(fitted(model, held))
    assert says in str(caught.value)


def test_a_vote_of_classifiers_and_a_search_before_its_fit_are_refused() -> None:
    member = MLPClassifier(hidden_layer_sizes=(2,), max_iter=5)
    vote = VotingClassifier([("a", member)], voting="soft")
    with pytest.raises(InvalidNetwork, match="VotingClassifier is not supported"):
        linreg.from_sklearn(fitted(vote, X, Y > 0))
    for model in (GridSearchCV(mlp(), {"alpha": [1]}), VotingRegressor([("a", mlp())])):
        with pytest.raises(InvalidNetwork, match="is not fitted; call its fit method first"):
            linreg.from_sklearn(model)
