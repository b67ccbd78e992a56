"""Certificates of networks with max units, whose trees machine code writes: nothing is believed."""

from __future__ import annotations

import hashlib
import zlib
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from forgeries import records_in
from generators import max_units, problems, units
from golden_networks import Case, cases
from hypothesis import given, settings
from hypothesis import strategies as st

import linreg
from linreg.certificate.encoding import integer, unsigned
from linreg.certificate.prover import Proof
from linreg.checker.beaten import Beaten
from linreg.checker.claims import are_never_positive
from linreg.checker.combinations import multipliers_of
from linreg.errors import BrokenInvariant
from linreg.explore import Sink, Tally
from linreg.kernel.data import telling as memory
from linreg.kernel.data.records import BEATEN, LOSES, REGION, WON
from linreg.kernel.data.tables import Tables
from linreg.kernel.data.telling import DOUBTS, Found, Telling
from linreg.kernel.data.work import Work
from linreg.kernel.proofs import known_regions, proving, telling_exactly
from linreg.kernel.proofs.proving import ProvingExplorer
from linreg.kernel.proofs.telling_exactly import Teller
from linreg.network import INPUT, AffineNode, Network, UnitNode, linear_map
from linreg.oracle import brute_force_edges, brute_force_patterns
from linreg.problem import problem_of
from linreg.units import maxout, relu

MAGIC = b"linreg-certificate-3\n"
NAMES = [
    "shi_n3_maxout3",
    "maxout_strips_n2_m3_k3",
    "maxout_thm9_n2_k4_L2",
    "conv_relu_maxpool",
    "maxpool2d_after_conv",
]
KNOWN = [case for case in cases("golden") if case.name in NAMES]
KINDS = st.one_of(max_units(), max_units(), units())


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return tmp_path / "proof"


class Told(Sink):
    """Counts what it is told of networks with so many inputs."""

    wants_proofs = True

    def __init__(self, dim: int) -> None:
        self.kinds: list[int] = []
        self.exactly = 0
        self._dim = dim

    def loses(self, contest: int, candidate: int, proof: object) -> None:
        self.exactly += 1

    def no_cut(self, hyperplane: int, side: int, proof: object) -> None:
        self.exactly += 1

    def written(self, records: bytes, n_facets: int = 0) -> None:
        self.kinds += [kind for _, kind in records_in(records, self._dim)]


def told(net: Network) -> Told:
    """What is told of all regions of the whole space."""
    problem = problem_of(net, None)
    sink, tally, explorer = Told(net.input_dim), Tally(), ProvingExplorer()
    cells = explorer.begin(problem, tally)
    while cells:
        cells = explorer.explore(problem, cells, sink, tally, budget=1)
    return sink


def gaussian(sizes: list[int], rank: int, seed: int = 0) -> Network:
    """One hidden layer after another, of max units of this rank."""
    rng = np.random.default_rng(seed)
    pairs = [
        (rng.normal(size=(n * rank, m)), rng.normal(size=n * rank)) for m, n in pairwise(sizes)
    ]
    return linreg.mlp(pairs, activation=maxout(rank))


def proved(
    net: Network, certificate: Path, domain: linreg.domains.Domain | None = None
) -> linreg.certificate.Certified:
    """A certificate by machine code that the checker accepts."""
    certified = linreg.certify(net, certificate, domain, strategy="compiled")
    verdict = linreg.check(certificate, net, domain)
    assert verdict.false_claim is None
    assert verdict.regions == certified.count.regions
    assert certified.count.strategy == "compiled"
    return certified


@given(problem=problems(kinds=KINDS))
@settings(max_examples=100)
def test_what_is_proved_is_what_brute_force_counts(
    problem: tuple[Network, linreg.domains.Domain], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Units of both sorts in one stage, candidates that tie, boxes and cones."""
    network, domain = problem
    certificate = tmp_path_factory.mktemp("certificates") / "proof"
    regions = proved(network, certificate, domain).count.regions
    assert regions == len(brute_force_patterns(network, domain))


@given(problem=problems(kinds=KINDS))
@settings(max_examples=60)
def test_edges_that_are_proved_are_those_of_brute_force(
    problem: tuple[Network, linreg.domains.Domain], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Facets of regions may be leads of candidates."""
    network, domain = problem
    certificate = tmp_path_factory.mktemp("certificates") / "proof"
    certified = linreg.certify(network, certificate, domain, strategy="compiled", graph=True)
    verdict = linreg.check(certificate, network, domain)
    assert verdict.false_claim is None
    assert certified.count.strategy == "compiled"
    assert verdict.edges == certified.edges == len(brute_force_edges(network, domain))


@pytest.mark.parametrize("case", KNOWN, ids=lambda case: case.name)
def test_known_counts_are_proved_by_machine_code(case: Case, certificate: Path) -> None:
    certified = proved(case.network, certificate, case.domain)
    assert certified.count.regions == case.expected["activation_regions"]


GENERIC = [([2, 6], 3), ([3, 5, 4], 2), ([3, 4, 4], 3), ([4, 5], 4), ([1, 4, 4], 3), ([5, 4, 3], 2)]


@pytest.mark.parametrize(("sizes", "rank"), GENERIC, ids=str)
def test_in_general_position_nothing_is_left_to_exact_arithmetic(
    sizes: list[int], rank: int, certificate: Path
) -> None:
    net = gaussian(sizes, rank)
    certified = proved(net, certificate)
    by_highs = linreg.count(net, strategy="highs")
    assert certified.count.regions == by_highs.regions
    assert certified.count.regions_per_stage == by_highs.regions_per_stage
    sink = told(net)
    assert sink.exactly == 0
    assert sink.kinds.count(REGION) == by_highs.regions
    assert sink.kinds.count(BEATEN) > 0


@pytest.mark.parametrize("n", [3, 4])
@pytest.mark.parametrize("name", ["shi-maxout", "catalan-maxout"])
def test_rows_that_all_contain_a_line_prove_by_multipliers_in_machine_code(
    name: str, n: int, certificate: Path
) -> None:
    """Of all differences of coordinates, so that no rows are a basis: nothing is left exactly."""
    made = linreg.zoo.make(name, n)
    assert proved(made.network, certificate).count.regions == made.regions
    sink = told(made.network)
    assert sink.exactly == 0
    assert sink.kinds.count(LOSES) > 0


@pytest.mark.parametrize("size", [2, 2**15, 2**26])
def test_integer_weights_with_common_factors(size: int, certificate: Path) -> None:
    """In a plane of three inputs; leads have factors that no weights have."""
    for seed in range(6):
        rng = np.random.default_rng(seed)
        first = rng.integers(-size, size + 1, (9, 2)) @ np.array([[1, 1, 0], [1, -2, 3]])
        second = rng.integers(-3, 4, (6, 3))
        shifts = [rng.integers(-size, size + 1, len(weight)) for weight in (first, second)]
        pairs = list(zip((first, second), shifts, strict=True))
        net = linreg.mlp(pairs, activation=maxout(3))
        assert proved(net, certificate).count.regions == linreg.count_regions(net)


def test_candidates_that_floats_cannot_tell_apart_are_numbered_exactly(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0.1 u + 0.2 v and 0.2 u + 0.1 v of equal u and v are the same: the second does not count."""
    honest, numbered = Teller._number, 0

    def number(self: Teller, *arguments: object) -> None:
        nonlocal numbered
        numbered += 1
        honest(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Teller, "_number", number)
    row = [Fraction(0.3), Fraction(0.7)]
    linear = linear_map([row, row], [0, 0], where="linear")
    tenth, fifth = Fraction(0.1), Fraction(0.2)
    weights = [[tenth, fifth], [fifth, tenth], [1, 1]]
    sums = linear_map(weights, [0, 0, Fraction(-1, 3)], where="sums")
    net = Network(
        (2,),
        (
            AffineNode("linear", (INPUT,), linear),
            UnitNode("halves", ("linear",), (relu(), relu())),
            AffineNode("sums", ("halves",), sums),
            UnitNode("most", ("sums",), (maxout(3),)),
        ),
        "most",
    )
    assert proved(net, certificate).count.regions == len(brute_force_patterns(net)) == 3
    assert numbered


@pytest.fixture
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells with more than ten regions are split by exact arithmetic first."""
    monkeypatch.setattr(proving, "MOST", 10)
    monkeypatch.setattr(proving, "CELLS_AT_ONCE", 1)


@pytest.mark.usefixtures("few_at_a_time")
def test_a_cell_with_many_regions_is_split_first(certificate: Path) -> None:
    for case in KNOWN:
        proved(case.network, certificate, case.domain)


@pytest.mark.usefixtures("few_at_a_time")
def test_two_processes_write_the_same_file(certificate: Path) -> None:
    net = gaussian([3, 4, 4], 3)
    proved(net, certificate)
    alone = certificate.read_bytes()
    linreg.certify(net, certificate, strategy="compiled", workers=2)
    assert certificate.read_bytes() == alone


def test_what_is_written_is_taken_away_part_after_part(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for the bytes of one part the file is the same."""
    for net in (gaussian([3, 4, 4], 3), linreg.zoo.make("shi-maxout", 3).network):
        with monkeypatch.context() as patch:
            proved(net, certificate)
            at_once = certificate.read_bytes()
            patch.setattr(memory, "ROOM", 1)
            proved(net, certificate)
        assert certificate.read_bytes() == at_once


@pytest.mark.parametrize("harm", ["no point", "other rows"])
@pytest.mark.parametrize("case", KNOWN, ids=lambda case: case.name)
def test_what_machine_code_does_not_prove_is_proved_exactly(
    harm: str, case: Case, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is shown no point of any region, and then proposes none, or the first row alone."""
    settled = 0
    honest = Teller._settle_candidate

    def settle(self: Teller, *arguments: object) -> None:
        nonlocal settled
        settled += 1
        honest(self, *arguments)  # type: ignore[arg-type]

    def harmed(t: Tables, w: Work, found: Found, telling: Telling) -> int:
        points = found.points.copy()
        found.points[:] = np.nan
        status = known_regions.tell(t, w, found, telling)
        found.points[:] = points
        if harm == "other rows":
            named_first(telling)
        return status

    monkeypatch.setattr(Teller, "_settle_candidate", settle)
    monkeypatch.setattr(telling_exactly, "tell", harmed)
    proved(case.network, certificate, case.domain)
    assert settled


def named_first(telling: Telling) -> None:
    """Have all doubts about candidates propose the first row alone, where others propose none."""
    numbers = telling.doubts[: telling.counters[DOUBTS]].tolist()
    changed: list[int] = []
    while numbers:
        match numbers[0]:
            case memory.ON_PATH:
                size, proposal = 2 + 2 * numbers[1], []
            case memory.OF_CANDIDATE:
                size, proposal = 9 + numbers[6], [1, 1, 0]
            case memory.OF_FORM:
                size, proposal = 8, [0, 0]
            case _:
                size, proposal = 3, []
        end = size - min(len(proposal), 2)
        changed += [*numbers[:end], *proposal]
        del numbers[:size]
    telling.doubts[: len(changed)] = changed
    telling.counters[DOUBTS] = len(changed)


@pytest.mark.parametrize("lost", [0, 1, 5, 6])
def test_a_lost_region_is_found_out(
    lost: int, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of max(0, x, y) and max(0, x - y, 2x - 3y + 1); all but one are told, or one twice."""
    found = ProvingExplorer._regions_of
    weights = [[0, 0], [1, 0], [0, 1], [0, 0], [1, -1], [2, -3]]
    net = linreg.mlp([(weights, [0, 0, 0, 0, 0, 1])], activation=maxout(3))
    regions = proved(net, certificate).count.regions
    assert regions == 6 == len(brute_force_patterns(net))

    def forgetful(self: ProvingExplorer, *arguments: object) -> object:
        told = found(self, *arguments)  # type: ignore[arg-type]
        assert told is not None
        kept = [i for i in range(regions) if i != lost] if lost < 6 else [*range(regions), 3]
        told._patterns, told._witnesses = [told.patterns[kept]], [told.witnesses[kept]]
        return told

    certificate.unlink()
    monkeypatch.setattr(ProvingExplorer, "_regions_of", forgetful)
    with pytest.raises(BrokenInvariant, match="lost a region" if lost < 6 else "region twice"):
        linreg.certify(net, certificate, strategy="compiled")
    assert not certificate.exists()


@pytest.mark.parametrize("harm", ["other rows", "other candidate"])
def test_machine_code_that_proves_wrongly_is_found_out(
    harm: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate is written, since nothing else looks at what is proved; and refused."""
    net = gaussian([3, 6], 3)
    honest, harmed = Proof.written, 0

    def forged(self: Proof, data: bytes, n_facets: int = 0) -> None:
        nonlocal harmed
        changed = bytearray(data)
        for at, kind in records_in(data, 3):
            if kind == BEATEN:
                harmed += 1
                if harm == "other rows":
                    changed[at + 3] = changed[at + 4]
                else:
                    changed[at + 2] = (changed[at + 2] + 1) % 3
        honest(self, bytes(changed), n_facets)

    monkeypatch.setattr(Proof, "written", forged)
    linreg.certify(net, certificate, strategy="compiled")
    assert harmed
    assert not linreg.check(certificate, net).accepted


NET = linreg.mlp([([[1], [-1], [0]], [0, 0, -1])], activation=maxout(3))
"""max(x, -x, -1), whose last candidate wins nowhere: its leads -1 - x and -1 + x add up to -2."""


def verdict_on(path: Path, proof: bytes, magic: bytes = MAGIC) -> linreg.Verdict:
    """The verdict on a tree that begins with this proof, and goes on as x and -x win."""
    linreg.certify(NET, path)
    content = zlib.decompress(path.read_bytes()[len(MAGIC) : -32])
    header, claim = content[: content.index(b"}") + 1], content[content.rindex(b"{") - 2 :]
    below, above = (bytes((REGION,)) + integer(1) + integer(x) for x in (-1, 1))
    body = magic + zlib.compress(header + proof + bytes((WON, 0)) + below + above + claim)
    path.write_bytes(body + hashlib.sha256(body).digest())
    return linreg.check(path, NET)


def beaten(contest: int, candidate: int, names: list[int]) -> bytes:
    return bytes((BEATEN,)) + b"".join(map(unsigned, (contest, candidate, *names)))


def test_a_candidate_wins_nowhere_as_its_leads_prove(tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path / "proof", beaten(0, 2, [0, 1]))
    assert verdict.false_claim is None
    assert verdict.regions == 2
    assert verdict_on(tmp_path / "proof", beaten(0, 2, [1, 0])).accepted


def test_certificates_of_the_second_version_are_read(tmp_path: Path) -> None:
    multipliers = integer(1) + b"".join(map(unsigned, (2, 0))) + integer(1) + unsigned(1)
    proof = bytes((LOSES, 0, 2)) + multipliers + integer(1)
    assert verdict_on(tmp_path / "proof", proof, b"linreg-certificate-2\n").regions == 2


FALSE = {
    "one lead twice": (beaten(0, 2, [0, 0]), "rows do not prove that candidate 2 of contest 0"),
    "a candidate that wins": (beaten(0, 1, [0, 1]), "rows do not prove that candidate 1 of"),
    "a lead that is not there": (beaten(0, 2, [0, 2]), "names rows up to 2 of 2"),
    "a lead far beyond": (beaten(0, 2, [0, 2**40]), "names rows up to 1099511627776 of 2"),
    "a candidate that is not there": (beaten(0, 3, [0, 1]), "candidate 3 of contest 0 is not"),
    "a contest that is not there": (beaten(1, 2, [0, 1]), "contest 1 is not one that is left"),
    "one that has lost": (beaten(0, 2, [0, 1]) * 2, "candidate 2 of contest 0 is not left"),
}


@pytest.mark.parametrize(("proof", "says"), FALSE.values(), ids=FALSE)
def test_a_wrong_proof_is_named(proof: bytes, says: str, tmp_path: Path) -> None:
    verdict = verdict_on(tmp_path / "proof", proof)
    assert not verdict.accepted
    assert says in str(verdict.false_claim)


def test_floats_accept_no_false_claim_and_most_true_ones() -> None:
    """Against the multipliers themselves, of rows and leads, many of which are off by a hair."""
    draw = np.random.default_rng(0)
    truths = 0
    for turn in range(1500):
        n = int(draw.integers(1, 5))
        size = int(draw.choice([2, 9, 2**30, 2**58]))
        forms = draw.integers(-size, size + 1, (n + 1, n + 1)).astype(object)
        if turn % 2:
            by = draw.integers(0, 4, n + 1)
            by[-1] = 1
            forms[-1] = -(by[:n] @ forms[:n])
            forms[-1, -1] -= int(draw.integers(-1, 2))
        forms = [tuple(map(int, form)) for form in forms]
        n_leads = int(draw.integers(1, n + 2)) if turn % 5 else 0
        rows, leads = forms[: n + 1 - n_leads], forms[n + 1 - n_leads :]
        lifted = [(*row[:-1], 0, row[-1]) for row in rows]
        lifted += [(*lead[:-1], -1, lead[-1]) for lead in leads]
        proof = multipliers_of((*[0] * n, -1, 0), lifted)
        truth = bool(leads) and proof is not None and are_never_positive(leads, rows, proof)
        claims: Beaten[int] = Beaten(n)
        claims.claim(rows, leads, turn)
        assert claims.first_false() == (None if truth else turn)
        truths += truth
    assert 100 < truths < 1400
