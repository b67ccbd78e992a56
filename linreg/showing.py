"""How objects show themselves in notebooks: a small table, and a picture where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def table_html(title: str, rows: Sequence[tuple[str, object]], picture: str = "") -> str:
    """A small table in HTML, with the picture, which is SVG, to the left of it.

    Parameters
    ----------
    title : str
    rows : sequence of (name, value)
    picture : str

    Returns
    -------
    str
        Without scripts, and with nothing to fetch; colours are those of the page.

    Examples
    --------
    >>> "<b>a &lt; b</b>" in table_html("a < b", [("regions", 7)])
    True
    """
    cells = "".join(
        f'<tr><td style="text-align:left;padding-right:1em">{escape(name)}</td>'
        f'<td style="text-align:left">{escape(shown(value))}</td></tr>'
        for name, value in rows
    )
    table = f"<div><b>{escape(title)}</b><table>{cells}</table></div>"
    if not picture:
        return table
    return f'<div style="display:flex;gap:1.5em;align-items:flex-start">{picture}{table}</div>'


def shown(value: object) -> str:
    """A value in a cell: integers with commas, yes and no, and other things as they are.

    Examples
    --------
    >>> shown(12345), shown(True), shown("relu")
    ('12,345', 'yes', 'relu')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)
