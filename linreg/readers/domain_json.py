"""Domains in JSON: inside a network file, or in a file of their own; slices in files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from linreg.domains import Box, Domain, Polytope, WholeSpace
from linreg.errors import InvalidDomain
from linreg.files import StrPath
from linreg.json_values import (
    Json,
    as_list,
    as_object,
    as_text,
    check_keys,
    located,
    nearest,
    shown,
)
from linreg.network import Slice
from linreg.rational import fraction
from linreg.readers.json_text import json_number, read_object
from linreg.wording import counted


def read_domain(path: StrPath, dim: int, *, decimal: bool = False) -> Domain:
    """The domain that a file holds.

    Parameters
    ----------
    path : str or path
        A JSON file, whatever its suffix.
    dim : int
        Dimension of the network's input.
    decimal : bool
        Whether decimals are read as they are written: 0.1 is 1/10.

    Returns
    -------
    WholeSpace, Box or Polytope

    Raises
    ------
    UnreadableFile
        If the file is missing or is not JSON.
    InvalidDomain
        If it is not a domain of this dimension.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "square.json")
    ...     _ = path.write_text('{"type": "box", "lo": [0, 0], "hi": [1, "1/3"]}')
    ...     read_domain(path, 2).upper
    (Fraction(1, 1), Fraction(1, 3))
    """
    document = read_object(path, decimal=decimal)
    with located(str(path)):
        return domain_from_json(document, dim)


def read_slice(path: StrPath, dim: int, *, decimal: bool = False) -> Slice:
    """The affine slice that a file holds.

    Parameters
    ----------
    path : str or path
        A JSON file, whatever its suffix: `{"origin": [..], "basis": [[..], ..]}`.
    dim : int
        Dimension of the network's input.
    decimal : bool
        Whether decimals are read as they are written: 0.1 is 1/10.

    Returns
    -------
    Slice

    Raises
    ------
    UnreadableFile
        If the file is missing or is not JSON.
    InvalidDomain
        If it is not a slice of a space of this dimension, or its basis is not independent.

    Examples
    --------
    A line in space:

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "line.json")
    ...     _ = path.write_text('{"origin": [0, 0, 1], "basis": [[1, 1, 0]]}')
    ...     read_slice(path, 3).point([2])
    [Fraction(2, 1), Fraction(2, 1), Fraction(1, 1)]
    """
    document = read_object(path, decimal=decimal)
    with located(str(path)):
        check_keys(document, ("origin", "basis"), ("name",), InvalidDomain)
        origin = _vector(document["origin"], "origin")
        basis = [
            _vector(vector, f"basis[{k}]")
            for k, vector in enumerate(as_list(document["basis"], "basis", InvalidDomain))
        ]
        for where, vector in [
            ("origin", origin),
            *((f"basis[{k}]", vector) for k, vector in enumerate(basis)),
        ]:
            if len(vector) != dim:
                raise InvalidDomain(
                    f"{where} has {counted(len(vector), 'number')}, but the network has "
                    f"{counted(dim, 'input')}; they must agree"
                )
        return Slice(origin, basis)


def domain_from_json(value: object, dim: int) -> Domain:
    """The domain that a JSON value spells, with exactly its numbers.

    Parameters
    ----------
    value : dict
        `{"type": "all"}`, `{"type": "box", "lo", "hi"}` or `{"type": "polytope", "A", "b"}`.
    dim : int
        Dimension of the network's input.

    Returns
    -------
    WholeSpace, Box or Polytope

    Raises
    ------
    InvalidDomain
        If it is malformed, flat, or of another dimension.

    Examples
    --------
    >>> domain_from_json({"type": "box", "lo": [0, 0], "hi": [1, "1/3"]}, 2).upper
    (Fraction(1, 1), Fraction(1, 3))
    """
    fields = as_object(value, InvalidDomain)
    if "type" not in fields:
        raise InvalidDomain(
            'key \'type\' is missing; a domain is {"type": "all"}, "box" or "polytope"'
        )
    kind = as_text(fields["type"], "type", InvalidDomain)
    if kind not in _KINDS:
        raise InvalidDomain(f"unknown type {shown(kind)}{nearest(kind, _KINDS)}")
    required, make = _KINDS[kind]
    check_keys(fields, ("type", *required), ("name",), InvalidDomain)
    with located(kind):
        domain = make(fields, dim)
        if domain.dim != dim:
            raise InvalidDomain(
                f"has dimension {domain.dim}, but the network has {counted(dim, 'input')}; they "
                "must agree"
            )
    return domain


def domain_to_json(domain: Domain) -> Json:
    """The JSON object that spells a domain, with exactly its numbers.

    Parameters
    ----------
    domain : WholeSpace, Box or Polytope

    Returns
    -------
    dict
        As `domain_from_json` takes it.

    Examples
    --------
    >>> domain_to_json(Box([0, 0], ["1/2", "1/3"]))
    {'type': 'box', 'lo': [0, 0], 'hi': [0.5, '1/3']}
    """
    match domain:
        case WholeSpace():
            return {"type": "all"}
        case Box():
            return {"type": "box", "lo": _numbers(domain.lower), "hi": _numbers(domain.upper)}
        case Polytope():
            rows = [_numbers(row) for row in domain.normals]
            return {"type": "polytope", "A": rows, "b": _numbers(domain.offsets)}


def _box(fields: Json, _dim: int) -> Domain:
    return Box(_vector(fields["lo"], "lo"), _vector(fields["hi"], "hi"))


def _polytope(fields: Json, _dim: int) -> Domain:
    rows = as_list(fields["A"], "A", InvalidDomain)
    normals = [_vector(row, f"A[{i}]") for i, row in enumerate(rows)]
    return Polytope(normals, _vector(fields["b"], "b"))


_KINDS: dict[str, tuple[tuple[str, ...], Callable[[Json, int], Domain]]] = {
    "all": ((), lambda _, dim: WholeSpace(dim)),
    "box": (("lo", "hi"), _box),
    "polytope": (("A", "b"), _polytope),
}


def _vector(value: object, key: str) -> list[Fraction]:
    entries = []
    for i, entry in enumerate(as_list(value, key, InvalidDomain)):
        try:
            entries.append(fraction(entry))
        except (TypeError, ValueError) as error:
            raise InvalidDomain(f"{key}[{i}]: {error}") from None
    return entries


def _numbers(values: Sequence[Fraction]) -> list[int | float | str]:
    return [json_number(value) for value in values]
