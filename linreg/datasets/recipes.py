"""The networks of a dataset, each described so that it can be made without the others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from itertools import accumulate, product
from math import prod

import numpy as np

from linreg.datasets.architectures import described, drawn_network
from linreg.datasets.given import domain_in, network_in
from linreg.datasets.spec import (
    MOST_NETWORKS,
    Architecture,
    Drawn,
    Given,
    GivenFile,
    Initialiser,
    Spec,
    Trained,
    TrainingRun,
)
from linreg.datasets.trained import check_sklearn, inputs_of, snapshot
from linreg.domains import Domain
from linreg.errors import InvalidDomain, InvalidSpec
from linreg.json_values import Json, located, shown
from linreg.network import Network, StagedNetwork, mlp
from linreg.problem import problem_of
from linreg.readers import domain_from_json, domain_to_json
from linreg.wording import counted

KINDS = {Drawn: "drawn", Trained: "trained", Given: "given"}
"""How families stand in a specification."""

WEIGHTS, POINTS = 0, 1
"""What the random numbers of a network are for, which keeps them apart."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A network with random weights."""

    architecture: Architecture
    initialiser: Initialiser


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A network after some passes over its data."""

    course: TrainingRun  # the name is part of the digests that networks go by
    epochs: int


@dataclass(frozen=True)
class Recipe:
    """How one network of a dataset is made.

    Attributes
    ----------
    seed : int
        The dataset's.
    family : str
        Name of the family in the specification.
    sample : int
        Which of the networks that are made alike.
    made : Draw, Checkpoint or GivenFile
    domain : dict
        As in a network's file, but a box may have one number for all coordinates.

    Examples
    --------
    >>> from linreg.datasets import spec_of
    >>> spec = spec_of('''
    ... name = "lines"
    ... seed = 0
    ... [[drawn]]
    ... name = "three"
    ... inputs = 2
    ... widths = [3]
    ... init = "he"
    ... samples = 2
    ... ''')
    >>> [(recipe.family, recipe.sample, len(recipe.id)) for recipe in plan(spec)]
    [('three', 0, 16), ('three', 1, 16)]
    """

    seed: int
    family: str
    sample: int
    made: Draw | Checkpoint | GivenFile
    domain: Json

    @cached_property
    def id(self) -> str:
        """16 hexadecimal digits, the same in every dataset with this network, family and seed."""
        return _digest([self.origin, _spelled(self.made), self.domain])[:16]

    @cached_property
    def cohort(self) -> str:
        """16 hexadecimal digits that samples of one kind share."""
        return _digest([self.family, _spelled(self.made), self.domain])[:16]

    @cached_property
    def origin(self) -> str:
        """Hexadecimal digits that networks from one start share, on all domains and epochs."""
        made = self.made.course if isinstance(self.made, Checkpoint) else self.made
        return _digest([self.seed, self.family, self.sample, _spelled(made)])

    def generator(self, purpose: int) -> np.random.Generator:
        """Random numbers that depend on this network alone, and on what they are for.

        Parameters
        ----------
        purpose : int
            0 for weights, 1 for points; any other number is for somebody else's.

        Returns
        -------
        numpy Generator
            A new one, that gives the same numbers each time.

        Examples
        --------
        >>> from linreg.datasets import spec_of
        >>> spec = spec_of('''
        ... name = "lines"
        ... seed = 0
        ... [[drawn]]
        ... name = "three"
        ... inputs = 2
        ... widths = [3]
        ... init = "he"
        ... samples = 2
        ... ''')
        >>> first, second = (plan(spec)[0].generator(0).random() for _ in range(2))
        >>> first == second
        True
        """
        key = self.origin if purpose == WEIGHTS else self.id
        return np.random.default_rng(np.random.SeedSequence([int(key, 16), purpose]))

    def network(self) -> tuple[Network, float | None]:
        """The network, and the share of its data that it classifies right if it was trained."""
        if isinstance(self.made, GivenFile):
            return network_in(self.made), None
        made, rng = self.made, self.generator(WEIGHTS)
        if isinstance(made, Draw):
            return drawn_network(made.architecture, made.initialiser, rng), None
        taken = snapshot(made.course, made.epochs, int(rng.integers(2**32)))
        return taken.network, taken.accuracy

    def domain_of(self, dim: int) -> Domain:
        """The domain that is asked about, for a network of so many inputs.

        Parameters
        ----------
        dim : int
            Number of inputs.

        Returns
        -------
        WholeSpace, Box or Polytope

        Examples
        --------
        >>> from linreg.datasets import spec_of
        >>> spec = spec_of('''
        ... name = "lines"
        ... seed = 0
        ... [[drawn]]
        ... name = "three"
        ... inputs = 2
        ... widths = [3]
        ... init = "he"
        ... samples = 2
        ... ''')
        >>> plan(spec)[0].domain_of(2)
        WholeSpace(dim=2)
        """
        return domain_from_json(_spread(self.domain, dim), dim)

    @property
    def architecture(self) -> str:
        """The layers in one line."""
        if isinstance(self.made, Draw):
            return described(self.made.architecture)
        if isinstance(self.made, GivenFile):
            return self.made.name
        training = self.made.course
        return " | ".join(
            [str(inputs_of(training)), *(f"linear(outputs={n}) | relu" for n in training.widths)]
        )


def plan(spec: Spec) -> tuple[Recipe, ...]:
    """The networks of a dataset, in the order of its rows.

    Parameters
    ----------
    spec : Spec

    Returns
    -------
    tuple of Recipe
        One for each network.

    Raises
    ------
    InvalidSpec, InvalidNetwork, InvalidDomain
        If a network cannot be made or its domain has no interior; the message names the family.
    LinregError
        If networks are to be trained and scikit-learn is missing.

    Examples
    --------
    >>> from linreg.datasets import spec_of
    >>> spec = spec_of('''
    ... name = "lines"
    ... seed = 0
    ... [[drawn]]
    ... name = "three"
    ... inputs = 2
    ... widths = [3]
    ... init = "he"
    ... samples = 2
    ... ''')
    >>> [(recipe.family, recipe.sample) for recipe in plan(spec)]
    [('three', 0), ('three', 1)]
    """
    recipes: list[Recipe] = []
    for family in spec.families:
        kind = KINDS[type(family)]
        with located(f"{kind} {shown(family.name)}"):
            _check(family)
            n = _combinations(family)
            if len(recipes) + n > MOST_NETWORKS:
                raise InvalidSpec(f"samples: at most {MOST_NETWORKS:,} networks were expected")
            recipes += _recipes(spec.seed, family)
    return tuple(recipes)


def files_of(spec: Spec) -> list[GivenFile]:
    """The files that a specification names: networks, and tables to train on."""
    files: list[GivenFile] = []
    for family in spec.families:
        if isinstance(family, Given):
            files += family.files
        elif isinstance(family, Trained):
            files += [r.data for r in family.training_runs if isinstance(r.data, GivenFile)]
    return files


def splits_of(spec: Spec, recipes: Sequence[Recipe]) -> list[str]:
    """The split of each network; it depends on no other network.

    Networks from one start, on several domains or at several epochs, are in one split.

    Raises
    ------
    InvalidSpec
        If a split has no network.
    """
    ends = dict(zip(spec.splits, accumulate(spec.splits.values()), strict=True))
    total = [*ends.values()][-1]  # not `sum`, which rounds in another way from Python 3.12 on
    chosen = []
    for recipe in recipes:
        # A number that looks random, from 0 to the sum of the shares.
        place = int(recipe.origin[:13], 16) / 16**13 * total
        chosen.append(next((split for split, end in ends.items() if place < end), [*ends][-1]))
    for split in spec.splits:
        if split not in chosen:
            raise InvalidSpec(
                f"splits: {split}: of {counted(len(recipes), 'network')} none falls into it; give "
                "it a larger share, ask for more networks, or leave it out"
            )
    return chosen


def _combinations(family: Drawn | Trained | Given) -> int:
    """How many networks a family has."""
    if isinstance(family, Given):
        return len(family.files) * (1 if family.domains is None else len(family.domains))
    if isinstance(family, Drawn):
        parts = family.architectures, family.initialisers, family.domains
        return family.samples * prod(map(len, parts))
    return family.samples * prod(map(len, (family.training_runs, family.epochs, family.domains)))


def _recipes(seed: int, family: Drawn | Trained | Given) -> Iterator[Recipe]:
    if isinstance(family, Given):
        for file in family.files:
            with located(file.name):
                domains = family.domains or (domain_to_json(domain_in(file)),)
            yield from (Recipe(seed, family.name, 0, file, domain) for domain in domains)
        return
    if isinstance(family, Drawn):
        combinations = product(family.architectures, family.initialisers, family.domains)
        for architecture, law, domain in combinations:
            for sample in range(family.samples):
                yield Recipe(seed, family.name, sample, Draw(architecture, law), domain)
    else:
        for training, domain in product(family.training_runs, family.domains):
            for sample, epochs in product(range(family.samples), family.epochs):
                yield Recipe(seed, family.name, sample, Checkpoint(training, epochs), domain)


def _check(family: Drawn | Trained | Given) -> None:
    """Refuse what cannot be made, before any work is done."""
    if isinstance(family, Given):
        for file in family.files:
            staged = network_in(file).staged
            for domain in family.domains or ():
                with located(file.name):
                    _check_domain(staged, domain)
        return
    rng = np.random.default_rng(0)
    if isinstance(family, Drawn):
        law = Initialiser("ternary")
        for architecture in family.architectures:
            staged = drawn_network(architecture, law, rng).staged
            for domain in family.domains:
                _check_domain(staged, domain)
        return
    check_sklearn()
    for training in family.training_runs:
        dim = inputs_of(training)
        for domain in family.domains:
            _check_domain(mlp([], readout=([[0] * dim], [0])).staged, domain)


def _check_domain(staged: StagedNetwork, domain: Json) -> None:
    with located("domain"):
        problem_of(staged, domain_from_json(_spread(domain, staged.input_dim), staged.input_dim))


def _spread(domain: Json, dim: int) -> Json:
    """A box with one number for all coordinates, as files have it."""
    if domain.get("type") != "box":
        return domain
    spread = dict(domain)
    for key in ("lo", "hi"):
        if isinstance(domain.get(key), list) and len(domain[key]) != dim:
            raise InvalidDomain(f"{key}: one number or {dim} were expected, got {len(domain[key])}")
        if key in domain and not isinstance(domain[key], list):
            spread[key] = [domain[key]] * dim
    return spread


def _spelled(made: Draw | Checkpoint | GivenFile | TrainingRun) -> Json:
    """How a network is made: of files what they hold, and not where they are."""
    return _without_places(asdict(made))


def _without_places(values: Json) -> Json:
    # A target stands beside a table alone, and other training runs keep the ids they had.
    return {
        key: _without_places(value) if isinstance(value, dict) else value
        for key, value in values.items()
        if key != "path" and (key, value) != ("target", None)
    }


def _digest(value: object) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
