"""What lies far from a point, in coordinates in which it is a box.

Outside of a cube around a point each input is in one of its cones, behind a face: there one
coordinate of x - point is the largest in size. Divided by it, the others are at most 1 in size, and
its inverse s is near 0. A network of rectifiers, times s, is a network of rectifiers of these
coordinates, without shifts and with s as one more input; s is 0 in the limit of rays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flint import fmpq

from linreg.affine import ExactAffineMap
from linreg.network import StagedNetwork
from linreg.network.rectified import rectified
from linreg.network.stages import Stage
from linreg.questions.input_sets import input_set
from linreg.questions.loop_or_search import Budget
from linreg.questions.programs import pulled
from linreg.questions.queries import Conditions
from linreg.units import relu

MOST_BOXES = 2000
"""Boxes of one cone that are looked at before its regions are."""


MOST_CONED = 8
"""Inputs up to which there are few enough cones."""


@dataclass(frozen=True, eq=False)
class Cone:
    """The inputs behind one face of a cube around a point.

    Attributes
    ----------
    at : list of fmpq
        The point.
    reach : fmpq
        Half the width of the cube.
    axis, sign : int
        The face's coordinate, and 1 or -1 for its side.

    Examples
    --------
    From x = 0, what is beyond 2 on the line:

    >>> [str(entry) for entry in Cone([fmpq(0)], fmpq(2), 0, -1).forms()[0]]
    ['-1', '-2']
    """

    at: list[fmpq]
    reach: fmpq
    axis: int
    sign: int

    def forms(self) -> list[list[fmpq]]:
        """Forms of the input that are not negative in the cone."""
        largest = self._offset(self.axis, self.sign)
        forms = [[*largest[:-1], largest[-1] - self.reach]]
        for j in self._others():
            for sign in (1, -1):
                other = self._offset(j, sign)
                forms.append([a + b for a, b in zip(largest, other, strict=True)])
        return forms

    def is_clear(
        self,
        network: StagedNetwork,
        around: Sequence[Sequence[fmpq]],
        leads: Sequence[Sequence[fmpq]],
        budget: Budget,
    ) -> bool:
        """Whether forms of the outputs are proved negative all over the cone, and in its limits.

        Parameters
        ----------
        around : sequence of forms of the input
            Only inputs count where these are not negative.
        leads : sequence of forms (coefficients of the outputs, constant)
        """
        from linreg.questions.deciding import decided_by_search, prepared

        dim = len(self.at)
        variables = self._homogeneous()
        unit = [[fmpq(int(i == j)) for j in range(dim)] for i in range(dim)]
        forms = [[*unit[-1], fmpq(0)], [*(-entry for entry in unit[-1]), 1 / self.reach]]
        for one in unit[:-1]:
            forms += [[*one, fmpq(1)], [*(-entry for entry in one), fmpq(1)]]
        forms += [pulled([*form, fmpq(0)], variables) for form in around]
        inputs = input_set(forms, dim)
        if inputs is None:
            return True
        if not inputs.dim:
            return False
        nothing = [fmpq(0)] * dim
        conditions = [Conditions([[*nothing, *lead, fmpq(0)]], [], []) for lead in leads]
        far = self._network(network)
        if prepared(far, inputs, conditions) is None:
            return False
        found = decided_by_search(far, inputs, conditions, budget.at_most(MOST_BOXES))
        return found.point is None and not found.stopped

    def _others(self) -> list[int]:
        return [j for j in range(len(self.at)) if j != self.axis]

    def _offset(self, j: int, sign: int) -> list[fmpq]:
        unit = [fmpq(sign * int(i == j)) for i in range(len(self.at))]
        return [*unit, -sign * self.at[j]]

    def _homogeneous(self) -> list[list[fmpq]]:
        """Each input times s, and s itself, as forms of the other inputs' quotients and s."""
        dim = len(self.at)
        rows = []
        for j, entry in enumerate(self.at):
            row = [fmpq(0)] * (dim - 1) + [entry, fmpq(0)]
            if j == self.axis:
                row[-1] = fmpq(self.sign)
            else:
                row[self._others().index(j)] = fmpq(1)
            rows.append(row)
        return [*rows, [*([fmpq(0)] * (dim - 1)), fmpq(1), fmpq(0)]]

    def _network(self, network: StagedNetwork) -> StagedNetwork:
        """The outputs times s, and s itself, as a network of the cone's coordinates."""
        dim, net = len(self.at), rectified(network)
        rows = self._homogeneous()
        start = ExactAffineMap.of_terms(
            [[(i, by) for i, by in enumerate(row[:-1]) if by != 0] for row in rows],
            [row[-1] for row in rows],
            dim,
        )
        *maps, readout = [_unshifted(map_) for map_ in (*(x.map for x in net.layers), net.readout)]
        if not maps:
            return StagedNetwork(dim, (), readout.compose(start))
        maps[0] = maps[0].compose(start)
        unit = relu()
        stages = [
            Stage(map_, (unit,) * layer.units) for map_, layer in zip(maps, net.layers, strict=True)
        ]
        return StagedNetwork(dim, tuple(stages), readout)


def cones(at: list[fmpq], reach: fmpq) -> Iterator[Cone]:
    """All of what is not inside a cube around a point."""
    for axis in range(len(at)):
        for sign in (1, -1):
            yield Cone(at, reach, axis, sign)


def _unshifted(map_: ExactAffineMap) -> ExactAffineMap:
    """The map with its shifts as weights of one more input, which follows its outputs."""
    last = map_.n_inputs
    groups = [
        [*group, *([(last, shift)] if shift != 0 else [])]
        for group, shift in zip(map_.terms, map_.shifts, strict=True)
    ]
    groups.append([(last, fmpq(1))])
    return ExactAffineMap.of_terms(groups, [fmpq(0)] * len(groups), last + 1)
