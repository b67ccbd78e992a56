"""Checking the certificate of a verdict: that no input is unsafe, or that one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from linreg.checker.claims import FalseClaim
from linreg.checker.nowhere import check_nowhere
from linreg.checker.queries import Alternatives, Condition, digest
from linreg.checker.records import Records, open_certificate
from linreg.checker.texts import SLACK
from linreg.files import StrPath, begins_with
from linreg.network import Network, StagedNetwork, staged_of
from linreg.progress import Progress
from linreg.wording import counted

MAGIC = b"linreg-verdict-1\n"

VERDICTS = ("holds", "violated")


@dataclass(frozen=True, slots=True)
class AnswerVerdict:
    """Whether the certificate of a verdict was accepted, and what it proves.

    Attributes
    ----------
    accepted : bool
        Whether every claim holds.
    verdict : str
        "holds" or "violated", as the file claims it.
    nodes : int
        Boxes and cells that were proved, up to the first false claim.
    counterexample : tuple of Fraction, or None
    false_claim : str or None
        The first claim that does not hold, and after how many nodes.

    Examples
    --------
    >>> verdict = AnswerVerdict(True, "violated", 1, (Fraction(1, 2),), None)
    >>> verdict.accepted, verdict.verdict
    (True, 'violated')
    """

    accepted: bool
    verdict: str
    nodes: int
    counterexample: tuple[Fraction, ...] | None
    false_claim: str | None


def is_verdict(path: StrPath) -> bool:
    """Whether a file begins as certificates of verdicts do; one that cannot be read does not.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    bool

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     is_verdict(f"{folder}/nowhere")
    False
    """
    return begins_with(path, MAGIC)


def check_verdict(
    path: StrPath,
    net: Network | StagedNetwork,
    alternatives: Alternatives,
    *,
    progress: Callable[[Progress], None] | None = None,
) -> AnswerVerdict:
    """Whether a certificate proves that a network has an unsafe input, or that it has none.

    Parameters
    ----------
    path : str or path
    net : Network or StagedNetwork
        One whose outputs are all that the conditions speak of.
    alternatives : sequence of sequences of conditions
        Inputs are unsafe if all conditions of one alternative hold. Variables are numbered: the
        inputs, then the outputs.
    progress : callable, optional
        Called now and then with a `Progress`: the part of the file that is read, and the
        number of nodes in it.

    Returns
    -------
    AnswerVerdict

    Raises
    ------
    UnreadableFile
        If the file is no certificate of a verdict, or is damaged.

    Examples
    --------
    relu(x) is at most 1 where -1 <= x <= 1, so that no input reaches 2:

    >>> from tempfile import TemporaryDirectory
    >>> from linreg import mlp, verify
    >>> from linreg.readers.query import Query, QueryNetwork, Tensor, condition
    >>> rows = [({0: Fraction(1)}, 1), ({0: Fraction(-1)}, 1), ({1: Fraction(1)}, -2)]
    >>> unsafe = tuple(condition(terms, Fraction(shift), ">=") for terms, shift in rows)
    >>> variables = QueryNetwork("", (Tensor("X", (1,)),), (Tensor("Y", (1,)),))
    >>> query, net = Query((variables,), (unsafe,)), mlp([([[1]], [0])])
    >>> with TemporaryDirectory() as folder:
    ...     _ = verify(net, query, certificate=f"{folder}/proof")
    ...     verdict = check_verdict(f"{folder}/proof", net, query.alternatives)
    >>> verdict.accepted, verdict.verdict
    (True, 'holds')
    """
    staged = staged_of(net)
    with open_certificate(path, MAGIC) as records:
        check = _Check(records, staged, alternatives, progress)
        false_claim = None
        try:
            check.whole()
        except FalseClaim as claim:
            false_claim = f"{claim} (after {check.nodes:,} boxes and cells)"
    return AnswerVerdict(
        false_claim is None, check.verdict, check.nodes, check.counterexample, false_claim
    )


class _Check:
    def __init__(
        self,
        records: Records,
        network: StagedNetwork,
        alternatives: Alternatives,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._records = records
        self._network = network
        self._alternatives = alternatives
        self._progress = progress
        self.verdict = ""
        self.nodes = 0
        self.counterexample: tuple[Fraction, ...] | None = None

    def whole(self) -> None:
        header = self._records.text(SLACK)
        if set(header) != {"fingerprint", "query", "verdict"}:
            raise FalseClaim("the first text has not the keys fingerprint, query and verdict")
        if header["verdict"] not in VERDICTS:
            raise FalseClaim("the verdict is neither holds nor violated")
        self.verdict = header["verdict"]
        if header["fingerprint"] != self._network.fingerprint:
            raise FalseClaim("it is about another network")
        if header["query"] != digest(self._alternatives):
            raise FalseClaim("it is about another query")
        if self.verdict == "violated":
            self._violated()
        else:
            check_nowhere(self._records, self._network, self._alternatives, self._told)
        if not self._records.at_end():
            raise FalseClaim("something follows where the proof is complete")

    def _violated(self) -> None:
        """An unsafe input, replayed exactly."""
        denominator = self._records.integer()
        if denominator <= 0:
            raise FalseClaim("a denominator is not positive")
        n = self._network.input_dim
        x = tuple(Fraction(self._records.integer(), denominator) for _ in range(n))
        self.counterexample = x
        values = [*x, *self._network.forward_exact(x)]
        self.nodes = 1
        if not any(all(_is_met(each, values) for each in own) for own in self._alternatives):
            raise FalseClaim("the counterexample is not unsafe")

    def _told(self) -> None:
        self.nodes += 1
        if self._progress is not None and self.nodes % 64 == 0:
            said = counted(self.nodes, "box or cell", "boxes and cells")
            self._progress(Progress(self._records.share, 1, said))


def _is_met(condition: Condition, values: list[Fraction]) -> bool:
    value = condition.constant + sum(by * values[i] for i, by in condition.terms)
    if condition.relation == ">":
        return value > 0
    return value >= 0 if condition.relation == ">=" else value == 0
