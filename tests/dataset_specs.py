"""Specifications of small datasets that tests share, and how their tables are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyarrow import parquet

TINY = """
name = "tiny"
seed = 7
[truth]
regions = true
edges = true
archives = true
[estimates]
points = [5, 50]
[splits]
train = 0.6
test = 0.4
[[drawn]]
name = "dense"
samples = 4
inputs = [1, 2]
widths = [[3], [2, 2]]
init = "integer"
[[trained]]
name = "moons"
data = "moons"
widths = [2]
epochs = [0, 2]
domain = {type = "box", lo = -1, hi = 1}
"""
"""18 networks, in a second and a half."""

DRAWN = TINY.partition("[[trained]]")[0]
"""16 networks, none of which waits for scikit-learn."""

MIXED = """
name = "mixed"
description = "Networks of all kinds."
license = "cc0-1.0"
seed = 3
[truth]
geometry = false
limit = 60
details = 30
regions = true
edges = true
archives = true
[estimates]
points = [10, 100]
deviation = 2.0
[splits]
train = 3
test = 1
[[drawn]]
name = "laws"
samples = 2
inputs = 2
widths = [[3], [2, 2]]
init = ["he", "glorot", "lecun", "orthogonal", "uniform", "integer", "ternary"]
domain = ["all", {type = "box", lo = -1, hi = 1}]
[[drawn]]
name = "units"
samples = 1
inputs = [1, 2]
width = [2, 3]
depth = [1, 2]
outputs = [0, 2]
activation = ["leaky", "abs", "hardtanh"]
init = "ternary"
[[drawn]]
name = "maxout"
samples = 2
inputs = 2
widths = [2, 1]
activation = {type = "maxout", rank = 3}
init = ["integer", "he"]
bias = ["zero", "normal"]
scale = 2
[[drawn]]
name = "filters"
samples = 2
input_shape = [1, 3]
layers = [
    [{type = "conv1d", filters = 2, kernel = 2}, {type = "relu"}],
    [{type = "conv1d", filters = 1, kernel = 2}, {type = "relu"}, {type = "maxpool1d", kernel = 2}],
]
init = "uniform"
[[drawn]]
name = "skips"
samples = 2
input_shape = [2]
layers = [
    {type = "residual", body = [{type = "linear", outputs = 2}, {type = "relu"}]},
    {type = "linear", outputs = 2},
    {type = "relu"},
]
init = ["he", "integer"]
domain = {type = "polytope", A = [[-1, 0], [0, -1], [1, 1]], b = [1, 1, 1]}
[[drawn]]
name = "large"
inputs = 2
widths = [[6, 6], [9]]
init = "he"
samples = 2
[[trained]]
name = "iris"
data = "iris"
features = [2, 3]
widths = [3]
epochs = [0, 1, 20]
samples = 2
""".replace('"leaky"', '{type = "leaky_relu", alpha = "1/4"}')
"""Networks of all kinds, some of which have more regions than are compared or counted."""


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table, split by split in the order of their names."""
    paths = sorted((folder / "data" / table).glob("*.parquet"))
    return [row for path in paths for row in parquet.read_table(path).to_pylist()]
