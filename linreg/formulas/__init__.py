"""Closed forms for numbers of regions, on plain integers, one function for each theorem."""

from linreg.formulas.arrangements import (
    buck,
    layerwise_bound,
    partition_bound,
    pattern_bound,
    zaslavsky,
    zaslavsky_bounded,
    zaslavsky_central,
)
from linreg.formulas.convolution import (
    demand_vectors,
    xiong_asymptotics,
    xiong_formula,
)
from linreg.formulas.deep_convolution import (
    chained,
    convolution_upper,
    xiong_2020_lower,
    xiong_2020_upper,
)
from linreg.formulas.expected import (
    hanin_rolnick_2019,
    tseran_montufar_2021,
    tseran_montufar_2021_boundary,
)
from linreg.formulas.faces import (
    braid_faces,
    catalan_faces,
    shi_faces,
    zaslavsky_bounded_faces,
    zaslavsky_faces,
)
from linreg.formulas.generic import generic_count, modular_count, random_count
from linreg.formulas.histograms import hinz_2019
from linreg.formulas.hypotheses import architecture, whole
from linreg.formulas.maxout import (
    goujon_2022,
    maxout_2014_lower,
    maxout_2014_upper,
    montufar_2022,
    serra_2018_maxout_upper,
)
from linreg.formulas.named import (
    braid_regions,
    catalan_regions,
    linial_regions,
    semiorder_regions,
    shi_regions,
    threshold_graph_regions,
    type_b_regions,
    type_d_regions,
)
from linreg.formulas.narrowing import Layer, narrowing_bound
from linreg.formulas.relations import koszul_upper
from linreg.formulas.relu import (
    arora_2018,
    folds_of,
    montufar_2014,
    montufar_2014_remainders,
    montufar_2017,
    raghu_2017,
    serra_2018_lower,
    serra_2018_upper,
    trivial,
    zigzag_lower,
)

__all__ = [
    "Layer",
    "architecture",
    "arora_2018",
    "braid_faces",
    "braid_regions",
    "buck",
    "catalan_faces",
    "catalan_regions",
    "chained",
    "convolution_upper",
    "demand_vectors",
    "folds_of",
    "generic_count",
    "goujon_2022",
    "hanin_rolnick_2019",
    "hinz_2019",
    "koszul_upper",
    "layerwise_bound",
    "linial_regions",
    "maxout_2014_lower",
    "maxout_2014_upper",
    "modular_count",
    "montufar_2014",
    "montufar_2014_remainders",
    "montufar_2017",
    "montufar_2022",
    "narrowing_bound",
    "partition_bound",
    "pattern_bound",
    "raghu_2017",
    "random_count",
    "semiorder_regions",
    "serra_2018_lower",
    "serra_2018_maxout_upper",
    "serra_2018_upper",
    "shi_faces",
    "shi_regions",
    "threshold_graph_regions",
    "trivial",
    "tseran_montufar_2021",
    "tseran_montufar_2021_boundary",
    "type_b_regions",
    "type_d_regions",
    "whole",
    "xiong_2020_lower",
    "xiong_2020_upper",
    "xiong_asymptotics",
    "xiong_formula",
    "zaslavsky",
    "zaslavsky_bounded",
    "zaslavsky_bounded_faces",
    "zaslavsky_central",
    "zaslavsky_faces",
    "zigzag_lower",
]
