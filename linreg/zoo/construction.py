"""A network with known numbers of regions, and these numbers."""

from __future__ import annotations

from dataclasses import dataclass

from linreg.domains import Domain
from linreg.errors import HypothesisError
from linreg.network import Network

WEIGHTS_OF_ZOO = 10**6
"""Most weights that a network of the zoo is given."""


@dataclass(frozen=True, slots=True)
class Construction:
    """A network from a proof, on the domain on which its regions are known.

    Attributes
    ----------
    network : Network
    domain : Domain
    regions : int or None
        The number of activation regions in the domain; None where no closed form gives it.
    at_least : int
        What the theorem promises; `regions` where that is known.
    source : str
        Who says so.

    Examples
    --------
    >>> from linreg import count_regions, zoo
    >>> made = zoo.braid(3)
    >>> made.regions == count_regions(made.network, made.domain) == 6
    True
    """

    network: Network
    domain: Domain
    regions: int | None
    at_least: int
    source: str


def check_size(weights: int) -> None:
    """Refuse networks that would fill the memory.

    Raises
    ------
    HypothesisError
        If there would be more than `WEIGHTS_OF_ZOO` weights.
    """
    if weights > WEIGHTS_OF_ZOO:
        raise HypothesisError(
            f"the zoo stops at networks of {WEIGHTS_OF_ZOO} weights: this one would have {weights}"
        )
