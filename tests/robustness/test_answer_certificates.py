"""Proofs of answers: the checker accepts those of the questions, and none of what is false."""

from __future__ import annotations

import dataclasses
import hashlib
import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import forgeries
import numpy as np
import pytest
from question_cases import cases, network_case
from wrong_bounds import narrow, raised, skipped

import linreg
from linreg.affine import ExactAffineMap
from linreg.certificate.encoding import integer, unsigned
from linreg.checker import CheckedAnswer, check_answer, is_answer
from linreg.checker.distances import ProvedDistance
from linreg.checker.extremes import ProvedExtreme
from linreg.errors import BrokenInvariant, IncompleteError, InvalidDomain, UnreadableFile
from linreg.network.combining import on_same_input
from linreg.questions import proving, proving_distances, radii
from linreg.questions.loop_or_search import Budget
from linreg.questions.nearest import Near
from linreg.questions.verifying import SetOutcome
from linreg.rational import fraction, rational

pytest.importorskip("numba")

from linreg.kernel.bounds.tables import BoundTables

FORGERIES = 40
"""How many of each kind are tried here; ten thousand, with other seeds, were refused once."""

HAIR = Fraction(1, 2**40)

CUBE = linreg.Box([-1] * 3, [1] * 3)


def _accepted(path: Path, net: Any, domain: Any, other: Any = None) -> CheckedAnswer:
    checked = check_answer(path, net, domain, other=other)
    assert checked.accepted, checked.false_claim
    return checked


def _random_net(seed: int, outputs: int = 2) -> linreg.Network:
    rng = np.random.default_rng(seed)
    layers = [
        (rng.integers(-4, 5, (6, 3)), rng.integers(-4, 5, 6)),
        (rng.integers(-4, 5, (6, 6)), rng.integers(-4, 5, 6)),
    ]
    return linreg.mlp(layers, readout=(rng.integers(-4, 5, (outputs, 6)), [0] * outputs))


# What two other programs found is accepted with its proof.

EXTREMES = cases("extreme_values")


@pytest.mark.parametrize(
    "case", EXTREMES, ids=[f"{c['name']}-{c['functional']}-{c['sense']}" for c in EXTREMES]
)
def test_extreme_values_of_two_other_programs_are_proved(
    case: dict[str, Any], tmp_path: Path
) -> None:
    each, expected = network_case(case), case["expected"]
    extreme = linreg.maximum if case["sense"] == "max" else linreg.minimum
    path = tmp_path / "proof"
    found = extreme(each.network, case["functional"], each.domain, certificate=path)
    (claim,) = _accepted(path, each.network, each.domain).claims
    assert isinstance(claim, ProvedExtreme)
    assert claim.status == expected["status"]
    assert (claim.value, claim.point, claim.rate) == (found.value, found.point, found.rate)
    if claim.status == "attained":
        assert claim.value == Fraction(expected["value"])


LIPSCHITZ = [
    pytest.param(case, key, expected, id=f"{case['name']}-{key}")
    for case in cases("lipschitz")
    for key, expected in case["expected"].items()
]


@pytest.mark.parametrize(("case", "key", "expected"), LIPSCHITZ)
def test_lipschitz_constants_of_two_other_programs_are_proved(
    case: dict[str, Any], key: str, expected: Any, tmp_path: Path
) -> None:
    """With the largest root of a polynomial where the square is no rational number."""
    each = network_case(case)
    _, inputs, _, outputs = key.removesuffix("_squared").split("_")
    path = tmp_path / "proof"
    linreg.lipschitz(each.network, each.domain, inputs, outputs, certificate=path)
    (claim,) = _accepted(path, each.network, each.domain).claims
    if not isinstance(expected, dict):
        assert Fraction(expected) in (claim.exact, claim.squared)
        return
    rational, radicand = (Fraction(expected[name]) for name in ("rational_part", "plus_sqrt_of"))
    low, high = (end - rational for end in claim.around)
    assert low < high < low + Fraction(1, 2**50)
    assert low * abs(low) <= radicand <= high * abs(high)


ROBUSTNESS = [
    pytest.param(case, id=f"{case['name']}-{case['point']}-{case['norm']}")
    for case in cases("robustness")
]


@pytest.mark.parametrize("case", ROBUSTNESS)
def test_radii_of_two_other_programs_are_proved(case: dict[str, Any], tmp_path: Path) -> None:
    each, expected, norm = network_case(case), case["expected"], case["norm"]
    path = tmp_path / "proof"
    linreg.robustness(each.network, case["point"], norm, each.domain, certificate=path)
    suffix = "_squared" if norm == "l2" else ""
    claims = _accepted(path, each.network, each.domain).claims
    for name, claim in zip(("tie", "flip"), claims, strict=True):
        assert isinstance(claim, ProvedDistance)
        assert claim.size == Fraction(expected[f"{name}_distance{suffix}"])
        assert claim.label == expected[f"{name}_class"]


# Other answers.


def test_a_point_without_other_classes_is_proved_to_have_none(tmp_path: Path) -> None:
    """|x| >= -1 everywhere: nothing ties with the first output."""
    net = linreg.mlp([([[1], [-1]], [0, 0])], readout=([[1, 1], [0, 0]], [0, -1]))
    linreg.robustness(net, [0], certificate=tmp_path / "proof")
    claims = _accepted(tmp_path / "proof", net, None).claims
    assert claims == (ProvedDistance(None), ProvedDistance(None))


def test_the_least_output_may_win_and_the_first_of_equal_ones_has_the_class(
    tmp_path: Path,
) -> None:
    """Of max(x, 0) and 0 the second is never less, the first wins ties: class 0 from class 1."""
    net = linreg.mlp([([[1]], [0])], readout=([[1], [0]], [0, 0]))
    linreg.robustness(net, [2], sense="min", certificate=tmp_path / "proof")
    tie, flip = _accepted(tmp_path / "proof", net, None).claims
    assert (tie.size, tie.label, flip.size, flip.point) == (2, 0, 2, (0,))


def test_an_empty_domain_has_no_greatest_value(tmp_path: Path) -> None:
    net = linreg.mlp([([[1, 1]], [0])])
    for rows, ends in (
        ([[1, 0], [-1, 0]], [0, -1]),
        ([[1, 1], [-1, 0], [0, -1]], [-1, 0, 0]),
    ):
        domain = linreg.Polytope(rows, ends)
        assert linreg.maximum(net, domain=domain, certificate=tmp_path / "proof").status == "empty"
        (claim,) = _accepted(tmp_path / "proof", net, domain).claims
        assert claim.status == "empty"


def test_a_flat_domain_and_a_point_have_greatest_values(tmp_path: Path) -> None:
    net, path = linreg.mlp([([[1, -1]], [0])]), tmp_path / "proof"
    for rows, ends, value in (
        ([[1, 1], [-1, -1], [1, 0], [-1, 0]], [1, -1, 2, 2], 3),
        ([[1, 0], [-1, 0], [0, 1], [0, -1]], [3, -3, 1, -1], 2),
    ):
        domain = linreg.Polytope(rows, ends)
        linreg.maximum(net, domain=domain, certificate=path)
        (claim,) = _accepted(path, net, domain).claims
        assert claim.value == value


def test_a_difference_is_proved_of_two_networks_in_their_order(tmp_path: Path) -> None:
    """relu(x) and |x| differ by 2 at -2, and for ever; relu(x) - relu(-x) is x."""
    relu = linreg.mlp([([[1]], [0])])
    size = linreg.mlp([([[1], [-1]], [0, 0])], readout=([[1, 1]], [0]))
    path, ends = tmp_path / "proof", linreg.Box([-2], [2])
    found = linreg.difference(relu, size, ends, certificate=path)
    (claim,) = _accepted(path, relu, ends, size).claims
    assert (claim.value, claim.point) == (found.value, found.point) == (2, (-2,))
    assert check_answer(path, size, ends, other=relu).false_claim == "it is about other networks"
    assert "give the other one" in str(check_answer(path, relu, ends).false_claim)
    linreg.difference(relu, size, certificate=path)
    (claim,) = _accepted(path, relu, None, size).claims
    assert (claim.status, claim.ray) == ("unbounded", (-1,))
    folded = linreg.mlp([([[1], [-1]], [0, 0])], readout=([[1, -1]], [0]))
    plain = linreg.mlp([], readout=([[1]], [0]))
    assert linreg.equivalent(folded, plain, certificate=path).holds
    assert _accepted(path, folded, None, plain).claims[0].value == 0


def test_a_closed_loop_has_a_range_that_is_proved(tmp_path: Path) -> None:
    """The control -x/2, clipped at 1, takes [-4, 4] to [-1, 1] in three steps."""
    net = linreg.mlp([], readout=([["-1/2"]], [0]))
    loop = linreg.closed_loop(net, [[1]], [[1]], steps=3, clip=(-1, 1))
    path, ends = tmp_path / "proof", linreg.Box([-4], [4])
    linreg.output_range(loop, ends, certificate=path)
    low, high = _accepted(path, loop, ends).claims
    assert (low.value, high.value) == (-1, 1)


def test_max_units_and_tables_have_rays_and_ranges(tmp_path: Path) -> None:
    """max(x, -2x, 3) rises by 2 along -1, and clip(x, -1, 1) is from -1 to 1 on the line."""
    path = tmp_path / "proof"
    net = linreg.mlp([([[1], [-2], [0]], [0, 0, 3])], activation=linreg.maxout(3))
    linreg.output_range(net, certificate=path)
    low, high = _accepted(path, net, None).claims
    assert (low.value, high.status) == (3, "unbounded")
    net = linreg.mlp([([[1]], [0])], activation=linreg.clip(-1, 1))
    linreg.output_range(net, certificate=path)
    assert [claim.value for claim in _accepted(path, net, None).claims] == [-1, 1]


def test_a_proof_of_too_many_regions_leaves_the_constant_in_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net, path = _random_net(0), tmp_path / "proof"
    monkeypatch.setattr(proving, "MOST_LISTED", 3)
    with pytest.raises(IncompleteError, match="more than 3; ask on a smaller domain") as caught:
        linreg.lipschitz(net, CUBE, certificate=path)
    assert caught.value.answer == linreg.lipschitz(net, CUBE)
    assert not path.exists()


def test_what_is_stopped_writes_nothing(tmp_path: Path) -> None:
    net, path = _random_net(0), tmp_path / "proof"
    assert linreg.lipschitz(net, CUBE, limit=1, certificate=path).complete is False
    assert linreg.robustness(net, [0] * 3, domain=CUBE, limit=1, certificate=path).complete is False
    assert not path.exists()


def test_a_proof_that_is_stopped_leaves_the_answer_in_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net, path = _random_net(0), tmp_path / "proof"
    stopped = SetOutcome(None, None, 1, stopped=True)
    monkeypatch.setattr(proving, "found_and_proved", lambda *_: (stopped, []))
    with pytest.raises(IncompleteError, match="nothing was written") as caught:
        linreg.maximum(net, [1, 0], CUBE, certificate=path)
    assert caught.value.answer == linreg.maximum(net, [1, 0], CUBE)
    assert not path.exists()


def test_a_constant_on_a_flat_domain_has_no_certificate(tmp_path: Path) -> None:
    flat = linreg.Polytope([[1, 0], [-1, 0], [0, 1], [0, -1]], [0, 0, 1, 1])
    net = linreg.mlp([([[1, 1]], [0])])
    assert linreg.lipschitz(net, flat).exact == 1
    with pytest.raises(InvalidDomain, match="no interior"):
        linreg.lipschitz(net, flat, certificate=tmp_path / "proof")


def test_a_proof_is_of_one_network_and_one_domain(tmp_path: Path) -> None:
    net, path = _random_net(0), tmp_path / "proof"
    linreg.output_range(net, CUBE, certificate=path)
    assert is_answer(path)
    assert check_answer(path, _random_net(1), CUBE).false_claim == "it is about another network"
    wider = check_answer(path, net, linreg.Box([-2] * 3, [2] * 3))
    assert "another domain: box:-1,1" in str(wider.false_claim)
    with pytest.raises(UnreadableFile, match="linreg-certificate-3"):
        linreg.check(path, net)


# What is a hair off is refused.

KINDS = ("range", "difference", "linf", "l1", "l2")


class Proved:
    """A true answer in the pieces of its proof."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.net = _random_net(3)
        self.other = _random_net(4) if kind == "difference" else None
        said: list[dict[str, Any]] = []
        self.beyond: Sequence[Fraction] = ()
        self.used: list[list[bytes]] = []  # planes, of the tie and of the flip
        honest, proof = proving_distances.write_distances, proving_distances.proof
        plane = proving_distances.plane

        def seen(*given: Any) -> None:
            self.beyond = tuple(map(fraction, given[3].beyond))
            honest(*given)

        def bytes_of(*given: Any) -> bytes:
            self.used.append([])
            return proof(*given)

        def kept(*given: Any) -> proving_distances.Plane:
            q, most = plane(*given)
            self.used[-1].append(b"".join(map(integer, (*q, most))))
            return q, most

        with pytest.MonkeyPatch.context() as patch, forgeries.kept() as trees:
            for place in ("proving", "proving_distances"):
                patch.setattr(
                    f"linreg.questions.{place}.write_answer",
                    lambda *given: said.append(dict(given[3])),
                )
            patch.setattr(proving_distances, "write_distances", seen)
            patch.setattr(proving_distances, "proof", bytes_of)
            patch.setattr(proving_distances, "plane", kept)
            if kind == "range":
                self.found: Any = linreg.maximum(self.net, [1, 0], CUBE, certificate="unused")
            elif self.other is not None:
                self.found = linreg.difference(self.net, self.other, CUBE, certificate="unused")
            else:
                self.found = linreg.robustness(self.net, [0] * 3, kind, CUBE, certificate="unused")
        (self.said,) = said
        self.trees = trees
        self.staged = self.net.staged if self.other is None else _less(self.net, self.other)
        self.at = self.found.tie.point if kind in ("linf", "l1", "l2") else self.found.point
        self.ends = (self.at, self.at)
        if kind in ("linf", "l1", "l2"):
            self.ends = self.at, self.found.flip.point

    def value(self, x: Sequence[Fraction]) -> Fraction:
        """What is greatest at the point of a range or difference; the lead of the other class."""
        y = self.staged.forward_exact(x)
        if self.kind == "range":
            return y[0]
        if self.kind == "difference":
            return max(map(abs, y))
        label = self.found.label
        return y[1 - label] - y[label]

    def size(self, x: Sequence[Fraction]) -> Fraction:
        """The distance from the origin, of l2 the square."""
        sizes = list(map(abs, x))
        if self.kind == "linf":
            return max(sizes)
        return sum((by if self.kind == "l1" else by * by for by in sizes), Fraction(0))

    def is_false(self, x: Sequence[Fraction]) -> bool:
        """Whether it is false that the answer is attained at a point."""
        if self.kind in ("range", "difference"):
            return self.value(x) < self.value(self.at)
        near, next_ = map(self.size, self.ends)
        return self.value(x) < 0 or (self.size(x) > near and self.size(x) != next_)

    def records(
        self,
        x: Sequence[Fraction],
        tree: bytes,
        planes: Sequence[bytes] = (),
        *,
        flip: bool = False,
    ) -> bytes:
        """That the answer is attained at a point, with this tree of a proof."""
        if self.kind in ("range", "difference"):
            return proving.ATTAINED + proving.vector(x) + tree
        if flip and len(self.trees) == 1:
            return proving_distances.SAME + self.met(x)
        some = unsigned(1 - self.found.label) + proving.vector(x)
        some = proving_distances.SOME + (self.met(x) if flip else some)
        return some + unsigned(len(planes)) + b"".join(planes) + tree

    def met(self, x: Sequence[Fraction]) -> bytes:
        """A flip's class and point, and where the class wins."""
        some = unsigned(1 - self.found.label) + proving.vector(x)
        return some + proving.vector(self.beyond) if self.value(x) == 0 else some

    def bodies(
        self,
        ends: Sequence[Sequence[Fraction]],
        trees: Sequence[bytes],
        more: Sequence[bytes] = (),
        *,
        alone: bool = False,
    ) -> bytes:
        """The same of all that is proved: of a point, its tie and its flip; with true planes."""
        if self.kind in ("range", "difference"):
            return self.records(ends[0], trees[0])
        planes = [[*(() if alone else used), *more] for used in self.used]
        flip = self.records(ends[1], trees[-1], planes[-1], flip=True)
        return self.records(ends[0], trees[0], planes[0]) + flip

    @property
    def asked(self) -> proving_distances.DistanceAsked:
        """The question of a distance."""
        label = self.found.label
        return proving_distances.DistanceAsked(
            self.staged, CUBE, (Fraction(0),) * 3, self.kind, label, (1 - label,), "max"
        )

    @cached_property
    def moved(self) -> Sequence[Fraction]:
        """Where the tie is not at the distance of the point of this answer."""
        for i in range(3):
            at = [Fraction(k == i, 16) for k in range(3)]
            tie = linreg.robustness(self.net, at, self.kind, CUBE, label=self.found.label).tie
            there = self.size([a - b for a, b in zip(self.at, at, strict=True)])
            if there not in (tie.exact, tie.squared):
                return at
        raise AssertionError

    def planes(self, x: Sequence[Fraction]) -> list[bytes]:
        """A plane between a point and the ball that it is on."""
        if self.kind not in ("l1", "l2"):
            return []
        q, most = proving_distances.plane(self.asked, self.size(x), x)
        return [b"".join(map(integer, (*q, most)))]

    def checked(self, path: Path, records: bytes, **said: object) -> CheckedAnswer | None:
        """What the checker says of records; None if it cannot read them."""
        rows = [list(map(str, row)) for row in CUBE.rows()]
        header = {"fingerprint": self.staged.fingerprint, "domain": rows, **self.said, **said}
        path.write_bytes(forgeries.framed(proving.MAGIC, header, records))
        try:
            return check_answer(path, self.net, CUBE, other=self.other)
        except UnreadableFile:
            return None

    def is_accepted(self, path: Path, records: bytes, **said: object) -> bool:
        """Whether the checker accepts records."""
        checked = self.checked(path, records, **said)
        return checked is not None and checked.accepted


proved = cache(Proved)


def _less(first: linreg.Network, second: linreg.Network) -> linreg.StagedNetwork:
    m = first.staged.readout.n_outputs
    minus = ExactAffineMap.of_terms([[(i, 1), (m + i, -1)] for i in range(m)], [0] * m, 2 * m)
    return on_same_input([first, second], minus).staged


def _claims(of: Proved, x: Sequence[Fraction]) -> bytes:
    """A whole body that says the answer, or the tie, is that of a point; with true proofs."""
    return of.bodies((x, of.ends[1]), [b"".join(tree) for tree in of.trees])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_put_together_again_is_accepted(kind: str, tmp_path: Path) -> None:
    """The frame of forgeries is no reason to refuse them."""
    of = proved(kind)
    checked = of.checked(tmp_path / "proof", _claims(of, of.at))
    assert checked is not None
    assert checked.accepted, checked.false_claim


@pytest.mark.parametrize("kind", KINDS)
def test_a_point_a_hair_off_is_refused(kind: str, tmp_path: Path) -> None:
    """Where the value is less by a hair, or the radius more or less: with the true proof."""
    of, path = proved(kind), tmp_path / "proof"
    ways = [[Fraction(k == i) * sign for k in range(3)] for i in range(3) for sign in (1, -1)]
    refused = 0
    for way in ways:
        moved = [x + HAIR * by for x, by in zip(of.at, way, strict=True)]
        if not all(abs(x) <= 1 for x in moved):
            checked = of.checked(path, _claims(of, moved))
            assert checked is not None
            assert "outside the domain" in str(checked.false_claim)
        elif of.is_false(moved):
            assert not of.is_accepted(path, _claims(of, moved))
            refused += 1
    assert refused


@pytest.mark.parametrize("off", [HAIR, -HAIR])
def test_a_value_a_hair_off_is_not_proved(off: Fraction, tmp_path: Path) -> None:
    """A value that is too low is exceeded, and a radius that is too large is not kept."""
    of, budget = proved("range"), Budget()
    low = dataclasses.replace(of.found, value=of.found.value - abs(off))
    with pytest.raises(BrokenInvariant, match="exceeded"):
        proving.write_range(
            tmp_path / "proof", of.staged, CUBE, [proving.ExtremeValue("max", [1, 0], low)], budget
        )
    assert not (tmp_path / "proof").exists()


# Sabotage: provers that are wrong, and prove what is false.


@pytest.mark.parametrize(
    ("kind", "sabotage"),
    [
        *((("range", each)) for each in (raised, skipped, narrow)),
        *((("linf", each)) for each in (raised, narrow)),
    ],
)
def test_wrong_bounds_of_the_search_are_caught(
    kind: str,
    sabotage: Callable[..., Callable[..., object]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A prover who does not see that the point of an answer is a wrong one."""
    of, path = proved(kind), tmp_path / "proof"
    monkeypatch.setattr("linreg.questions.deciding.sampled", lambda *_: [])
    monkeypatch.setattr("linreg.questions.deciding.Decision._checked", lambda *_: None)
    monkeypatch.setattr(BoundTables, "bound", sabotage(BoundTables.bound))
    if kind == "range":
        x = tuple(entry * Fraction(63, 64) for entry in of.at)
        assert of.is_false(x)
        low = dataclasses.replace(of.found, value=of.value(x), point=x)
        values = [proving.ExtremeValue("max", [Fraction(1), Fraction(0)], low)]
        proving.write_range(path, of.staged, CUBE, values, Budget())
    else:
        x = next(x for x in _points(random.Random(0)) if of.value(x) > 0 and of.is_false(x))
        far = Near(rational(of.size(x)), list(map(rational, x)))
        found = radii.NearestMet(far, 1 - of.found.label, [])
        proving_distances.write_distances(path, of.asked, found, found, Budget())
    assert not check_answer(path, of.net, CUBE).accepted


# Forgeries: records of true proofs, changed and told of what is false.


def _points(rng: random.Random) -> Iterator[tuple[Fraction, ...]]:
    while True:
        yield tuple(Fraction(rng.randrange(-64, 65), 64) for _ in range(3))


def forgery(rng: random.Random, kind: str) -> tuple[bytes, dict[str, object]]:
    """Records that claim what is false, and what else the first text says."""
    of = proved(kind)
    trees = [forgeries.forged(rng, tree) for tree in of.trees]
    choice = rng.randrange(8)
    x = next(x for x in _points(rng) if of.is_false(x) and (choice == 0 or of.value(x) >= 0))
    if kind in ("range", "difference"):
        (tree,) = trees
        if choice == 1:
            return proving.EMPTY + tree, {}
        if choice == 2:
            ray = next(_points(rng))
            start = unsigned(rng.randrange(2)) + proving.vector(x) + proving.vector(ray)
            return proving.UNBOUNDED + start + rng.choice((b"", tree)), {}
        if choice == 3 and kind == "range":
            part = rng.choice(
                (
                    {"sense": "min", "functional": ["1", "0"]},
                    {"sense": "max", "functional": ["-1", "0"]},
                    {"sense": "min", "output": 0},
                )
            )
            return of.records(of.at, tree), {"parts": [part]}
        return of.records(x, tree), {}
    planes = rng.choice(([], of.planes(x), [_noise(rng)]))
    if choice == 1:
        none = [proving_distances.NONE + tree for tree in trees]
        return b"".join([*none, proving_distances.SAME][:2]), {}
    if choice == 2:
        return of.bodies(of.ends, trees, planes), {"point": list(map(str, of.moved))}
    if choice == 3:
        said = {"label": 1 - of.found.label, "rivals": [of.found.label]}
        return of.bodies(of.ends, trees, planes), said
    true = of.records(of.at, b"".join(of.trees[0]), of.used[0])
    if choice == 4:
        return true + of.records(x, trees[-1], planes, flip=True), {}
    if choice == 5:  # that nothing wins nearer than what is farther than the tie
        return true + proving_distances.SAME + of.met(x), {}
    return of.bodies((x, x), trees, planes, alone=rng.random() < 0.5), {}


def _noise(rng: random.Random) -> bytes:
    return b"".join(integer(rng.randrange(-9, 10)) for _ in range(4))


@pytest.mark.parametrize("kind", KINDS)
def test_no_forgery_is_accepted(kind: str, tmp_path: Path) -> None:
    rng = random.Random(16)
    for _ in range(FORGERIES):
        records, said = forgery(rng, kind)
        assert not proved(kind).is_accepted(tmp_path / "forged", records, **said)


def test_a_changed_tree_of_regions_gives_no_other_constant(tmp_path: Path) -> None:
    """The constant is that of the regions, so that a tree without one must be refused."""
    net, path = _random_net(5), tmp_path / "proof"
    true = linreg.lipschitz(net, CUBE, certificate=path).exact
    content = zlib.decompress(path.read_bytes()[len(proving.MAGIC) : -32])
    start = content.index(b"}") + 1
    rng, refused = random.Random(7), 0
    for _ in range(FORGERIES):
        path.write_bytes(_damaged(rng, content, start))
        try:
            checked = check_answer(path, net, CUBE)
        except UnreadableFile:
            refused += 1
            continue
        assert not checked.accepted or checked.claims[0].exact == true
        refused += not checked.accepted
    assert refused > FORGERIES // 2


def _damaged(rng: random.Random, content: bytes, start: int) -> bytes:
    """A file with bytes changed, dropped or repeated behind the first text."""
    data = bytearray(content)
    for _ in range(rng.randrange(1, 3)):
        at, size = rng.randrange(start, len(data)), rng.randrange(1, 40)
        match rng.randrange(3):
            case 0:
                data[at] = rng.choice((0, 1, 2, 3, 4, 5, data[at] ^ 1, rng.randrange(256)))
            case 1:
                del data[at : at + size]
            case _:
                data[at:at] = data[at : at + size]
    framed = proving.MAGIC + zlib.compress(bytes(data))
    return framed + hashlib.sha256(framed).digest()
