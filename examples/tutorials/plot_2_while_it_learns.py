"""
A network while it learns
=========================

Two moons, a network of two hidden layers, and its regions after each epoch: which are born, which
die, and how many hold data.
"""

# %%
# Training, with the regions counted on the way
# ---------------------------------------------
#
# A ``Tracker`` is called with the model whenever it should be looked at. It counts the regions of the
# square exactly, and matches them with those of the time before by their patterns.

import warnings
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import linreg

points, labels = make_moons(200, noise=0.1, random_state=0)
square = linreg.Box([-2, -2], [3, 2])
model = MLPClassifier((8, 8), random_state=0, learning_rate_init=0.02, warm_start=True, max_iter=1)
tracker = linreg.Tracker(square, data=points)
snapshots = {}
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConvergenceWarning)
    for epoch in range(61):
        model.fit(points, labels)
        tracker(model)
        if epoch in (0, 20, 60):
            snapshots[epoch] = linreg.from_sklearn(model)
curve = list(tracker.curve)
print(f"{model.score(points, labels):.0%} of the points are on the right side")

# %%
# Regions, births and deaths
# --------------------------
#
# The number of regions changes little, while regions come and go: it is a balance.

epochs = [point.step for point in curve]
fig, axes = plt.subplots(2, 1, sharex=True)
axes[0].plot(epochs, [point.regions for point in curve])
axes[0].set_ylabel("regions in the square")
axes[1].bar(epochs[1:], [point.born for point in curve[1:]], label="born")
axes[1].bar(epochs[1:], [-point.died for point in curve[1:]], label="died")
axes[1].legend()
_ = axes[1].set_xlabel("epoch")

# %%
# Every region is accounted for: what was there, with births and without deaths, is what is there.

for before, after in pairwise(curve):
    assert before.regions + after.born - after.died == after.regions

# %%
# How the plane is cut, at the beginning and at the end
# -----------------------------------------------------

for epoch, net in snapshots.items():
    title = f"epoch {epoch}"
    linreg.plot_regions(net, domain=square, boundary=True, data=(points, labels), title=title)

# %%
# How long patterns live
# ----------------------

spans = np.bincount(tracker.life_spans)
print(
    f"{len(tracker.life_spans)} patterns were seen; {spans[-1]} lived for {len(spans) - 1} epochs"
)
