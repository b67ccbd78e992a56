"""
Cells in space
==============

Four planes in general position cut space into fifteen cells, here moved apart. One of them is bounded.
"""

import linreg

planes = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]
regions = linreg.enumerate_regions(linreg.mlp([(planes, [0, 0, 0, -1])]))
assert len(regions) == 15 == linreg.theory.zaslavsky(3, [4])
assert sum(region.is_bounded for region in regions) == 1
ax = linreg.plot_regions(regions, frame="box:-1,2", explode=0.6)
