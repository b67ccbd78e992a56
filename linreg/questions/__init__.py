"""Questions about the function that a network is, answered with proofs."""

from linreg.questions.constants import Lipschitz, lipschitz, local_lipschitz
from linreg.questions.distances import Distance, Robustness
from linreg.questions.extremes import Extreme, OutputRange, maximum, minimum, output_range
from linreg.questions.pairs import Difference, Equivalence, closed_loop, difference, equivalent
from linreg.questions.radii import robustness
from linreg.questions.replaying import Replays
from linreg.questions.verifying import Verification, verify

__all__ = [
    "Difference",
    "Distance",
    "Equivalence",
    "Extreme",
    "Lipschitz",
    "OutputRange",
    "Replays",
    "Robustness",
    "Verification",
    "closed_loop",
    "difference",
    "equivalent",
    "lipschitz",
    "local_lipschitz",
    "maximum",
    "minimum",
    "output_range",
    "robustness",
    "verify",
]
