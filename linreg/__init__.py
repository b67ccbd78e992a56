"""Exact linear regions of piecewise-linear neural networks.

Load or build a network, then count its regions, list them, or see how they touch:

>>> import linreg
>>> net = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
>>> linreg.count(net).regions
7
"""

import linreg_start  # noqa: F401 - first, for the sake of `python -m linreg`
from linreg import theory, zoo
from linreg.adjacency import (
    AdjacencyGraph,
    GraphStatistics,
    LinearRegionGraph,
    RegionCounts,
    adjacency_graph,
    graph_statistics,
    linear_regions,
    merged_graph,
    output_maps,
    region_counts,
)
from linreg.affine import AffineMap, ExactAffineMap
from linreg.certificate import Certified, certify
from linreg.checker import Verdict, check
from linreg.domains import Box, Domain, Halfspaces, Polytope, WholeSpace
from linreg.errors import (
    BrokenInvariant,
    HypothesisError,
    IncompleteError,
    InvalidDomain,
    InvalidNetwork,
    InvalidSpec,
    LinregError,
    MissingPackage,
    NoSuchIndex,
    NotPiecewiseLinear,
    UnknownStrategy,
    UnreachableCluster,
    UnreadableFile,
    UnsolvedError,
    UnusableRun,
    UnwritableFile,
)
from linreg.export import write_cells, write_graph, write_pieces
from linreg.first_use import warm_up
from linreg.network import Network, Slice, StagedNetwork, mlp, slice_through
from linreg.readers import from_sklearn, from_torch, load, load_domain, save
from linreg.regions import Enumeration, Region, enumerate_regions
from linreg.regions.stored import StoredRegions, enumerate_into, read_run
from linreg.regions.tables import read_regions, write_regions
from linreg.run import Count, Progress, count, count_regions
from linreg.store import RunStatus, count_into, run_status
from linreg.topology import (
    PolyhedralComplex,
    Subcomplex,
    decision_boundary,
    level_set,
    polyhedral_complex,
)
from linreg.units import (
    MaxUnit,
    ScalarUnit,
    absolute,
    clip,
    hard_tanh,
    leaky_relu,
    maxout,
    relu,
    relu6,
)

__version__ = "0.1.0"

__all__ = [
    "AdjacencyGraph",
    "AffineMap",
    "Box",
    "BrokenInvariant",
    "Certified",
    "Count",
    "Domain",
    "Enumeration",
    "ExactAffineMap",
    "GraphStatistics",
    "Halfspaces",
    "HypothesisError",
    "IncompleteError",
    "InvalidDomain",
    "InvalidNetwork",
    "InvalidSpec",
    "LinearRegionGraph",
    "LinregError",
    "MaxUnit",
    "MissingPackage",
    "Network",
    "NoSuchIndex",
    "NotPiecewiseLinear",
    "PolyhedralComplex",
    "Polytope",
    "Progress",
    "Region",
    "RegionCounts",
    "RunStatus",
    "ScalarUnit",
    "Slice",
    "StagedNetwork",
    "StoredRegions",
    "Subcomplex",
    "UnknownStrategy",
    "UnreachableCluster",
    "UnreadableFile",
    "UnsolvedError",
    "UnusableRun",
    "UnwritableFile",
    "Verdict",
    "WholeSpace",
    "absolute",
    "adjacency_graph",
    "certify",
    "check",
    "clip",
    "count",
    "count_into",
    "count_regions",
    "decision_boundary",
    "enumerate_into",
    "enumerate_regions",
    "from_sklearn",
    "from_torch",
    "graph_statistics",
    "hard_tanh",
    "leaky_relu",
    "level_set",
    "linear_regions",
    "load",
    "load_domain",
    "maxout",
    "merged_graph",
    "mlp",
    "output_maps",
    "polyhedral_complex",
    "read_regions",
    "read_run",
    "region_counts",
    "relu",
    "relu6",
    "run_status",
    "save",
    "slice_through",
    "theory",
    "warm_up",
    "write_cells",
    "write_graph",
    "write_pieces",
    "write_regions",
    "zoo",
]
