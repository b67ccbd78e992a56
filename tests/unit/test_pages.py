"""The pages that say what is where are true of the files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from program import ROOT


def rooms(page: str) -> set[str]:
    """The names in the first column of a page's tables."""
    rows = re.findall(r"^\| (`[^|]*) \|", page, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def modules(folder: Path) -> set[str]:
    """The modules and packages of a folder."""
    found = {path.stem for path in folder.glob("*.py")}
    return (found | {path.parent.name for path in folder.glob("*/__init__.py")}) - {
        "__init__",
        "__main__",
    }


def not_there(page: str, folders: Iterable[Path]) -> list[str]:
    """The files and folders that a page names, and that are in none of these folders."""
    names = re.findall(r"`([a-z_/]*[a-z_](?:\.py|/))`", page)
    return [name for name in names if not any((folder / name).exists() for folder in folders)]


def unlisted(index: str, folder: Path) -> set[str]:
    """The pages of a folder that its index has no link to."""
    return {path.name for path in folder.glob("*.md")} - set(re.findall(r"\]\(([^)]+)\)", index))


def wrong_numbers(page: str) -> list[str]:
    """DOIs and numbers of arXiv that are malformed, bare, or lead elsewhere than they say."""
    found = [match[0] for match in re.finditer(r"(?<!\[)\b(?:doi|arXiv):\S+", page)]
    shapes = {
        "doi": ("https://doi.org/", r"10\.\d{4,9}/\S+"),
        "arXiv": ("https://arxiv.org/abs/", r"\d\d(0[1-9]|1[0-2])\.\d{4,5}"),
    }
    for kind, number, link in re.findall(r"\[(doi|arXiv):([^]]*)\]\(([^)\s]*)\)", page):
        start, shape = shapes[kind]
        if unquote(link) != start + number or not re.fullmatch(shape, number):
            found.append(f"{kind}:{number}")
    return found


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def test_the_map_of_the_house_lists_every_package_and_no_other() -> None:
    assert rooms(text("docs/architecture.md")) == modules(ROOT / "linreg")


def test_the_files_that_pages_name_are_there() -> None:
    linreg = ROOT / "linreg"
    assert not_there(text("docs/architecture.md"), [linreg]) == []
    inner = [ROOT, linreg / "readers", linreg / "export", linreg / "regions/tables", linreg / "zoo"]
    assert not_there(text("CONTRIBUTING.md"), inner) == []


def test_the_page_on_tests_lists_every_folder_and_helper() -> None:
    helpers = {f"{name}.py" for name in modules(ROOT / "tests")}
    folders = {f"{path.parent.name}/" for path in (ROOT / "tests").glob("*/test_*.py")}
    assert rooms(text("tests/README.md")) == helpers | folders | {"golden/"}


def test_the_index_lists_every_page() -> None:
    assert unlisted(text("docs/index.md"), ROOT / "docs") == {"index.md"}


def test_papers_are_linked_under_the_numbers_that_are_shown() -> None:
    page = text("docs/references.md")
    assert len(re.findall(r"\[(?:doi|arXiv):", page)) > 60
    assert wrong_numbers(page) == []


# Each check fails where it should.


def test_a_page_without_a_link_is_seen(tmp_path: Path) -> None:
    for name in ("guide.md", "attic.md"):
        (tmp_path / name).touch()
    assert unlisted("see [guide.md](guide.md), and attic.md", tmp_path) == {"attic.md"}


def test_a_room_that_is_missing_or_gone_is_seen(tmp_path: Path) -> None:
    (tmp_path / "kernel").mkdir()
    for path in ("kernel/__init__.py", "__init__.py", "units.py"):
        (tmp_path / path).touch()
    assert modules(tmp_path) == {"kernel", "units"}
    page = "| package | what |\n|---|---|\n| `kernel`, `cellar` | `units` |\n"
    assert rooms(page) == {"kernel", "cellar"}


def test_a_file_that_is_gone_is_seen(tmp_path: Path) -> None:
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel" / "maps.py").touch()
    page = "`kernel/` has `kernel/maps.py` and `kernel/gone.py`, and `lint-imports` is no file"
    assert not_there(page, [tmp_path]) == ["kernel/gone.py"]


def test_a_number_that_is_malformed_bare_or_leads_elsewhere_is_seen() -> None:
    good = "[doi:10.1000/x](https://doi.org/10.1000/x) [arXiv:0704.0001](https://arxiv.org/abs/0704.0001)"
    assert wrong_numbers(good) == []
    for bad in (
        "doi:10.1000/x",
        "[doi:11.1000/x](https://doi.org/11.1000/x)",
        "[doi:10.1000/x](https://doi.org/10.1000/y)",
        "[arXiv:0713.0001](https://arxiv.org/abs/0713.0001)",
    ):
        assert len(wrong_numbers(bad)) == 1
