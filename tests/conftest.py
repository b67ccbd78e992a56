"""How examples are searched for: the same ones in every run, unless a search is asked for."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)  # pytest --hypothesis-profile=search
settings.load_profile("repeatable")
