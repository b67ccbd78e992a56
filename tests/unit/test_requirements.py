"""The files of releases that environments are made of hold what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from itertools import product
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKED, OLDEST = ROOT / "requirements/locked.txt", ROOT / "requirements/oldest.txt"
DOCS = ROOT / "requirements/docs.txt"

PLATFORMS = [
    {
        "python_version": f"3.{minor}",
        "python_full_version": f"3.{minor}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "os_name": "posix",
        "sys_platform": system,
        "platform_system": system.title(),
        "platform_machine": machine,
    }
    for minor, (system, machine) in product(
        (11, 12, 13, 14), (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"))
    )
]
NAMES = [
    " ".join(p[k] for k in ("python_version", "sys_platform", "platform_machine"))
    for p in PLATFORMS
]


def asked_for(environment: dict[str, str], *, site: bool = False) -> list[Requirement]:
    """What the project, its extras, its tools, and the making of environments ask for there.

    What makes the site is in a file of its own.
    """
    texts = PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]
    for table in (PROJECT["project"]["optional-dependencies"], PROJECT["dependency-groups"]):
        passed_over = {"all", "lock"} if site else {"all", "docs"}
        texts += [t for key, listed in table.items() if key not in passed_over for t in listed]
    wanted = map(Requirement, texts)
    return [r for r in wanted if r.marker is None or r.marker.evaluate(environment)]


def releases(path: Path, environment: dict[str, str]) -> dict[str, Version]:
    """The version of every package of a file that an environment may take."""
    pinned: dict[str, Version] = {}
    for requirement in map(Requirement, path.read_text(encoding="utf-8").splitlines()[1:]):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            assert requirement.name not in pinned
            (only,) = requirement.specifier
            pinned[requirement.name] = Version(only.version)
    return pinned


def needed(pinned: dict[str, Version]) -> Iterator[Requirement]:
    """What is asked for, and what it asks for in turn where a pinned release is installed."""
    here = {**default_environment()}
    pending = [requirement for requirement in asked_for(here) if requirement.name != "uv"]
    seen = set(map(str, pending))
    while pending:
        requirement = pending.pop()
        yield requirement
        name = canonicalize_name(requirement.name)
        try:
            installed = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        if Version(Version(installed.version).public) != pinned[name]:
            continue
        for further in map(Requirement, installed.requires or ()):
            extras = {"", *requirement.extras}
            if str(further) not in seen and any(
                further.marker is None or further.marker.evaluate({"extra": extra})
                for extra in extras
            ):
                seen.add(str(further))
                pending.append(further)


@pytest.mark.parametrize("path", [LOCKED, OLDEST, DOCS], ids=lambda path: path.name)
def test_a_line_is_a_name_a_version_and_a_marker_and_never_an_address(path: Path) -> None:
    first, *lines = path.read_text(encoding="utf-8").splitlines()
    assert first == "# Written by scripts/lock."
    for line in lines:
        assert re.fullmatch(r"[a-z0-9-]+==[a-z0-9.]+( ; [a-zA-Z0-9_.<>=!'() ]+)?", line), line


@pytest.mark.parametrize("platform", PLATFORMS, ids=NAMES)
def test_locked_releases_lie_in_every_range_on_every_platform(platform: dict[str, str]) -> None:
    pinned = releases(LOCKED, platform)
    for requirement in asked_for(platform):
        assert pinned[requirement.name] in requirement.specifier, requirement


@pytest.mark.parametrize("platform", PLATFORMS, ids=NAMES)
def test_the_site_is_made_with_the_locked_releases_and_its_own(platform: dict[str, str]) -> None:
    pinned, locked = releases(DOCS, platform), releases(LOCKED, platform)
    assert {name for name in locked if pinned.get(name) != locked[name]} <= {"uv"}
    for requirement in asked_for(platform, site=True):
        assert pinned[requirement.name] in requirement.specifier, requirement


def test_the_oldest_releases_are_the_lower_bounds() -> None:
    pinned = releases(OLDEST, PLATFORMS[0])
    for requirement in asked_for(PLATFORMS[0]):
        if requirement.name != "uv":
            (bound,) = requirement.specifier
            assert (bound.operator, Version(bound.version)) == (">=", pinned[requirement.name])


@pytest.mark.parametrize("path", [LOCKED, OLDEST], ids=lambda path: path.name)
def test_what_a_listed_release_needs_is_listed_within_its_range(path: Path) -> None:
    """Of releases that are installed: of all, in an environment that was made of the file."""
    pinned = releases(path, {**default_environment()})
    for requirement in needed(pinned):
        assert pinned[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_the_torch_that_readers_are_tested_with_is_the_locked_one() -> None:
    text = (ROOT / "scripts/setup-venv").read_text(encoding="utf-8")
    (torch,) = re.findall(r"^TORCH='torch==(.*)'$", text, re.MULTILINE)
    assert {Version(torch)} == {releases(LOCKED, platform)["torch"] for platform in PLATFORMS}
