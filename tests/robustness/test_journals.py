"""Journals: what is torn at the end is as if it had never been begun, and damage is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest

import linreg as library
from linreg import UnreadableFile, mlp, read_run, run_status
from linreg.explore import HighsExplorer
from linreg.store import directory as store
from linreg.store.journal import line_of, records_in

RECORDS = [
    {"kind": "commit", "shards": [], "text": 'a "line"\nand \u00e9\u0000 [*J}'},
    {"kind": "sorted", "shards": [{"name": "regions-1", "rows": 7}]},
    {"finished": "00", "incomplete": 0},
]
LINES = [line_of(record) for record in RECORDS]
WHOLE = b"".join(LINES)

ENDS = [b"", b"\n", b"\r", b"\r\n", b"\0", b"}", b"}\n", b"\xff", b"\0" * 99, b"\n" * 99, b"{\n"]
"""What may stand where a line is torn: nothing, or what the disk held there before."""

NET = mlp([([[1, 0], [0, 1], [1, 1], [1, -1]], [0, 0, -1, 0])])
"""Four lines, of which three meet in a point: ten regions."""
enumerate_into = partial(library.enumerate_into, NET, strategy="highs")


@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_whatever_stands_where_the_last_line_is_torn_the_lines_before_it_hold(end: bytes) -> None:
    for k, line in enumerate(LINES):
        before = b"".join(LINES[:k])
        for cut in range(len(line)):
            found = records_in(before + line[:cut] + end)
            is_whole = (line[:cut] + end).startswith(line)
            assert found.damaged is None
            assert found.records == RECORDS[: k + is_whole]
            assert found.size == len(before) + is_whole * len(line)


def test_a_changed_bit_is_damage_of_its_line() -> None:
    """All but those of the last two bytes, without which the last line is torn."""
    lines = [k for k, line in enumerate(LINES, start=1) for _ in line]
    for place, number in enumerate(lines[:-2]):
        for bit in range(8):
            data = bytearray(WHOLE)
            data[place] ^= 1 << bit
            found = records_in(bytes(data))
            assert (found.damaged, found.records) == (number, RECORDS[: number - 1])
    for end in (b"}\x0b", b"|\n"):
        found = records_in(WHOLE[:-2] + end)
        assert (found.damaged, found.records) == (None, RECORDS[:-1])
    assert records_in(WHOLE).records == RECORDS


def test_a_line_that_is_lost_between_others_is_not_seen_but_half_of_one_is() -> None:
    """Lines say nothing of each other; what they add up to does."""
    assert records_in(LINES[0] + LINES[2]).records == [RECORDS[0], RECORDS[2]]
    assert records_in(LINES[0] + LINES[1][:40] + LINES[2]).damaged == 2
    assert records_in(LINES[0] + LINES[1][40:] + LINES[2]).damaged == 2


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that has ended, and one that has stopped with several commits."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HighsExplorer, "slice", 2)
        patch.setattr(store, "REGIONS_OF_PART", 2)
        enumerate_into(folder / "ended")
        patch.setattr(store.Store, "sort", lambda *_: None)
        enumerate_into(folder / "stopped", limit=6)
    return folder


def outcome(folder: Path, harm: Callable[[bytes], bytes]) -> str:
    """What going on with a copy of a run says, whose journal has come to harm; nothing if it ends.

    A run that ends has all ten regions, whatever has happened to it.
    """
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    journal = copy / "journal.jsonl"
    journal.write_bytes(harm(journal.read_bytes()))
    try:
        status = run_status(copy)
        try:
            regions = enumerate_into(copy)
        except UnreadableFile as error:
            assert status.damage
            return str(error)
        assert status.damage == run_status(copy).damage == ()
        assert (len(regions), regions.counted.complete) == (10, True)
        return ""
    finally:
        shutil.rmtree(copy)


def torn(data: bytes, cut: int, end: bytes) -> bytes:
    """The journal without the last bytes of its last line, or all of them."""
    last = len(data) - data[:-1].rfind(b"\n") - 1
    return data[: -min(cut, last)] + end


def test_a_run_goes_on_wherever_and_however_the_last_line_was_torn(runs: Path) -> None:
    random = Random(0)
    for end in ENDS:
        cut = random.randint(2, 500)
        assert outcome(runs / "stopped", partial(torn, cut=cut, end=end)) == ""


def test_a_run_whose_journal_was_damaged_says_what_to_do(runs: Path) -> None:
    """Cutting it off helps as long as the regions of the lines before are there."""
    data = (runs / "stopped" / "journal.jsonl").read_bytes()
    random = Random(0)
    for _ in range(20):
        place = random.randrange(len(data) - 1)
        number = data[:place].count(b"\n") + 1

        def change(data: bytes, place: int = place) -> bytes:
            return (
                data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]
            )

        said = outcome(runs / "stopped", change)
        assert f"journal.jsonl: line {number} is damaged; cut the file off before it, and" in said
        lines = data.splitlines(keepends=True)[: number - 1]
        assert outcome(runs / "stopped", lambda _, lines=lines: b"".join(lines)) == ""
    said = outcome(runs / "ended", lambda data: data.replace(b'"sorted"', b'"sortee"'))
    assert said.endswith(
        "is damaged; restore the folder from a copy, or begin again in another one"
    )


@pytest.mark.parametrize("folder", ["ended", "stopped"])
def test_one_changed_byte_of_any_file_is_seen_before_a_run_is_called_whole(
    folder: str, runs: Path, tmp_path: Path
) -> None:
    """By its status, by what goes on with it, and by what reads it."""
    shutil.copytree(runs / folder, tmp_path / "run")
    files = [path for path in sorted((tmp_path / "run").rglob("*")) if path.is_file()]
    random = Random(0)
    for path in files:
        if path.name == "network.json":  # which is held against its fingerprint
            continue
        data = path.read_bytes()
        for _ in range(5):
            place = random.randrange(len(data) - 2)
            path.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
            if path.name != "run.json":
                assert run_status(tmp_path / "run").damage
            with pytest.raises(UnreadableFile):
                assert len(read_run(tmp_path / "run").patterns)
            with pytest.raises(UnreadableFile):
                enumerate_into(tmp_path / "run")
        path.write_bytes(data)
    assert run_status(tmp_path / "run").damage == ()
    assert len(files) >= 4


def test_a_quick_look_compares_sizes_alone(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "ended", tmp_path / "run")
    [shard] = (tmp_path / "run" / "shards").iterdir()
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    assert run_status(tmp_path / "run", quick=True).damage == ()
    [damage] = run_status(tmp_path / "run").damage
    assert damage.endswith(
        "not hold what was written; restore it from a copy, or begin again in another folder"
    )
