"""Ground truth in bulk: datasets of networks with exact counts, graphs and measures of regions."""

from linreg.datasets.example import EXAMPLE
from linreg.datasets.forecast import DatasetProgress
from linreg.datasets.generating import Dataset, generate
from linreg.datasets.graphs import LearningGraph, graphs_of, to_dgl, to_pyg
from linreg.datasets.recipes import Recipe, plan
from linreg.datasets.spec import Spec
from linreg.datasets.spec_reading import read_spec, spec_of
from linreg.datasets.status import DatasetStatus, dataset_status, is_dataset

__all__ = [
    "EXAMPLE",
    "Dataset",
    "DatasetProgress",
    "DatasetStatus",
    "LearningGraph",
    "Recipe",
    "Spec",
    "dataset_status",
    "generate",
    "graphs_of",
    "is_dataset",
    "plan",
    "read_spec",
    "spec_of",
    "to_dgl",
    "to_pyg",
]
