"""Identified neighbourhoods: what the first layers map onto the same region of the later ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from linreg.domains import Domain
from linreg.errors import HypothesisError
from linreg.formulas import whole
from linreg.network import Network, StagedNetwork
from linreg.regions import Enumeration, enumerate_regions
from linreg.run import Progress


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """The activation regions of a network, sorted by what the later layers see of them.

    An output region is a pattern R of the layers after the first `layer`; an input cell is a
    pattern C of the layers up to it. The activation regions are the pairs (C, R) such that the
    preimage of R meets C in an open set.

    Attributes
    ----------
    regions : Enumeration
        The activation regions of the whole network.
    cell_patterns : integer array, shape (cells, units of the first layers)
        The input cells, sorted.
    output_patterns : integer array, shape (outputs, units of the later layers)
        The output regions, sorted.
    cell_of, output_of : int64 arrays, shape (regions,)
        The input cell and the output region of each activation region.
    """

    regions: Enumeration
    cell_patterns: np.ndarray  # (cells, units before)
    output_patterns: np.ndarray  # (outputs, units after)
    cell_of: np.ndarray  # (regions,)
    output_of: np.ndarray  # (regions,)

    @cached_property
    def preimages(self) -> np.ndarray:
        """N_R for each output region: how many input cells meet its preimage; shape (outputs,).

        They add up to the number of activation regions.
        """
        return np.bincount(self.output_of, minlength=len(self.output_patterns))

    def identified(self, output: int) -> np.ndarray:
        """The input cells that are mapped onto parts of an output region; int64, increasing."""
        return np.sort(self.cell_of[self.output_of == output])


def neighbourhoods(
    net: Network | StagedNetwork,
    layer: int | None = None,
    domain: Domain | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> Neighbourhoods:
    """What the layers up to a chosen one identify, for those after it.

    Parameters
    ----------
    net : Network or StagedNetwork
    layer : int, optional
        From 1 to the number of stages minus 1, which is the default, as in the lemma.
    domain : Domain, optional
        The whole space unless given.
    progress : callable, optional
        As that of `linreg.enumerate_regions`.

    Raises
    ------
    HypothesisError
        If the network has no such layer.

    Notes
    -----
    Lemma 3 counts the cells C whose image contains R, and gives a lower bound of linear regions.
    Here C counts if its image meets R, and the sum of N_R is the number of activation regions
    exactly: on C the first layers are one affine map, so that the part of C that is mapped into R
    is convex, and it is the activation region of the two patterns.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), Definition of identification and Lemma 3.

    Examples
    --------
    Two layers fold the square in four, and the third cuts it in 7; each piece has 16 preimages:

    >>> from linreg import zoo
    >>> folding = zoo.folding(2, 4, 4, 3)
    >>> found = neighbourhoods(folding.network, domain=folding.domain)
    >>> found.preimages.tolist(), len(found.regions), len(found.cell_patterns)
    ([16, 16, 16, 16, 16, 16, 16], 112, 16)
    """
    staged = net.staged if isinstance(net, Network) else net
    depth = len(staged.stages)
    chosen = depth - 1 if layer is None else whole("layer", layer)
    if not 1 <= chosen < depth:
        raise HypothesisError(
            f"a layer with layers before and after it was expected: the network has {depth} "
            f"stages, got {chosen}"
        )
    units = sum(len(stage.units) for stage in staged.stages[:chosen])
    regions = enumerate_regions(staged, domain, progress=progress)
    cells, cell_of = np.unique(regions.patterns[:, :units], axis=0, return_inverse=True)
    outputs, output_of = np.unique(regions.patterns[:, units:], axis=0, return_inverse=True)
    return Neighbourhoods(regions, cells, outputs, cell_of.ravel(), output_of.ravel())
