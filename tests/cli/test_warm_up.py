"""The command `warm-up`."""

from __future__ import annotations

import pytest
from program import linreg

from linreg import __version__, first_use


def test_machine_code_is_in_place_after_a_warm_up() -> None:
    done = linreg("warm-up", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json["seconds"] > 0
    assert (done.json["machine_code"], done.json["version"]) == (True, __version__)
    assert linreg("warm-up").out.startswith("machine code is in place")


def test_where_there_can_be_no_machine_code_the_answer_is_no(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(first_use, "has_machine_code", lambda: False)
    done = linreg("warm-up", "--json")
    assert (done.code, done.json["machine_code"]) == (1, False)
    assert linreg("warm-up").out == "there is no machine code on this machine\n"
