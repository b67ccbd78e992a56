"""Networks from torch modules: layer by layer where they are a chain, else by torch.export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from linreg.arguments import lengths
from linreg.errors import InvalidNetwork
from linreg.json_values import located
from linreg.network import Network
from linreg.readers.framework_graph import GraphAssembly, Result
from linreg.readers.tensor_values import Operand, Site
from linreg.readers.torch_functions import FUNCTIONS, KEEPS_SCORES, torch_package
from linreg.readers.torch_graph import traced
from linreg.readers.torch_modules import TorchLayer, chain_of

_SUPPORTED = tuple(FUNCTIONS)


def from_torch(module: Any, input_shape: int | Sequence[int]) -> Network:
    """The network that a torch module computes when it is in eval mode.

    Layers of torch.nn in `Sequential`, also nested, are read layer by layer; any other module is
    traced by torch.export. The module stays as it is. A softmax, log-softmax or sigmoid at the end
    is left out, which a note says.

    Parameters
    ----------
    module : torch.nn.Module
    input_shape : int or sequence of int
        Shape of one input, without the batch axis; a number is that of inputs without axes.

    Returns
    -------
    Network
        With exactly the module's numbers. Of a batch-norm, the scale and the shift that its
        numbers give in float64 are the weights.

    Raises
    ------
    InvalidNetwork
        If it is no module, an operator is not supported, shapes do not fit, or torch cannot trace
        it; the message names the layer.
    NotPiecewiseLinear
        If a layer is not piecewise linear.

    Examples
    --------
    >>> import torch
    >>> layer = torch.nn.Linear(2, 3)
    >>> from_torch(torch.nn.Sequential(layer, torch.nn.ReLU()), input_shape=(2,)).input_shape
    (2,)
    """
    torch = torch_package()
    if not isinstance(module, torch.nn.Module):
        raise InvalidNetwork(f"a torch.nn.Module was expected, got {type(module).__name__}")
    try:
        shape = lengths(input_shape, "input_shape")
    except ValueError as error:
        raise InvalidNetwork(f"{error}: the input's shape must be that of one input") from None
    construction = GraphAssembly((1, *shape))
    layers = chain_of(module)
    output = (
        traced(torch, module, construction) if layers is None else _chained(layers, construction)
    )
    return construction.finished(output, source=f"torch {torch.__version__}")


def _chained(layers: Sequence[TorchLayer], construction: GraphAssembly) -> Result:
    """What layers give, one after another, for the construction's input."""
    result: Result = construction.input
    for layer in layers:
        label = f"layer {layer.place} ({layer.kind})" if layer.place else layer.kind
        with located(label):
            result = _applied(layer, result, construction)
    return result


def _applied(layer: TorchLayer, read: Any, construction: GraphAssembly) -> Result:
    def compute(site: Site, operands: list[Operand | None]) -> Operand | list[Operand]:
        reads = dict.fromkeys(("self", "input"), operands[0])
        return FUNCTIONS[layer.operator](site, {**layer.arguments, **reads})

    arrays = [entry for entry in layer.arguments.values() if isinstance(entry, np.ndarray)]
    made = construction.apply(
        layer.place or layer.kind.lower(),
        layer.kind,
        [read, *arrays],
        compute if layer.operator in FUNCTIONS else None,
        keeps_scores=layer.operator in KEEPS_SCORES,
        supported=_SUPPORTED,
    )
    return made[0] if isinstance(made, list) else made
