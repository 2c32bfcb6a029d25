"""What the problem is: tables, checks, the algebra of rules, and one file per family of constraints. Knows no solver."""

from models.instance import Instance
from models.problems import InputError

__all__ = ["InputError", "Instance"]
