"""What the counts of a cohort of like networks are on average, beside what theory expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod, sqrt
from typing import Any

from flint import fmpz

from linreg.datasets.architectures import convolutions, is_connected
from linreg.datasets.recipes import Checkpoint, Draw, Recipe
from linreg.datasets.truth import NetworkTruth
from linreg.errors import HypothesisError
from linreg.formulas import generic_count, zaslavsky
from linreg.rational import nearest_float

GENERIC = ("he", "glorot", "lecun", "uniform")
"""Laws of weights with a density."""

TWO_PIECES = ("relu", "leaky_relu", "abs")
"""Units with one breakpoint."""

GENERIC_BIASES = ("uniform", "normal")
"""Laws of biases with a density."""


OF_WEIGHTS = "serra_ramalingam_2020"
"""The bound that is about the weights given, and not about all."""


@dataclass(slots=True)
class Cohort:
    """The counts of networks that differ in their random numbers alone.

    Attributes
    ----------
    recipe : Recipe
        Of one of them.
    counts : list of int
    complete : bool
        Whether all of them are exact.
    widths : list of int
        Units in each stage.
    domain : str
    bounds : list of (side, value)
        Those that hold for all weights.
    """

    recipe: Recipe
    counts: list[int] = field(default_factory=list)
    complete: bool = True
    widths: list[int] = field(default_factory=list)
    domain: str = ""
    bounds: list[tuple[str, int]] = field(default_factory=list)

    def add(self, found: NetworkTruth) -> None:
        """Take note of a network."""
        self.counts += found.tables["counts"]["activation_regions"]
        self.complete &= found.tables["counts"]["complete"][0]
        [self.widths] = found.tables["networks"]["widths"]
        [self.domain] = found.tables["networks"]["domain"]
        listed = found.tables.get("bounds", {"name": [], "side": [], "value": []})
        self.bounds = [
            (side, int(fmpz(value)))
            for name, side, value in zip(
                listed["name"], listed["side"], listed["value"], strict=True
            )
            if name != OF_WEIGHTS
        ]

    def row(self) -> dict[str, Any]:
        """The row of the cohort in the table of expectations."""
        n = len(self.counts)
        variance = variance_of(self.counts)
        made = self.recipe.made
        is_conv = isinstance(made, Draw) and convolutions(made.architecture) is not None
        # Lower bounds on the most regions are about networks whose weights are all free.
        is_free = isinstance(made, Checkpoint) or (
            isinstance(made, Draw) and (is_conv or is_connected(made.architecture))
        )
        below = [value for side, value in self.bounds if side != "upper" and is_free]
        above = [value for side, value in self.bounds if side != "max_at_least"]
        return {
            "cohort": self.recipe.cohort,
            "family": self.recipe.family,
            "architecture": self.recipe.architecture,
            "domain": self.domain,
            "convolutional": is_conv,
            "layers": len(self.widths),
            "samples": n,
            "complete": self.complete,
            "mean": float(Fraction(sum(self.counts), n)),
            "variance": None if variance is None else float(variance),
            "standard_error": None if variance is None else sqrt(variance / n),
            "least": min(self.counts),
            "most": max(self.counts),
            "expected": _expected(self.recipe, self.widths),
            "max_at_least": nearest_float(max(below), 1) if below else None,
            "upper_bound": nearest_float(min(above), 1) if above else None,
        }


def columns_of_cohorts(cohorts: Sequence[Cohort]) -> dict[str, list[Any]]:
    """The whole table of expectations."""
    rows = [cohort.row() for cohort in cohorts]
    return {name: [row[name] for row in rows] for name in rows[0]}


def variance_of(counts: Sequence[int]) -> Fraction | None:
    """The unbiased variance, exactly; None for one number.

    Examples
    --------
    >>> variance_of([1, 2, 4]), variance_of([7, 7]), variance_of([7])
    (Fraction(7, 3), Fraction(0, 1), None)
    """
    n = len(counts)
    if n < 2:
        return None
    return Fraction(n * sum(k * k for k in counts) - sum(counts) ** 2, n * (n - 1))


def _expected(recipe: Recipe, widths: Sequence[int]) -> float | None:
    """Regions of one layer at all weights but a set of measure zero, on the whole space."""
    if not isinstance(recipe.made, Draw):
        return None
    architecture, law = recipe.made.architecture, recipe.made.initialiser
    dense = law.bias in GENERIC_BIASES and law.weights in GENERIC
    if not dense or len(widths) != 1 or recipe.domain != {"type": "all"}:
        return None
    layers = convolutions(architecture)
    if layers:
        try:
            return float(generic_count(architecture.input_shape, **layers[0]))
        except HypothesisError:
            return None
    # One layer of units, so that the types are linear, the units, and perhaps a readout.
    types = [layer.get("type") for layer in architecture.layers]
    if is_connected(architecture) and types[1] in TWO_PIECES and types[2:] in ([], ["linear"]):
        return float(zaslavsky(prod(architecture.input_shape), widths))
    return None
