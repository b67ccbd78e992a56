"""
Decision boundaries
===================

Where the largest output of the iris network changes, and where output 1 is zero.
"""

import matplotlib.pyplot as plt

import linreg

regions = linreg.enumerate_regions("../iris-2d.json")
fig, axes = plt.subplots(1, 2, figsize=(10, 4))
linreg.plot_regions(regions, color="class", boundary=True, frame="box:-4,4", ax=axes[0])
linreg.plot_regions(regions, color="output:1", boundary=1, frame="box:-4,4", ax=axes[1])
axes[0].set_title("classes")
axes[1].set_title("output 1, with its zeros")
fig.tight_layout()
