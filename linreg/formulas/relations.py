"""One convolutional layer: how shared weights make rows depend on each other, whatever they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, permutations, product
from random import Random

from flint import fmpz_mat

from linreg.errors import TooLarge
from linreg.formulas.hypotheses import whole
from linreg.formulas.receptive import Convolution, PerAxis, convolution
from linreg.progress import Progress

MOST_SETS = 1_000_000
"""Most sets of units that are formed; some ten seconds."""

UNITS_RELATED = 64
"""Units up to which relations are looked for."""

MOST_CHANNELS = 3
"""Channels, in the sense of `parts_of`, up to which determinants are written out."""

Polynomial = dict[tuple[int, ...], int]
"""Coefficients by exponents."""

Relation = dict[int, int]
"""Coefficients by unit, of a sum of rows that is zero."""


def koszul_upper(
    input_shape: Sequence[int],
    filters: int,
    kernel: PerAxis,
    stride: PerAxis = 1,
    padding: PerAxis = 0,
    *,
    seed: int = 0,
    budget: int = MOST_SETS,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """The sets of units that may be independent, as far as supports and known relations tell.

    Upper bound on the regions of one convolutional layer of rectifiers, never above
    `xiong_formula`, which knows the supports alone.

    Parameters
    ----------
    input_shape : (channels, length) or (channels, height, width)
    filters : int
        Number of filters.
    kernel, stride, padding : int or one for each axis
        In places of the input.
    seed : int
        Of the weights at which relations are seen to be independent of each other.
    budget : int
        Most sets that are formed.
    progress : callable, optional
        Called now and then with a `Progress`: the share of the budget that is spent.

    Returns
    -------
    int
        The upper bound.

    Raises
    ------
    HypothesisError
        If the layer is impossible.
    TooLarge
        If it takes more than the budget, or has more than 64 units.

    Notes
    -----
    Write the filters as vectors of D polynomials. Any D + 1 of them satisfy Cramer's rule: the sum
    of each, times a determinant of the others, is zero; for D = 1 that is q p - p q = 0. Times a
    monomial, it is a relation between rows, for all weights. If k such relations are independent
    and involve fewer than k units outside a set B, then some combination of them involves units of
    B alone, so that B is dependent. By Hall's theorem this happens for some k unless each relation
    can be given a unit of its own outside B.

    Source
    ------
    As `xiong_formula`, with these relations.

    Examples
    --------
    Four locations and two filters of 2 x 2 have one relation, between all eight rows:

    >>> koszul_upper((1, 3, 3), 2, 2)
    255
    """
    budget = whole("budget", budget, 0)
    layer = convolution(input_shape, filters, kernel, stride, padding)
    if layer.n_units > UNITS_RELATED:
        raise TooLarge(
            f"the layer is too large for its relations: it has {layer.n_units:,} units, and "
            f"{UNITS_RELATED} are the most"
        )
    cells = [
        [cell * layer.channels + c for cell in support for c in range(layer.channels)]
        for support in layer.supports()
        for _ in range(layer.filters)
    ]
    relations = [set(relation) for relation in _independent(layer, Random(seed))]
    return _Sets(cells, relations, budget, progress).count()


class _Sets:
    """Sets of units that have cells of their own, and leave relations units of their own."""

    def __init__(
        self,
        cells: Sequence[Sequence[int]],
        relations: Sequence[set[int]],
        budget: int,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._cells = cells
        self._relations = relations
        self._budget = budget
        self._progress = progress

    def count(self) -> int:
        """How many there are, the empty set included; each is one more unit than a smaller one."""
        free: dict[int, int] = {}  # the relation that has a unit
        for relation in range(len(self._relations)):
            _given(relation, self._relations, free, set(), set())
        found = 0
        stack: list[tuple[int, frozenset[int], dict[int, int], dict[int, int]]] = [
            (0, frozenset(), {}, free)
        ]
        while stack:
            start, chosen, owners, holders = stack.pop()
            found += 1
            if found > self._budget:
                raise TooLarge(
                    "the layer is too large for its relations: more sets than the budget allows"
                )
            if self._progress is not None and found % 1000 == 0:
                self._progress(Progress(found / self._budget, 1, "sets of relations"))
            for unit in range(start, len(self._cells)):
                cells = dict(owners)
                if not _given(unit, self._cells, cells, set(), set()):
                    continue
                larger, units = chosen | {unit}, dict(holders)
                robbed = units.pop(unit, None)
                if robbed is None or _given(robbed, self._relations, units, set(), larger):
                    stack.append((unit + 1, larger, cells, units))
        return found


def _given(
    taker: int,
    wanted: Sequence[Sequence[int] | set[int]],
    holders: dict[int, int],
    seen: set[int],
    barred: set[int] | frozenset[int],
) -> bool:
    """Give a taker something that it wants, others making room if they can (augmenting paths)."""
    for thing in wanted[taker]:
        if thing not in seen and thing not in barred:
            seen.add(thing)
            if thing not in holders or _given(holders[thing], wanted, holders, seen, barred):
                holders[thing] = taker
                return True
    return False


def _independent(layer: Convolution, random: Random) -> list[Relation]:
    """Relations that are independent at some weights, and so for nearly all."""
    kept: list[Relation] = []
    parts = parts_of(layer)
    weights = [
        [{at: random.randint(1, 10**6) for at in product(*map(range, part))} for part in parts]
        for _ in range(layer.filters)
    ]
    for relation in relations_of(layer, weights):
        matrix = fmpz_mat(
            [[each.get(unit, 0) for unit in range(layer.n_units)] for each in (*kept, relation)]
        )
        if matrix.rank() > len(kept):
            kept.append(relation)
    return kept


def relations_of(layer: Convolution, weights: Sequence[Sequence[Polynomial]]) -> Iterator[Relation]:
    """Cramer's rule for each choice of filters and each shift that fits into the output.

    `weights` has the polynomials of each filter, in the order of `parts_of`.
    """
    parts = parts_of(layer)
    if len(parts) > MOST_CHANNELS:
        return
    locations = list(product(*map(range, layer.output)))
    place = {location: i for i, location in enumerate(locations)}
    for chosen in combinations(range(layer.filters), len(parts) + 1):
        minors = {
            p: _determinant([weights[q] for q in chosen if q != p], (-1) ** k)
            for k, p in enumerate(chosen)
        }
        for shift in locations:
            relation: Relation = {}
            for p, minor in minors.items():
                for at, coefficient in minor.items():
                    where = place.get(tuple(a + b for a, b in zip(at, shift, strict=True)))
                    relation[-1 if where is None else where * layer.filters + p] = coefficient
            if -1 not in relation:
                yield relation


def parts_of(layer: Convolution) -> list[tuple[int, ...]]:
    """The sizes of the polynomials that a filter consists of: per channel and residue of strides.

    With stride s, the places r, r + s, r + 2 s, ... of a kernel move together.
    """
    along = [
        [-(-(k - r) // s) for r in range(min(k, s))]
        for k, s in zip(layer.kernel, layer.stride, strict=True)
    ]
    return [sizes for _ in range(layer.channels) for sizes in product(*along)]


def _determinant(rows: Sequence[Sequence[Polynomial]], sign: int) -> Polynomial:
    """The determinant of a square matrix of polynomials, by permutations."""
    total: Polynomial = {}
    for columns in permutations(range(len(rows))):
        odd = sum(a > b for a, b in combinations(columns, 2)) % 2
        term: Polynomial = {(): -sign if odd else sign}
        for row, column in zip(rows, columns, strict=True):
            term = _times(term, row[column])
        for at, coefficient in term.items():
            total[at] = total.get(at, 0) + coefficient
    return {at: coefficient for at, coefficient in total.items() if coefficient}


def _times(first: Polynomial, second: Polynomial) -> Polynomial:
    result: Polynomial = {}
    for a, x in first.items():
        for b, y in second.items():
            at = tuple(i + j for i, j in zip(a, b, strict=True)) if a else b
            result[at] = result.get(at, 0) + x * y
    return result
