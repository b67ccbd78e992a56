"""Forms that are combinations of rows: floats accept most claims, and never a false one."""

from __future__ import annotations

import hashlib
import random
import zlib
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, islice
from pathlib import Path

import numpy as np
import pytest
from flint import fmpz_mat
from forgeries import records_in
from generators import problems
from hypothesis import given, settings

import linreg
from linreg.certificate.encoding import integer, unsigned
from linreg.checker import combinations as bounds
from linreg.checker import known, tree
from linreg.checker.branches import Branch
from linreg.checker.claims import is_non_negative
from linreg.checker.combinations import certainly_hold, multipliers_of
from linreg.checker.inside import Inside
from linreg.checker.known import known_forms
from linreg.checker.stages import StageOnCell, State
from linreg.checker.tree import Tree
from linreg.kernel.data.records import CUT, IN_SPAN, MISSES, REGION
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.telling import LENGTH, Found, Telling
from linreg.kernel.data.work import Work
from linreg.kernel.proofs import known_regions, telling_exactly

MAGIC = b"linreg-certificate-3\n"
Claim = tuple[tuple[int, ...], list[tuple[int, ...]]]


def holds(form: tuple[int, ...], rows: list[tuple[int, ...]]) -> bool:
    proof = multipliers_of(form, rows)
    return proof is not None and is_non_negative(form, rows, proof)


def accepted(claims: list[Claim]) -> list[bool]:
    n_inputs = len(claims[0][1])
    forms = known_forms([form for form, _ in claims], n_inputs)
    rows = known_forms([row for _, rows in claims for row in rows], n_inputs)
    places = np.arange(len(claims) * n_inputs).reshape(len(claims), n_inputs)
    found: list[bool] = certainly_hold(forms, rows.at(places))[0].tolist()
    return found


def claim(draw: random.Random, n: int, size: int) -> Claim:
    """A combination, often a false one, and often one that is true or false by a hair."""
    rows = [tuple(draw.randint(-size, size) for _ in range(n + 1)) for _ in range(n)]
    if draw.random() < 0.2:
        rows[-1] = tuple(a + draw.randint(0, 1) for a in rows[0])  # nearly parallel, or the same
    by = [Fraction(draw.choice((1, 2, 3, size)), draw.randint(1, 9)) for _ in rows]
    if draw.random() < 0.3:
        by[0] *= draw.choice((0, -1))
    form = [
        sum((x * row[j] for x, row in zip(by, rows, strict=True)), Fraction()) for j in range(n + 1)
    ]
    common = 1
    for entry in form:
        common *= entry.denominator
    scaled = [int(entry * common) for entry in form]
    largest = max(map(abs, scaled))
    scaled[-1] += draw.choice((0, 1, -1, size, -size, largest, largest, -largest))
    return tuple(scaled), rows


@pytest.mark.parametrize("size", [3, 10**6, 2**53, 10**40, 10**200, 10**400])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_what_floats_accept_holds(n: int, size: int) -> None:
    draw = random.Random(size + n)
    claims = [claim(draw, n, size) for _ in range(400)]
    found = [any(accepted([each])) for each in claims]
    exact = [holds(*each) for each in claims]
    assert not [each for each, sure, true in zip(claims, found, exact, strict=True) if sure > true]
    if size < 10**200:
        assert sum(found) > 10


def test_without_a_bound_on_rounding_floats_accept_what_is_false_by_a_hair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = random.Random(1)
    claims: list[Claim] = []
    for _ in range(2000):
        a, g, c = (draw.randrange(10**30, 10**31) for _ in range(3))
        claims.append(((g, g * c // a - 1), [(a, c)]))
    assert not any(holds(*each) for each in claims)
    assert not any(accepted(claims))
    monkeypatch.setattr(bounds, "DOUBT", 0.0)
    monkeypatch.setattr(known, "DOUBT", 0.0)
    assert any(accepted(claims))


@pytest.mark.parametrize("size", [1, 2**60, 10**100])
def test_what_is_clear_is_accepted_and_a_hair_is_left_to_integers(size: int) -> None:
    """2x + y + c is 2 (x - 1) + (y + 1) + c + 1."""
    rows = [(size, 0, -size), (0, size, size)]
    for constant, sure, true in ((0, True, True), (-1, False, True), (-2, False, False)):
        form = (2 * size, size, constant * size)
        assert accepted([(form, rows)]) == [sure]
        assert holds(form, rows) == true
    by_a_hair = (2 * 10**30, 10**30, -(10**30) - 1)
    assert accepted([(by_a_hair, rows)]) == [False]
    assert not holds(by_a_hair, rows)


@pytest.mark.parametrize("size", [3, 10**6, 2**53, 10**40, 10**100])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_constants_that_are_zero_leave_zero_and_no_other_does(n: int, size: int) -> None:
    """As without biases; floats accept claims about cones as far as they tell multipliers."""
    draw = random.Random(size + n)
    told = 0
    for _ in range(200):
        rows = [tuple(draw.randint(-size, size) for _ in range(n)) for _ in range(n)]
        by = [draw.choice((-1, 0, 1, 2, 3, 3)) for _ in rows]
        form = tuple(sum(x * row[j] for x, row in zip(by, rows, strict=True)) for j in range(n))
        cone = [(*row, 0) for row in rows]
        sure = any(accepted([((*form, 0), cone)]))
        assert sure <= holds((*form, 0), cone)
        told += sure
        assert not any(accepted([((*form, -1), cone)]))
        place = draw.randrange(n)
        moved = [(*row, int(i == place)) for i, row in enumerate(rows)]
        if by[place] > 0:
            assert not holds((*form, 0), moved)
            assert not any(accepted([((*form, 0), moved)]))
    assert told > 10


def test_a_zero_with_an_error_is_no_zero() -> None:
    """Of x and y, one of which is off by 1e-30 at most; x + y is their sum."""
    forms, rows = known_forms([(1, 1, 0)], 2), known_forms([(1, 0, 0), (0, 1, 0)], 2)
    rows = known.Known(rows.values[None], rows.errors[None])
    assert certainly_hold(forms, rows)[0].all()
    for errors in (forms.errors[0], rows.errors[0, 0], rows.errors[0, 1]):
        errors[-1] = 1e-30
        assert not certainly_hold(forms, rows)[0].any()
        errors[-1] = 0.0
    assert certainly_hold(forms, rows)[0].all()


def test_rows_that_are_no_basis_prove_nothing() -> None:
    rows = [(1, 1, 0), (2, 2, 5)]
    assert accepted([((1, 1, 9), rows)]) == [False]
    assert not holds((1, 1, 9), rows)
    nearly = [(2**60, 2**60, 0), (2**60, 2**60 + 1, 0)]  # whose floats are the same
    assert accepted([((2**60, 2**60 + 1, 1), nearly)]) == [False]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_one_claim_that_is_singular_refuses_no_other_for_good(n: int) -> None:
    rows = [tuple(int(i == j) for j in range(n + 1)) for i in range(n)] + [(0,) * (n + 1)]
    cell: Inside[int] = Inside(rows)
    cell.claim_combination((1,) * (n + 1), range(n), 0)
    cell.claim_combination((1,) * (n + 1), [*range(1, n), n], 1)
    left = {about: holds(rows[0], rows[1:]) for _, rows, _, _, about in cell.doubtful()}
    assert left == ({1: False} if n < 4 else {0: True, 1: False})


NET = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, 1])])
"""x, y and x + y + 1, which is positive where x and y are."""


def verdict_on(path: Path, proof: bytes) -> linreg.Verdict:
    """The verdict on a tree whose cell x > 0, y > 0 has this proof; it ends there."""
    linreg.certify(NET, path)
    content = zlib.decompress(path.read_bytes()[len(MAGIC) : -32])
    header, claim = content[: content.index(b"}") + 1], content[content.rindex(b"{") - 2 :]
    third = bytes((CUT, 2))

    def region(x: int, y: int, by: int) -> bytes:
        return bytes((REGION,)) + b"".join(map(integer, (by, x, y)))

    tree = [
        bytes((CUT, 0)),  # x < 0, then x > 0
        bytes((CUT, 1)) + third + region(-1, -1, 1) + region(-1, -1, 3),
        third + region(-3, 1, 1) + region(-1, 3, 2),
        bytes((CUT, 1)) + third + region(1, -3, 1) + region(3, -1, 2),
        proof + region(1, 1, 1),
    ]
    body = MAGIC + zlib.compress(header + b"".join(tree) + claim)
    path.write_bytes(body + hashlib.sha256(body).digest())
    return linreg.check(path, NET)


def misses(plane: int, is_above: int, rows: list[int]) -> bytes:
    return bytes((MISSES,)) + unsigned(plane) + bytes((is_above,)) + b"".join(map(unsigned, rows))


def in_span(plane: int, is_above: int, rows: list[int]) -> bytes:
    return bytes((IN_SPAN,)) + misses(plane, is_above, [len(rows), *rows])[1:]


def test_a_hyperplane_misses_a_cell_as_its_rows_prove(tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path / "proof", misses(2, 1, [0, 1]))
    assert verdict.false_claim is None
    assert verdict.regions == 7
    assert verdict_on(tmp_path / "proof", misses(2, 255, [1, 0])).accepted
    assert verdict_on(tmp_path / "proof", in_span(2, 1, [1, 0])).accepted


FALSE = {
    "the other side": (misses(2, 0, [0, 1]), "its rows do not prove that hyperplane 2 misses"),
    "one row twice": (misses(2, 1, [0, 0]), "its rows do not prove that hyperplane 2 misses"),
    "a row that is not there": (misses(2, 1, [0, 2]), "names rows up to 2 of 2"),
    "a row far beyond": (misses(2, 1, [0, 2**40]), "names rows up to 1099511627776 of 2"),
    "a hyperplane that is decided": (misses(1, 1, [0, 1]), "hyperplane 1 is not one that is left"),
    "a hyperplane that is not there": (misses(300, 1, [0, 1]), "hyperplane 300 is not one"),
    "no row": (in_span(2, 1, []), "its rows do not prove that hyperplane 2 misses"),
    "rows that do not span it": (in_span(2, 1, [0]), "its rows do not prove that hyperplane 2"),
    "the other side of a span": (in_span(2, 0, [0, 1]), "its rows do not prove that hyperplane 2"),
    "one row twice in a span": (in_span(2, 1, [1, 1]), "its rows do not prove that hyperplane 2"),
    "more rows than there are": (in_span(2, 1, [0, 1, 0]), "names rows up to 2 of 2"),
    "far more rows": (bytes((IN_SPAN, 2, 1)) + unsigned(2**40), "names rows up to 2 of 2"),
}


@pytest.mark.parametrize(("proof", "says"), FALSE.values(), ids=FALSE)
def test_a_wrong_proof_is_named(proof: bytes, says: str, tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path / "proof", proof)
    assert not verdict.accepted
    assert says in str(verdict.false_claim)
    assert verdict.regions == 6


@pytest.mark.parametrize("harm", ["other rows", "other side"])
def test_machine_code_that_proves_wrongly_is_found_out(
    harm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate is written, since nothing else looks at what is proved; and refused."""
    n = 3
    draw = np.random.default_rng(0)
    net = linreg.mlp([(draw.normal(size=(7, n)), draw.normal(size=7))])
    harmed = 0

    def sabotaged(t: Tables, w: Work, found: Found, telling: Telling) -> int:
        nonlocal harmed
        status = known_regions.tell(t, w, found, telling)
        text = telling.text
        for at, kind in records_in(text[: telling.counters[LENGTH]].tobytes(), n):
            if kind == MISSES:
                harmed += 1
                if harm == "other rows":
                    text[at + 3] = text[at + 4]
                else:
                    text[at + 2] ^= 1
        return status

    path = tmp_path / "proof"
    linreg.certify(net, path, strategy="compiled")
    assert linreg.check(path, net).accepted
    monkeypatch.setattr(telling_exactly, "tell", sabotaged)
    linreg.certify(net, path, strategy="compiled")
    assert harmed
    assert "its rows do not prove" in str(linreg.check(path, net).false_claim)


def test_no_changed_byte_of_what_machine_code_proved_makes_another_count_true(
    tmp_path: Path,
) -> None:
    draw = np.random.default_rng(1)
    net = linreg.mlp(
        [
            (draw.normal(size=(3, 2)), draw.normal(size=3)),
            (draw.normal(size=(3, 3)), draw.normal(size=3)),
        ]
    )
    path = tmp_path / "proof"
    count = linreg.certify(net, path, strategy="compiled").count.regions
    content = zlib.decompress(path.read_bytes()[len(MAGIC) : -32])
    start = content.index(b"}") + 1
    assert bytes((MISSES,)) in content[start:]
    refused = 0
    for place in range(start, len(content)):
        for value in (content[place] ^ 1, (content[place] + 2) % 256):
            changed = content[:place] + bytes((value,)) + content[place + 1 :]
            body = MAGIC + zlib.compress(changed)
            path.write_bytes(body + hashlib.sha256(body).digest())
            try:
                verdict = linreg.check(path, net)
            except linreg.UnreadableFile:
                refused += 1
                continue
            refused += not verdict.accepted
            assert not verdict.accepted or verdict.regions == count
    assert refused > (len(content) - start) // 3  # digits of points, most of which may change


HAIR = linreg.mlp([([[1, 0], [0, 1], [2**60, -1]], [0, 0, 2**60])])
"""x, y and 2^60 (x + 1) - y, which floats take for a multiple of x and a constant."""


@pytest.mark.parametrize("is_believed", [False, True])
def test_a_multiplier_that_floats_take_for_zero_is_no_zero(
    is_believed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is -1 where x, y > 0, and 1 where y < 0; what is believed too easily lets it pass."""
    path = tmp_path / "proof"
    linreg.certify(HAIR, path)
    content = zlib.decompress(path.read_bytes()[len(MAGIC) : -32])
    header, claim = content[: content.index(b"}") + 1], content[content.rindex(b"{") - 2 :]

    def region(x: int, y: int, by: int) -> bytes:
        return bytes((REGION,)) + b"".join(map(integer, (by, x, y)))

    third = bytes((CUT, 2))
    tree = [
        bytes((CUT, 0)),
        bytes((CUT, 1)) + third + region(-2, -1, 1) + region(-1, -1, 3),
        third + region(-3, 1, 1) + region(-1, 3, 2),
        bytes((CUT, 1)) + misses(2, 1, [0, 1]) + region(1, -3, 1),
        misses(2, 1, [0, 1]) + region(1, 1, 1),
    ]
    body = MAGIC + zlib.compress(header + b"".join(tree) + claim)
    path.write_bytes(body + hashlib.sha256(body).digest())
    if is_believed:
        monkeypatch.setattr(StageOnCell, "is_spanned", lambda self, rows: True)
    verdict = linreg.check(path, HAIR)
    assert not verdict.accepted
    assert verdict.regions == (6 if is_believed else 5)
    says = "claims activation_regions = 7" if is_believed else "its rows do not prove"
    assert says in str(verdict.false_claim)


def look_at_spans(path: Path, network: linreg.Network, domain: linreg.Domain | None) -> int:
    """Hold what is said to span the gradients of a stage against exact ranks; how often it is."""
    linreg.certify(network, path, domain, strategy="compiled")
    follow = Tree._follow
    said = 0

    def followed(self: Tree, branch: Branch, pending: list[Branch]) -> None:
        nonlocal said
        follow(self, branch, pending)
        for waiting in pending:
            here, rows = waiting.here, self._cell.rows
            for k in range(len(rows) + 1):
                for chosen in islice(combinations(rows, k), 20):
                    if here and here.hyperplanes and rank(chosen) == k and here.is_spanned(chosen):
                        assert rank([*chosen, *here.hyperplanes]) == k
                        said += 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree, "FEW", 10**9)
        patch.setattr(Tree, "_follow", followed)
        assert linreg.check(path, network, domain).accepted
    return said


@given(problem=problems())
@settings(max_examples=40)
def test_rows_that_plainly_span_the_gradients_of_a_stage_do(
    problem: tuple[linreg.Network, linreg.Domain], tmp_path_factory: pytest.TempPathFactory
) -> None:
    look_at_spans(tmp_path_factory.mktemp("certificates") / "proof", *problem)


def test_rows_of_units_that_are_off_span_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If they are taken for gradients of the state, the ranks say so."""
    draw = np.random.default_rng(0)
    shapes = ((4, 3), (4, 4))
    net = linreg.mlp([(draw.normal(size=shape), draw.normal(size=shape[0])) for shape in shapes])
    assert look_at_spans(tmp_path / "proof", net, None)
    after = StageOnCell.after

    def careless(self: StageOnCell, *arguments: Sequence[int]) -> State:
        state = after(self, *arguments)
        every = {id(form): form for form in (*self.hyperplanes, *self.beyond)}
        return replace(state, multiples=every)

    monkeypatch.setattr(StageOnCell, "after", careless)
    with pytest.raises(AssertionError):
        look_at_spans(tmp_path / "proof", net, None)


def rank(forms: Sequence[tuple[int, ...]]) -> int:
    return fmpz_mat([list(form[:-1]) for form in forms]).rank() if forms else 0
