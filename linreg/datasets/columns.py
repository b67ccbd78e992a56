"""The tables of a dataset: their columns, what type they have, and how each is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linreg.datasets.spec import Spec

if TYPE_CHECKING:
    import pyarrow

Columns = Mapping[str, list[object]]
"""Some rows of a table: the values of each column."""

Tables = Mapping[str, Columns]
"""Some rows of each table."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    type : str
        A scalar type of Arrow, or "list of" one.
    about : str
        What it is and how it is computed.
    """

    type: str
    about: str

    def arrow(self) -> pyarrow.DataType:
        """The type for pyarrow."""
        import pyarrow

        scalar = pyarrow.type_for_alias(self.type.removeprefix("list of "))
        return pyarrow.list_(scalar) if self.type.startswith("list of ") else scalar


_ID = Column("string", "the network; the same id in all tables")

NETWORKS = {
    "network": _ID,
    "family": Column("string", "the family's name in the specification"),
    "cohort": Column("string", "an id that networks share which differ in random numbers alone"),
    "sample": Column("int32", "number of the network in its cohort"),
    "kind": Column("string", "drawn, trained or given"),
    "architecture": Column("string", "input shape and layers"),
    "init": Column("string", "law of the weights; null if trained"),
    "scale": Column("double", "factor of the weights; null if trained"),
    "bias": Column("string", "law of the biases; null if trained"),
    "bias_scale": Column("double", "factor of the biases; null if trained"),
    "data": Column("string", "what it was trained on; null if drawn"),
    "epoch": Column("int32", "passes over the data so far; null if drawn"),
    "accuracy": Column(
        "double", "share of the data it was trained on that it classifies right; null if drawn"
    ),
    "input_dim": Column("int32", "number of inputs"),
    "outputs": Column("int32", "number of outputs"),
    "units": Column("int32", "number of units"),
    "widths": Column("list of int32", "units in each stage"),
    "parameters": Column("int64", "weights and biases"),
    "domain": Column("string", "the domain, as JSON"),
    "fingerprint": Column("string", "sha256 of the network's stages: what it computes"),
    "file": Column("string", "the network with its weights and domain, for linreg.load"),
}

_COUNTS = {
    "network": _ID,
    "activation_regions": Column(
        "int64", "linreg.count: regions, exactly; at least that many where complete is false"
    ),
    "complete": Column("bool", "false if the count stopped at the limit of regions"),
    "detailed": Column("bool", "false if there were more regions than are compared and measured"),
    "regions_per_stage": Column("list of int64", "cells of the first stages, stage by stage"),
}

_DEFINITIONS = {
    "linear_regions": Column("int64", "maximal connected open sets with one affine map (R4)"),
    "affine_maps": Column("int64", "distinct affine maps (R6)"),
    "dual_edges": Column("int64", "pairs of regions that share a facet"),
    "bounded_regions": Column("int64", "bounded regions"),
}

_ALL_DEFINITIONS = {
    "patterns_any_dimension": Column("int64", "patterns that some point has (R1); null: undecided"),
    "convex_pieces": Column("int64", "fewest convex pieces (R3); null: undecided"),
    "closed_connected": Column("int64", "maximal connected closed sets (R5); null: undecided"),
}

_SHARE = {
    "upper_bound": Column("double", "the least upper bound that applies, of the table bounds"),
    "share": Column("double", "activation_regions over upper_bound"),
}

BOUNDS = {
    "network": _ID,
    "name": Column("string", "the function of linreg.theory that computes it"),
    "side": Column(
        "string",
        "upper: of this network; max_at_least, max_exactly: of the most over all fully connected "
        "networks of these widths, or over all weights of the filters if it is convolutional",
    ),
    "value": Column("string", "the number, exactly"),
    "approximation": Column("double", "the number as a float; infinite if beyond all"),
    "share": Column("double", "activation_regions over the number"),
    "source": Column("string", "author, year, theorem"),
    "note": Column("string", "what has to be known to read it"),
}

GRAPHS = {
    "network": _ID,
    "detailed": Column("bool", "false if the graph was too large; all else is then null"),
    "nodes": Column("int64", "activation regions"),
    "edges": Column("int64", "pairs of them that share a facet"),
    "smallest_degree": Column("int64", "fewest neighbours of a region"),
    "mean_degree": Column("double", "2 edges / nodes"),
    "largest_degree": Column("int64", "most neighbours of a region"),
    "degrees": Column("list of int64", "number of nodes of degree 0, 1, 2, ..."),
    "diameter": Column("int64", "most facets between two regions; null if too costly"),
    "diameter_at_least": Column("int64", "largest distance that was found"),
    "components": Column("int64", "connected components"),
    "bipartite": Column("bool", "whether there is no odd cycle"),
    "spectral_gap": Column(
        "double",
        "second least eigenvalue of the normalised Laplacian, to 9 decimals; null if too costly",
    ),
    "transitivity": Column("double", "3 triangles / pairs of edges with a common node"),
    "average_clustering": Column(
        "double", "mean over nodes of the share of pairs of neighbours that are neighbours"
    ),
}

_QUANTILES = "least, quartiles and greatest"

GEOMETRY = {
    "network": _ID,
    "detailed": Column("bool", "false if there were too many regions; all else is then null"),
    "bounded_share": Column("double", "bounded regions / regions"),
    "facets": Column("list of int64", f"{_QUANTILES}: facets of a region, the domain's included"),
    "mean_facets": Column("double", "facets of a region, on average"),
    "inradius": Column(
        "list of double",
        f"{_QUANTILES}: radius of a largest ball in a region, Euclidean, in input units; "
        "infinite where balls of any size fit",
    ),
    "volume": Column(
        "list of double",
        f"{_QUANTILES}: volumes of bounded regions, exact and then rounded; null with more than 3 "
        "inputs or without bounded regions",
    ),
}

TOPOLOGY = {
    "network": _ID,
    "detailed": Column("bool", "false if there were too many cells; all else is then null"),
    "f_vector": Column("list of int64", "cells of dimension 0, 1, 2, ... of the units alone"),
    "bounded_f_vector": Column("list of int64", "those of them that are bounded"),
    "betti_at_least": Column(
        "list of int64", "Betti numbers modulo 2, from degree 0 on, of where output 0 is >= 0"
    ),
    "betti_at_most": Column("list of int64", "of where it is <= 0"),
    "betti_equal": Column("list of int64", "of where it is 0"),
}

REGIONS = {
    "network": _ID,
    "region": Column("int64", "index among the network's regions, sorted by pattern"),
    "pattern": Column("list of uint16", "the piece of every unit"),
    "witness": Column("list of double", "the float64 point nearest to one strictly inside"),
    "margin": Column("double", "distance from that point to the nearest row, in input units"),
    "bounded": Column("bool", "whether the region is bounded"),
}

_MEASURES = {
    "facets": Column("int64", "its facets, the domain's included"),
    "inradius": Column(
        "double", "radius of a largest ball in it, in input units; infinite where any fits"
    ),
    "volume": Column(
        "double", "exact and then rounded; null if it is unbounded or there are more than 3 inputs"
    ),
}

_MAPS = {
    "weight": Column(
        "list of double", "the matrix of its affine map, row by row: outputs times inputs"
    ),
    "bias": Column("list of double", "the constants of its affine map: outputs"),
    "class": Column(
        "int32",
        "the largest output at its witness, the first of several; null where there is one output",
    ),
}

EDGES = {
    "network": _ID,
    "source": Column("int64", "a region, as in the table regions"),
    "target": Column("int64", "one with a larger index that shares a facet with it"),
    "crossed": Column("list of int32", "the units whose piece differs"),
}

EXPECTATIONS = {
    "cohort": Column("string", "the cohort, as in the table networks"),
    "family": Column("string", "the family's name in the specification"),
    "architecture": Column("string", "input shape and layers"),
    "domain": Column("string", "the domain, as JSON"),
    "convolutional": Column("bool", "whether it is convolutions and ReLUs up to a readout"),
    "layers": Column("int32", "stages of units"),
    "samples": Column("int64", "networks of the cohort"),
    "complete": Column("bool", "false if a count stopped at the limit: numbers are then at least"),
    "mean": Column("double", "of activation_regions over the samples"),
    "variance": Column("double", "unbiased, exact and then rounded; null for one sample"),
    "standard_error": Column("double", "sqrt(variance / samples); null for one sample"),
    "least": Column("int64", "fewest activation_regions"),
    "most": Column("int64", "most activation_regions"),
    "expected": Column(
        "double",
        "of one layer on the whole space: the number at all weights but a set of measure zero "
        "(convolutions: generic_count; fully connected: zaslavsky); else null",
    ),
    "max_at_least": Column(
        "double", "the sharpest lower bound on the most over all weights; null where none is known"
    ),
    "upper_bound": Column("double", "the sharpest upper bound for all weights"),
}


def tables_of(spec: Spec) -> dict[str, dict[str, Column]]:
    """The columns of each table that a specification asks for."""
    truth = spec.truth
    counts = dict(_COUNTS)
    if truth.definitions or truth.all_definitions:
        counts |= _DEFINITIONS
    if truth.all_definitions:
        counts |= _ALL_DEFINITIONS
    if truth.bounds:
        counts |= _SHARE
    for m in spec.estimates.points:
        about = f"regions that the first {m} of the random points lie in"
        counts[f"sampled_{m}"] = Column("int64", about)
    tables = {"networks": NETWORKS, "counts": counts, "expectations": EXPECTATIONS}
    chosen = {
        "bounds": (truth.bounds, BOUNDS),
        "graphs": (truth.graphs, GRAPHS),
        "geometry": (truth.geometry, GEOMETRY),
        "topology": (truth.topology, TOPOLOGY),
        "regions": (
            truth.regions,
            REGIONS | (_MEASURES if truth.geometry else {}) | (_MAPS if truth.maps else {}),
        ),
        "edges": (truth.edges, EDGES),
    }
    return tables | {name: columns for name, (wanted, columns) in chosen.items() if wanted}
