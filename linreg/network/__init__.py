"""Networks: a graph of layers, lowered once to stages."""

from linreg.network.build import float_map, linear_map, mlp
from linreg.network.combining import parallel, sum_of
from linreg.network.graph import Network, staged_of
from linreg.network.nodes import INPUT, AffineNode, Node, UnitNode
from linreg.network.notes import LayerNote
from linreg.network.slices import Slice, slice_through
from linreg.network.stages import Stage, StagedNetwork

__all__ = [
    "INPUT",
    "AffineNode",
    "LayerNote",
    "Network",
    "Node",
    "Slice",
    "Stage",
    "StagedNetwork",
    "UnitNode",
    "float_map",
    "linear_map",
    "mlp",
    "parallel",
    "slice_through",
    "staged_of",
    "sum_of",
]
