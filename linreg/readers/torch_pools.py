"""Pools of torch, with the arguments that torch names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from linreg.errors import InvalidNetwork
from linreg.readers.tensor_arithmetic import extremum_along, mean
from linreg.readers.tensor_layers import largest_in_windows, mean_in_windows, spatial_axes
from linreg.readers.tensor_values import Operand, Site, shape_of
from linreg.readers.torch_layers import Arguments, Function, each, first


def _windows(axes: int) -> Callable[[Arguments], dict[str, Any]]:
    def settings(a: Arguments) -> dict[str, Any]:
        kernel = each(a["kernel_size"], axes)
        return {
            "kernel": kernel,
            "stride": each(a["stride"], axes) if a["stride"] else kernel,
            "padding": each(a["padding"], axes),
            "ceil_mode": a["ceil_mode"],
        }

    return settings


def _largest_in_windows(axes: int) -> Callable[[Site, Arguments], Operand]:
    settings = _windows(axes)
    return lambda site, a: largest_in_windows(
        site, a["self"], dilation=each(a["dilation"], axes), **settings(a)
    )


def _mean_in_windows(axes: int) -> Function:
    settings = _windows(axes)

    def function(site: Site, a: Arguments) -> Operand:
        if a.get("divisor_override") is not None:
            raise InvalidNetwork("divisor_override is not supported; scale the average instead")
        counts = a["count_include_pad"]
        return mean_in_windows(site, a["self"], count_include_pad=counts, **settings(a))

    return function


def _adaptive(axes: int, largest: bool) -> Callable[[Site, Arguments], Operand]:
    pool = largest_in_windows if largest else mean_in_windows

    def function(site: Site, a: Arguments) -> Operand:
        operand = a["self"]
        lengths = shape_of(operand)[-axes:]
        given = a["output_size"]
        wanted = [given] * axes if given is None or isinstance(given, int) else list(given)
        sizes = [old if new is None else new for old, new in zip(lengths, wanted, strict=True)]
        if list(sizes) == [1] * axes:
            along = spatial_axes(operand)
            if largest:
                return extremum_along(site, operand, along, True, False)
            return mean(site, operand, along, True, False)
        if any(new < 1 or old % new for old, new in zip(lengths, sizes, strict=True)):
            raise InvalidNetwork(
                f"adaptive pooling from {list(lengths)} to {sizes} has windows of different sizes, "
                "which are not supported"
            )
        kernel = [old // new for old, new in zip(lengths, sizes, strict=True)]
        return pool(site, operand, kernel=kernel)

    return function


POOLS: dict[str, Function] = {"max_pool2d_with_indices": first(_largest_in_windows(2))}
for _n in (1, 2, 3):
    POOLS |= {
        f"adaptive_avg_pool{_n}d": _adaptive(_n, False),
        f"adaptive_max_pool{_n}d": first(_adaptive(_n, True)),
        f"avg_pool{_n}d": _mean_in_windows(_n),
        f"max_pool{_n}d": _largest_in_windows(_n),
    }
