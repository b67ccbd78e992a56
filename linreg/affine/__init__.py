"""Affine maps, in floats and exactly."""

from linreg.affine.exact_map import FEW_ENTRIES, SPARSE, ExactAffineMap
from linreg.affine.float_map import AffineMap

__all__ = ["FEW_ENTRIES", "SPARSE", "AffineMap", "ExactAffineMap"]
