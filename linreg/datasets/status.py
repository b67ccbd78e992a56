"""Status of the run that writes a dataset."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from linreg.datasets.folder import FORMAT, JOURNAL, PARTS, RUN
from linreg.datasets.writing import SUMS
from linreg.errors import UnreadableFile
from linreg.files import StrPath, read_bytes
from linreg.store.journal import Record, read_journal
from linreg.store.locking import is_locked


@dataclass(frozen=True, slots=True)
class DatasetStatus:
    """How far a dataset is, and whether its files are what they were.

    Attributes
    ----------
    name : str
        As in the specification.
    networks : int
        How many there are to be.
    computed : int
        How many are committed.
    seconds : float
        What these took, one after another, wall clock.
    incomplete : int or None
        Networks whose count stopped at the limit; None before the tables are there.
    digest : str or None
        Of the finished dataset.
    in_use : bool
        Whether a process writes to the folder.
    made_by : dict
        The versions and the strategy that its bytes depend on.
    damage : tuple of str
        What is wrong with the files, in sentences.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg.datasets import generate
    >>> from linreg.datasets import spec_of
    >>> spec = spec_of('''
    ... name = "lines"
    ... seed = 0
    ... [[drawn]]
    ... name = "three"
    ... inputs = 2
    ... widths = [3]
    ... init = "he"
    ... samples = 2
    ... ''')
    >>> with TemporaryDirectory() as folder:
    ...     _ = generate(spec, folder)
    ...     status = dataset_status(folder)
    >>> status.name, status.networks, status.computed, status.incomplete, status.damage
    ('lines', 2, 2, 0, ())
    """

    name: str
    networks: int
    computed: int
    seconds: float
    incomplete: int | None
    digest: str | None
    in_use: bool
    made_by: dict[str, str]
    damage: tuple[str, ...]


def is_dataset(path: StrPath) -> bool:
    """Whether a folder says that it is that of a dataset.

    Parameters
    ----------
    path : str or path
        A folder, or anything else.

    Returns
    -------
    bool

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     is_dataset(folder)
    False
    """
    try:
        return str(_description(Path(path)).get("format")).startswith("linreg-dataset-")
    except UnreadableFile:
        return False


def dataset_status(path: StrPath) -> DatasetStatus:
    """What is in the folder of a dataset; it is only read, whatever process works on it.

    Parameters
    ----------
    path : str or path
        The folder of a dataset.

    Returns
    -------
    DatasetStatus
        How many networks are computed, whether the tables are there, and what is damaged.

    Raises
    ------
    UnreadableFile
        If it is none of this version, or so damaged that nothing can be said of it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg.datasets import generate, spec_of
    >>> with TemporaryDirectory() as folder:
    ...     made = generate(spec_of('''
    ... name = "lines"
    ... seed = 0
    ... [[drawn]]
    ... name = "three"
    ... inputs = 2
    ... widths = [3]
    ... init = "he"
    ... samples = 2
    ... '''), folder)
    ...     status = dataset_status(folder)
    >>> status.computed, status.networks, status.digest == made.digest, status.damage
    (2, 2, True, ())
    """
    folder = Path(path)
    about = _description(folder)
    if about.get("format") != FORMAT:
        raise UnreadableFile(f"{folder / RUN}: {FORMAT!r} was expected as its format")
    name, networks, made_by = (about.get(key) for key in ("name", "networks", "made_by"))
    if not (isinstance(name, str) and type(networks) is int and isinstance(made_by, dict)):
        raise UnreadableFile(f"{folder / RUN}: damaged: a key is missing or no value for it")
    in_use = is_locked(folder / JOURNAL)
    committed: dict[str, tuple[str, float]] = {}
    digest: str | None = None
    incomplete: int | None = None
    damage: list[str] = []

    def take_note(record: Record) -> None:
        nonlocal digest, incomplete
        if "finished" in record:
            digest, incomplete = str(record["finished"]), int(record["incomplete"])
        else:
            committed[record["network"]] = str(record["sha256"]), float(record["seconds"])

    damaged = read_journal(folder / JOURNAL).first_unread(take_note)
    if damaged is not None:
        damage.append(f"{folder / JOURNAL}: line {damaged} is damaged")
    if digest is not None:
        damage += _changed(folder, digest)
    elif not in_use:  # the process that writes may be about to put the parts together
        for id, (sum_, _) in committed.items():
            damage += _differs(folder / PARTS / f"{id}.json", sum_)
    seconds = sum(took for _, took in committed.values())
    return DatasetStatus(
        name, networks, len(committed), seconds, incomplete, digest, in_use, made_by, tuple(damage)
    )


def _description(folder: Path) -> dict[str, Any]:
    try:
        about = json.loads(read_bytes(folder / RUN))
    except (ValueError, RecursionError):
        raise UnreadableFile(f"{folder / RUN}: damaged: it is no JSON") from None
    if not isinstance(about, dict):
        raise UnreadableFile(f"{folder / RUN}: damaged: it is no JSON object")
    return about


def _changed(folder: Path, digest: str) -> list[str]:
    """Which files of a finished dataset are no longer what they were."""
    path = folder / SUMS
    if changed := _differs(path, digest):
        return changed
    lines = (line.split("  ", 1) for line in read_bytes(path).decode().splitlines())
    return [said for sum_, name in lines for said in _differs(folder / name, sum_)]


def _differs(path: Path, digest: str) -> list[str]:
    try:
        found = sha256(read_bytes(path)).hexdigest()
    except UnreadableFile as error:
        return [str(error)]
    return [] if found == digest else [f"{path}: changed since it was written"]
