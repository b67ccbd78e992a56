"""Forms in floats, with a bound on the error of every entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from linreg.checker.forms import Form, nearest_floats
from linreg.checker.rounding import DOUBT

LARGEST_EXPONENT = 500
"""Of the entries of forms that floats are asked about: scaled, none comes near underflow."""


@dataclass(frozen=True, slots=True)
class Known:
    """Forms, divided by powers of two so that their largest entries are about 1.

    Attributes
    ----------
    values, errors : arrays, shape (..., inputs + 1)
        Of the errors `DOUBT` times the size of the value is for what is computed of it.
    """

    values: np.ndarray
    errors: np.ndarray

    def at(self, places: np.ndarray) -> Known:
        """Those at some places."""
        return Known(self.values[places], self.errors[places])


def known_forms(forms: Sequence[Form], n_inputs: int) -> Known:
    """Forms in integers; not numbers where they are beyond all floats."""
    values = nearest_floats(forms).reshape(len(forms), n_inputs + 1)
    return scaled(values, DOUBT * np.abs(values))


def with_negatives(forms: Known) -> Known:
    """Forms, and after them those with the other sign, each at -1 less its place from the end."""
    return Known(
        np.concatenate([forms.values, -forms.values[::-1]]),
        np.concatenate([forms.errors, forms.errors[::-1]]),
    )


def scaled(values: np.ndarray, errors: np.ndarray) -> Known:
    """Forms and errors divided by powers of two, one for each form."""
    exponents = np.frexp(np.abs(values).max(axis=-1, initial=0.0))[1][..., None]
    values = np.where(exponents <= LARGEST_EXPONENT, np.ldexp(values, -exponents), np.nan)
    return Known(values, np.ldexp(errors, -exponents))
