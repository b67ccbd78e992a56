"""Proofs of verdicts: the checker accepts those of the search, and none of what is false."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import forgeries
import generators
import numpy as np
import pytest
from forgeries import forged, kept
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wrong_bounds import forgotten, narrow, raised, skipped

import linreg
from linreg.checker import AnswerVerdict, check_verdict, is_verdict
from linreg.checker.box_tree import BoxTree
from linreg.checker.queries import digest
from linreg.errors import UnreadableFile
from linreg.questions import certifying
from linreg.readers.query import Condition, Query, QueryNetwork, Tensor, condition

pytest.importorskip("numba")

from linreg.kernel.bounds.tables import BoundTables

FORGERIES = 120
"""How many are tried here; ten thousand, with other seeds, were refused once."""

HAIR = Fraction(1, 2**40)


def _query(n: int, m: int, *alternatives: Sequence[Condition]) -> Query:
    network = QueryNetwork("", (Tensor("X", (n,)),), (Tensor("Y", (m,)),))
    return Query((network,), tuple(tuple(own) for own in alternatives))


def _bounds(ends: Sequence[tuple[object, object]]) -> list[Condition]:
    return [
        condition({i: Fraction(sign)}, -sign * Fraction(str(end)), ">=")
        for i, pair in enumerate(ends)
        for sign, end in zip((1, -1), pair, strict=True)
    ]


def _above(n: int, threshold: Fraction, relation: str = ">=") -> Condition:
    """The first output is at least a threshold."""
    return condition({n: Fraction(1)}, -threshold, relation)


def _certified(net: linreg.Network, query: Query, path: Path) -> AnswerVerdict:
    found = linreg.verify(net, query, certificate=path)
    checked = check_verdict(path, net, query.alternatives)
    assert checked.verdict == found.verdict
    assert checked.counterexample == found.counterexample
    return checked


def _random_net(seed: int) -> linreg.Network:
    rng = np.random.default_rng(seed)
    layers = [
        (rng.integers(-4, 5, (8, 3)), rng.integers(-4, 5, 8)),
        (rng.integers(-4, 5, (8, 8)), rng.integers(-4, 5, 8)),
    ]
    return linreg.mlp(layers, readout=(rng.integers(-4, 5, (1, 8)), [0]))


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_verdict_comes_with_a_proof_that_is_accepted(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Conditions on inputs and outputs, equations, flat sets, sets without an end."""
    net = data.draw(generators.networks(max_units=6))
    n, m = net.input_dim, net.staged.readout.n_outputs
    box = data.draw(generators.boxes(n))
    whole = st.integers(-2, 2)
    kind = data.draw(st.sampled_from(["box", "mixed", "cut", "flat", "endless"]))
    alternatives = []
    for _ in range(data.draw(st.integers(1, 2))):
        ends = list(zip(box.lower, box.upper, strict=True))
        if kind == "flat":
            ends[0] = ends[0][0], ends[0][0]
        own = _bounds(ends)[1 if kind == "endless" else 0 :]
        terms = {n + j: Fraction(data.draw(whole)) for j in range(m)}
        if kind == "mixed":
            terms |= {i: Fraction(data.draw(whole)) for i in range(n)}
        relation = data.draw(st.sampled_from([">=", ">", "=="]))
        own.append(condition(terms, Fraction(data.draw(st.integers(-8, 2))), relation))
        if kind == "cut":
            row = {i: Fraction(data.draw(whole)) for i in range(n)}
            own.append(condition(row, Fraction(data.draw(whole)), ">="))
        alternatives.append(own)
    query = _query(n, m, *alternatives)
    path = tmp_path_factory.mktemp("proofs") / "proof"
    checked = _certified(net, query, path)
    assert checked.accepted, checked.false_claim
    assert checked.verdict == linreg.verify(net, query).verdict


@pytest.mark.parametrize("seed", range(2))
def test_a_hair_above_the_maximum_is_proved_and_the_maximum_is_not(
    seed: int, tmp_path: Path
) -> None:
    net = _random_net(seed)
    ends = [(-1, 1)] * 3
    top = linreg.maximum(net, domain=linreg.Box([-1] * 3, [1] * 3)).value
    assert top is not None
    for condition_, verdict in (
        (_above(3, top + HAIR), "holds"),
        (_above(3, top, ">"), "holds"),
        (_above(3, top), "violated"),
    ):
        query = _query(3, 1, [*_bounds(ends), condition_])
        checked = _certified(net, query, tmp_path / "proof")
        assert (checked.accepted, checked.verdict) == (True, verdict), checked.false_claim


def test_what_is_no_vertex_of_a_box_is_proved_exactly(tmp_path: Path) -> None:
    """|x| + |y| < 0 is nowhere, and 0 at one point: a tie that no bound of floats settles."""
    weights = [[1, 0], [-1, 0], [0, 1], [0, -1]]
    net = linreg.mlp([(weights, [0] * 4)], readout=([[-1] * 4], [0]))
    query = _query(2, 1, [*_bounds([(-1, 2), (-1, 3)]), _above(2, Fraction(0), ">")])
    assert _certified(net, query, tmp_path / "proof").accepted


def test_more_conditions_than_units_are_proved_by_walks(tmp_path: Path) -> None:
    """The ball of l1 by its faces: multipliers are numbered by layers, not by what is asked."""
    net = _random_net(2)
    top = linreg.maximum(net, domain=linreg.Box([-1] * 3, [1] * 3)).value
    assert top is not None
    faces = [
        condition(dict(enumerate(map(Fraction, signs))), Fraction(1), ">")
        for signs in itertools.product((1, -1), repeat=3)
    ]
    walks = []
    for share in (Fraction(1, 2), Fraction(3, 4)):
        mixed = condition({0: Fraction(1), 3: Fraction(1)}, -share * top, ">=")
        strict = [replace(each, relation=">") for each in _bounds([(-1, 1)] * 3)]
        query = _query(3, 1, [*strict, *faces, mixed, _above(3, share * top)])
        with kept() as trees:
            checked = _certified(net, query, tmp_path / "proof")
        assert checked.accepted, checked.false_claim
        walks += [piece for tree in trees for piece in tree if piece[:1] == b"\4"]
    assert walks


def test_a_search_that_is_stopped_writes_nothing(tmp_path: Path) -> None:
    net, top = _peak()
    query = _query(3, 1, [*_bounds([(-1, 1)] * 3), _above(3, top + HAIR)])
    path = tmp_path / "proof"
    found = linreg.verify(net, query, limit=1, certificate=path)
    assert (found.holds, path.exists()) == (None, False)


def test_a_proof_is_of_one_network_and_one_query(tmp_path: Path) -> None:
    net, path = _random_net(0), tmp_path / "proof"
    query = _query(3, 1, [*_bounds([(-1, 1)] * 3), _above(3, Fraction(1000))])
    assert _certified(net, query, path).accepted
    assert is_verdict(path)
    other = check_verdict(path, _random_net(1), query.alternatives)
    assert other.false_claim == "it is about another network (after 0 boxes and cells)"
    tighter = _query(3, 1, [*_bounds([(-1, 1)] * 3), _above(3, Fraction(999))])
    other = check_verdict(path, net, tighter.alternatives)
    assert other.false_claim == "it is about another query (after 0 boxes and cells)"
    with pytest.raises(UnreadableFile, match="linreg-certificate-3"):
        linreg.check(path, net)


# Sabotage: provers that are wrong, and call a query safe that is not.


@pytest.mark.parametrize("sabotage", [raised, skipped, narrow])
def test_wrong_bounds_of_the_search_are_caught(
    sabotage: Callable[..., Callable[..., object]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net, top = _peak()
    query = _query(3, 1, [*_bounds([(-1, 1)] * 3), _above(3, top - HAIR)])
    monkeypatch.setattr("linreg.questions.deciding.sampled", lambda *_: [])
    monkeypatch.setattr("linreg.questions.deciding.Decision._checked", lambda *_: None)
    monkeypatch.setattr(BoundTables, "bound", sabotage(BoundTables.bound))
    found = linreg.verify(net, query, certificate=tmp_path / "proof")
    assert found.holds is True, "the sabotage did nothing"
    checked = check_verdict(tmp_path / "proof", net, query.alternatives)
    assert not checked.accepted


def test_walks_that_prove_nothing_are_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net, top = _peak()
    query = _query(3, 1, [*_bounds([(-1, 1)] * 3), _above(3, top - HAIR)])
    monkeypatch.setattr("linreg.questions.deciding.sampled", lambda *_: [])
    monkeypatch.setattr("linreg.questions.deciding.Decision._checked", lambda *_: None)
    monkeypatch.setattr("linreg.questions.deciding.TIE_SLACK", 1e9)
    monkeypatch.setattr(BoundTables, "guided", lambda *_: Fraction(1))
    assert linreg.verify(net, query, certificate=tmp_path / "proof").holds is True
    checked = check_verdict(tmp_path / "proof", net, query.alternatives)
    assert checked.false_claim is not None
    assert "a walk does not prove" in checked.false_claim


@contextmanager
def narrowing() -> Iterator[None]:
    """A search without programs, which normalises the network wherever it cuts a box."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("linreg.questions.deciding.MANY_FREE", -1)
        patch.setattr("linreg.questions.searching.NARROW_EVERY", 1)
        patch.setattr("linreg.kernel.bounds.tables.GAIN", 0)
        yield


def test_a_network_that_forgets_units_which_may_be_on_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left out of a narrowed network is for the checker to say, not for the proof."""
    net, top = _peak()
    query = _query(3, 1, [*_bounds([(-1, 1)] * 3), _above(3, top - HAIR)])
    monkeypatch.setattr("linreg.questions.deciding.sampled", lambda *_: [])
    monkeypatch.setattr("linreg.questions.deciding.Decision._checked", lambda *_: None)
    monkeypatch.setattr(BoundTables, "narrowed", forgotten(BoundTables.narrowed))
    with narrowing():
        found = linreg.verify(net, query, certificate=tmp_path / "proof")
    assert found.holds is True, "the sabotage did nothing"
    assert not check_verdict(tmp_path / "proof", net, query.alternatives).accepted

    def forgets(self: BoxTree, node: Any, codes: Sequence[np.ndarray]) -> Any:
        return honest(self, node, [np.where(own == 2, 0, own) for own in codes])

    honest = BoxTree._narrowed
    monkeypatch.setattr(BoxTree, "_narrowed", forgets)
    checked = check_verdict(tmp_path / "proof", net, query.alternatives)
    assert checked.accepted, "a checker that forgets them as well would have believed it"


@cache
def _peak() -> tuple[linreg.Network, Fraction]:
    net = _random_net(1)
    top = linreg.maximum(net, domain=linreg.Box([-1] * 3, [1] * 3)).value
    assert top is not None
    return net, top


# Forgeries: records of true proofs, changed and told of what is false.


@cache
def _segments(seed: int) -> tuple[tuple[linreg.Network, Fraction], list[list[bytes]]]:
    """A network with its maximum, and of three proofs what stands for each box.

    That no value is more by a hair, none more, and none more by 32; of the last one the network is
    normalised anew all the time.
    """
    net = _random_net(seed)
    top = linreg.maximum(net, domain=linreg.Box([-1] * 3, [1] * 3)).value
    assert top is not None
    proofs = []
    ways = (nullcontext, nullcontext, narrowing)
    for above, way in zip(_never(top), ways, strict=True):
        query = _query(3, 1, [*_bounds([(-1, 1)] * 3), above])
        with kept() as trees, way():
            certifying.found_and_proved(net.staged, query, certifying.Budget())
        proofs.append(trees[0])
    assert sum(piece[:1] == b"\2" for piece in proofs[2][1:]) > 3
    return (net, top), proofs


def _never(top: Fraction) -> list[Condition]:
    """What no input meets."""
    return [_above(3, top + HAIR), _above(3, top, ">"), _above(3, top + 32)]


def framed(net: linreg.Network, query: Query, verdict: str, records: bytes) -> bytes:
    """A file whose header and digest fit."""
    header = {
        "fingerprint": net.fingerprint,
        "query": digest(query.alternatives),
        "verdict": verdict,
    }
    return forgeries.framed(certifying.MAGIC, header, records)


def forgery(rng: random.Random) -> tuple[linreg.Network, Query, bytes]:
    """A false claim, and a file that claims to prove it."""
    (net, top), proofs = _segments(rng.randrange(4))
    threshold = top - rng.choice((0, HAIR, Fraction(1, 1000), Fraction(1, 8), 1))
    query = _query(3, 1, [*_bounds([(-1, 1)] * 3), _above(3, threshold)])
    return net, query, framed(net, query, "holds", forged(rng, rng.choice(proofs)))


def is_accepted(path: Path, net: linreg.Network, query: Query, data: bytes) -> bool:
    """Whether the checker accepts a file."""
    path.write_bytes(data)
    try:
        return check_verdict(path, net, query.alternatives).accepted
    except UnreadableFile:
        return False


def test_no_forgery_is_accepted(tmp_path: Path) -> None:
    """The largest value is attained, so that no input reaches it is false, whatever is written."""
    rng = random.Random(16)
    for _ in range(FORGERIES):
        assert not is_accepted(tmp_path / "forged", *forgery(rng))


def test_no_false_counterexample_is_accepted(tmp_path: Path) -> None:
    rng = random.Random(5)
    net, top = _peak()
    query = _query(3, 1, [*_bounds([(-1, 1)] * 3), _above(3, top + HAIR)])
    for _ in range(50):
        numbers = [certifying.integer(rng.randrange(-4, 5)) for _ in range(4)]
        data = framed(net, query, "violated", b"".join(numbers))
        assert not is_accepted(tmp_path / "forged", net, query, data)


def test_what_is_not_forged_is_accepted(tmp_path: Path) -> None:
    """The frame of forgeries is no reason to refuse them."""
    (net, top), proofs = _segments(0)
    for records, condition_ in zip(proofs, _never(top), strict=True):
        query = _query(3, 1, [*_bounds([(-1, 1)] * 3), condition_])
        data = framed(net, query, "holds", b"".join(records))
        assert is_accepted(tmp_path / "true", net, query, data)
        assert not is_accepted(tmp_path / "true", net, query, framed(net, query, "safe", b""))
        longer = framed(net, query, "holds", b"".join(records) + b"\3")
        assert not is_accepted(tmp_path / "true", net, query, longer)
