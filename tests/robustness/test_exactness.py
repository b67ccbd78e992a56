"""Floating point proposes and never decides: wrong proposals change no count, belief would."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from answers import explored
from generators import problems
from golden_networks import Case, case
from hypothesis import HealthCheck, given, settings
from scipy.optimize import linprog

from linreg import Box, adjacency_graph, count, enumerate_regions
from linreg.domains import Domain
from linreg.network import Network
from linreg.oracle import brute_force, brute_force_edges, brute_force_patterns
from linreg.oracle.rows import Row
from linreg.polyhedra import Multipliers, Point, PointedPolyhedron
from linreg.polyhedra import highs as lp_session
from linreg.polyhedra.decisions import DEEP_ENOUGH
from linreg.polyhedra.highs import FarkasSession, Proposal

Propose = Callable[[FarkasSession, np.ndarray, float], Proposal | None]

NAMES = [
    *["zaslavsky_n3_m6", "braid_n4", "catalan_n3_maxout4", "duplicates_and_dead_units"],
    *["simplex_domain", "hardtanh_n2_m3", "thm5_fold_n2_4x4_allR", "residual_2_3_2"],
    *["stargalla_six_definitions", "maxout_n1_k2_L3", "one_flip_not_adjacent"],
]
NASTY = ["generic_n4_k8", "wedge_m6_eps8.67362e-19", "strips_k5_1ulp", "touch_box_corner"]


def nothing(session: FarkasSession, target: np.ndarray, bound: float) -> None:
    """No answer, as when the solver fails."""


def constant(value: float, entry: float, basis: slice) -> Propose:
    """The same answer to every question."""

    def propose(session: FarkasSession, target: np.ndarray, bound: float) -> Proposal:
        rows = list(range(session._rows))[basis]
        return Proposal(value, np.full(len(target), entry), rows)

    return propose


def random_answers(seed: int) -> Propose:
    """Steps and bases at random, and values that claim now this and now that."""
    rng = np.random.default_rng(seed)

    def propose(session: FarkasSession, target: np.ndarray, bound: float) -> Proposal:
        rows = np.arange(session._rows)
        basis = rng.permutation(rows)[: rng.integers(0, len(target) + 2)].tolist()
        step = rng.normal(size=len(target)) * 10.0 ** rng.integers(-20, 20)
        return Proposal(float(rng.choice([-1, 0, 0.5, 1, 1.5, 10, 1e30])), step, basis)

    return propose


def mirrored(session: FarkasSession, target: np.ndarray, bound: float) -> Proposal | None:
    """What the solver says, turned round: the opposite step, and all the rows it did not name."""
    proposal = HONEST(session, target, bound)
    if proposal is None:
        return None
    others = [i for i in range(session._rows) if i not in proposal.basis]
    return Proposal(2 - proposal.value, -proposal.step, others)


HONEST = FarkasSession.propose
LIARS = {
    "nothing": nothing,
    "no cut ever": constant(0.0, 0.0, slice(0)),
    "always a cut": constant(5.0, 1.0, slice(0)),
    "all rows": constant(1.0, 1e-9, slice(None)),
    "nan": constant(np.nan, np.nan, slice(None)),
    "infinite": constant(np.inf, np.inf, slice(None)),
    "minus infinite": constant(-np.inf, -np.inf, slice(None)),
    "random": random_answers(0),
    "random too": random_answers(1),
    "mirrored": mirrored,
}


@pytest.fixture(params=LIARS)
def liar(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Propose:
    monkeypatch.setattr(FarkasSession, "propose", LIARS[request.param])
    return LIARS[request.param]


@pytest.mark.usefixtures("liar")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # infinity times zero
@pytest.mark.parametrize("name", NAMES + NASTY)
def test_whatever_is_proposed_the_counts_are_the_golden_ones(name: str) -> None:
    asked = case(name)
    regions = enumerate_regions(asked.network, asked.domain, strategy="highs")
    assert len(regions) == asked.expected["activation_regions"]
    assert all(region.contains(region.exact_witness) for region in regions)
    if "dual_edges" in asked.expected:
        assert len(adjacency_graph(regions).edges) == asked.expected["dual_edges"]


@pytest.mark.usefixtures("liar")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_whatever_is_proposed_bounded_regions_are_those_of_zaslavsky() -> None:
    """C(4, 2) for five lines in general position, and all of them in a box."""
    net = case("zaslavsky_n2_m5").network
    assert int(enumerate_regions(net).bounded.sum()) == 6
    assert enumerate_regions(net, Box([-9, -9], [9, 9])).bounded.all()


@pytest.mark.parametrize("guess", [0.0, np.nan, np.inf, 1e300, -1.0])
@pytest.mark.parametrize("name", NAMES)
def test_whatever_rays_are_shot_the_counts_are_the_golden_ones(
    name: str, guess: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shots(
        pointed: PointedPolyhedron, gradients: np.ndarray, values: np.ndarray
    ) -> list[np.ndarray | None]:
        return [np.full(gradients.shape[1], guess) for _ in values]

    monkeypatch.setattr(PointedPolyhedron, "shots", shots)
    asked = case(name)
    assert (
        count(asked.network, asked.domain, strategy="highs").regions
        == asked.expected["activation_regions"]
    )


@pytest.mark.parametrize("reach", [2.0**-40, 2.0**-10, 1.0, 2.0**40])
@pytest.mark.parametrize("name", NAMES + NASTY)
def test_how_far_proposals_reach_changes_no_count(
    name: str, reach: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lp_session, "REACH", reach)
    asked = case(name)
    assert (
        count(asked.network, asked.domain, strategy="highs").regions
        == asked.expected["activation_regions"]
    )


@pytest.mark.parametrize("largest", [0.0, 1e-3, 1.0])
@pytest.mark.parametrize("name", NAMES)
def test_questions_that_are_not_put_to_the_solver_are_decided_exactly(
    name: str, largest: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lp_session, "LARGEST_PROPOSED", largest)
    asked = case(name)
    found = count(asked.network, asked.domain, strategy="highs")
    assert found.regions == asked.expected["activation_regions"]


@settings(max_examples=60, suppress_health_check=[*HealthCheck])
@given(problem=problems(max_units=6))
def test_without_any_proposal_exploring_agrees_with_brute_force(
    problem: tuple[Network, Domain], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(FarkasSession, "propose", nothing)
        patched.setattr(
            PointedPolyhedron, "shots", lambda self, gradients, values: [None] * len(values)
        )
        patterns, edges = explored(*problem)
    assert patterns == brute_force_patterns(*problem)
    assert edges == brute_force_edges(*problem)


def test_exact_decisions_are_those_that_proposals_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    net = case("zaslavsky_n3_m6").network
    honest = count(net, strategy="highs")
    assert honest.exact_decisions < honest.lps
    monkeypatch.setattr(FarkasSession, "propose", nothing)
    silent = count(net, strategy="highs")
    assert silent.exact_decisions > 0 == silent.lps
    assert silent.regions == honest.regions


# From here on exact proofs are replaced by what a tolerance would believe, to see that the golden
# networks would notice.


def believes_no(tolerance: float) -> Callable[..., Point | Multipliers]:
    """No cut wherever the solver finds no point further than a tolerance beyond the hyperplane."""

    def below(
        self: PointedPolyhedron, form: list, gradient: np.ndarray, value: float
    ) -> Point | Multipliers:
        proposal = self.propose(gradient / value, DEEP_ENOUGH)
        if proposal is not None and proposal.value > 1 + tolerance:
            pull = (proposal.value + 1) / 2 / proposal.value
            point = self.confirm(pull * proposal.step, [[-entry for entry in form]])
            if point is not None:
                return point
        return Multipliers.of_rationals({})

    return below


@pytest.mark.parametrize("tolerance", [0.0, 1e-12, 1e-9, 1e-6, 1e-3])
def test_a_tolerance_for_what_is_not_there_would_lose_golden_regions(
    tolerance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PointedPolyhedron, "below", believes_no(tolerance))
    lost = [name for name in NASTY if missing(case(name)) > 0]
    assert "wedge_m6_eps8.67362e-19" in lost
    assert "generic_n4_k8" in lost


def missing(asked: Case) -> int:
    return (
        asked.expected["activation_regions"]
        - count(asked.network, asked.domain, strategy="highs").regions
    )


def float_feasible(threshold: float) -> Callable[..., Row]:
    """Whether floats find a point with all normalised rows above a threshold."""

    def moved_inside(point: Row, held: Sequence[Row], more: Sequence[Row]) -> Row:
        rows, dim = [*held, *more], len(point) - 1
        if not rows:
            return point
        floats = np.array([[float(entry) for entry in row] for row in rows])
        floats /= np.maximum(np.abs(floats).max(axis=1, keepdims=True), 1e-300)
        # maximise t <= 1 with row(x) >= t
        result = linprog(
            [0.0] * dim + [-1.0],
            A_ub=np.column_stack([-floats[:, :-1], np.ones(len(rows))]),
            b_ub=floats[:, -1],
            bounds=[(None, None)] * dim + [(None, 1.0)],
            method="highs",
        )
        return point if result.status == 0 and -result.fun > threshold else ()

    return moved_inside


@pytest.mark.parametrize("threshold", [-1e-6, -1e-9, 0.0, 1e-12, 1e-9, 1e-6, 1e-3])
def test_no_threshold_for_feasibility_counts_all_golden_regions(
    threshold: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oracle with a float linear program in place of its exact one.

    A threshold below 0 takes touching for meeting, any other loses regions that are thin.
    """
    monkeypatch.setattr(brute_force, "moved_inside", float_feasible(threshold))
    name, sign = ("concurrent-int_k8", 1) if threshold < 0 else ("strips_k5_1ulp", -1)
    asked = case(name)
    found = len(brute_force_patterns(asked.network, asked.domain))
    assert sign * (found - asked.expected["activation_regions"]) > 0
