"""What a release says of itself agrees.

python scripts/release_checks.py version              version, changelog, citation, site
python scripts/release_checks.py pythons              the Pythons that it is said to work with
python scripts/release_checks.py archives ONE OTHER   two builds are the same bytes, with licences
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def version_faults(root: Path) -> list[str]:
    """Where the version of a project is not that of its package."""

    def text(name: str) -> str:
        return (root / name).read_text(encoding="utf-8")

    found = re.search(r'^__version__ = "(.*)"$', text("linreg/__init__.py"), re.MULTILINE)
    if found is None:
        return ["linreg/__init__.py has no __version__"]
    version, faults = found[1], []
    if f"\nversion: {version}\n" not in text("CITATION.cff"):
        faults.append(f"CITATION.cff is not of version {version}")
    heading = rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d$"
    if not re.search(heading, text("CHANGELOG.md"), re.MULTILINE):
        faults.append(f"CHANGELOG.md has no heading '## {version} - YYYY-MM-DD'")
    listed = json.loads(text("docs/_static/versions.json"))
    if version not in [each["version"] for each in listed]:
        faults.append(f"docs/_static/versions.json does not list {version}")
    # Any other address would be looked for beside the page that a reader is on.
    if not all(each["url"].startswith(("/", "https://")) for each in listed):
        faults.append("docs/_static/versions.json has an address without / or https:// before it")
    return faults


def pythons(root: Path) -> list[str]:
    """The Pythons of the classifiers."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    prefix = "Programming Language :: Python :: 3."
    return [each.rpartition(" ")[2] for each in project["classifiers"] if each.startswith(prefix)]


def names(archive: Path) -> list[str]:
    """The files in an archive."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.namelist()
    with tarfile.open(archive) as source:
        return source.getnames()


def archive_faults(one: Path, other: Path) -> list[str]:
    """Where two builds differ, or an archive is without its licence."""
    found = sorted(path.name for path in one.iterdir() if path.suffix in (".whl", ".gz"))
    if len(found) != 2:
        return [f"a wheel and a source archive were expected in {one}, found {found}"]
    faults = []
    for name in found:
        digests = {hashlib.sha256((folder / name).read_bytes()).digest() for folder in (one, other)}
        if len(digests) != 1:
            faults.append(f"{name} is not the same bytes when it is built again")
        if not any(Path(file).name == "LICENSE" for file in names(one / name)):
            faults.append(f"{name} has no LICENSE")
    return faults


def main() -> None:
    """Print what is wrong, and end with 1 if anything is."""
    match sys.argv[1:]:
        case ["version"]:
            faults = version_faults(ROOT)
        case ["pythons"]:
            print("\n".join(pythons(ROOT)))
            return
        case ["archives", one, other]:
            faults = archive_faults(Path(one), Path(other))
        case _:
            sys.exit(__doc__)
    print("\n".join(faults) or "as it should be")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
