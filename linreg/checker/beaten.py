"""Candidates that are claimed to win nowhere in a cell: floats accept most claims, many at a time.

Such a claim names rows of the cell and leads of the candidate, one more than there are inputs,
whose gradients are dependent in one way only, up to a factor. With t for any number below all
leads, -t is then a combination of the rows and of the leads less t, the only one. Whether its
multipliers prove it nowhere negative is a claim as `combinations` has them, in one more dimension.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np

from linreg.checker.combinations import certainly_hold, is_combination
from linreg.checker.forms import Form
from linreg.checker.known import Known, known_forms

AT_ONCE = 1024
"""Claims that are gathered before they are looked at."""

MOST_ENTRIES = 1 << 18
"""Entries of the rows of all claims together, from which on fewer are enough."""

About = TypeVar("About")


class Beaten(Generic[About]):
    """Claims that are still to be looked at, for so many inputs."""

    def __init__(self, n_inputs: int) -> None:
        self._below_zero: Form = (*[0] * n_inputs, -1, 0)
        self._claims: list[tuple[list[Form], About]] = []

    def claim(self, rows: Sequence[Form], leads: Sequence[Form], about: About) -> bool:
        """Take the claim that these rows and leads prove; whether it is time to look."""
        lifted = [(*row[:-1], 0, row[-1]) for row in rows]
        # A lead and t may have any scales: this one keeps their coefficients of one size.
        lifted += [(*lead[:-1], -max(map(abs, lead)) or -1, lead[-1]) for lead in leads]
        self._claims.append((lifted, about))
        held = len(self._claims)
        return held >= AT_ONCE or held * len(lifted) ** 2 >= MOST_ENTRIES

    def first_false(self) -> About | None:
        """What the first claim is about that does not hold; all are forgotten."""
        claims, self._claims = self._claims, []
        if not claims:
            return None
        size = len(self._below_zero) - 1
        forms = known_forms([row for rows, _ in claims for row in rows], size)
        shape = (len(claims), size, size + 1)
        goal = known_forms([self._below_zero] * len(claims), size)
        chosen = Known(forms.values.reshape(shape), forms.errors.reshape(shape))
        certain, _, _ = certainly_hold(goal, chosen)
        for i in np.flatnonzero(~certain).tolist():
            rows, about = claims[i]
            if not is_combination(self._below_zero, rows):
                return about
        return None
