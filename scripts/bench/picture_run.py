"""One peer draws the regions of one network, timed; picture_peers.py runs this with its Python.

    python scripts/bench/picture_run.py PEER NETWORK.npz REGIONS.npz PICTURE SECONDS

The regions are ours, so that what is timed is drawing alone: patterns, witnesses and the frame to
be drawn. The last line it prints is a JSON object: the seconds of processor time from the regions
to the file. Past SECONDS of processor time the system ends it. Nothing of linreg is imported.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from peer_run import import_parx

Layers = list[tuple[np.ndarray, np.ndarray]]
Regions = dict[str, np.ndarray]

READY = "document.documentElement.dataset.ready = ''"
"""Run by the page when the picture is there."""


def relucent(layers: Layers, regions: Regions, picture: Path) -> Callable[[], Any]:
    """Its cells, each a trace of plotly's, in a page."""
    from relucent import Complex
    from relucent.model.model import LinearLayer, ReLULayer, ReLUNetwork

    steps: list[Any] = []
    for weight, bias in layers:
        steps += [LinearLayer(weight, bias[None]), ReLULayer()]
    cells = Complex(ReLUNetwork(steps[:-1]))
    signs = 2 * regions["patterns"].astype(np.int64) - 1
    bound = float(np.abs(regions["frame"]).max())

    def draw() -> None:
        for row in signs:
            cells.add_ss(row[np.newaxis], check_exists=False)
        cells.plot(bound=bound).write_html(picture, post_script=READY)

    return draw


def parx(layers: Layers, regions: Regions, picture: Path) -> Callable[[], Any]:
    """Its partition in the plane, by plotly in a page, or by matplotlib."""
    import_parx()
    from parx import Partition
    from parx.methods import RegionFindResult
    from parx.viz import plot_partition_2d

    weights, biases = map(list, zip(*layers[:-1], strict=True))
    offsets = np.cumsum([0, *map(len, biases)])
    domain = tuple(zip(*regions["frame"].tolist(), strict=True))

    def draw() -> None:
        found = RegionFindResult(regions["patterns"].astype(np.int8), offsets, regions["witnesses"])
        partition = Partition.from_result(found, weights, biases)
        if picture.suffix == ".html":
            figure = plot_partition_2d(partition, domain=domain)
            figure.write_html(picture, post_script=READY)
        else:
            figure = plot_partition_2d(partition, domain=domain, backend="matplotlib")
            figure.savefig(picture, dpi=150)

    return draw


def main() -> None:
    """Draw, and print how long it took."""
    peer, network, found, picture, seconds = sys.argv[1:]
    warnings.simplefilter("ignore")
    with np.load(network) as arrays:
        count = len(arrays.files) // 2
        layers = [(arrays[f"W{k}"], arrays[f"b{k}"]) for k in range(1, count + 1)]
    with np.load(found) as arrays:
        regions = {name: arrays[name] for name in arrays.files}
    draw = {"relucent": relucent, "parx": parx}[peer](layers, regions, Path(picture))
    _limit(process_time() + float(seconds))
    started = process_time()
    draw()
    print(json.dumps({"seconds": process_time() - started}))


def _limit(seconds: float) -> None:
    """Let the system end this process after so much processor time, where it can."""
    try:
        import resource
    except ImportError:  # on Windows; there the limit by the clock holds
        return
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
