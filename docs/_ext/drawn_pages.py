"""A page of all pictures that scripts/gallery draws, each under the code that draws it."""

from __future__ import annotations

import ast
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

from api_pages import write

FUTURE = "from __future__ import annotations"
HEAD = """All pictures
============

``scripts/gallery FOLDER`` draws these, from the networks in ``examples/``. First, what they have in
common:

.. code-block:: python

"""


def sources(text: str) -> tuple[str, dict[str, str]]:
    r"""What pictures have in common, and the code of each, by name.

    >>> sources("import m\nPICTURES: dict = {'dot': lambda: m.draw(1)}\ndef main(): ...")
    ('import m', {'dot': 'm.draw(1)'})
    """
    lines, drawn = text.splitlines(), {}
    shared: list[str] = []
    end = 0
    for part in ast.parse(text).body:
        if isinstance(part, ast.AnnAssign) and ast.unparse(part.target) == "PICTURES":
            assert isinstance(part.value, ast.Dict)
            for key, value in zip(part.value.keys, part.value.values, strict=True):
                assert isinstance(key, ast.Constant)
                code = value.body if isinstance(value, ast.Lambda) else ast.Call(value, [], [])
                drawn[key.value] = ast.unparse(code)
        elif isinstance(part, ast.FunctionDef) and part.name == "main":
            break
        elif not isinstance(part, ast.Expr) and ast.unparse(part) != FUTURE:
            shared += lines[end : part.end_lineno]
        end = part.end_lineno or end
    return "\n".join(shared).strip(), drawn


def write_pages(root: Path, folder: Path) -> None:
    """Draw all pictures, and write the page."""
    import linreg

    script = root / "scripts" / "gallery"
    loader = SourceFileLoader("gallery", str(script))
    spec = spec_from_loader("gallery", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    shared, drawn = sources(script.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    lines = [HEAD + "\n".join(f"   {line}" for line in shared.splitlines()), ""]
    for name, code in drawn.items():
        figure = module.PICTURES[name]().figure
        linreg.save_picture(figure, folder / f"{name}.png", dpi=80)
        figure.clear()
        lines += [name, "-" * len(name), "", ".. code-block:: python", "", f"   {code}", ""]
        lines += [f".. image:: {name}.png", f"   :alt: {name}", ""]
    write(folder / "index.rst", "\n".join(lines))


def setup(app: Any) -> dict[str, bool]:
    """Draw before Sphinx looks for the page."""
    docs = Path(app.srcdir).resolve()
    write_pages(docs.parent, docs / "generated" / "drawn")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
