"""
Initialisation against training
===============================

The same network before and after 300 epochs on two circles, in the same square.
"""

import warnings

from sklearn.datasets import make_circles
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import linreg

points, labels = make_circles(200, noise=0.08, factor=0.5, random_state=0)
square = linreg.Box([-1.5, -1.5], [1.5, 1.5])
for epochs in (1, 300):
    model = MLPClassifier((12, 12), max_iter=epochs, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(points, labels)
    regions = linreg.enumerate_regions(linreg.from_sklearn(model), square)
    title = f"{epochs} epochs: {len(regions)} regions"
    linreg.plot_regions(regions, boundary=True, data=(points, labels), title=title)
