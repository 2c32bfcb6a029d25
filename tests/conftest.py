"""How many examples hypothesis tries: a few, the same each time; many of a law with `make laws`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("few", max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
settings.load_profile("few")
