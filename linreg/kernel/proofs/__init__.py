"""Proofs that a form does not cut a cell, with every rounding accounted for."""
