"""The vertices that Masden's program finds of generic networks, beside those found here.

python scripts/canonicalpoly.py FOLDER

FOLDER is a copy of github.com/mmasden/canonicalpoly2.0, the program of Masden (2022), which works
in floats; torch is needed. Compared are the two networks in its folder `models`, and random ones of
the sizes of its examples: the sign vectors of all vertices, the zero set of the output included.
Exit code 1 if it lacks one that is found here; floats may give it one more.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

import torch

import linreg

SIZES = [(2, 10, 10, 1)] * 5 + [(2, 12, 12, 1)] * 2 + [(3, 8, 8, 1)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a copy of canonicalpoly2.0")
    folder = parser.parse_args().folder
    sys.path.insert(0, str(folder))
    from polyhedra import cx

    warnings.filterwarnings("ignore")
    missing = 0
    for path in sorted((folder / "models").glob("*.pt")):
        model = cx.NeuralNetwork((2, 4, 1))
        model.load_state_dict(torch.load(path, weights_only=True))
        missing += compared(path.name, cx, model, (2, 4, 1))
    for seed, sizes in enumerate(SIZES):
        torch.manual_seed(seed)
        model = cx.DeepNeuralNetwork(list(sizes))
        missing += compared(f"seed {seed}", cx, model, sizes)
    return int(missing > 0)


def compared(name: str, cx, model, sizes) -> int:  # type: ignore[no-untyped-def]
    """How many vertices are here and not there, after a line about both."""
    *hidden, last = [
        tuple(part.detach().double().tolist() for part in (layer.weight, layer.bias))
        for layer in model.children()
        if isinstance(layer, torch.nn.Linear)
    ]
    cells = linreg.polyhedral_complex(linreg.mlp(hidden, last), levels=[(0, 0)])
    here = {tuple(p - 1 for p in cell.positions) for cell in cells.cells(0)}
    try:
        found = cx.get_full_complex(model, max_depth=len(sizes) - 1, verbose=False)
    except torch.linalg.LinAlgError as error:
        print(f"{name} {sizes}: {len(here)} vertices here; it stopped: {error}")
        return 0
    (rows,) = (part for part in found if getattr(part, "shape", (0,))[-1] == sum(sizes[1:]))
    there = {tuple(int(sign) for sign in row) for row in rows}
    both = len(here & there)
    print(f"{name} {sizes}: {len(here)} vertices here, {len(there)} there, {both} in both")
    return len(here - there)


if __name__ == "__main__":
    raise SystemExit(main())
