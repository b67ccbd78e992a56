"""
Initialisation against training
===============================

The same network before and after 300 epochs on two circles, in the same square.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import make_circles
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import linreg

points, labels = make_circles(200, noise=0.08, factor=0.5, random_state=0)
square = linreg.Box([-1.5, -1.5], [1.5, 1.5])
fig, axes = plt.subplots(1, 2, figsize=(9, 4))
for ax, epochs in zip(axes, (1, 300), strict=True):
    model = MLPClassifier((12, 12), max_iter=epochs, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(points, labels)
    regions = linreg.enumerate_regions(linreg.from_sklearn(model), square)
    linreg.plot_regions(regions, boundary=True, data=(points, labels), ax=ax)
    ax.set_title(f"{epochs} epochs: {len(regions)} regions")
fig.tight_layout()
