"""Questions that have no answer are refused by name, before any work."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate

import pytest

from linreg import (
    Box,
    IncompleteError,
    InvalidDomain,
    InvalidNetwork,
    LinregError,
    Polytope,
    UnknownStrategy,
    WholeSpace,
    adjacency_graph,
    count,
    count_regions,
    enumerate_regions,
    mlp,
)
from linreg.units import MaxUnit, ScalarUnit, Unit

NET = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
ask = pytest.mark.parametrize("ask", [count, count_regions, enumerate_regions])


@ask
@pytest.mark.parametrize("domain", [WholeSpace(1), Box([0] * 3, [1] * 3), Polytope([[1]], [0])])
def test_a_domain_of_another_dimension_is_refused(ask: Callable, domain: object) -> None:
    with pytest.raises(InvalidDomain, match="the network has 2 inputs"):
        ask(NET, domain)


@ask
@pytest.mark.parametrize(
    "domain",
    [
        Polytope([[1, 0], [-1, 0]], [0, 0]),
        Polytope([[1, 0], [-1, 0]], [0, -1]),
        Polytope([[1, 1], [-1, 0], [0, -1]], [0, 0, 0]),
        Polytope([[0, 0]], [-1]),
        Polytope([[0, 0], [1, 0]], ["-1/1000000000000000000000", 1]),
        Polytope([[1, 0], [-1, 0]], [1, "-1.000000000000000000000000000001"]),
        Polytope([[1e-300, 0], [-1, 0]], [1e300, -Fraction(1e300) / Fraction(1e-300)]),
    ],
    ids=["flat", "empty", "a point", "0 <= -1", "0 < 0", "thin empty", "far flat"],
)
def test_a_domain_without_interior_is_refused(ask: Callable, domain: Polytope) -> None:
    with pytest.raises(InvalidDomain, match="no interior"):
        ask(NET, domain)


def test_a_domain_with_an_interior_thinner_than_floats_is_not_refused() -> None:
    thin = Polytope([[1, 0], [-1, 0]], [1, "-0.999999999999999999999999999999"])
    assert count_regions(NET, thin) == 3


@ask
def test_a_strategy_that_does_not_exist_is_refused_with_the_nearest_name(ask: Callable) -> None:
    with pytest.raises(UnknownStrategy, match="did you mean 'highs'"):
        ask(NET, strategy="high")
    with pytest.raises(UnknownStrategy, match="Known: auto"):
        ask(NET, strategy="walk")


@ask
@pytest.mark.parametrize("workers", [0, -1])
def test_fewer_than_one_worker_are_refused(ask: Callable, workers: int) -> None:
    with pytest.raises(ValueError, match=f"workers must be at least 1: got {workers}"):
        ask(NET, workers=workers)


@ask
@pytest.mark.parametrize("limit", [0, -5])
def test_a_limit_below_one_is_refused(ask: Callable, limit: int) -> None:
    with pytest.raises(ValueError, match=f"limit must be at least 1: got {limit}"):
        ask(NET, limit=limit)


def test_an_incomplete_run_is_not_taken_for_an_answer() -> None:
    with pytest.raises(IncompleteError, match="at least 3 regions"):
        count_regions(NET, limit=3)
    regions = enumerate_regions(NET, limit=3)
    assert not regions.counted.complete
    with pytest.raises(IncompleteError, match="enumerate without a limit"):
        adjacency_graph(regions)


@pytest.mark.parametrize("error", [InvalidDomain, UnknownStrategy, IncompleteError])
def test_every_refusal_is_an_error_of_the_library(error: type[Exception]) -> None:
    assert issubclass(error, LinregError)


@pytest.mark.parametrize("point", [[1], [1, 2, 3], [float("nan"), 0], [float("inf"), 0], ["x", 0]])
def test_what_is_no_point_is_in_no_region(point: list) -> None:
    region = enumerate_regions(NET)[0]
    with pytest.raises((ValueError, TypeError)):
        region.contains(point)


@pytest.mark.parametrize("n_pieces", [1 << 16, (1 << 16) + 1])
@pytest.mark.parametrize("kind", ["staircase", "max"])
def test_no_unit_has_more_pieces_than_two_bytes_can_tell(kind: str, n_pieces: int) -> None:
    """Slopes 0 and 1 in turn, with a breakpoint at each integer; or the largest of so many."""

    def made() -> Unit:
        if kind == "max":
            return MaxUnit(n_pieces)
        slopes = [k % 2 for k in range(n_pieces)]
        # At breakpoint k the slope changes by d, so the intercept changes by -d k.
        changes = [k * (slopes[k] - slopes[k + 1]) for k in range(n_pieces - 1)]
        return ScalarUnit(range(n_pieces - 1), slopes, list(accumulate(changes, initial=0)))

    if n_pieces <= 1 << 16:
        assert made().n_pieces == n_pieces
    else:
        with pytest.raises(InvalidNetwork, match="at most 65,536 pieces: got 65,537"):
            made()
