"""Of how few vectors gradients are combinations, as machine code tells it from terms alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from flint import fmpz_mat
from plain_machine import by_attribute, plain_machine

from linreg import absolute, clip, maxout, mlp, relu
from linreg.kernel.bridge.exact_cells import Exactly
from linreg.kernel.data.tables import tables_of
from linreg.network import INPUT, AffineNode, Network, Node, UnitNode, linear_map
from linreg.problem import problem_of
from linreg.units import Unit

Name = tuple[int, int]
"""A form, or a row, and its rival."""


@pytest.fixture
def plain() -> Iterator[SimpleNamespace]:
    with np.errstate(all="ignore"):
        yield plain_machine()


def pruned(rng: np.random.Generator, *shape: int) -> np.ndarray:
    weights: np.ndarray = np.where(rng.random(shape) < 0.4, rng.normal(size=shape), 0.0)
    weights[~weights.any(axis=1), 0] = 1.0
    return weights


class OnCell:
    """A network where its units are on some pieces, in machine code and exactly."""

    def __init__(self, plain: SimpleNamespace, net: Network, pieces: Sequence[int]) -> None:
        problem = problem_of(net, None)
        tables = tables_of(problem)
        assert tables is not None
        self.plain, self.pieces = plain, np.array(pieces)
        self.exactly = Exactly(problem, tables)
        self.t = by_attribute(plain.tables.tables_of(problem))
        self.work = plain.explorer.work_for(self.t)
        for s in range(self.t.n_stages):
            plain.composing.compose(self.t, self.work.maps, s, self.pieces)

    def go_through(self, names: Sequence[Name], few: int) -> bool:
        """Whether so few vectors are said to have the gradients as combinations.

        The goal is the last name, and the support the others; there may be more or fewer of them.
        """
        t, work = self.t, self.work
        *support, goal = names
        for i, (row, rival) in enumerate(support):
            work.program.nonbasic[i] = work.program.rows[i].halfspace = i
            work.proof.support[i].column = i
            work.halfspaces.ends[i].row, work.halfspaces.ends[i].rival = row, rival
        work.proof.goal[0].row, work.proof.goal[0].rival = goal
        work.proof.goal[0].stage = t.n_stages - 1
        # The support is as large as the number of vectors: what is asked of fewer has its lead too.
        n = t.dim + len(support) - few
        return bool(
            self.plain.spans.go_through_few(
                t,
                work.maps,
                work.halfspaces,
                work.program,
                work.proof,
                self.pieces,
                n,
                len(support),
            )
        )

    def rank(self, names: Sequence[Name]) -> int:
        """How many independent gradients there are among those, exactly."""
        pattern = self.pieces.tolist()
        rows = [
            self.exactly.lead(pattern, row, rival)
            if rival >= 0
            else self.exactly.side(pattern, row, rival)
            for row, rival in names
        ]
        return int(fmpz_mat([row[:-1] for row in rows]).rank())


def layers_of(rng: np.random.Generator, sizes: Sequence[int]) -> list[tuple[Any, Any]]:
    return [(pruned(rng, n, m), rng.normal(size=n)) for m, n in pairwise(sizes)]


def least_cut(layers: Sequence[tuple[Any, Any]], pieces: Sequence[int], rows: Sequence[int]) -> int:
    """Rows and inputs, as few as possible, through which all ways from rows to inputs go."""
    starts = np.cumsum([0, *(len(bias) for _, bias in layers)]).tolist()
    graph = nx.DiGraph()
    graph.add_nodes_from(["rows", "inputs"])
    for s, (weights, _) in enumerate(layers):
        for i, j in np.argwhere(weights).tolist():
            if s == 0:
                graph.add_edge(("out", i), ("in", -1 - j))
                graph.add_edge(("in", -1 - j), ("out", -1 - j), capacity=1)
                graph.add_edge(("out", -1 - j), "inputs")
            elif pieces[starts[s - 1] + j]:
                graph.add_edge(("out", starts[s] + i), ("in", starts[s - 1] + j))
    for r in range(starts[-1]):
        graph.add_edge(("in", r), ("out", r), capacity=1)
    for r in rows:
        graph.add_edge("rows", ("in", r))
    return int(nx.maximum_flow_value(graph, "rows", "inputs"))


def test_gradients_go_through_as_few_places_as_a_least_cut_has(plain: SimpleNamespace) -> None:
    """By networkx; exact ranks are no larger. One unit has one row and one form here."""
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(150):
        layers = layers_of(rng, [4, 6, 5, 5])
        pieces = (rng.random(16) < 0.6).astype(int).tolist()
        on_cell = OnCell(plain, mlp(layers), pieces)
        k = int(rng.integers(1, 4))
        rows = [*rng.choice(16, k, replace=False).tolist(), int(rng.integers(6, 16))]
        names = [(r, plain.work.NEGATIVE) for r in rows]
        cut = least_cut(layers, pieces, rows)
        said = [few for few in range(k + 1) if on_cell.go_through(names, few)]
        assert said == list(range(cut, k + 1))
        assert on_cell.rank(names) <= cut
        seen.add((k, cut))
    assert len(seen) > 8


def mixed(rng: np.random.Generator) -> Network:
    """Units of all kinds, each layer of which reads all that came before."""
    layers: tuple[tuple[Unit, ...], ...] = (
        (maxout(3), relu(), relu(), clip(0, 1)),
        (maxout(2), relu(), absolute()),
        (maxout(3), relu(), clip(0, 1)),
    )
    nodes: list[Node] = []
    sources: tuple[str, ...] = (INPUT,)
    size = 4
    for k, units in enumerate(layers):
        weights = pruned(rng, sum(unit.n_inputs for unit in units), size)
        # Candidates have some terms in common.
        weights[1, : size // 2] = weights[0, : size // 2]
        linear = linear_map(weights, rng.normal(size=len(weights)), where="")
        nodes.append(AffineNode(f"linear{k}", sources, linear))
        nodes.append(UnitNode(f"units{k}", (f"linear{k}",), units))
        sources, size = (f"units{k}", *sources), size + len(units)
    return Network((4,), tuple(nodes), nodes[-1].name)


def few_enough(plain: SimpleNamespace, seed: int) -> tuple[int, int]:
    """How often gradients are said to go through few vectors, and of more than these.

    Sides of forms and leads of candidates, on random pieces.
    """
    rng = np.random.default_rng(seed)
    told, wrong = 0, 0
    for _ in range(60):
        net = mixed(rng)
        units = [unit for stage in net.staged.stages for unit in stage.units]
        pieces = [int(rng.integers(0, unit.n_pieces)) for unit in units]
        on_cell = OnCell(plain, net, pieces)
        t = on_cell.t
        names: list[Name] = [(f, plain.work.NEGATIVE) for f in range(len(t.forms))]
        for u in range(len(t.units)):
            if t.units[u].is_max:
                row = int(t.units[u].row)
                names += [(row, row + 1), (row + 1, row)]
        for k in (1, 1, 2, 2, 3):
            chosen = [names[i] for i in rng.choice(len(names), k + 1, replace=False)]
            if on_cell.go_through(chosen, k):
                told += 1
                wrong += on_cell.rank(chosen) > k
    return told, wrong


def test_gradients_that_go_through_few_vectors_have_no_larger_rank(plain: SimpleNamespace) -> None:
    told, wrong = few_enough(plain, 0)
    assert told > 40
    assert wrong == 0


def test_a_term_that_is_passed_over_is_caught(plain: SimpleNamespace) -> None:
    """Where all weights are the same, terms in one output are terms in common."""
    see = plain.spans._see_terms

    def sees(t: Any, *given: Any) -> int:
        kept = t.terms["weight"].copy()
        t.terms["weight"][:] = 1.0
        top: int = see(t, *given)
        t.terms["weight"][:] = kept
        return top

    plain.spans._see_terms = sees
    assert few_enough(plain, 0)[1] > 0


@pytest.mark.parametrize("where", ["_see_terms", "_is_narrow"])
def test_an_output_that_is_taken_for_constant_is_caught(plain: SimpleNamespace, where: str) -> None:
    look = getattr(plain.spans, where)

    def looks(t: Any, maps: Any, *given: Any) -> Any:
        kept = maps.out_ends["live"].copy()
        maps.out_ends["live"][:: 3 if where == "_see_terms" else 1] = 0
        found = look(t, maps, *given)
        maps.out_ends["live"][:] = kept
        return found

    setattr(plain.spans, where, looks)
    assert few_enough(plain, 0)[1] > 0


def is_parallel(
    plain: SimpleNamespace,
    halfspace: Sequence[float],
    goal: Sequence[float],
    *,
    error: float = 0.0,
    opposite: bool = False,
) -> bool:
    """Whether machine code takes a goal for a positive multiple of a row of its own stage."""
    size = len(halfspace)
    on_cell = OnCell(plain, mlp([(np.ones((2, size)) + np.eye(2, size), [1, 2])]), [0, 0])
    t, work = on_cell.t, on_cell.work
    for row, numbers in enumerate((halfspace, goal)):
        t.terms["weight"][t.rows[row].term : t.rows[row + 1].term] = numbers
    t.terms["error"][0] = error
    work.program.nonbasic[0] = work.program.rows[0].halfspace = work.proof.support[0].column = 0
    end, about = work.halfspaces.ends[0], work.proof.goal[0]
    end.row, end.rival = 0, plain.work.NEGATIVE
    about.row, about.rival = 1, plain.work.POSITIVE if opposite else plain.work.NEGATIVE
    return bool(plain.spans.is_parallel(t, work.maps, work.halfspaces, work.program, work.proof))


def test_a_goal_is_parallel_to_a_wall_only_if_exact_ratios_say_so(plain: SimpleNamespace) -> None:
    """Weights of 48 bits times 3 or 5 are floats; the next float after one is no multiple."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        halfspace = rng.integers(2**46, 2**48, 3) * 2.0 ** rng.integers(-100, 100, 3)
        goal = rng.choice([3.0, 5.0, 0.75]) * halfspace
        assert is_parallel(plain, halfspace, goal)
        assert is_parallel(plain, halfspace, -goal, opposite=True)
        assert not is_parallel(plain, halfspace, goal, error=1e-300)
        assert not is_parallel(plain, halfspace, -goal)
        assert not is_parallel(plain, halfspace, goal, opposite=True)
        i = int(rng.integers(0, 3))
        near = goal.copy()
        near[i] = np.nextafter(near[i], rng.choice([-np.inf, np.inf]))
        assert not is_parallel(plain, halfspace, near)
        assert not is_parallel(plain, near, halfspace)
        near[i] = rng.choice([np.nan, np.inf, 0.0])
        assert not is_parallel(plain, halfspace, near)
        assert not is_parallel(plain, near, halfspace)
