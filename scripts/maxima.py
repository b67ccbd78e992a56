"""The table of maxima in docs/theory.md, and the networks that prove it.

For each architecture, weights with many regions are looked for; the best network goes to
tests/golden/maxima.json, and the table in the documentation is replaced by what was found. It
takes some twenty minutes, and finds the same on every machine.
"""

from __future__ import annotations

import json
from pathlib import Path

from linreg import theory
from linreg.readers.json_spelling import network_to_json

BUDGET = 1500
"""Networks that are counted for each architecture."""

SEED = 0

ARCHITECTURES = [
    (1, (2, 2)),
    (1, (3, 2)),
    (1, (3, 3)),
    (1, (4, 4)),
    (2, (2, 2)),
    (2, (3, 2)),
    (2, (3, 3)),
    (2, (4, 3)),
    (2, (4, 4)),
    (2, (2, 2, 2)),
    (2, (3, 3, 3)),
    (3, (3, 3)),
    (3, (4, 4)),
]
PAGE, NETWORKS = Path("docs/theory.md"), Path("tests/golden/maxima.json")
HEADING = "| n0; widths | lower bound | found | upper bound |\n|---|---|---|---|\n"


def main() -> None:
    """Search, then write both files."""
    rows, cases = [], []
    for inputs, widths in ARCHITECTURES:
        found = theory.search_maximum(inputs, widths, BUDGET, SEED)
        bounds = theory.relu_bounds(inputs, widths)
        lower = max(bound.value for bound in bounds if bound.side == "max_at_least")
        name = f"{inputs}; {', '.join(map(str, widths))}"
        rows.append(f"| {name} | {lower} | {found.regions} | {found.upper} |\n")
        print(rows[-1], end="", flush=True)
        cases.append(
            {
                "inputs": inputs,
                "widths": widths,
                "regions": found.regions,
                "upper": found.upper,
                "network": network_to_json(found.network),
            }
        )
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(HEADING)
    after = rest[rest.index("\n\n") :]
    PAGE.write_text(before + HEADING + "".join(rows).rstrip("\n") + after, encoding="utf-8")
    header = {"script": "scripts/maxima.py", "budget": BUDGET, "seed": SEED}
    lines = ",\n".join(json.dumps(case) for case in cases)
    NETWORKS.write_text(json.dumps(header)[:-1] + f', "cases": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
