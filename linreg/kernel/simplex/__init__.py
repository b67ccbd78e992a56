"""Cells in any dimension: which forms cut them, by a small simplex method."""
