"""The memory of one machine-code explorer: the path to the current cell, and cells that wait."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from linreg.kernel.data.frames import as_frame
from linreg.kernel.data.polygons import Plane, longer_plane, plane_for
from linreg.kernel.data.polytopes import Polytopes, longer_polytopes, polytopes_for
from linreg.kernel.data.tables import Tables

STAGE, HALFSPACES, SHARED, POINTS, ENTRY, OUTSIDE, HEAD = range(7)
"""Places in a node's integers: its stage; how many half-spaces the stages have put up; how many of
them its parent has too; how many points it has; which entry of the stage it belongs to; the number
of a cell that is kept elsewhere, or -1. The pieces of all units follow, then two integers for each
half-space, then, for each row of the stage, whether that candidate may still win, if there are max
units."""

BEFORE = -1
"""In place of a node's stage: it is the whole domain, and has not entered the first one."""

KNOWN, SIDE, SEEN = range(3)
"""Places in a node's masks, of a bit for each form: those whose side is fixed; those of them that
are positive; from `SEEN` on, for each point, those that are positive there."""

TOP, REGIONS, ROWS, ENTRIES, PROGRAMS, PIVOTS, DOUBTS, CLAIMS, COUNTERS = range(9)
"""Places among the counters: nodes that wait, regions, rows of the block, entries of stages, linear
programs, pivots, cells with a doubt, and claims of the current one."""

NEGATIVE, POSITIVE, OF_DOMAIN = -1, -2, -3
"""What stands for a rival where a half-space is a side of a form, or a half-space of the domain."""

MOST_POINTS = 48
"""Points kept for one cell."""

GOAL = np.dtype(
    [
        ("stage", "i8"),
        ("row", "i8"),
        ("rival", "i8"),
        ("value", "f8"),
        ("value_error", "f8"),
        ("constant", "f8"),
        ("constant_error", "f8"),
        ("integer", "i8"),
    ]
)
"""A form to be proved non-negative on the cell, without its gradient, which is `Program.goal`.

It has the sign with which it is positive at the cell's point, the centre of the program.

- `stage`: of which stage it is
- `row`, `rival`: what it is, as for a half-space: a side of form `row` where `rival` is POSITIVE or
  NEGATIVE, the lead of candidate `row` over candidate `rival` where that is not negative, and no
  form of the network where `rival` is OF_DOMAIN
- `value`, `value_error`: its value at the centre, rounded, and how far off that may be
- `constant`, `constant_error`: its constant term, and how far off that may be
- `integer`: the flag of a form."""

MAP = np.dtype([("constant", "f8"), ("error", "f8"), ("rate", "f8"), ("integer", "i8")])
"""A form's constant; `rate` is the error of a value at a point of 1-norm 1, constant apart;
`integer` is the flag of a form."""

OUTPUT = np.dtype(
    [("constant", "f8"), ("error", "f8"), ("integer", "i8"), ("live", "i8"), ("piece", "i8")]
)
"""`live`: whether the gradient may be other than zero; `piece`: that of its unit, -1 at first."""

HALFSPACE = np.dtype(
    [
        ("constant", "f8"),
        ("error", "f8"),
        ("rate", "f8"),
        ("slack", "f8"),
        ("slack_error", "f8"),
        ("integer", "i8"),
        ("row", "i8"),
        ("rival", "i8"),
    ]
)
"""`row` is a form, of which it is a side, or a candidate's row, whose lead over `rival` it is.
`slack` is its value at the point last found inside; `rate` and `integer` are as for a MAP."""

ENTERED = np.dtype([("entry", "i8"), ("n_base", "i8"), ("halfspaces", "i8")])
"""The entry of a stage whose maps are in place, and how many half-spaces were of use and in all."""

ROW = np.dtype([("basic", "i8"), ("halfspace", "i8"), ("scale", "f8")])
"""A row of the program: the slack that is basic in it, or -1, and the half-space it was of, which
was multiplied by a power of two."""

COLUMN = np.dtype([("column", "i8"), ("multiplier", "f8")])
"""A half-space of the support: its column of the tableau, and its multiplier."""


@as_frame
class Maps(NamedTuple):
    """Rows and outputs of the stages so far as forms of the input."""

    gradients: np.ndarray  # (rows, dim)
    gradient_errors: np.ndarray
    ends: np.ndarray  # (rows,) of MAP
    out_gradients: np.ndarray  # (outputs, dim)
    out_gradient_errors: np.ndarray
    out_ends: np.ndarray  # (outputs,) of OUTPUT
    together: np.ndarray  # (outputs, 6) of at most two inputs, otherwise none: all numbers of each
    sizes: np.ndarray  # (dim,)
    sums: np.ndarray  # (3 (dim + 1), rows of a stage)
    usual: np.ndarray  # (dim + 2, rows of a stage): what usual outputs add up to; whether it is
    made: np.ndarray  # (stages,): whether rows are in place, of whatever cell
    used: np.ndarray  # (outputs,): those of the stage before that are not zero, if it was dense
    changed: np.ndarray  # (outputs,): whether it is another one than when it was last selected
    stale: np.ndarray  # (rows,): what is to be done about a row; see `composing`


@as_frame
class HalfspaceRows(NamedTuple):
    """The half-spaces of the current cell: the domain's, the node's, then leads that are tested.

    The last column of the normals is for the lead of a candidate over all others.
    """

    normals: np.ndarray  # (half-spaces, dim + 1)
    errors: np.ndarray
    ends: np.ndarray  # (half-spaces,) of HALFSPACE


@as_frame
class Program(NamedTuple):
    """A linear program; see `program`."""

    tableau: np.ndarray  # (dim + 2, rows)
    column: np.ndarray  # (rows,)
    rows: np.ndarray  # (rows,) of ROW
    nonbasic: np.ndarray  # (dim + 1,)
    goal: np.ndarray  # (dim + 1,)
    goal_error: np.ndarray
    step: np.ndarray  # (dim + 1,)
    determinant: np.ndarray  # (1,) of the basis
    counters: np.ndarray


@as_frame
class Proof(NamedTuple):
    """What a proof is worked out in; see `proofs`."""

    goal: np.ndarray  # (1,) of GOAL: what is to be proved
    support: np.ndarray  # (dim + 2,) of COLUMN
    basis: np.ndarray  # (dim + 2, dim + 2)
    basis_error: np.ndarray
    inverse: np.ndarray
    target: np.ndarray  # (dim + 2,)
    target_error: np.ndarray
    weight: np.ndarray
    residual: np.ndarray
    scratch: np.ndarray  # (dim + 2, 2 dim + 4)
    chosen: np.ndarray  # (dim,)
    before: np.ndarray  # (places,): the one before it on a path; see `spans`
    seen: np.ndarray  # (2 places,): in which turn a state was last seen
    came: np.ndarray  # (2 places,): the state that led to it
    waiting: np.ndarray  # (2 places,)
    turn: np.ndarray  # (1,)


@as_frame
class Tree(NamedTuple):
    """Nodes that wait, as a stack, and the current one.

    A node is a row of integers, of masks, and of floats: its share of the tree, then its points.
    """

    most_points: int
    pieces: int  # where in a node's integers they begin
    halfspaces: int
    alive: int
    nodes: np.ndarray
    masks: np.ndarray
    points: np.ndarray
    node: np.ndarray
    mask: np.ndarray
    point: np.ndarray
    claims: (
        np.ndarray
    )  # (forms, 2 + dim, at least 4): a form in doubt, half-spaces and their number
    running: np.ndarray  # (rows,) candidates that may win somewhere in the cells that enter
    entered: np.ndarray  # (stages,) of ENTERED
    base: np.ndarray  # (stages, half-spaces)
    counters: np.ndarray
    cells: np.ndarray  # (stages,)
    share: np.ndarray  # (1,)
    patterns: np.ndarray  # (rows of the block, units)
    witnesses: np.ndarray  # (rows of the block, dim)


@as_frame
class Work(NamedTuple):
    """All that machine code writes."""

    maps: Maps
    halfspaces: HalfspaceRows
    program: Program
    proof: Proof
    tree: Tree
    plane: Plane
    polytopes: Polytopes


def work_for(t: Tables, waiting: int = 64) -> Work:
    """Empty memory, without room for rows.

    Parameters
    ----------
    t : Tables
    waiting : int
        Nodes that can wait.
    """
    n = t.dim
    most = {
        name: int(max((b[name] - a[name] for a, b in pairwise(t.stages)), default=0))
        for name in ("row", "form")
    }
    units = len(t.units)
    own_halfspaces = len(t.forms) + int((t.units["size"] * t.units["is_max"]).sum())
    halfspaces = len(t.halfspaces) + own_halfspaces + most["row"]
    points = min(most["form"] + most["row"] + 2, MOST_POINTS)
    length = HEAD + units + 2 * own_halfspaces + most["row"] * int(t.units["is_max"].any())
    masks = (SEEN + points) * t.n_words

    def ints(*shape: int) -> np.ndarray:
        return np.zeros(shape, dtype=np.int64)

    places = int(t.stages[-1]["row"]) + 2 * n + 2
    counters = ints(COUNTERS)
    out_ends = np.zeros(len(t.outs), dtype=OUTPUT)
    out_ends["piece"] = -1
    zeros = np.zeros
    return Work(
        Maps(
            zeros((int(t.stages[-1]["row"]), n)),
            zeros((int(t.stages[-1]["row"]), n)),
            zeros(int(t.stages[-1]["row"]), dtype=MAP),
            zeros((len(t.outs), n)),
            zeros((len(t.outs), n)),
            out_ends,
            zeros((len(t.outs) * int(n <= 2), 6)),
            zeros(n),
            zeros((3 * (n + 1), most["row"])),
            zeros((n + 2, most["row"])),
            ints(t.n_stages),
            ints(len(t.outs)),
            ints(len(t.outs)),
            ints(int(t.stages[-1]["row"])),
        ),
        HalfspaceRows(
            zeros((halfspaces, n + 1)),
            zeros((halfspaces, n + 1)),
            zeros(halfspaces, dtype=HALFSPACE),
        ),
        Program(
            zeros((n + 2, halfspaces + n + 2)),
            zeros(halfspaces + n + 2),
            zeros(halfspaces, dtype=ROW),
            ints(n + 1),
            zeros(n + 1),
            zeros(n + 1),
            zeros(n + 1),
            zeros(1),
            counters,
        ),
        Proof(
            zeros(1, dtype=GOAL),
            zeros(n + 2, dtype=COLUMN),
            zeros((n + 2, n + 2)),
            zeros((n + 2, n + 2)),
            zeros((n + 2, n + 2)),
            zeros(n + 2),
            zeros(n + 2),
            zeros(n + 2),
            zeros(n + 2),
            zeros((n + 2, 2 * n + 4)),
            ints(n),
            ints(places),
            ints(2 * places),
            ints(2 * places),
            ints(2 * places),
            ints(1),
        ),
        Tree(
            points,
            HEAD,
            HEAD + units,
            HEAD + units + 2 * own_halfspaces,
            ints(waiting, length),
            zeros((waiting, masks), dtype=np.uint64),
            zeros((waiting, 1 + points * n)),
            ints(length),
            zeros(masks, dtype=np.uint64),
            zeros(1 + points * n),
            ints(most["form"] + 1, 2 + max(n, 2)),
            ints(int(t.stages[-1]["row"])),
            zeros(t.n_stages, dtype=ENTERED),
            ints(t.n_stages, halfspaces),
            counters,
            ints(t.n_stages),
            zeros(1),
            zeros((0, units), dtype=np.uint16),
            zeros((0, n)),
        ),
        plane_for(t, waiting, most["form"]),
        polytopes_for(t, waiting, most["form"]),
    )


def with_rows(work: Work, t: Tables, block: int) -> Work:
    """The same memory, and a block of so many rows for regions."""
    if len(work.tree.patterns) == block:
        return work
    patterns = np.zeros((block, len(t.units)), dtype=np.uint16)
    witnesses = np.zeros((block, t.dim))
    return work._replace(tree=work.tree._replace(patterns=patterns, witnesses=witnesses))


def with_room(work: Work, waiting: int) -> Work:
    """The same memory, in which more nodes can wait."""
    tree = work.tree

    def longer(array: np.ndarray) -> np.ndarray:
        return np.vstack([array, np.zeros_like(array, shape=(waiting, array.shape[1]))])

    return work._replace(
        tree=tree._replace(
            nodes=longer(tree.nodes), masks=longer(tree.masks), points=longer(tree.points)
        ),
        plane=longer_plane(work.plane, waiting),
        polytopes=longer_polytopes(work.polytopes, waiting),
    )
