"""Layers of torch.nn: each as the operator that it stands for, with that operator's arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from linreg.readers.torch_functions import array_of
from linreg.readers.torch_layers import Arguments


@dataclass(frozen=True, slots=True)
class TorchLayer:
    """A layer of a chain.

    Attributes
    ----------
    place : str
        Where it stands in nested `Sequential`s, such as "0.2"; empty for a module on its own.
    kind : str
        Its class.
    operator : str
        The operator that it stands for.
    arguments : dict
        Those of the operator, but for its input.
    """

    place: str
    kind: str
    operator: str
    arguments: Arguments


def chain_of(module: Any, place: str = "") -> list[TorchLayer] | None:
    """The layers of nested `Sequential`s in order, or of one layer; None for any other module.

    A module is taken for a layer of torch.nn only if nothing of it has been changed: a subclass, a
    hook or a setting that is not known here may compute anything.
    """
    kind = type(module).__name__
    plain = type(module).__module__.startswith("torch.nn.modules.")
    if not plain or _is_changed(module):
        return None
    if kind == "Sequential":
        chain: list[TorchLayer] = []
        for name, child in module._modules.items():  # a layer that is used twice comes twice
            layers = chain_of(child, f"{place}.{name}" if place else name)
            if layers is None:
                return None
            chain += layers
        return chain
    if kind not in _LAYERS or not _is_usual(module):
        return None
    operator, arguments = _LAYERS[kind]
    return [TorchLayer(place, kind, operator, arguments(module))]


def _is_changed(module: Any) -> bool:
    """Whether something is called besides or in place of the class's own forward method."""
    return bool("forward" in module.__dict__ or module._forward_hooks or module._forward_pre_hooks)


def _is_usual(module: Any) -> bool:
    """Whether a layer has none of the settings that change what it is."""
    return (
        getattr(module, "padding_mode", "zeros") == "zeros"
        and not getattr(module, "return_indices", False)
        and getattr(module, "mode", "nearest") == "nearest"
    )


def _named(**names: str) -> Callable[[Any], Arguments]:
    """Arguments that are attributes of the module, by these names."""
    return lambda module: {argument: getattr(module, name) for argument, name in names.items()}


def _none(_module: Any) -> Arguments:
    return {}


def _array(module: Any, name: str) -> Any:
    tensor = getattr(module, name)
    return None if tensor is None else array_of(tensor)


def _linear(module: Any) -> Arguments:
    return {"weight": _array(module, "weight"), "bias": _array(module, "bias")}


def _convolution(module: Any) -> Arguments:
    settings = ("stride", "padding", "dilation", "groups")
    return _linear(module) | {name: getattr(module, name) for name in settings}


def _batch_norm(module: Any) -> Arguments:
    names = ("weight", "bias", "running_mean", "running_var")
    return {name: _array(module, name) for name in names} | {"eps": module.eps}


def _mean_pool(module: Any) -> Arguments:
    names = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")
    values = {name: getattr(module, name) for name in names}
    return values | {"divisor_override": getattr(module, "divisor_override", None)}


def _padding(module: Any) -> Arguments:
    return {"pad": list(module.padding), "value": getattr(module, "value", 0)}


def _upsampling(module: Any) -> Arguments:
    """A size or a factor for each axis, or one of them for all."""
    return {"output_size": module.size, "scale_factors": module.scale_factor}


_MAX_POOL = _named(
    kernel_size="kernel_size",
    stride="stride",
    padding="padding",
    dilation="dilation",
    ceil_mode="ceil_mode",
)
_OUTPUT_SIZE = _named(output_size="output_size")

_LAYERS: dict[str, tuple[str, Callable[[Any], Arguments]]] = {
    "Flatten": ("flatten", _named(start_dim="start_dim", end_dim="end_dim")),
    "Hardsigmoid": ("hardsigmoid", _none),
    "Hardtanh": ("hardtanh", _named(min_val="min_val", max_val="max_val")),
    "Identity": ("identity", _none),
    "LeakyReLU": ("leaky_relu", _named(negative_slope="negative_slope")),
    "Linear": ("linear", _linear),
    "LogSoftmax": ("log_softmax", _none),
    "PReLU": ("prelu", lambda module: {"weight": _array(module, "weight")}),
    "RReLU": ("rrelu", _named(lower="lower", upper="upper")),
    "ReLU": ("relu", _none),
    "ReLU6": ("relu6", _none),
    "Sigmoid": ("sigmoid", _none),
    "Softmax": ("softmax", _none),
    "Softshrink": ("softshrink", _named(lambd="lambd")),
    "Threshold": ("threshold", _named(threshold="threshold", value="value")),
    "Unflatten": ("unflatten", _named(dim="dim", sizes="unflattened_size")),
    "Upsample": ("upsample_nearest2d", _upsampling),
    "UpsamplingNearest2d": ("upsample_nearest2d", _upsampling),
}
for _n in (1, 2, 3):
    _LAYERS |= {
        f"AdaptiveAvgPool{_n}d": (f"adaptive_avg_pool{_n}d", _OUTPUT_SIZE),
        f"AdaptiveMaxPool{_n}d": (f"adaptive_max_pool{_n}d", _OUTPUT_SIZE),
        f"AvgPool{_n}d": (f"avg_pool{_n}d", _mean_pool),
        f"BatchNorm{_n}d": ("batch_norm", _batch_norm),
        f"ConstantPad{_n}d": ("constant_pad_nd", _padding),
        f"Conv{_n}d": (f"conv{_n}d", _convolution),
        f"Dropout{_n}d": ("identity", _none),
        f"MaxPool{_n}d": (f"max_pool{_n}d", _MAX_POOL),
        f"ReflectionPad{_n}d": (f"reflection_pad{_n}d", _padding),
        f"ReplicationPad{_n}d": (f"replication_pad{_n}d", _padding),
        f"ZeroPad{_n}d": ("constant_pad_nd", _padding),
    }
_LAYERS |= dict.fromkeys(("AlphaDropout", "Dropout", "FeatureAlphaDropout"), ("identity", _none))
