"""How the networks of a dataset are drawn and trained, each on its own."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from linreg import InvalidSpec
from linreg.datasets import Recipe, plan, spec_of
from linreg.datasets.forecast import Forecast
from linreg.datasets.initialisers import BIASES, LAWS, WEIGHTS, biases_of, weights_of
from linreg.datasets.recipes import splits_of
from linreg.datasets.spec import Initialiser
from linreg.datasets.trained import DATA, FEATURES
from linreg.readers import network_to_json

DENSE = """
[[drawn]]
name = "dense"
samples = {samples}
inputs = 2
widths = {widths}
init = {init}
domain = {domain}
"""


def recipes(text: str, seed: int = 0) -> tuple[Recipe, ...]:
    return plan(spec_of(f'name = "test"\nseed = {seed}\n{text}'))


def dense(
    widths: str = "[3]", init: str = '"he"', samples: int = 2, domain: str = '"all"', seed: int = 0
) -> tuple[Recipe, ...]:
    text = DENSE.format(widths=widths, init=init, samples=samples, domain=domain)
    return recipes(text, seed)


def documents(made: tuple[Recipe, ...]) -> dict[str, object]:
    return {recipe.id: network_to_json(recipe.network()[0]) for recipe in made}


def test_a_network_depends_on_no_other() -> None:
    few = documents(dense())
    more = documents(dense(widths="[[2], [3]]", init='["ternary", "he"]', samples=3))
    assert few.items() <= more.items()
    assert len(more) == 12


def test_another_seed_and_another_family_give_other_networks() -> None:
    one = documents(dense())
    assert one.keys().isdisjoint(documents(dense(seed=1)))
    text = DENSE.format(widths="[3]", init='"he"', samples=2, domain='"all"')
    other = documents(recipes(text.replace('"dense"', '"other"')))
    assert one.keys().isdisjoint(other)
    assert all(document not in one.values() for document in other.values())


def test_a_network_has_the_same_weights_on_every_domain_and_is_in_one_split() -> None:
    box = '["all", {type = "box", lo = -1, hi = 1}]'
    text = DENSE.format(widths="[3]", init='"he"', samples=8, domain=box)
    spec = spec_of(f'name = "test"\nseed = 0\nsplits = {{a = 1, b = 1}}\n{text}')
    made = plan(spec)
    whole, boxed = made[:8], made[8:]
    assert {recipe.id for recipe in whole}.isdisjoint(recipe.id for recipe in boxed)
    assert [*documents(whole).values()] == [*documents(boxed).values()]
    chosen = splits_of(spec, made)
    assert chosen[:8] == chosen[8:]
    assert {*chosen} == {"a", "b"}


def test_a_split_without_a_network_is_refused() -> None:
    text = DENSE.format(widths="[3]", init='"he"', samples=1, domain='"all"')
    spec = spec_of(f'name = "test"\nseed = 0\nsplits = {{a = 1, b = 1}}\n{text}')
    with pytest.raises(InvalidSpec, match=r"of 1 network none falls into it"):
        splits_of(spec, plan(spec))


def test_splits_have_about_their_shares() -> None:
    text = DENSE.format(widths="[1]", init='"he"', samples=2000, domain='"all"')
    spec = spec_of(f'name = "test"\nseed = 0\nsplits = {{train = 4, test = 1}}\n{text}')
    chosen = splits_of(spec, plan(spec))
    assert abs(chosen.count("test") - 400) < 4 * (2000 * 0.2 * 0.8) ** 0.5


@pytest.mark.parametrize("law", ["he", "glorot", "lecun", "uniform", "normal"])
def test_random_weights_have_the_variance_of_their_law(law: str) -> None:
    """He et al. (2015); Glorot, Bengio (2010); LeCun et al. (1998)."""
    variances = {"he": 2 / 50, "glorot": 2 / 150, "lecun": 1 / 50, "uniform": 1 / 3, "normal": 1}
    draw = WEIGHTS.get(law) or BIASES[law]
    weights = draw(np.random.default_rng(0), (200, 50), 50, 100)
    assert weights.mean() == pytest.approx(0, abs=4 * (variances[law] / 10_000) ** 0.5)
    assert weights.var() == pytest.approx(variances[law], rel=0.1)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 1, 2), (2, 3, 2, 2)])
def test_orthogonal_weights_have_orthonormal_rows_or_columns(shape: tuple[int, ...]) -> None:
    law = Initialiser("orthogonal", scale=2.0)
    weights = weights_of(law, np.random.default_rng(0), shape, 1, 1) / 2
    flat = weights.reshape(shape[0], -1)
    if len(flat) > flat.shape[1]:
        flat = flat.T
    assert flat @ flat.T == pytest.approx(np.eye(len(flat)), abs=1e-12)


@pytest.mark.parametrize(("law", "largest"), [("integer", 3), ("ternary", 1)])
def test_integer_weights_are_integers_up_to_their_size(law: str, largest: int) -> None:
    made = Initialiser(law, scale=3, bias=law, bias_scale=2)
    weights = weights_of(made, np.random.default_rng(0), (30, 30), 30, 30)
    biases = biases_of(made, np.random.default_rng(0), (100,))
    assert {*weights.ravel().tolist()} == {3 * k for k in range(-largest, largest + 1)}
    assert {*biases.tolist()} == {2 * k for k in range(-largest, largest + 1)}
    assert weights.dtype == biases.dtype == np.int64


def test_every_law_is_explained() -> None:
    assert LAWS.keys() == WEIGHTS.keys() | BIASES.keys()


def test_zero_biases_are_zero_and_a_scale_scales() -> None:
    plain, scaled = (
        recipes(
            '[[drawn]]\nname = "a"\ninputs = 2\nwidths = [3]\ninit = "integer"\nbias = "zero"\n'
            f"scale = {scale}\n"
        )[0]
        for scale in ("1", "0.5")
    )
    document = network_to_json(plain.network()[0])
    assert document["layers"][0]["bias"] == [0, 0, 0]
    assert all(isinstance(w, int) for row in document["layers"][0]["weight"] for w in row)
    halves = network_to_json(scaled.network()[0])["layers"][0]["weight"]
    assert all((2 * Fraction(w)).denominator == 1 for row in halves for w in row)


def test_training_starts_where_epoch_0_is_and_moves_on() -> None:
    """A network does not depend on which other epochs are asked for."""
    text = '[[trained]]\nname = "a"\ndata = "moons"\nwidths = [3]\nepochs = [0, 1, 40]\n'
    start, early, late = recipes(text)
    first, after, last = (recipe.network() for recipe in (start, early, late))
    assert first[0] == start.network()[0] != after[0]
    weights, moved = (
        np.array(network_to_json(net)["layers"][0]["weight"], dtype=float)
        for net in (first[0], after[0])
    )
    # Adam moves no weight by more than the rate at a step, and an epoch has two steps.
    assert 0 < np.abs(moved - weights).max() < 0.03
    assert first[1] is not None
    assert last[1] is not None
    assert 0.4 < first[1] < last[1] <= 1
    alone = recipes(text.replace("[0, 1, 40]", "1"))
    assert alone[0].id == early.id
    assert alone[0].network()[0] == after[0]


@pytest.mark.parametrize("data", DATA)
def test_the_data_have_the_features_that_are_said(data: str) -> None:
    from sklearn import datasets

    points, classes = DATA[data](datasets)
    assert points.shape == (len(classes), FEATURES[data])


def test_features_and_components_choose_the_inputs() -> None:
    head = '[[trained]]\nname = "a"\ndata = "iris"\nwidths = [2]\nepochs = 1\n'
    for line, inputs in (("", 4), ("features = [3]", 1), ("components = 2", 2)):
        [recipe] = recipes(head + line)
        assert recipe.network()[0].input_dim == inputs


def test_ids_do_not_change_from_version_to_version() -> None:
    """Other datasets may be keyed by them."""
    [recipe] = dense(samples=1)
    assert (recipe.id, recipe.cohort) == ("ac2a38ee7092c912", "a15b47ac8ac02dd7")


def test_a_forecast_counts_each_network_at_the_mean_of_its_cohort() -> None:
    forecast = Forecast(["a"] * 4 + ["b"] * 2, workers=2)
    assert forecast.progress.seconds_left == 0
    assert forecast.progress.untimed == 6
    for seconds in (1.0, 3.0):
        forecast.add("a", seconds)
    left = forecast.progress
    assert (left.done, left.total, left.untimed) == (2, 6, 2)
    assert left.seconds_left == (2 * 2 + 2 * 2) / 2
    forecast.add("b", 10.0)
    assert forecast.progress.seconds_left == (2 * 2 + 10) / 2
    forecast.add("b", 10.0)
    assert (forecast.progress.share, forecast.progress.untimed) == (24 / 28, 0)


def test_networks_can_be_described_again_from_their_json() -> None:
    """The id is a digest of what describes a network, which JSON holds."""
    [recipe] = dense(samples=1)
    assert json.loads(json.dumps(recipe.domain)) == recipe.domain
