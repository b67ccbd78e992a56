"""The golden cases of questions: their answers were found by two independent programs each."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from golden_networks import Case

from linreg.readers.query import Query, QueryNetwork, Tensor, condition

_RELATIONS = {"<=": ">=", "<": ">", "=": "=="}


@cache
def _file() -> dict[str, Any]:
    path = Path(__file__).parent / "golden" / "questions.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def cases(group: str) -> list[dict[str, Any]]:
    """The cases of a group, as they stand in the file."""
    found: list[dict[str, Any]] = _file()[group]
    return found


def network_case(case: dict[str, Any]) -> Case:
    """The network and domain of a case."""
    return Case(case["name"], case["network"])


def query_of(case: dict[str, Any], n_inputs: int, n_outputs: int) -> Query:
    """The query of a case of the group `verification`, from its rows."""
    alternatives = [
        tuple(
            condition(
                {start + i: -Fraction(entry) for i, entry in enumerate(row["row"])},
                Fraction(row["bound"]),
                _RELATIONS[row["relation"]],
            )
            for key, start in (("input", 0), ("output", n_inputs))
            for row in part[key]
        )
        for part in case["dnf"]
    ]
    network = QueryNetwork("", (Tensor("X", (n_inputs,)),), (Tensor("Y", (n_outputs,)),))
    return Query((network,), tuple(alternatives))
