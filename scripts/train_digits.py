"""Train the networks on images in examples/, on the digits that scikit-learn ships.

Run it with the tests' environment; it writes the same bytes every time on one machine.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits
from torch import nn

import linreg

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SEED = 0
TEST_SHARE = 0.25
LARGEST = 16  # pixels are integers up to this; over it they are in [0, 1], exactly
SHOWN = (0, 1, 7)  # the digits that the plane goes through
EPOCHS = 60
BATCH = 32


def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Images to train and to test with, 64 pixels each, then their digits."""
    bunch = load_digits()
    return tuple(
        train_test_split(
            bunch.data / LARGEST,
            bunch.target,
            test_size=TEST_SHARE,
            stratify=bunch.target,
            random_state=SEED,
        )
    )


def train_mlp(images: np.ndarray, labels: np.ndarray) -> MLPClassifier:
    return MLPClassifier(hidden_layer_sizes=(16, 16), max_iter=400, random_state=SEED).fit(
        images, labels
    )


def train_cnn(images: np.ndarray, labels: np.ndarray) -> nn.Module:
    torch.manual_seed(SEED)
    network = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(2 * 3 * 3, 10)
    )
    pixels = torch.tensor(images, dtype=torch.float32).reshape(-1, 1, 8, 8)
    targets = torch.tensor(labels)
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    loss = nn.CrossEntropyLoss()
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(pixels)).split(BATCH):
            optimiser.zero_grad()
            loss(network(pixels[chosen]), targets[chosen]).backward()
            optimiser.step()
    return network.eval()


def accuracy(network: linreg.Network, images: np.ndarray, labels: np.ndarray) -> float:
    return float((network.forward(images).argmax(axis=1) == labels).mean())


def plane(images: np.ndarray, labels: np.ndarray) -> dict[str, list[object]]:
    """The plane through the first image of each digit that is shown, as a slice file says it."""
    first, *others = (images[np.argmax(labels == digit)] for digit in SHOWN)
    return {"origin": first.tolist(), "basis": [(other - first).tolist() for other in others]}


def main() -> None:
    """Write the networks and the plane."""
    with threadpool_limits(1):  # sums in one order, so the same bits every time
        torch.set_num_threads(1)
        x_train, x_test, y_train, y_test = digits()
        mlp = linreg.from_sklearn(train_mlp(x_train, y_train))
        cnn = train_cnn(x_train, y_train)
    score = accuracy(mlp, x_test, y_test)
    source = (
        f"scripts/train_digits.py: scikit-learn {sklearn.__version__} MLPClassifier, Adam, "
        f"random_state {SEED}, on its digits ({len(x_train)} images to train, {len(x_test)} to "
        f"test). Input: the 64 pixels over {LARGEST}. Output: scores of the ten digits, before the "
        f"softmax. Test accuracy {score:.3f}."
    )
    named = linreg.Network(mlp.input_shape, mlp.nodes, mlp.output, name="digits-mlp", source=source)
    linreg.save(named, EXAMPLES / "digits-mlp.json")
    print(source)
    path = EXAMPLES / "digits-cnn.onnx"
    with warnings.catch_warnings():
        # The newer exporter writes where the code lies on this machine into the file.
        warnings.simplefilter("ignore", DeprecationWarning)
        image = torch.zeros(1, 1, 8, 8)
        names = {"input_names": ["image"], "output_names": ["scores"]}
        torch.onnx.export(cnn, (image,), str(path), dynamo=False, **names)
    print(f"digits-cnn: test accuracy {accuracy(linreg.load(path), x_test, y_test):.3f}")
    text = json.dumps(plane(x_test, y_test))
    (EXAMPLES / "digits-plane.json").write_text(text.replace('], "', '],\n"') + "\n")


if __name__ == "__main__":
    main()
