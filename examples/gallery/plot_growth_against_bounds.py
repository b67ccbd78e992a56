"""
Growth against bounds
=====================

One hidden layer attains its bound at nearly all weights. Two random layers stay far below theirs, and
the construction of Serra et al. comes closer.
"""

import matplotlib.pyplot as plt
import numpy as np

import linreg
from linreg import theory, zoo

widths = [2, 4, 6, 8, 10]
rng = np.random.default_rng(0)


def drawn(width):
    """A random network of two layers."""
    shapes = [(width, 2), (width, width)]
    layers = [(rng.normal(size=shape), rng.normal(size=shape[0])) for shape in shapes]
    return linreg.count(linreg.mlp(layers)).regions


fig, ax = plt.subplots()
ax.plot(widths, [theory.raghu_2017(2, [w, w]) for w in widths], "--", label="Raghu et al. 2017")
ax.plot(
    widths, [theory.serra_2018_upper(2, [w, w]) for w in widths], "--", label="Serra et al. 2018"
)
ax.plot(widths, [zoo.serra(2, w, w).regions for w in widths], "o-", label="zoo.serra")
ax.plot(widths, [drawn(w) for w in widths], "s-", label="random weights")
ax.set_yscale("log")
ax.set_xlabel("width of both layers")
ax.set_ylabel("regions")
_ = ax.legend()
