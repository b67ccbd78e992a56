"""Files of networks that are not read as they are, and the next step that works for each."""

from __future__ import annotations

from pathlib import Path

_PICKLED = (
    "is a pickle, and reading one would run the code in it; load it where it comes from and pass "
    "the object on: "
)
_WEIGHTS = (
    "holds weights by name and not how they are connected; say it: "
    'linreg.from_state_dict(path, architecture="mlp", activation="relu")'
)
_TENSORFLOW = (
    "is of TensorFlow, which linreg does without; in TensorFlow, write the model with "
    'model.save("net.keras"), or with tf2onnx as "net.onnx"'
)

OTHER_FORMATS = {
    ".bin": _WEIGHTS.replace("path,", "torch.load(path, weights_only=True),"),
    ".ckpt": "is a checkpoint; " + _WEIGHTS.partition("; ")[2].replace("say it", "if of torch"),
    ".joblib": _PICKLED + "linreg.from_sklearn(joblib.load(path))",
    ".pb": f"{_TENSORFLOW}",
    ".pickle": _PICKLED + "linreg.from_sklearn(pickle.load(file))",
    ".pkl": _PICKLED + "linreg.from_sklearn(pickle.load(file))",
    ".pmml": "is PMML, which is not read; write the model it was made of as ONNX",
    ".pt": _WEIGHTS + ", or of a module in Python linreg.from_torch(module, input_shape=(3,))",
    ".pth": _WEIGHTS + ", or of a module in Python linreg.from_torch(module, input_shape=(3,))",
    ".pt2": "is a program of torch.export; use linreg.from_torch(torch.export.load(path).module(), "
    "input_shape=(3,))",
    ".safetensors": _WEIGHTS,
    ".tflite": "is of TensorFlow Lite, often with rounded weights; write the Keras model that it "
    'was made of with model.save("net.keras")',
}
"""What is said of a suffix, after the path."""

_SAVED_MODEL = (
    "is a folder, as SavedModel is; in TensorFlow, write the model in it with "
    'tf.keras.models.load_model(folder).save("net.keras"), or with tf2onnx as "net.onnx"'
)


def elsewhere(path: Path) -> str:
    """Message about a file or a folder that is not read, with the next step.

    Examples
    --------
    >>> elsewhere(Path("forest.pmml"))
    'is PMML, which is not read; write the model it was made of as ONNX'
    """
    suffix = path.suffix.lower()
    return OTHER_FORMATS.get(suffix, _SAVED_MODEL)
