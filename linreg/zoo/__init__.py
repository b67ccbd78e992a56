"""Networks by name, from proofs and from the theory of arrangements, with what is known of them.

>>> from linreg import count_regions, zoo
>>> shi = zoo.make("shi", 3)
>>> count_regions(shi.network, shi.domain) == shi.regions == 4**2
True
"""

from linreg.zoo.arrangements import (
    braid,
    catalan,
    catalan_maxout,
    linial,
    resonance,
    semiorder,
    shi,
    shi_maxout,
    threshold,
    threshold_graphs,
    type_b,
    type_d,
    zaslavsky,
)
from linreg.zoo.catalogue import CATALOGUE, Entry, make
from linreg.zoo.construction import Construction
from linreg.zoo.folding import arora, folding, serra
from linreg.zoo.generic import convolution, lattice
from linreg.zoo.maxout import maxout_thm9
from linreg.zoo.towers import abs_tower, leaky_zigzag, residual_folds, telgarsky

__all__ = [
    "CATALOGUE",
    "Construction",
    "Entry",
    "abs_tower",
    "arora",
    "braid",
    "catalan",
    "catalan_maxout",
    "convolution",
    "folding",
    "lattice",
    "leaky_zigzag",
    "linial",
    "make",
    "maxout_thm9",
    "residual_folds",
    "resonance",
    "semiorder",
    "serra",
    "shi",
    "shi_maxout",
    "telgarsky",
    "threshold",
    "threshold_graphs",
    "type_b",
    "type_d",
    "zaslavsky",
]
