"""Regions from a table, each checked against the network."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate

import numpy as np

from linreg.domains import Domain
from linreg.errors import InvalidDomain, UnreadableFile
from linreg.files import StrPath, format_of, read_bytes
from linreg.json_values import located
from linreg.network import StagedNetwork
from linreg.problem import Problem, problem_of
from linreg.rational import fraction, nearest_float
from linreg.readers import DomainLike, NetworkLike, as_domain, as_staged, domain_from_json
from linreg.regions.enumeration import Enumeration
from linreg.regions.location import Locator, Points, places_of
from linreg.regions.sources import InMemory
from linreg.regions.tables.body import Body, first_changes
from linreg.regions.tables.formats import FORMATS
from linreg.regions.tables.header import Header
from linreg.run import Count
from linreg.store.metadata import SHOWN_DIGITS


def read_regions(path: StrPath, net: NetworkLike, domain: DomainLike = None) -> Enumeration:
    """The regions that `write_regions` wrote to a table.

    Patterns and witnesses are read, the first three columns; everything else follows from them
    and from the network. That each witness lies strictly inside the region with its pattern is
    decided exactly, and patterns come sorted and each once; so every row is a region of the
    network. That none is missing is what the table says, and it is not proved again.

    Parameters
    ----------
    path : str or path
        A .parquet, .csv or .npz file.
    net : Network, or what `as_network` accepts
        The network whose regions they are, on a slice if they are of a slice.
    domain : Domain, or what `as_domain` accepts, optional
        The domain that is expected; by default, the table's own is taken.

    Returns
    -------
    Enumeration
        Equal to the one that was written, but for the work that it took: `counted.seconds`,
        `counted.lps` and `counted.exact_decisions` are not stored, and are 0.

    Raises
    ------
    UnreadableFile
        If the file is missing, damaged, no table of regions, one of another network or domain,
        without the columns that are needed, or with a row that is no region; the message names it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import enumerate_regions, mlp, write_regions
    >>> net = mlp([([[1], [-1]], [0, 0])])
    >>> with TemporaryDirectory() as folder:
    ...     write_regions(enumerate_regions(net), f"{folder}/regions.csv")
    ...     read_regions(f"{folder}/regions.csv", net).patterns.tolist()
    [[0, 1], [1, 0]]
    """
    format_ = format_of(path, FORMATS, "tables", UnreadableFile)
    data = read_bytes(path)
    network = as_staged(net)
    expected = None if domain is None else as_domain(domain, network.input_dim)
    with located(str(path)):
        header = Header.from_json(format_.header(data))
        problem = _problem(header, network, expected)
        _check_columns(header)
        body = format_.body(data, header, network.pattern_dtype)
        _check_patterns(header, body.patterns, network)
        exact = _exact_witnesses(header, body)
        _check_witnesses(problem, body, exact)
    for array in (body.patterns, body.witnesses):
        array.flags.writeable = False
    counted = Count(
        regions=header.activation_regions,
        complete=header.complete,
        evidence=header.evidence,
        regions_per_stage=tuple(header.regions_per_stage),
        lps=0,
        exact_decisions=0,
        strategy=header.strategy,
        seconds=0.0,
    )
    return Enumeration(problem, InMemory(body.patterns, body.witnesses, exact), counted)


def _problem(header: Header, network: StagedNetwork, domain: Domain | None) -> Problem:
    """What the table's regions answer, which must be what is asked."""
    if header.fingerprint != network.fingerprint:
        raise UnreadableFile(
            f"it holds the regions of another network, with fingerprint "
            f"{header.fingerprint[:SHOWN_DIGITS]}... and not "
            f"{network.fingerprint[:SHOWN_DIGITS]}..."
        )
    try:
        held = domain_from_json(header.domain, network.input_dim)
        problem = problem_of(network, held)
    except InvalidDomain as error:
        raise UnreadableFile(f"header: domain: {error}") from None
    if domain is not None and domain != held:
        raise UnreadableFile(
            "it holds the regions on another domain than the one given; without a domain, the "
            "table's own is taken"
        )
    if (header.input_dim, header.units) != (network.input_dim, len(network.units)):
        raise UnreadableFile("header: input_dim or units are not the network's")
    return problem


def _check_columns(header: Header) -> None:
    """Refuse a table that does not hold what regions are made of."""
    needed = ["pattern", "witness"] + ["exact_witness"] * (header.inexact_witnesses > 0)
    for name in needed:
        if name not in header.columns:
            raise UnreadableFile(
                f"column {name!r} was not written, so the regions cannot be read back; write the "
                f"table with {', '.join(needed)}"
            )


def _check_patterns(header: Header, patterns: np.ndarray, network: StagedNetwork) -> None:
    """Refuse patterns that are not sorted, or that are not as many as was counted."""
    first = first_changes(patterns)
    ends = list(accumulate(len(stage.units) for stage in network.stages))
    cells = [1 + int((first < end).sum()) for end in ends]
    # Of a run that was stopped, cells are counted in which no region had been found yet.
    counted = header.regions_per_stage
    is_possible = len(counted) == len(cells) and counted[-1:] == cells[-1:]
    if header.complete:
        is_possible = counted == cells
    if not len(patterns) or not is_possible:
        raise UnreadableFile(
            f"header: regions_per_stage: the patterns have {cells}, and it says {counted}"
        )


def _exact_witnesses(header: Header, body: Body) -> dict[int, tuple[Fraction, ...]]:
    """The exact witnesses that differ from the float64 ones."""
    exact = {}
    for index, texts in body.exact.items():
        if not 0 <= index < len(body.witnesses):
            raise UnreadableFile(f"exact_witness: there is no row {index}")
        try:
            point = tuple(fraction(text) for text in texts)
        except (TypeError, ValueError) as error:
            raise UnreadableFile(f"row {index}: exact_witness: {error}") from None
        near = [nearest_float(entry.numerator, entry.denominator) for entry in point]
        if near != body.witnesses[index].tolist():
            raise UnreadableFile(
                f"row {index}: the witness is not the float64 point nearest to the exact witness"
            )
        if not np.isfinite(near).all() or tuple(map(Fraction, near)) != point:
            exact[index] = point
    if len(exact) != header.inexact_witnesses:
        raise UnreadableFile(
            f"header: inexact_witnesses: there are {len(exact)}, and it says "
            f"{header.inexact_witnesses}"
        )
    return exact


def _check_witnesses(problem: Problem, body: Body, exact: dict[int, tuple[Fraction, ...]]) -> None:
    """Refuse a row whose witness is not strictly inside the region with its pattern."""
    floats = body.witnesses.copy()
    floats[list(exact)] = 0
    bad = ~np.isfinite(floats).all(axis=1)
    if not bad.any():
        places = places_of(body.patterns)
        locator = Locator(problem, body.patterns, places, is_complete=False)
        bad = locator.locate(Points(floats, exact)).regions != np.arange(len(floats))
    if bad.any():
        raise UnreadableFile(
            f"row {np.flatnonzero(bad)[0]}: the witness does not lie inside the region with this "
            "pattern"
        )
