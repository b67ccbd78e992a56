"""The bounds for convolutional networks of rectifiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from linreg.formulas import (
    chained,
    convolution_upper,
    generic_count,
    koszul_upper,
    montufar_2017,
    serra_2018_upper,
    trivial,
    xiong_2020_lower,
    xiong_2020_upper,
    xiong_formula,
)
from linreg.formulas.receptive import convolution
from linreg.progress import Progress
from linreg.theory.bound import AT_LEAST, EXACTLY, PRODUCT, UPPER, Bound, LeftOut, Theorem
from linreg.theory.explicit import explicit_count

GENERIC = Theorem(
    generic_count,
    EXACTLY,
    "generic weights",
    "Zaslavsky (1975), Whitney's theorem",
)
UNPROVED = "almost certainly the maximum, which is not proved: random weights modulo a prime"
RELATIONS = Theorem(
    koszul_upper,
    UPPER,
    "with relations between filters",
    "Xiong et al. (2020), Theorem 1, less sets dependent by Cramer's rule",
)
EXPLICIT = Theorem(
    explicit_count,
    UPPER,
    "explicit weights",
    "Zaslavsky (1975), at weights that are generic provably",
)
FORMULA = Theorem(
    xiong_formula,
    UPPER,
    "Xiong 2020, formula",
    "Xiong et al. (2020), Theorem 1",
    "stated as the maximum; too large for some planar layers",
)
ON_A_LINE = replace(FORMULA, note="stated as the maximum, which it is on a line")
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
    The generic count of one layer is a lower bound of the maximum. It is said to be the maximum
    exactly if one of the upper bounds is the same number.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    layers : list of dict
        With `filters`, `kernel`, and perhaps `stride` and `padding`.

    Returns
    -------
    tuple of Bound
        Each says on which side of the maximum it is, and whose it is.

    Raises
    ------
    HypothesisError
        If a layer is impossible.

    Examples
    --------
    >>> bounds = conv_bounds((1, 3, 3), [{"filters": 2, "kernel": 2}])
    >>> [(b.name, b.value) for b in bounds if "xiong" in b.name or b.value < 256]
    [('generic_count', 255), ('xiong_formula', 256), ('koszul_upper', 255)]
    """
    return conv_report(input_shape, layers)[0]


def conv_report(
    input_shape: Sequence[int],
    layers: Sequence[Mapping[str, Any]],
    *,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[tuple[Bound, ...], tuple[LeftOut, ...]]:
    """The bounds of `conv_bounds`, and those that were left out, with the reason.

    Parameters
    ----------
    input_shape, layers
        As those of `conv_bounds`.
    progress : callable, optional
        Called now and then with a `Progress`: the share of a bound's work, and the bound's name.

    Returns
    -------
    tuple of Bound, tuple of LeftOut
        The bounds, and what is missing of them.

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
    connected = [theorem.tried(chain[0].n_inputs, widths) for theorem in CONNECTED]
    found: list[Bound | LeftOut | None]
    if len(chain) == 1:
        lower, *upper = _one_layer(input_shape, layers[0], progress)
        found = [lower, *connected, *upper]
    else:
        first = _told(LOWER, progress, input_shape, layers)
        upper_2 = _told(THEOREM_2, progress, input_shape, layers)
        narrow = (
            replace(upper_2, **_named(NARROW))  # it starts with the same formula
            if isinstance(upper_2, LeftOut)
            else _told(NARROW, progress, input_shape, layers)
        )
        found = [first, *connected, upper_2, narrow]
    return (
        tuple(each for each in found if isinstance(each, Bound)),
        tuple(each for each in found if isinstance(each, LeftOut)),
    )


def _one_layer(
    input_shape: Sequence[int],
    layer: Mapping[str, Any],
    progress: Callable[[Progress], None] | None,
) -> list[Bound | LeftOut | None]:
    """The generic count, and the upper bounds until one proves that it is the maximum."""
    generic = _told(GENERIC, progress, input_shape, **layer)
    formula = ON_A_LINE if convolution(input_shape, **layer).is_on_a_line else FORMULA
    upper = [_told(formula, progress, input_shape, **layer)]
    if not isinstance(generic, Bound):
        return [generic, *upper]
    value = generic.value

    def is_proved() -> bool:
        return any(isinstance(bound, Bound) and bound.value == value for bound in upper)

    if not is_proved():
        upper.append(_told(RELATIONS, progress, input_shape, **layer))
    if not is_proved():
        explicit = EXPLICIT.tried(input_shape, **layer)
        upper += [explicit] if isinstance(explicit, Bound) else []
    if not is_proved():
        generic = replace(generic, side=AT_LEAST, note=UNPROVED)
    return [generic, *upper]


def _told(
    theorem: Theorem,
    progress: Callable[[Progress], None] | None,
    *arguments: object,
    **named: object,
) -> Bound | LeftOut | None:
    """What a theorem gives, while its progress is told under its name."""
    name = theorem.function.__name__
    told = None if progress is None else lambda now: progress(replace(now, activity=name))
    return theorem.tried(*arguments, **named, progress=told)


def _named(theorem: Theorem) -> dict[str, str]:
    name = theorem.function.__name__
    return {"name": name, "source": theorem.source, "title": theorem.title}
