"""Flags: what is known of a row, a half-space, a line or a generator besides its numbers.

They are int64 and not literals, for which numba compiles a function once more.
"""

from __future__ import annotations

from typing import cast

import numpy as np

NOT_INTEGER = cast("int", np.int64(0))
"""Of a form: nothing is known."""

INTEGER_GRADIENT = cast("int", np.int64(1))
"""Of a form: its coefficients, the constant apart, are integers without an error."""

INTEGER_CONSTANT = cast("int", np.int64(2))
"""Of a form: its constant is one; it never stands without INTEGER_GRADIENT once a row is done."""

INTEGER = cast("int", np.int64(3))
"""Of a form: both."""

TIGHT = cast("int", np.int64(1))
"""Of a generator: it belongs to the closed cell. Without it, the polygon is larger than the cell
there, and what the generator shows is no proof that a form cuts."""

CROSSING = cast("int", np.int64(2))
"""Of a generator: it is the product of the two edges that meet there, so that the sign of a line at
it is the sign of a determinant of three lines."""

WHOLE = cast("int", np.int64(4))
"""Of a generator: its coordinates are integers without an error."""
