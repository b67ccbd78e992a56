"""The names of the zoo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial

from linreg.errors import HypothesisError
from linreg.wording import counted
from linreg.zoo import arrangements, folding, generic, maxout, towers
from linreg.zoo.construction import Construction


@dataclass(frozen=True, slots=True)
class Entry:
    """A family of networks.

    Attributes
    ----------
    name : str
        As in `make(name, ...)`.
    parameters : tuple of str
        What the numbers after the name mean; one that ends in "..." stands for one or more.
    about : str
        A few words for a list.
    build : callable
        Called with the numbers.

    Examples
    --------
    >>> CATALOGUE["shi"].parameters, CATALOGUE["shi"].build(3).regions
    (('n',), 16)
    """

    name: str
    parameters: tuple[str, ...]
    about: str
    build: Callable[..., Construction]

    @property
    def usage(self) -> str:
        """The name and its parameters."""
        return " ".join((self.name, *self.parameters))


def _entry(usage: str, about: str, build: Callable[..., Construction]) -> tuple[str, Entry]:
    name, *parameters = usage.split()
    return name, Entry(name, tuple(parameters), about, build)


CATALOGUE = dict(
    (
        _entry("zaslavsky n m", "m hyperplanes of R^n in general position", arrangements.zaslavsky),
        _entry("braid n", "x_i = x_j: n!", arrangements.braid),
        _entry("shi n", "x_i - x_j = 0, 1: (n+1)^(n-1)", arrangements.shi),
        _entry("catalan n", "x_i - x_j = -1, 0, 1: n! C_n", arrangements.catalan),
        _entry("linial n", "x_i - x_j = 1", arrangements.linial),
        _entry("semiorder n", "x_i - x_j = -1, 1", arrangements.semiorder),
        _entry("resonance n", "all normals with entries 0 and 1", arrangements.resonance),
        _entry("threshold n", "threshold functions of n variables", arrangements.threshold),
        _entry("threshold-graphs n", "x_i + x_j = 0", arrangements.threshold_graphs),
        _entry("type-b n", "x_i = 0, x_i = x_j, x_i = -x_j: 2^n n!", arrangements.type_b),
        _entry("type-d n", "x_i = x_j, x_i = -x_j: 2^(n-1) n!", arrangements.type_d),
        _entry("shi-maxout n", "shi, by units of rank 3", arrangements.shi_maxout),
        _entry("catalan-maxout n", "catalan, by units of rank 4", arrangements.catalan_maxout),
        _entry("folding n0 w...", "the folds of Theorem 5 in the cube", folding.folding),
        _entry(
            "folding-oriented n0 w...",
            "the same, with as many linear regions",
            partial(folding.folding, oriented=True),
        ),
        _entry("serra n0 w...", "one more fold from three units on", folding.serra),
        _entry("telgarsky L", "the sawtooth, 2^L on (0, 1)", towers.telgarsky),
        _entry("arora n0 m w L", "the gauge of a zonotope, then sawteeth", folding.arora),
        _entry("abs-tower n L", "absolute values, 2^(n L)", towers.abs_tower),
        _entry("residual-folds L", "folds by skip connections, 2^L", towers.residual_folds),
        _entry("leaky-zigzag L", "two leaky units a layer, 3^L", towers.leaky_zigzag),
        _entry("convolution C N... d k...", "one layer, random weights", generic.convolution),
        _entry("lattice n N M", "the largest of M minima of N random forms", generic.lattice),
        _entry("maxout-thm9 n0 k L", "rank k identifies k regions a layer", maxout.maxout_thm9),
    )
)
"""All families, by name."""


def make(name: str, *numbers: int) -> Construction:
    """The network of a family with these numbers.

    Parameters
    ----------
    name : str
        Of the family, as `linreg zoo` lists it.
    numbers : int
        What the family asks for.

    Returns
    -------
    Construction
        The network on its domain, with the number of its regions where a theorem gives it.

    Raises
    ------
    HypothesisError
        If there is no family of that name, or the numbers do not suit it.

    Examples
    --------
    >>> make("telgarsky", 5).regions
    32
    """
    if name not in CATALOGUE:
        near = get_close_matches(name, CATALOGUE, n=1)
        hint = f"; did you mean {near[0]}?" if near else "."
        raise HypothesisError(f"there is no {name} in the zoo{hint} Known: {', '.join(CATALOGUE)}")
    entry = CATALOGUE[name]
    fixed = [p for p in entry.parameters if not p.endswith("...")]
    open_ended = len(fixed) < len(entry.parameters)
    if len(numbers) < len(entry.parameters) or (not open_ended and len(numbers) > len(fixed)):
        more = " or more" if open_ended else ""
        raise HypothesisError(
            f"{entry.usage} was expected, {counted(len(entry.parameters), 'number')}{more} after "
            f"the name: got {len(numbers) or 'none'}"
        )
    return entry.build(*numbers)
