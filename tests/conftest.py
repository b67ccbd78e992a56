"""How examples are searched for: the same ones in every run, unless a search is asked for."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Whether an example is made in time is up to the machine, and to what else it does.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", patient, derandomize=True)
settings.register_profile("search", patient)  # pytest --hypothesis-profile=search
settings.load_profile("repeatable")
