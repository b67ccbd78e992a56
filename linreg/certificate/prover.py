"""The prover: an exploration whose sink writes down every decision with its proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Self, SupportsInt

from linreg.certificate.encoding import Writer, integer, text, unsigned
from linreg.explore import Cell, Sink
from linreg.files import StrPath, replacing
from linreg.kernel.data.records import BEYOND, CUT, END, LOSES, NO_CUT, REDUNDANT, REGION, WON
from linreg.polyhedra import Forms, Multipliers, Point, Solver, beyond_facet
from linreg.problem import Problem
from linreg.readers import DomainLike, NetworkLike
from linreg.run import Count, CountProgress, Options, posed, run
from linreg.showing import table_html
from linreg.wording import counted

BLOCK_BYTES = 1 << 16
"""Bytes of records that are gathered before they are compressed and written."""


@dataclass(frozen=True, slots=True)
class Certified:
    """What a certificate claims, and its size.

    Attributes
    ----------
    count : Count
        Its evidence is "exact"; only the checker makes it "certified".
    edges : int or None
        Pairs of regions that share a facet, where that is certified too.
    n_bytes : int
        Size of the file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import mlp
    >>> with TemporaryDirectory() as folder:
    ...     done = certify(mlp([([[1, 0], [0, 1]], [0, 0])]), f"{folder}/proof", graph=True)
    >>> done.count.regions, done.edges, done.count.evidence
    (4, 4, 'exact')
    """

    count: Count
    edges: int | None
    n_bytes: int

    def __repr__(self) -> str:
        edges = "" if self.edges is None else f", {counted(self.edges, 'shared facet')}"
        regions = counted(self.count.regions, "region")
        return f"<Certified: {regions}{edges}, {counted(self.n_bytes, 'byte')}>"

    def _repr_html_(self) -> str:
        rows: list[tuple[str, object]] = [("regions", self.count.regions)]
        if self.edges is not None:
            rows.append(("pairs that share a facet", self.edges))
        return table_html("Certificate", [*rows, ("bytes", self.n_bytes)])


class Proof(Sink):
    """Gathers the records of an exploration."""

    wants_proofs = True

    def __init__(self, n_domain_rows: int, with_facets: bool) -> None:
        self.records = bytearray()
        self.n_facets = 0
        self._n_domain_rows = n_domain_rows
        self.wants_facets = with_facets
        self._solver: Solver | None = None

    def region(self, pattern: Sequence[int], cell: Cell) -> None:
        """Append a region: a point strictly inside, and what each of its rows is."""
        self.inside(cell.point.entries)
        if self.wants_facets:
            self._facets(cell)

    def inside(self, point: Sequence[SupportsInt]) -> None:
        """Append a region: a point strictly inside."""
        self.records += bytes((REGION,)) + _point(point)

    def facet(self, beyond: Point) -> None:
        """Append that the next row of the region is a facet."""
        self.records += bytes((BEYOND,)) + _point(beyond.entries)
        self.n_facets += 1

    def redundant(self, proof: Multipliers) -> None:
        """Append that the next row of the region is redundant."""
        self.records += bytes((REDUNDANT,)) + _multipliers(proof)

    def no_cut(self, hyperplane: int, side: int, proof: Multipliers) -> None:
        """Append that a hyperplane does not meet the cell."""
        self.records += bytes((NO_CUT,)) + unsigned(hyperplane)
        self.records += bytes((side > 0,)) + _multipliers(proof)

    def written(self, records: bytes, n_facets: int = 0) -> None:
        """Append records as they are."""
        self.records += records
        self.n_facets += n_facets

    def cut(self, hyperplane: int) -> None:
        """Append that a hyperplane cuts the cell."""
        self.records += bytes((CUT,)) + unsigned(hyperplane)

    def loses(self, contest: int, candidate: int, proof: Multipliers) -> None:
        """Append that a candidate wins nowhere in the cell."""
        self.records += bytes((LOSES,)) + unsigned(contest) + unsigned(candidate)
        self.records += _multipliers(proof)

    def won(self, contest: int, winners: Sequence[int]) -> None:
        """Append that all candidates that are left win a contest somewhere in the cell."""
        self.records += bytes((WON,)) + unsigned(contest)

    def fresh(self) -> Self:
        """Another sink for records of the same kind."""
        return type(self)(self._n_domain_rows, self.wants_facets)

    def extend(self, other: Self) -> None:
        """Append the records of another sink."""
        self.records += other.records
        self.n_facets += other.n_facets

    def _facets(self, cell: Cell) -> None:
        """Append for each row that is not the domain's whether it is a facet."""
        self._solver = self._solver or Solver()
        forms = Forms(cell.rows(), len(cell.point.entries) - 1)
        for place in range(self._n_domain_rows, len(forms)):
            answer = beyond_facet(forms, place, cell.point, self._solver)
            if isinstance(answer, Multipliers):
                self.redundant(answer)
            else:
                self.facet(answer)

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_solver": None}  # a session stays in its process


def certify(
    net: NetworkLike,
    path: StrPath,
    domain: DomainLike = None,
    *,
    graph: bool = False,
    strategy: str = "auto",
    workers: int = 1,
    executor: Executor | None = None,
    progress: Callable[[CountProgress], None] | None = None,
) -> Certified:
    """Count the regions of a network and write the proof of the count to a file.

    Memory does not depend on the count. The file is described in `docs/certificate.md`; it says
    nothing that a reader has to believe: `linreg.check` accepts it only if every claim holds.

    Parameters
    ----------
    net : Network, or what `as_network` accepts
    path : str or path
        Any name. An existing file is replaced in one step, when the proof is complete.
    domain : WholeSpace, Box or Polytope, optional
        Part of the claim; the whole space unless given.
    graph : bool
        Also prove which rows of each region are facets, and so the number of edges of the
        adjacency graph.
    strategy, workers, executor, progress
        As for `enumerate_regions`: strategies prove in other ways, and "auto" is one of them by the
        problem alone.

    Returns
    -------
    Certified
        The count, and what the file holds.

    Raises
    ------
    UnwritableFile
        If the file cannot be written.
    InvalidDomain, UnknownStrategy, ValueError
        As for `linreg.count`.

    Source
    ------
    Farkas (1902) and Motzkin (1936), for the proofs that a cell is empty.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg import mlp
    >>> net = mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    >>> with TemporaryDirectory() as folder:
    ...     certify(net, f"{folder}/proof").count.regions
    7
    """
    problem = posed(net, domain, strategy)
    with replacing(path) as temporary, temporary.open("wb") as stream:
        writer = Writer(stream)
        options = Options(strategy, workers, executor, progress=progress)
        count, edges = write_tree(writer, problem, options, graph=graph)
        writer.finish()
    return Certified(count, edges, writer.n_bytes)


def write_tree(
    writer: Writer, problem: Problem, options: Options, *, graph: bool = False
) -> tuple[Count, int | None]:
    """Append the proof of a count, from its first text to its claim; the count, and the edges."""
    writer.records(
        text(
            {
                "fingerprint": problem.network.fingerprint,
                "domain": [[str(entry) for entry in row] for row in problem.domain.rows()],
                "input_dim": problem.network.input_dim,
                "facets": graph,
            }
        )
    )
    proof = Proof(len(problem.domain_rows), graph)

    def flush(least: int) -> None:
        if len(proof.records) >= least:
            writer.records(proof.records)
            proof.records.clear()

    def report(so_far: CountProgress) -> None:
        flush(BLOCK_BYTES)
        if options.progress is not None:
            options.progress(so_far)

    count = run(problem, proof, replace(options, progress=report))
    flush(1)
    edges = proof.n_facets // 2 if graph else None
    claim = {
        "activation_regions": count.regions,
        "regions_per_stage": list(count.regions_per_stage),
        "edges": edges,
    }
    writer.records(bytes((END,)) + text(claim))
    return count, edges


def _point(point: Sequence[SupportsInt]) -> bytes:
    *numerators, denominator = map(int, point)
    return b"".join(map(integer, (denominator, *numerators)))


def _multipliers(proof: Multipliers) -> bytes:
    """The common denominator, how many there are, and each row's number and numerator."""
    parts = [integer(int(proof.denominator)), unsigned(len(proof.numerators))]
    for row, numerator in proof.numerators.items():
        parts += unsigned(row), integer(int(numerator))
    return b"".join(parts)
