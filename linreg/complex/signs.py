"""Sign vectors as sets of weak inequalities that hold, one bit each.

A breakpoint b of a unit that reads z has two bits: z >= b and z <= b. On the breakpoint both are
set. A candidate of a max unit has one bit: it attains the maximum. A row of the domain is a
breakpoint at zero, of which the first bit is always set and the second where the row is tight. One
cell is then a face of another exactly where its set contains the other's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from linreg.units import MaxUnit, Unit


@dataclass(frozen=True)
class SignLayout:
    """Which bit of a sign vector says what.

    Attributes
    ----------
    n_rows : int
        Rows of the domain.
    units : tuple of units
        Those of all stages, in the order of patterns.

    Examples
    --------
    A clip has two breakpoints, each with two bits, and of two candidates each has one:

    >>> from linreg import MaxUnit, clip
    >>> layout = SignLayout(0, (clip(0, 1), MaxUnit(2)))
    >>> layout.n_bits, layout.starts
    (6, (0, 4))
    """

    n_rows: int
    units: tuple[Unit, ...]

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The first breakpoint of each scalar unit among all, or the first bit of a max unit."""
        starts, pair, single = [], self.n_rows, 2 * self.n_pairs
        for unit in self.units:
            if isinstance(unit, MaxUnit):
                starts.append(single)
                single += unit.rank
            else:
                starts.append(pair)
                pair += unit.n_pieces - 1
        return tuple(starts)

    @cached_property
    def n_pairs(self) -> int:
        """Rows of the domain and breakpoints of all units; their second bits follow the first."""
        scalars = [unit for unit in self.units if not isinstance(unit, MaxUnit)]
        return self.n_rows + sum(unit.n_pieces - 1 for unit in scalars)

    @cached_property
    def n_bits(self) -> int:
        """Bits of a sign vector."""
        return 2 * self.n_pairs + sum(unit.rank for unit in self.units if isinstance(unit, MaxUnit))

    @property
    def n_bytes(self) -> int:
        """Bytes of a sign vector, the lowest bits first."""
        return (self.n_bits + 7) // 8

    def pieces(self, signs: int, first: int, last: int) -> tuple[int, ...]:
        """The piece of each unit from `first` to before `last`; the lower one on a breakpoint.

        Parameters
        ----------
        signs : int
            A sign vector, as a set of bits.
        first, last : int
            Units, as they are numbered in patterns.

        Returns
        -------
        tuple of int, length last - first

        Examples
        --------
        The first of two units is on its breakpoint, and the second beyond it:

        >>> from linreg import relu
        >>> layout = SignLayout(0, (relu(), relu()))
        >>> layout.pieces(layout.of_positions([], [1, 2]), 0, 2)
        (0, 1)
        """
        n = last - first
        if (first, last) not in self._are_switches:
            units = self._telling[first:last]
            only = bool(units) and all(not is_max and cuts == 1 for is_max, _, _, cuts in units)
            self._are_switches[first, last] = only
        if self._are_switches[first, last]:
            # Their bits stand side by side, and a bit that is set says piece 0.
            told = signs >> self._telling[first][1] & (1 << n) - 1
            return tuple([int(bit == "0") for bit in f"{told:0{n}b}"[::-1]])
        pieces = []
        for is_max, start, mask, cuts in self._telling[first:last]:
            told = signs >> start & mask
            if is_max:
                pieces.append((told & -told).bit_length() - 1)
            else:
                pieces.append(cuts - told.bit_count())
        return tuple(pieces)

    def units_told_by(self, bits: int) -> list[int]:
        """The units whose pieces some bits tell.

        Parameters
        ----------
        bits : int
            A set of bits that say that a point is not beyond a breakpoint, or attains a maximum.

        Returns
        -------
        list of int
            Increasing, each once.

        Examples
        --------
        The bits that tell the pieces of two units come after those that say "not below":

        >>> from linreg import relu
        >>> SignLayout(0, (relu(), relu())).units_told_by(0b1100)
        [0, 1]
        """
        told: list[int] = []
        while bits:
            lowest = bits & -bits
            told.append(self._unit_of_bit[lowest.bit_length() - 1])
            bits ^= lowest
        return sorted(set(told)) if len(told) > 1 else told

    @cached_property
    def _unit_of_bit(self) -> dict[int, int]:
        return {
            start + k: unit
            for unit, (_, start, mask, _) in enumerate(self._telling)
            for k in range(mask.bit_length())
        }

    @cached_property
    def _are_switches(self) -> dict[tuple[int, int], bool]:
        """Which runs of units, of those that were asked about, have one breakpoint each."""
        return {}

    @cached_property
    def _telling(self) -> list[tuple[bool, int, int, int]]:
        """The bits that tell each unit's piece: the first and a mask, and how many they are.

        They are those of the candidates, or say that breakpoints are not below.
        """
        return [
            (True, start, (1 << unit.rank) - 1, unit.rank)
            if isinstance(unit, MaxUnit)
            else (False, self.n_pairs + start, (1 << unit.n_pieces - 1) - 1, unit.n_pieces - 1)
            for unit, start in zip(self.units, self.starts, strict=True)
        ]

    def positions(self, signs: int) -> tuple[int | frozenset[int], ...]:
        """Where each unit is.

        For a scalar unit 2 k strictly inside piece k, and 2 k + 1 on breakpoint k; for a max unit
        the candidates that attain the maximum.

        Parameters
        ----------
        signs : int
            A sign vector, as a set of bits.

        Returns
        -------
        tuple of int or frozenset of int, length units

        Examples
        --------
        All bits are set where two units are on their breakpoints:

        >>> from linreg import relu
        >>> layout = SignLayout(0, (relu(), relu()))
        >>> layout.positions(0b1111)
        (1, 1)
        """
        found: list[int | frozenset[int]] = []
        for unit, start in zip(self.units, self.starts, strict=True):
            if isinstance(unit, MaxUnit):
                found.append(frozenset(i for i in range(unit.rank) if signs >> start + i & 1))
            else:
                mask = (1 << unit.n_pieces - 1) - 1
                above = signs >> start & mask
                below = signs >> (self.n_pairs + start) & mask
                found.append(above.bit_count() + unit.n_pieces - 1 - below.bit_count())
        return tuple(found)

    def tight_rows(self, signs: int) -> tuple[int, ...]:
        """The rows of the domain that are zero.

        Parameters
        ----------
        signs : int
            A sign vector, as a set of bits.

        Returns
        -------
        tuple of int
            Their numbers, increasing.

        Examples
        --------
        Of two rows, both are never negative, and the second is zero:

        >>> SignLayout(2, ()).tight_rows(0b1011)
        (1,)
        """
        return tuple(row for row in range(self.n_rows) if signs >> (self.n_pairs + row) & 1)

    def of_positions(self, tight: Sequence[int], positions: Sequence[int | frozenset[int]]) -> int:
        """The sign vector with these tight rows and these positions.

        Parameters
        ----------
        tight : sequence of int
            Rows of the domain.
        positions : sequence of int or frozenset of int, length units
            As `positions` has them.

        Returns
        -------
        int
            A set of bits.

        Examples
        --------
        The first of two units is at least at its breakpoint, and both are at most there:

        >>> from linreg import relu
        >>> layout = SignLayout(0, (relu(), relu()))
        >>> f"{layout.of_positions([], [1, 0]):04b}"
        '1101'
        """
        signs = (1 << self.n_rows) - 1
        for row in tight:
            signs |= 1 << self.n_pairs + row
        for unit, start, position in zip(self.units, self.starts, positions, strict=True):
            if isinstance(position, frozenset):
                signs |= sum(1 << start + i for i in position)
                continue
            # At 2 k the breakpoints before k are passed; at 2 k + 1 breakpoint k is met too.
            cuts, met = unit.n_pieces - 1, position % 2
            signs |= ((1 << position // 2 + met) - 1) << start
            beyond = (1 << cuts) - (1 << position // 2)
            signs |= beyond << self.n_pairs + start
        return signs
