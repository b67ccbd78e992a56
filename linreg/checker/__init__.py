"""The checker: it believes nothing that a certificate does not prove.

It shares numbers and networks with the explorer and nothing else; all its arithmetic is on
integers and rationals.
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
