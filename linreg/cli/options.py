"""Options that several commands share, and how their text is read."""

from __future__ import annotations

import reprlib
from pathlib import Path
from typing import Annotated

import typer

from linreg.cli.reading_options import reading
from linreg.domains import Domain, WholeSpace
from linreg.json_values import located
from linreg.network import Network
from linreg.problem import problem_of
from linreg.readers import domain_from_text, load, load_problem, read_slice

MOST_WORKERS = 1024
"""Most processes that are started: all of them are, at once, on the first piece of work."""


def whole(text: str | int) -> int:
    """A whole number of at least one."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise typer.BadParameter(
            f"a whole number of at least 1 was expected, got {reprlib.repr(text)}"
        )
    return number


def processes(text: str | int) -> int:
    """A number of processes."""
    number = whole(text)
    if number > MOST_WORKERS:
        raise typer.BadParameter(f"at most {MOST_WORKERS} processes are started, got {number}")
    return number


NetworkFile = Annotated[
    Path,
    typer.Argument(
        metavar="NET",
        help="The network: a .json, .npz, .onnx, .nnet, .keras, .h5 or .mat file.",
    ),
]
DomainText = Annotated[
    str | None,
    typer.Option(
        "--domain",
        metavar="DOMAIN",
        help="all, box:LO,HI (the same for every coordinate), box:LO1,..:HI1,.., a JSON file or "
        "a .vnnlib file, of whose sets of inputs FILE#0 is the first. "
        "By default the domain in the network file, else all.",
    ),
]
OptionalNetworkFiles = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="NET...",
        help="The network: a .json, .npz, .onnx or .nnet file, or several. Not needed with --run "
        "DIR, if DIR holds a run.",
    ),
]
SliceFile = Annotated[
    Path | None,
    typer.Option(
        "--slice",
        metavar="FILE",
        help="A JSON file with an origin and a basis: the network on the inputs origin + t @ "
        "basis, as a function of t. --domain then speaks of t.",
    ),
]
Decimal = Annotated[
    bool,
    typer.Option(
        "--decimal",
        help="Read the decimals of .json files and of --domain as they are written: 0.1 is 1/10, "
        "not the float64 nearest to it.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Strategy = Annotated[
    str, typer.Option("--strategy", help="auto, compiled or highs; the regions are the same.")
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers",
        metavar="K",
        parser=processes,
        help="Number of processes, or of threads of machine code.",
    ),
]
ClusterAddress = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Have the work done by a Dask cluster: the address of its scheduler, as in "
        "tcp://10.0.0.1:8786, or local for --workers K processes of this machine.",
    ),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", parser=whole, help="Stop at this many regions."),
]


def network_and_domain(
    path: Path, text: str | None, slice_file: Path | None = None, decimal: bool = False
) -> tuple[Network, Domain]:
    """The network in a file, and the domain that is asked about; both on a slice if there is one.

    The text of a domain then speaks of slice coordinates, and the domain in the network's file is
    pulled back to them.

    Raises
    ------
    InvalidDomain
        Also if the slice misses the inside of the domain in the network's file.
    """
    held: Domain | None = None
    if text is None:
        network, held = load_problem(path, decimal=decimal, **reading())
    else:
        network = load(path, decimal=decimal, **reading())
    dim = network.input_dim
    cut = None if slice_file is None else read_slice(slice_file, dim, decimal=decimal)
    if cut is not None:
        network = network.on_slice(cut.origin, cut.basis)
    if text is not None:
        return network, domain_from_text(text, network.input_dim, decimal=decimal)
    if held is None:
        return network, WholeSpace(network.input_dim)
    if cut is None:
        return network, held
    with located(f"--slice {slice_file}: the part of the network's domain that is on the slice"):
        return network, problem_of(network, cut.pull_back(held)).domain
