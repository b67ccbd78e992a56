"""The checker: it believes nothing that a certificate does not prove.

It shares numbers and networks with the explorer and nothing else. It decides by integers and
rationals; where it uses floats, what rounding could have changed is left to these.
"""

from linreg.checker.answers import AnswerVerdict, check_verdict, is_verdict
from linreg.checker.questions import CheckedAnswer, check_answer, is_answer
from linreg.checker.verdict import Verdict, check

__all__ = [
    "AnswerVerdict",
    "CheckedAnswer",
    "Verdict",
    "check",
    "check_answer",
    "check_verdict",
    "is_answer",
    "is_verdict",
]
