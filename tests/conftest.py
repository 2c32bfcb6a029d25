"""How many examples hypothesis tries: few by default (the same each time), many with `--hypothesis-profile=nightly` (`make laws`)."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("few", max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
settings.register_profile(
    "nightly", settings.get_profile("few"), max_examples=int(os.environ.get("EXAMPLES", "20000")), derandomize=False, print_blob=False
)
settings.load_profile("few")
