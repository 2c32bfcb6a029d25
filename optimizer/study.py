"""What-if: a live solver that answers one change of an instance after another, each as surely as a solve from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from models.instance import Instance
from optimizer.change import Change, Scenario, apply
from optimizer.highs import Limits
from optimizer.live import Live
from optimizer.plan import Plan
from optimizer.solving import Solution, solution


class Study:
    """An instance with a solver that stays.

    `solve(changes)` changes the instance (never the one before: changes do not add up), states and compiles it again, patches in the live
    solver what differs, starts from the nearer of the first and the last basis, and certifies. The solver lives in a process of its own,
    which ends with the study.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self._live = Live()

    def solve(self, changes: Sequence[Change] = (), limits: Limits | None = None) -> Plan:
        """The plan of the changed instance.

        Raises InputError, with the live solver untouched, for changes that fit nothing or break a bound; SolverError if the solver's process
        dies twice.
        """
        return self.solution(changes, limits).plan

    def solution(self, changes: Sequence[Change] = (), limits: Limits | None = None) -> Solution:
        """The same with the solved model behind the plan. Raises as `solve` does."""
        return solution(self.changed(changes), limits, self._live.search)

    def changed(self, changes: Sequence[Change]) -> Instance:
        """The changed instance, checked as a whole. Raises InputError."""
        return apply(self.instance, [Scenario(changes=tuple(changes))]) if changes else self.instance

    def close(self) -> None:
        """Ends the solver's process; the next solve starts another."""
        self._live.close()

    def __enter__(self) -> Study:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()
