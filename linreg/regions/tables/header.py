"""The header of a table: the question that its regions answer, and what is in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from linreg.errors import UnreadableFile
from linreg.json_values import Json, check_keys, shown
from linreg.readers import domain_to_json
from linreg.regions.enumeration import Enumeration

FORMAT = "linreg-regions-1"
"""The version of the tables that are written and read."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a table says of itself; a JSON object with these keys.

    Nothing that another machine or number of processes would change is in it: neither times nor
    the number of linear programs.

    Attributes
    ----------
    format : str
        "linreg-regions-1".
    fingerprint : str
        The network's.
    domain : dict
        As in a network's file.
    input_dim, units : int
    activation_regions : int
        The number of rows.
    complete : bool
        False if the run was stopped early, so that regions may be missing.
    evidence, strategy : str
    regions_per_stage : list of int
    inexact_witnesses : int
        How many regions have an exact witness that is not the float64 one.
    columns : list of str
    """

    format: str
    fingerprint: str
    domain: Json
    input_dim: int
    units: int
    activation_regions: int
    complete: bool
    evidence: str
    strategy: str
    regions_per_stage: list[int]
    inexact_witnesses: int
    columns: list[str]

    @classmethod
    def of(cls, regions: Enumeration, columns: Sequence[str]) -> Header:
        """The header of a table of regions."""
        network, counted = regions.problem.network, regions.counted
        return cls(
            FORMAT,
            network.fingerprint,
            domain_to_json(regions.problem.domain),
            network.input_dim,
            len(network.units),
            len(regions),
            counted.complete,
            counted.evidence,
            counted.strategy,
            list(counted.regions_per_stage),
            len(regions.exact),
            list(columns),
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Header:
        """The header that a text spells.

        Raises
        ------
        UnreadableFile
            If it is none, or of another version.
        """
        try:
            value: Any = json.loads(text)
        except (ValueError, RecursionError):
            raise UnreadableFile(
                "damaged, or not written by linreg: its header is no JSON"
            ) from None
        if not isinstance(value, dict) or "format" not in value:
            raise UnreadableFile("not a table of regions: its header names no format")
        if value["format"] != FORMAT:
            raise UnreadableFile(
                f"format {shown(value['format'])} is not known to this version, which reads "
                f"{FORMAT}"
            )
        check_keys(value, [field.name for field in fields(cls)], (), UnreadableFile)
        header = cls(**value)
        for name, kind in _KINDS.items():
            if type(value[name]) is not kind:
                raise UnreadableFile(f"header: {name}: unexpected {shown(value[name])}")
        numbers = [header.input_dim, header.units, header.activation_regions]
        numbers += [header.inexact_witnesses, *header.regions_per_stage]
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise UnreadableFile("header: counts must be whole numbers from 0")
        return header

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), allow_nan=False)


_KINDS: dict[str, type] = {
    "fingerprint": str,
    "domain": dict,
    "complete": bool,
    "evidence": str,
    "strategy": str,
    "regions_per_stage": list,
    "columns": list,
}
