"""Operators: from shapes and numbers to affine maps and layers of max units.

They all end here: nothing below this package knows of a layer's type. Shapes count no batch axis,
and values are flattened row by row.
"""

from linreg.network.operators.arrangement import (
    concat_map,
    pad_map,
    reshaped,
    slice_map,
    transpose_map,
    upsample_map,
)
from linreg.network.operators.convolution import conv_map
from linreg.network.operators.elementwise import (
    affine_map,
    batch_norm_map,
    elementwise_max,
    elementwise_min,
)
from linreg.network.operators.pooling import (
    average_pool_map,
    global_average_map,
    global_max,
    max_pool,
)
from linreg.network.operators.settings import Padding, Shape

__all__ = [
    "Padding",
    "Shape",
    "affine_map",
    "average_pool_map",
    "batch_norm_map",
    "concat_map",
    "conv_map",
    "elementwise_max",
    "elementwise_min",
    "global_average_map",
    "global_max",
    "max_pool",
    "pad_map",
    "reshaped",
    "slice_map",
    "transpose_map",
    "upsample_map",
]
