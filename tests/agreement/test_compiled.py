"""The compiled explorer and the one that HiGHS serves, region by region, whatever the weights.

The small networks are also explored in plain Python, where proposals can be replaced by garbage and
every proof is checked by the exact simplex method.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from answers import Pattern, patterns_of
from flint import fmpz
from generators import problems, scalar_units
from golden_networks import Case, cases
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_machine import blurred, plain_machine

import linreg
from linreg import count, enumerate_regions
from linreg.domains import Box, Domain, Polytope
from linreg.explore import Sink, Tally
from linreg.explore import generated_cells as generated
from linreg.kernel.bridge import exploration, explorer, word_cells
from linreg.kernel.bridge.explorer import CompiledExplorer
from linreg.kernel.data import polytopes
from linreg.kernel.plane.polygon_tree import kernel_of
from linreg.network import INPUT, AffineNode, Network, Node, UnitNode, linear_map
from linreg.oracle import brute_force_patterns
from linreg.polyhedra import IntegerRow, Multipliers, Solver, decide_interior
from linreg.problem import Problem, problem_of
from linreg.units import (
    ScalarUnit,
    Unit,
    absolute,
    clip,
    hard_tanh,
    leaky_relu,
    maxout,
    relu,
)

MANY = 3000
"""Regions from which on HiGHS takes too long here: their number is known."""

Change = Callable[[np.random.Generator, np.ndarray], np.ndarray]


class Patterns(Sink):
    """Keeps every pattern."""

    wants_rows = True

    def __init__(self) -> None:
        self.found: list[Pattern] = []

    def region(self, pattern: Sequence[int], cell: Any) -> None:
        self.found.append(tuple(map(int, pattern)))

    def regions(self, patterns: np.ndarray, witnesses: np.ndarray, exact: Any) -> None:
        self.found += map(tuple, patterns.tolist())


def explored(
    net: Network, domain: Domain | None = None, made: Any = CompiledExplorer, budget: int = 20_000
) -> list[Pattern]:
    """The patterns that an explorer finds, with a new explorer after each budget."""
    problem, sink, tally = problem_of(net, domain), Patterns(), Tally()
    strategy = made()
    prefixes = [strategy.prefix_of(cell) for cell in strategy.begin(problem, tally)]
    while prefixes:
        strategy = made()
        cells = [strategy.cell_of(problem, prefix) for prefix in prefixes]
        left = strategy.explore(problem, cells, sink, tally, budget=budget)
        prefixes = [strategy.prefix_of(cell) for cell in left]
        if made is CompiledExplorer:
            prefixes = pickle.loads(pickle.dumps(prefixes))
    assert tally.regions == len(sink.found)
    assert tally.share == pytest.approx(1.0)
    return sorted(sink.found)


@cache
def _by_highs(net: Network, domain: Domain | None) -> list[Pattern]:
    return patterns_of(enumerate_regions(net, domain, strategy="highs"))


def by_highs(net: Network, domain: Domain | None = None) -> list[Pattern]:
    """The patterns that the other strategy finds, once for each network of this module."""
    return _by_highs(net, domain)  # with a default, a cache would take it for two questions


def agree(net: Network, domain: Domain | None = None) -> None:
    """Both strategies find the same regions, and each witness is strictly inside its own."""
    regions = enumerate_regions(net, domain, strategy="compiled")
    assert patterns_of(regions) == by_highs(net, domain)
    for region in regions[:: max(1, len(regions) // 20)]:
        assert region.contains(region.exact_witness)


# Networks


def random_net(
    *widths: int, unit: Unit | None = None, seed: int = 0, change: Change = lambda _, row: row
) -> Network:
    """Gaussian weights and biases, changed: each row is a pre-activation's weights and bias."""
    rng = np.random.default_rng(seed)
    rank = 1 if unit is None else unit.n_inputs
    layers = []
    for inputs, units in pairwise(widths):
        rows = change(rng, rng.normal(size=(units * rank, inputs + 1)))
        layers.append((rows[:, :-1], rows[:, -1]))
    return linreg.mlp(layers, activation=unit)


def integers(largest: int) -> Change:
    return lambda rng, rows: rng.integers(-largest, largest + 1, rows.shape).astype(float)


def ternary(scale: float) -> Change:
    return lambda rng, rows: scale * rng.integers(-1, 2, rows.shape)


def no_bias(rng: np.random.Generator, rows: np.ndarray) -> np.ndarray:
    return np.column_stack([rows[:, :-1], np.zeros(len(rows))])


def pruned(rng: np.random.Generator, rows: np.ndarray) -> np.ndarray:
    return np.where(rng.random(rows.shape) < 0.7, 0.0, rows)


def copied(factor: float, *, ulps: bool = False) -> Change:
    """The second half of the rows are multiples of the first, or one rounding away from them."""

    def change(rng: np.random.Generator, rows: np.ndarray) -> np.ndarray:
        half = len(rows) // 2
        copies = factor * rows[:half]
        if ulps:
            copies = np.nextafter(copies, rng.choice([-np.inf, np.inf], copies.shape))
        return np.concatenate([rows[:half], copies, rows[2 * half :]])

    return change


def wild(decades: int) -> Change:
    """Entries of very different sizes."""
    return lambda rng, rows: rows * 10.0 ** rng.integers(-decades, decades + 1, rows.shape)


def scaled(factor: float) -> Change:
    return lambda _, rows: factor * rows


def residual(inputs: int, width: int, depth: int, seed: int = 0) -> Network:
    """Each layer reads all that came before, so that coordinates pass through."""
    rng = np.random.default_rng(seed)
    nodes: list[Node] = []
    sources: tuple[str, ...] = (INPUT,)
    size = inputs
    for k in range(depth):
        linear = linear_map(rng.normal(size=(width, size)), rng.normal(size=width), where="")
        nodes.append(AffineNode(f"linear{k}", sources, linear))
        nodes.append(UnitNode(f"units{k}", (f"linear{k}",), (relu(),) * width))
        sources, size = (f"units{k}", *sources), size + width
    nodes.append(AffineNode("sum", sources, linear_map(np.ones((1, size)), [0], where="")))
    return Network((inputs,), tuple(nodes), "sum")


def fading(depth: int, factor: float) -> Network:
    """What a unit adds to the next one is smaller by a factor in each layer."""
    rng = np.random.default_rng(0)
    nodes: list[Node] = []
    sources: tuple[str, ...] = (INPUT,)
    for k in range(depth):
        before = (
            rng.normal(size=(2, 3))
            if k == 0
            else np.hstack(
                [np.diag([1.5, -0.5])[:, [0, 1, 1]] * [1, 1, 0], factor * rng.normal(size=(2, 2))]
            )
        )
        nodes.append(AffineNode(f"linear{k}", sources, linear_map(before, [0.5, 0.25], where="")))
        nodes.append(UnitNode(f"units{k}", (f"linear{k}",), (leaky_relu("1/2"), absolute())))
        sources = (INPUT, f"units{k}")
    return Network((3,), tuple(nodes), nodes[-1].name)


def cancelling(seed: int = 4) -> Network:
    """A unit that is zero everywhere, as only exact arithmetic sees, among others that cut.

    The first three units are there four times, with coefficients that add up to zero.
    """
    rng = np.random.default_rng(seed)
    weight = np.vstack([rng.normal(size=(3, 3))] * 4)
    coefficients = rng.integers(-(2**38), 2**38, (3, 3)) * 2.0**-38
    zero = np.concatenate([*coefficients, -coefficients.sum(axis=0)])
    second = np.vstack([rng.normal(size=(3, 12)), zero])
    return linreg.mlp([(weight, np.zeros(12)), (second, [*rng.normal(size=3), 0.0])])


def zero_twins() -> Network:
    """Two opposite forms of dead units, with a third between rows and breakpoints."""
    a, b, third = Fraction(0.1), Fraction(0.7123), Fraction(1, 3)
    shifted = ScalarUnit([third], [0, 1], [0, -third])
    nodes = (
        AffineNode("linear0", (INPUT,), linear_map([[1], [2]], [0, -1], where="")),
        UnitNode("units0", ("linear0",), (relu(), relu())),
        AffineNode("linear1", ("units0",), linear_map([[a, -b], [-a, b]], [0, third], where="")),
        UnitNode("units1", ("linear1",), (relu(), shifted)),
    )
    return Network((1,), nodes, "units1")


def swapped_candidates(seed: int, inputs: int = 3) -> Network:
    """A maximum of equal functions by different roundings, before one that is plain to see."""
    rng = np.random.default_rng(seed)
    first = np.vstack([rng.normal(size=(3, inputs))] * 2)
    shift = np.tile(rng.normal(size=3), 2)
    w = rng.normal(size=4)
    swapped = [[w[0], w[1]], [w[1], w[0]], [w[2], w[3]]]
    second = np.vstack([swapped, rng.normal(size=(3, 2))])
    shifts = [0.1, 0.1, -0.3, *2 * rng.normal(size=3)]
    return linreg.mlp([(first, shift), (second, shifts)], activation=maxout(3))


COPIES_IN_THE_PLANE = random_net(2, 6, 6, change=copied(1.0, ulps=True))
"""Cells without a float64 point, and cells beside them that machine code takes up."""

NETS: dict[str, Network] = {
    "Gaussian": random_net(3, 6, 5),
    "six inputs": random_net(6, 5, 4),
    "deep and narrow": random_net(3, 3, 3, 3, 3, 3),
    "one input": random_net(1, 5, 4, 3),
    "two inputs": random_net(2, 6, 4),
    "leaky": random_net(3, 5, 4, unit=leaky_relu("1/10")),
    "absolute": random_net(3, 4, 3, 2, unit=absolute()),
    "clip": random_net(3, 4, 3, unit=clip(0, 1)),
    "hard tanh": random_net(3, 4, 3, unit=hard_tanh(), change=ternary(0.37)),
    "maxout": random_net(3, 3, 3, unit=maxout(3)),
    "maxout of copies": random_net(3, 4, 3, unit=maxout(3), change=copied(1.0)),
    "maxout of copies one ulp apart": random_net(
        3, 4, 3, unit=maxout(2), change=copied(1.0, ulps=True)
    ),
    "maxout of opposites": random_net(3, 4, 2, unit=maxout(3), change=copied(-1.0)),
    "maxout of integers": random_net(3, 3, 3, unit=maxout(3), change=integers(1)),
    "maxout of ternaries": random_net(3, 3, 3, unit=maxout(3), change=ternary(0.37)),
    "small integers": random_net(3, 6, 5, 3, change=integers(3)),
    "bytes": random_net(3, 6, 5, 3, change=integers(127)),
    "large integers": random_net(3, 5, 4, 3, change=integers(2**23)),
    "ternary": random_net(4, 6, 5, change=ternary(1.0)),
    "ternary times a float": random_net(3, 6, 5, change=ternary(0.37)),
    "no bias": random_net(4, 5, 5, change=no_bias),
    "pruned": random_net(3, 6, 5, 3, change=pruned),
    "copies": random_net(3, 6, 5, change=copied(1.0)),
    "opposites": random_net(3, 6, 5, change=copied(-1.0)),
    "thirds": random_net(3, 6, 4, change=copied(1 / 3)),
    "copies one ulp apart": random_net(3, 4, 4, change=copied(1.0, ulps=True)),
    "opposites one ulp apart": random_net(3, 4, 4, change=copied(-1.0, ulps=True)),
    "ten decades": random_net(3, 4, 4, 2, change=wild(10)),
    "fifty decades": random_net(3, 4, 3, 2, change=wild(25)),
    "too many decades": random_net(3, 4, 2, change=wild(150)),
    "tiny": random_net(3, 5, 4, change=scaled(1e-200)),
    "huge": random_net(3, 5, 4, change=scaled(1e200)),
    "subnormal": random_net(3, 5, 3, change=scaled(2.0**-1070)),
    "residual": residual(3, 3, 2),
    "fading": fading(5, 1e-20),
    "fading below the range of floats": fading(5, 1e-50),
    "cancelling": cancelling(4),
    "cancelling again": cancelling(13),
    "zero twins": zero_twins(),
    "swapped candidates": swapped_candidates(0),
}


# Agreement


@pytest.mark.parametrize(
    "case", [*cases("golden"), *cases("nasty")], ids=lambda each: str(each.name)
)
def test_both_strategies_find_the_regions_of_golden_and_nasty_networks(case: Case) -> None:
    known = case.expected.get("activation_regions", case.expected.get("regions", 0))
    if known < MANY:
        agree(case.network, case.domain)
    assert len(set(explored(case.network, case.domain))) == known


@pytest.mark.parametrize("name", NETS)
def test_both_strategies_find_the_regions_of_networks_of_all_kinds(name: str) -> None:
    agree(NETS[name])


@pytest.mark.parametrize("seed", range(4))
def test_a_doubt_about_one_maximum_leaves_the_next_one_alone(seed: int) -> None:
    agree(swapped_candidates(seed, inputs=2))
    agree(swapped_candidates(seed, inputs=3))


@settings(max_examples=150)
@given(problem=problems())
def test_machine_code_finds_the_patterns_that_brute_force_finds(
    problem: tuple[Network, Domain],
) -> None:
    found = explored(*problem)
    assert found == sorted(brute_force_patterns(*problem))


@settings(max_examples=60)
@given(
    problem=problems(
        inputs=st.integers(3, 4), kinds=st.builds(maxout, st.integers(2, 3)), max_units=4
    )
)
def test_machine_code_finds_the_maxima_that_brute_force_finds(
    problem: tuple[Network, Domain],
) -> None:
    assert explored(*problem) == sorted(brute_force_patterns(*problem))


@settings(max_examples=50)
@given(problem=problems(inputs=st.integers(3, 6), kinds=scalar_units(), max_units=8))
def test_machine_code_finds_in_more_dimensions_what_highs_finds(
    problem: tuple[Network, Domain],
) -> None:
    assert explored(*problem) == by_highs(*problem)


@pytest.mark.parametrize(("inputs", "generators"), [(0, 128), (6, 5)])
def test_cells_whose_corners_are_too_many_have_the_regions_that_highs_finds(
    inputs: int, generators: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linear programs split some of them, or all; machine code would split most."""
    monkeypatch.setattr(word_cells, "is_there", lambda **_: False)
    monkeypatch.setattr(generated, "INPUTS_FOR_GENERATORS", inputs)
    monkeypatch.setattr(generated, "GENERATORS_FOR_SPLITTING", generators)
    for name in ("copies one ulp apart", "pruned", "maxout", "clip", "two inputs", "tiny"):
        agree(NETS[name])
    agree(COPIES_IN_THE_PLANE)


@pytest.mark.parametrize("widths", [(4, 10, 10), (3, 8, 8, 8), (5, 8, 8)])
def test_forms_of_few_terms_leave_no_doubt(widths: tuple[int, ...]) -> None:
    """They are combinations of fewer half-spaces than there are inputs, exactly."""
    rng = np.random.default_rng(0)
    layers = [
        (np.where(rng.random((m, n)) < 0.7, 0.0, rng.normal(size=(m, n))), rng.normal(size=m))
        for n, m in pairwise(widths)
    ]
    found = count(linreg.mlp(layers), strategy="compiled")
    assert found.exact_decisions == 0
    assert found.regions == count(linreg.mlp(layers), strategy="highs").regions


@pytest.mark.parametrize("widths", [(2, 32, 32, 32, 32), (3, 12, 12, 12), (5, 14), (5, 6, 6)])
def test_weights_of_single_precision_are_no_harder_than_others(widths: tuple[int, ...]) -> None:
    """They are integers of up to 40 bits once they are scaled, each row by another factor."""
    rng = np.random.default_rng(0)
    layers = []
    for n, m in pairwise(widths):
        weight, bias = rng.normal(size=(m, n)) * (2 / n) ** 0.5, rng.uniform(-0.5, 0.5, m)
        layers.append((weight.astype(np.float32), bias.astype(np.float32)))
    net, box = linreg.mlp(layers), Box([-1] * widths[0], [1] * widths[0])
    found = count(net, box, strategy="compiled")
    assert found.exact_decisions == 0
    if widths[0] > 2:
        assert found.regions == count(net, box, strategy="highs").regions


@pytest.mark.parametrize("name", ["maxout", "Gaussian", "two inputs"])
def test_what_is_prepared_needs_no_compiling(name: str) -> None:
    """There is other machine code for networks with max units."""
    problem, prepared = problem_of(NETS[name], None), CompiledExplorer()
    prepared.prepare(problem)
    assert prepared.preparation(problem, Tally()) == ""
    assert kernel_of(problem.network).overloads  # type: ignore[attr-defined]


@pytest.mark.parametrize("planes", [0, 1, 3])
def test_it_does_not_matter_when_machine_code_takes_up_an_exact_cell_again(
    planes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exploration, "WORTHWHILE", planes)
    for name in ("copies one ulp apart", "pruned", "hard tanh"):
        agree(NETS[name])
    agree(COPIES_IN_THE_PLANE)


def test_a_polytope_of_many_walls_has_the_regions_that_highs_finds() -> None:
    rng = np.random.default_rng(0)
    normals = rng.normal(size=(40, 3))
    agree(random_net(3, 6, 5), Polytope(normals, np.abs(normals).sum(axis=1)))
    agree(random_net(3, 6, 5, change=integers(2)), Box([-3, -2, -1], [1, 2, 3]))
    agree(random_net(3, 6, 5), Box([0, 0, 0], [1e-50, 1e-50, 1]))


# What the answer does not depend on


def test_cutting_work_short_after_each_cell_changes_nothing() -> None:
    """Every node then travels: it is pickled, and another explorer takes it up."""
    for name in ("Gaussian", "ternary", "maxout", "copies one ulp apart"):
        assert explored(SMALL_NETS[name], budget=1) == by_highs(SMALL_NETS[name])
    assert explored(NETS["two inputs"], budget=1) == by_highs(NETS["two inputs"])


def test_neither_the_order_of_units_nor_their_scale_nor_the_start_matters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """3-10-10: plain floats lose or add regions with the order of units on larger networks."""
    rng = np.random.default_rng(0)
    first, second = (rng.normal(size=(10, n + 1)) for n in (3, 10))
    regions = None
    for _ in range(4):
        one, two = rng.permutation(10), rng.permutation(10)
        scale = 2.0 ** rng.integers(-30, 30, 10)
        a, b = first[one] * scale[:, None], second[two]
        weight = b[:, :-1][:, one] / scale
        start = rng.normal(size=3)
        monkeypatch.setattr(explorer, "_generic_start", lambda _, x=start: x)
        net = linreg.mlp([(a[:, :-1], a[:, -1]), (weight, b[:, -1])])
        found = count(net, strategy="compiled").regions
        regions = found if regions is None else regions
        assert found == regions == count(net, strategy="compiled", workers=2).regions


def test_a_start_on_every_hyperplane_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "_generic_start", lambda problem: np.zeros(problem.domain.dim))
    for name in ("no bias", "ternary", "maxout of integers"):
        assert explored(NETS[name]) == by_highs(NETS[name])


def test_the_gaussian_network_of_four_inputs_has_the_regions_that_it_is_known_to_have() -> None:
    """46 823: 4-16-16-1 with He weights, counted by two programs with exact decisions."""
    rng = np.random.default_rng(0)
    layers = []
    for n, m in pairwise((4, 16, 16)):
        weight = rng.normal(size=(m, n)) * np.sqrt(2 / n)
        layers.append((weight, rng.uniform(-0.5, 0.5, m)))
    net = linreg.mlp(layers)
    assert count(net, strategy="compiled").regions == 46_823
    assert count(net, strategy="compiled", workers=2).regions == 46_823


# Doubts, errors and garbage


@pytest.mark.parametrize("share", [1e-6, 1e-3])
def test_numbers_that_are_off_by_their_error_bounds_change_nothing(
    monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    """More doubts, and the same regions: what is certain is so for all numbers within bounds."""
    rng = np.random.default_rng(0)
    exact = explorer.tables_of

    def tables_of(problem: Problem) -> Any:
        tables = exact(problem)
        return None if tables is None else blurred(tables, share, rng)

    monkeypatch.setattr(explorer, "tables_of", tables_of)
    for name, net in NETS.items():
        assert explored(net) == by_highs(net), name


class Watched:
    """The explorer in plain Python, each of whose proofs and points is checked exactly."""

    def __init__(self) -> None:
        self.plain = plain_machine()
        self.proved = 0
        self.seen_from_corners = 0
        self.doubts = 0
        self._solver = Solver()
        self._exactly: Any = None
        self._work: Any = None
        for module, name, keep in (
            (self.plain.explorer, "Exactly", "_exactly"),
            (self.plain.explorer, "work_for", "_work"),
        ):
            setattr(module, name, self._kept(getattr(module, name), keep))
        for module in (self.plain.forms, self.plain.contests):
            module.proves = self._proves(module.proves)
        self.plain.points.inside = self._inside(self.plain.points.inside)
        self.plain.cells.settle = self._settles(self.plain.cells.settle)
        self.plain.cells._hand_down = self._hands_down(self.plain.cells._hand_down)

    def __call__(self) -> Any:
        return self.plain.explorer.CompiledExplorer()

    def _kept(self, make: Any, name: str) -> Any:
        def made(*given: Any) -> Any:
            setattr(self, name, make(*given))
            return getattr(self, name)

        return made

    def _row(self, pattern: Pattern, row: int, rival: int, domain_halfspace: int) -> IntegerRow:
        """A half-space exactly."""
        exactly, work = self._exactly, self.plain.work
        if rival == work.OF_DOMAIN:
            return list(exactly._problem.domain_rows.rows[domain_halfspace])
        if rival >= 0:
            return list(exactly.lead(pattern, row, rival))
        t = exactly.tables
        stage = int(t.rows["stage"][t.forms["row"][row]])
        plane, above = exactly._plane(pattern, stage, row)
        side = above if rival == work.POSITIVE else -above
        if plane is None:
            return [fmpz(0)] * t.dim + [fmpz(side)]
        form = exactly.on_cell(stage, pattern).hyperplanes.rows[plane]
        return [side * entry for entry in form]

    def _proves(self, proves: Any) -> Any:
        def checked(t: Any, maps: Any, halfspaces: Any, p: Any, proof: Any, *given: Any) -> bool:
            pieces, _, m = given
            goal = proof.goal[0]
            s, row, rival = int(goal.stage), int(goal.row), int(goal.rival)
            if not proves(t, maps, halfspaces, p, proof, *given):
                return False
            self.proved += 1
            pattern = tuple(map(int, pieces[: int(t.stages[s].unit)]))
            rows = []
            for i in range(m):
                halfspace = int(p.rows[i].halfspace)
                end = halfspaces.ends[halfspace]
                rows.append(self._row(pattern, int(end.row), int(end.rival), halfspace))
            if row >= 0:
                rows.append([-entry for entry in self._row(pattern, row, rival, -1)])
            assert isinstance(decide_interior(rows, t.dim, self._solver), Multipliers)
            return True

        return checked

    def _settles(self, settle: Any) -> Any:
        """Corners of the current cell tell the side of a form."""

        def checked(t: Any, tree: Any, local: int, positive: bool) -> None:
            settle(t, tree, local, positive)
            self._check_side(t, tree, tree.node, local, positive)

        return checked

    def _hands_down(self, hand_down: Any) -> Any:
        """Corners of a part tell the sides of forms."""

        def checked(t: Any, tree: Any, c: Any, top: int, *given: Any) -> None:
            hand_down(t, tree, c, top, *given)
            for local in range(64 * t.n_words):
                for side in (1, 2):
                    if int(c.part[side, local >> 6]) >> (local & 63) & 1:
                        self._check_side(t, tree, tree.nodes[top], local, side == 1)

        return checked

    def _check_side(self, t: Any, tree: Any, node: Any, local: int, positive: bool) -> None:
        """No point of a node's cell is on the other side of a form of its stage."""
        self.seen_from_corners += 1
        work = self.plain.work
        first = t.stages[int(node[work.STAGE])]
        pattern = tuple(map(int, node[tree.pieces : tree.pieces + int(first.unit)]))
        at = tree.halfspaces
        pairs = node[at : at + 2 * int(node[work.HALFSPACES])].reshape(-1, 2).tolist()
        rows = [list(row) for row in self._exactly._problem.domain_rows.rows]
        rows += [self._row(pattern, row, rival, -1) for row, rival in pairs]
        side = work.NEGATIVE if positive else work.POSITIVE
        rows.append(self._row(pattern, int(first.form) + local, side, -1))
        assert isinstance(decide_interior(rows, t.dim, self._solver), Multipliers)

    def _inside(self, inside: Any) -> Any:
        def checked(halfspaces: Any, n: int, x: np.ndarray, last: int) -> bool:
            if not inside(halfspaces, n, x, last):
                return False
            tree = self._work.tree
            stage = self._exactly.tables.stages[int(tree.node[self.plain.work.STAGE])]
            pattern = tuple(map(int, tree.node[tree.pieces : tree.pieces + int(stage.unit)]))
            point = [*map(Fraction, x.tolist()), Fraction(1)]
            for i in range(last):
                end = halfspaces.ends[i]
                row = self._row(pattern, int(end.row), int(end.rival), i)
                assert sum(int(a) * b for a, b in zip(row, point, strict=True)) > 0
            return True

        return checked


@pytest.fixture
def watched() -> Iterator[Watched]:
    with np.errstate(all="ignore"):
        yield Watched()


SMALL_NETS = {
    "Gaussian": random_net(3, 4, 3),
    "four inputs": random_net(4, 3, 3, 2),
    "integers": random_net(3, 5, 4, 2, change=integers(3)),
    "ternary": random_net(3, 5, 4, change=ternary(0.37)),
    "no bias": random_net(3, 4, 4, change=no_bias),
    "copies one ulp apart": random_net(3, 4, 3, change=copied(-1.0, ulps=True)),
    "maxout": random_net(3, 3, 2, unit=maxout(3)),
    "maxout of integers": random_net(3, 3, 3, unit=maxout(3), change=integers(1)),
    "clip": random_net(3, 3, 3, unit=clip(0, 1)),
    "fading": fading(3, 1e-50),
    "cancelling": cancelling(4),
    "pruned": random_net(4, 8, 6, change=pruned),
    "pruned, three layers": random_net(3, 6, 6, 4, change=pruned),
    "pruned maxout": random_net(3, 4, 3, unit=maxout(3), change=pruned),
}


@pytest.mark.parametrize("name", SMALL_NETS)
def test_every_proof_and_every_point_is_right(watched: Watched, name: str) -> None:
    net = SMALL_NETS[name]
    assert explored(net, made=watched) == by_highs(net)
    assert watched.proved > 0


@pytest.mark.parametrize("net", [random_net(3, 6, 5), random_net(4, 6, 4)], ids=["3", "4"])
def test_every_side_that_is_seen_from_corners_is_right(watched: Watched, net: Network) -> None:
    assert explored(net, made=watched) == by_highs(net)
    assert watched.seen_from_corners > 100


@pytest.mark.parametrize("inputs", [3, 4])
def test_corners_that_are_elsewhere_are_caught(watched: Watched, inputs: int) -> None:
    """Where they are certain to be is what is believed of them."""
    crossing = watched.plain.crossing
    put = crossing._put_between

    def elsewhere(c: Any, form: Any, n: int, i: int, j: int, m: int) -> bool:
        done = put(c, form, n, i, j, m)
        c.at[1, m, :n] *= 1.5
        return bool(done)

    crossing._put_between = elsewhere
    with pytest.raises(AssertionError):
        explored(random_net(inputs, 6, 6), made=watched)


@pytest.mark.parametrize("most", [2, 6])
def test_it_does_not_matter_of_which_cells_there_are_corners(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of none; of up to six inputs, where they take longer than linear programs."""
    monkeypatch.setattr(polytopes, "MOST_INPUTS", most)
    for name in ("Gaussian", "six inputs", "clip", "small integers", "pruned", "no bias"):
        agree(NETS[name])
    agree(random_net(5, 6, 5))
    agree(random_net(3, 6, 5), Box([-3, -2, -1], [1, 2, 3]))


@pytest.mark.parametrize("name", SMALL_NETS)
def test_garbage_for_proposals_changes_nothing(watched: Watched, name: str) -> None:
    """Wrong outcomes, bases, multipliers, inverses, determinants and points."""
    rng = np.random.default_rng(0)
    for module in (watched.plain.forms, watched.plain.contests):
        module.descend = _sabotaged(module.descend, rng)
    net = SMALL_NETS[name]
    expected = by_highs(net)
    for _ in range(2):
        assert explored(net, made=watched) == expected


def _sabotaged(descend: Any, rng: np.random.Generator) -> Any:
    def garbled(p: Any, n: int, m: int, value: float) -> int:
        outcome = int(descend(p, n, m, value))
        tableau = p.tableau[:n, : m + n + 1]
        unknown = [np.nan, np.inf, 1e300, 1e-300, 0.0, 1.0, -1.0]
        match int(rng.integers(0, 9)):
            case 0:
                outcome = int(rng.integers(0, 3))
            case 1:
                tableau *= 1 + rng.choice([1e-12, 1e-3, 0.5]) * rng.normal(size=tableau.shape)
            case 2:
                tableau[:, m + n] = np.abs(rng.normal(size=n))
                p.nonbasic[: min(n, m)] = rng.permutation(m)[:n]
            case 3:
                tableau[:] = rng.choice(unknown, tableau.shape)
            case 4:
                p.step[:n] = rng.choice(unknown, n)
                outcome = _some_outcome(rng)
            case 5:
                p.determinant[0] = rng.choice([2.0, 3.0, np.nan, np.inf])
                outcome = _some_outcome(rng)
        return outcome

    return garbled


def _some_outcome(rng: np.random.Generator) -> int:
    """That the goal falls below zero, or that it is least where it is."""
    return int(rng.integers(1, 3))


@pytest.mark.parametrize("inputs", [2, 3, 9])
def test_numbers_beyond_machine_code_are_split_exactly(inputs: int) -> None:
    """By generators up to eight inputs, by programs above; a limit is met exactly."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(4, inputs)) * 10.0 ** rng.uniform(-100, 100, (4, inputs))
    net = linreg.mlp([(rows, rng.normal(size=4))])
    regions = enumerate_regions(net, strategy="compiled")
    assert patterns_of(regions) == patterns_of(enumerate_regions(net, strategy="highs"))
    assert all(region.contains(region.exact_witness) for region in regions)
    for limit in (1, 2, 6, len(regions) - 1, len(regions) + 1):
        found = count(net, strategy="compiled", limit=limit).regions
        assert found == min(limit, len(regions))
