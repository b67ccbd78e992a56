"""Parts of a tree that are checked all at once: what is accepted is what the walk accepts."""

from __future__ import annotations

import hashlib
import random
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from forgeries import records_in
from generators import problems
from hypothesis import given, settings
from hypothesis import strategies as st

import linreg
from linreg.checker import float_stages, records, tree, whole_claims, whole_parts
from linreg.checker.float_stages import CONSTANT_ABOVE, FloatStage
from linreg.checker.stages import IntegerStage, StageOnCell, State
from linreg.checker.whole_parts import WholeParts
from linreg.domains import Domain
from linreg.kernel.data.records import BEYOND, CUT, MISSES, REGION, SPANNED
from linreg.network import Network

MAGIC = b"linreg-certificate-3\n"
NEVER = 10**9


def verdict_of(path: Path, network: Network, domain: Domain | None, few: int) -> object:
    """What is said of a file if parts of so many regions are taken whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree, "FEW", few)
        try:
            return linreg.check(path, network, domain)
        except linreg.UnreadableFile as refusal:
            return str(refusal)


class Taken:
    """Counts parts that are taken whole, and those that are left to the walk."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.whole = self.left = 0
        cells = WholeParts.cells

        def counted(*arguments: object) -> list[int] | None:
            found = cells(*arguments)  # type: ignore[arg-type]
            self.whole += found is not None
            self.left += found is None
            return found

        patch.setattr(WholeParts, "cells", counted)


def drawn(kind: str, sizes: tuple[int, ...], seed: int = 0) -> Network:
    """A network of this shape, often with hyperplanes that are the same on some cells."""
    draw = np.random.default_rng(seed)

    def layer(m: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        weight, bias = draw.normal(size=(n, m)), draw.uniform(-0.5, 0.5, n)
        match kind:
            case "integers":
                weight, bias = draw.integers(-2, 3, (n, m)), draw.integers(-2, 3, n)
            case "no biases":
                bias = 0 * bias
            case "twice":
                weight[n // 2 :], bias[n // 2 :] = weight[: n - n // 2], bias[: n - n // 2]
            case "one ulp off":
                weight[n // 2 :] = np.nextafter(weight[: n - n // 2], np.inf)
                bias[n // 2 :] = bias[: n - n // 2]
            case "sparse":
                weight = np.where(draw.random(weight.shape) < 0.5, 0, weight)
            case "magnitudes":
                weight *= 10.0 ** draw.uniform(-8, 8, (n, 1))
        return weight, bias

    unit = linreg.hard_tanh() if kind == "hard tanh" else None
    return linreg.mlp([layer(m, n) for m, n in pairwise(sizes)], activation=unit)


KINDS = [
    "generic",
    "integers",
    "no biases",
    "twice",
    "one ulp off",
    "sparse",
    "magnitudes",
    "hard tanh",
]


@pytest.mark.parametrize("graph", [False, True], ids=["count", "graph"])
@pytest.mark.parametrize(
    "sizes", [(1, 5, 5, 4), (2, 6, 5), (3, 5, 4), (4, 5, 3), (6, 4, 4)], ids=str
)
@pytest.mark.parametrize("kind", KINDS)
def test_parts_are_taken_whole_in_degenerate_networks_too(
    kind: str, sizes: tuple[int, ...], graph: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net, path = drawn(kind, sizes), tmp_path / "proof"
    certified = linreg.certify(net, path, strategy="compiled", graph=graph)
    taken = Taken(monkeypatch)
    verdict = verdict_of(path, net, None, 1)
    assert taken.whole
    assert not taken.left
    assert verdict == verdict_of(path, net, None, NEVER)
    assert isinstance(verdict, linreg.checker.Verdict)
    assert verdict.accepted
    assert (verdict.regions, verdict.edges) == (certified.count.regions, certified.edges)


@given(problem=problems(), graph=st.booleans())
@settings(max_examples=40)
def test_what_is_accepted_at_once_is_what_the_walk_accepts(
    problem: tuple[Network, Domain], graph: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("certificates") / "proof"
    linreg.certify(problem[0], path, problem[1], strategy="compiled", graph=graph)
    assert verdict_of(path, *problem, 1) == verdict_of(path, *problem, NEVER)


def content_of(path: Path) -> bytes:
    return zlib.decompress(path.read_bytes()[len(MAGIC) : -32])


def write(path: Path, content: bytes) -> None:
    body = MAGIC + zlib.compress(content)
    path.write_bytes(body + hashlib.sha256(body).digest())


@pytest.mark.parametrize(
    ("kind", "widths", "graph"),
    [
        ("generic", (2, 3, 2), False),
        ("integers", (2, 4, 3), False),
        ("twice", (2, 3, 2), False),
        ("generic", (2, 3), True),
        ("integers", (2, 2, 3), True),
        ("no biases", (3, 4), True),
        ("generic", (4, 3, 3), False),
    ],
)
def test_whatever_byte_is_changed_the_walk_says_the_same(
    kind: str, widths: tuple[int, ...], graph: bool, tmp_path: Path
) -> None:
    """The same verdict, with the same first false claim, or the same refusal to read."""
    net, path = drawn(kind, widths, 1), tmp_path / "proof"
    linreg.certify(net, path, strategy="compiled", graph=graph)
    content = content_of(path)
    start = content.index(b"}") + 1
    draw = random.Random(0)
    refused = 0
    for place in range(start, len(content)):
        old = content[place]
        values = old ^ 1, (old + 2) % 256, draw.choice((2, 5, 8, 9, 10, 0x80))
        value = values[place % 3]
        write(path, content[:place] + bytes((value,)) + content[place + 1 :])
        found = verdict_of(path, net, None, 1)
        assert found == verdict_of(path, net, None, NEVER)
        refused += isinstance(found, str) or not getattr(found, "accepted", True)
    assert refused > (len(content) - start) // 2


def records_of(content: bytes, dim: int) -> tuple[bytes, list[bytes], bytes]:
    start, end = content.index(b"}") + 1, content.rindex(b"{") - 2
    middle = content[start:end]
    places = [at for at, _ in records_in(middle, dim)]
    cut = zip(places, [*places[1:], len(middle)], strict=True)
    return content[:start], [middle[a:b] for a, b in cut], content[end:]


def told_twice(told: list[bytes]) -> list[bytes]:
    """One hyperplane is decided twice, in place of another one."""
    i = next(i for i, record in enumerate(told) if record[0] == MISSES)
    j = next(j for j in range(i + 1, len(told)) if told[j][0] == MISSES)
    return [*told[:j], told[i], *told[j + 1 :]]


def told_too_late(told: list[bytes]) -> list[bytes]:
    """A hyperplane is decided once more in a cell where all are."""
    kinds = [record[0] for record in told]
    i = next(i for i in range(len(kinds) - 1) if kinds[i : i + 2] == [MISSES, REGION])
    return [*told[:i], told[i], *told[i:]]


def without_a_split(told: list[bytes]) -> list[bytes]:
    """The last split, both of whose parts are regions, is one region."""
    kinds = [record[0] for record in told]
    i = max(i for i in range(len(kinds) - 2) if kinds[i : i + 3] == [CUT, REGION, REGION])
    return [*told[:i], *told[i + 2 :]]


def with_a_split(told: list[bytes]) -> list[bytes]:
    """One region is split once more, into two with the same point."""
    i = next(i for i, record in enumerate(told) if record[0] == REGION)
    return [*told[:i], bytes((CUT, 0)), told[i], *told[i:]]


def other_point(told: list[bytes]) -> list[bytes]:
    """Two regions have one point."""
    first, *_, last = [i for i, record in enumerate(told) if record[0] == REGION]
    return [*told[:last], told[first], *told[last + 1 :]]


def beyond(told: list[bytes]) -> list[bytes]:
    """A proof names a row that comes later on the path."""
    i = next(i for i, record in enumerate(told) if record[0] == MISSES)
    return [*told[:i], told[i][:-1] + bytes((100,)), *told[i + 1 :]]


def on_facets(kind: int, forge: Callable[[bytes], bytes]) -> Callable[[list[bytes]], list[bytes]]:
    """The last record of this kind is another one."""

    def forged(told: list[bytes]) -> list[bytes]:
        i = max(i for i, record in enumerate(told) if record[0] == kind)
        return [*told[:i], forge(told[i]), *told[i + 1 :]]

    forged.__name__ = forge.__name__
    return forged


def nothing(_: bytes) -> bytes:
    return b""


def both(record: bytes) -> bytes:
    return record + record


def first_row_alone(record: bytes) -> bytes:
    return record[:1] + bytes(len(record) - 1)


def a_row_that_is_not_there(record: bytes) -> bytes:
    return record[:-1] + bytes((100,))


def the_origin(record: bytes) -> bytes:
    return record[:1] + b"\1\1\0\0\0"


FORGED: list[Callable[[list[bytes]], list[bytes]]] = [
    told_twice,
    told_too_late,
    without_a_split,
    with_a_split,
    other_point,
    beyond,
]
FORGED_FACETS = [
    *(forge for forge in FORGED if forge is not without_a_split),
    on_facets(BEYOND, nothing),
    on_facets(BEYOND, both),
    on_facets(BEYOND, the_origin),
    on_facets(SPANNED, nothing),
    on_facets(SPANNED, first_row_alone),
    on_facets(SPANNED, a_row_that_is_not_there),
]


@pytest.mark.parametrize(
    ("forge", "graph"),
    [(forge, False) for forge in FORGED] + [(forge, True) for forge in FORGED_FACETS],
    ids=lambda it: str(it) if isinstance(it, bool) else it.__name__,
)
@pytest.mark.parametrize("kind", ["generic", "integers"])
def test_a_forged_record_is_never_taken_whole(
    kind: str,
    forge: Callable[[list[bytes]], list[bytes]],
    graph: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net, path = drawn(kind, (3, 6, 5)), tmp_path / "proof"
    linreg.certify(net, path, strategy="compiled", graph=graph)
    before, told, after = records_of(content_of(path), 3)
    write(path, before + b"".join(forge(told)) + after)
    taken = Taken(monkeypatch)
    verdict = verdict_of(path, net, None, 1)
    assert taken.left
    assert verdict == verdict_of(path, net, None, NEVER)
    assert isinstance(verdict, linreg.checker.Verdict)
    assert not verdict.accepted


@pytest.mark.parametrize("graph", [False, True], ids=["count", "graph"])
@pytest.mark.parametrize("n_bytes", [1000, 5000])
def test_windows_of_any_size_do(
    n_bytes: int, graph: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths go on from one to the next."""
    net, path = drawn("generic", (3, 8, 7)), tmp_path / "proof"
    certified = linreg.certify(net, path, strategy="compiled", graph=graph)
    count = certified.count
    taken = Taken(monkeypatch)
    monkeypatch.setattr(whole_parts, "WINDOW", n_bytes)
    monkeypatch.setattr(records, "CHUNK", 100)
    verdict = verdict_of(path, net, None, 2)
    assert taken.whole > 1
    assert not taken.left
    assert verdict == linreg.checker.Verdict(
        True, count.regions, count.regions_per_stage, certified.edges, None
    )


def test_numbers_of_two_bytes_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """300 hyperplanes on a line."""
    net, path = drawn("generic", (1, 300)), tmp_path / "proof"
    linreg.certify(net, path, strategy="compiled")
    taken = Taken(monkeypatch)
    assert verdict_of(path, net, None, 1) == verdict_of(path, net, None, NEVER)
    assert taken.whole == 1
    assert not taken.left


@pytest.mark.parametrize(
    ("forge", "graph"),
    [
        (other_point, False),
        (other_point, True),
        (on_facets(BEYOND, the_origin), True),
        (on_facets(SPANNED, first_row_alone), True),
    ],
)
def test_three_processes_share_the_proofs_of_whole_parts(
    forge: Callable[[list[bytes]], list[bytes]],
    graph: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each record is checked by one of the passes, also where one part of three is forged."""
    net, path = drawn("generic", (3, 6, 5)), tmp_path / "proof"
    linreg.certify(net, path, strategy="compiled", graph=graph)
    before, told, after = records_of(content_of(path), 3)
    monkeypatch.setattr(tree, "FEW", 1)
    write(path, before + b"".join(forge(told)) + after)
    refused = 0
    for number in range(3):
        with linreg.checker.verdict.open_certificate(path) as read:
            part = tree.Part(number, 3)
            walk = tree.Tree(read, net.staged, linreg.WholeSpace(3), None, part)
            try:
                walk.check()
            except tree.FalseClaim:
                refused += 1
    assert refused == 1


def look_at_cells(kind: str, seed: int) -> tuple[int, int]:
    """Hold floats of the second stage against integers: how many cells are certain, and are not."""
    draw = np.random.default_rng(seed)
    net = drawn(kind, (3, 6, 6), seed).staged
    first, second = (IntegerStage(stage) for stage in net.stages)
    here = StageOnCell(first, State([[int(i == j) for j in range(4)] for i in range(3)], 1))
    floats = FloatStage(first), FloatStage(second)
    reads, _ = floats[0].of_integers(here)
    sides = draw.choice(np.array([-1, 1], dtype=np.int8), (50, max(1, len(here.hyperplanes))))
    made = floats[0].outputs(reads, np.zeros(50, dtype=np.intp), sides)
    found, forms, certain = floats[1].read(*made, np.repeat(reads.units, 50))
    at = 0
    for cell in np.flatnonzero(certain).tolist():
        exact = StageOnCell(second, here.after(sides[cell, : len(here.hyperplanes)].tolist(), []))
        assert found.sizes[cell] == len(exact.hyperplanes)
        _, numbers, above = exact.as_integers()
        assert found.planes[cell].tolist() == numbers
        assert (found.above[cell] % 3 % 2 == np.array(above) % 3 % 2).all()
        assert ((found.above[cell] == CONSTANT_ABOVE) == (np.array(above) == CONSTANT_ABOVE)).all()
        for form in exact.hyperplanes:
            value, error = forms.values[at], forms.errors[at]
            largest = max(map(abs, form))
            share = [entry / largest for entry in form]
            scale = value[np.argmax(np.abs(share))] / share[np.argmax(np.abs(share))]
            assert scale > 0
            assert (np.abs(value - scale * np.array(share)) <= 2 * error.max()).all()
            at += 1
    assert at == len(forms.values)
    return int(certain.sum()), int((~certain).sum())


@pytest.mark.parametrize("kind", KINDS[:-1])
def test_what_floats_are_certain_of_is_so_in_integers(kind: str) -> None:
    """Of hyperplanes that are not parallel any sides may be drawn."""
    certain = sum(look_at_cells(kind, seed)[0] for seed in range(10))
    assert certain or kind in ("one ulp off", "no biases")


def test_without_a_bound_on_errors_hyperplanes_are_told_apart_that_are_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two units that read a unit and its copy have one hyperplane, however sums are rounded."""
    first = IntegerStage(linreg.mlp([([[1, 0.1], [1, 0.1]], [0.3, 0.3])]).staged.stages[0])
    here = StageOnCell(first, State([[1, 0, 0], [0, 1, 0]], 1))
    draw = np.random.default_rng(0)
    seconds = [
        IntegerStage(linreg.mlp([(draw.normal(size=(2, 2)), [0, 0])]).staged.stages[0])
        for _ in range(100)
    ]
    for second in seconds:
        assert len(StageOnCell(second, here.after([1], [])).hyperplanes) == 1

    def certain() -> int:
        one, found = FloatStage(first), 0
        reads, _ = one.of_integers(here)
        made = one.outputs(reads, np.array([0]), np.ones((1, 1), dtype=np.int8))
        for second in seconds:
            found += int(FloatStage(second).read(*made, reads.units)[2][0])
        return found

    assert not certain()
    monkeypatch.setattr(float_stages, "DOUBT", 2.0**-70)
    assert certain()


FAR_APART = {
    "the least slope": ([[1], [-1]], [0, 1], linreg.leaky_relu(5e-324)),
    "the least weight": ([[1], [5e-324]], [0, 1], None),
    "a bias beyond all floats": ([[1], [-1]], [10**400, 1], None),
}


@pytest.mark.parametrize(("weight", "bias", "unit"), FAR_APART.values(), ids=FAR_APART)
def test_numbers_that_floats_have_no_room_for_are_left_to_the_walk(
    weight: list[list[float]], bias: list[float], unit: linreg.Unit | None, tmp_path: Path
) -> None:
    net, path = linreg.mlp([(weight, bias), ([[1, 1]], [1])], activation=unit), tmp_path / "proof"
    count = linreg.certify(net, path).count
    verdict = verdict_of(path, net, None, 1)
    assert verdict == verdict_of(path, net, None, NEVER)
    assert isinstance(verdict, linreg.checker.Verdict)
    assert verdict.accepted
    assert verdict.regions == count.regions


def test_a_cell_whose_rows_are_far_apart_is_followed_by_no_cell_that_is_certain() -> None:
    """Products of its entries with weights might underflow, and pass for zeros."""
    stage = IntegerStage(linreg.mlp([([[1, 1]], [0])]).staged.stages[0])
    for far, certain in ((2**10, True), (2**1000, False)):
        here = StageOnCell(stage, State([[far, 0], [1, 0]], 1))
        floats = FloatStage(stage)
        reads, _ = floats.of_integers(here)
        assert bool(np.isfinite(reads.values).all()) == certain
        after = IntegerStage(linreg.mlp([([[1]], [0])]).staged.stages[0])
        made = floats.outputs(reads, np.array([0]), np.ones((1, 1), dtype=np.int8))
        with np.errstate(invalid="ignore"):
            assert FloatStage(after).read(*made, reads.units)[2].tolist() == [certain]


@pytest.mark.parametrize("graph", [False, True], ids=["count", "graph"])
def test_multipliers_in_whole_parts_are_checked(
    graph: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that all contain one direction are no basis: of the Shi arrangement, 16 regions."""
    net, path = linreg.zoo.shi(3).network, tmp_path / "proof"
    linreg.certify(net, path, strategy="compiled", graph=graph)
    content = content_of(path)
    start, end = content.index(b"}") + 1, content.rindex(b"{") - 2
    with monkeypatch.context() as patch:
        taken = Taken(patch)
        checked = 0
        honest = whole_claims.is_non_negative

        def counted(*arguments: object) -> bool:
            nonlocal checked
            checked += 1
            return honest(*arguments)  # type: ignore[arg-type]

        patch.setattr(whole_claims, "is_non_negative", counted)
        assert verdict_of(path, net, None, 1) == verdict_of(path, net, None, NEVER)
        assert taken.whole
        assert checked
    for place in range(start, end):
        write(path, content[:place] + bytes((content[place] ^ 1,)) + content[place + 1 :])
        assert verdict_of(path, net, None, 1) == verdict_of(path, net, None, NEVER)
