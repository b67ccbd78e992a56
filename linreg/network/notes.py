"""Names and types of layers before lowering, for messages and reports."""

from __future__ import annotations

from dataclasses import dataclass

from linreg.units import Unit


@dataclass(frozen=True, slots=True)
class LayerNote:
    """A layer as a reader found it.

    Attributes
    ----------
    name : str
    kind : str
        Its type, in the words of the format it was read from.
    in_shape, out_shape : tuple of int
        Without a batch axis; of several inputs, the shape of the first.
    units : tuple of units
        Those of the layer itself, not those of layers inside it.
    parameters : int
        How many numbers the layer holds: weights, biases, slopes and the like.

    Examples
    --------
    >>> from linreg.units import MaxUnit
    >>> LayerNote("pool", "maxpool1d", (1, 5), (1, 3), (MaxUnit(2), MaxUnit(2), MaxUnit(1))).pieces
    (1, 2)
    """

    name: str
    kind: str
    in_shape: tuple[int, ...]
    out_shape: tuple[int, ...]
    units: tuple[Unit, ...] = ()
    parameters: int = 0

    @property
    def pieces(self) -> tuple[int, ...]:
        """The numbers of pieces that its units have, increasing."""
        return tuple(sorted({unit.n_pieces for unit in self.units}))
