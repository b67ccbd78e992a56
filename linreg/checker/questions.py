"""Checking answers: of ranges, differences, distances to other classes, and Lipschitz constants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from linreg.affine import ExactAffineMap
from linreg.checker.asking import Asking
from linreg.checker.claims import FalseClaim
from linreg.checker.constants import ProvedConstant, check_constant
from linreg.checker.distances import Classes, ProvedDistance, check_distance
from linreg.checker.domains import spelled_domain
from linreg.checker.extremes import ProvedExtreme, check_greatest
from linreg.checker.norms import NORMS
from linreg.checker.records import Records, open_certificate
from linreg.domains import Domain, asked_domain
from linreg.errors import InvalidNetwork
from linreg.files import StrPath, begins_with
from linreg.network import Network, StagedNetwork, staged_of
from linreg.network.combining import on_same_input
from linreg.progress import Progress
from linreg.wording import counted

MAGIC = b"linreg-answer-1\n"

LONGEST = 1 << 24
"""Bytes of the first text, which has the domain."""

KEYS = {
    "range": {"parts"},
    "difference": set[str](),
    "robustness": {"point", "norm", "label", "rivals", "sense"},
    "lipschitz": {"norms", "outputs"},
}
"""The questions, and what says more of each."""

Proved = ProvedExtreme | ProvedDistance | ProvedConstant


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """What the checker found of an answer.

    Attributes
    ----------
    accepted : bool
        Whether every claim holds.
    question : str
        "range", "difference", "robustness" or "lipschitz", as the file claims it.
    asked : mapping
        What more the file says of the question: the first text, as `docs/verdicts.md` describes it.
    claims : tuple of ProvedExtreme, ProvedDistance or ProvedConstant
        What was proved, up to the first false claim: an extreme for each part of a range, in the
        part's sense; one for a difference; the tie and the flip of a point; one constant.
    nodes : int
        Boxes, cells and regions that were proved.
    false_claim : str or None
        The first claim that does not hold.

    Examples
    --------
    >>> CheckedAnswer(False, "range", {}, (), 0, "it is about another network").accepted
    False
    """

    accepted: bool
    question: str
    asked: Mapping[str, object]
    claims: tuple[Proved, ...]
    nodes: int
    false_claim: str | None


def is_answer(path: StrPath) -> bool:
    """Whether a file begins as certificates of answers do; one that cannot be read does not.

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
    ...     is_answer(f"{folder}/nowhere")
    False
    """
    return begins_with(path, MAGIC)


def check_answer(
    path: StrPath,
    net: Network | StagedNetwork,
    domain: Domain | None = None,
    *,
    other: Network | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> CheckedAnswer:
    """Whether a certificate proves what it claims of a network, or of two.

    Parameters
    ----------
    path : str or path
    net : Network or StagedNetwork
    domain : Domain, optional
        Part of the claim; the whole space unless given.
    other : Network, optional
        Of a difference, the network that is subtracted.
    progress : callable, optional
        Called now and then with a `Progress`: the part of the file that is read, and the
        number of nodes in it.

    Returns
    -------
    CheckedAnswer

    Raises
    ------
    UnreadableFile
        If the file is no certificate of an answer, or is damaged.
    InvalidDomain
        If the domain is of another dimension than the input.
    InvalidNetwork
        If two networks have not as many inputs and outputs.

    Examples
    --------
    relu(x) is from 0 to 1 where -1 <= x <= 1:

    >>> from tempfile import TemporaryDirectory
    >>> from linreg import Box, mlp, output_range
    >>> net, domain = mlp([([[1]], [0])]), Box([-1], [1])
    >>> with TemporaryDirectory() as folder:
    ...     _ = output_range(net, domain, certificate=f"{folder}/proof")
    ...     checked = check_answer(f"{folder}/proof", net, domain)
    >>> checked.accepted, checked.question, [int(each.value) for each in checked.claims]
    (True, 'range', [0, 1])
    """
    staged = staged_of(net) if other is None else _difference(net, other)
    where = asked_domain(domain, staged.input_dim)
    with open_certificate(path, MAGIC) as records:
        check = _AnswerCheck(records, staged, where, other is not None, progress)
        false_claim = None
        try:
            check.whole()
        except FalseClaim as claim:
            false_claim = str(claim)
            if check.nodes:
                false_claim += f" (after {check.nodes:,} boxes and cells)"
    return CheckedAnswer(
        false_claim is None,
        check.question,
        check.asked,
        tuple(check.claims),
        check.nodes,
        false_claim,
    )


def _difference(first: Network | StagedNetwork, second: Network) -> StagedNetwork:
    if not isinstance(first, Network):
        raise InvalidNetwork("differences are of networks as linreg.load reads them")
    size, other = (staged_of(net).readout.n_outputs for net in (first, second))
    if size != other:
        raise InvalidNetwork(f"the networks have {size} and {other} outputs; they must agree")
    minus = ExactAffineMap.of_terms(
        [[(i, 1), (size + i, -1)] for i in range(size)], [0] * size, 2 * size
    )
    return on_same_input([first, second], minus).staged


class _AnswerCheck:
    def __init__(
        self,
        records: Records,
        network: StagedNetwork,
        domain: Domain,
        is_difference: bool,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._records = records
        self._network = network
        self._domain = domain
        self._is_difference = is_difference
        self._progress = progress
        rows = [tuple(row) for row in domain.rows()]
        self._asking = Asking(records, network, rows, self._told)
        self.question = ""
        self.asked: dict[str, object] = {}
        self.claims: list[Proved] = []
        self.nodes = 0

    def whole(self) -> None:
        header = self._records.text(LONGEST)
        question = header.pop("question", None)
        if not isinstance(question, str) or question not in KEYS:
            raise FalseClaim("it does not say which question it answers")
        self.question = question
        if set(header) != {"fingerprint", "domain"} | KEYS[question]:
            raise FalseClaim(f"its first text has other keys than those of a {question}")
        if (question == "difference") != self._is_difference:
            raise FalseClaim(
                "it is about the difference of two networks: give the other one after the first"
                if question == "difference"
                else f"it is about the {question} of one network, and two were given"
            )
        if header.pop("fingerprint") != self._network.fingerprint:
            raise FalseClaim(
                f"it is about {'other networks' if self._is_difference else 'another network'}"
            )
        claimed, asked = header.pop("domain"), [list(map(str, row)) for row in self._asking.rows]
        if claimed != asked:
            raise FalseClaim(
                f"it is about another domain: {spelled_domain(claimed)}, and the one asked about "
                f"is {spelled_domain(asked)}; say the certificate's with --domain"
            )
        self.asked = header
        getattr(self, f"_{question}")()
        if not self._records.at_end():
            raise FalseClaim("something follows where the proof is complete")

    def _range(self) -> None:
        """For each part a greatest or least value."""
        parts = self.asked["parts"]
        if not isinstance(parts, list) or not parts:
            raise FalseClaim("its parts are not a list of what is asked")
        # All of them are read first, so that what is claimed is a question.
        for sign, weights in [self._part(part) for part in parts]:
            found = check_greatest(self._asking, [[sign * by for by in weights]])
            self.claims.append(found if sign > 0 else _negated(found))

    def _part(self, part: object) -> tuple[int, list[Fraction]]:
        m = self._network.readout.n_outputs
        match part:
            case {"sense": "max" | "min" as sense, "output": int(i)} if _is_index(i, m):
                weights = [Fraction(int(i == j)) for j in range(m)]
            case {"sense": "max" | "min" as sense, "functional": list(entries)}:
                weights = _numbers(entries, m, "a functional")
            case _:
                raise FalseClaim("a part is neither of an output nor of a functional")
        if len(part) != 2:  # type: ignore[arg-type]
            raise FalseClaim("a part says more than what is asked")
        return (1 if sense == "max" else -1), weights

    def _difference(self) -> None:
        """The greatest size of an output of the difference."""
        m = self._network.readout.n_outputs
        signed = [
            [Fraction(sign * (i == j)) for j in range(m)] for i in range(m) for sign in (1, -1)
        ]
        self.claims.append(check_greatest(self._asking, signed))

    def _robustness(self) -> None:
        """The nearest tie and the nearest flip."""
        n, m = self._network.input_dim, self._network.readout.n_outputs
        match self.asked:
            case {
                "point": list(entries),
                "norm": str(norm),
                "label": int(label),
                "rivals": list(rivals),
                "sense": "max" | "min" as sense,
            } if norm in NORMS and _is_index(label, m) and rivals:
                at = tuple(_numbers(entries, n, "the point"))
            case _:
                raise FalseClaim("its question is not one about a point and its class")
        if not all(_is_index(j, m) and j != label for j in rivals) or len(set(rivals)) < len(
            rivals
        ):
            raise FalseClaim("its rivals are not other classes, once each")
        classes = Classes(at, norm, label, tuple(rivals), sense)
        tie = check_distance(self._asking, classes, flip=False)
        self.claims.append(tie)
        self.claims.append(check_distance(self._asking, classes, flip=True, tie=tie))

    def _lipschitz(self) -> None:
        """The largest norm of a Jacobian."""
        m = self._network.readout.n_outputs
        match self.asked:
            case {"norms": [str(inputs), str(outputs)], "outputs": list(chosen)} if (
                inputs in NORMS and outputs in NORMS and chosen
            ):
                pass
            case _:
                raise FalseClaim("its question is not one about norms of outputs")
        if not all(_is_index(i, m) for i in chosen):
            raise FalseClaim("it is about outputs that the network does not have")
        found = check_constant(
            self._records, self._network, self._domain, (inputs, outputs), chosen, self._progress
        )
        self.nodes = found.regions
        self.claims.append(found)

    def _told(self) -> None:
        self.nodes += 1
        if self._progress is not None and self.nodes % 64 == 0:
            said = counted(self.nodes, "box or cell", "boxes and cells")
            self._progress(Progress(self._records.share, 1, said))


def _negated(found: ProvedExtreme) -> ProvedExtreme:
    """What is true of the least value, given the greatest of the negated functional."""
    value, rate = (None if by is None else -by for by in (found.value, found.rate))
    return ProvedExtreme(found.status, found.functional, value, found.point, found.ray, rate)


def _is_index(number: object, size: int) -> bool:
    return type(number) is int and 0 <= number < size


def _numbers(entries: list[object], size: int, what: str) -> list[Fraction]:
    """Fractions that are spelled in lowest terms."""
    found = []
    for entry in entries:
        if not isinstance(entry, str) or not re.fullmatch(r"-?\d{1,4000}(/\d{1,4000})?", entry):
            raise FalseClaim(f"{what} has an entry that is no fraction")
        number, _, denominator = entry.partition("/")
        if denominator and not int(denominator):
            raise FalseClaim(f"{what} has an entry that is no fraction")
        exact = Fraction(int(number), int(denominator or 1))
        if str(exact) != entry:
            raise FalseClaim(f"{what} has an entry that is not in lowest terms")
        found.append(exact)
    if len(found) != size:
        raise FalseClaim(f"{what} has {len(found)} entries, and not {size}")
    return found
