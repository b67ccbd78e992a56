"""The inputs that a VNN-LIB query speaks of, as a domain."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from linreg.domains import Box, Domain, Polytope, WholeSpace
from linreg.errors import InvalidDomain
from linreg.files import StrPath
from linreg.json_values import located
from linreg.readers.query import Condition
from linreg.readers.vnnlib import load_query
from linreg.wording import counted

Conditions = tuple[Condition, ...]


def is_query(path: str) -> bool:
    """Whether a path is that of a VNN-LIB file, which may be packed.

    Examples
    --------
    >>> is_query("prop_1.vnnlib"), is_query("prop_1.vnnlib.gz"), is_query("box.json")
    (True, True, False)
    """
    return path.lower().endswith((".vnnlib", ".vnnlib.gz"))


def query_domain(path: StrPath, dim: int, chosen: int | None = None) -> Domain:
    """The inputs that a query allows: its conditions on inputs alone, closed.

    Parameters
    ----------
    path : str or path
    dim : int
        Dimension of the network's input.
    chosen : int, optional
        Which set of inputs, from 0, where the query is of several.

    Returns
    -------
    Box, Polytope or WholeSpace

    Raises
    ------
    UnreadableFile
        If the file is missing or no query.
    InvalidDomain
        If it has another number of inputs, or several sets of inputs and none is chosen.
    """
    query = load_query(path)
    with located(str(path)):
        if query.n_inputs != dim:
            raise InvalidDomain(
                f"the query has {counted(query.n_inputs, 'input')}, but the network has {dim}"
            )
        sets: list[Conditions] = []
        for alternative in query.alternatives:
            inputs = tuple(
                condition
                for condition in alternative
                if condition.terms and condition.terms[-1][0] < dim
            )
            if inputs not in sets:
                sets.append(inputs)
        if chosen is None and len(sets) > 1:
            raise InvalidDomain(
                f"the query is of {len(sets)} sets of inputs; choose one, from {path}#0 to "
                f"{path}#{len(sets) - 1}"
            )
        if not 0 <= (chosen or 0) < max(1, len(sets)):
            raise InvalidDomain(
                f"there is no set number {chosen} among {counted(len(sets), 'set')} of inputs; "
                "they are counted from 0"
            )
        return _domain(sets[chosen or 0] if sets else (), dim)


def _domain(conditions: Sequence[Condition], dim: int) -> Domain:
    """The points where conditions hold, with their boundary."""
    lower: list[Fraction | None] = [None] * dim
    upper: list[Fraction | None] = [None] * dim
    rows: list[tuple[list[Fraction], Fraction]] = []
    is_box = True
    for condition in conditions:
        signs = (1, -1) if condition.relation == "==" else (1,)
        for sign in signs:
            normal = [Fraction(0)] * dim
            for i, by in condition.terms:
                normal[i] = -sign * by
            rows.append((normal, sign * condition.constant))
            if len(condition.terms) > 1:
                is_box = False
                continue
            ((i, by),) = condition.terms
            bound = -condition.constant / by
            held = lower[i] if sign * by > 0 else upper[i]
            if sign * by > 0:
                lower[i] = bound if held is None else max(held, bound)
            else:
                upper[i] = bound if held is None else min(held, bound)
    if not rows:
        return WholeSpace(dim)
    if is_box and None not in lower and None not in upper:
        return Box([lo for lo in lower if lo is not None], [hi for hi in upper if hi is not None])
    return Polytope([normal for normal, _ in rows], [offset for _, offset in rows])
