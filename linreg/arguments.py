"""Arguments that many functions take: points, patterns, places among things, and how many.

What is wrong is said in one line that names the argument, and what was expected of it.
"""

from __future__ import annotations

import operator
import reprlib
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import numpy as np
from flint import fmpq

from linreg.errors import NoSuchIndex
from linreg.rational import fraction, nearest_float, rational


def point(x: object, dim: int, name: str = "x") -> list[fmpq]:
    """The exact coordinates of a point; a float means the float64 that it is.

    Raises
    ------
    ValueError
        If there are not `dim` of them, or one is not finite.
    TypeError
        If it is no list or array of numbers.

    Examples
    --------
    >>> point([0.5, "1/3"], 2)
    [1/2, 1/3]
    >>> point([1], 2)
    Traceback (most recent call last):
        ...
    ValueError: x: shape (2,) was expected, one number for each coordinate, got shape (1,)
    """
    expected = f"shape ({dim},) was expected, one number for each coordinate"
    found = _entries(x)
    if found is None:
        raise TypeError(f"{name}: {expected}, got {_kind(x)}")
    if len(found) != dim or any(_entries(entry) is not None for entry in found):
        raise ValueError(f"{name}: {expected}, got shape {np.shape(_objects(found))}")
    return numbers(found, name)


def entries(x: object, name: str) -> Sequence[Any]:
    """What a list, an array or the like holds.

    Raises
    ------
    TypeError
        If it is a single thing, text included.
    """
    found = _entries(x)
    if found is None:
        raise TypeError(f"{name}: a list was expected, got {_kind(x)}")
    return found


def numbers(values: Iterable[object], name: str) -> list[fmpq]:
    """The exact values of numbers.

    Raises
    ------
    ValueError, TypeError
        If one is not finite, or no number; the message names it by its place.
    """
    exact = []
    for i, entry in enumerate(values):
        try:
            exact.append(rational(entry))
        except (TypeError, ValueError) as error:
            raise type(error)(f"{name}[{i}]: {error}") from None
    return exact


def points(x: object, dim: int, name: str = "x") -> np.ndarray:
    """One point, or one in each row of an array, in float64.

    Raises
    ------
    ValueError
        If the shape is another, or a number is not finite.
    TypeError
        If an entry is no number.

    Examples
    --------
    >>> points([[0, "1/2"]], 2)
    array([[0. , 0.5]])
    """
    expected = f"shape ({dim},) or (points, {dim}) was expected, a number for each coordinate"
    array = _objects(x) if isinstance(x, list | tuple) else np.asarray(x)
    if array.ndim == 0:
        raise TypeError(f"{name}: {expected}, got {_kind(x)}")
    ragged = array.dtype == object and any(_entries(entry) is not None for entry in array.flat)
    if array.ndim > 2 or array.shape[-1] != dim or ragged:
        lists = ", of lists" if ragged else ""
        raise ValueError(f"{name}: {expected}, got shape {array.shape}{lists}")
    if array.dtype.kind in "fiu" or set(map(type, array.flat)) <= {float}:
        floats = array.astype(np.float64)
    else:
        floats = np.empty(array.shape)
        for place, entry in np.ndenumerate(array):
            try:
                exact = fraction(entry)
            except (TypeError, ValueError) as error:
                raise type(error)(f"{_at(name, place)}: {error}") from None
            floats[place] = nearest_float(exact.numerator, exact.denominator)
    if not np.isfinite(floats).all():
        place = tuple(np.argwhere(~np.isfinite(floats))[0].tolist())
        raise ValueError(
            f"{_at(name, place)}: a finite float64 was expected, got {reprlib.repr(array[place])}"
        )
    return floats


def pattern(pieces: object, n_units: int, name: str = "pattern") -> np.ndarray:
    """The pieces of all units, as integers.

    Raises
    ------
    ValueError
        If there is not one for each unit.
    TypeError
        If they are no integers.

    Examples
    --------
    >>> pattern([0, 2], 2).tolist()
    [0, 2]
    """
    expected = f"shape ({n_units},) was expected, one piece for each unit"
    array = pieces if isinstance(pieces, np.ndarray) else _objects(pieces)
    if array.ndim == 0:
        raise TypeError(f"{name}: {expected}, got {_kind(pieces)}")
    if array.shape != (n_units,):
        raise ValueError(f"{name}: {expected}, got shape {array.shape}")
    if array.dtype.kind in "iu":
        return array
    return np.array([integer(piece, f"{name}[{i}]") for i, piece in enumerate(array)], dtype=object)


def numbered(value: object, size: int, name: str, of: str) -> int:
    """The number of one of `size` things, counted from 0.

    Raises
    ------
    NoSuchIndex
        If there is none of that number.
    TypeError
        If it is no integer.

    Examples
    --------
    >>> numbered(4, 4, "edge", "edges")
    Traceback (most recent call last):
        ...
    linreg.errors.NoSuchIndex: edge: edges are numbered from 0 to 3, got 4
    """
    number = integer(value, name)
    if not 0 <= number < size:
        numbered = f"numbered from 0 to {size - 1}" if size else "none here"
        raise NoSuchIndex(f"{name}: {of} are {numbered}, got {reprlib.repr(number)}")
    return number


def listed(value: object, size: int, of: str) -> int:
    """The place of one of `size` things in a list of Python, whose end is counted from -1.

    Raises
    ------
    NoSuchIndex
        If there is none.
    TypeError
        If it is no integer.

    Examples
    --------
    >>> listed(-1, 4, "regions")
    3
    """
    number = integer(value, "index")
    if not -size <= number < size:
        raise NoSuchIndex(f"index: there are {size:,} {of}, so {reprlib.repr(number)} names none")
    return number % size


def how_many(value: object, name: str, least: int = 1) -> int:
    """A whole number of at least `least`.

    Raises
    ------
    ValueError
        If it is less, or no integer.

    Examples
    --------
    >>> how_many(0, "workers")
    Traceback (most recent call last):
        ...
    ValueError: workers must be at least 1: got 0
    """
    number = integer(value, name, ValueError)
    if number < least:
        raise ValueError(f"{name} must be at least {least}: got {reprlib.repr(number)}")
    return number


def integer(value: object, name: str, refusal: type[Exception] = TypeError) -> int:
    """A whole number, which is no bool.

    Raises
    ------
    refusal, by default TypeError
    """
    if not isinstance(value, bool | np.bool_):
        try:
            return operator.index(value)  # type: ignore[arg-type]
        except TypeError:
            pass
    raise refusal(f"{name}: an integer was expected, got {reprlib.repr(value)}")


def lengths(value: object, name: str) -> tuple[int, ...]:
    """The lengths of axes, at least one; a whole number is that of the only one.

    Raises
    ------
    ValueError
        If it is none, or one of them is no whole number of at least 1.

    Examples
    --------
    >>> lengths(3, "input_shape"), lengths([1, 28, 28], "input_shape")
    ((3,), (1, 28, 28))
    """
    found = _entries(value)
    given: list[Any] = [value] if found is None else list(found)
    try:
        shape = tuple(operator.index(entry) for entry in given)
    except TypeError:
        shape = ()
    if not shape or min(shape) < 1 or any(isinstance(entry, bool) for entry in given):
        raise ValueError(
            f"{name}: positive whole numbers were expected, such as 3 or (1, 28, 28), got "
            f"{reprlib.repr(value)}"
        )
    return shape


def _entries(x: object) -> Sequence[Any] | None:
    """What a list, an array or the like holds; None if it is a single thing, text included."""
    if hasattr(x, "tolist"):
        x = x.tolist()
    if isinstance(x, list | tuple):
        return x
    if isinstance(x, str | bytes | Mapping | Set) or not isinstance(x, Iterable):
        return None
    return list(x)


def _objects(x: object) -> np.ndarray:
    """An array of the very objects: NumPy would make text of numbers beside text, and round."""
    found = x if isinstance(x, list | tuple) else _entries(x)
    return np.asarray(x if found is None else found, dtype=object)


def _at(name: str, place: Sequence[int]) -> str:
    return name + "".join(f"[{i}]" for i in place)


def _kind(x: object) -> str:
    return "None" if x is None else f"{type(x).__name__} {reprlib.repr(x)}"
