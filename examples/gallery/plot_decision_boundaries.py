"""
Decision boundaries
===================

Where the largest output of the iris network changes, and where output 1 is zero.
"""

import linreg

regions = linreg.enumerate_regions("../iris-2d.json")
linreg.plot_regions(regions, color="class", boundary=True, frame="box:-4,4", title="classes")
ax = linreg.plot_regions(regions, color="output:1", boundary=1, frame="box:-4,4", title="output 1")
