"""How regions show themselves: one line, a small table, a data frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linreg.domains import Box, Domain, WholeSpace
from linreg.errors import LinregError
from linreg.regions.polygons.svg import picture_of, thumbnail
from linreg.showing import table_html
from linreg.wording import counted

if TYPE_CHECKING:
    from linreg.regions.enumeration import Enumeration
    from linreg.regions.region import Region

FEW_INPUTS = 3
"""Inputs up to which facets and volumes are found at once."""

SHOWN_PIECES = 40
"""Pieces of a pattern that a line shows."""


def line_of_regions(regions: Enumeration) -> str:
    """The regions of an enumeration in one line.

    Examples
    --------
    >>> from linreg import enumerate_regions, mlp
    >>> enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))
    <Enumeration: 4 regions in R^2, exact>
    """
    said = regions.counted
    least = "" if said.complete else "at least "
    where = where_of(regions.problem.domain)
    return (
        f"<{type(regions).__name__}: {least}{counted(len(regions), 'region')} in {where}, "
        f"{said.evidence}>"
    )


def line_of_region(region: Region) -> str:
    """Which region it is, in a line.

    Examples
    --------
    >>> from linreg import enumerate_regions, mlp
    >>> enumerate_regions(mlp([([[1, 0], [0, 1]], [0, 0])]))[2]
    <Region 2 in R^2: pattern 10>
    """
    where = where_of(region.problem.domain)
    return f"<Region {region.index} in {where}: pattern {pattern_text(region)}>"


def pattern_text(region: Region) -> str:
    """The pieces one after another, the first of them if there are many."""
    pieces = region.pattern.tolist()
    comma = "," if any(piece > 9 for piece in pieces) else ""
    text = comma.join(map(str, pieces[:SHOWN_PIECES]))
    return text if len(pieces) <= SHOWN_PIECES else f"{text}... ({len(pieces)} units)"


def where_of(domain: Domain) -> str:
    """The domain in a few words.

    Examples
    --------
    >>> where_of(Box([0, 0], [1, "1/2"])), where_of(WholeSpace(3))
    ('[0, 1] x [0, 1/2]', 'R^3')
    """
    if isinstance(domain, WholeSpace):
        return f"R^{domain.dim}"
    if not isinstance(domain, Box):
        return f"a polytope of R^{domain.dim}"
    sides = [f"[{lo}, {hi}]" for lo, hi in zip(domain.lower, domain.upper, strict=True)]
    if len(set(sides)) == 1 and len(sides) > 1:
        return f"{sides[0]}^{len(sides)}"
    text = " x ".join(sides)
    return text if len(text) <= 60 else f"a box of R^{domain.dim}"


def html_of_regions(regions: Enumeration) -> str:
    """A small table, with a picture where there are two inputs."""
    network, said = regions.problem.network, regions.counted
    rows = [
        ("regions" if said.complete else "regions, at least", len(regions)),
        ("domain", where_of(regions.problem.domain)),
        ("units", len(network.units)),
        ("through each stage", ", ".join(f"{k:,}" for k in said.regions_per_stage)),
        ("evidence", said.evidence),
        ("strategy", said.strategy),
    ]
    return table_html(type(regions).__name__, rows, thumbnail(regions))


def html_of_region(region: Region) -> str:
    """A small table, with a picture of a bounded region of two inputs."""
    rows: list[tuple[str, object]] = [
        ("pattern", pattern_text(region)),
        ("witness", ", ".join(f"{x:g}" for x in region.witness)),
        ("bounded", region.is_bounded),
    ]
    if region.problem.network.input_dim <= FEW_INPUTS:
        rows.append(("facets", len(region.facets)))
        if region.is_bounded:
            rows.append(("volume", f"{region.volume:g}"))
    return table_html(f"Region {region.index}", rows, picture_of(region) or "")


def frame_of_regions(regions: Enumeration) -> Any:
    """The regions as a pandas data frame: pattern, witness, and the exact witness where it differs.

    The columns are those of a run directory's tables.

    Raises
    ------
    LinregError
        If pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise LinregError("a data frame needs pandas: pip install pandas") from error
    exact = [
        [str(x) for x in regions.exact[i]] if i in regions.exact else None
        for i in range(len(regions))
    ]
    return pandas.DataFrame(
        {
            "pattern": list(regions.patterns),
            "witness": list(regions.witnesses),
            "exact_witness": exact,
        }
    )
