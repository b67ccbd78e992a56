"""
Three lines, seven regions
==========================

Three ReLUs on the plane.
"""

import linreg

net = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
linreg.plot_regions(linreg.enumerate_regions(net))
