"""Specifications of datasets: families of networks, and what is computed of each."""

from __future__ import annotations

from dataclasses import dataclass, field

from linreg.json_values import Json

MOST_NETWORKS = 1_000_000
"""Most networks of one dataset."""

Widths = tuple[int, ...]
"""Hidden widths, from the input on."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is computed of each network, and how far.

    Attributes
    ----------
    limit : int
        Regions at which a count stops; the row is then marked as "at least".
    details : int
        Regions up to which they are enumerated, compared and measured; of networks with more,
        only the count and the bounds are known.
    definitions, all_definitions : bool
        Whether linear regions, affine maps, pairs that share a facet and bounded regions are
        counted, and whether the rest of the six definitions are, which takes far longer.
    bounds, graphs, geometry : bool
        Whether the tables of bounds, of graph statistics and of region statistics are made.
    topology : bool
        Whether the table of cells and of level sets is made.
    regions, edges, archives : bool
        Whether all regions, all edges, and archives of graphs are written.
    maps : bool
        Whether the table of regions has their affine maps and classes.
    strategy : str
    """

    limit: int = 100_000
    details: int = 10_000
    definitions: bool = True
    all_definitions: bool = False
    bounds: bool = True
    graphs: bool = True
    geometry: bool = True
    topology: bool = False
    regions: bool = False
    edges: bool = False
    archives: bool = False
    maps: bool = False
    strategy: str = "auto"

    @property
    def compares(self) -> bool:
        """Whether neighbours have to be found."""
        return any((self.definitions, self.all_definitions, self.graphs, self.edges, self.archives))


@dataclass(frozen=True, slots=True)
class Estimates:
    """What sampling is asked for.

    Attributes
    ----------
    points : tuple of int
        Increasing numbers of random points; the points of a smaller number are among those of a
        larger one.
    deviation : float
        Standard deviation of each coordinate where the domain is no box, in input units; in a box,
        points are uniform.
    """

    points: tuple[int, ...] = ()
    deviation: float = 1.0


@dataclass(frozen=True, slots=True)
class Initialiser:
    """How weights and biases are drawn.

    Attributes
    ----------
    weights : str
        A key of `linreg.datasets.initialisers.WEIGHTS`.
    scale : int or float
        Factor of all weights.
    bias : str
        A key of `linreg.datasets.initialisers.BIASES`.
    bias_scale : int or float
        Factor of all biases.
    """

    weights: str
    scale: int | float = 1
    bias: str = "uniform"
    bias_scale: int | float = 1


@dataclass(frozen=True, slots=True)
class Architecture:
    """The layers of a network without its weights.

    Attributes
    ----------
    input_shape : tuple of int
    layers : tuple of dict
        As in a network's file, but `linear` has `outputs`, convolutions have `filters` and
        `kernel`, and `maxout` has `units` and `rank` where the file has weights.
    """

    input_shape: tuple[int, ...]
    layers: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A family of networks with random weights: all combinations of some alternatives.

    Attributes
    ----------
    name : str
    samples : int
        Networks for each combination.
    architectures : tuple of Architecture
    initialisers : tuple of Initialiser
    domains : tuple of dict
        As in a network's file; a box may have one number for all coordinates.
    """

    name: str
    samples: int
    architectures: tuple[Architecture, ...]
    initialisers: tuple[Initialiser, ...]
    domains: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that is given, known by its name and by what it holds.

    Attributes
    ----------
    path : str
        Where it is; no part of what it is.
    name : str
        As seen from the specification.
    sha256 : str
        Hexadecimal digest of its bytes.
    """

    path: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Given:
    """A family of networks in files.

    Attributes
    ----------
    name : str
    files : tuple of GivenFile
    domains : tuple of dict or None
        As in a network's file; None for the domain in each file.
    """

    name: str
    files: tuple[GivenFile, ...]
    domains: tuple[Json, ...] | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which networks are kept: those whose numbers are all in their range.

    Attributes
    ----------
    ranges : dict
        The least and the most, by the name of a column of `networks` or `counts`.
    """

    ranges: dict[str, tuple[int, int | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A training run by scikit-learn.

    Attributes
    ----------
    data : str or GivenFile
        A key of `linreg.datasets.trained.DATA`, or a table.
    features : tuple of int or None
        Columns of the data that are inputs; all if None.
    components : int or None
        Principal components that are inputs instead.
    widths : tuple of int
    solver : str
        "adam" or "sgd".
    learning_rate : float
    target : str or None
        The column of a table that holds classes.
    """

    data: str | GivenFile
    features: tuple[int, ...] | None
    components: int | None
    widths: Widths
    solver: str
    learning_rate: float
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """A family of networks at several checkpoints of a training run.

    Attributes
    ----------
    name : str
    samples : int
        Training runs, each from a start of its own, for each combination.
    training_runs : tuple of TrainingRun
    epochs : tuple of int
        Passes over the data after which the network is taken; 0 is the start.
    domains : tuple of dict
        In standardised features.
    """

    name: str
    samples: int
    training_runs: tuple[TrainingRun, ...]
    epochs: tuple[int, ...]
    domains: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Spec:
    """A specification of a dataset.

    Attributes
    ----------
    name, description, license : str
        For the card of the dataset.
    seed : int
        From which all random numbers follow, with the recipes.
    families : tuple of Drawn, Trained or Given
    truth : Truth
    estimates : Estimates
    splits : dict
        Shares of the networks by the names of their splits.
    text : str
        The text that it was read from, which goes on the card.
    kept : Filter

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
    >>> spec.name, [family.name for family in spec.families]
    ('lines', ['three'])
    """

    name: str
    description: str
    license: str
    seed: int
    families: tuple[Drawn | Trained | Given, ...]
    truth: Truth = Truth()
    estimates: Estimates = Estimates()
    splits: dict[str, float] = field(default_factory=lambda: {"train": 1.0})
    text: str = ""
    kept: Filter = Filter()
