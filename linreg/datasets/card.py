"""The card of a dataset: what is in it, how it was made, and how each column is computed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import fill

from linreg.datasets.columns import Column
from linreg.datasets.initialisers import LAWS
from linreg.datasets.spec import Drawn, Given, Spec, Trained
from linreg.datasets.truth import NetworkTruth
from linreg.datasets.writing import archive_path, splits_of_table, table_path
from linreg.strategies.auto import ROWS_IN_PYTHON
from linreg.wording import counted

LINE_LENGTH = 100
"""Longest line of a paragraph, in characters."""

ABOUT = {
    "networks": "one row for each network: how it was made, and its size",
    "counts": "one row for each network: regions by each definition, and what sampling finds",
    "expectations": "one row for each cohort of like networks: mean and variance of the counts",
    "bounds": "one row for each network and theorem that applies to it",
    "graphs": "one row for each network: its adjacency graph in numbers",
    "geometry": "one row for each network: facets, largest balls and volumes of its regions",
    "topology": "one row for each network: its cells, and the topology of {f >= 0}",
    "regions": "one row for each region: the nodes of the graphs",
    "edges": "one row for each pair of regions that share a facet",
}


@dataclass(slots=True)
class Summary:
    """The numbers of a family, or of the whole dataset, that the card shows.

    Attributes
    ----------
    networks, complete, detailed : int
    regions : int
        The sum of the counts.
    least, most : int or None
    """

    networks: int = 0
    complete: int = 0
    detailed: int = 0
    regions: int = 0
    least: int | None = None
    most: int | None = None

    def add(self, found: NetworkTruth) -> None:
        """Take note of a network."""
        counts = {name: values[0] for name, values in found.tables["counts"].items()}
        regions = counts["activation_regions"]
        self.networks += 1
        self.complete += counts["complete"]
        self.detailed += counts["detailed"]
        self.regions += regions
        self.least = regions if self.least is None else min(self.least, regions)
        self.most = regions if self.most is None else max(self.most, regions)


@dataclass(slots=True)
class Contents:
    """What is in a dataset.

    Attributes
    ----------
    families : dict
        The numbers of each family, by name.
    splits : dict
        Number of networks in each split.
    """

    families: dict[str, Summary] = field(default_factory=dict)
    splits: dict[str, int] = field(default_factory=dict)


def card(
    spec: Spec,
    tables: Mapping[str, Mapping[str, Column]],
    contents: Contents,
    by: Mapping[str, str],
) -> str:
    """The card as Markdown, with a header from which Hugging Face `datasets` finds the tables."""
    return "\n".join(
        [
            *_header(spec, tables, contents),
            f"# {spec.name}",
            "",
            *([spec.description.strip(), ""] if spec.description else []),
            "Networks with exact counts of their linear regions, made by linreg.",
            "",
            *_numbers(contents),
            *_use(spec, contents),
            *_schema(tables),
            *_provenance(spec, by),
        ]
    )


def _header(
    spec: Spec, tables: Mapping[str, Mapping[str, Column]], contents: Contents
) -> list[str]:
    lines = ["---", f"license: {json.dumps(spec.license)}", f"pretty_name: {json.dumps(spec.name)}"]
    lines.append("configs:")
    for table in tables:
        lines += [f"- config_name: {table}", *(["  default: true"] if table == "counts" else [])]
        lines.append("  data_files:")
        for split in splits_of_table(table, contents.splits):
            lines += [f"  - split: {split}", f"    path: {table_path(table, split)}"]
    return [*lines, "---", ""]


def _numbers(contents: Contents) -> list[str]:
    splits = ", ".join(f"{split} {n}" for split, n in contents.splits.items())
    rows = [
        f"| {name} | {t.networks} | {t.complete} | {t.detailed} | {t.regions} "
        f"| {t.least} | {t.most} |"
        for name, t in contents.families.items()
    ]
    return [
        "## Numbers",
        "",
        f"Networks by split: {splits}.",
        "",
        "| family | networks | counted exactly | detailed | regions | fewest | most |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *rows,
        "",
        _paragraph(
            "Every count is exact, by proof of each decision, unless `complete` is false: then "
            "there are at least that many regions. Networks with more regions than are compared "
            "have a row with `detailed` false."
        ),
    ]


def _use(spec: Spec, contents: Contents) -> list[str]:
    first = next(iter(contents.splits))
    path = table_path("counts", first)
    lines = [
        "## Use",
        "",
        "```python",
        f'pandas.read_parquet("{path}")',
        f'polars.read_parquet("{path}")',
        f"duckdb.sql(\"select * from '{path}'\")",
        f'datasets.load_dataset(".", "counts", split="{first}")',
        "```",
        "",
        _paragraph(
            "Tables are joined by `network`. `networks/` holds the networks themselves, with "
            'exactly their weights: `linreg.load("networks/ID.json")`, '
            '`linreg.load_domain("networks/ID.json")`.'
        ),
    ]
    if spec.truth.archives:
        lines.append(
            _paragraph(
                f"`{archive_path(first)}` holds the adjacency graph of each detailed network of a "
                "split as `ID.json` in the node-link form of networkx; nodes are numbered as in "
                "the table `regions`."
            )
        )
    return lines


def _schema(tables: Mapping[str, Mapping[str, Column]]) -> list[str]:
    lines = ["## Tables", ""]
    for table, columns in tables.items():
        lines += [f"### {table}", "", f"{ABOUT[table][0].upper()}{ABOUT[table][1:]}.", ""]
        lines += ["| column | type | what it is and how it is computed |", "|---|---|---|"]
        lines += [
            f"| `{name}` | {column.type} | {column.about} |" for name, column in columns.items()
        ]
        lines.append("")
    return lines


def _provenance(spec: Spec, by: Mapping[str, str]) -> list[str]:
    made = ", ".join(f"{name} {version}" for name, version in by.items())
    laws = sorted(
        {law for f in spec.families if isinstance(f, Drawn) for i in f.initialisers
         for law in (i.weights, i.bias)}
    )  # fmt: skip
    data = sorted(
        {c.data if isinstance(c.data, str) else c.data.name
         for f in spec.families if isinstance(f, Trained) for c in f.training_runs}
    )  # fmt: skip
    given = [each.name for f in spec.families if isinstance(f, Given) for each in f.files]
    lines = [
        "## Provenance",
        "",
        _paragraph(f"Made with {made} from the specification below.{_auto(by)}"),
        _paragraph(
            "The same specification, versions and strategy give the same bytes, whatever the "
            "number of processes; weights of training and of orthogonal matrices may differ in "
            "their last bits on another processor."
        ),
    ]
    if laws:
        lines += ["Laws of weights and biases, each times its scale:", ""]
        lines += [*(f"- {law}: {LAWS[law]}" for law in laws), ""]
    if data:
        lines.append(
            _paragraph(
                f"Trained on {', '.join(data)}, each feature standardised, by scikit-learn's "
                "MLPClassifier."
            )
        )
    if given:
        said = counted(len(given), "file")
        lines.append(_paragraph(f"Networks of {said}, {given[0]} to {given[-1]}."))
    if spec.kept.ranges:
        ranges = ", ".join(
            f"{key} {least} to {'any' if most is None else most}"
            for key, (least, most) in spec.kept.ranges.items()
        )
        lines.append(_paragraph(f"Kept are networks with {ranges}."))
    if spec.estimates.points:
        lines.append(
            _paragraph(
                "Random points are uniform in a domain that is a box, and elsewhere normal with a "
                f"standard deviation of {spec.estimates.deviation:g} in each coordinate."
            )
        )
    return [
        *lines,
        f"Licence: {spec.license}.",
        "",
        "```toml",
        spec.text.strip("\n"),
        "```",
        "",
    ]


def _auto(by: Mapping[str, str]) -> str:
    if by["strategy"] != "auto":
        return ""
    return f" The strategy auto is highs up to {ROWS_IN_PYTHON} regions, and compiled beyond."


def _paragraph(text: str) -> str:
    return fill(text, LINE_LENGTH, break_long_words=False, break_on_hyphens=False) + "\n"
