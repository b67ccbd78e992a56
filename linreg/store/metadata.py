"""Metadata of a run directory: which network, domain and strategy it is a run of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from linreg.domains import Domain
from linreg.errors import LinregError, UnreadableFile, UnusableRun
from linreg.files import read_bytes, replacing
from linreg.json_values import located, shown
from linreg.network import Network
from linreg.problem import Problem, problem_of
from linreg.readers import domain_from_json, domain_to_json, load, save

FORMAT = "linreg-run-3"
"""The version of run directories that are written and read."""

RUN, NETWORK, JOURNAL, SHARDS = "run.json", "network.json", "journal.jsonl", "shards"
"""What is in a run directory."""

SHOWN_DIGITS = 12
"""Digits of a fingerprint that a message shows."""

DIGITS = 16
"""Hexadecimal digits of sha256 that check a description."""

REGIONS, COUNT = "regions", "count"
"""What a run keeps: the regions, or only how many there are."""


@dataclass(frozen=True, slots=True)
class Description:
    """The question that a run answers; the JSON object in `run.json` has these keys.

    Beside them, `check` is the beginning of the sha256 of their JSON text.

    Attributes
    ----------
    format : str
        "linreg-run-3".
    keeps : str
        "regions", or "count" if no region is stored.
    strategy : str
    fingerprint : str
        The network's.
    domain : dict
        As in a network's file.
    input_dim, units : int
    """

    format: str
    keeps: str
    strategy: str
    fingerprint: str
    domain: dict[str, Any]
    input_dim: int
    units: int

    @classmethod
    def of(cls, problem: Problem, keeps: str, strategy: str) -> Description:
        """The description of a run that is about to begin."""
        network = problem.network
        return cls(
            FORMAT,
            keeps,
            strategy,
            network.fingerprint,
            domain_to_json(problem.domain),
            network.input_dim,
            len(network.units),
        )

    @classmethod
    def read(cls, folder: Path) -> Description:
        """The description in a run directory.

        Raises
        ------
        UnreadableFile
            If the folder is none, or of another version.
        """
        path = folder / RUN
        if not path.exists():
            raise UnreadableFile(f"{folder}: no run is kept here: there is no {RUN} in it")
        try:
            value = json.loads(read_bytes(path))
        except (ValueError, RecursionError):
            raise UnreadableFile(f"{path}: damaged: it is no JSON") from None
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            got = shown(value.get("format")) if isinstance(value, dict) else "something else"
            raise UnreadableFile(
                f"{path}: its format is {got}, and this version of linreg reads {FORMAT!r} alone; "
                "go on with the version that began the run, or begin again in another folder"
            )
        types = {"domain": dict, "input_dim": int, "units": int}
        for field in fields(cls):
            if not isinstance(value.get(field.name), types.get(field.name, str)):
                raise UnreadableFile(f"{path}: damaged: {field.name} is missing or no value for it")
        if value["keeps"] not in (REGIONS, COUNT):
            raise UnreadableFile(f"{path}: keeps: unexpected {shown(value['keeps'])}")
        description = cls(**{field.name: value[field.name] for field in fields(cls)})
        if value.get("check") != description.check:
            raise UnreadableFile(
                f"{path}: damaged: it does not hold what was written; restore it from a copy, or "
                "begin again in another folder"
            )
        return description

    @property
    def check(self) -> str:
        """Checksum of the description."""
        return sha256(json.dumps(asdict(self)).encode()).hexdigest()[:DIGITS]

    def write(self, folder: Path, network: Network, domain: Domain) -> None:
        """Write the network, and then what makes the folder a run."""
        save(network, folder / NETWORK, domain)
        with replacing(folder / RUN) as temporary:
            text = json.dumps(asdict(self) | {"check": self.check}, indent=1)
            temporary.write_text(text + "\n", encoding="utf-8")

    def check_same(self, other: Description, folder: Path) -> None:
        """Refuse to go on with another question than the one that the folder holds.

        Raises
        ------
        UnusableRun
        """
        if self.fingerprint != other.fingerprint:
            raise UnusableRun(
                f"{folder}: it holds a run of another network, with fingerprint "
                f"{self.fingerprint[:SHOWN_DIGITS]}... and not "
                f"{other.fingerprint[:SHOWN_DIGITS]}...; give another folder"
            )
        if self.domain != other.domain:
            raise UnusableRun(
                f"{folder}: it holds a run of this network on another domain; give another folder"
            )
        if self.keeps == COUNT and other.keeps == REGIONS:
            raise UnusableRun(
                f"{folder}: it holds a run that counts and keeps no regions; give another folder"
            )
        if self.strategy != other.strategy:
            raise UnusableRun(
                f"{folder}: it holds a run of strategy {self.strategy!r} and not "
                f"{other.strategy!r}; go on with that, or give another folder"
            )

    def question(self, folder: Path) -> tuple[Network, Domain]:
        """The network in the folder, and the domain of the run.

        Raises
        ------
        UnreadableFile
            If the network is not there, or another one, or the domain is none of it.
        """
        network = load(folder / NETWORK)
        if network.fingerprint != self.fingerprint:
            raise UnreadableFile(
                f"{folder / NETWORK}: it is not the network of this run: its fingerprint is not "
                f"the one in {RUN}"
            )
        with self._located(folder):
            return network, domain_from_json(self.domain, network.input_dim)

    def problem(self, folder: Path) -> Problem:
        """The problem that the run is about.

        Raises
        ------
        UnreadableFile
            As for `question`, or if the domain is empty or flat.
        """
        network, domain = self.question(folder)
        with self._located(folder):
            return problem_of(network, domain)

    @contextmanager
    def _located(self, folder: Path) -> Iterator[None]:
        """Context in which what is wrong with the domain is said of the file that it is in."""
        with located(str(folder / RUN)):
            try:
                yield
            except UnreadableFile:
                raise
            except LinregError as error:
                raise UnreadableFile(f"domain: {error}") from None
