"""Make the Keras files of the tests, and what Keras computes with them.

Run it as KERAS_BACKEND=torch python scripts/make_keras_files.py.

They were written by Keras 3.15.1 on torch 2.13.0.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from keras import layers

HERE = Path(__file__).parents[1] / "tests" / "golden" / "keras"
RNG = np.random.default_rng(0)


def seeded(model: keras.Model) -> keras.Model:
    for weight in model.weights:
        values = RNG.normal(size=weight.shape).astype("float32")
        weight.assign(abs(values) + 0.5 if "variance" in weight.path else values)
    return model


def chain(shape: tuple[int, ...], *parts: layers.Layer) -> keras.Model:
    return seeded(keras.Sequential([keras.Input(shape), *parts]))


def branching() -> keras.Model:
    given = keras.Input((4,))
    first = layers.Dense(3, activation="relu", name="a")(given)
    second = layers.Dense(3, name="b")(given)
    joined = layers.Concatenate()([layers.Add()([first, second]), given])
    return seeded(keras.Model(given, layers.Dense(2, name="o")(layers.PReLU()(joined))))


MODELS = {
    "seq": chain(
        (3,),
        layers.Dense(4, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(3),
        layers.LeakyReLU(negative_slope=0.25),
        layers.Dense(2, activation="softmax"),
    ),
    "img": chain(
        (6, 5, 2),
        layers.Conv2D(3, (2, 3), strides=(1, 2), padding="same", activation="relu"),
        layers.BatchNormalization(),
        layers.ReLU(max_value=6),
        layers.MaxPooling2D(2),
        layers.ZeroPadding2D(1),
        layers.AveragePooling2D(2, padding="same"),
        layers.Flatten(),
        layers.Dense(2),
    ),
    "fun": branching(),
    "sep": chain(
        (6, 6, 2),
        layers.SeparableConv2D(3, 2, activation="relu"),
        layers.DepthwiseConv2D(2),
        layers.GlobalAveragePooling2D(),
        layers.Dense(2),
    ),
    "d1": chain(
        (7, 2),
        layers.Conv1D(3, 2, padding="causal", dilation_rate=2),
        layers.Activation("relu"),
        layers.MaxPooling1D(2),
        layers.Reshape((-1,)),
        layers.Dense(2, activation="linear"),
    ),
    "nest": chain(
        (3,),
        layers.Normalization(mean=[1.0, 2, 3], variance=[1.0, 4, 9]),
        layers.Rescaling(0.5, offset=1),
        chain((3,), layers.Dense(3, activation="relu")),
        layers.Dense(1),
    ),
    "ct": chain(
        (3, 3, 1),
        layers.Conv2DTranspose(2, 3, strides=2, padding="same"),
        layers.UpSampling2D(2),
        layers.Cropping2D(1),
        layers.GlobalMaxPooling2D(),
    ),
}

if __name__ == "__main__":
    known = {}
    for name, model in MODELS.items():
        model.save(HERE / f"{name}.keras")
        if name in ("fun", "img", "nest"):
            model.save(HERE / f"{name}.h5")
        points = RNG.normal(size=(8, *model.input_shape[1:])).astype("float32")
        known[f"{name}_x"] = points
        known[f"{name}_y"] = np.asarray(model.predict(points, verbose=0))
    np.savez(HERE / "values.npz", **known)
