"""Certificates of what machine code has found: nothing that it says is believed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from forgeries import records_in
from generators import problems
from golden_networks import Case, cases
from hypothesis import given, settings

import linreg
from linreg.certificate.prover import Proof
from linreg.errors import BrokenInvariant
from linreg.explore import Sink, Tally
from linreg.kernel.bridge.word_cells import WordCells
from linreg.kernel.data import telling as memory
from linreg.kernel.data.records import IN_SPAN, NO_CUT, REGION
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.telling import DOUBTS, OF_FACET, OF_POINT, ON_PATH, Found, Telling
from linreg.kernel.data.work import Work
from linreg.kernel.proofs import known_regions as splitting
from linreg.kernel.proofs import proving, telling_exactly
from linreg.kernel.proofs.proving import ProvingExplorer
from linreg.kernel.proofs.telling_exactly import Teller
from linreg.oracle import brute_force_patterns
from linreg.problem import problem_of

NAMES = ["threshold_functions_n4", "shi_n3_relu", "random_3_5_4_2", "thm5_fold_n2_4x4_allR"]
KNOWN = [case for case in cases("golden") if case.name in NAMES]


class Proofs(Sink):
    """Counts what it is told of networks with so many inputs."""

    wants_proofs = True

    def __init__(self, dim: int) -> None:
        self.regions_told = self.multipliers_told = self.spans_told = self.exactly = 0
        self._dim = dim

    def inside(self, point: object) -> None:
        self.regions_told += 1

    def region(self, pattern: object, cell: object) -> None:
        self.regions_told += 1

    def no_cut(self, hyperplane: int, side: int, proof: object) -> None:
        self.exactly += 1

    def written(self, records: bytes, n_facets: int = 0) -> None:
        kinds = [kind for _, kind in records_in(records, self._dim)]
        self.regions_told += kinds.count(REGION)
        self.multipliers_told += kinds.count(NO_CUT)
        self.spans_told += kinds.count(IN_SPAN)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return tmp_path / "proof"


@pytest.fixture
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Cells with more than three regions are split by exact arithmetic first."""
    monkeypatch.setattr(proving, "MOST", 3)
    monkeypatch.setattr(proving, "CELLS_AT_ONCE", 1)
    return iter(())


def proved(case: Case, certificate: Path) -> linreg.certificate.Certified:
    """A certificate that the checker accepts."""
    certified = linreg.certify(case.network, certificate, case.domain, strategy="compiled")
    verdict = linreg.check(certificate, case.network, case.domain)
    assert verdict.false_claim is None
    assert verdict.regions == case.expected["activation_regions"] == certified.count.regions
    assert verdict.regions_per_stage == certified.count.regions_per_stage
    return certified


@given(problem=problems())
@settings(max_examples=60)
def test_what_is_proved_is_what_brute_force_counts(
    problem: tuple[linreg.Network, linreg.Domain], tmp_path_factory: pytest.TempPathFactory
) -> None:
    network, domain = problem
    certificate = tmp_path_factory.mktemp("certificates") / "proof"
    linreg.certify(network, certificate, domain, strategy="compiled")
    verdict = linreg.check(certificate, network, domain)
    assert verdict.accepted
    assert verdict.regions == len(brute_force_patterns(network, domain))


@pytest.mark.parametrize("case", KNOWN, ids=lambda case: case.name)
def test_machine_code_finds_and_exact_arithmetic_proves(case: Case, certificate: Path) -> None:
    assert proved(case, certificate).count.strategy == "compiled"


def test_a_narrow_network_on_a_box_is_not_split_exactly(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though its cells have few hyperplanes, so that those in exact arithmetic are split there."""
    monkeypatch.delattr(WordCells, "split")
    rng = np.random.default_rng(0)
    net = linreg.mlp([(rng.normal(size=(4, n)), rng.normal(size=4)) for n in (5, 4)])
    box = linreg.Box([-1] * 5, [1] * 5)
    certified = linreg.certify(net, certificate, box, strategy="compiled")
    assert linreg.check(certificate, net, box).regions == certified.count.regions > 20


@pytest.mark.usefixtures("few_at_a_time")
@pytest.mark.parametrize("case", KNOWN, ids=lambda case: case.name)
def test_a_cell_with_many_regions_is_split_first(
    case: Case, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In several parts: each is explored in vain before it is split."""
    monkeypatch.setattr(proving, "MOST", max(3, case.expected["activation_regions"] // 5))
    proved(case, certificate)


@pytest.mark.usefixtures("few_at_a_time")
def test_two_processes_write_the_same_file(certificate: Path) -> None:
    case = KNOWN[0]
    proved(case, certificate)
    alone = certificate.read_bytes()
    linreg.certify(case.network, certificate, case.domain, strategy="compiled", workers=2)
    assert certificate.read_bytes() == alone


def decisions(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The proofs that are found from now on without a proposal."""
    honest = Teller._decide
    decided: list[object] = []

    def decide(self: Teller, *arguments: object) -> object:
        decided.append(honest(self, *arguments))  # type: ignore[arg-type]
        return decided[-1]

    monkeypatch.setattr(Teller, "_decide", decide)
    return decided


@pytest.mark.parametrize("case", KNOWN, ids=lambda case: case.name)
def test_where_no_point_is_certainly_inside_exact_arithmetic_decides(
    case: Case, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machine code is shown no point of any region: it proves nothing then, but tells the tree."""
    decided = decisions(monkeypatch)
    proved(case, certificate)
    assert not decided

    def hidden(t: Tables, w: Work, found: Found, telling: Telling) -> int:
        points = found.points.copy()
        found.points[:] = np.nan
        status = splitting.tell(t, w, found, telling)
        found.points[:] = points
        return status

    monkeypatch.setattr(telling_exactly, "tell", hidden)
    proved(case, certificate)
    assert decided


def test_where_proposals_are_garbage_exact_arithmetic_decides(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every proposal that is not proved in machine code names the first row alone.

    Forms end on constants that are zero, but not in floats, where numbers are no integers.
    """
    rng = np.random.default_rng(1)
    net = linreg.mlp(
        [(0.37 * rng.integers(-1, 2, (5, n)), 0.37 * rng.integers(-1, 2, 5)) for n in (3, 5)]
    )
    regions = len(brute_force_patterns(net))
    decided = decisions(monkeypatch)

    def is_proved() -> bool:
        linreg.certify(net, certificate, strategy="compiled")
        verdict = linreg.check(certificate, net)
        return verdict.accepted and verdict.regions == regions

    assert is_proved()
    assert not decided

    def garbled(t: Tables, w: Work, found: Found, telling: Telling) -> int:
        status = splitting.tell(t, w, found, telling)
        doubts, at = telling.doubts, 0
        while at < telling.counters[DOUBTS]:
            if doubts[at] == ON_PATH:
                at += 2 + 2 * int(doubts[at + 1])
            elif doubts[at] == OF_POINT:
                at += 3
            else:
                at += 4 if doubts[at] == OF_FACET else 6
                n_rows = int(doubts[at])
                doubts[at + 2 : at + 2 + n_rows] = 0
                at += 2 + n_rows
        return status

    monkeypatch.setattr(telling_exactly, "tell", garbled)
    assert is_proved()
    assert decided


@pytest.mark.parametrize("n", [3, 4, 5])
def test_rows_that_all_contain_a_line_prove_by_multipliers_in_machine_code(n: int) -> None:
    """The Shi arrangement, whose rows contain (1, ..., 1), has (n + 1)^(n - 1) regions.

    Shi (1986); see Stanley (2007), Theorem 5.16. No form is left to exact arithmetic.
    """
    problem = problem_of(linreg.zoo.make("shi", n).network, None)
    sink, tally = Proofs(n), Tally()
    explorer = ProvingExplorer()
    cells = explorer.begin(problem, tally)
    while cells:
        cells = explorer.explore(problem, cells, sink, tally, budget=1)
    assert tally.regions == sink.regions_told == (n + 1) ** (n - 1)
    assert sink.multipliers_told > 0
    assert sink.exactly == 0


@pytest.mark.parametrize("sizes", [(5, 4, 4), (8, 4, 4), (6, 3, 3, 4)], ids=str)
def test_rows_that_span_no_basis_are_named_in_machine_code(sizes: tuple[int, ...]) -> None:
    """Fewer units than inputs, whose weights are no integers. No form is left to Python."""
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=(n, m)), rng.normal(size=n)) for m, n in pairwise(sizes)]
    network = linreg.mlp(layers)
    sink, tally = Proofs(sizes[0]), Tally()
    problem, explorer = problem_of(network, None), ProvingExplorer()
    cells = explorer.begin(problem, tally)
    while cells:
        cells = explorer.explore(problem, cells, sink, tally, budget=1)
    assert tally.regions == sink.regions_told == len(brute_force_patterns(network))
    assert sink.spans_told > 0
    assert sink.exactly == 0


def test_rows_that_span_no_form_are_found_out(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last row of each proof that names fewer rows than inputs is left out."""
    rng = np.random.default_rng(0)
    net = linreg.mlp([(rng.normal(size=(4, n)), rng.normal(size=4)) for n in (5, 4)])
    honest = Proof.written

    def forged(self: Proof, data: bytes, n_facets: int = 0) -> None:
        changed, lost = bytearray(data), 0
        for at, kind in records_in(data, 5):
            if kind == IN_SPAN:
                changed[at - lost + 3] -= 1
                del changed[at - lost + 3 + data[at + 3]]
                lost += 1
        honest(self, bytes(changed), n_facets)

    monkeypatch.setattr(Proof, "written", forged)
    linreg.certify(net, certificate, strategy="compiled")
    assert "its rows do not prove" in str(linreg.check(certificate, net).false_claim)


@pytest.mark.parametrize("size", [3, 9, 2**15, 2**26])
def test_multipliers_are_those_of_rows_without_common_factors(size: int, certificate: Path) -> None:
    """Of integers in a plane of four inputs; later rows have factors that no weights have."""
    for seed in range(8):
        rng = np.random.default_rng(seed)
        first = rng.integers(-size, size + 1, (5, 2)) @ np.array([[1, 1, 0, 2], [1, -2, 3, 0]])
        later = [rng.integers(-3, 4, (5, 5)) for _ in range(2)]
        net = linreg.mlp([(weight, rng.integers(-size, size + 1, 5)) for weight in (first, *later)])
        linreg.certify(net, certificate, strategy="compiled")
        verdict = linreg.check(certificate, net)
        assert verdict.false_claim is None
        assert verdict.regions == linreg.count_regions(net)


def test_a_wrong_multiplier_is_refused(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each denominator is one more than it should be."""
    net = linreg.zoo.make("shi", 3).network
    linreg.certify(net, certificate, strategy="compiled")
    assert linreg.check(certificate, net).regions == 16
    honest = Proof.written

    def forged(self: Proof, data: bytes, n_facets: int = 0) -> None:
        changed = bytearray(data)
        for at, kind in records_in(data, 3):
            changed[at + 4] += kind == NO_CUT
        honest(self, bytes(changed), n_facets)

    monkeypatch.setattr(Proof, "written", forged)
    linreg.certify(net, certificate, strategy="compiled")
    assert "multipliers do not prove" in str(linreg.check(certificate, net).false_claim)


def test_what_is_written_is_taken_away_part_after_part(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for the bytes of one part the file is the same."""
    for case in KNOWN:
        with monkeypatch.context() as patch:
            proved(case, certificate)
            at_once = certificate.read_bytes()
            patch.setattr(memory, "ROOM", 1)
            proved(case, certificate)
        assert certificate.read_bytes() == at_once


@pytest.mark.parametrize("lost", [0, 1, 7])
def test_a_lost_region_is_found_out(
    lost: int, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three lines cut the plane into seven regions; the explorer tells six, or one twice."""
    found = ProvingExplorer._regions_of

    def forgetful(self: ProvingExplorer, *arguments: object) -> object:
        regions = found(self, *arguments)
        kept = [i for i in range(len(regions)) if i != lost] if lost < 7 else [*range(7), 3]
        regions._patterns = [regions.patterns[kept]]
        regions._witnesses = [regions.witnesses[kept]]
        return regions

    monkeypatch.setattr(ProvingExplorer, "_regions_of", forgetful)
    net = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    with pytest.raises(BrokenInvariant, match="lost a region" if lost < 7 else "region twice"):
        linreg.certify(net, certificate, strategy="compiled")
    assert not certificate.exists()


@pytest.mark.parametrize("limit", [1, 4, 369, 370, 400])
def test_a_limit_is_met_exactly(limit: int) -> None:
    """The resonance arrangement of dimension 4 has 370 regions (Kamiya, Takemura, Terao, 2012)."""
    problem = problem_of(linreg.zoo.resonance(4).network, None)
    sink, tally = Proofs(problem.network.input_dim), Tally()
    explorer = ProvingExplorer()
    cells = explorer.begin(problem, tally)
    while cells and tally.regions < limit:
        cells = explorer.explore(problem, cells, sink, tally, budget=1, limit=limit)
    assert tally.regions == sink.regions_told == min(limit, 370)


@pytest.mark.parametrize("dim", [1, 2, 3, 20])
def test_what_is_prepared_needs_no_compiling(dim: int) -> None:
    """Before any proof in 20 dimensions, where one layer may have a million regions."""
    problem = problem_of(linreg.mlp([([[1] * dim], [0])]), None)
    explorer = ProvingExplorer()
    explorer.prepare(problem)
    assert explorer.preparation(problem, Tally()) == ""
    assert splitting.tell.signatures
