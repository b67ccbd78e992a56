"""Exact linear regions of piecewise-linear neural networks.

Load or build a network, then count its regions, list them, or see how they touch:

>>> import linreg
>>> net = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
>>> linreg.count(net).regions
7
"""

from importlib import import_module
from typing import TYPE_CHECKING

import linreg_start  # noqa: F401 - first, for the sake of `python -m linreg`

if TYPE_CHECKING:  # for those that read types; when a program runs, `_HOMES` says the same
    from linreg import theory as theory
    from linreg import zoo as zoo
    from linreg.adjacency import AdjacencyGraph as AdjacencyGraph
    from linreg.adjacency import GraphStatistics as GraphStatistics
    from linreg.adjacency import LinearRegionGraph as LinearRegionGraph
    from linreg.adjacency import RegionCounts as RegionCounts
    from linreg.adjacency import adjacency_graph as adjacency_graph
    from linreg.adjacency import graph_statistics as graph_statistics
    from linreg.adjacency import linear_regions as linear_regions
    from linreg.adjacency import merged_graph as merged_graph
    from linreg.adjacency import output_maps as output_maps
    from linreg.adjacency import region_counts as region_counts
    from linreg.affine import AffineMap as AffineMap
    from linreg.affine import ExactAffineMap as ExactAffineMap
    from linreg.certificate import Certified as Certified
    from linreg.certificate import certify as certify
    from linreg.checker import Verdict as Verdict
    from linreg.checker import check as check
    from linreg.domains import Ball as Ball
    from linreg.domains import Box as Box
    from linreg.domains import Domain as Domain
    from linreg.domains import Halfspaces as Halfspaces
    from linreg.domains import Polytope as Polytope
    from linreg.domains import WholeSpace as WholeSpace
    from linreg.errors import BrokenInvariant as BrokenInvariant
    from linreg.errors import HypothesisError as HypothesisError
    from linreg.errors import IncompleteError as IncompleteError
    from linreg.errors import InvalidDomain as InvalidDomain
    from linreg.errors import InvalidNetwork as InvalidNetwork
    from linreg.errors import InvalidQuery as InvalidQuery
    from linreg.errors import InvalidSpec as InvalidSpec
    from linreg.errors import LinregError as LinregError
    from linreg.errors import MissingPackage as MissingPackage
    from linreg.errors import NoSuchIndex as NoSuchIndex
    from linreg.errors import NotPiecewiseLinear as NotPiecewiseLinear
    from linreg.errors import UnknownStrategy as UnknownStrategy
    from linreg.errors import UnreachableCluster as UnreachableCluster
    from linreg.errors import UnreadableFile as UnreadableFile
    from linreg.errors import UnsolvedError as UnsolvedError
    from linreg.errors import UnusableRun as UnusableRun
    from linreg.errors import UnwritableFile as UnwritableFile
    from linreg.export import write_cells as write_cells
    from linreg.export import write_graph as write_graph
    from linreg.export import write_milp as write_milp
    from linreg.export import write_pieces as write_pieces
    from linreg.first_use import warm_up as warm_up
    from linreg.learning import ParameterPath as ParameterPath
    from linreg.learning import Tracker as Tracker
    from linreg.learning import parameter_path as parameter_path
    from linreg.learning import track as track
    from linreg.lines import LineRegions as LineRegions
    from linreg.lines import along as along
    from linreg.lines import ray as ray
    from linreg.network import Network as Network
    from linreg.network import Slice as Slice
    from linreg.network import StagedNetwork as StagedNetwork
    from linreg.network import mlp as mlp
    from linreg.network import parallel as parallel
    from linreg.network import slice_through as slice_through
    from linreg.network import sum_of as sum_of
    from linreg.pictures import animate as animate
    from linreg.pictures import explore_page as explore_page
    from linreg.pictures import plot_arrangement as plot_arrangement
    from linreg.pictures import plot_barcode as plot_barcode
    from linreg.pictures import plot_complex as plot_complex
    from linreg.pictures import plot_counts as plot_counts
    from linreg.pictures import plot_degrees as plot_degrees
    from linreg.pictures import plot_diagram as plot_diagram
    from linreg.pictures import plot_folds as plot_folds
    from linreg.pictures import plot_graph as plot_graph
    from linreg.pictures import plot_pieces as plot_pieces
    from linreg.pictures import plot_polygons_of as plot_polygons_of
    from linreg.pictures import plot_regions as plot_regions
    from linreg.pictures import plot_surface as plot_surface
    from linreg.pictures import plot_volumes as plot_volumes
    from linreg.pictures import save_picture as save_picture
    from linreg.progress import Progress as Progress
    from linreg.questions import Difference as Difference
    from linreg.questions import Distance as Distance
    from linreg.questions import Equivalence as Equivalence
    from linreg.questions import Extreme as Extreme
    from linreg.questions import Lipschitz as Lipschitz
    from linreg.questions import OutputRange as OutputRange
    from linreg.questions import Replays as Replays
    from linreg.questions import Robustness as Robustness
    from linreg.questions import Verification as Verification
    from linreg.questions import closed_loop as closed_loop
    from linreg.questions import difference as difference
    from linreg.questions import equivalent as equivalent
    from linreg.questions import lipschitz as lipschitz
    from linreg.questions import local_lipschitz as local_lipschitz
    from linreg.questions import maximum as maximum
    from linreg.questions import minimum as minimum
    from linreg.questions import output_range as output_range
    from linreg.questions import robustness as robustness
    from linreg.questions import verify as verify
    from linreg.readers import Query as Query
    from linreg.readers import as_domain as as_domain
    from linreg.readers import as_network as as_network
    from linreg.readers import from_sklearn as from_sklearn
    from linreg.readers import from_state_dict as from_state_dict
    from linreg.readers import from_torch as from_torch
    from linreg.readers import load as load
    from linreg.readers import load_domain as load_domain
    from linreg.readers import load_query as load_query
    from linreg.readers import save as save
    from linreg.regions import Enumeration as Enumeration
    from linreg.regions import Outlines as Outlines
    from linreg.regions import Region as Region
    from linreg.regions import enumerate_regions as enumerate_regions
    from linreg.regions.near import NearRegions as NearRegions
    from linreg.regions.near import count_near as count_near
    from linreg.regions.near import regions_near as regions_near
    from linreg.regions.stored import StoredRegions as StoredRegions
    from linreg.regions.stored import enumerate_into as enumerate_into
    from linreg.regions.stored import read_run as read_run
    from linreg.regions.tables import read_regions as read_regions
    from linreg.regions.tables import write_regions as write_regions
    from linreg.run import Count as Count
    from linreg.run import CountProgress as CountProgress
    from linreg.run import count as count
    from linreg.run import count_regions as count_regions
    from linreg.store import RunStatus as RunStatus
    from linreg.store import count_into as count_into
    from linreg.store import run_status as run_status
    from linreg.topology import PolyhedralComplex as PolyhedralComplex
    from linreg.topology import Subcomplex as Subcomplex
    from linreg.topology import boundary_volume as boundary_volume
    from linreg.topology import decision_boundary as decision_boundary
    from linreg.topology import expected_boundary_volume as expected_boundary_volume
    from linreg.topology import level_set as level_set
    from linreg.topology import polyhedral_complex as polyhedral_complex
    from linreg.unit_maps import UnitMap as UnitMap
    from linreg.unit_maps import rank_units as rank_units
    from linreg.unit_maps import same_activation as same_activation
    from linreg.unit_maps import unit_map as unit_map
    from linreg.unit_maps import unit_responses as unit_responses
    from linreg.units import MaxUnit as MaxUnit
    from linreg.units import ScalarUnit as ScalarUnit
    from linreg.units import absolute as absolute
    from linreg.units import clip as clip
    from linreg.units import hard_tanh as hard_tanh
    from linreg.units import leaky_relu as leaky_relu
    from linreg.units import maxout as maxout
    from linreg.units import relu as relu
    from linreg.units import relu6 as relu6

__version__ = "0.2.0"

# What a name needs is imported when it is first asked for (PEP 562): a program pays for what it
# uses. A table, and no library that makes one from a stub: it is short, it needs no source at run
# time, and it is the same to every tool. A test holds it to the imports above.
_HOMES = {
    "AdjacencyGraph": "linreg.adjacency",
    "AffineMap": "linreg.affine",
    "Ball": "linreg.domains",
    "Box": "linreg.domains",
    "BrokenInvariant": "linreg.errors",
    "Certified": "linreg.certificate",
    "Count": "linreg.run",
    "CountProgress": "linreg.run",
    "Difference": "linreg.questions",
    "Distance": "linreg.questions",
    "Domain": "linreg.domains",
    "Enumeration": "linreg.regions",
    "Equivalence": "linreg.questions",
    "ExactAffineMap": "linreg.affine",
    "Extreme": "linreg.questions",
    "GraphStatistics": "linreg.adjacency",
    "Halfspaces": "linreg.domains",
    "HypothesisError": "linreg.errors",
    "IncompleteError": "linreg.errors",
    "InvalidDomain": "linreg.errors",
    "InvalidNetwork": "linreg.errors",
    "InvalidQuery": "linreg.errors",
    "InvalidSpec": "linreg.errors",
    "LineRegions": "linreg.lines",
    "LinearRegionGraph": "linreg.adjacency",
    "LinregError": "linreg.errors",
    "Lipschitz": "linreg.questions",
    "MaxUnit": "linreg.units",
    "MissingPackage": "linreg.errors",
    "NearRegions": "linreg.regions.near",
    "Network": "linreg.network",
    "NoSuchIndex": "linreg.errors",
    "NotPiecewiseLinear": "linreg.errors",
    "Outlines": "linreg.regions",
    "OutputRange": "linreg.questions",
    "ParameterPath": "linreg.learning",
    "PolyhedralComplex": "linreg.topology",
    "Polytope": "linreg.domains",
    "Progress": "linreg.progress",
    "Query": "linreg.readers",
    "Region": "linreg.regions",
    "RegionCounts": "linreg.adjacency",
    "Replays": "linreg.questions",
    "Robustness": "linreg.questions",
    "RunStatus": "linreg.store",
    "ScalarUnit": "linreg.units",
    "Slice": "linreg.network",
    "StagedNetwork": "linreg.network",
    "StoredRegions": "linreg.regions.stored",
    "Subcomplex": "linreg.topology",
    "Tracker": "linreg.learning",
    "UnitMap": "linreg.unit_maps",
    "UnknownStrategy": "linreg.errors",
    "UnreachableCluster": "linreg.errors",
    "UnreadableFile": "linreg.errors",
    "UnsolvedError": "linreg.errors",
    "UnusableRun": "linreg.errors",
    "UnwritableFile": "linreg.errors",
    "Verdict": "linreg.checker",
    "Verification": "linreg.questions",
    "WholeSpace": "linreg.domains",
    "absolute": "linreg.units",
    "adjacency_graph": "linreg.adjacency",
    "along": "linreg.lines",
    "animate": "linreg.pictures",
    "as_domain": "linreg.readers",
    "as_network": "linreg.readers",
    "boundary_volume": "linreg.topology",
    "certify": "linreg.certificate",
    "check": "linreg.checker",
    "clip": "linreg.units",
    "closed_loop": "linreg.questions",
    "count": "linreg.run",
    "count_into": "linreg.store",
    "count_near": "linreg.regions.near",
    "count_regions": "linreg.run",
    "decision_boundary": "linreg.topology",
    "difference": "linreg.questions",
    "enumerate_into": "linreg.regions.stored",
    "enumerate_regions": "linreg.regions",
    "equivalent": "linreg.questions",
    "expected_boundary_volume": "linreg.topology",
    "explore_page": "linreg.pictures",
    "from_sklearn": "linreg.readers",
    "from_state_dict": "linreg.readers",
    "from_torch": "linreg.readers",
    "graph_statistics": "linreg.adjacency",
    "hard_tanh": "linreg.units",
    "leaky_relu": "linreg.units",
    "level_set": "linreg.topology",
    "linear_regions": "linreg.adjacency",
    "lipschitz": "linreg.questions",
    "load": "linreg.readers",
    "load_domain": "linreg.readers",
    "load_query": "linreg.readers",
    "local_lipschitz": "linreg.questions",
    "maximum": "linreg.questions",
    "maxout": "linreg.units",
    "merged_graph": "linreg.adjacency",
    "minimum": "linreg.questions",
    "mlp": "linreg.network",
    "output_maps": "linreg.adjacency",
    "output_range": "linreg.questions",
    "parallel": "linreg.network",
    "parameter_path": "linreg.learning",
    "plot_arrangement": "linreg.pictures",
    "plot_barcode": "linreg.pictures",
    "plot_complex": "linreg.pictures",
    "plot_counts": "linreg.pictures",
    "plot_degrees": "linreg.pictures",
    "plot_diagram": "linreg.pictures",
    "plot_folds": "linreg.pictures",
    "plot_graph": "linreg.pictures",
    "plot_pieces": "linreg.pictures",
    "plot_polygons_of": "linreg.pictures",
    "plot_regions": "linreg.pictures",
    "plot_surface": "linreg.pictures",
    "plot_volumes": "linreg.pictures",
    "polyhedral_complex": "linreg.topology",
    "rank_units": "linreg.unit_maps",
    "ray": "linreg.lines",
    "read_regions": "linreg.regions.tables",
    "read_run": "linreg.regions.stored",
    "region_counts": "linreg.adjacency",
    "regions_near": "linreg.regions.near",
    "relu": "linreg.units",
    "relu6": "linreg.units",
    "robustness": "linreg.questions",
    "run_status": "linreg.store",
    "same_activation": "linreg.unit_maps",
    "save": "linreg.readers",
    "save_picture": "linreg.pictures",
    "slice_through": "linreg.network",
    "sum_of": "linreg.network",
    "theory": "linreg.theory",
    "track": "linreg.learning",
    "unit_map": "linreg.unit_maps",
    "unit_responses": "linreg.unit_maps",
    "verify": "linreg.questions",
    "warm_up": "linreg.first_use",
    "write_cells": "linreg.export",
    "write_graph": "linreg.export",
    "write_milp": "linreg.export",
    "write_pieces": "linreg.export",
    "write_regions": "linreg.regions.tables",
    "zoo": "linreg.zoo",
}
"""Public names, each with the module that it comes from, or is."""

__all__ = [*_HOMES]

if not TYPE_CHECKING:  # else every misspelt name would have a type

    def __getattr__(name: str) -> object:
        """What is exported by a name, or the package of that name, loaded now."""
        if home := _HOMES.get(name):
            module = import_module(home)
            value = module if home == f"{__name__}.{name}" else getattr(module, name)
            globals()[name] = value  # so that this is asked once
            return value
        if not name.startswith("_"):
            full = f"{__name__}.{name}"
            try:
                return import_module(full)
            except ModuleNotFoundError as error:
                if error.name != full:
                    raise
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
