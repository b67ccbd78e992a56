"""The scripts and the pages of the site are whole; `scripts/docs` builds it."""

from __future__ import annotations

import doctest
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from runpy import run_path
from types import ModuleType

import pytest
from program import ROOT

SCRIPTS = sorted(
    [*(ROOT / "examples/tutorials").glob("*.py"), *(ROOT / "examples/gallery").glob("*.py")]
)
SLOW = {
    "plot_2_while_it_learns.py",
    "plot_5_images.py",
    "plot_degrees_of_random_networks.py",
    "plot_initialisation_and_training.py",
}
"""Take some seconds each: run by `scripts/docs` alone."""


def loaded(path: Path) -> ModuleType:
    """A script as a module."""
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


links = loaded(ROOT / "scripts/site_links.py")


@pytest.mark.parametrize("path", [p for p in SCRIPTS if p.name not in SLOW], ids=lambda p: p.stem)
def test_a_tutorial_or_picture_runs_where_it_lies(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says of numbers, it asserts."""
    if "to_pandas" in path.read_text(encoding="utf-8"):
        pytest.importorskip("pandas")
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("MPLBACKEND", "agg")
    run_path(path.name, run_name="__main__")


def test_there_are_no_slow_scripts_that_are_gone() -> None:
    assert {path.name for path in SCRIPTS} >= SLOW


def test_a_site_whose_links_lead_somewhere_passes(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html#here">b</a> <a href="https://x.org/">x</a>')
    (tmp_path / "b.html").write_text('<p id="here"><a href="#">up</a></p>')
    assert links.broken(tmp_path) == []


@pytest.mark.parametrize("link", ["c.html", "b.html#there", "#there", "../b.html"])
def test_a_link_that_leads_nowhere_is_found(link: str, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f'<a href="{link}">b</a>')
    (tmp_path / "b.html").write_text('<p id="here"></p>')
    assert links.broken(tmp_path) == [f"a.html: {link}"]


@pytest.mark.parametrize(
    "name",
    [
        "api_pages",
        "drawn_pages",
        "linked_code",
        "plain_docstrings",
        "plain_formulas",
        "whole_examples",
    ],
)
def test_what_writes_pages_does_what_its_examples_say(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "docs/_ext")
    results = doctest.testmod(loaded(ROOT / f"docs/_ext/{name}.py"))
    assert results.attempted
    assert not results.failed


def test_links_of_a_page_lead_where_they_led_when_it_is_moved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What shows the name of a file shows the title of its page then."""
    monkeypatch.syspath_prepend(ROOT / "docs/_ext")
    outside = loaded(ROOT / "docs/_ext/outside_pages.py")
    docs = ROOT / "docs"
    text = "[a](docs/guide.md#set-up) [b](LICENSE) [c](CONTRIBUTING.md) [d](https://x.org)"
    text += " [docs/guide.md](docs/guide.md) [e](linreg/cli)"
    assert outside.moved(text, ROOT, docs / "generated", docs) == (
        "[a](../guide.md#set-up) [b](../../LICENSE) [c](contributing.text) [d](https://x.org)"
        " [](../guide.md) [e](commands/index.rst)"
    )
