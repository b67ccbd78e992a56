"""What may be done to a network without changing its regions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from answers import explored
from generators import domains, dyadics, networks, problems, scalar_units
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg import adjacency_graph, enumerate_regions
from linreg.affine import ExactAffineMap
from linreg.domains import Box, Domain, Polytope, WholeSpace
from linreg.network import AffineNode, Network, Stage, StagedNetwork, linear_map
from linreg.units import MaxUnit, ScalarUnit, Unit, leaky_relu, maxout, relu

searched = settings(max_examples=25)
small = problems(max_units=6)
Row = list[Fraction]


@dataclass
class Layer:
    """A stage as lists: the rows of each unit, and the rows that pass through."""

    units: list[tuple[Unit, list[Row]]]
    passing: list[Row]

    @property
    def rows(self) -> list[Row]:
        return [row for _, block in self.units for row in block] + self.passing


@dataclass
class Open:
    """A staged network as lists, last column the shift, to be changed in place."""

    layers: list[Layer]
    readout: list[Row]
    input_dim: int

    @classmethod
    def of(cls, net: Network) -> Open:
        layers = []
        for stage in net.staged.stages:
            rows = rows_of(stage.map)
            blocks = [
                (unit, rows[start : start + unit.n_inputs])
                for unit, start in zip(stage.units, stage.starts, strict=False)
            ]
            layers.append(Layer(blocks, rows[stage.starts[-1] :]))
        return cls(layers, rows_of(net.staged.readout), net.input_dim)

    def after(self, k: int) -> list[Row]:
        """The rows that read the outputs of a layer."""
        return self.layers[k + 1].rows if k + 1 < len(self.layers) else self.readout

    def closed(self) -> StagedNetwork:
        stages = tuple(
            Stage(map_of(layer.rows), tuple(unit for unit, _ in layer.units))
            for layer in self.layers
        )
        return StagedNetwork(self.input_dim, stages, map_of(self.readout))


def rows_of(map_: ExactAffineMap) -> list[Row]:
    return [
        [*row, shift] for row, shift in zip(map_.matrix.tolist(), map_.shift.tolist(), strict=True)
    ]


def map_of(rows: Sequence[Row]) -> ExactAffineMap:
    return ExactAffineMap.of([row[:-1] for row in rows], [row[-1] for row in rows])


def rebuilt(net: Network, change: Callable[[Open], None]) -> StagedNetwork:
    opened = Open.of(net)
    change(opened)
    return opened.closed()


def sizes(net: Network | StagedNetwork, domain: Domain | None) -> tuple[int, int]:
    """Number of regions and of edges."""
    graph = adjacency_graph(enumerate_regions(net, domain))
    return len(graph.regions), len(graph.edges)


def layer_of(data: st.DataObject, net: Network) -> int:
    return data.draw(st.integers(0, len(net.staged.stages) - 1), label="stage")


def replaced(
    found: tuple[set[tuple[int, ...]], set[frozenset[tuple[int, ...]]]],
    change: Callable[[tuple[int, ...]], tuple[int, ...]],
) -> tuple[set[tuple[int, ...]], set[frozenset[tuple[int, ...]]]]:
    """Regions and edges with another name for each pattern."""
    patterns, edges = found
    return {change(p) for p in patterns}, {frozenset(map(change, edge)) for edge in edges}


@searched
@given(problem=small, data=st.data())
def test_permuting_the_units_of_a_layer_permutes_the_patterns(
    problem: tuple[Network, Domain], data: st.DataObject
) -> None:
    net, domain = problem
    k = layer_of(data, net)
    widths = [len(stage.units) for stage in net.staged.stages]
    order = data.draw(st.permutations(range(widths[k])))

    def permute(opened: Open) -> None:
        opened.layers[k].units = [opened.layers[k].units[i] for i in order]
        for row in opened.after(k):
            row[: len(order)] = [row[i] for i in order]

    first = [0, *accumulate(widths)][k]

    def renamed(pattern: tuple[int, ...]) -> tuple[int, ...]:
        own = pattern[first : first + widths[k]]
        return (*pattern[:first], *(own[i] for i in order), *pattern[first + widths[k] :])

    assert explored(rebuilt(net, permute), domain) == replaced(explored(net, domain), renamed)


@searched
@given(problem=small, data=st.data())
def test_a_second_copy_of_a_unit_adds_no_region_and_no_edge(
    problem: tuple[Network, Domain], data: st.DataObject
) -> None:
    """The copies share the weight that the unit had in the next layer."""
    net, domain = problem
    k = layer_of(data, net)
    unit = data.draw(st.integers(0, len(net.staged.stages[k].units) - 1), label="unit")
    share = data.draw(st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(3)]))

    def duplicate(opened: Open) -> None:
        opened.layers[k].units.insert(unit, opened.layers[k].units[unit])
        for row in opened.after(k):
            row[unit : unit + 1] = [share * row[unit], (1 - share) * row[unit]]

    assert sizes(rebuilt(net, duplicate), domain) == sizes(net, domain)


@searched
@given(problem=small, data=st.data(), bias=dyadics(), kind=scalar_units())
def test_a_dead_unit_adds_no_region_and_no_edge(
    problem: tuple[Network, Domain], data: st.DataObject, bias: Fraction, kind: ScalarUnit
) -> None:
    """It reads nothing, and what it says may shift the next layer, which is shifted back."""
    net, domain = problem
    k = layer_of(data, net)
    piece = sum(bias > cut for cut in kind.breakpoints)
    said = kind.slopes[piece] * bias + kind.intercepts[piece]

    def add(opened: Open) -> None:
        width = len(opened.layers[k].rows[0])
        opened.layers[k].units.insert(0, (kind, [[Fraction(0)] * (width - 1) + [bias]]))
        for row in opened.after(k):
            row.insert(0, Fraction(1))
            row[-1] -= said

    assert sizes(rebuilt(net, add), domain) == sizes(net, domain)


@searched
@given(
    problem=small,
    data=st.data(),
    scale=st.sampled_from([Fraction(2**60), Fraction(1, 1024), Fraction(2), Fraction(3, 7)]),
)
def test_rescaling_a_unit_and_its_breakpoints_changes_no_pattern(
    problem: tuple[Network, Domain], data: st.DataObject, scale: Fraction
) -> None:
    net, domain = problem
    k = layer_of(data, net)
    which = data.draw(st.integers(0, len(net.staged.stages[k].units) - 1), label="unit")

    def rescale(opened: Open) -> None:
        unit, block = opened.layers[k].units[which]
        if isinstance(unit, ScalarUnit):
            breakpoints = [scale * cut for cut in unit.breakpoints]
            intercepts = [scale * intercept for intercept in unit.intercepts]
            unit = ScalarUnit(breakpoints, unit.slopes, intercepts)
        opened.layers[k].units[which] = unit, [[scale * x for x in row] for row in block]
        for row in opened.after(k):
            row[which] /= scale

    assert explored(rebuilt(net, rescale), domain) == explored(net, domain)


@searched
@given(problem=small, factor=st.sampled_from([Fraction(1, 2**70), Fraction(1024), Fraction(5, 3)]))
def test_rescaling_the_input_and_the_domain_changes_no_pattern(
    problem: tuple[Network, Domain], factor: Fraction
) -> None:
    net, domain = problem

    def rescale(opened: Open) -> None:
        for row in opened.layers[0].rows:
            row[:-1] = [entry / factor for entry in row[:-1]]

    match domain:
        case Box(lower, upper):
            domain_there = Box([factor * x for x in lower], [factor * x for x in upper])
        case Polytope(normals, offsets):
            domain_there = Polytope(normals, [factor * x for x in offsets])
        case _:
            domain_there = domain
    assert explored(rebuilt(net, rescale), domain_there) == explored(net, domain)


@st.composite
def invertible(draw: st.DrawFn, dim: int) -> tuple[list[Row], list[Row]]:
    """An integer matrix of determinant 1 or -1, and its inverse, by elementary operations."""
    matrix = [[Fraction(int(i == j)) for j in range(dim)] for i in range(dim)]
    inverse = [row[:] for row in matrix]
    for _ in range(draw(st.integers(0, 4))):
        i, j = draw(st.integers(0, dim - 1)), draw(st.integers(0, dim - 1))
        factor = draw(st.integers(-2, 2))
        if i == j:
            matrix[i] = [-x for x in matrix[i]]
            for row in inverse:
                row[i] = -row[i]
            continue
        matrix[i] = [a + factor * b for a, b in zip(matrix[i], matrix[j], strict=True)]
        for row in inverse:
            row[j] -= factor * row[i]
    return matrix, inverse


def times(left: Sequence[Row], right: Sequence[Row]) -> list[Row]:
    columns = list(zip(*right, strict=True))
    return [
        [sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in left
    ]


@searched
@given(problem=small, data=st.data())
def test_an_invertible_change_of_input_changes_no_pattern(
    problem: tuple[Network, Domain], data: st.DataObject
) -> None:
    """x = M y + v: the network reads M y + v, and the domain is that of y."""
    net, domain = problem
    matrix, _ = data.draw(invertible(net.input_dim))
    shift = [data.draw(dyadics()) for _ in matrix]

    def change(opened: Open) -> None:
        for row in opened.layers[0].rows:
            moved = sum(a * b for a, b in zip(row[:-1], shift, strict=True))
            row[:-1] = times([row[:-1]], matrix)[0]
            row[-1] += moved

    rows = [list(row) for row in domain.rows()]
    there: Domain = WholeSpace(net.input_dim)
    if rows:
        A = times([[-x for x in row[:-1]] for row in rows], matrix)
        b = [row[-1] + sum(x * y for x, y in zip(row[:-1], shift, strict=True)) for row in rows]
        there = Polytope(A, b)
    assert explored(rebuilt(net, change), there) == explored(net, domain)


@searched
@given(problem=small, data=st.data())
def test_an_affine_map_split_in_two_changes_nothing_at_all(
    problem: tuple[Network, Domain], data: st.DataObject
) -> None:
    net, domain = problem
    place, node = data.draw(
        st.sampled_from([(i, n) for i, n in enumerate(net.nodes) if isinstance(n, AffineNode)])
    )
    matrix, inverse = data.draw(invertible(node.n_outputs))
    rows = rows_of(node.map)
    nodes = list(net.nodes)
    nodes[place : place + 1] = [
        AffineNode("first half", node.inputs, map_of(times(inverse, rows))),
        AffineNode(node.name, ("first half",), linear_map(matrix, [0] * len(matrix))),
    ]
    split = Network(net.input_shape, tuple(nodes), net.output)
    assert split.fingerprint == net.fingerprint
    assert explored(split, domain) == explored(net, domain)


@searched
@given(problem=small, data=st.data())
def test_a_layer_of_units_that_never_switch_adds_a_stage_and_nothing_else(
    problem: tuple[Network, Domain], data: st.DataObject
) -> None:
    net, domain = problem
    k = layer_of(data, net)
    first = sum(len(stage.units) for stage in net.staged.stages[:k])
    before = net.staged.stages[k].map.n_inputs

    def insert(opened: Open) -> None:
        identity = rows_of(ExactAffineMap.identity(before))
        opened.layers.insert(k, Layer([(leaky_relu(1), [row]) for row in identity], []))

    changed = rebuilt(net, insert)
    renamed = replaced(explored(net, domain), lambda p: p[:first] + (0,) * before + p[first:])
    assert explored(changed, domain) == renamed


@searched
@given(problem=problems(max_units=6, kinds=scalar_units()), data=st.data())
def test_a_unit_that_reads_minus_its_input_mirrored_has_the_same_regions(
    problem: tuple[Network, Domain], data: st.DataObject
) -> None:
    """u(z) = v(-z): relu(z) becomes max(0, -(-z)), which is on left of its breakpoint."""
    net, domain = problem
    k = layer_of(data, net)
    which = data.draw(st.integers(0, len(net.staged.stages[k].units) - 1), label="unit")

    def mirror(opened: Open) -> None:
        unit, [row] = opened.layers[k].units[which]
        breakpoints = [-cut for cut in reversed(unit.breakpoints)]
        slopes = [-slope for slope in reversed(unit.slopes)]
        mirrored = ScalarUnit(breakpoints, slopes, unit.intercepts[::-1])
        opened.layers[k].units[which] = mirrored, [[-entry for entry in row]]

    assert sizes(rebuilt(net, mirror), domain) == sizes(net, domain)


@searched
@given(problem=problems(max_units=6, kinds=st.just(relu())), data=st.data())
def test_a_relu_is_the_input_plus_the_relu_of_minus_the_input(
    problem: tuple[Network, Domain], data: st.DataObject
) -> None:
    """relu(z) = z + relu(-z): the input passes through beside the negated unit."""
    net, domain = problem
    k = layer_of(data, net)
    which = data.draw(st.integers(0, len(net.staged.stages[k].units) - 1), label="unit")

    def negate(opened: Open) -> None:
        unit, [row] = opened.layers[k].units[which]
        opened.layers[k].units[which] = unit, [[-entry for entry in row]]
        opened.layers[k].passing.append(row)
        for reader in opened.after(k):
            reader.insert(-1, reader[which])

    assert sizes(rebuilt(net, negate), domain) == sizes(net, domain)


@searched
@given(problem=problems(max_units=6, kinds=st.just(relu())))
def test_a_relu_is_the_maximum_of_zero_and_its_input(problem: tuple[Network, Domain]) -> None:
    """Both are 0, the lower index, where they tie."""
    net, domain = problem

    def as_maxima(opened: Open) -> None:
        for layer in opened.layers:
            layer.units = [(maxout(2), [[Fraction(0)] * len(row), row]) for _, [row] in layer.units]

    assert explored(rebuilt(net, as_maxima), domain) == explored(net, domain)


@searched
@given(problem=problems(max_units=5, kinds=st.builds(maxout, st.integers(2, 3))), data=st.data())
def test_a_candidate_that_is_there_twice_or_lags_behind_another_is_no_piece(
    problem: tuple[Network, Domain], data: st.DataObject
) -> None:
    net, domain = problem
    k = layer_of(data, net)
    which = data.draw(st.integers(0, len(net.staged.stages[k].units) - 1), label="unit")
    behind = data.draw(st.sampled_from([0, 1, Fraction(1, 2**80)]))

    def add(opened: Open) -> None:
        unit, block = opened.layers[k].units[which]
        assert isinstance(unit, MaxUnit)
        extra = [*block[0][:-1], block[0][-1] - behind]
        opened.layers[k].units[which] = MaxUnit(unit.rank + 1), [*block, extra]

    assert explored(rebuilt(net, add), domain) == explored(net, domain)


@searched
@given(problem=problems(max_units=5, kinds=st.builds(maxout, st.integers(2, 3))), data=st.data())
def test_the_order_of_candidates_changes_neither_regions_nor_edges(
    problem: tuple[Network, Domain], data: st.DataObject
) -> None:
    net, domain = problem
    k = layer_of(data, net)
    which = data.draw(st.integers(0, len(net.staged.stages[k].units) - 1), label="unit")

    def reverse(opened: Open) -> None:
        unit, block = opened.layers[k].units[which]
        opened.layers[k].units[which] = unit, block[::-1]

    assert sizes(rebuilt(net, reverse), domain) == sizes(net, domain)


@searched
@given(net=networks(max_units=6), data=st.data())
def test_rows_that_a_domain_has_twice_or_need_not_have_change_nothing(
    net: Network, data: st.DataObject
) -> None:
    domain = data.draw(domains(net.input_dim).filter(lambda d: not isinstance(d, WholeSpace)))
    rows = [list(row) for row in domain.rows()]
    double = [[2 * entry for entry in rows[0]], [*rows[0][:-1], rows[0][-1] + 1]]
    both = [
        *rows,
        *double,
        [Fraction(0)] * len(rows[0]),
        [Fraction(0)] * (len(rows[0]) - 1) + [Fraction(1)],
    ]
    padded = Polytope([[-x for x in row[:-1]] for row in both], [row[-1] for row in both])
    assert explored(net, padded) == explored(net, domain)


@searched
@given(net=networks(max_units=6), data=st.data())
def test_an_input_that_nothing_reads_changes_no_pattern(net: Network, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, net.input_dim), label="place")

    def widen(opened: Open) -> None:
        opened.input_dim += 1
        for row in opened.layers[0].rows:
            row.insert(place, Fraction(0))

    assert explored(rebuilt(net, widen)) == explored(net)
