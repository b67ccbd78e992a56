"""Outcomes: what functions of machine code answer, one set of named numbers for each question.

Plain numbers, since machine code returns them and keeps them in arrays. No two sets share a name.
"""

from __future__ import annotations

PLACE = -(2**62)
"""In place of a budget: only put the current node in place."""

# Why `grow`, `grow_plane` and `tell` stop.

DONE = 0
"""No cell waits any more."""

PAUSED = 1
"""The budget is spent, or as many regions were found as were asked for."""

FULL = 2
"""There is no room for the parts of another cell, or for what is told of it."""

BLOCK = 3
"""The block of rows is full: the sink has to take it."""

ELSEWHERE = 4
"""The next cell is kept elsewhere, in exact numbers."""

DOUBT = 5
"""Some forms or candidates of the current cell could not be decided: they are its claims."""

LOST = 6
"""No point is certainly inside the current cell."""

UNCLEAR = 7
"""It is in doubt which candidates, or hyperplanes, of the current cell's stage are the same."""

TWICE = 8
"""A region was found twice."""

# How a descent ends, which proposes and proves nothing.

GAVE_UP = 0
"""The simplex method took too many steps."""

BELOW_ZERO = 1
"""It has a point of the closed cell where the goal seems to be negative."""

LEAST = 2
"""The goal seems to be least at the current vertex, and not negative."""

# What a form does on a cell, or a candidate, as decided by a linear program.

UNDECIDED = 0
"""Neither of the following is proved."""

PROVED_CUT = 1
"""There is a point inside where the form has the other sign, or where the candidate wins."""

PROVED_NO_CUT = 2
"""Multipliers prove that there is none."""

# What a line does on a polygon.

NEVER = 0
"""It is negative inside."""

ALWAYS = 1
"""It is positive inside."""

CUTS = 2
"""It has both signs inside."""

DOUBTFUL = 3
"""None of these is certain."""

# The sign of a line at a generator: -1, 0, 1, or

NO_SIGN = 2
"""no sign is certain."""

# The form to split a polygon at: its number, or

NO_FORM = -1
"""none cuts the polygon."""

FORM_IN_DOUBT = -2
"""Whether some do is in doubt."""

# What one candidate of a max unit is to another one, as functions of the input.

SAME = 0
"""They are equal."""

BELOW = 1
"""The first is the second one less a positive constant."""

ABOVE = 2
"""The first is the second one plus a positive constant."""

DISTINCT = 3
"""They differ by more than a constant."""

MAY_BE_SAME = 4
"""None of these is certain."""

# Whether a half-space of a region is a facet to a given neighbour.

NO_FACET = 0
"""It is proved to be none."""

FACET = 1
"""A point beyond it and beyond nothing else is known."""

MAY_BE_FACET = 2
"""Neither is proved."""
