"""A problem: the regions of one network on one domain."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

from flint import fmpq, fmpz

from linreg.domains import Domain, asked_domain, integer_rows
from linreg.errors import InvalidDomain
from linreg.network import StagedNetwork
from linreg.polyhedra import Forms, Multipliers, Point, Solver, decide_interior
from linreg.problem.integer import IntegerStage, IntegerWeights, integer_network
from linreg.readers import DomainLike, NetworkLike, asked


class _Lowered:
    """A network in integers, made when it is asked for."""

    def __init__(self, network: StagedNetwork) -> None:
        self._network = network

    @cached_property
    def integers(self) -> tuple[tuple[IntegerStage, ...], IntegerWeights, list[fmpq]]:
        return integer_network(self._network)


@dataclass(frozen=True)
class Problem:
    """The regions of a network on the interior of a full-dimensional domain.

    Raises
    ------
    InvalidDomain
        If the domain is of another dimension than the network's input, empty, or flat.
    """

    network: StagedNetwork
    domain: Domain
    _lowered: _Lowered | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self._lowered is None:
            object.__setattr__(self, "_lowered", _Lowered(self.network))
        asked_domain(self.domain, self.network.input_dim)
        if self.start is None:
            raise InvalidDomain(
                "the domain has no interior: it is empty or flat, so no region has full "
                "dimension in it; give a full-dimensional box or polytope"
            )

    @cached_property
    def key(self) -> str:
        """Identity of the problem: sha256 of the network's and the domain's numbers."""
        rows = [[str(entry) for entry in row] for row in self.domain.rows()]
        said = f"{self.network.fingerprint} {self.domain.dim} {rows}"
        return sha256(said.encode()).hexdigest()

    @property
    def integer_stages(self) -> tuple[IntegerStage, ...]:
        """The network's stages in integers."""
        return self._integers[0]

    @property
    def integer_readout(self) -> IntegerWeights:
        """The network's readout in integers; each output is scaled by a positive factor."""
        return self._integers[1]

    @property
    def readout_scales(self) -> list[fmpq]:
        """The factor of each output."""
        return self._integers[2]

    @property
    def _integers(self) -> tuple[tuple[IntegerStage, ...], IntegerWeights, list[fmpq]]:
        assert self._lowered is not None
        return self._lowered.integers

    def on(self, domain: Domain) -> Problem:
        """The same network on another domain; its integers are not made again."""
        return replace(self, domain=domain)

    @cached_property
    def domain_rows(self) -> Forms:
        """The domain's rows; those that no point violates, 0 <= 1, are left out."""
        rows = [[fmpz(entry) for entry in row] for row in integer_rows(self.domain)]
        binding = [row for row in rows if any(row[:-1]) or row[-1] < 0]
        return Forms(binding, self.domain.dim)

    @cached_property
    def start(self) -> Point | None:
        """A point strictly inside the domain; None if it has no interior."""
        answer = decide_interior(self.domain_rows.rows, self.domain.dim, Solver())
        return None if isinstance(answer, Multipliers) else answer

    def __reduce__(self) -> tuple[Any, ...]:
        return (Problem, (self.network, self.domain))


def problem_of(net: NetworkLike, domain: DomainLike = None) -> Problem:
    """The problem of a network on a domain, by default that in its file or the whole space.

    Both can be whatever `as_network` and `as_domain` accept.
    """
    return Problem(*asked(net, domain))
