"""
Regions along a path
====================

A polyline crosses the plane of the iris network; the regions it meets, in order.
"""

import linreg

regions = linreg.enumerate_regions("../iris-2d.json")
ax = linreg.plot_polygons_of(regions, [[-4, 3], [0, -2], [4, 2]], frame="box:-4,4")
