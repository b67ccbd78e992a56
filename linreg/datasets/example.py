"""An example specification."""

EXAMPLE = """\
# A dataset of networks with exact counts of their regions: linreg dataset SPEC.toml -o FOLDER
name = "first-steps"
description = "Small networks of several kinds, drawn and trained."
license = "cc0-1.0"  # of the dataset, for its card
seed = 0             # the same specification gives the same bytes

[truth]
limit = 20000        # regions at which a count stops; the row then says "at least"
details = 2000       # regions up to which they are compared and measured
definitions = true   # linear regions, affine maps, facets, bounded regions
bounds = true        # what theory says, and the share reached
graphs = true        # degrees, diameter, spectral gap, clustering
geometry = true      # facets, largest balls, volumes
regions = true       # a table of all regions: the nodes of the graphs
edges = true         # a table of all pairs that share a facet
archives = true      # the graphs for networkx, an archive for each split

[estimates]
points = [100, 1000] # regions that so many random points find

[splits]
train = 0.7
test = 0.3

# Random weights. Where a key has a list, all combinations are made.
[[drawn]]
name = "dense"
inputs = 2
widths = [[6], [4, 4]]            # hidden layers; or width = [4, 8] and depth = [1, 2]
activation = ["relu", "hardtanh"] # or a table: {type = "maxout", rank = 3}
init = ["he", "ternary"]          # glorot, lecun, orthogonal, uniform, integer
domain = ["all", {type = "box", lo = -1, hi = 1}]

# Any layers of a network file, with outputs, filters and kernel, or units and rank for weights.
[[drawn]]
name = "one-convolution"
samples = 3                       # networks for each combination
input_shape = [1, 4]
layers = [{type = "conv1d", filters = 2, kernel = 2}, {type = "relu"}]
init = "he"

# scikit-learn's classifier on data that it ships: the start, and after so many epochs.
[[trained]]
name = "iris"
data = "iris"        # breast_cancer, circles, digits, moons, wine
features = [2, 3]    # petal length and width; or components = 2
widths = [5, 5]
epochs = [0, 10, 50]
"""
"""A specification that is done in seconds, with a comment on every key."""
