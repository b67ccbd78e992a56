"""
Count and draw a first network
==============================

A network of rectifiers is an affine map on each of finitely many polyhedra. This tutorial finds all
of them for a network that was trained on two features of the iris data, draws them, and asks what
they look like.
"""

# %%
# A network small enough to check by hand
# ---------------------------------------
#
# Three ReLUs on the plane switch on three lines. Three lines in general position cut the plane into
# seven pieces, so that is what is counted.

import linreg

net = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])], readout=([[1, 1, -2]], [0]))
found = linreg.count(net)
assert found.regions == 7
found

# %%
# All regions, sorted by their pattern: which units are on. Each has a point inside, and the affine
# map that the network is there.

regions = linreg.enumerate_regions(net)
for region in regions:
    print(region.pattern, region.witness, region.affine_map.matrix, region.affine_map.shift)

# %%
# Regions without a bound are drawn up to the edge of a frame.

ax = linreg.plot_regions(regions)

# %%
# A trained network
# -----------------
#
# The files in ``examples/`` hold networks that scikit-learn trained. ``load`` also reads ONNX files,
# and ``from_torch`` and ``from_sklearn`` take models as they are.

trained = linreg.load("../iris-2d.json")
iris = linreg.enumerate_regions(trained)
assert len(iris) == 235
ax = linreg.plot_regions(iris, color="class", boundary=True, frame="box:-4,4")

# %%
# The three colours are the classes, the bold lines the decision boundary, the hairlines the
# breakpoints of units. How does that compare with what is possible? Theory has upper bounds for all
# weights; this network uses a part of them.

for bound in linreg.theory.ceilings(trained):
    print(f"{bound.value:>9,}  {bound.title}")

# %%
# Which regions touch
# -------------------
#
# Two regions that share a facet are joined in the adjacency graph. In a network of ReLUs in general
# position they differ in one unit.

graph = linreg.adjacency_graph(iris)
print(linreg.graph_statistics(graph))
ax = linreg.plot_degrees(iris)

# %%
# One region
# ----------
#
# Corners, area and the largest disc inside are exact; floats stand beside the fractions.

bounded = [region for region in iris if region.is_bounded]
largest = max(bounded, key=lambda region: region.volume)
print(len(bounded), "of", len(iris), "regions are bounded")
print("the largest has", len(largest.vertices), "corners and area", largest.volume)
print("radius of its largest disc:", largest.chebyshev().radius)

# %%
# The same from the shell
# -----------------------
#
# ``linreg count examples/iris-2d.json`` counts, ``linreg plot examples/iris-2d.json -o iris.png`` draws,
# and ``linreg certify`` writes a proof of the count that ``linreg check`` accepts.
