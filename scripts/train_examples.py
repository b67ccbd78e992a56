"""Train the example networks in examples/ on data that scikit-learn ships.

Run it with the tests' environment; it writes the same bytes every time on one machine.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import sklearn
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SEED = 0
TEST_SHARE = 0.25


@dataclass(frozen=True)
class Example:
    """A classifier to train: its data, what is done to them first, and its hidden widths."""

    name: str
    data: str
    inputs: str
    features: list[int] | slice
    preparation: Pipeline
    hidden: tuple[int, ...]


def train(example: Example) -> dict[str, object]:
    """Trained classifier as a network of class scores, in linreg's JSON format."""
    bunch = {"iris": load_iris, "breast cancer": load_breast_cancer}[example.data]()
    x_train, x_test, y_train, y_test = train_test_split(
        bunch.data[:, example.features],
        bunch.target,
        test_size=TEST_SHARE,
        stratify=bunch.target,
        random_state=SEED,
    )
    x_train = example.preparation.fit_transform(x_train)
    x_test = example.preparation.transform(x_test)
    classifier = MLPClassifier(
        example.hidden, activation="relu", solver="adam", max_iter=2000, random_state=SEED
    )
    classifier.fit(x_train, y_train)

    *names, last = bunch.target_names
    scores = (
        f"scores of {', '.join(names)} and {last}, before the softmax"
        if classifier.n_outputs_ > 1
        else f"score of {last} against {names[0]}, before the logistic function"
    )
    layers: list[dict[str, object]] = []
    for weight, bias in zip(classifier.coefs_, classifier.intercepts_, strict=True):
        layers += [
            {"type": "linear", "weight": weight.T.tolist(), "bias": bias.tolist()},
            {"type": "relu"},
        ]
    layers.pop()  # the last affine map gives the scores
    return {
        "format": "linreg-network-1",
        "name": example.name,
        "source": (
            f"scripts/train_examples.py: scikit-learn {sklearn.__version__} MLPClassifier, Adam, "
            f"random_state {SEED}, on its {example.data} data ({len(x_train)} samples to train, "
            f"{len(x_test)} to test). Input: {example.inputs}. Output: {scores}. "
            f"Test accuracy {classifier.score(x_test, y_test):.3f}."
        ),
        "input_shape": [classifier.n_features_in_],
        "layers": layers,
    }


def layer_text(layer: dict[str, object]) -> str:
    """JSON of a layer, one row of its weight matrix a line."""
    if "weight" not in layer:
        return f"    {json.dumps(layer)}"
    rows = ",\n".join(f"        {json.dumps(row)}" for row in layer["weight"])
    return (
        f'    {{"type": {json.dumps(layer["type"])},\n'
        f'      "weight": [\n{rows}],\n'
        f'      "bias": {json.dumps(layer["bias"])}}}'
    )


def network_text(network: dict[str, object]) -> str:
    """JSON of a network, to be read by people too."""
    head = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in network.items() if k != "layers"]
    layers = ",\n".join(layer_text(layer) for layer in network["layers"])
    return "{\n" + ",\n".join([*head, f'  "layers": [\n{layers}]']) + "\n}\n"


def main() -> None:
    """Write every example."""
    standardised = "each standardised on the training samples"
    examples = [
        Example(
            "iris-2d",
            "iris",
            f"petal length and petal width, {standardised}",
            [2, 3],
            make_pipeline(StandardScaler()),
            (10, 10),
        ),
        Example(
            "iris-4d",
            "iris",
            f"sepal length, sepal width, petal length and petal width, {standardised}",
            slice(None),
            make_pipeline(StandardScaler()),
            (8, 8),
        ),
        Example(
            "breast-cancer-3pc",
            "breast cancer",
            "the first 3 principal components of the 30 features, "
            "which are standardised on the training samples",
            slice(None),
            make_pipeline(StandardScaler(), PCA(3, svd_solver="full")),
            (12, 12),
        ),
    ]
    EXAMPLES.mkdir(exist_ok=True)
    with threadpool_limits(1):  # sums in one order, so the same bits every time
        for example in examples:
            network = train(example)
            path = EXAMPLES / f"{example.name}.json"
            path.write_text(network_text(network))
            print(f"{path.name}: {network['source']}")


if __name__ == "__main__":
    main()
