"""Random networks with small weights, so degenerate ones, and theorems that hold for them all.

python scripts/degenerate_complexes.py --networks 1000 --first 0

Weights and biases are -1, 0 or 1; units repeat, die, are opposite, and tie. Of each complex it is
checked that the signed faces add up, that facets have two sides inside the domain and one on its
boundary, that cells are those that linear programs find, that regions are those of count, that
Betti numbers of level sets agree by cells and by chains of faces, and bars of outputs too. Exit
code 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import itertools
from collections import Counter
from random import Random

import numpy as np

import linreg

MOST = 1500
"""Cells of a complex; larger ones are passed over, and counted."""

ACTIVATIONS = {
    "relu": linreg.relu(),
    "abs": linreg.absolute(),
    "clip": linreg.clip(0, 1),
    "maxout": linreg.maxout(2),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the first network's seed")
    given = parser.parse_args()
    seen: Counter[str] = Counter()
    for seed in range(given.first, given.first + given.networks):
        net, domain = drawn(Random(seed))
        try:
            faults = faults_of(net, domain, seen)
        except linreg.IncompleteError:
            seen["too large"] += 1
            continue
        seen["wrong"] += bool(faults)
        for fault in faults:
            print(f"network {seed}: {fault}", flush=True)
    told = ", ".join(f"{count:,} {what}" for what, count in seen.items() if what != "wrong")
    print(f"{given.networks:,} networks, {told}: {seen['wrong']} wrong")
    return int(seen["wrong"] > 0)


def drawn(random: Random) -> tuple[linreg.Network, linreg.Domain | None]:
    """A network of one to three inputs and one or two layers, and a box or nothing."""
    widths = [random.randint(1, 3), *(random.randint(1, 4) for _ in range(random.randint(1, 2)))]
    name = random.choice(list(ACTIVATIONS))
    rank = 2 if name == "maxout" else 1

    def layer(rows: int, columns: int) -> tuple[list[list[int]], list[int]]:
        weight = [[random.choice((-1, 0, 1)) for _ in range(columns)] for _ in range(rows)]
        return weight, [random.choice((-1, 0, 0, 1)) for _ in range(rows)]

    layers = [layer(rank * rows, columns) for columns, rows in itertools.pairwise(widths)]
    net = linreg.mlp(layers, layer(1, widths[-1]), activation=ACTIVATIONS[name])
    n = widths[0]
    return net, linreg.Box([-1] * n, [random.choice((1, 2))] * n) if random.random() < 0.5 else None


def faults_of(net: linreg.Network, domain: linreg.Domain | None, seen: Counter[str]) -> list[str]:
    """What is wrong with a complex."""
    cells = linreg.polyhedral_complex(net, domain, levels=[(0, 0)], limit=MOST)
    plain = linreg.polyhedral_complex(net, domain, limit=MOST)
    few = linreg.polyhedral_complex(net, domain, levels=[(0, 0)], strategy="programs")
    some = linreg.polyhedral_complex(net, domain, levels=[(0, 0)], around=(0, 0))
    n = cells.dim
    seen["complexes"] += 1
    seen["cells"] += len(cells)
    seen["with a cell of a dimension that zeros do not tell"] += any(
        cell.dim != n - _zeros(cell) for cell in cells
    )
    sides = np.asarray(cells.cofaces.sum(axis=1)).ravel()
    facets = cells.dims == n - 1
    found = []
    if cells.euler != (1 if domain is not None else (-1) ** n):
        found.append(f"signed faces add up to {cells.euler}")
    if (sides[facets] != 2 - cells.on_edge[facets]).any():
        found.append("a facet has a wrong number of sides")
    if plain.f_vector[-1] != linreg.count_regions(net, domain):
        found.append("regions are not those of count")
    if len(few) != len({_units(cells, cell.signs) for cell in cells}):
        found.append("programs find other cells")
    for relation in linreg.topology.RELATIONS:
        union = cells.where(0, relation)
        betti = {tuple(union.betti), tuple(union.betti_numbers(0)), tuple(union.betti_numbers(3))}
        betti.add(tuple(few.where(0, relation).betti))
        if len(union) < 400:
            betti.add(tuple(union.betti_numbers(method="order")))
        if len(betti) > 1:
            found.append(f"Betti numbers of {relation} are any of {sorted(betti)}")
    if some.where(0, "==").betti != cells.where(0, "==").betti:
        found.append("the cells around the level set have other Betti numbers")
    if len(plain) < 400 and plain.persistence() != plain.persistence(method="order"):
        found.append("bars by cells and by chains of faces differ")
    return found


def _zeros(cell: linreg.complex.Cell) -> int:
    positions = (p % 2 if isinstance(p, int) else len(p) - 1 for p in cell.positions)
    return len(cell.tight_rows) + sum(positions)


def _units(cells: linreg.PolyhedralComplex, signs: int) -> int:
    """A sign vector without the domain's rows."""
    rows = (1 << cells.layout.n_rows) - 1
    return signs & ~(rows | rows << cells.layout.n_pairs)


if __name__ == "__main__":
    raise SystemExit(main())
