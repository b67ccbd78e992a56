"""Checking a certificate: every claim is proved again, one path of the tree at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from linreg.arguments import how_many
from linreg.checker.claims import FalseClaim
from linreg.checker.records import BEFORE, MAGIC, open_certificate
from linreg.checker.tree import Part, Tree
from linreg.domains import Domain, asked_domain
from linreg.files import StrPath, begins_with
from linreg.network import Network, StagedNetwork, staged_of
from linreg.progress import Progress
from linreg.showing import table_html


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a certificate was accepted, and what it proves.

    Attributes
    ----------
    accepted : bool
        Whether every claim holds.
    regions : int
        Regions that were proved, up to the first false claim.
    regions_per_stage : tuple of int
        Cells that were proved, by the stage through which their pieces are fixed.
    edges : int or None
        Edges of the adjacency graph, where they are certified and accepted.
    false_claim : str or None
        The first claim that does not hold, and where in the tree it stands.

    Examples
    --------
    A proof is one of a network, and of no other:

    >>> from tempfile import TemporaryDirectory
    >>> from linreg import certify, mlp
    >>> net, other = mlp([([[1]], [0])]), mlp([([[2]], [1])])
    >>> with TemporaryDirectory() as folder:
    ...     _ = certify(net, f"{folder}/proof")
    ...     check(f"{folder}/proof", net).accepted, check(f"{folder}/proof", other).accepted
    (True, False)
    """

    accepted: bool
    regions: int
    regions_per_stage: tuple[int, ...]
    edges: int | None
    false_claim: str | None

    def _repr_html_(self) -> str:
        rows = [("regions", self.regions), ("shared facets", self.edges), ("", self.false_claim)]
        said = "Accepted" if self.accepted else "Refused"
        return table_html(said, [row for row in rows if row[1] is not None])


def check(
    path: StrPath,
    net: Network | StagedNetwork,
    domain: Domain | None = None,
    *,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> Verdict:
    """Whether a certificate proves the number of regions of a network on a domain.

    Parameters
    ----------
    path : str or path
        A certificate that `linreg.certify` wrote, or anybody.
    net : Network or StagedNetwork
    domain : WholeSpace, Box or Polytope, optional
        The whole space unless given.
    workers : int
        Number of processes. Each walks the whole tree and checks its share of the proofs.
    progress : callable, optional
        Called now and then with a `Progress`: the part of the file that is read, and the
        number of regions proved in it.

    Returns
    -------
    Verdict
        Accepted with the number of regions that is proved, or refused with the first false claim.

    Raises
    ------
    UnreadableFile
        If the file is no certificate or is damaged.
    InvalidDomain
        If the domain is of another dimension than the input.
    ValueError
        If workers is less than 1.

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
    staged = staged_of(net)
    where = asked_domain(domain, staged.input_dim)
    workers = how_many(workers, "workers")
    if workers == 1:
        return _check_part(path, staged, where, Part(0, 1), progress)
    with ProcessPoolExecutor(workers - 1) as pool:
        others = [
            pool.submit(_check_part, path, staged, where, Part(number, workers))
            for number in range(1, workers)
        ]
        mine = _check_part(path, staged, where, Part(0, workers), progress)
        verdicts = [mine, *(other.result() for other in others)]
    # The earliest false claim, if there is one: it ends the pass that has to check it.
    return min(verdicts, key=lambda verdict: (verdict.accepted, verdict.regions))


def _check_part(
    path: StrPath,
    network: StagedNetwork,
    domain: Domain,
    part: Part,
    progress: Callable[[Progress], None] | None = None,
) -> Verdict:
    magic = BEFORE if begins_with(path, BEFORE) else MAGIC
    with open_certificate(path, magic) as records:
        tree = Tree(records, network, domain, progress, part)
        false_claim = None
        try:
            tree.check()
        except FalseClaim as claim:
            false_claim = str(claim)
    accepted = false_claim is None
    edges = tree.edges if accepted else None
    return Verdict(accepted, tree.regions, tuple(tree.cells), edges, false_claim)
