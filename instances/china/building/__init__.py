"""Turns the raw figures and the assumptions in `raw/` into the tables of the instance, one module per subject."""
