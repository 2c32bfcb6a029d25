"""What we ask of the problem: solve, prove, and answer questions. `models` never imports this."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.solving import solve

__all__ = ["Plan", "solve"]


def __getattr__(name: str) -> Any:
    """`solve` and `Plan` on first use, so that the command starts without its solver."""
    if name == "solve":
        from optimizer.solving import solve

        return solve
    if name == "Plan":
        from optimizer.plan import Plan

        return Plan
    raise AttributeError(f"module 'optimizer' has no attribute {name!r}")
