"""
Folding networks of Montufar et al. (2014)
==========================================

Each layer but the last folds the square onto itself; the last one cuts all copies at once. The
number of regions is that of the last layer, times that of the copies.
"""

import linreg

for widths in ([4], [4, 4], [4, 4, 4]):
    made = linreg.zoo.folding(2, *widths)
    title = f"widths {widths}: {made.regions} regions"
    linreg.plot_regions(made.network, domain=made.domain, color="stage", title=title)
