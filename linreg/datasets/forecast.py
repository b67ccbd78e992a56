"""How long the rest of a run takes, as far as that can be known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    done, total : int
        Networks.
    share : float
        The part of the expected time that has passed, from 0 to 1.
    seconds_left : float
        What the networks that are left will take, wall clock, if they take as long as the mean of
        their cohort, or of all cohorts where none of their cohort is done.
    untimed : int
        How many of them are of a cohort of which none is done: about these nothing is known.
    """

    done: int
    total: int
    share: float
    seconds_left: float
    untimed: int


class Forecast:
    """What is learnt about the time that networks take, cohort by cohort.

    Samples of one cohort are alike; networks of different cohorts may take anything between
    milliseconds and hours, and bounds say little of it.
    """

    def __init__(self, cohorts: Iterable[str], workers: int) -> None:
        self._left = Counter(cohorts)
        self._total = self._left.total()
        self._times: dict[str, list[float]] = {}
        self._workers = workers

    def add(self, cohort: str, seconds: float) -> None:
        """Take note of a network that is done."""
        self._left[cohort] -= 1
        self._times.setdefault(cohort, []).append(seconds)

    @property
    def progress(self) -> Progress:
        """How far the run is.

        Examples
        --------
        One of each pair has taken 1 and 3 seconds; the others will, too:

        >>> forecast = Forecast(["a", "a", "b", "b"], workers=1)
        >>> forecast.add("a", 1.0)
        >>> forecast.progress
        Progress(done=1, total=4, share=0.25, seconds_left=3.0, untimed=2)
        >>> forecast.add("b", 3.0)
        >>> forecast.progress
        Progress(done=2, total=4, share=0.5, seconds_left=4.0, untimed=0)
        """
        means = {cohort: sum(times) / len(times) for cohort, times in self._times.items()}
        usual = sum(means.values()) / len(means) if means else 0.0
        left = sum(n * means.get(cohort, usual) for cohort, n in self._left.items())
        spent = sum(map(sum, self._times.values()))
        done = self._total - self._left.total()
        share = spent / (spent + left) if spent + left else done / max(1, self._total)
        untimed = sum(n for cohort, n in self._left.items() if cohort not in means)
        return Progress(done, self._total, share, left / self._workers, untimed)
