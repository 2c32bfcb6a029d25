"""What we ask of the problem: solve, prove, and answer questions. `models` never imports this."""

from optimizer.plan import Plan
from optimizer.solve import solve

__all__ = ["Plan", "solve"]
