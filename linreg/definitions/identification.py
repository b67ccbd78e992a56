"""Identified neighbourhoods: sets of inputs that the first layers map onto the same set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from linreg.arguments import numbered
from linreg.definitions.images import Hull, image_key
from linreg.errors import HypothesisError
from linreg.formulas import whole
from linreg.network import StagedNetwork
from linreg.polyhedra.polyhedron import Polyhedron
from linreg.problem import Boundaries, MapsOnRegions, Problem
from linreg.readers import DomainLike, NetworkLike, asked
from linreg.regions import Enumeration, enumerate_regions
from linreg.run import CountProgress
from linreg.wording import counted


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """The activation regions of a network, by what its first layers make of them.

    An input cell is a pattern of the layers up to the chosen one, an output region a pattern of the
    layers after it. Two sets of inputs are identified if they have the same image. An image is what
    the next affine map makes of the first layers' output, or the readout after the last layer: the
    folds of Theorem 5 are sums of units, and a unit alone folds nothing. Images are computed when
    they are first asked for, and compared exactly.

    Attributes
    ----------
    regions : Enumeration
        The activation regions of the whole network.
    layer : int
        The chosen layer, from 1.
    cell_patterns : integer array, shape (cells, units of the first layers)
        The input cells, sorted.
    output_patterns : integer array, shape (outputs, units of the later layers)
        The output regions, sorted; after the last layer there is one, of no units.
    cell_of, output_of : int64 arrays, shape (regions,)
        The input cell and the output region of each activation region.

    Examples
    --------
    |x|, and then a unit that switches where it is 1; the layer before identifies x and -x:

    >>> from linreg import mlp
    >>> found = neighbourhoods(mlp([([[1], [-1]], [0, 0]), ([[1, 1]], [-1])]), layer=1)
    >>> found.cell_patterns.tolist(), found.output_patterns.tolist(), found.preimages.tolist()
    ([[0, 1], [1, 0]], [[0], [1]], [2, 2])
    """

    regions: Enumeration
    layer: int
    cell_patterns: np.ndarray  # (cells, units before)
    output_patterns: np.ndarray  # (outputs, units after)
    cell_of: np.ndarray  # (regions,)
    output_of: np.ndarray  # (regions,)

    def __repr__(self) -> str:
        images = counted(len(self.preimages), "neighbourhood")
        return f"<Neighbourhoods: {images} of {counted(len(self.regions), 'region')}>"

    @cached_property
    def image_of(self) -> np.ndarray:
        """Which image each activation region has; int64, shape (regions,).

        Regions have the same number if and only if the first layers map them onto the same set,
        which then lies in one output region. Numbers are in the order of first regions.

        Raises
        ------
        IncompleteError
            If a region whose image is flatter than itself, but no segment, has too many vertices.
        """
        boundaries = Boundaries(self.regions.problem)
        patterns = self.regions.patterns.tolist()
        cells = [
            Polyhedron(boundaries.of(pattern).rows, self.regions.point(i))
            for i, pattern in enumerate(patterns)
        ]
        return _numbered(self._before, [pattern[: self._units] for pattern in patterns], cells)

    @cached_property
    def image_of_cell(self) -> np.ndarray:
        """Which image each input cell has, numbered likewise; int64, shape (cells,).

        Raises
        ------
        IncompleteError
            As `image_of`.
        """
        boundaries = Boundaries(self._before)
        patterns = self.cell_patterns.tolist()
        # Any region of a cell has a witness inside the cell.
        _, members = np.unique(self.cell_of, return_index=True)
        cells = [
            Polyhedron(boundaries.of(pattern).rows, self.regions.point(i))
            for pattern, i in zip(patterns, members.tolist(), strict=True)
        ]
        return _numbered(self._before, patterns, cells)

    @property
    def preimages(self) -> np.ndarray:
        """N_R of each image R: how many activation regions are mapped onto it; shape (images,).

        They add up to the number of activation regions.
        """
        return np.bincount(self.image_of)

    @property
    def meeting(self) -> np.ndarray:
        """How many input cells have an image that meets each output region; shape (outputs,).

        They add up to the number of activation regions as well, and need no images.
        """
        return np.bincount(self.output_of, minlength=len(self.output_patterns))

    @property
    def lemma_3(self) -> int:
        """The sum of N_R over one image R of each output region, that with the most preimages."""
        most = np.zeros(len(self.output_patterns), dtype=np.int64)
        np.maximum.at(most, self.output_of, self.preimages[self.image_of])
        return int(most.sum())

    def identified(self, image: int) -> np.ndarray:
        """The activation regions that are mapped onto an image; int64, increasing.

        Parameters
        ----------
        image : int
            From 0, as in `image_of`.

        Returns
        -------
        int64 array, shape (regions of that image,)

        Raises
        ------
        NoSuchIndex
            If there is no image of that number; they are counted from 0.

        Examples
        --------
        |x|, and then a unit that switches where it is 1:

        >>> from linreg import mlp
        >>> net = mlp([([[1], [-1]], [0, 0]), ([[1, 1]], [-1])])
        >>> found = neighbourhoods(net, layer=1)
        >>> found.regions.patterns.tolist()
        [[0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1]]
        >>> found.identified(0).tolist()
        [0, 2]
        """
        image = numbered(image, int(self.image_of.max()) + 1, "image", "images")
        return np.flatnonzero(self.image_of == image)

    def identified_cells(self, image: int) -> np.ndarray:
        """The input cells that are mapped onto an image of `image_of_cell`; int64, increasing.

        Parameters
        ----------
        image : int
            From 0.

        Returns
        -------
        int64 array, shape (cells of that image,)

        Raises
        ------
        NoSuchIndex
            If there is no image of that number; they are counted from 0.

        Examples
        --------
        |x|, and then a unit that switches where it is 1:

        >>> from linreg import mlp
        >>> net = mlp([([[1], [-1]], [0, 0]), ([[1, 1]], [-1])])
        >>> found = neighbourhoods(net, layer=1)
        >>> found.regions.patterns.tolist()
        [[0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1]]
        >>> found.identified_cells(0).tolist()
        [0, 1]
        """
        image = numbered(image, int(self.image_of_cell.max()) + 1, "image", "images of cells")
        return np.flatnonzero(self.image_of_cell == image)

    @property
    def _units(self) -> int:
        return int(self.cell_patterns.shape[1])

    @cached_property
    def _before(self) -> Problem:
        """The first layers, and what the next affine map makes of them."""
        net, domain = self.regions.problem.network, self.regions.problem.domain
        maps = [*(stage.map for stage in net.stages), net.readout]
        return Problem(
            StagedNetwork(net.input_dim, net.stages[: self.layer], maps[self.layer]), domain
        )


def _numbered(
    before: Problem, patterns: Sequence[Sequence[int]], cells: Sequence[Polyhedron]
) -> np.ndarray:
    """A number for the image of each cell, the same for equal images; the first are lowest."""
    maps = MapsOnRegions(before)
    dim = before.network.input_dim
    hulls = [Hull(maps.of(tuple(pattern)), dim) for pattern in patterns]
    in_hull = Counter(hull.key for hull in hulls)
    known: dict[object, int] = {}
    labels = [
        # Alone in its hull, an image has nothing to be compared with.
        known.setdefault(
            (hull.key, image_key(cell, hull) if in_hull[hull.key] > 1 else ()), len(known)
        )
        for cell, hull in zip(cells, hulls, strict=True)
    ]
    return np.array(labels, dtype=np.int64)


def neighbourhoods(
    net: NetworkLike,
    layer: int | None = None,
    domain: DomainLike = None,
    *,
    progress: Callable[[CountProgress], None] | None = None,
) -> Neighbourhoods:
    """What the layers up to a chosen one identify.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
    layer : int, optional
        From 1 to the number of stages. By default the last but one, as in the lemma, or the only
        one.
    domain : what `as_domain` accepts, optional
        By default that in the network's file, or the whole space.
    progress : callable, optional
        As that of `linreg.enumerate_regions`.

    Returns
    -------
    Neighbourhoods
        Input cells, output regions, and the images that they meet in.

    Raises
    ------
    HypothesisError
        If the network has no such layer.

    Notes
    -----
    On an activation region the first layers are one affine map, so that its image is convex and
    lies in one region of the later layers. Taking each image R once, with the number N_R of
    activation regions that are mapped onto it, counts every region once: the sum of N_R is the
    number of activation regions. Lemma 3 takes one R in each region of the later layers, and so
    gives a lower bound, `Neighbourhoods.lemma_3`.

    Source
    ------
    Montufar, Pascanu, Cho, Bengio (2014), Definition of identification, equation (5), Lemma 3.

    Examples
    --------
    Two layers fold the square in four, one after the other, and the third cuts it in 7, so that
    each piece has 16 preimages; all 16 cells of the first two are mapped onto the whole square:

    >>> from linreg import zoo
    >>> folding = zoo.folding(2, 4, 4, 3)
    >>> found = neighbourhoods(folding.network, domain=folding.domain)
    >>> found.preimages.tolist(), len(found.regions), len(found.cell_patterns)
    ([16, 16, 16, 16, 16, 16, 16], 112, 16)
    >>> found.image_of_cell.tolist() == [0] * 16
    True
    """
    staged, where = asked(net, domain)
    depth = len(staged.stages)
    if depth == 0:
        raise HypothesisError("the network has no units, so there is no layer to choose")
    chosen = max(1, depth - 1) if layer is None else whole("layer", layer)
    if chosen > depth:
        raise HypothesisError(f"layer must be from 1 to {depth}: got {chosen}")
    units = sum(len(stage.units) for stage in staged.stages[:chosen])
    regions = enumerate_regions(staged, where, progress=progress)
    cells, cell_of = np.unique(regions.patterns[:, :units], axis=0, return_inverse=True)
    outputs, output_of = np.unique(regions.patterns[:, units:], axis=0, return_inverse=True)
    return Neighbourhoods(regions, chosen, cells, outputs, cell_of.ravel(), output_of.ravel())
