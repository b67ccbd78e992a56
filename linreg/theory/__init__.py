"""What theory says about the number of regions of a network.

Bounds are called `f(inputs, widths)`, for maxout `f(inputs, widths, rank)`, and raise
`HypothesisError` where their hypotheses do not hold.
"""

from linreg.formulas import (
    arora_2018,
    goujon_2022,
    hanin_rolnick_2019,
    hinz_2019,
    maxout_2014_lower,
    maxout_2014_upper,
    montufar_2014,
    montufar_2014_remainders,
    montufar_2017,
    montufar_2022,
    raghu_2017,
    serra_2018_lower,
    serra_2018_maxout_upper,
    serra_2018_upper,
    trivial,
    tseran_montufar_2021,
    tseran_montufar_2021_boundary,
    zaslavsky,
    zaslavsky_bounded,
    zaslavsky_central,
    zigzag_lower,
)
from linreg.theory.bound import (
    Bound,
    maxout_bounds,
    pieces_bounds,
    relu_bounds,
    two_piece_bounds,
)
from linreg.theory.report import ceilings, report
from linreg.theory.stable import serra_ramalingam_2020

__all__ = [
    "Bound",
    "arora_2018",
    "ceilings",
    "goujon_2022",
    "hanin_rolnick_2019",
    "hinz_2019",
    "maxout_2014_lower",
    "maxout_2014_upper",
    "maxout_bounds",
    "montufar_2014",
    "montufar_2014_remainders",
    "montufar_2017",
    "montufar_2022",
    "pieces_bounds",
    "raghu_2017",
    "relu_bounds",
    "report",
    "serra_2018_lower",
    "serra_2018_maxout_upper",
    "serra_2018_upper",
    "serra_ramalingam_2020",
    "trivial",
    "tseran_montufar_2021",
    "tseran_montufar_2021_boundary",
    "two_piece_bounds",
    "zaslavsky",
    "zaslavsky_bounded",
    "zaslavsky_central",
    "zigzag_lower",
]
