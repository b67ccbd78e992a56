"""Checking a certificate: every claim is proved again, one path of the tree at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from linreg.checker.records import Records
from linreg.checker.tree import FalseClaim, Tree
from linreg.domains import Domain, WholeSpace
from linreg.errors import UnreadableFile
from linreg.files import StrPath
from linreg.network import Network, StagedNetwork


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checker found.

    Attributes
    ----------
    accepted : bool
    regions : int
        Regions that were proved, up to the first false claim.
    regions_per_stage : tuple of int
    edges : int or None
        Edges of the adjacency graph, where they are certified and accepted.
    false_claim : str or None
        The first claim that does not hold, and where in the tree it stands.
    """

    accepted: bool
    regions: int
    regions_per_stage: tuple[int, ...]
    edges: int | None
    false_claim: str | None


def check(
    path: StrPath,
    net: Network | StagedNetwork,
    domain: Domain | None = None,
    *,
    progress: Callable[[int], None] | None = None,
) -> Verdict:
    """Whether a certificate proves the number of regions of a network on a domain.

    Parameters
    ----------
    path : str or path
        A certificate that `linreg.certify` wrote, or anybody.
    net : Network or StagedNetwork
    domain : WholeSpace, Box or Polytope, optional
        The whole space unless given.
    progress : callable, optional
        Called now and then with the number of regions that are proved.

    Raises
    ------
    UnreadableFile
        If the file is no certificate or is damaged.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import linreg
    >>> net = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    >>> with TemporaryDirectory() as folder:
    ...     _ = linreg.certify(net, f"{folder}/proof")
    ...     verdict = check(f"{folder}/proof", net)
    >>> verdict.accepted, verdict.regions
    (True, 7)
    """
    staged = net.staged if isinstance(net, Network) else net
    where = WholeSpace(staged.input_dim) if domain is None else domain
    file = Path(path)
    try:
        stream = file.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{path}: cannot be read: {error.strerror}") from None
    with stream:
        tree = Tree(Records(file, stream), staged, where, progress)
        false_claim = None
        try:
            tree.check()
        except FalseClaim as claim:
            false_claim = str(claim)
    accepted = false_claim is None
    edges = tree.edges if accepted else None
    return Verdict(accepted, tree.regions, tuple(tree.cells), edges, false_claim)
