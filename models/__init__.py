"""What the problem is: tables, checks, the algebra of rules, and one file per family of constraints. Knows no solver."""

from typing import TYPE_CHECKING, Any

from models.problems import InputError

if TYPE_CHECKING:
    from models.instance import Instance

__all__ = ["InputError", "Instance"]


def __getattr__(name: str) -> Any:
    """`Instance` on first use, so that the command starts without pandas."""
    if name == "Instance":
        from models.instance import Instance

        return Instance
    raise AttributeError(f"module 'models' has no attribute {name!r}")
