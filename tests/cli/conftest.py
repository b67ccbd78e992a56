"""The same surroundings for every command, whatever terminal the tests are run on."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "COLUMNS",
        "FORCE_COLOR",
        "NO_COLOR",
        "PYTHONIOENCODING",
        "TERM",
        "TTY_COMPATIBLE",
    ):
        monkeypatch.delenv(name, raising=False)
