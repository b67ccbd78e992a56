"""Certificates of adjacency graphs: which rows of a region are facets, and what proves it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from forgeries import records_in, sealed
from generators import problems
from golden_networks import cases
from hypothesis import given, settings
from plain_machine import blurred

import linreg
from linreg.certificate.encoding import MAGIC, integer, text
from linreg.certificate.prover import Proof
from linreg.kernel.data import records as kinds
from linreg.kernel.data import telling as memory
from linreg.kernel.data.records import BEYOND, REDUNDANT, SPANNED
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.telling import Found, Telling
from linreg.kernel.data.work import Work
from linreg.kernel.proofs import known_regions, telling_exactly
from linreg.oracle import brute_force_edges
from linreg.polyhedra import Forms, Point, beyond_facet


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return tmp_path / "proof"


def weights(rng: np.random.Generator, kind: str, shape: tuple[int, ...]) -> np.ndarray:
    match kind:
        case "ternary":
            return rng.integers(-1, 2, shape)
        case "integer":
            return rng.integers(-4, 5, shape)
        case "pruned":
            return rng.normal(size=shape) * (rng.random(shape) < 0.4)
        case _:
            return rng.normal(size=shape)


def network(kind: str, seed: int = 0) -> linreg.Network:
    """Two layers of five and four units in three inputs."""
    rng = np.random.default_rng(seed)
    shapes = [(5, 3), (4, 5)]
    biases = [0.0 * rng.random(m) if kind == "no biases" else rng.normal(size=m) for m, _ in shapes]
    if kind in ("ternary", "integer"):
        biases = [rng.integers(-2, 3, m) for m, _ in shapes]
    return linreg.mlp(
        [(weights(rng, kind, shape), bias) for shape, bias in zip(shapes, biases, strict=True)]
    )


KINDS = ["generic", "ternary", "integer", "pruned", "no biases"]
SIMPLEX = linreg.Polytope([[-1, 0, 0], [0, -1, 0], [0, 0, -1], [1, 1, 1]], [0, 0, 0, 4])
DOMAINS = {"the space": None, "a box": linreg.Box([-1] * 3, [2] * 3), "a simplex": SIMPLEX}


def proved_edges(
    net: linreg.Network, certificate: Path, domain: linreg.Domain | None = None
) -> int | None:
    """Edges that strategy "compiled" proves, and the checker accepts."""
    certified = linreg.certify(net, certificate, domain, strategy="compiled", graph=True)
    assert certified.count.strategy == "compiled"
    verdict = linreg.check(certificate, net, domain)
    assert verdict.false_claim is None
    assert verdict.edges == certified.edges
    return verdict.edges


@pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
@pytest.mark.parametrize("kind", KINDS)
def test_as_many_edges_are_proved_as_the_graph_has(
    kind: str, domain: linreg.Domain | None, certificate: Path
) -> None:
    net = network(kind)
    graph = linreg.adjacency_graph(linreg.enumerate_regions(net, domain))
    assert proved_edges(net, certificate, domain) == len(graph.edges)
    linreg.certify(net, certificate, domain, strategy="highs", graph=True)
    assert linreg.check(certificate, net, domain).edges == len(graph.edges)


@given(problem=problems())
@settings(max_examples=60)
def test_the_edges_that_are_proved_are_those_of_brute_force(
    problem: tuple[linreg.Network, linreg.Domain], tmp_path_factory: pytest.TempPathFactory
) -> None:
    net, domain = problem
    certificate = tmp_path_factory.mktemp("certificates") / "proof"
    linreg.certify(net, certificate, domain, strategy="compiled", graph=True)
    assert linreg.check(certificate, net, domain).edges == len(brute_force_edges(net, domain))


def test_rows_that_touch_a_region_in_a_point_or_a_line_are_no_facets(certificate: Path) -> None:
    """Of the 6 lines x_i = x_j of four inputs each region has three facets: 24 3 / 2 edges.

    The permutohedron: regions of the braid arrangement are permutations, which swaps of neighbours
    join. Of its rows, x_1 > x_3 touches x_1 > x_2 > x_3 > x_4 where both other rows are zero.
    """
    rows = [[int(k == i) - int(k == j) for k in range(4)] for i in range(4) for j in range(i)]
    assert proved_edges(linreg.mlp([(rows, [0] * 6)]), certificate) == 36


def test_parallel_rows_are_redundant_but_the_nearest(certificate: Path) -> None:
    """Nine lines x = k in the plane, each unit twice as steep as the one before."""
    net = linreg.mlp([([[2**k, 0] for k in range(9)], [-k * 2**k for k in range(9)])])
    assert proved_edges(net, certificate) == 9


def test_a_network_without_units_has_no_edges(certificate: Path) -> None:
    assert proved_edges(linreg.mlp([], readout=([[1, 2]], [0])), certificate) == 0


def test_two_processes_write_the_same_file(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = next(case for case in cases("golden") if case.name == "threshold_functions_n4")
    proved_edges(case.network, certificate, case.domain)
    alone = certificate.read_bytes()
    linreg.certify(
        case.network, certificate, case.domain, strategy="compiled", graph=True, workers=2
    )
    assert certificate.read_bytes() == alone
    monkeypatch.setattr(memory, "ROOM", 1)  # what is written is taken away after every part
    proved_edges(case.network, certificate, case.domain)
    assert certificate.read_bytes() == alone


# Sabotage: machine code that is shown nothing, or writes what is wrong.


@pytest.mark.parametrize("kind", KINDS)
def test_where_no_point_is_certainly_inside_exact_arithmetic_tells_facets(
    kind: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = network(kind)
    edges = proved_edges(net, certificate)

    def hidden(t: Tables, w: Work, found: Found, telling: Telling) -> int:
        points = found.points.copy()
        found.points[:] = np.nan
        status = known_regions.tell(t, w, found, telling)
        found.points[:] = points
        return status

    monkeypatch.setattr(telling_exactly, "tell", hidden)
    assert proved_edges(net, certificate) == edges


def with_tables(
    monkeypatch: pytest.MonkeyPatch, changed: Callable[[Tables], Tables], share: float
) -> None:
    """Have machine code tell proofs from other numbers than those of the network."""
    seen: list[Tables] = []

    def told(t: Tables, w: Work, found: Found, telling: Telling) -> int:
        if not seen:
            seen.append(changed(blurred(t, share, np.random.default_rng(0))))
        return known_regions.tell(seen[0], w, found, telling)

    monkeypatch.setattr(telling_exactly, "tell", told)


@pytest.mark.parametrize("share", [1e-14, 1e-6, 1e-3, 1e-1])
def test_what_is_proved_from_blurred_numbers_is_true(
    share: float, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every number is off by as much as its bound says, and what is in doubt decided exactly."""
    net = network("generic")
    edges = proved_edges(net, certificate)
    asked: list[int] = []

    def counted(forms: Forms, place: int, *rest: object) -> object:
        asked.append(place)
        return beyond_facet(forms, place, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(telling_exactly, "beyond_facet", counted)
    with_tables(monkeypatch, lambda t: t, share)
    assert proved_edges(net, certificate) == edges
    assert bool(asked) == (share > 1e-9)


def test_what_is_told_of_another_network_is_refused(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same numbers off by a hundredth, without bounds."""

    def certain(t: Tables) -> Tables:
        t.normal_errors[:] = 0
        for array in (t.rows, t.terms, t.forms, t.pieces, t.halfspaces):
            for name in array.dtype.names or ():
                if name.endswith("error"):
                    array[name] = 0
        return t

    with_tables(monkeypatch, certain, 1e-2)
    net = network("generic")
    linreg.certify(net, certificate, strategy="compiled", graph=True)
    verdict = linreg.check(certificate, net)
    assert not verdict.accepted


@pytest.mark.parametrize(
    ("kind", "says"),
    [(BEYOND, "does not show that row"), (SPANNED, "redundant"), (REDUNDANT, "redundant")],
)
def test_a_wrong_record_of_machine_code_is_refused(
    kind: int, says: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each point is the region's own, one row is another, or the denominator is one more."""
    net = network("ternary") if kind != REDUNDANT else linreg.zoo.make("shi", 3).network
    honest = Proof.written
    proved_edges(net, certificate)
    seen = 0

    def forged(self: Proof, data: bytes, n_facets: int = 0) -> None:
        nonlocal seen
        starts = [at for at, _ in records_in(data, 3)]
        pieces = [bytearray(data[i:j]) for i, j in pairwise([*starts, len(data)])]
        point = bytearray()
        for piece in pieces:
            if piece[0] == kinds.REGION:
                point = piece
            if piece[0] != kind:
                continue
            seen += 1
            if kind == BEYOND:
                piece[1:] = point[1:]
            elif kind == SPANNED:
                piece[1] ^= 1
            else:
                piece[2] += 1
        honest(self, b"".join(pieces), n_facets)

    monkeypatch.setattr(Proof, "written", forged)
    linreg.certify(net, certificate, strategy="compiled", graph=True)
    assert seen
    assert says in str(linreg.check(certificate, net).false_claim)


def test_exact_arithmetic_finds_a_point_beyond_or_the_proof() -> None:
    """Of the rows x, x - 1 and y at (2, 1), the first is redundant."""
    solver = linreg.polyhedra.Solver()
    forms = Forms([[1, 0, 0], [1, 0, -1], [0, 1, 0]], 2)
    inside = Point.of_entries([2, 1, 1])
    proof = beyond_facet(forms, 0, inside, solver)
    assert not isinstance(proof, Point)
    assert proof.numerators.keys() == {0}
    beyond = beyond_facet(forms, 1, inside, solver)
    assert isinstance(beyond, Point)
    assert [value > 0 for value in forms.at(beyond)] == [True, False, True]


# Forgeries: a tree by hand, of the lines x = 0 and x = 1 where y >= 0.

NET = linreg.mlp([([[1, 0], [1, 0]], [0, -1])])
UPPER = linreg.Polytope([[0, -1]], [0])


def point(*coordinates: int, denominator: int = 1) -> bytes:
    return b"".join(map(integer, (denominator, *coordinates)))


def beyond(*coordinates: int, denominator: int = 1) -> bytes:
    return bytes((BEYOND,)) + point(*coordinates, denominator=denominator)


def spanned(*rows: int) -> bytes:
    return bytes((SPANNED, *rows))


REGION = bytes((kinds.REGION,))
TREE = {
    "x = 0 cuts": bytes((kinds.CUT, 0)),
    "x = 1 misses": bytes((kinds.MISSES, 1, 0, 0, 1)),
    "left": REGION + point(-1, 1),
    "left: x < 0": beyond(1, 1),
    "x = 1 cuts": bytes((kinds.CUT, 1)),
    "middle": REGION + point(1, 2, denominator=2),
    "middle: x > 0": beyond(-1, 1),
    "middle: x < 1": beyond(2, 1),
    "right": REGION + point(2, 1),
    "right: x > 0": spanned(0, 2),
    "right: x > 1": beyond(1, 2, denominator=2),
}
"""The rows of every region: y, and x or -x, and maybe x - 1 or 1 - x."""


def verdict_on(tree: Sequence[bytes], certificate: Path, edges: int = 2) -> linreg.Verdict:
    linreg.certify(NET, certificate, UPPER, graph=True)
    content = zlib.decompress(certificate.read_bytes()[len(MAGIC) : -32])
    header = content[: content.index(b"}") + 1]
    claim = {"activation_regions": 3, "edges": edges, "regions_per_stage": [3]}
    certificate.write_bytes(sealed(MAGIC, header + b"".join(tree) + b"\0" + text(claim)))
    return linreg.check(certificate, NET, UPPER)


def test_a_tree_by_hand_is_accepted(certificate: Path) -> None:
    assert verdict_on([*TREE.values()], certificate).edges == 2


FORGERIES = {
    "a point that is not beyond": ("middle: x > 0", beyond(1, 2, denominator=2), "row 1 is a fac"),
    "a point on the row": ("middle: x > 0", beyond(0, 1), "row 1 is a facet"),
    "a point outside another row": ("middle: x < 1", beyond(2, -1), "row 2 is a facet"),
    "a point on another row": ("middle: x < 1", beyond(2, 0), "row 2 is a facet"),
    "a point beyond two rows": ("right: x > 0", beyond(-1, 1), "row 1 is a facet"),
    "a denominator below zero": ("middle: x > 0", beyond(1, -1, denominator=-1), "not positive"),
    "rows that are dependent": ("right: x > 0", spanned(2, 2), "row 1 is redundant"),
    "the row itself": ("right: x > 0", spanned(0, 1), "row 1 is named"),
    "a row that is not there": ("right: x > 0", spanned(0, 3), "rows up to 3 of 3"),
    "a row that never was": ("left: x < 0", spanned(0, 2), "rows up to 2 of 2"),
    "a negative coordinate": ("middle: x > 0", spanned(0, 2), "row 1 is redundant"),
    "a constant below zero": ("right: x > 1", spanned(0, 1), "row 2 is redundant"),
    "another region's": ("middle: x > 0", TREE["right: x > 0"], "row 1 is redundant"),
    "another region's point": ("middle: x < 1", TREE["right: x > 1"], "row 2 is a facet"),
    "nothing": ("middle: x < 1", b"", "row 2 is not said"),
    "one too many": ("middle: x < 1", 2 * TREE["middle: x < 1"], "a region was due"),
    "a split": ("middle: x < 1", TREE["x = 1 cuts"], "row 2 is not said"),
}


@pytest.mark.parametrize(("which", "record", "says"), FORGERIES.values(), ids=FORGERIES)
def test_a_forged_record_is_refused(
    which: str, record: bytes, says: str, certificate: Path
) -> None:
    verdict = verdict_on([*(TREE | {which: record}).values()], certificate)
    assert not verdict.accepted
    assert says in str(verdict.false_claim)


@pytest.mark.parametrize("edges", [1, 3])
def test_a_forged_number_of_edges_is_refused(edges: int, certificate: Path) -> None:
    verdict = verdict_on([*TREE.values()], certificate, edges)
    assert "edges" in str(verdict.false_claim)


def test_certificates_from_before_there_were_these_records_are_read(certificate: Path) -> None:
    """Their points lie in facets, and their multipliers number the other rows alone."""
    older = {
        "left: x < 0": bytes((kinds.FACET,)) + point(0, 1),
        "middle: x > 0": bytes((kinds.FACET,)) + point(0, 1),
        "middle: x < 1": bytes((kinds.FACET,)) + point(1, 1),
        "right: x > 0": bytes((REDUNDANT,)) + integer(1) + bytes((1, 1)) + integer(1),
        "right: x > 1": bytes((kinds.FACET,)) + point(1, 1),
    }
    assert verdict_on([*(TREE | older).values()], certificate).edges == 2
    content = zlib.decompress(certificate.read_bytes()[len(MAGIC) : -32])
    certificate.write_bytes(sealed(b"linreg-certificate-2\n", content))
    assert linreg.check(certificate, NET, UPPER).edges == 2
    certificate.write_bytes(sealed(b"linreg-certificate-1\n", content))
    with pytest.raises(linreg.UnreadableFile, match="linreg-certificate-3"):
        linreg.check(certificate, NET, UPPER)
