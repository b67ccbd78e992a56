"""Cells of three inputs and a few more by their corners: which forms cut them, and their parts."""
