"""One cell: its sign vector, its generators, and a point inside."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from linreg.complex.forms import Vector
from linreg.complex.signs import SignLayout
from linreg.wording import counted


@dataclass(frozen=True, eq=False)
class Cell:
    """A relatively open cell of a complex.

    Attributes
    ----------
    index : int
        Its place among all cells.
    dim : int
    layout : SignLayout
    signs : int
        Its sign vector, as a set of bits.
    integer_vertices, directions, lines : tuples of Vector
        Homogeneous coordinates of its vertices, of its extreme directions, and of a basis of the
        directions that can be followed both ways; modulo these last if there are any.

    Examples
    --------
    The half-line on which relu(x - 1/2) is not constant begins at 1/2:

    >>> from linreg import mlp, polyhedral_complex
    >>> cell = polyhedral_complex(mlp([([[1]], ["-1/2"])])).cells(1)[0]
    >>> cell.pattern, cell.vertices, cell.rays, cell.point
    ((1,), ((Fraction(1, 2),),), ((1,),), (Fraction(3, 2),))
    """

    index: int
    dim: int
    layout: SignLayout
    signs: int
    integer_vertices: tuple[Vector, ...]
    directions: tuple[Vector, ...]
    lines: tuple[Vector, ...]

    def __repr__(self) -> str:
        ends = counted(len(self.integer_vertices), "vertex", "vertices")
        rays = f", {counted(len(self.directions), 'ray')}" if self.directions else ""
        return f"<Cell {self.index}: dimension {self.dim}, {ends}{rays}>"

    @property
    def is_bounded(self) -> bool:
        """Whether it lies in a ball."""
        return not self.directions and not self.lines

    @property
    def vertices(self) -> tuple[tuple[Fraction, ...], ...]:
        """The vertices; a point on each smallest face if there are lines."""
        return tuple(
            tuple(Fraction(entry, vertex[-1]) for entry in vertex[:-1])
            for vertex in self.integer_vertices
        )

    @property
    def rays(self) -> tuple[tuple[int, ...], ...]:
        """Extreme directions, as integer vectors without a common factor."""
        return tuple(direction[:-1] for direction in self.directions)

    @property
    def point(self) -> tuple[Fraction, ...]:
        """A point inside: the mean of the vertices, and a step along all extreme directions."""
        n = len(self.integer_vertices)
        columns = zip(*self.vertices, strict=True)
        mean = [sum(column, Fraction(0)) / n for column in columns]
        return tuple(x + sum(ray[axis] for ray in self.rays) for axis, x in enumerate(mean))

    @property
    def positions(self) -> tuple[int | frozenset[int], ...]:
        """Where each unit is: 2 k inside piece k, 2 k + 1 on breakpoint k; of a max unit, who wins.

        The units of levels, if there are any, come last.
        """
        return self.layout.positions(self.signs)

    @property
    def pattern(self) -> tuple[int, ...]:
        """The piece of each unit; on a breakpoint the lower one, of candidates the lowest."""
        return self.layout.pieces(self.signs, 0, len(self.layout.units))

    @property
    def tight_rows(self) -> tuple[int, ...]:
        """The rows of the domain that the cell lies on."""
        return self.layout.tight_rows(self.signs)

    def is_face_of(self, other: Cell) -> bool:
        """Whether this cell lies in the closure of another one of the same complex.

        Parameters
        ----------
        other : Cell
            Of the same complex.

        Returns
        -------
        bool
            A cell is a face of itself.

        Examples
        --------
        A point between two half-lines is a face of them, and they are none of each other:

        >>> from linreg import mlp, polyhedral_complex
        >>> point, right, left = polyhedral_complex(mlp([([[1]], [0])]))
        >>> point.is_face_of(right), point.is_face_of(left), left.is_face_of(right)
        (True, True, False)
        """
        return self.signs & other.signs == other.signs
