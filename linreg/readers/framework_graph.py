"""What the readers of frameworks share: operators applied one by one, then the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

import numpy as np

from linreg.errors import InvalidNetwork
from linreg.network import INPUT, LayerNote, Network, UnitNode
from linreg.readers.assembly import Assembly, Value
from linreg.readers.refused_operators import LAST, Scores, final_note, operator_refusal, plain
from linreg.readers.tensor_values import MAX_SIZE, Operand, Site, as_value
from linreg.wording import counted

Result = Operand | Scores | Sequence[Operand | Scores]
"""What an operator gives: a value, an array, class scores, or several of these."""

Compute = Callable[[Site, list[Operand | None]], Operand | list[Operand]]
"""An operator with its settings: from a place for its nodes and its operands to its outputs."""

MOST_AXES = 3
"""Most axes of an input that keeps its shape, as network files have them."""


class GraphAssembly:
    """A network under construction from a framework's graph, whose values have a batch axis.

    Attributes
    ----------
    input : Value
    assembly : Assembly
    """

    def __init__(self, shape: Sequence[int]) -> None:
        if not shape or min(shape) < 1 or prod(shape) > MAX_SIZE:
            raise InvalidNetwork(
                f"the input's shape must be of positive lengths and at most {MAX_SIZE} values: got "
                f"{list(shape)}"
            )
        self.input = Value(INPUT, tuple(shape))
        self.assembly = Assembly()

    def apply(
        self,
        name: str,
        operator: str,
        operands: Sequence[Operand | Scores | None],
        compute: Compute | None,
        *,
        keeps_scores: bool = False,
        supported: Sequence[str] = (),
    ) -> Operand | Scores | list[Operand | Scores]:
        """What an operator gives.

        Parameters
        ----------
        name : str
            What its nodes are called.
        operator : str
        operands : sequence
        compute : function or None
            None stands for an operator that is not known.
        keeps_scores : bool
            Whether it only rearranges class scores.
        supported : sequence of str
            The operators that are known.

        Raises
        ------
        InvalidNetwork, NotPiecewiseLinear
            If the operator is refused.
        """
        for operand in operands:
            if isinstance(operand, Scores) and not (keeps_scores and operand is operands[0]):
                raise operator_refusal(operand.function, supported)
        read = [o.value if isinstance(o, Scores) else o for o in operands]
        function = operator if compute is None and plain(operator) in LAST else None
        if function and isinstance(read[0], Value):
            return Scores(read[0], function)
        if compute is None:
            raise operator_refusal(operator, supported)
        before = len(self.assembly.nodes)
        made = compute(Site(self.assembly, name), read)
        outputs = made if isinstance(made, list) else [made]
        self._note(name, operator, read, outputs[0], before)
        first = operands[0] if operands else None
        if isinstance(first, Scores):
            return (
                Scores(outputs[0], first.function) if isinstance(outputs[0], Value) else outputs[0]
            )
        return list(outputs) if isinstance(made, list) else made

    def _note(
        self,
        name: str,
        operator: str,
        read: Sequence[Operand | None],
        output: Operand,
        before: int,
    ) -> None:
        """Note the layer, if it is one: it reads and gives values of the network."""
        values = [operand for operand in read if isinstance(operand, Value)]
        if not values or not isinstance(output, Value):
            return
        made = self.assembly.nodes[before:]
        units = tuple(unit for node in made if isinstance(node, UnitNode) for unit in node.units)
        arrays = [operand for operand in read if isinstance(operand, np.ndarray)]
        parameters = sum(array.size for array in arrays if array.dtype.kind == "f")
        shapes = (unbatched_shape(values[0].shape), unbatched_shape(output.shape))
        self.assembly.layers.append(LayerNote(name, operator, *shapes, units, parameters))

    def finished(self, output: Result, source: str) -> Network:
        """The network whose output this is.

        Raises
        ------
        InvalidNetwork
            If there are several.
        """
        if isinstance(output, Sequence):
            raise InvalidNetwork(
                f"the network has {counted(len(output), 'output')} in a list; one is read, so "
                "leave out the others"
            )
        if isinstance(output, Scores):
            self.assembly.note(final_note(output.function))
        last = output.value if isinstance(output, Scores) else output
        value = as_value(Site(self.assembly, "output"), last, self.input)
        shape = unbatched_shape(self.input.shape)
        return Network(
            shape if len(shape) <= MOST_AXES else (self.input.size,),
            tuple(self.assembly.nodes),
            value.name,
            source=source,
            notes=tuple(self.assembly.notes),
            layers=tuple(self.assembly.layers),
        )


def unbatched_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """The shape without a batch axis, if there is one."""
    return tuple(shape[1:] if len(shape) > 1 and shape[0] == 1 else shape)
