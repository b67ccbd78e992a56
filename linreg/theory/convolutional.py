"""The bounds for convolutional networks of rectifiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from linreg.formulas import (
    chained,
    convolution_upper,
    generic_count,
    montufar_2017,
    serra_2018_upper,
    trivial,
    xiong_2020_lower,
    xiong_2020_upper,
    xiong_formula,
)
from linreg.theory.bound import AT_LEAST, EXACTLY, PRODUCT, UPPER, Bound, LeftOut, Theorem

GENERIC = Theorem(
    generic_count,
    EXACTLY,
    "generic weights",
    "Zaslavsky (1975), Whitney's theorem",
    "counted at random weights modulo a prime",
)
FORMULA = Theorem(
    xiong_formula,
    UPPER,
    "Xiong 2020, formula",
    "Xiong et al. (2020), Theorem 1",
    "stated as the maximum; too large for some planar layers",
)
LOWER = Theorem(
    xiong_2020_lower, AT_LEAST, "Xiong 2020, lower", "Xiong et al. (2020), Theorem 2 (i)"
)
THEOREM_2 = Theorem(
    xiong_2020_upper, UPPER, "Xiong 2020, upper", "Xiong et al. (2020), Theorem 2 (ii)"
)
NARROW = Theorem(
    convolution_upper,
    UPPER,
    "with narrow layers",
    "Xiong et al. (2020), Theorem 1; Montufar (2017)",
)
CONNECTED = (
    Theorem(trivial, UPPER, PRODUCT, "one pattern, one region"),
    Theorem(montufar_2017, UPPER, "Montufar 2017", "Montufar (2017)", "as if fully connected"),
    Theorem(
        serra_2018_upper,
        UPPER,
        "Serra 2018",
        "Serra et al. (2018), Theorem 1",
        "as if fully connected",
    ),
)


def conv_bounds(
    input_shape: Sequence[int], layers: Sequence[Mapping[str, Any]]
) -> tuple[Bound, ...]:
    """Every bound for convolutional rectifier networks whose hypotheses hold.

    Layers that are too large for an algorithm's budget do without its bound; `conv_report` tells.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    layers : list of dict
        With `filters`, `kernel`, and perhaps `stride` and `padding`.

    Raises
    ------
    HypothesisError
        If a layer is impossible.

    Examples
    --------
    >>> bounds = conv_bounds((1, 3, 3), [{"filters": 2, "kernel": 2}])
    >>> [(b.name, b.value) for b in bounds if b.name != "serra_2018_upper"]
    [('generic_count', 255), ('trivial', 256), ('montufar_2017', 256), ('xiong_formula', 256)]
    """
    return conv_report(input_shape, layers)[0]


def conv_report(
    input_shape: Sequence[int],
    layers: Sequence[Mapping[str, Any]],
    *,
    progress: Callable[[float, str], None] | None = None,
) -> tuple[tuple[Bound, ...], tuple[LeftOut, ...]]:
    """The bounds of `conv_bounds`, and those that were left out, with the reason.

    Parameters
    ----------
    input_shape, layers
        As those of `conv_bounds`.
    progress : callable, optional
        Called now and then with the share of a bound's work that is done and the bound's name.

    Raises
    ------
    HypothesisError
        If a layer is impossible.

    Examples
    --------
    >>> bounds, left_out = conv_report((1, 3), [{"filters": 2, "kernel": 2}])
    >>> left_out
    ()
    """
    chain = chained(input_shape, layers)
    widths = [layer.n_units for layer in chain]
    found: list[Bound | LeftOut | None] = []

    def attempt(theorem: Theorem, *arguments: object, **named: object) -> None:
        name = theorem.function.__name__
        told = None if progress is None else lambda share: progress(share, name)
        found.append(theorem.tried(*arguments, **named, progress=told))

    if len(chain) > 1:
        attempt(LOWER, input_shape, layers)
    else:
        attempt(GENERIC, input_shape, **layers[0])
    found += [theorem.tried(chain[0].n_inputs, widths) for theorem in CONNECTED]
    if len(chain) > 1:
        attempt(THEOREM_2, input_shape, layers)
        if isinstance(found[-1], LeftOut):  # the other one starts with the same formula
            found.append(replace(found[-1], **_named(NARROW)))
        else:
            attempt(NARROW, input_shape, layers)
    else:
        attempt(FORMULA, input_shape, **layers[0])
    return (
        tuple(each for each in found if isinstance(each, Bound)),
        tuple(each for each in found if isinstance(each, LeftOut)),
    )


def _named(theorem: Theorem) -> dict[str, str]:
    name = theorem.function.__name__
    return {"name": name, "source": theorem.source, "title": theorem.title}
