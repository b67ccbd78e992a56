"""The folder of a dataset: what is committed to it, so that a run can be killed and go on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from linreg.errors import UnreadableFile, UnwritableFile
from linreg.files import StrPath, read_bytes, replacing
from linreg.store.journal import Journal, Record, read_journal
from linreg.store.locking import lock

FORMAT = "linreg-dataset-2"

RUN, JOURNAL, PARTS = "run.json", "journal.jsonl", "parts"


@dataclass(slots=True)
class Folder:
    """A folder that is held by this process, with what is committed to it.

    A network is committed when its part is a file and the journal has a line about it, which is
    written last. So whatever a kill leaves behind is either committed or as if it had never been.

    Attributes
    ----------
    path : Path
    journal : Journal
    committed : dict
        Seconds that each committed network took, by id.
    finished : str or None
        Digest of the dataset once all of it is there.
    incomplete : int
        Networks of a finished dataset whose count stopped at the limit.
    """

    path: Path
    journal: Journal
    committed: dict[str, float] = field(default_factory=dict)
    finished: str | None = None
    incomplete: int = 0

    def commit(self, id: str, part: bytes, seconds: float) -> None:
        """Keep what was found of a network.

        Raises
        ------
        UnwritableFile
        """
        with replacing(self.part(id)) as temporary:
            temporary.write_bytes(part)
        digest = sha256(part).hexdigest()
        self.journal.append({"network": id, "sha256": digest, "seconds": round(seconds, 6)})
        self.committed[id] = seconds

    def part(self, id: str) -> Path:
        """Where the part of a network lies."""
        return self.path / PARTS / f"{id}.json"

    def finish(self, digest: str, incomplete: int) -> None:
        """Note that the dataset is all there, and let go of what it was put together from."""
        self.journal.append({"finished": digest, "incomplete": incomplete})
        self.finished, self.incomplete = digest, incomplete
        self.tidy()

    def tidy(self) -> None:
        """Remove what a killed run left half-written, and the parts of a finished one."""
        for stale in self.path.rglob(".linreg-*"):
            stale.unlink(missing_ok=True)
        if self.finished is not None and (self.path / PARTS).is_dir():
            for part in (self.path / PARTS).iterdir():
                part.unlink()
            (self.path / PARTS).rmdir()

    def take_note(self, record: Record) -> None:
        """Take note of what an earlier run has committed.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is none of a dataset.
        """
        if "finished" in record:
            self.finished = str(record["finished"])
            self.incomplete = int(record["incomplete"])
        elif self._is_whole(record["network"], record["sha256"]):
            self.committed[record["network"]] = float(record["seconds"])

    def _is_whole(self, id: str, digest: str) -> bool:
        part = self.part(id)
        return part.is_file() and sha256(read_bytes(part)).hexdigest() == digest


@contextmanager
def opened(path: StrPath, identity: dict[str, Any]) -> Iterator[Folder]:
    """Context in which a folder is held: a new one, or one of the same dataset.

    Parameters
    ----------
    path : str or path
        Its parent must exist.
    identity : dict
        What the dataset is; a folder that holds another one is refused.

    Raises
    ------
    UnwritableFile
        If there is no parent, the folder holds something else, or another process holds it.
    """
    folder = Path(path)
    try:
        folder.mkdir(exist_ok=True)
        _check_identity(folder, identity)
        descriptor = os.open(folder / JOURNAL, os.O_RDWR | os.O_CREAT, 0o666)
    except FileNotFoundError:
        raise UnwritableFile(f"{path}: there is no folder {folder.parent}; make it first") from None
    except FileExistsError:
        raise UnwritableFile(f"{path}: this is a file; give the name of a folder") from None
    except OSError as error:
        raise UnwritableFile(f"{path}: cannot be written: {error.strerror}") from None
    try:
        if not lock(descriptor):
            raise UnwritableFile(
                f"{folder}: another process is writing to this folder; wait for it or end it"
            )
        _check_identity(folder, identity)
        found = read_journal(folder / JOURNAL)
        held = Folder(folder, Journal(folder / JOURNAL, descriptor, found.size))
        damaged = found.first_unread(held.take_note)
        if damaged is not None:
            raise UnreadableFile(
                f"{folder / JOURNAL}: line {damaged} is damaged; remove that line to have its "
                "network computed again"
            )
        held.tidy()
        if held.finished is None:
            (folder / PARTS).mkdir(exist_ok=True)
        yield held
    finally:
        os.close(descriptor)


def _check_identity(folder: Path, identity: dict[str, Any]) -> None:
    """Refuse a folder of something else; mark a new one."""
    run = folder / RUN
    identity = {"format": FORMAT, **identity}
    if not run.exists():
        there = sorted(entry.name for entry in folder.iterdir() if entry.name[0] != ".")
        if there:
            raise UnwritableFile(
                f"{folder}: the folder holds {there[0]} and no dataset; give an empty or a new one"
            )
        with replacing(run) as temporary:
            temporary.write_bytes(json.dumps(identity, indent=2).encode() + b"\n")
        return
    try:
        held = json.loads(read_bytes(run))
    except ValueError:
        raise UnreadableFile(f"{run}: damaged; give a new folder") from None
    for key, value in identity.items():
        if not isinstance(held, dict) or held.get(key) != value:
            got = held.get(key) if isinstance(held, dict) else None
            raise UnwritableFile(
                f"{folder}: the folder holds another dataset: its {key} is {got!r}, and this one's "
                f"{value!r}; give a new folder"
            )
