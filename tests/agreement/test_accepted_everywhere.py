"""Every public function that asks about a network takes it, and its domain, in every spelling."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import linreg
from linreg import Box, theory

WEIGHTS = [([[1, 0], [0, 1], [1, 1]], [0, 0, -1]), ([[1, 2, 1], [0, 0, 3]], ["0", "1/2"])]
NET = linreg.as_network(WEIGHTS)
BOX = Box([0, -1], [1, 1])
"""The line y = 0 and, above it, x + y = 1 cut the box into three regions of the plane's seven."""

INSIDE, STEPS = ["1/4", "1/4"], [[-1, -1], [2, 2]]
UNSAFE = linreg.Polytope([[-1, 0]], [-1])

Ask = Callable[[Any, Any, Path], object]


def timeless(answer: Any) -> object:
    return replace(answer, seconds=0.0)


def on_line(found: Any) -> object:
    return found.patterns(0), found.exact_breakpoints(0)


def regions(found: Any) -> object:
    return found.patterns.tolist()


def written(net: Any, domain: Any, folder: Path) -> linreg.Enumeration:
    linreg.write_regions(linreg.enumerate_regions(NET, BOX), folder / "table.csv")
    return linreg.read_regions(folder / "table.csv", net, domain)


def drawn(axes: Any) -> object:
    return axes.get_title(loc="left"), axes.get_xlim(), len(axes.collections), len(axes.patches)


def page(net: Any, domain: Any, folder: Path) -> object:
    linreg.explore_page(net, folder / "page.html", domain=domain)
    return (folder / "page.html").read_text()


# What each says of a network on a domain, as something that can be compared.
ON_A_DOMAIN: dict[str, Ask] = {
    "along": lambda net, domain, _: on_line(linreg.along(net, STEPS, domain)),
    "certify": lambda net, domain, at: linreg.certify(net, at / "proof", domain).count.regions,
    "count": lambda net, domain, _: timeless(linreg.count(net, domain)),
    "count_into": lambda net, domain, at: linreg.count_into(net, at / "run", domain).regions,
    "count_regions": lambda net, domain, _: linreg.count_regions(net, domain),
    "decision_boundary": lambda net, domain, _: (
        linreg.decision_boundary(net, domain=domain).faces_by_dimension
    ),
    "difference": lambda net, domain, _: linreg.difference(net, WEIGHTS, domain),
    "enumerate_into": lambda net, domain, at: regions(
        linreg.enumerate_into(net, at / "stored", domain)
    ),
    "enumerate_regions": lambda net, domain, _: regions(linreg.enumerate_regions(net, domain)),
    "equivalent": lambda net, domain, _: linreg.equivalent(net, linreg.mlp(WEIGHTS), domain),
    "explore_page": page,
    "level_set": lambda net, domain, _: (
        linreg.level_set(net, domain=domain, level=1).faces_by_dimension
    ),
    "lipschitz": lambda net, domain, _: linreg.lipschitz(net, domain),
    "local_lipschitz": lambda net, domain, _: linreg.local_lipschitz(net, INSIDE, 2, domain=domain),
    "maximum": lambda net, domain, _: linreg.maximum(net, [1, 1], domain),
    "minimum": lambda net, domain, _: linreg.minimum(net, [1, 1], domain),
    "output_range": lambda net, domain, _: linreg.output_range(net, domain),
    "parameter_path": lambda net, domain, _: linreg.parameter_path(
        net, NET, domain, "bisection", steps=1
    ),
    "plot_arrangement": lambda net, domain, _: drawn(linreg.plot_arrangement(net, domain=domain)),
    "plot_degrees": lambda net, domain, _: drawn(linreg.plot_degrees(net, domain=domain)),
    "plot_graph": lambda net, domain, _: drawn(linreg.plot_graph(net, domain=domain)),
    "plot_polygons_of": lambda net, domain, _: drawn(
        linreg.plot_polygons_of(net, STEPS, domain=domain)
    ),
    "plot_regions": lambda net, domain, _: drawn(linreg.plot_regions(net, domain=domain)),
    "plot_surface": lambda net, domain, _: drawn(linreg.plot_surface(net, domain=domain)),
    "plot_volumes": lambda net, domain, _: drawn(linreg.plot_volumes(net, domain=domain)),
    "polyhedral_complex": lambda net, domain, _: linreg.polyhedral_complex(net, domain).f_vector,
    "ray": lambda net, domain, _: on_line(linreg.ray(net, [-1, -1], [1, 1], domain)),
    "read_regions": lambda net, domain, at: regions(written(net, domain, at)),
    "region_counts": lambda net, domain, _: linreg.region_counts(net, domain).affine_maps,
    "robustness": lambda net, domain, _: linreg.robustness(net, [1, 1], domain=domain),
    "same_activation": lambda net, domain, _: linreg.same_activation(
        net, INSIDE, 2, 0, None, domain=domain
    ),
    "track": lambda net, domain, _: linreg.track([net, NET], domain),
    "verify": lambda net, domain, _: timeless(linreg.verify(net, inputs=domain, unsafe=UNSAFE)),
    "theory.definitions": lambda net, domain, _: theory.definitions(net, domain),
    "theory.neighbourhoods": lambda net, domain, _: theory.neighbourhoods(
        net, 1, domain
    ).preimages.tolist(),
    "theory.report": lambda net, domain, _: [bound.value for bound in theory.report(net, domain)],
    "theory.serra_ramalingam_2020": lambda net, domain, _: theory.serra_ramalingam_2020(
        net, domain
    ),
}
OF_A_NETWORK: dict[str, Ask] = {
    "closed_loop": lambda net, *_: (
        linreg.closed_loop(net, [[1, 0], [0, 1]], [[1, 0], [0, 1]], steps=1).fingerprint
    ),
    "count_near": lambda net, *_: linreg.count_near(net, [INSIDE], 1).tolist(),
    "rank_units": lambda net, *_: linreg.rank_units(net, BOX, 2),
    "regions_near": lambda net, *_: len(linreg.regions_near(net, INSIDE, 1)),
    "unit_map": lambda net, *_: linreg.unit_map(net, INSIDE, 2, 0),
    "unit_responses": lambda net, *_: linreg.unit_responses(net, BOX, 2, 0).n_maps,
    "theory.ceilings": lambda net, *_: [bound.value for bound in theory.ceilings(net)],
}
AS_SUCH = {"animate", "as_domain", "as_network", "check", "save"}
"""Those that read or write networks, or take several; and the checker, which shares no reader."""

NAMES = {"net", "net_0", "a", "domain", "inputs"}
FORMULAS = {"inputs"}
"""A number of inputs, where formulas are asked."""


def test_no_public_function_is_left_out() -> None:
    asked = {
        prefix + name
        for prefix, module, names in (("", linreg, NAMES), ("theory.", theory, NAMES - FORMULAS))
        for name in module.__all__
        if inspect.isfunction(function := getattr(module, name))
        and names & set(inspect.signature(function).parameters)
    }
    assert asked - AS_SUCH == set(ON_A_DOMAIN) | set(OF_A_NETWORK)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    linreg.save(NET, tmp_path / "net.json", BOX)
    return tmp_path / "net.json"


@pytest.mark.parametrize("name", ON_A_DOMAIN)
def test_a_network_and_a_domain_mean_the_same_in_every_spelling(name: str, path: Path) -> None:
    if name.startswith("plot_"):
        pytest.importorskip("matplotlib")
    ask = ON_A_DOMAIN[name]

    def answer(net: Any, domain: Any, place: str) -> object:
        (path.parent / place).mkdir()
        return ask(net, domain, path.parent / place)

    spelled = answer(NET, BOX, "objects")
    assert answer(WEIGHTS, "box:0,-1:1,1", "texts") == spelled
    assert answer(str(path), None, "file") == spelled
    assert answer(path, [[0, 1], [-1, 1]], "path") == spelled
    if name not in ("read_regions", "equivalent"):  # a table has a domain; equal everywhere
        assert answer(path, "all", "everywhere") != spelled


@pytest.mark.parametrize("name", OF_A_NETWORK)
def test_a_network_means_the_same_in_every_spelling(name: str, path: Path) -> None:
    ask = OF_A_NETWORK[name]
    spelled = ask(NET, None, path)
    assert (
        ask(WEIGHTS, None, path) == ask(str(path), None, path) == ask(path, None, path) == spelled
    )


def test_a_second_network_is_named_when_it_is_none() -> None:
    for ask in (linreg.difference, linreg.equivalent):
        with pytest.raises(TypeError, match=r"^b: a Network"):
            ask(NET, 3)
    with pytest.raises(TypeError, match=r"^net_1: a Network"):
        linreg.parameter_path(NET, 3)
