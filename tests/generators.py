"""Small dyadic networks, domains and points, degenerate on purpose.

Rows repeat, oppose each other, vanish and share hyperplanes; candidates tie; biases are zero. The
weights are small integers over powers of two, so floats and fractions agree.

Half of what many tests did was to draw: strategies are made once, and one number is one draw.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from hypothesis import strategies as st

from linreg.domains import Box, Domain, Polytope, WholeSpace
from linreg.network import INPUT, AffineNode, Network, Node, UnitNode, linear_map
from linreg.units import (
    MaxUnit,
    ScalarUnit,
    Unit,
    absolute,
    clip,
    hard_tanh,
    leaky_relu,
    maxout,
    relu,
)

Vector = list[Fraction]


@cache
def dyadics(largest: int = 3, halvings: int = 2) -> st.SearchStrategy[Fraction]:
    """Integers up to `largest` in size, halved up to `halvings` times, the simplest first."""
    numerators = sorted(range(-largest, largest + 1), key=lambda n: (abs(n), n < 0))
    return st.sampled_from([Fraction(n, 2**h) for h in range(halvings + 1) for n in numerators])


@cache
def below(limit: int) -> st.SearchStrategy[int]:
    """Indices of lists that are `limit` long."""
    return st.integers(0, limit - 1)


@cache
def vectors(length: int) -> st.SearchStrategy[Vector]:
    """Dyadic vectors."""
    return st.lists(dyadics(), min_size=length, max_size=length)


@cache
def points(dim: int) -> st.SearchStrategy[Vector]:
    """Dyadic points, often on boundaries."""
    return st.lists(dyadics(24, 3), min_size=dim, max_size=dim)


BREAKPOINTS = st.lists(dyadics(), min_size=1, max_size=3, unique=True)


@cache
@st.composite
def tables(draw: st.DrawFn) -> ScalarUnit:
    """Continuous piecewise-linear units with one to three breakpoints."""
    breakpoints = sorted(draw(BREAKPOINTS))
    slopes = draw(vectors(len(breakpoints) + 1))
    intercepts = [draw(dyadics())]
    for k, cut in enumerate(breakpoints):
        intercepts.append(intercepts[-1] + (slopes[k] - slopes[k + 1]) * cut)
    return ScalarUnit(breakpoints, slopes, intercepts)


@cache
def scalar_units() -> st.SearchStrategy[ScalarUnit]:
    """relu above all, then the other units with a name, then tables without one."""
    named = [relu(), leaky_relu("1/4"), absolute(), hard_tanh(), clip(0, 1)]
    return st.one_of(st.just(relu()), st.sampled_from(named), tables())


@cache
def max_units() -> st.SearchStrategy[MaxUnit]:
    """Maxima of two or three candidates."""
    return st.sampled_from([maxout(2), maxout(3)])


@cache
def units() -> st.SearchStrategy[Unit]:
    """Scalar and max units."""
    return st.one_of(scalar_units(), max_units())


FACTORS = st.sampled_from([1, -1, 2, Fraction(-1, 2)])


@cache
@st.composite
def layers(draw: st.DrawFn, rows: int, inputs: int) -> tuple[list[Vector], Vector]:
    """A weight and a bias whose later rows often depend on earlier ones."""
    through_zero = draw(st.booleans())
    made: list[Vector] = []
    for _ in range(rows):
        row = draw(vectors(inputs + 1))
        if through_zero:
            row[-1] = Fraction(0)
        if made:
            earlier = made[draw(below(len(made)))]
            factor = draw(FACTORS)
            copy = [factor * entry for entry in earlier]
            dead = [Fraction(0)] * inputs + row[-1:]
            parallel = copy[:-1] + row[-1:]
            row = [row, row, copy, parallel, dead][draw(below(5))]
        made.append(row)
    return [row[:-1] for row in made], [row[-1] for row in made]


@st.composite
def networks(
    draw: st.DrawFn,
    *,
    inputs: st.SearchStrategy[int] = st.integers(1, 3),  # noqa: B008
    depth: st.SearchStrategy[int] = st.integers(1, 3),  # noqa: B008
    width: st.SearchStrategy[int] = st.integers(1, 4),  # noqa: B008
    max_units: int = 8,
    kinds: st.SearchStrategy[Unit] | None = None,
    skips: bool = True,
) -> Network:
    """Networks of a few units of mixed kinds, with or without skips and a readout.

    `max_units` bounds the number of units of the whole network; with `skips` a layer may read what
    the layer before it read, so that coordinates pass through.
    """
    n_inputs = draw(inputs)
    nodes: list[Node] = []
    sources, size = (INPUT,), n_inputs
    left = max_units
    for k in range(draw(depth)):
        kind = units() if kinds is None else kinds
        chosen = [draw(kind) for _ in range(min(draw(width), left))]
        if not chosen:
            break
        left -= len(chosen)
        rows = sum(unit.n_inputs for unit in chosen)
        linear = linear_map(*draw(layers(rows, size)), where=f"linear{k}")
        nodes.append(AffineNode(f"linear{k}", sources, linear))
        nodes.append(UnitNode(f"units{k}", (f"linear{k}",), tuple(chosen)))
        skip = skips and draw(st.booleans())
        sources, size = (
            ((f"units{k}", *sources), len(chosen) + size) if skip else ((f"units{k}",), len(chosen))
        )
    if len(sources) > 1 or draw(st.booleans()):
        readout = linear_map(*draw(layers(draw(st.integers(1, 2)), size)), where="readout")
        nodes.append(AffineNode("readout", sources, readout))
    return Network((n_inputs,), tuple(nodes), nodes[-1].name)


SIDES = st.sampled_from([Fraction(1, 4), 1, 3, 16])
ENTRIES = st.integers(-1, 1)
SIGNS = st.sampled_from([1, -1])
SIZES = st.sampled_from([Fraction(1, 2), 1, 8])


@cache
@st.composite
def boxes(draw: st.DrawFn, dim: int) -> Box:
    """Boxes with dyadic corners."""
    lower = draw(vectors(dim))
    sides = [draw(SIDES) for _ in range(dim)]
    return Box(lower, [low + side for low, side in zip(lower, sides, strict=True)])


@cache
@st.composite
def polytopes(draw: st.DrawFn, dim: int) -> Polytope:
    """Skewed simplices, and cones that lack the simplex's last facet; always full-dimensional.

    The simplex {y >= 0, sum of y <= size} in coordinates y = T (x - corner), where T is triangular
    with 1 or -1 on its diagonal.
    """
    corner = draw(vectors(dim))
    normals = []
    for i in range(dim):
        left = [draw(ENTRIES) for _ in range(i)]
        normals.append([*left, draw(SIGNS), *[0] * (dim - i - 1)])
    size = draw(SIZES)
    heights = [sum(a * b for a, b in zip(row, corner, strict=True)) for row in normals]
    A = [[-entry for entry in row] for row in normals]
    b = [-height for height in heights]
    if draw(st.booleans()):
        A.append([sum(column) for column in zip(*normals, strict=True)])
        b.append(sum(heights) + size)
    return Polytope(A, b)


@cache
def domains(dim: int) -> st.SearchStrategy[Domain]:
    """The whole space, boxes, simplices and cones."""
    return st.one_of(st.just(WholeSpace(dim)), boxes(dim), polytopes(dim))


@st.composite
def problems(draw: st.DrawFn, **knobs: object) -> tuple[Network, Domain]:
    """A network and a domain of its input; the knobs are those of `networks`."""
    net = draw(networks(**knobs))
    return net, draw(domains(net.input_dim))
