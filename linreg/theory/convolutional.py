"""The bounds for convolutional networks of rectifiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from linreg.theory.bound import AT_LEAST, EXACTLY, PRODUCT, UPPER, Bound, Theorem

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
DEEP = (
    Theorem(xiong_2020_lower, AT_LEAST, "Xiong 2020, lower", "Xiong et al. (2020), Theorem 2 (i)"),
    Theorem(xiong_2020_upper, UPPER, "Xiong 2020, upper", "Xiong et al. (2020), Theorem 2 (ii)"),
    Theorem(
        convolution_upper,
        UPPER,
        "with narrow layers",
        "Xiong et al. (2020), Theorem 1; Montufar (2017)",
    ),
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

    Layers that are too large for an algorithm's budget do without its bound.

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
    chain = chained(input_shape, layers)
    widths = [layer.n_units for layer in chain]
    connected = [b for one in CONNECTED for b in one.applied(chain[0].n_inputs, widths)]
    if len(chain) > 1:
        lower, *upper = ([*one.applied(input_shape, layers)] for one in DEEP)
        return (*lower, *connected, *(bound for bounds in upper for bound in bounds))
    [layer] = layers
    exact = GENERIC.applied(input_shape, **layer)
    return (*exact, *connected, *FORMULA.applied(input_shape, **layer))
