"""Units that miss the box around a cell miss the cell, however few they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from generators import problems
from hypothesis import given, settings

import linreg
from linreg.explore import subdivision
from linreg.oracle import brute_force_patterns


@settings(max_examples=60)
@given(problem=problems())
def test_what_misses_the_box_around_a_cell_misses_the_cell(
    problem: tuple[linreg.Network, linreg.Domain], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The box is asked for on every cell here, and the checker accepts each of its proofs."""
    network, domain = problem
    proof: Path = tmp_path_factory.mktemp("box") / "proof"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subdivision, "FORMS_FOR_BOX", 0)
        regions = linreg.enumerate_regions(network, domain)
        linreg.certify(network, proof, domain)
    assert set(map(tuple, regions.patterns.tolist())) == brute_force_patterns(network, domain)
    assert linreg.check(proof, network, domain).accepted
