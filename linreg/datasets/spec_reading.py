"""Specifications of datasets, read from TOML."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from linreg.datasets.family_reading import drawn_family, given_family, trained_family
from linreg.datasets.spec import (
    Drawn,
    Estimates,
    Filter,
    Given,
    Spec,
    Trained,
    Truth,
)
from linreg.datasets.spec_values import (
    SpecTable,
    listed,
    name,
    one_of,
    positive,
    table,
    text,
    truth_value,
    whole,
)
from linreg.errors import InvalidSpec, UnreadableFile
from linreg.files import StrPath, read_bytes
from linreg.json_values import Json, located, shown
from linreg.strategies import STRATEGIES

_TOP = ("name", "description", "license", "seed", "truth", "estimates", "splits", "filter")
_FAMILIES = ("drawn", "trained", "given")
MOST_SAMPLES = 10_000_000
"""Most random points of one network."""

RANGED = ("activation_regions", "units", "input_dim", "outputs", "parameters", "stages")
"""What [filter] knows: numbers of regions, and sizes."""

_NUMBERS = ("limit", "details")
_SPLIT = re.compile(r"\w+", re.ASCII)


def read_spec(path: StrPath) -> Spec:
    """The specification that a TOML file holds.

    Parameters
    ----------
    path : str or path
        A TOML file.

    Returns
    -------
    Spec

    Raises
    ------
    UnreadableFile
        If the file is missing or is not TOML.
    InvalidSpec
        If a key is unknown or a value impossible; the message names the key.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from linreg.datasets import EXAMPLE
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "first-steps.toml"
    ...     _ = path.write_text(EXAMPLE)
    ...     read_spec(path).name
    'first-steps'
    """
    data = read_bytes(path)
    try:
        written = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{path}: not UTF-8 text (byte {error.start}), so not a TOML file"
        ) from None
    with located(str(path)):
        return spec_of(written, folder=Path(path).parent)


def spec_of(written: str, *, folder: StrPath = ".") -> Spec:
    """The specification that a TOML text spells.

    Parameters
    ----------
    written : str
        As in a TOML file.
    folder : str or path
        Where files that it names are looked for.

    Returns
    -------
    Spec

    Raises
    ------
    UnreadableFile
        If it is not TOML.
    InvalidSpec
        If a key is unknown or a value impossible; the message names the key.

    Examples
    --------
    >>> spec = spec_of('''
    ... name = "pairs"
    ... seed = 0
    ... [[drawn]]
    ... name = "dense"
    ... inputs = 2
    ... widths = [[4], [4, 4]]
    ... init = ["he", "ternary"]
    ... ''')
    >>> len(spec.families[0].architectures), len(spec.families[0].initialisers)
    (2, 2)
    """
    try:
        document = tomllib.loads(written)
    except (ValueError, RecursionError) as error:  # also of integers of thousands of digits
        raise UnreadableFile(f"not TOML: {error}") from None
    top = SpecTable(document, (*_TOP, *_FAMILIES))
    place = Path(folder)
    families: list[Drawn | Trained | Given] = [
        *_families(top, "drawn", drawn_family),
        *_families(top, "trained", lambda values: trained_family(values, place)),
        *_families(top, "given", lambda values: given_family(values, place)),
    ]
    if not families:
        raise InvalidSpec("there are no networks: add a table [[drawn]], [[trained]] or [[given]]")
    for i, family in enumerate(families):
        if family.name in [other.name for other in families[:i]]:
            raise InvalidSpec(f"name {shown(family.name)} stands at two families; names differ")
    return Spec(
        top.need("name", name),
        top.take("description", text, ""),
        top.take("license", text, "unknown"),
        top.need("seed", whole(0)),
        tuple(families),
        _section(top, "truth", _truth) or Truth(),
        _section(top, "estimates", _estimates) or Estimates(),
        _section(top, "splits", _splits) or {"train": 1.0},
        written,
        _section(top, "filter", _filter) or Filter(),
    )


def _section(top: SpecTable, key: str, read: Any) -> Any:
    if key not in top:
        return None
    with located(key):
        return read(top.need(key, table))


def _families(top: SpecTable, kind: str, read: Any) -> list[Any]:
    found = []
    for i, values in enumerate(top.take(kind, listed(table), ())):
        said = values.get("name")
        with located(f"{kind} {shown(said)}" if isinstance(said, str) else f"{kind}[{i}]"):
            found.append(read(values))
    return found


def _truth(values: Json) -> Truth:
    names = [field.name for field in fields(Truth)]
    section = SpecTable(values, names)
    chosen: dict[str, Any] = {key: section.need(key, whole(1)) for key in _NUMBERS if key in values}
    if "strategy" in values:
        chosen["strategy"] = section.need("strategy", one_of(STRATEGIES))
    for key in names:
        if key in values and key not in chosen:
            chosen[key] = section.need(key, truth_value)
    truth = Truth(**chosen)
    if truth.details > truth.limit:
        if "details" in values:
            raise InvalidSpec(f"details: at most the limit of {truth.limit} was expected")
        truth = Truth(**chosen, details=truth.limit)
    return truth


def _estimates(values: Json) -> Estimates:
    section = SpecTable(values, ("points", "deviation"))
    points = section.need("points", listed(whole(1, MOST_SAMPLES)))
    if list(points) != sorted(set(points)):
        raise InvalidSpec(f"points: increasing numbers were expected, got {list(points)}")
    return Estimates(points, section.take("deviation", positive, 1.0))


def _filter(values: Json) -> Filter:
    section = SpecTable(values, RANGED)
    return Filter({key: section.need(key, _range) for key in values})


def _range(value: object, key: str) -> tuple[int, int | None]:
    """At most a number, or [least, most]."""
    if not isinstance(value, list):
        return 0, whole(0)(value, key)
    least, *most = listed(whole(0))(value, key)
    if len(most) != 1 or least > most[0]:
        raise InvalidSpec(f"{key}: the most, or [least, most], was expected, got {shown(value)}")
    return least, most[0]


def _splits(values: Json) -> dict[str, float]:
    if not values:
        raise InvalidSpec("at least one split was expected, such as train = 0.8")
    for key in values:
        # What Hugging Face's datasets take for the name of a split.
        if not _SPLIT.fullmatch(key) or key == "all":
            raise InvalidSpec(
                f"unknown key {shown(key)}: a split is named by letters, digits and _, such as "
                "train, and not all"
            )
    return {key: float(positive(share, key)) for key, share in values.items()}
