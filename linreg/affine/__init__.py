"""Affine maps, in floats and exactly."""

from linreg.affine.exact import FEW_ENTRIES, SPARSE, ExactAffineMap
from linreg.affine.floats import AffineMap

__all__ = ["FEW_ENTRIES", "SPARSE", "AffineMap", "ExactAffineMap"]
