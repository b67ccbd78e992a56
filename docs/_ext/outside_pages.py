"""Pages of the project that do not lie in docs/: copies, with links that lead where they led."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from api_pages import write

PAGES = {
    "README.md": "readme",
    "CONTRIBUTING.md": "contributing",
    "CHANGELOG.md": "changelog",
    "tests/README.md": "tests",
}
"""Pages by their place in the project, with their names on the site."""

MADE = {
    "examples/tutorials": "tutorials/index.rst",
    "examples/gallery": "gallery/index.rst",
    "linreg": "reference/index.rst",
    "linreg/cli": "commands/index.rst",
}
"""Folders, with the pages that are made of what is in them."""

ENDED = re.compile(r"\n\n```\n(?=\n|$)")
"""The end of a block after the empty line that a doctest asks for."""

PROJECT = """# Project

:::{toctree}
:maxdepth: 1

README <readme>
contributing
changelog
tests
:::
"""
"""The page that these pages are reached from."""

LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
NAMED = re.compile(r"\[(?:[\w./-]+\.md|\w+/)\](?=\([^)#]*\))")
"""A link to a page that shows the name of its file: the site shows the title in its place."""


def moved(text: str, home: Path, target: Path, docs: Path) -> str:
    """A page of one folder as it stands in another: links go to pages of the site, or to files."""

    def link(match: re.Match[str]) -> str:
        path = (home / match[1]).resolve()
        name = path.relative_to(docs.parent).as_posix()
        if name in PAGES:
            path = docs / "generated" / f"{PAGES[name]}.text"
        elif name in MADE:
            path = docs / "generated" / MADE[name]
        return f"]({Path(os.path.relpath(path, target)).as_posix()}"

    return LINK.sub(link, NAMED.sub("[]", ENDED.sub("\n```\n", text)))


def write_pages(docs: Path) -> None:
    """Write the copies."""
    (docs / "generated").mkdir(exist_ok=True)
    write(docs / "generated" / "project.text", PROJECT)
    for name, short in PAGES.items():
        page = docs.parent / name
        text = moved(page.read_text(encoding="utf-8"), page.parent, docs / "generated", docs)
        write(docs / "generated" / f"{short}.text", text)


def _read(app: Any, document: str, content: list[str]) -> None:
    """Let pages of docs/ lead to the copies."""
    path = Path(app.env.doc2path(document)).resolve()
    if path.suffix == ".md":
        content[0] = moved(content[0], path.parent, path.parent, Path(app.srcdir).resolve())


def setup(app: Any) -> dict[str, bool]:
    """Write copies before Sphinx looks for them, and change links as pages are read."""
    write_pages(Path(app.srcdir).resolve())
    app.connect("source-read", _read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
