"""The page on which regions are explored, in a browser: what a click, a key and a link do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import browser
import numpy as np
import pytest
from browser import Browser

import linreg
from linreg import Box, Enumeration, Network, UnwritableFile, enumerate_regions, explore_page, mlp

PATH = browser.found()

needs_browser = pytest.mark.skipif(PATH is None, reason=browser.MISSING)


def drawn(inputs: int, widths: tuple[int, ...], outputs: int) -> Network:
    """A network with dyadic weights."""
    rng = np.random.default_rng(inputs)
    sizes = (inputs, *widths)
    layers = [
        (rng.integers(-16, 17, (n, m)) / 8, rng.integers(-16, 17, n) / 16)
        for m, n in pairwise(sizes)
    ]
    readout = (rng.integers(-16, 17, (outputs, widths[-1])) / 8, np.zeros(outputs))
    return mlp(layers, readout=readout)


def press(opened: Browser, *keys: str) -> None:
    for key in keys:
        event = f"new KeyboardEvent('keydown', {{ key: {key!r}, bubbles: true }})"
        opened.run(f"document.body.dispatchEvent({event})")


@contextmanager
def started(profile: Path) -> Iterator[Browser]:
    assert PATH is not None
    made = Browser(PATH, profile)
    yield made
    made.close()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with started(tmp_path_factory.mktemp("profile")) as made:
        yield made


@pytest.fixture(scope="module")
def regions() -> Enumeration:
    return enumerate_regions(drawn(2, (5, 4), 3), Box([-2, -2], [2, 2]))


@pytest.fixture(scope="module")
def page(regions: Enumeration, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "regions.html"
    explore_page(regions, path)
    return path


@needs_browser
@pytest.mark.parametrize(
    "net",
    [drawn(1, (4, 3), 2), drawn(2, (4,), 1), drawn(3, (3, 2), 2), mlp([], readout=([[1, 2]], [0]))],
    ids=["one input", "two inputs", "three inputs", "no units"],
)
def test_pages_load_without_complaints_and_ask_for_nothing(
    net: Network, opened: Browser, tmp_path: Path
) -> None:
    explore_page(net, tmp_path / "page.html")
    opened.open(tmp_path / "page.html")
    assert opened.run("explorer.view.scene.works")
    opened.run("explorer.select(0); explorer.fills.forEach(([name]) => explorer.colourBy(name))")
    opened.run("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert opened.complaints == []


@needs_browser
def test_a_page_that_fails_or_asks_for_something_is_seen(tmp_path: Path) -> None:
    ready = "document.documentElement.dataset.ready = ''"
    path = tmp_path / "page.html"
    with started(tmp_path / "profile") as opened:  # its own: a late message is of no other page
        path.write_text(f"<script>{ready}; throw new Error('of ours')</script>", encoding="utf-8")
        opened.open(path)
        assert "of ours" in "".join(opened.complaints)
        asking = f"<img src='http://127.0.0.1:9/'><script>{ready}</script>"
        path.write_text(asking, encoding="utf-8")
        opened.open(path)
        assert "asked for http://127.0.0.1:9/" in opened.complaints


@needs_browser
def test_a_click_selects_the_region_that_exact_location_says(
    page: Path, regions: Enumeration, opened: Browser
) -> None:
    opened.open(page)
    box = opened.run("explorer.view.box.getBoundingClientRect().toJSON()")
    rng = np.random.default_rng(0)
    selected, points = [], []
    for x, y in rng.uniform([60, 60], [box["width"] - 90, box["height"] - 60], (25, 2)).round():
        opened.click(box["x"] + x, box["y"] + y)
        selected.append(opened.run("explorer.selected"))
        points.append(opened.run(f"explorer.view.toWorld({x}, {y})"))
    assert selected == regions.locate(np.array(points)).tolist()
    assert len(set(selected)) > 10
    assert opened.complaints == []


@needs_browser
def test_a_click_still_selects_it_a_thousand_times_closer(
    page: Path, regions: Enumeration, opened: Browser
) -> None:
    opened.open(page)
    corner = np.unique(np.round(regions.polygons().corners, 12), axis=0)
    inner = corner[(np.abs(corner) < 1.9).all(axis=1)][0].tolist()
    opened.run(f"Object.assign(explorer.view.camera, {{x: {inner[0]}, y: {inner[1]}}})")
    opened.run("explorer.view.closer(1000)")
    box = opened.run("explorer.view.box.getBoundingClientRect().toJSON()")
    middle = np.array([box["width"], box["height"]]) / 2
    selected, points = [], []
    for way in np.linspace(0.1, 6.0, 9):
        x, y = middle + 150 * np.array([np.cos(way), np.sin(way)])
        opened.click(box["x"] + x, box["y"] + y)
        selected.append(opened.run("explorer.selected"))
        points.append(opened.run(f"explorer.view.toWorld({x}, {y})"))
    assert selected == regions.locate(np.array(points)).tolist()
    assert len(set(selected)) >= 3


def wait_for_solids(opened: Browser) -> None:
    """The picture has its size once it is drawn, a few frames later on a busy machine."""
    wide = "explorer.view.scene.canvas.width === Math.round(box.width)"
    opened.run(
        "const box = explorer.view.box.getBoundingClientRect(); new Promise((done) => {"
        f"const look = () => {wide} ? done() : requestAnimationFrame(look); look() }})"
    )


@needs_browser
def test_a_click_on_solids_selects_the_region_where_the_line_of_sight_enters(
    opened: Browser, tmp_path: Path
) -> None:
    regions = enumerate_regions(drawn(3, (4, 3), 1), Box([-1, -1, -1], [1, 1, 1]))
    explore_page(regions, tmp_path / "page.html")
    opened.open(tmp_path / "page.html")
    opened.run("document.getElementById('explode').value = 0")
    wait_for_solids(opened)
    box = opened.run("explorer.view.box.getBoundingClientRect().toJSON()")
    columns = opened.run("[...explorer.view.scene.matrix(explorer.view._eye)]")
    back = np.linalg.inv(np.array(columns).reshape(4, 4).T)
    middle = np.array([box["width"], box["height"]]) / 2
    selected, points = [], []
    for way in np.linspace(0.2, 6.1, 12):
        x, y = np.round(middle + 0.2 * box["height"] * np.array([np.cos(way), np.sin(way)]))
        opened.click(box["x"] + x, box["y"] + y)
        selected.append(opened.run("explorer.selected"))
        at = (np.floor([x, y]) + 0.5 - middle) / middle * [1, -1]
        near, far = ((end := back @ [*at, depth, 1])[:3] / end[3] for depth in (-1, 1))
        ahead = far - near
        enters = np.max((-np.sign(ahead) - near) / ahead)
        points.append(near + (enters + 1e-7) * ahead)
    assert selected == regions.locate(np.array(points)).tolist()
    assert len(set(selected)) > 3


@needs_browser
def test_a_chosen_solid_is_outlined_where_its_corners_are_seen(
    opened: Browser, tmp_path: Path
) -> None:
    box = Box([-1, -1, -1], [1, 1, 1])
    regions = enumerate_regions(drawn(3, (4, 3), 1), box)
    explore_page(regions, tmp_path / "page.html")
    opened.open(tmp_path / "page.html", "#region=2")
    wait_for_solids(opened)
    rings = opened.run("explorer.view.scene.outline(explorer.view._eye, 0, explorer.selected)")
    facets = regions[2].facet_polygons(box)
    assert sorted(map(len, rings)) == sorted(len(facet.corners) for facet in facets)
    columns = opened.run("[...explorer.view.scene.matrix(explorer.view._eye)]")
    corners = np.concatenate([facet.corners for facet in facets])
    seen = np.column_stack([corners, np.ones(len(corners))]) @ np.array(columns).reshape(4, 4)
    places = (1 + seen[:, :2] / seen[:, 3:] * [1, -1]) / 2
    found = np.concatenate([np.array(ring) for ring in rings])
    far = np.abs(found[:, np.newaxis] - places[np.newaxis]).max(axis=2)
    assert far.min(axis=1).max() < 1e-4
    assert far.min(axis=0).max() < 1e-4


@needs_browser
def test_every_edge_leads_to_the_neighbour_and_names_the_units_that_switch(
    page: Path, regions: Enumeration, opened: Browser
) -> None:
    graph = linreg.adjacency_graph(regions)
    crossed = {tuple(edge): graph.crossed(k).tolist() for k, edge in enumerate(graph.edges)}
    opened.open(page)
    found = opened.run(
        "Array.from({ length: explorer.regions.count }, (_, i) => explorer.view.polygons.edges(i)"
        ".filter((edge) => edge.neighbour >= 0).map((edge) => [i, edge.neighbour, edge.units]))"
        ".flat()"
    )
    assert len(found) == 2 * len(crossed)
    assert all(crossed[min(i, j), max(i, j)] == units for i, j, units in found)


@needs_browser
def test_the_pointer_on_an_edge_names_its_unit_and_the_region_beyond(
    page: Path, regions: Enumeration, opened: Browser
) -> None:
    opened.open(page)
    box = opened.run("explorer.view.box.getBoundingClientRect().toJSON()")
    polygons = regions.polygons()
    largest = int(np.argmax(polygons.areas))
    edge = opened.run(
        f"explorer.view.polygons.edges({largest}).filter((edge) => edge.neighbour >= 0)[0]"
    )
    middle = np.mean([edge["from"], edge["to"]], axis=0)
    inside = middle + 1e-3 * (polygons[largest].mean(axis=0) - middle)
    x, y = opened.run(f"explorer.view.toScreen({inside[0]}, {inside[1]})")
    opened.mouse("mouseMoved", box["x"] + x, box["y"] + y)
    said = opened.run("document.getElementById('tip').innerText").split("\n")
    unit = edge["units"][0]
    name = f"1·{unit}" if unit < 5 else f"2·{unit - 5}"
    assert said in (
        [f"region {largest}", f"edge of unit {name}", f"beyond it, region {edge['neighbour']}"],
        [f"region {edge['neighbour']}", f"edge of unit {name}", f"beyond it, region {largest}"],
    )


@needs_browser
def test_a_browser_that_cannot_show_a_page_says_so(
    page: Path, opened: Browser, tmp_path: Path
) -> None:
    text = page.read_text(encoding="utf-8")
    without = text.replace("new DecompressionStream", "new StreamThatIsMissing")
    (tmp_path / "old.html").write_text(without, encoding="utf-8")
    opened.open(tmp_path / "old.html")
    said = opened.run("document.getElementById('headline').innerText")
    assert said.startswith("This browser cannot show the page: ")
    assert opened.complaints != []


@needs_browser
def test_a_link_to_a_region_selects_it_and_the_address_follows(page: Path, opened: Browser) -> None:
    opened.open(page, "#region=7")
    assert opened.run("explorer.selected") == 7
    opened.run("explorer.select(3)")
    assert opened.run("location.hash") == "#region=3"
    opened.run("explorer.select(-1)")
    assert opened.run("location.hash") == ""
    opened.open(page, "#region=100000")
    assert opened.run("explorer.selected") == -1


@needs_browser
def test_keys_go_round_the_neighbours_and_step_to_one(
    page: Path, regions: Enumeration, opened: Browser
) -> None:
    opened.open(page, "#region=7")
    press(opened, "]", "]", "Enter")
    edges = linreg.adjacency_graph(regions).edges
    neighbours = sorted({int(i) for edge in edges if 7 in edge for i in edge} - {7})
    assert opened.run("explorer.selected") == neighbours[1]
    press(opened, "Escape")
    assert opened.run("explorer.selected") == -1


@needs_browser
def test_the_table_finds_and_sorts(page: Path, regions: Enumeration, opened: Browser) -> None:
    degrees = np.bincount(linreg.adjacency_graph(regions).edges.ravel(), minlength=len(regions))
    patterns = ["".join(map(str, pattern)) for pattern in regions.patterns.tolist()]
    opened.open(page)

    def found(text: str) -> list[int]:
        opened.run(f"explorer.table.search.value = {json.dumps(text)}; explorer.table._find()")
        rows: list[int] = opened.run("[...explorer.table.rows]")
        return rows

    assert sorted(found("neighbours>4")) == np.flatnonzero(degrees > 4).tolist()
    assert found("7") == [7]
    start = patterns[7][:4]
    assert found(start) == [i for i, text in enumerate(patterns) if text.startswith(start)]
    assert found("..1") == [i for i, text in enumerate(patterns) if text[2] == "1"]
    found("")
    opened.run("document.querySelectorAll('th button')[3].click()")  # neighbours, the most first
    rows = opened.run("[...explorer.table.rows]")
    assert [degrees[i] for i in rows] == sorted(degrees.tolist(), reverse=True)


@needs_browser
def test_a_unit_that_is_hidden_has_no_colour_until_it_is_shown_again(
    page: Path, opened: Browser
) -> None:
    opened.open(page)
    shown = "Array.from({ length: 9 }, (_, u) => explorer.units.inks[4 * u + 3] > 0)"
    opened.run("document.querySelectorAll('.chips button')[2].click()")
    assert opened.run(shown) == [u != 2 for u in range(9)]
    opened.run("document.querySelectorAll('.stage button')[1].click()")  # only the second stage
    assert opened.run(shown) == [u >= 5 for u in range(9)]
    opened.run("document.querySelectorAll('.stage button')[1].click()")
    assert opened.run(shown) == [True] * 9


@needs_browser
def test_the_picture_shows_each_region_in_its_colour(
    page: Path, regions: Enumeration, opened: Browser, tmp_path: Path
) -> None:
    image_module = pytest.importorskip("PIL.Image")
    opened.open(page)
    opened.run("explorer.view.hasEdges = explorer.view.hasBoundary = false; explorer.view.redraw()")
    opened.run("new Promise((done) => setTimeout(done, 300))")
    (tmp_path / "seen.png").write_bytes(opened.screenshot())
    seen = np.asarray(image_module.open(tmp_path / "seen.png").convert("RGB"), dtype=np.int64)
    box = opened.run("explorer.view.box.getBoundingClientRect().toJSON()")
    largest = np.argsort(-regions.polygons().areas)[:12].tolist()
    for region in largest:
        x, y = opened.run(f"explorer.view.toScreen(...explorer.regions.middle({region}))")
        colour = opened.run(f"explorer.fill.colour({region})")
        there = seen[round(box["y"] + y), round(box["x"] + x)]
        assert np.abs(there - np.round(colour)).max() <= 2


def test_the_same_regions_make_the_same_page(page: Path, regions: Enumeration) -> None:
    again = page.with_name("again.html")
    explore_page(regions, again)
    assert again.read_bytes() == page.read_bytes()


def test_a_title_is_text_and_no_markup(tmp_path: Path) -> None:
    title = "</script><script>alert(1)</script>"
    explore_page(mlp([([[1]], [0])]), tmp_path / "page.html", title=title)
    assert "<script>alert" not in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_regions_that_may_be_missing_are_said_to_be(tmp_path: Path) -> None:
    found = enumerate_regions(drawn(2, (5, 4), 1), limit=5)
    explore_page(found, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    facts = json.loads(text.split('id="facts">')[1].split("</script>")[0])
    assert (facts["complete"], facts["title"]) == (False, "at least 5 regions")
    assert "edges" not in facts["arrays"]


def test_paths_and_networks_that_make_no_page_are_refused(tmp_path: Path) -> None:
    net = drawn(4, (3,), 1)
    with pytest.raises(ValueError, match=r"4 inputs.*slice"):
        explore_page(net, tmp_path / "page.html")
    with pytest.raises(UnwritableFile, match=r"\.html"):
        explore_page(net, tmp_path / "page.txt")
    with pytest.raises(UnwritableFile):
        explore_page(net, tmp_path / "missing" / "page.html")
    assert list(tmp_path.iterdir()) == []
