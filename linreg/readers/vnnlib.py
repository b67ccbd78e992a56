"""Queries from VNN-LIB files, version 1.0 and what is linear of version 2.0."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from math import prod

from linreg.errors import UnreadableFile
from linreg.files import StrPath
from linreg.json_values import located, nearest
from linreg.readers.expressions import (
    Expression,
    Group,
    Word,
    parsed,
    read_text,
    refused,
    shown,
)
from linreg.readers.formulas import Alternatives, Lookup, alternatives, product
from linreg.readers.query import Condition, Query, QueryNetwork, Tensor

_OLD_NAME = re.compile(r"([XY])_(\d{1,7})", re.ASCII)
_NEW_NAME = re.compile(r"([A-Za-z_]\w*)(?:\[([\d,\s]*)\])?", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)

_IGNORED = ("set-logic", "set-info", "set-option", "check-sat", "get-model", "exit")

MOST_VARIABLES = 10_000_000
"""Variables that a declaration may have."""


def load_query(path: StrPath) -> Query:
    """The query in a VNN-LIB file, with exactly its numbers: 0.1 means 1/10.

    A file whose first statement is `(vnnlib-version <2.0>)` is read as version 2.0, with several
    networks, hidden values, strict comparisons and `!=`; any other one as version 1.0. A file may
    be packed by gzip.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    Query

    Raises
    ------
    UnreadableFile
        If the file is missing, damaged, malformed, or not linear; the message says where.
    TooLarge
        If the formula has too many alternatives once it is multiplied out.

    Source
    ------
    The VNN-LIB standard, Demarchi, Guidotti, Pulina, Tacchella (2023); version 2.0 of December
    2025.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> text = '''(declare-const X_0 Real) (declare-const Y_0 Real)
    ... (assert (>= X_0 0.1)) (assert (<= X_0 1)) (assert (>= Y_0 2))'''
    >>> with TemporaryDirectory() as folder:
    ...     with open(f"{folder}/p.vnnlib", "w") as file:
    ...         _ = file.write(text)
    ...     query = load_query(f"{folder}/p.vnnlib")
    >>> query.n_inputs, query.n_outputs, query.alternatives[0][0].constant
    (1, 1, Fraction(-1, 10))
    """
    text = read_text(path)
    with located(str(path)):
        statements = parsed(text)
        if not statements:
            raise UnreadableFile("the file holds no statement; (declare-...) was expected")
        for statement in statements:
            if not isinstance(statement, Group) or not statement.head:
                raise refused(
                    statement.place, f"a statement (...) was expected, got {shown(statement)}"
                )
        groups = [statement for statement in statements if isinstance(statement, Group)]
        if groups[0].head == "vnnlib-version":
            return _second(groups, str(path))
        return _first(groups, str(path))


def _first(statements: Sequence[Group], source: str) -> Query:
    """A query of version 1.0: X_i and Y_j are the inputs and outputs of one network."""
    declared: dict[str, Word] = {}
    factors: list[tuple[Group, Expression]] = []
    for statement in statements:
        match statement.head:
            case "declare-const" | "declare-fun":
                name = _declared(statement)
                if name.text in declared:
                    raise refused(name.place, f"{name.text} is declared twice")
                declared[name.text] = name
            case "assert":
                factors.append((statement, _asserted(statement)))
            case other if other not in _IGNORED:
                known = ("declare-const", "assert")
                raise refused(
                    statement.place, f"unknown statement {other!r}{nearest(other, known)}"
                )
    counts = {}
    for kind in ("X", "Y"):
        numbers = sorted(int(name[2:]) for name in declared if name.startswith(f"{kind}_"))
        for place, number in enumerate(numbers):
            if number != place:
                raise refused(
                    declared[f"{kind}_{number}"].place,
                    f"{kind}_{number} is declared, but {kind}_{place} is not; variables are "
                    "numbered from 0 without gaps",
                )
        counts[kind] = len(numbers)
    if not counts["X"]:
        raise UnreadableFile("no input X_0 is declared, so the query speaks of no network")

    def lookup(name: Word) -> int:
        if name.text not in declared:
            raise refused(name.place, f"{shown(name)} is not declared, and is no number")
        return (counts["X"] if name.text[0] == "Y" else 0) + int(name.text[2:])

    network = QueryNetwork("", (Tensor("X", (counts["X"],)),), (Tensor("Y", (counts["Y"],)),))
    return Query((network,), _conjunction(factors, lookup), source)


def _declared(statement: Group) -> Word:
    """The variable of a declaration of version 1.0."""
    parts = statement.parts[1:]
    is_right = len(parts) == (2 if statement.head == "declare-const" else 3)
    if not is_right or not isinstance(parts[0], Word) or not isinstance(parts[-1], Word):
        raise refused(statement.place, f"({statement.head} X_0 Real) was expected")
    if not _OLD_NAME.fullmatch(parts[0].text):
        raise refused(
            parts[0].place,
            f"{shown(parts[0])} is no variable; inputs are X_0, X_1, ... and outputs Y_0, ...",
        )
    if parts[-1].text != "Real":
        raise refused(parts[-1].place, f"type Real was expected, got {shown(parts[-1])}")
    return parts[0]


def _asserted(statement: Group) -> Expression:
    if len(statement.parts) != 2:
        raise refused(statement.place, "(assert ...) takes one formula")
    return statement.parts[1]


def _conjunction(
    factors: Sequence[tuple[Group, Expression]], lookup: Lookup
) -> tuple[tuple[Condition, ...], ...]:
    found: list[Alternatives] = []
    for _, formula in factors:
        found.append(alternatives(formula, lookup))
    place = factors[0][0].place if factors else ""
    return tuple(product(found, place))


def _second(statements: Sequence[Group], source: str) -> Query:
    """A query of version 2.0: tensors of declared networks."""
    version, *rest = statements
    if [part.text for part in version.parts[1:] if isinstance(part, Word)] != ["<2.0>"]:
        raise refused(version.place, "version <2.0> was expected; other versions are not known")
    networks: list[QueryNetwork] = []
    factors: list[tuple[Group, Expression]] = []
    for statement in rest:
        match statement.head:
            case "declare-network":
                if factors:
                    raise refused(statement.place, "networks are declared before assertions")
                networks.append(_network(statement, networks))
            case "assert":
                factors.append((statement, _asserted(statement)))
            case other:
                known = ("declare-network", "assert")
                raise refused(
                    statement.place, f"unknown statement {other!r}{nearest(other, known)}"
                )
    if not networks:
        raise UnreadableFile("no network is declared; (declare-network ...) was expected")
    firsts: dict[str, tuple[int, Tensor]] = {}
    first = 0
    in_order = chain(
        *((tensor for network in networks for tensor in network.inputs),),
        (tensor for network in networks for tensor in network.outputs),
        (tensor for network in networks for tensor in network.hidden),
    )
    for tensor in in_order:
        if tensor.name in firsts:
            raise UnreadableFile(f"{tensor.name} is declared twice; names must differ")
        firsts[tensor.name] = first, tensor
        first += tensor.size

    def lookup(name: Word) -> int:
        parts = _NEW_NAME.fullmatch(name.text)
        if parts is None or parts[1] not in firsts:
            raise refused(name.place, f"{shown(name)} is not declared, and is no number")
        start, tensor = firsts[parts[1]]
        return start + _offset(name, parts[2], tensor)

    return Query(tuple(networks), _conjunction(factors, lookup), source)


def _offset(name: Word, text: str | None, tensor: Tensor) -> int:
    """The place of an element in its tensor, row by row."""
    indices = [] if not text else [entry.strip() for entry in text.split(",")]
    if len(indices) != len(tensor.shape) or not all(map(_WHOLE.fullmatch, indices)):
        raise refused(
            name.place,
            f"{shown(name)}: {tensor.name} has shape {list(tensor.shape)}, so it takes "
            f"{len(tensor.shape)} indices",
        )
    place = 0
    for index, length in zip(map(int, indices), tensor.shape, strict=True):
        if index >= length:
            raise refused(
                name.place,
                f"{shown(name)}: index {index} is out of range for shape {list(tensor.shape)}; "
                "indices are counted from 0",
            )
        place = place * length + index
    return place


def _network(statement: Group, before: Sequence[QueryNetwork]) -> QueryNetwork:
    parts = statement.parts[1:]
    if not parts or not isinstance(parts[0], Word):
        raise refused(statement.place, "(declare-network NAME ...) was expected")
    name, same_as = parts[0], ""
    tensors: dict[str, list[Tensor]] = {"input": [], "output": [], "hidden": []}
    for part in parts[1:]:
        head = part.head if isinstance(part, Group) else ""
        kind = head.removeprefix("declare-")
        if isinstance(part, Group) and head in ("equal-to", "isomorphic-to"):
            other = part.parts[1] if len(part.parts) == 2 else part
            known = [network.name for network in before]
            if not isinstance(other, Word) or other.text not in known:
                raise refused(part.place, f"({head} NAME) names no network declared before")
            same_as = other.text if head == "equal-to" else ""
        elif isinstance(part, Group) and head.startswith("declare-") and kind in tensors:
            tensors[kind].append(_tensor(part))
        else:
            raise refused(
                part.place,
                f"{shown(part)}: declare-input, declare-output, declare-hidden, equal-to or "
                "isomorphic-to was expected",
            )
    if any(network.name == name.text for network in before):
        raise refused(name.place, f"two networks are called {name.text}")
    for kind in ("input", "output"):
        if not tensors[kind]:
            raise refused(statement.place, f"network {name.text} declares no {kind}")
    return QueryNetwork(
        name.text,
        tuple(tensors["input"]),
        tuple(tensors["output"]),
        tuple(tensors["hidden"]),
        same_as,
    )


def _tensor(part: Group) -> Tensor:
    """(declare-input X float32 [1, 5]), where blanks may split the shape."""
    words = [word for word in part.parts[1:] if isinstance(word, Word)]
    hidden = part.head == "declare-hidden"
    node = ""
    if hidden and words and words[-1].text.startswith('"'):
        node = words.pop().text.strip('"')
    shape = "".join(word.text for word in words[2:])
    entries = shape[1:-1].split(",") if shape not in ("", "[]") else []
    if (
        len(words) < 2
        or len(words) != len(part.parts) - 1 - bool(node)
        or (shape and (shape[0], shape[-1]) != ("[", "]"))
        or not all(map(_WHOLE.fullmatch, entries))
        or not _NEW_NAME.fullmatch(words[0].text)
        or (hidden and not node)
    ):
        tail = ' "node"' if hidden else ""
        raise refused(part.place, f"({part.head} NAME TYPE [1, 5]{tail}) was expected")
    lengths = tuple(map(int, entries))
    if not 1 <= prod(lengths) <= MOST_VARIABLES:
        raise refused(
            part.place, f"shape {list(lengths)}: from 1 to {MOST_VARIABLES:,} variables are read"
        )
    return Tensor(words[0].text, lengths, node)
