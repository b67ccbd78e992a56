"""What the counts of random networks are on average, where a theorem says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dataset_specs import rows

from linreg import theory
from linreg.datasets import generate, spec_of

HEAD = """
name = "averages"
seed = 1
[truth]
definitions = false
graphs = false
geometry = false
"""


def expectations(text: str, folder: Path) -> list[dict[str, Any]]:
    return rows(generate(spec_of(HEAD + text), folder).path, "expectations")


def test_one_convolution_has_the_same_regions_at_almost_all_weights(tmp_path: Path) -> None:
    """Xiong et al. (2020), Theorem 1 (ii), with the true number where the formula is too large."""
    found = expectations(
        """
        [[drawn]]
        name = "line"
        samples = 3
        input_shape = [[1, 4], [2, 3]]
        layers = [{type = "conv1d", filters = 2, kernel = 2}, {type = "relu"}, {type = "flatten"},
                  {type = "linear", outputs = 1}]
        init = ["he", "uniform"]
        [[drawn]]
        name = "plane"
        samples = 2
        input_shape = [1, 2, 3]
        layers = [{type = "conv2d", filters = 3, kernel = 2}, {type = "relu"}]
        init = "glorot"
        """,
        tmp_path,
    )
    shapes = {"1x4": ((1, 4), 2), "2x3": ((2, 3), 2), "1x2x3": ((1, 2, 3), 3)}
    assert len(found) == 5
    for row in found:
        shape, filters = shapes[row["architecture"].partition(" ")[0]]
        exact = theory.generic_count(shape, filters, 2)
        assert row["convolutional"]
        assert row["complete"]
        assert (row["mean"], row["variance"], row["standard_error"]) == (exact, 0, 0)
        assert row["expected"] == row["max_at_least"] == row["upper_bound"] == exact
    assert [row["mean"] for row in found] == [55, 55, 16, 16, 64]


def test_one_dense_layer_is_in_general_position_and_without_biases_central(tmp_path: Path) -> None:
    """Zaslavsky (1975): 16 regions of five lines in the plane, 10 if all of them meet."""
    found = expectations(
        """
        [[drawn]]
        name = "lines"
        samples = 4
        inputs = 2
        widths = [5]
        init = "lecun"
        bias = ["uniform", "normal", "zero"]
        """,
        tmp_path,
    )
    assert [(row["mean"], row["variance"], row["expected"]) for row in found] == [
        (theory.zaslavsky(2, [5]), 0, 16),
        (16, 0, 16),
        (theory.zaslavsky_central(2, [5]), 0, None),
    ]


def test_several_convolutions_are_between_their_bounds_on_average(tmp_path: Path) -> None:
    """Xiong et al. (2020), Theorem 2: at most 60 regions; and 28 are known to be reached."""
    [row] = expectations(
        """
        [[drawn]]
        name = "deep"
        samples = 10
        input_shape = [1, 3]
        layers = [{type = "conv1d", filters = 2, kernel = 2}, {type = "relu"},
                  {type = "conv1d", filters = 2, kernel = 2}, {type = "relu"}]
        init = "he"
        """,
        tmp_path,
    )
    pair = {"filters": 2, "kernel": 2}
    assert row["convolutional"]
    assert row["layers"] == 2
    assert row["expected"] is None
    assert row["max_at_least"] == theory.xiong_2020_lower((1, 3), [pair, pair]) == 16
    assert row["upper_bound"] <= theory.xiong_2020_upper((1, 3), [pair, pair]) == 60
    assert 15 <= row["least"] < row["mean"] < row["most"] <= row["upper_bound"]
    assert row["variance"] > 0
    assert row["standard_error"] == pytest.approx((row["variance"] / 10) ** 0.5)


def test_integer_weights_are_not_generic_and_nothing_is_expected_of_them(tmp_path: Path) -> None:
    found = expectations(
        """
        [[drawn]]
        name = "integers"
        samples = 12
        inputs = 2
        widths = [4]
        init = "ternary"
        [[drawn]]
        name = "in-a-box"
        samples = 12
        inputs = 2
        widths = [4]
        init = "he"
        domain = {type = "box", lo = 0, hi = 1}
        """,
        tmp_path,
    )
    assert [row["expected"] for row in found] == [None, None]
    assert all(row["variance"] > 0 and row["most"] <= 11 for row in found)
