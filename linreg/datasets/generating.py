"""Datasets from start to end: networks one after another, then the files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from time import monotonic

from linreg.arguments import how_many
from linreg.datasets.assembling import assemble, check_files, file_names, kept, kept_before
from linreg.datasets.folder import Folder, opened
from linreg.datasets.forecast import DatasetProgress, Forecast
from linreg.datasets.recipes import Recipe, files_of, plan, splits_of
from linreg.datasets.spec import Spec, Trained
from linreg.datasets.truth import Question, truth_of
from linreg.datasets.writing import part_of
from linreg.files import StrPath
from linreg.run.processes import process_pool
from linreg.strategies.auto import for_datasets

NETWORKS_AHEAD = 2
"""Networks under way for each worker, so that none waits for the next."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset that is there.

    Attributes
    ----------
    path : Path
    networks : int
        How many there are.
    incomplete : int
        Networks whose count stopped at the limit.
    computed : int
        Networks that this run computed; the others were committed before.
    files : tuple of str
        Relative to the folder; those that `SHA256SUMS` lists.
    digest : str
        Hexadecimal sha256 of `SHA256SUMS`, and so of all files.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
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
    >>> with TemporaryDirectory() as folder:
    ...     first, again = generate(spec, folder), generate(spec, folder)
    >>> first.networks, first.computed, again.computed, again.digest == first.digest
    (2, 2, 0, True)
    """

    path: Path
    networks: int
    incomplete: int
    computed: int
    files: tuple[str, ...]
    digest: str


def generate(
    spec: Spec,
    path: StrPath,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Callable[[DatasetProgress], None] | None = None,
) -> Dataset:
    """Make a dataset, or go on with one that was stopped.

    Whatever the workers, the executor and the interruptions, the same bytes come out. Each network
    is kept as soon as it is done, and not computed again.

    Parameters
    ----------
    spec : Spec
    path : str or path
        A folder: a new one, whose parent is there, an empty one, or one of this very dataset.
    workers : int
        Number of processes.
    executor : concurrent.futures.Executor, optional
        Where to compute instead of in processes of our own.
    progress : callable, optional
        Called after each network with a `DatasetProgress`.

    Returns
    -------
    Dataset
        Where it is, how many networks it has, its files and its digest.

    Raises
    ------
    InvalidSpec, InvalidNetwork, InvalidDomain
        If a network cannot be made, before any work is done.
    UnwritableFile
        If the folder holds something else, cannot be written, or another process writes to it.
    UnreadableFile
        If the dataset is there, and a file of it was changed.
    ValueError
        If workers is less than 1.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
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
    >>> with TemporaryDirectory() as folder:
    ...     made = generate(spec, folder)
    >>> made.networks, made.files[1]
    (2, 'data/bounds/train.parquet')
    """
    how_many(workers, "workers")
    spec = replace(spec, truth=replace(spec.truth, strategy=for_datasets(spec.truth.strategy)))
    recipes = plan(spec)
    splits = dict(zip((recipe.id for recipe in recipes), splits_of(spec, recipes), strict=True))
    by = made_by(spec)
    with opened(path, _identity(spec, recipes) | {"made_by": by}) as folder:
        computed = 0
        if folder.finished is None:
            computed = _compute(spec, recipes, folder, workers, executor, progress)
            chosen = kept(spec, recipes, folder)
            theirs = [splits[recipe.id] for recipe in chosen]
            folder.finish(*assemble(spec, chosen, theirs, folder, by))
        else:
            chosen = kept_before(recipes, folder)
            check_files(spec, chosen, folder)
        files = file_names(spec, chosen)
        return Dataset(
            folder.path, len(chosen), folder.incomplete, computed, files, str(folder.finished)
        )


def made_by(spec: Spec) -> dict[str, str]:
    """What the bytes of a dataset depend on, beside its specification: versions and a strategy."""
    names = {"linreg": "linreg-exact", "numpy": "numpy", "pyarrow": "pyarrow"}
    if any(isinstance(family, Trained) for family in spec.families):
        names["scikit-learn"] = "scikit-learn"
    versions = {name: version(distribution) for name, distribution in names.items()}
    return versions | {"strategy": spec.truth.strategy}


def _identity(spec: Spec, recipes: Sequence[Recipe]) -> dict[str, str | int]:
    """What a specification asks for, however it is spelled; `made_by` names the strategy."""
    truth = {key: value for key, value in asdict(spec.truth).items() if key != "strategy"}
    splits = list(spec.splits.items())
    if not truth["maps"]:
        del truth["maps"]
    asked: list[object] = [spec.description, spec.license, splits, truth, asdict(spec.estimates)]
    if spec.kept.ranges:
        asked.append(spec.kept.ranges)
    text = json.dumps([asked, [recipe.id for recipe in recipes]], sort_keys=True)
    specification = sha256(text.encode()).hexdigest()
    given = {f.name: f.sha256 for f in files_of(spec)}
    files = sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
    return {
        "name": spec.name,
        **({"sum of given files": files} if given else {}),
        "specification": specification,
        "networks": len(recipes),
    }


def _compute(
    spec: Spec,
    recipes: Sequence[Recipe],
    folder: Folder,
    workers: int,
    executor: Executor | None,
    progress: Callable[[DatasetProgress], None] | None,
) -> int:
    """Have every network that is not committed computed and committed; how many there were."""
    forecast = Forecast((recipe.cohort for recipe in recipes), workers)
    cohorts = {recipe.id: recipe.cohort for recipe in recipes}
    left = []
    for recipe in recipes:
        if recipe.id in folder.committed:
            forecast.add(recipe.cohort, folder.committed[recipe.id])
        else:
            left.append(Question(recipe, spec.truth, spec.estimates))
    # The first of each cohort first, so that the time of the others is soon known.
    left.sort(key=lambda question: question.recipe.sample)
    for id, part, seconds in _answers(left, folder, workers, executor):
        folder.commit(id, part, seconds)
        forecast.add(cohorts[id], seconds)
        if progress is not None:
            progress(forecast.progress)
    return len(left)


Answer = tuple[str, bytes, float]
"""The id of a network, what is known of it, and the seconds that this took."""


def answer(question: Question) -> Answer:
    """What is known of a network, as bytes."""
    started = monotonic()
    found = truth_of(question)
    return found.id, part_of(found), monotonic() - started


def _answers(
    left: Sequence[Question], folder: Folder, workers: int, executor: Executor | None
) -> Iterator[Answer]:
    """Answers in the order in which they come."""
    if executor is not None:
        yield from _shared(left, executor, workers)
    elif workers == 1:
        yield from map(answer, left)
    else:
        while left:
            n_left = len(left)
            try:
                with process_pool(workers) as pool:
                    yield from _shared(left, pool, workers)
                return
            except BrokenExecutor:
                # A process was killed; as long as some network gets done, others take over.
                left = [each for each in left if each.recipe.id not in folder.committed]
                if len(left) == n_left:
                    raise


def _shared(left: Sequence[Question], pool: Executor, workers: int) -> Iterator[Answer]:
    waiting: set[Future[Answer]] = set()
    rest = iter(left)
    try:
        while True:
            for question in rest:
                waiting.add(pool.submit(answer, question))
                if len(waiting) >= NETWORKS_AHEAD * workers:
                    break
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        for future in waiting:
            future.cancel()
