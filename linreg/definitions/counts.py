"""The six definitions of a region, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from flint import fmpq

from linreg.adjacency import AdjacencyGraph, adjacency_graph, linear_regions, output_maps
from linreg.arguments import how_many
from linreg.definitions.facet_extensions import fewest_pieces
from linreg.definitions.strict_and_weak import Form, holds_somewhere, patterns_of_points
from linreg.errors import BrokenInvariant, IncompleteError
from linreg.progress import Progress
from linreg.rational import rational
from linreg.readers import DomainLike, NetworkLike
from linreg.regions import Enumeration, enumerate_regions
from linreg.wording import counted

MOST_PROGRAMS = 20_000
"""Most exact linear programs, or steps like them, for one definition; some ten seconds."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """How many regions a network has, by each definition of the literature.

    They never increase from the first to the last. None: not decided; `undecided` says why.

    Attributes
    ----------
    patterns_any_dimension : int or None
        R1: patterns that some point has.
    activation_regions : int
        R2: patterns that the points of some open set have.
    convex_pieces : int or None
        R3: fewest cells of a polyhedral complex on which the function is affine.
    linear_regions : int
        R4: maximal connected open sets on which the function is affine.
    closed_connected : int or None
        R5: maximal connected closed sets, with inner points, on which the function is affine.
    affine_maps : int
        R6: affine maps that the function is on some open set.
    undecided : mapping
        Why a number is None, by its name.

    Examples
    --------
    |x| has two pieces, and a third pattern at 0:

    >>> from linreg import mlp
    >>> found = definitions(mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0])))
    >>> found.patterns_any_dimension, found.activation_regions, found.affine_maps
    (3, 2, 2)
    """

    patterns_any_dimension: int | None
    activation_regions: int
    convex_pieces: int | None
    linear_regions: int
    closed_connected: int | None
    affine_maps: int
    undecided: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = [
            number
            for number in (
                self.patterns_any_dimension,
                self.activation_regions,
                self.convex_pieces,
                self.linear_regions,
                self.closed_connected,
                self.affine_maps,
            )
            if number is not None
        ]
        if known != sorted(known, reverse=True):
            raise BrokenInvariant(f"the definitions' numbers must not increase: got {known}")


def definitions(
    net: NetworkLike | Enumeration | AdjacencyGraph,
    domain: DomainLike = None,
    *,
    budget: int = MOST_PROGRAMS,
    progress: Callable[[Progress], None] | None = None,
) -> Definitions:
    """Number of regions of a network by each of the six definitions.

    R1 and R2 are about the network, the others about the function it computes.

    Parameters
    ----------
    net : Enumeration, AdjacencyGraph, Network, or what `as_network` accepts
        An enumeration stands for its network and domain, and has to be complete; a graph for that
        of its regions.
    domain : Domain, optional
        The whole space unless given; closed sets are those of its interior.
    budget : int
        Most linear programs for R1, for R5, and most steps for R3.
    progress : callable, optional
        Called before each of these with a `Progress`, whose activity is what comes next.

    Returns
    -------
    Definitions
        Six numbers, None where a budget ended before the number was known, with bounds in
        `undecided`.

    Raises
    ------
    IncompleteError
        If the enumeration was stopped early.

    Notes
    -----
    R3: fewest cells that regions can be joined to from above, and from below points that no convex
    piece can share. Regions may be cut along the
    extended facets of linear regions first. A complex may cut elsewhere too, so that the two can
    differ, and then R3 is left open.

    R5: for an affine map g that several linear regions have, the set {f = g} is made of a closed
    polyhedron for each activation region, perhaps of lower dimension. Those that meet are joined,
    and the components are counted that contain a region whose map is g.

    Source
    ------
    Stargalla, Hertrich, Reichman (2025), definitions and their order.

    Examples
    --------
    relu(x) - relu(-x) is x; of two patterns of open sets and one at 0, it needs none:

    >>> from linreg import mlp
    >>> definitions(mlp([([[1], [-1]], [0, 0])], readout=([[1, -1]], [0])))
    Definitions(patterns_any_dimension=3, activation_regions=2, convex_pieces=1,
                linear_regions=1, closed_connected=1, affine_maps=1, undecided={})
    """
    how_many(budget, "budget", least=0)
    if isinstance(net, AdjacencyGraph):
        graph = net
    else:
        graph = adjacency_graph(
            net if isinstance(net, Enumeration) else enumerate_regions(net, domain)
        )
    regions = graph.regions
    tell = progress or (lambda _: None)
    maps, labels = output_maps(regions).tolist(), linear_regions(graph).tolist()
    undecided = {}
    tell(Progress(0, 1, "patterns of any dimension"))
    any_dimension = None
    try:
        problem = regions.problem
        any_dimension = len(patterns_of_points(problem.network, problem.domain, budget))
    except IncompleteError:
        undecided["patterns_any_dimension"] = (
            f"takes more than {counted(budget, 'exact linear program')}"
        )
    tell(Progress(1 / 3, 1, "convex pieces"))
    convex = None
    try:
        least, most = fewest_pieces(graph, labels, budget)
        if least == most:
            convex = most
        else:
            undecided["convex_pieces"] = f"between {least:,} and {most:,}"
    except IncompleteError:
        undecided["convex_pieces"] = f"takes more than {counted(budget, 'step')}"
    tell(Progress(2 / 3, 1, "closed connected sets"))
    closed = _closed_connected(regions, maps, labels, budget)
    if closed is None:
        undecided["closed_connected"] = f"takes more than {counted(budget, 'exact linear program')}"
    return Definitions(
        any_dimension, len(regions), convex, len(set(labels)), closed, len(set(maps)), undecided
    )


def _closed_connected(
    regions: Enumeration, maps: Sequence[int], labels: Sequence[int], budget: int
) -> int | None:
    """R5, or None if the budget does not suffice."""
    total = 0
    closures: list[tuple[list[Form], list[Form]]] | None = None
    outputs: list[list[list[fmpq]]] = []
    for map_ in sorted(set(maps)):
        members = [i for i, each in enumerate(maps) if each == map_]
        if len({labels[i] for i in members}) == 1:
            total += 1
            continue
        if closures is None:
            closures = [_closure(regions, i) for i in range(len(regions))]
            outputs = [region.exact_affine_map.rows.table() for region in regions]
        budget -= len(regions) * (len(regions) + 1) // 2
        if budget < 0:
            return None
        total += _components(closures, outputs, members, regions.problem.network.input_dim)
    return total


def _components(
    closures: Sequence[tuple[list[Form], list[Form]]],
    outputs: Sequence[list[list[fmpq]]],
    members: Sequence[int],
    dim: int,
) -> int:
    """Components of {f = g} that contain a region whose map is g, the members' map."""
    wanted = outputs[members[0]]
    slices: list[tuple[list[Form], list[Form]]] = []
    of_member = []
    for i, (inside, closed) in enumerate(closures):
        equal: list[Form] = []
        for own, other in zip(outputs[i], wanted, strict=True):
            difference = [a - b for a, b in zip(own, other, strict=True)]
            equal += [difference, [-entry for entry in difference]]
        part = (inside, [*closed, *equal])
        if i in members or holds_somewhere(*part, dim):
            slices.append(part)
            of_member.append(i in members)
    component = list(range(len(slices)))
    for i, (inside, first) in enumerate(slices):
        for j in range(i):
            if component[i] != component[j] and holds_somewhere(
                inside, [*first, *slices[j][1]], dim
            ):
                old, new = component[i], component[j]
                component = [new if each == old else each for each in component]
    return len({c for c, is_member in zip(component, of_member, strict=True) if is_member})


def _closure(regions: Enumeration, index: int) -> tuple[list[Form], list[Form]]:
    """The rows of the domain, and those of the region's units."""
    domain = [[rational(entry) for entry in row] for row in regions.problem.domain.rows()]
    halfspaces = regions[index].exact_halfspaces
    units: list[Form] = [
        [*(-rational(entry) for entry in normal), rational(offset)]
        for normal, offset, owner in zip(
            halfspaces.normals.tolist(),
            halfspaces.offsets.tolist(),
            halfspaces.owners.tolist(),
            strict=True,
        )
        if owner >= 0
    ]
    return list(domain), units
