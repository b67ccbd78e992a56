"""The checker: it believes nothing that a certificate does not prove.

It shares numbers and networks with the explorer and nothing else; all its arithmetic is on
integers and rationals.
"""

from linreg.checker.answers import AnswerVerdict, check_verdict, is_verdict
from linreg.checker.verdict import Verdict, check

__all__ = ["AnswerVerdict", "Verdict", "check", "check_verdict", "is_verdict"]
