"""What can go wrong for a user, one class for each kind of mistake."""

from __future__ import annotations


class LinregError(Exception):
    """Base class of every error that linreg raises on purpose.

    The message is one sentence or two: what was wrong, what was got, what to do instead.
    """


class InvalidNetwork(LinregError, ValueError):
    """The network is not one: shapes that do not chain, numbers that are not finite, no units."""


class NotPiecewiseLinear(InvalidNetwork):
    """An operator has no finite set of linear pieces."""


class InvalidDomain(LinregError, ValueError):
    """The domain is empty, flat, malformed, or of another dimension than the network's input."""


class InvalidSpec(LinregError, ValueError):
    """A specification of a dataset has an unknown key or a value that cannot be."""


class NoSuchIndex(LinregError, IndexError, ValueError):
    """A region, an edge or the like has a number that none of them has."""


class UnreadableFile(LinregError):
    """A file is missing, malformed, truncated, or of a kind that is not known."""


class UnwritableFile(LinregError):
    """An output path cannot be written, or its suffix names no known format."""


class UnusableRun(LinregError):
    """A run directory holds another run than the one asked for, or another process works on it."""


class UnreachableCluster(LinregError):
    """A cluster was named on which no work can be done: nobody answers, or a package is missing."""


class MissingPackage(LinregError, ImportError):
    """What was asked for needs a package of an extra that is not installed."""


class UnknownStrategy(LinregError, ValueError):
    """No exploration strategy has that name."""


class HypothesisError(LinregError, ValueError):
    """A theorem was asked for where its hypotheses do not hold."""


class TooLarge(HypothesisError):
    """A number takes more work than its budget allows."""


class IncompleteError(LinregError):
    """A complete answer was needed, and the run had been stopped early or takes too much work.

    Attributes
    ----------
    at_least : tuple of int, or None
        Of a search for cells, how many of each dimension were found.
    answer : object
        Of a question whose proof was stopped, the answer without it; else None.
    """

    answer: object = None

    def __init__(self, message: str, at_least: tuple[int, ...] | None = None) -> None:
        super().__init__(message)
        self.at_least = at_least


class UnsolvedError(LinregError):
    """A numerical method ended without an answer to a question about a region."""


class BrokenInvariant(LinregError):
    """A fact that is proved to hold was seen not to: a bug in linreg, never the user's mistake."""


class InvalidQuery(LinregError, ValueError):
    """A query speaks of inputs, outputs or values that the network does not have."""
