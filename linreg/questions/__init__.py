"""Questions about the function that a network is, answered with proofs."""

from linreg.questions.extremes import Extreme, OutputRange, maximum, minimum, output_range
from linreg.questions.replaying import Replays
from linreg.questions.verifying import Verification, verify

__all__ = [
    "Extreme",
    "OutputRange",
    "Replays",
    "Verification",
    "maximum",
    "minimum",
    "output_range",
    "verify",
]
