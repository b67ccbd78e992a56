"""Checkpoints of training, as networks."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from linreg.domains import Domain
from linreg.errors import InvalidNetwork, UnreadableFile
from linreg.files import read_bytes
from linreg.json_values import located
from linreg.network import AffineNode, Network, linear_map
from linreg.readers import as_network, from_sklearn, from_torch, load, load_domain
from linreg.readers.state_dicts import content_of_torch

STATE_DICTS = (".pt", ".pth")
"""What the names of files with state dicts of torch end in."""


def network_of(checkpoint: Any, of: Any = None) -> Network:
    """The network that a checkpoint is.

    Parameters
    ----------
    checkpoint : state dict, or what `as_network` accepts
        A path may be that of a state dict that torch saved (.pt, .pth).
    of : Network or torch module, optional
        What says the architecture of a state dict, and the shape of a torch module's input.

    Returns
    -------
    Network

    Raises
    ------
    TypeError
        If it is none of these.
    InvalidNetwork, UnreadableFile
        If it is no network, or a state dict does not fit the architecture.

    Examples
    --------
    A network is one itself; so is what `linreg.save` wrote:

    >>> from tempfile import TemporaryDirectory
    >>> from linreg import mlp, save
    >>> net = mlp([([[1], [-1]], [0, 0])])
    >>> with TemporaryDirectory() as folder:
    ...     save(net, f"{folder}/epoch-1.json")
    ...     saved = network_of(f"{folder}/epoch-1.json")
    >>> network_of(net) is net, saved.fingerprint == net.fingerprint
    (True, True)
    """
    if isinstance(checkpoint, Network):
        return checkpoint
    if isinstance(checkpoint, str | Path):
        if Path(checkpoint).suffix.lower() in STATE_DICTS:
            data = read_bytes(checkpoint)
            with located(str(checkpoint)):
                return _with_state(of, _saved(data))
        return load(checkpoint)
    if isinstance(checkpoint, Mapping):
        return _with_state(of, checkpoint)
    if isinstance(checkpoint, list | tuple):
        return as_network(checkpoint, "checkpoint")
    if hasattr(checkpoint, "get_params"):
        return from_sklearn(checkpoint)
    if hasattr(checkpoint, "state_dict"):
        return from_torch(checkpoint, _input_shape(checkpoint, of))
    raise TypeError(
        "checkpoint: a Network, a torch module, a scikit-learn estimator, a state dict or the path "
        f"of a file was expected, got {type(checkpoint).__name__}"
    )


def domain_held(checkpoint: Any) -> Domain | None:
    """The domain in a checkpoint's file, or None if there is none.

    Examples
    --------
    >>> domain_held({"weight": [[1.0]]}) is None
    True
    """
    if not isinstance(checkpoint, str | Path) or Path(checkpoint).suffix.lower() in STATE_DICTS:
        return None
    return load_domain(checkpoint)


def _with_state(of: Any, state: Mapping[str, Any]) -> Network:
    """The architecture with the numbers of a state dict."""
    if isinstance(of, Network):
        return _with_arrays(of, state)
    if hasattr(of, "load_state_dict"):
        module = deepcopy(of)
        try:
            module.load_state_dict(state)
        except RuntimeError as error:
            words = " ".join(str(error).split())
            raise InvalidNetwork(f"the state dict does not fit the module: {words}") from None
        return from_torch(module, _input_shape(module, None))
    raise InvalidNetwork(
        "a state dict says no architecture: name a network, or a torch module, that has the same"
    )


def _with_arrays(of: Network, state: Mapping[str, Any]) -> Network:
    """A network of dense layers whose weights and biases are those of a state dict, in order."""
    arrays = [
        np.asarray(getattr(each, "detach", lambda each=each: each)()) for each in state.values()
    ]
    weights = [array for array in arrays if array.ndim == 2]
    layers = [node for node in of.nodes if isinstance(node, AffineNode)]
    if len(weights) != len(layers):
        raise InvalidNetwork(
            f"the state dict has {len(weights)} matrices, and the network {len(layers)} affine "
            "layers; for other architectures give the torch module itself"
        )
    nodes, places = list(of.nodes), [k for k, n in enumerate(of.nodes) if isinstance(n, AffineNode)]
    at = 0
    for k, layer in zip(places, layers, strict=True):
        while arrays[at].ndim != 2:
            at += 1
        weight = arrays[at]
        bias: Any = 0
        at += 1
        if at < len(arrays) and arrays[at].ndim == 1:
            bias, at = arrays[at], at + 1
        if weight.shape != (layer.n_outputs, layer.n_inputs):
            raise InvalidNetwork(
                f"{layer.name}: a matrix of shape {(layer.n_outputs, layer.n_inputs)} was "
                f"expected, got {weight.shape}"
            )
        nodes[k] = replace(layer, map=linear_map(weight, bias, where=layer.name))
    return replace(of, nodes=tuple(nodes))


def _input_shape(module: Any, of: Any) -> tuple[int, ...]:
    """The shape of a module's input: that of a network, or what its first linear layer reads."""
    if isinstance(of, Network):
        return of.input_shape
    for each in module.modules():
        if hasattr(each, "in_features"):
            return (int(each.in_features),)
        if hasattr(each, "in_channels"):
            break
    raise InvalidNetwork(
        "the shape of the module's input is not known; give a Network of the same architecture, "
        "as linreg.from_torch(module, input_shape) makes it"
    )


def _saved(data: bytes) -> Mapping[str, Any]:
    """The state dict in a file, of which no code is run."""
    state = content_of_torch(data)
    if not isinstance(state, Mapping):
        raise UnreadableFile(f"a state dict was expected, got {type(state).__name__}")
    return state
