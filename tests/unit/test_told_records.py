"""Records that machine code writes, which runs as plain Python here: accepted, whatever is blurred.

Numbers of the tables are off by up to their error bounds, so that much is in doubt.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from generators import problems
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain_machine import blurred, by_attribute, plain_machine

import linreg
from linreg.certificate.encoding import Writer
from linreg.certificate.prover import write_tree
from linreg.domains import Domain
from linreg.kernel.data.outcomes import LEAST
from linreg.kernel.data.tables import tables_of
from linreg.kernel.proofs import proving
from linreg.network import Network
from linreg.polyhedra import Solver
from linreg.problem import Problem, problem_of
from linreg.run import Options
from linreg.units import maxout, relu

SHARES = [0.0, 2.0**-52, 1e-12, 1e-9, 1e-6, 1e-3]


@pytest.fixture(scope="module")
def plain() -> Iterator[SimpleNamespace]:
    with np.errstate(all="ignore"):
        yield plain_machine("proofs.telling_exactly")


class Blurred:
    """Makes tellers that are plain Python and see blurred tables; counts what they leave open."""

    def __init__(self, plain: SimpleNamespace, share: float, rng: np.random.Generator) -> None:
        self._plain, self._share, self._rng = plain, share, rng
        self.tellers: list[Any] = []

    def __call__(self, problem: Problem, tables: Any, solver: Solver) -> Any:
        t = by_attribute(blurred(tables, self._share, self._rng) if self._share else tables)
        teller = self._plain.telling_exactly.Teller(problem, t, solver)
        teller._work = by_attribute(teller._work)
        self.tellers.append(teller)
        return teller


def accepted(problem: Problem, path: Path, blur: Blurred) -> int:
    """Regions of a certificate that the checker accepts."""
    count, verdict = checked(problem, path, blur)
    assert verdict.false_claim is None
    assert verdict.regions == count
    return count


def checked(problem: Problem, path: Path, blur: Blurred) -> tuple[int, linreg.Verdict]:
    """Regions of a certificate, and what the checker says of it."""
    with pytest.MonkeyPatch.context() as patch, path.open("wb") as stream:
        patch.setattr(proving, "Teller", blur)
        writer = Writer(stream)
        count, _ = write_tree(writer, problem, Options("compiled"))
        writer.finish()
    return count.regions, linreg.check(path, problem.network, problem.domain)


@given(problem=problems(), share=st.sampled_from(SHARES), seed=st.integers(0, 99))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_from_blurred_numbers_is_accepted(
    problem: tuple[Network, Domain],
    share: float,
    seed: int,
    plain: SimpleNamespace,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    asked = problem_of(*problem)
    if tables_of(asked) is None:
        return
    blur = Blurred(plain, share, np.random.default_rng(seed))
    path = tmp_path_factory.mktemp("certificates") / "proof"
    assert accepted(asked, path, blur) == linreg.count_regions(*problem)


NETS = {
    "generic": ((3, 5, 4), lambda draw, shape: draw.normal(size=shape)),
    "small integers": ((3, 6, 5), lambda draw, shape: draw.integers(-1, 2, shape)),
    "one ulp apart": ((2, 3, 3), lambda draw, shape: 1 + draw.integers(-2, 3, shape) * 2.0**-52),
}


def net_of(name: str, rank: int) -> Network:
    """Two layers of max units of this rank, or of rectifiers if it is 1."""
    sizes, drawn = NETS[name]
    draw = np.random.default_rng(5)
    shapes = [(rank * sizes[i + 1], sizes[i]) for i in range(2)]
    pairs = [(drawn(draw, shape), drawn(draw, shape[0])) for shape in shapes]
    return linreg.mlp(pairs, activation=relu() if rank == 1 else maxout(rank))


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize("name", NETS)
def test_the_more_is_in_doubt_the_more_is_settled_exactly(
    name: str, rank: int, share: float, plain: SimpleNamespace, tmp_path: Path
) -> None:
    problem = problem_of(net_of(name, rank), None)
    blur = Blurred(plain, share, np.random.default_rng(1))
    regions = accepted(problem, tmp_path / "proof", blur)
    assert regions == linreg.count_regions(problem.network)
    doubts = sum(teller.doubts for teller in blur.tellers)
    if name == "generic" and not share:
        assert not doubts
    if share > 1e-4:
        assert doubts


def test_a_descent_that_stops_too_early_proves_nothing(
    plain: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says at the centre that the least of the leads is as high as it can be."""
    problem = problem_of(net_of("generic", 2), None)
    blur = Blurred(plain, 0.0, np.random.default_rng(0))
    monkeypatch.setattr(plain.contests, "descend", lambda *_: LEAST)
    accepted(problem, tmp_path / "proof", blur)
    assert sum(teller.doubts for teller in blur.tellers)
    monkeypatch.setattr(plain.candidates, "is_beaten", lambda *_: True)
    _, verdict = checked(problem, tmp_path / "proof", blur)
    assert "its rows do not prove that candidate" in str(verdict.false_claim)


def test_rows_that_are_no_basis_are_never_taken_for_one(plain: SimpleNamespace) -> None:
    """Integer rows of which one is a combination of others, and whatever inverse."""
    draw = np.random.default_rng(0)
    for turn in range(300):
        n = int(draw.integers(1, 6))
        rows = draw.integers(-9, 10, (n, n)).astype(float)
        rows[-1] = draw.integers(-2, 3, n - 1) @ rows[:-1] if n > 1 else 0.0
        inverse = draw.normal(size=(n, n))
        if turn % 2:
            inverse = np.linalg.inv(rows + 1e-9 * draw.normal(size=(n, n))).T
        scales = 2.0 ** draw.integers(-40, 41, n)
        tableau = np.zeros((n + 1, 2 * n))
        tableau[:n, n:] = inverse / scales[:, np.newaxis]
        halfspaces = SimpleNamespace(normals=rows, errors=np.zeros((n, n)))
        program = SimpleNamespace(
            tableau=tableau,
            nonbasic=np.arange(n),
            rows=[SimpleNamespace(halfspace=i, scale=scales[i]) for i in range(n)],
        )
        assert not plain.bases._are_independent(halfspaces, program, n, n)
        halfspaces.normals = rows + 20 * np.eye(n) * (1 + np.abs(rows).sum())
        tableau[:n, n:] = np.linalg.inv(halfspaces.normals).T / scales[:, np.newaxis]
        assert plain.bases._are_independent(halfspaces, program, n, n)
