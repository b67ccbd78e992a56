"""A network on a slice agrees with the network, its regions with an oracle's."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import generators
import numpy as np
import pytest
from answers import patterns_of
from flint import fmpq, fmpq_mat
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from program import TRIANGLE, linreg, write

from linreg import (
    Box,
    Polytope,
    Slice,
    WholeSpace,
    count,
    enumerate_regions,
    mlp,
    relu,
    slice_through,
)
from linreg.domains import Domain
from linreg.errors import InvalidDomain
from linreg.network import INPUT, Network
from linreg.oracle import brute_force_patterns
from linreg.problem import Problem
from linreg.readers import network_from_json

few = settings(max_examples=40)


@st.composite
def slices(draw: st.DrawFn, n_inputs: int) -> Slice:
    """Slices with small dyadic numbers, of every dimension up to that of the space."""
    dim = draw(st.integers(1, n_inputs))
    basis = [draw(generators.vectors(n_inputs)) for _ in range(dim)]
    entries = [fmpq(entry.numerator, entry.denominator) for row in basis for entry in row]
    assume(fmpq_mat(dim, n_inputs, entries).rank() == dim)
    return Slice(draw(generators.vectors(n_inputs)), basis)


def is_in(domain: Domain, point: list[Fraction]) -> bool:
    return all(
        sum(a * b for a, b in zip(row, [*point, 1], strict=True)) >= 0 for row in domain.rows()
    )


@few
@given(data=st.data(), net=generators.networks())
def test_a_network_on_a_slice_has_the_network_s_values_and_pieces(
    data: st.DataObject, net: Network
) -> None:
    cut = data.draw(slices(net.input_dim))
    sliced = net.on_slice(cut.origin, cut.basis)
    t = data.draw(generators.points(cut.dim))
    x = cut.point(t)
    assert x == [
        start + sum(c * vector[i] for c, vector in zip(t, cut.basis, strict=True))
        for i, start in enumerate(cut.origin)
    ]
    assert sliced.forward_exact(t) == net.forward_exact(x)
    assert sliced.staged.pattern_at(t).tolist() == net.staged.pattern_at(x).tolist()


@few
@given(data=st.data(), net=generators.networks(inputs=st.integers(2, 3), max_units=6))
def test_the_regions_on_a_slice_are_those_that_an_oracle_finds_there(
    data: st.DataObject, net: Network
) -> None:
    cut = data.draw(slices(net.input_dim))
    sliced = net.on_slice(cut.origin, cut.basis)
    domain = cut.pull_back(data.draw(generators.domains(net.input_dim)))
    try:
        Problem(sliced.staged, domain)
    except InvalidDomain:
        with pytest.raises(InvalidDomain):
            brute_force_patterns(sliced, domain)
        return
    regions = enumerate_regions(sliced, domain)
    assert set(patterns_of(regions)) == brute_force_patterns(sliced, domain)
    for region in regions:
        x = cut.point(region.exact_witness)
        assert net.staged.pattern_at(x).tolist() == region.pattern.tolist()


@few
@given(data=st.data(), dim=st.integers(1, 3))
def test_a_point_of_a_slice_is_in_a_domain_where_its_coordinates_are_in_what_is_pulled_back(
    data: st.DataObject, dim: int
) -> None:
    cut = data.draw(slices(dim))
    domain = data.draw(generators.domains(dim))
    t = data.draw(generators.points(cut.dim))
    assert is_in(cut.pull_back(domain), t) == is_in(domain, cut.point(t))


@few
@given(data=st.data(), net=generators.networks(inputs=st.integers(1, 2), max_units=5))
def test_a_slice_of_full_dimension_is_a_change_of_input_and_keeps_the_regions(
    data: st.DataObject, net: Network
) -> None:
    cut = data.draw(slices(net.input_dim))
    assume(cut.dim == net.input_dim)
    sliced = enumerate_regions(net.on_slice(cut.origin, cut.basis))
    assert patterns_of(sliced) == patterns_of(enumerate_regions(net))


def test_a_slice_through_points_has_them_at_the_corners_of_the_unit_simplex() -> None:
    points = np.array([[0.5, 1, 2], [1, 1, 3], [0, 0, 7]])
    plane = slice_through(points)
    corners = [[0, 0], [1, 0], [0, 1]]
    assert [plane.point(t) for t in corners] == points.tolist()


def test_a_slice_through_images_is_one_of_the_flat_space() -> None:
    images = np.arange(8.0).reshape(2, 1, 2, 2) ** 2
    line = slice_through(images)
    assert (line.dim, line.n_inputs) == (1, 4)
    net = network_from_json({"input_shape": [1, 2, 2], "layers": []})
    sliced = net.on_slice(images[0], [images[1] - images[0]])
    assert sliced.forward_exact([1]) == [16, 25, 36, 49]


def test_a_float_of_a_slice_means_the_float64_it_is() -> None:
    cut = Slice([0.1, 0], [[0, "1/10"]])
    assert cut.origin[0] == Fraction(0.1) != Fraction(1, 10)
    assert cut.basis[0][1] == Fraction(1, 10)


def test_on_a_slice_within_a_unit_s_hyperplane_the_unit_is_off() -> None:
    """The unit x_1 is constantly zero on x_1 = 0; the unit x_2 still splits."""
    net = mlp([([[1, 0], [0, 1]], [0, 0])])
    regions = enumerate_regions(net.on_slice([0, 0], [[0, 1]]))
    assert patterns_of(regions) == [(0, 0), (0, 1)]


def test_a_line_in_general_position_crosses_every_line_once() -> None:
    """A line that meets m lines in m points is cut into m + 1 pieces."""
    net = mlp([([[1, 0], [0, 1], [1, 1], [1, -2]], [0, 0, -1, 3])])
    assert count(net.on_slice([5, 0], [[-2, 7]])).regions == 5


def test_two_opposite_faces_of_a_box_are_the_ends_of_a_line_through_it() -> None:
    line = Slice([0, "1/2"], [[2, 0]])
    pulled = line.pull_back(Box([0, 0], [1, 1]))
    assert (pulled.normals, pulled.offsets) == (((-2,), (2,)), (0, 1))


def test_what_a_slice_pulls_back_from_the_whole_space_is_all_of_it() -> None:
    line = Slice([0, 3], [[1, 0]])
    assert line.pull_back(WholeSpace(2)) == WholeSpace(1)
    assert line.pull_back(Polytope([[0, 1]], [3])) == WholeSpace(1)


def test_a_network_without_layers_is_the_slice_itself() -> None:
    net = Network((2,), (), INPUT).on_slice([1, 2], [[1, 0]])
    assert net.forward_exact([5]) == [6, 2]


def test_a_slice_of_a_slice_is_a_slice() -> None:
    net = mlp([([[1, 2, 3]], [0])], activation=relu())
    plane = net.on_slice([1, 0, 0], [[0, 1, 0], [0, 0, 1]])
    line = plane.on_slice([0, 1], [[1, 1]])
    assert line.fingerprint == net.on_slice([1, 0, 1], [[0, 1, 1]]).fingerprint


BAD = {
    "dependent": ([0, 0], [[1, 2], [2, 4]], "the 2 basis vectors have rank 1"),
    "too many": ([0, 0], [[1, 0], [0, 1], [1, 1]], "the 3 basis vectors have rank 2"),
    "a zero vector": ([0, 0], [[0, 0]], "rank 0"),
    "short": ([0, 0], [[1]], "each of them as long as the origin"),
    "no vectors": ([0, 0], [], "at least one number was expected"),
    "ragged": ([0, 0], [[1, 0], [1]], r"basis\[1\]: 2 entries were expected"),
    "not a number": ([0, "x"], [[1, 0]], r"origin\[1\]: a number such as"),
    "not finite": ([0, float("nan")], [[1, 0]], r"origin\[1\]: a finite number"),
    "of another space": ([0], [[1]], "a space of dimension 1, but the network has 2 inputs"),
}


@pytest.mark.parametrize(("origin", "basis", "says"), BAD.values(), ids=BAD)
def test_a_slice_that_is_none_is_refused(origin: Any, basis: Any, says: str) -> None:
    with pytest.raises(InvalidDomain, match=says):
        mlp([([[1, 1]], [0])]).on_slice(origin, basis)


@pytest.mark.parametrize("points", [[[1, 2]], [1, 2], [[0, 0], [1, 1], [2, 2]], [[1, 1], [1, 1]]])
def test_points_that_span_no_slice_are_refused(points: Any) -> None:
    with pytest.raises(InvalidDomain, match=r"two points or more|linearly independent"):
        slice_through(points)


def test_a_domain_of_another_dimension_is_not_pulled_back() -> None:
    with pytest.raises(InvalidDomain, match="dimension 1, but the slice is one of a space"):
        Slice([0, 0], [[1, 0]]).pull_back(WholeSpace(1))


# On the command line


DIAGONAL = {"origin": [0, 0], "basis": [[1, 1]]}
BOXED = TRIANGLE | {"domain": {"type": "box", "lo": [-1, -1], "hi": ["1/4", "1/4"]}}


@pytest.fixture
def boxed(tmp_path: Path) -> Path:
    return write(tmp_path / "net.json", BOXED)


@pytest.mark.parametrize(
    ("options", "regions"),
    [([], 2), (["--domain", "all"], 3), (["--domain", "box:1/4,1"], 2)],
)
def test_a_count_on_a_slice_is_that_of_its_coordinates(
    options: list[str], regions: int, boxed: Path, tmp_path: Path
) -> None:
    """On the diagonal x_1 = x_2 = t the triangle's lines are t = 0, twice, and t = 1/2."""
    diagonal = write(tmp_path / "diagonal.json", DIAGONAL)
    done = linreg("count", boxed, "--slice", diagonal, *options, "--json")
    assert (done.code, done.json["activation_regions"]) == (0, regions)
    assert done.json["input_dim"] == 1


def test_the_domain_in_a_file_is_pulled_back_to_a_slice(boxed: Path, tmp_path: Path) -> None:
    diagonal = write(tmp_path / "diagonal.json", DIAGONAL)
    done = linreg("info", boxed, "--slice", diagonal, "--json").json
    assert done["domain"]["type"] == "polytope"
    assert done["layers"][0]["kind"] == "slice"
    rows = zip(done["domain"]["A"], done["domain"]["b"], strict=True)
    assert {(a, b) for (a,), b in rows} == {(-1, 1), (1, 0.25)}


def test_a_graph_on_a_line_is_a_path(boxed: Path, tmp_path: Path) -> None:
    diagonal = write(tmp_path / "diagonal.json", DIAGONAL)
    done = linreg("graph", boxed, "--slice", diagonal, "--domain", "all", "--json")
    assert (done.code, done.json["edges"]) == (0, 2)


def test_a_proof_of_a_count_on_a_slice_holds_there_and_nowhere_else(
    boxed: Path, tmp_path: Path
) -> None:
    diagonal = write(tmp_path / "diagonal.json", DIAGONAL)
    proof = tmp_path / "proof"
    assert linreg("certify", boxed, "--slice", diagonal, "-o", proof).code == 0
    assert linreg("check", proof, boxed, "--slice", diagonal).code == 0
    assert linreg("check", proof, boxed).code == 1


BAD_FILES = {
    "misses the domain": (DIAGONAL | {"origin": [0, 5]}, "the part of the network's domain that"),
    "touches the domain": (DIAGONAL | {"basis": [[1, -1]], "origin": ["1/4", "1/4"]}, "is on the"),
    "dependent": (DIAGONAL | {"basis": [[1, 1], [2, 2]]}, "have rank 1"),
    "no basis": ({"origin": [0, 0]}, "key 'basis' is missing"),
    "unknown key": (DIAGONAL | {"orgin": []}, "unknown key 'orgin'; did you mean 'origin'?"),
    "short origin": (DIAGONAL | {"origin": [0]}, "origin has 1 number, but the network has 2"),
    "long vector": (DIAGONAL | {"basis": [[1, 1, 1]]}, "basis[0] has 3 numbers"),
    "no vectors": (DIAGONAL | {"basis": []}, "at least one number was expected"),
    "flat basis": (DIAGONAL | {"basis": [1, 1]}, "basis[0]: a list was expected, got 1"),
    "word": (DIAGONAL | {"origin": [0, "one"]}, "origin[1]: a number such as"),
    "null": (DIAGONAL | {"basis": None}, "basis: a list was expected, got null"),
}


@pytest.mark.parametrize(("document", "says"), BAD_FILES.values(), ids=BAD_FILES)
@pytest.mark.parametrize("command", ["info", "count"])
def test_a_slice_file_that_is_none_is_refused_in_one_line(
    command: str, document: object, says: str, boxed: Path, tmp_path: Path
) -> None:
    path = tmp_path / "slice.json"
    path.write_text(json.dumps(document))
    done = linreg(command, boxed, "--slice", path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("linreg: ")
    assert done.err.count("\n") == 1
    assert "slice.json" in done.err
    assert says in done.err


def test_a_slice_file_that_is_missing_is_refused(boxed: Path, tmp_path: Path) -> None:
    done = linreg("count", boxed, "--slice", tmp_path / "none.json")
    assert done.code == 2
    assert "none.json" in done.err
