"""Exact geometry behind the definitions of a region, and the counts that each of them gives.

Bounds that hold for all weights are in `theory`; here are the regions of one network, merged,
split, or told apart as the definitions ask. Read `counts` first.
"""
