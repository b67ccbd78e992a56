"""Domains in a few characters, as on the command line: all, box:LO,HI, or a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction

from linreg.domains import Box, Domain, WholeSpace
from linreg.errors import InvalidDomain, UnreadableFile
from linreg.json_values import located
from linreg.rational import fraction
from linreg.readers.domain_json import read_domain
from linreg.readers.vnnlib_domain import is_query, query_domain
from linreg.wording import counted


def domain_from_text(
    text: str, dim: int, *, decimal: bool = False, name: str = "--domain"
) -> Domain:
    """The domain that a text means, whose decimals are float64 unless read as written.

    Parameters
    ----------
    text : str
        "all", "box:LO,HI" (the same for every coordinate), "box:LO1,..:HI1,..", a JSON file, or
        the inputs of a VNN-LIB file; "FILE.vnnlib#1" is its second set of inputs.
    dim : int
        Dimension of the network's input.
    decimal : bool
        Whether 0.1 is 1/10.
    name : str
        What the text is called in messages.

    Returns
    -------
    WholeSpace, Box or Polytope

    Raises
    ------
    InvalidDomain, UnreadableFile
        If it is no domain of this dimension.

    Examples
    --------
    >>> domain_from_text("box:-1,1/2", dim=2) == Box([-1, -1], [0.5, 0.5])
    True
    >>> domain_from_text("box:0,0:1,2", dim=2).upper
    (Fraction(1, 1), Fraction(2, 1))
    >>> domain_from_text("box:0,0.1", dim=1, decimal=True).upper
    (Fraction(1, 10),)
    """
    if text == "all":
        return WholeSpace(dim)
    if text.startswith("box:"):
        with located(f"{name} {text}"):
            return _box(text.removeprefix("box:"), dim, decimal)
    path, mark, number = text.rpartition("#")
    if mark and is_query(path) and number.isascii() and number.isdigit() and len(number) < 10:
        with located(name):
            return query_domain(path, dim, int(number))
    if not os.path.exists(text):
        raise UnreadableFile(
            f"{name} {text}: there is no such file, and it is neither all nor box:LO,HI"
        )
    with located(name):
        if is_query(text):
            return query_domain(text, dim)
        return read_domain(text, dim, decimal=decimal)


def _box(text: str, dim: int, decimal: bool) -> Box:
    match [_numbers(part, decimal) for part in text.split(":")]:
        case [[lower, upper]]:
            return Box([lower] * dim, [upper] * dim)
        case [lower_bounds, upper_bounds] if len(lower_bounds) == len(upper_bounds) == dim:
            return Box(lower_bounds, upper_bounds)
    raise InvalidDomain(
        f"a box is box:LO,HI, or box:LO1,..:HI1,.. with {counted(dim, 'number')} before and {dim} "
        "after the second colon, one for each input"
    )


def _numbers(text: str, decimal: bool) -> Sequence[Fraction | float]:
    """Numbers as in JSON: p/q is exact, and a decimal the float64 that it denotes, or exact too."""
    try:
        return [
            fraction(part) if decimal or "/" in part else _json_number(part)
            for part in text.split(",")
        ]
    except ValueError as error:
        raise InvalidDomain(str(error)) from None


def _json_number(text: str) -> Fraction | float:
    exact = fraction(text)
    return exact if text.strip().lstrip("+-").isdigit() else float(text)
