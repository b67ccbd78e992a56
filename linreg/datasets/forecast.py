"""How long the rest of a run takes, as far as that can be known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from linreg.progress import Progress


@dataclass(frozen=True, slots=True)
class DatasetProgress(Progress):
    """How far a dataset is, and how long the rest takes, as far as that can be known.

    Attributes
    ----------
    done, total : float
        Networks.
    activity : str
        "networks".
    seconds : float
        What the networks that are done took, wall clock, shared out to the workers.
    seconds_left : float
        What the networks that are left will take, wall clock, if they take as long as the mean of
        their cohort, or of all cohorts where none of their cohort is done.
    untimed : int
        How many of them are of a cohort of which none is done: about these nothing is known.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from linreg.datasets import generate
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
    >>> heard = []
    >>> with TemporaryDirectory() as folder:
    ...     _ = generate(spec, folder, progress=heard.append)
    >>> [(moment.done, moment.total) for moment in heard]
    [(1, 2), (2, 2)]
    """

    seconds: float
    seconds_left: float
    untimed: int

    @property
    def share(self) -> float:
        """The part of the expected time that has passed, from 0 to 1.

        Examples
        --------
        >>> DatasetProgress(1, 4, "networks", seconds=1.0, seconds_left=3.0, untimed=2).share
        0.25
        """
        whole = self.seconds + self.seconds_left
        return self.seconds / whole if whole else self.done / max(1, self.total)


class Forecast:
    """What is learnt about the time that networks take, cohort by cohort.

    Samples of one cohort are alike; networks of different cohorts may take anything between
    milliseconds and hours, and bounds say little of it.
    """

    def __init__(self, cohorts: Iterable[str], workers: int) -> None:
        self._left = Counter(cohorts)
        self._total = self._left.total()
        self._workers = workers
        self._spent: dict[str, float] = {}
        self._done: Counter[str] = Counter()
        # Sums over the cohorts that are timed: of seconds left, of means, and of networks left.
        self._seconds_left = self._means = 0.0
        self._timed = 0
        self._seconds, self._n_done = 0.0, 0

    def add(self, cohort: str, seconds: float) -> None:
        """Take note of a network that is done."""
        if cohort in self._spent:
            self._note(cohort, -1)
        self._seconds += seconds
        self._n_done += 1
        self._left[cohort] -= 1
        self._done[cohort] += 1
        self._spent[cohort] = self._spent.get(cohort, 0.0) + seconds
        self._note(cohort, 1)

    def _note(self, cohort: str, sign: int) -> None:
        """Add what is known of a cohort to the sums, or take it back."""
        mean, left = self._spent[cohort] / self._done[cohort], self._left[cohort]
        self._means += sign * mean
        self._seconds_left += sign * mean * left
        self._timed += sign * left

    @property
    def progress(self) -> DatasetProgress:
        """How far the run is.

        Examples
        --------
        One of each pair has taken 1 and 3 seconds; the others will, too:

        >>> forecast = Forecast(["a", "a", "b", "b"], workers=1)
        >>> forecast.add("a", 1.0)
        >>> moment = forecast.progress
        >>> moment.done, moment.share, moment.seconds_left, moment.untimed
        (1, 0.25, 3.0, 2)
        >>> forecast.add("b", 3.0)
        >>> moment = forecast.progress
        >>> moment.done, moment.share, moment.seconds_left, moment.untimed
        (2, 0.5, 4.0, 0)
        """
        untimed = self._total - self._n_done - self._timed
        usual = self._means / len(self._spent) if self._spent else 0.0
        # Rounding may leave a little of what was added and taken back.
        left = max(0.0, self._seconds_left + untimed * usual)
        left = left if self._n_done < self._total else 0.0
        spent = self._seconds / self._workers
        return DatasetProgress(
            self._n_done, self._total, "networks", spent, left / self._workers, untimed
        )
