"""
How many neighbours regions have
================================

In the plane the mean number of neighbours of a region is below four, however deep the network is.
"""

import matplotlib.pyplot as plt
import numpy as np

import linreg

fig, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=False)
for ax, widths in zip(axes, ([24], [12, 12]), strict=True):
    rng = np.random.default_rng(1)
    sizes = [2, *widths]
    shapes = zip(sizes[1:], sizes, strict=False)
    net = linreg.mlp([(rng.normal(size=s), rng.normal(size=s[0])) for s in shapes])
    graph = linreg.adjacency_graph(linreg.enumerate_regions(net))
    assert linreg.graph_statistics(graph).mean_degree < 4
    linreg.plot_degrees(graph, ax=ax, title=f"hidden layers {widths}: {len(graph)} regions")
fig.tight_layout()
