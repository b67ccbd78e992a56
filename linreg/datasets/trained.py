"""Networks at checkpoints of their training by scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from linreg.datasets.given import points_and_classes
from linreg.datasets.spec import TrainingRun
from linreg.errors import InvalidSpec, LinregError
from linreg.network import Network
from linreg.readers import from_sklearn

SOLVERS = ("adam", "sgd")

STANDSTILL = 5e-324
"""The least positive learning rate: weights are initialised as ever, and a step changes none."""

MADE = 300
"""Points of the data that are made rather than measured."""

DATA_NOISE = 0.15
"""Standard deviation of the noise of such points."""

Load = Callable[[Any], tuple[np.ndarray, np.ndarray]]
"""From the module sklearn.datasets to points, shape (points, features), and their classes."""


def _measured(loader: str) -> Load:
    def load(module: Any) -> tuple[np.ndarray, np.ndarray]:
        points, classes = getattr(module, loader)(return_X_y=True)
        return np.asarray(points, dtype=np.float64), np.asarray(classes)

    return load


def _made(maker: str, **more: float) -> Load:
    def load(module: Any) -> tuple[np.ndarray, np.ndarray]:
        points, classes = getattr(module, maker)(MADE, noise=DATA_NOISE, random_state=0, **more)
        return np.asarray(points), np.asarray(classes)

    return load


DATA: dict[str, Load] = {
    "breast_cancer": _measured("load_breast_cancer"),
    "circles": _made("make_circles", factor=0.5),
    "digits": _measured("load_digits"),
    "iris": _measured("load_iris"),
    "moons": _made("make_moons"),
    "wine": _measured("load_wine"),
}
"""Data that scikit-learn ships or makes, by name."""

FEATURES = {
    "breast_cancer": 30,
    "circles": 2,
    "digits": 64,
    "iris": 4,
    "moons": 2,
    "wine": 13,
}
"""How many features the data have."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A network at a checkpoint of its training.

    Attributes
    ----------
    network : Network
        Of standardised features, to class scores.
    accuracy : float
        Share of the data that it classifies right, which it is trained on.
    """

    network: Network
    accuracy: float


def inputs_of(training: TrainingRun) -> int:
    """Number of inputs of a training run's networks.

    Raises
    ------
    InvalidSpec
        If the data have no such features.
    """
    if isinstance(training.data, str):
        said, there, most = training.data, FEATURES[training.data], FEATURES[training.data]
    else:
        points, _ = points_and_classes(training.data, str(training.target))
        said, there, most = training.data.name, points.shape[1], min(points.shape)
    if not there:
        raise InvalidSpec(f"data: {said} has no columns beside its target")
    for i, column in enumerate(training.features or ()):
        if column >= there:
            raise InvalidSpec(f"features[{i}]: {said} has features 0 to {there - 1}, got {column}")
    if training.components is not None and training.components > most:
        raise InvalidSpec(
            f"components: at most {most} were expected for {said}, got {training.components}"
        )
    if training.components is not None:
        return training.components
    return there if training.features is None else len(training.features)


def check_sklearn() -> None:
    """Refuse to train without scikit-learn.

    Raises
    ------
    LinregError
    """
    if find_spec("sklearn") is None:
        raise LinregError(
            "training networks needs the extra sklearn: pip install 'linreg-exact[sklearn]'"
        )


def snapshot(training: TrainingRun, epochs: int, seed: int) -> Snapshot:
    """The network after some passes over the data; the same one every time on one machine.

    Parameters
    ----------
    training : TrainingRun
    epochs : int
        0 is the network before any training.
    seed : int
        Of the first weights and of the order of the data, below 2^32.
    """
    from sklearn.neural_network import MLPClassifier
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # sums in one order, so the same bits every time
        points, classes = _prepared(training)
        model = MLPClassifier(
            training.widths,
            solver=training.solver,
            learning_rate_init=training.learning_rate if epochs else STANDSTILL,
            random_state=seed,
        )
        for _ in range(max(1, epochs)):
            model.partial_fit(points, classes, classes=np.unique(classes))
        accuracy = float(model.score(points, classes))
    return Snapshot(from_sklearn(model), accuracy)


def _prepared(training: TrainingRun) -> tuple[np.ndarray, np.ndarray]:
    """The inputs, standardised, and the classes."""
    from sklearn import datasets
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    if isinstance(training.data, str):
        points, classes = DATA[training.data](datasets)
    else:
        points, classes = points_and_classes(training.data, str(training.target))
    if training.features is not None:
        points = points[:, list(training.features)]
    points = StandardScaler().fit_transform(points)
    if training.components is not None:
        points = PCA(training.components, svd_solver="full").fit_transform(points)
    return points, classes
