"""
Folding networks of Montufar et al. (2014)
==========================================

Each layer but the last folds the square onto itself; the last one cuts all copies at once. The
number of regions is that of the last layer, times that of the copies.
"""

import matplotlib.pyplot as plt

import linreg

fig, axes = plt.subplots(1, 3, figsize=(12, 4))
for ax, widths in zip(axes, ([4], [4, 4], [4, 4, 4]), strict=True):
    made = linreg.zoo.folding(2, *widths)
    linreg.plot_regions(made.network, domain=made.domain, color="stage", ax=ax)
    ax.set_title(f"widths {widths}: {made.regions} regions")
fig.tight_layout()
