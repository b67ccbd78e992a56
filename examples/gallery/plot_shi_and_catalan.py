"""
Shi and Catalan arrangements as maxout layers
=============================================

Examples 10 and 11 of Montufar et al. (2014), on a plane on which no difference of coordinates is lost:
(n + 1)^(n - 1) regions, and n! times the Catalan number.
"""

import matplotlib.pyplot as plt

import linreg

fig, axes = plt.subplots(1, 2, figsize=(9, 4))
for ax, made in zip(axes, (linreg.zoo.shi_maxout(3), linreg.zoo.catalan_maxout(3)), strict=True):
    plane = made.network.on_slice([0, 0, 0], [[1, -1, 0], [0, 1, -1]])
    regions = linreg.enumerate_regions(plane)
    assert len(regions) == made.regions
    linreg.plot_regions(regions, color="region", frame="box:-3,3", ax=ax)
    ax.set_title(f"{made.network.name}: {made.regions} regions")
fig.tight_layout()
