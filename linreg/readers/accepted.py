"""What functions accept as a network or a domain: files, models, weights, ranges."""

from __future__ import annotations

import os
import reprlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from linreg.arguments import entries
from linreg.domains import Ball, Box, Domain, asked_domain
from linreg.errors import InvalidDomain, InvalidNetwork
from linreg.json_values import located
from linreg.network import Network, StagedNetwork, mlp
from linreg.readers.domain_json import domain_from_json
from linreg.readers.domain_text import domain_from_text
from linreg.readers.sklearn_models import from_sklearn
from linreg.readers.suffixes import load, load_domain
from linreg.readers.torch_network import from_torch
from linreg.wording import counted

NetworkLike = Any
"""A Network, a path, a torch module, a scikit-learn estimator or a list of (weight, bias)."""

DomainLike = Any
"""A Domain, a text as on the command line, a list of [lowest, highest], or None."""


def as_network(net: NetworkLike, name: str = "net") -> Network:
    """The network that a model, a file or weights stand for.

    Parameters
    ----------
    net : Network, str, path, torch.nn.Module, scikit-learn estimator or list
        A path is read by `load`, an estimator by `from_sklearn`, and a torch module by
        `from_torch`, with as many inputs as its first linear layer has. A list of pairs (weight,
        bias) is a fully connected network with ReLU between its layers: the last pair is the
        readout, as in an `.npz` file. For a network without a readout there is `mlp`.
    name : str
        What it is called in messages.

    Returns
    -------
    Network
        A Network itself is returned as it is.

    Raises
    ------
    TypeError
        If it is none of these; the message says what was got.
    LinregError
        If it cannot be read.

    Examples
    --------
    >>> as_network([([[1], [-1]], [0, 0]), ([[1, 1]], [0])]).staged.forward_exact([-2])
    [Fraction(2, 1)]
    """
    if isinstance(net, Network):
        return net
    if isinstance(net, str | os.PathLike):
        return load(net)
    if _is_of(net, "torch.nn", "Module"):
        return from_torch(net, _torch_inputs(net))
    if _is_of(net, "sklearn.base", "BaseEstimator"):
        return from_sklearn(net)
    if isinstance(net, list | tuple) and net and all(_is_pair(layer) for layer in net):
        return mlp(net[:-1], net[-1])
    hint = " (its class, not a fitted model)" if isinstance(net, type) else ""
    raise TypeError(
        f"{name}: a Network, the path of a file, a torch module, a scikit-learn estimator or a "
        f"list of (weight, bias) was expected, got {_shown(net)}{hint}"
    )


def as_staged(net: NetworkLike, name: str = "net") -> StagedNetwork:
    """The normal form of what `as_network` takes, which may be in it already.

    Parameters
    ----------
    net : StagedNetwork, or what `as_network` accepts
    name : str
        What it is called in messages.

    Returns
    -------
    StagedNetwork

    Examples
    --------
    >>> as_staged([([[1]], [0]), ([[2]], [1])]).forward_exact([3])
    [Fraction(7, 1)]
    """
    return net if isinstance(net, StagedNetwork) else as_network(net, name).staged


def as_domain(domain: DomainLike, dim: int, name: str = "domain") -> Domain:
    """The domain of so many inputs that a file, a text or ranges stand for.

    Parameters
    ----------
    domain : Domain, Ball, str, list, mapping or None
        None is the whole space. A text is that of the command line: "all", "box:LO,HI" (the same
        for every input), "box:LO1,..:HI1,.." or a JSON file. A list or array has [lowest, highest]
        for each input; a mapping is a domain as in JSON.
    dim : int
        Number of inputs.
    name : str
        What it is called in messages.

    Returns
    -------
    WholeSpace, Box or Polytope
        A ball becomes one of these.

    Raises
    ------
    TypeError
        If it is none of these; the message says what was got.
    InvalidDomain, UnreadableFile
        If it is malformed, of another dimension, or a Euclidean ball, which is no polyhedron.

    Examples
    --------
    >>> as_domain("box:-1,1", 2) == as_domain([[-1, 1], [-1, 1]], 2) == Box([-1, -1], [1, 1])
    True
    """
    if domain is None or isinstance(domain, Domain | Ball):
        return asked_domain(domain, dim)
    if isinstance(domain, os.PathLike):
        return domain_from_text(os.fspath(domain), dim, name=name)
    if isinstance(domain, str):
        return domain_from_text(domain, dim, name=name)
    if isinstance(domain, Mapping):
        with located(name):
            return domain_from_json(dict(domain), dim)
    if isinstance(domain, list | tuple | np.ndarray):
        return _box(domain, dim, name)
    raise TypeError(
        f"{name}: a WholeSpace, Box or Polytope, a text such as 'box:-1,1' or a list of [lowest, "
        f"highest] was expected, got {_shown(domain)}"
    )


def asked(net: NetworkLike, domain: DomainLike) -> tuple[StagedNetwork, Domain]:
    """The normal form of the network and the domain that are asked about.

    The domain in a network's file is used unless another is given.

    Parameters
    ----------
    net : StagedNetwork, or what `as_network` accepts
    domain : what `as_domain` accepts

    Returns
    -------
    tuple of StagedNetwork and Domain

    Examples
    --------
    >>> staged, where = asked([([[1, 2]], [0])], "box:0,1")
    >>> staged.input_dim, where.dim
    (2, 2)
    """
    staged = as_staged(net)
    return staged, asked_where(net, domain, staged.input_dim)


def asked_where(net: NetworkLike, domain: DomainLike, dim: int, name: str = "domain") -> Domain:
    """The domain that is asked about: that in the network's file unless another is given.

    Parameters
    ----------
    net : StagedNetwork, or what `as_network` accepts
    domain : what `as_domain` accepts
    dim : int
        Number of the network's inputs.
    name : str
        What the domain is called in messages.

    Returns
    -------
    Domain

    Examples
    --------
    >>> asked_where([([[1, 2]], [0])], None, 2)
    WholeSpace(dim=2)
    """
    if domain is None and isinstance(net, str | os.PathLike):
        domain = load_domain(net)
    return as_domain(domain, dim, name)


def _box(ranges: Sequence[Any] | np.ndarray, dim: int, name: str) -> Domain:
    given = [list(entries(pair, f"{name}[{i}]")) for i, pair in enumerate(ranges)]
    if len(given) != dim or any(len(pair) != 2 for pair in given):
        raise InvalidDomain(
            f"{name}: [lowest, highest] was expected for each of {counted(dim, 'input')}, got "
            f"{_shown(ranges)}"
        )
    return Box([low for low, _ in given], [high for _, high in given])


def _is_pair(layer: object) -> bool:
    return isinstance(layer, list | tuple) and len(layer) == 2


def _is_of(thing: object, module: str, name: str) -> bool:
    """Whether a thing is of a class of a package, which is not imported for the question."""
    class_ = getattr(sys.modules.get(module), name, None)
    return class_ is not None and isinstance(thing, class_)


def _torch_inputs(module: Any) -> tuple[int, ...]:
    """The shape of a module's input, if a linear layer reads it first."""
    layers = [layer for layer in module.modules() if not list(layer.children())]
    reading = [layer for layer in layers if list(layer.parameters(recurse=False))]
    if reading and hasattr(reading[0], "in_features"):
        return (int(reading[0].in_features),)
    raise InvalidNetwork(
        f"net: {type(module).__name__} does not say what shape its input has; give it: "
        "from_torch(module, input_shape)"
    )


def _shown(thing: object) -> str:
    if thing is None or isinstance(thing, int | float | list | tuple | type):
        return reprlib.repr(thing)
    return type(thing).__name__
