"""
Shi and Catalan arrangements as maxout layers
=============================================

Examples 10 and 11 of Montufar et al. (2014), on a plane on which no difference of coordinates is lost:
(n + 1)^(n - 1) regions, and n! times the Catalan number.
"""

import linreg

for made in (linreg.zoo.shi_maxout(3), linreg.zoo.catalan_maxout(3)):
    plane = made.network.on_slice([0, 0, 0], [[1, -1, 0], [0, 1, -1]])
    regions = linreg.enumerate_regions(plane)
    assert len(regions) == made.regions
    title = f"{made.network.name}: {made.regions} regions"
    linreg.plot_regions(regions, color="region", frame="box:-3,3", title=title)
