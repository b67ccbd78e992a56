"""Pages look as they did when a person had looked at them, in a browser.

`python tests/unit/test_stored_pages.py` opens them anew and stores what is seen in
`tests/golden/pages/`: look at each before it is kept.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import browser
import numpy as np
import pytest
from browser import Browser

from linreg import Network, explore_page, mlp

Image: Any = pytest.importorskip("PIL.Image", reason="screenshots are images")

STORED = Path(__file__).parents[1] / "golden" / "pages"

PATH = browser.found()

BLOCK = 6
"""Dots of a screenshot that are one of what is stored: text is grey, whatever fonts there are."""

ON_PLANE = [([[1, 0], [0, 1], [1, 1]], [0, 0, -1]), ([[1, -1, 2], [-2, 1, 1]], [-1, 0])]
NETS: dict[str, Network] = {
    "line": mlp([([[1], [-1]], [0, 0]), ([[1, 1]], [-1])], ([[1], [2]], [0, -1])),
    "plane": mlp(ON_PLANE, ([[1, 1], [-1, 2]], [-1, 0])),
    "space": mlp([([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], [0, 0, 0, -1])], ([[1] * 4], [0])),
}
"""With dyadic weights; the frame is that of the square from -2 to 2."""

VIEWS = {
    "line": ("line", (1200, 840), "light", "#region=1"),
    "plane": ("plane", (1200, 840), "light", "#region=5"),
    "plane in the dark": ("plane", (1200, 840), "dark", "#region=5"),
    "plane on a phone": ("plane", (390, 840), "light", ""),
    "space": ("space", (1200, 840), "light", "#region=9"),
    "report": ("plane", (1200, 840), "light", ""),
}
"""Which page, in which size and light, and which region is chosen; the report is further down."""


def seen(opened: Browser, name: str, folder: Path) -> Any:
    """What a page looks like, in blocks; uint8, shape (rows, columns, 3)."""
    net, size, light, fragment = VIEWS[name]
    path = folder / f"{net}.html"
    if not path.exists():
        explore_page(NETS[net], path, frame="box:-2,2")
    features = [{"name": "prefers-color-scheme", "value": light}]
    opened.call("Emulation.setEmulatedMedia", features=features)
    opened.open(path, fragment, size=size)
    if name == "report":
        opened.run("window.scrollTo(0, document.body.scrollHeight)")
    opened.run("new Promise((done) => setTimeout(done, 400))")
    shot = Image.open(io.BytesIO(opened.screenshot())).convert("RGB")
    pixels = np.asarray(shot, dtype=np.float64)
    rows, columns = pixels.shape[0] // BLOCK, pixels.shape[1] // BLOCK
    blocks = pixels[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK, 3)
    return blocks.mean(axis=(1, 3)).round().astype(np.uint8)


def stored(name: str) -> Path:
    return STORED / f"{name.replace(' ', '-')}.png"


def look_alike(now: Any, path: Path) -> bool:
    """Whether channels differ by less than 2 percent, and less than 4 in 100 blocks are far off."""
    then = np.asarray(Image.open(path).convert("RGB"), dtype=np.float64)
    if now.shape != then.shape:
        return False
    difference = np.abs(now - then) / 255
    return bool(difference.mean() < 0.02 and (difference.max(axis=2) > 0.2).mean() < 0.04)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if PATH is None:
        pytest.skip(browser.MISSING)
    made = Browser(PATH, tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.mark.parametrize("name", VIEWS)
def test_pages_look_as_they_did(name: str, opened: Browser, folder: Path) -> None:
    now = seen(opened, name, folder)
    assert opened.complaints == []
    assert look_alike(now, stored(name))


def test_another_light_and_another_place_are_seen(opened: Browser, folder: Path) -> None:
    plane = seen(opened, "plane", folder)
    assert not look_alike(plane, stored("plane in the dark"))
    assert not look_alike(seen(opened, "report", folder), stored("plane"))


if __name__ == "__main__":
    assert PATH is not None
    with TemporaryDirectory(ignore_cleanup_errors=True) as place:
        made = Browser(PATH, Path(place) / "profile")
        for each in VIEWS:
            Image.fromarray(seen(made, each, Path(place))).save(stored(each), optimize=True)
            print(stored(each))
        made.close()
