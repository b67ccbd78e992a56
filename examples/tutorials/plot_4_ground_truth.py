"""
Ground truth for a graph-learning model
=======================================

Region graphs make a task for graph neural networks whose labels are exact. This tutorial makes a
small dataset and turns its graphs into the arrays that such libraries take.
"""

# %%
# A specification
# ---------------
#
# ``linreg dataset --example`` prints one with a comment on every key. The same specification gives
# the same bytes, on any machine.

import tempfile
from pathlib import Path

import numpy as np
from pyarrow import parquet

import linreg.datasets

work = tempfile.TemporaryDirectory()
folder = Path(work.name) / "graphs"
spec = Path(work.name) / "spec.toml"
spec.write_text("""
name = "graphs"
seed = 0

[truth]
regions = true
edges = true

[estimates]
points = [100, 1000]

[splits]
train = 0.75
test = 0.25

[[drawn]]
name = "planes"
samples = 4
inputs = 2
widths = [[6], [4, 4]]
activation = "relu"
init = "he"
""")
made = linreg.datasets.generate(linreg.datasets.read_spec(spec), folder)
print(sorted(path.name for path in (folder / "data").iterdir()))

# %%
# The labels
# ----------
#
# One row for each network. ``complete`` says whether the count is all of them, or at least so many.

counts = parquet.read_table(folder / "data" / "counts" / "train.parquet")
assert all(counts["complete"].to_pylist())
print(counts.select(["network", "activation_regions", "linear_regions"]).to_pandas())

# %%
# One graph as arrays
# -------------------
#
# Regions are nodes, facets are edges. Undirected edges are listed both ways, as
# ``torch_geometric.data.Data(x=x, edge_index=edge_index, y=y)`` wants them.

regions = parquet.read_table(folder / "data" / "regions" / "train.parquet").to_pandas()
edges = parquet.read_table(folder / "data" / "edges" / "train.parquet").to_pandas()
print(list(regions.columns))
print(list(edges.columns))

name = counts["network"][0].as_py()
nodes = regions[regions.network == name].sort_values("region")
x = np.stack(nodes["witness"].to_numpy())
pairs = edges[edges.network == name][["source", "target"]].to_numpy().T
edge_index = np.concatenate([pairs, pairs[::-1]], axis=1)
y = counts["linear_regions"][0].as_py()
assert len(x) == counts["activation_regions"][0].as_py()
print("x", x.shape, "edge_index", edge_index.shape, "y", y)

# %%
# What sampling would have found
# ------------------------------
#
# The usual estimate draws random points and counts their patterns. The dataset holds the estimate
# beside the truth.

sampled = [name for name in counts.column_names if name.startswith("sampled")]
print(counts.select(["activation_regions", *sampled]).to_pandas())
work.cleanup()
