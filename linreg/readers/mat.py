"""Networks in MATLAB's .mat files: cells W and b, or W1, b1, ..., Wk, bk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from linreg.errors import InvalidNetwork, UnreadableFile
from linreg.files import StrPath, read_bytes
from linreg.json_values import located, shown
from linreg.network import Network
from linreg.readers.mat_file import Other, variables
from linreg.readers.npz import activation_of, layers_of, perceptron

_PAIR = re.compile(r"[Wb][1-9][0-9]{0,5}|[Wb]|activation")


def read_mat(path: StrPath) -> Network:
    """The network in a .mat file, with exactly its numbers: W x + b, and units between.

    `W` and `b` are cells of matrices [out, in] and vectors, or there are `W1`, `b1`, ..., `Wk`,
    `bk`; `activation` may name a layer type, which else is relu. A note says which variables are
    ignored.

    Raises
    ------
    UnreadableFile
        If the file is missing, damaged, or of version 7.3.
    InvalidNetwork
        If the arrays are not pairs of weights and biases whose shapes chain.
    """
    data = read_bytes(path)
    with located(str(path)):
        if data.startswith((b"\x89HDF", b"MATLAB 7.3")):
            raise UnreadableFile(
                'this is a .mat file of version 7.3; save it in MATLAB by save("net.mat", "W", '
                '"b", "-v7")'
            )
        content = variables(data)
        known = {name: value for name, value in content.items() if _PAIR.fullmatch(name)}
        ignored = ", ".join(shown(name) for name in content if name not in known)
        if not known:
            raise InvalidNetwork(
                f"cells W and b, or W1, b1, ..., Wk, bk were expected, got {ignored or 'nothing'}"
            )
        given = known.pop("activation", None)
        activation = activation_of(None if given is None else np.array(given))
        net = perceptron(layers_of(_arrays(known)), activation)
        return replace(net, notes=(f"variables are ignored: {ignored}",)) if ignored else net


def _arrays(content: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The variables by the names that archives have for them."""
    named: dict[str, Any] = {}
    for name, value in content.items():
        if isinstance(value, list):
            named |= {f"{name}{k}": entry for k, entry in enumerate(value, start=1)}
        else:
            named[f"{name}1" if name in ("W", "b") else name] = value
    for name, value in named.items():
        if not isinstance(value, np.ndarray):
            kind = value.kind if isinstance(value, Other) else "text or cells"
            advice = f"; save full({name})" if kind == "sparse" else ""
            raise InvalidNetwork(f"{name}: a real matrix was expected, got {kind}{advice}")
        if name.startswith("b") and value.ndim == 2 and 1 in value.shape:
            named[name] = value.ravel()  # every vector of MATLAB is a matrix
    return named
