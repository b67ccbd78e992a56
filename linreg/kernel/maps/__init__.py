"""Affine maps on a cell with a bound on the error of every entry."""
