"""What a release says of itself is held together."""

from __future__ import annotations

import io
import tarfile
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
spec = spec_from_file_location("release_checks", ROOT / "scripts/release_checks.py")
assert spec is not None
assert spec.loader is not None
checks = module_from_spec(spec)
spec.loader.exec_module(checks)

SAID = {
    "linreg/__init__.py": '__version__ = "1.2.3"\n',
    "CITATION.cff": "title: t\nversion: 1.2.3\n",
    "CHANGELOG.md": "# Changelog\n\n## 1.2.3 - 2030-01-31\n",
    "docs/_static/versions.json": '[{"version": "1.2.3", "url": "/"}]',
}


def project(folder: Path) -> None:
    for name, text in SAID.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_one_version_said_everywhere_passes(tmp_path: Path) -> None:
    project(tmp_path)
    assert checks.version_faults(tmp_path) == []


@pytest.mark.parametrize("name", list(SAID)[1:])
def test_another_version_is_found(name: str, tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / name).write_text(SAID[name].replace("1.2.3", "1.2.2"))
    (fault,) = checks.version_faults(tmp_path)
    assert name in fault


def test_a_heading_without_a_date_is_no_release(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "CHANGELOG.md").write_text("## 1.2.3\n")
    assert len(checks.version_faults(tmp_path)) == 1


def test_a_version_that_readers_would_be_led_astray_to_is_found(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "docs/_static/versions.json").write_text('[{"version": "1.2.3", "url": "./"}]')
    (fault,) = checks.version_faults(tmp_path)
    assert "versions.json" in fault


def test_the_site_and_the_citation_are_of_this_version() -> None:
    faults = checks.version_faults(ROOT)
    assert [fault for fault in faults if not fault.startswith("CHANGELOG.md")] == []


def test_pythons_are_those_of_the_classifiers() -> None:
    assert checks.pythons(ROOT)[0] == "3.11"


def archives(folder: Path, licence: str = "LICENSE", body: str = "x") -> Path:
    folder.mkdir()
    with zipfile.ZipFile(folder / "a.whl", "w") as wheel:
        wheel.writestr(zipfile.ZipInfo(f"a.dist-info/licenses/{licence}"), body)
    with tarfile.open(folder / "a.tar.gz", "w") as source:
        source.addfile(tarfile.TarInfo(f"a/{licence}"), io.BytesIO())
    return folder


def test_two_builds_of_the_same_bytes_with_licences_pass(tmp_path: Path) -> None:
    assert checks.archive_faults(archives(tmp_path / "1"), archives(tmp_path / "2")) == []


def test_other_bytes_or_a_licence_that_is_missing_are_found(tmp_path: Path) -> None:
    one = archives(tmp_path / "1")
    (fault,) = checks.archive_faults(one, archives(tmp_path / "2", body="y"))
    assert "a.whl is not the same bytes" in fault
    bare = archives(tmp_path / "3", licence="README")
    assert len(checks.archive_faults(bare, archives(tmp_path / "4", licence="README"))) == 2
