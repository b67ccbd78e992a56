"""Look whether the links of a site lead to its pages and to places on them.

    python scripts/site_links.py FOLDER

Links to other sites are left alone: a build needs no network.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """What a page links to, and the places that it names."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take links and names of places from a tag."""
        for name, value in attrs:
            if name == "id" or (tag == "a" and name == "name"):
                self.places.add(value or "")
            elif name in ("href", "src") and value:
                self.links.append(value)


def read(path: Path) -> Page:
    """A page as it is on disk."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def broken(site: Path) -> list[str]:
    """Every link of a site that leads nowhere, with the page that it is on."""
    site = site.resolve()
    pages = {
        path: read(path)
        for path in sorted(site.rglob("*.html"))
        if "_static" not in path.parts  # templates of the theme
    }
    found = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target /= "index.html"
            place = unquote(parts.fragment)
            known = pages[target].places | {"", "top"} if target in pages else {place}
            if not target.exists() or place not in known:
                found.append(f"{path.relative_to(site)}: {link}")
    return found


def main() -> None:
    """Print what is broken, and end with 1 if anything is."""
    site = Path(sys.argv[1])
    if not (site / "index.html").exists():
        sys.exit(f"{site} has no index.html: it is no site")
    found = broken(site)
    print("\n".join(found) or f"{len(list(site.rglob('*.html')))} pages, no broken link")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
