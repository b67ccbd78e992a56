"""
Regions of an image network, on planes and along paths
======================================================

Networks of 64 inputs have far too many regions to list. On a plane through three images, and on the
way from one image to another, all of them can be found.
"""

# %%
# A plane through three digits
# ----------------------------
#
# The convolutional network comes as ONNX; the plane through a 0, a 1 and a 7 is in a file. In its
# coordinates these images are (0, 0), (1, 0) and (0, 1).

import json
from pathlib import Path

import numpy as np

import linreg

net = linreg.load("../digits-cnn.onnx")
plane = json.loads(Path("../digits-plane.json").read_text(encoding="utf-8"))
origin, basis = np.array(plane["origin"]), np.array(plane["basis"])
on_plane = net.on_slice(origin, basis)
square = linreg.Box([0, 0], [1, 1])
regions = linreg.enumerate_regions(on_plane, square)
assert len(regions) == 1342
ax = linreg.plot_regions(regions, color="class", boundary=True, edges=None)

# %%
# Where the regions are
# ---------------------
#
# Colour is the deepest layer that bounds a region: the first one draws straight lines, the max-pool
# behind it cuts them off.

ax = linreg.plot_regions(regions, color="stage")

# %%
# Along a path between two images
# -------------------------------
#
# A path needs no slice: it is followed through all 64 dimensions, from breakpoint to breakpoint, and
# every one of these is exact.

images = [origin, origin + basis[0], origin + basis[1]]
path = linreg.along(net, images)
path

# %%
# How often something switches: as many regions as were passed through.

print(path.distinct_patterns(), "regions on a way of two segments")

# %%
# What the network answers on the way. It is affine between two breakpoints, so a plot through them
# is the function itself.

import matplotlib.pyplot as plt

steps = np.linspace(0, 1, 200)
answers = net.forward(images[0] + steps[:, None] * (images[1] - images[0]))
fig, ax = plt.subplots()
ax.plot(steps, answers[:, [0, 1, 7]], label=["0", "1", "7"])
ax.legend(title="score of")
_ = ax.set_xlabel("from an image of 0 to an image of 1")
