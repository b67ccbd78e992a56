"""How Sphinx makes the site: `scripts/docs` builds it, with every warning an error."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import linreg

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS / "_ext"))

project = "linreg"
author = "linreg developers"
copyright = "linreg developers"
version = release = linreg.__version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx_gallery.gen_gallery",
    "api_pages",
    "command_pages",
    "drawn_pages",
    "linked_code",
    "outside_pages",
    "plain_docstrings",
    "plain_formulas",
    "whole_examples",
]
root_doc = "index"
# .text: Markdown that was generated, which the tests of the pages pass over.
source_suffix = {".md": "markdown", ".rst": "restructuredtext", ".text": "markdown"}
exclude_patterns = [
    "_ext",
    "_inventories",
    "_static",
    "_templates",
    "generated/**/*.md5",
    "**/README.rst",
]
templates_path = ["_templates"]
default_role = "py:obj"
smartquotes = False  # --run is an option, and no dash

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
# Names in backticks are linked where there is one thing of that name: `dim` is of many.
suppress_warnings = ["ref.python"]

autosummary_generate = True
autosummary_ignore_module_all = False
# A class and a function may differ in capitals alone, which some file systems do not tell apart.
autosummary_filename_map = {
    f"linreg.{name}": f"linreg.{name}-class"
    for name in linreg.__all__
    if name != name.lower() and name.lower() in linreg.__all__
}
autodoc_typehints = "none"  # docstrings say types, with shapes and units
autodoc_member_order = "groupwise"
autodoc_preserve_defaults = True
toc_object_entries_show_parents = "hide"
napoleon_google_docstring = False
napoleon_custom_sections = [("Source", "notes_style")]
napoleon_use_rtype = False
napoleon_use_ivar = True

# Inventories are kept here, of what docstrings name alone, so that a build needs no network.
intersphinx_mapping = {
    name: (address, str(DOCS / "_inventories" / f"{name}.inv"))
    for name, address in {
        "python": "https://docs.python.org/3/",
        "numpy": "https://numpy.org/doc/stable/",
        "networkx": "https://networkx.org/documentation/stable/",
        "cvxpy": "https://www.cvxpy.org/",
        "matplotlib": "https://matplotlib.org/stable/",
    }.items()
}

sphinx_gallery_conf = {
    "examples_dirs": ["../examples/tutorials", "../examples/gallery"],
    "gallery_dirs": ["generated/tutorials", "generated/gallery"],
    "filename_pattern": r"\.py",
    "within_subsection_order": "FileNameSortKey",
    "backreferences_dir": "generated/backreferences",
    "doc_module": ("linreg",),
    "reference_url": {"linreg": None},
    "image_scrapers": ("matplotlib",),
    "reset_modules": ("matplotlib",),
    "abort_on_example_error": True,
    "capture_repr": ("_repr_html_", "__repr__"),
    "download_all_examples": False,
    "min_reported_time": 600,  # seconds: times are not those of the reader's machine
    "show_memory": False,
    "show_signature": False,
    "remove_config_comments": True,
    "write_computation_times": False,
}

html_theme = "pydata_sphinx_theme"
html_title = "linreg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 6,
    "navbar_end": ["version-switcher", "theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "switcher": {
        # A site of several versions has one list for all of them.
        "json_url": os.environ.get("LINREG_DOCS_VERSIONS", "_static/versions.json"),
        "version_match": version,
    },
    "check_switcher": False,
}
html_sidebars = {"index": []}
