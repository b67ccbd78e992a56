"""Checking Lipschitz constants: a complete tree of regions, whose Jacobians are derived anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_mat, fmpq_poly

from linreg.checker.norms import Size, interval, is_larger, operator_size
from linreg.checker.records import Records
from linreg.checker.tree import Part, Tree
from linreg.domains import Domain
from linreg.network import StagedNetwork
from linreg.progress import Progress


@dataclass(frozen=True, slots=True)
class ProvedConstant:
    """A Lipschitz constant that is proved.

    Attributes
    ----------
    exact : Fraction or None
        The constant, where neither norm is l2.
    squared : Fraction or None
        Its square, where one is.
    polynomial : tuple of Fraction, or None
        From l2 to l2 its square is the largest root, by rising powers.
    around : (Fraction, Fraction), or None
        Two fractions around that root.
    regions : int

    Examples
    --------
    >>> ProvedConstant(Fraction(3), None, None, None, 2).exact
    Fraction(3, 1)
    """

    exact: Fraction | None
    squared: Fraction | None
    polynomial: tuple[Fraction, ...] | None
    around: tuple[Fraction, Fraction] | None
    regions: int


def check_constant(
    records: Records,
    network: StagedNetwork,
    domain: Domain,
    norms: tuple[str, str],
    outputs: Sequence[int],
    progress: Callable[[Progress], None] | None,
) -> ProvedConstant:
    """Read the proof of how many regions there are, and take the largest norm of them all.

    Raises
    ------
    FalseClaim
    UnreadableFile
        If the records end too early.
    """
    largest = _Largest(network, norms, outputs)
    tree = Tree(records, network, domain, progress, Part(0, 1), largest.see)
    tree.check()
    size = largest.size
    if isinstance(size, fmpq_poly):
        polynomial = tuple(Fraction(int(entry.p), int(entry.q)) for entry in size.coeffs())
        return ProvedConstant(None, None, polynomial, interval(size), tree.regions)
    value = Fraction(int(size.p), int(size.q))
    if "l2" in norms:
        return ProvedConstant(None, value, None, None, tree.regions)
    return ProvedConstant(value, None, None, None, tree.regions)


class _Largest:
    """The largest norm of the Jacobians that were seen."""

    def __init__(
        self, network: StagedNetwork, norms: tuple[str, str], outputs: Sequence[int]
    ) -> None:
        self._network = network
        self._norms = norms
        self._outputs = outputs
        self._known: set[tuple[tuple[fmpq, ...], ...]] = set()
        self.size: Size = fmpq(0)

    def see(self, state: fmpq_mat) -> None:
        """Take a region with the outputs of the last stage as forms of the input."""
        rows = self._network.readout.apply(state).table()
        jacobian = tuple(tuple(rows[i][:-1]) for i in self._outputs)
        if jacobian in self._known:
            return
        size = operator_size(jacobian, *self._norms)
        if not self._known or is_larger(size, self.size):
            self.size = size
        self._known.add(jacobian)
