"""A solver that stays: HiGHS in a process of its own, changed where the model changes and started from where it stood.

The process is a child that reads problems from a connection, so it can be stopped at once, and when it dies another takes its place and
solves from nothing. It starts from the nearer of two bases: that of the first plan, and the last one.
"""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

import highspy
import numpy as np

from models.algebra import Matrices
from optimizer.answering import cold
from optimizer.child import Child, serve
from optimizer.highs import CANCELLED, LARGE, Answer, Limits, Progress, Solver, SolverError, run_with_basis
from optimizer.matching import Patch, carried, difference, match
from optimizer.scaling import Scaled, scale

ENTRIES = 20_000
"""Changed coefficients from which a problem is loaded anew."""
PATIENCE = 0.4
"""A search from a basis is given up after this share of the seconds that the first one took from nothing, at least two."""


@dataclass(frozen=True)
class _Known:
    """A problem that the child has a basis of."""

    matrices: Matrices
    problem: Scaled


@dataclass(frozen=True)
class _Order:
    """What the child is to do: load a problem anew or patch the one it has; start from the basis `start` ("first", "last" or none), where
    rows and columns stand `at` (None: at the same numbers); solve by `method`."""

    what: Scaled | Patch
    start: str
    method: str | None
    at: tuple[np.ndarray, np.ndarray] | None
    limits: Limits
    offset: float


class Live:
    """The parent's end. `search` is a Search: give it to `solve`."""

    def __init__(self) -> None:
        self._child: Child | None = None
        self._known: dict[str, _Known] = {}

    def search(self, matrices: Matrices, limits: Limits) -> tuple[Scaled, Answer]:
        """Looks for an answer from where the last search ended; from nothing, if the child is found dead or dies of it. Raises MemoryError if it is
        killed then, SolverError if it dies of something else."""
        for attempt in (1, 2):
            problem, order = self._order(matrices, limits)
            try:
                answer = self._found(problem, order, limits)
            except (EOFError, OSError):
                assert self._child is not None, "only a child can be gone"
                code = self._child.ended()
                self.close()
                if attempt == 1 and order.start:
                    continue
                if code == -signal.SIGKILL:
                    raise MemoryError("the solver's process was killed by the system") from None
                raise SolverError(f"the solver's process died with code {code}") from None
            except BaseException:  # what it goes on to say would be taken for the answer to the next question
                self.close()
                raise
            if answer is None:  # cancelled
                self.close()
                return problem, Answer("stopped", None, None, np.inf, np.inf, "", CANCELLED)
            if answer.x is None or answer.status == "stopped" or answer.method == "interior":
                self._known.pop("last", None)  # no basis to start from
            else:
                known = _Known(matrices, problem)
                self._known = {"first": known} | self._known | {"last": known}
            return problem, answer
        raise AssertionError

    def search_large(self, matrices: Matrices, limits: Limits) -> tuple[Scaled, Answer]:
        """The same for a large model; a small one is solved from nothing here, sooner than a process starts. A Search."""
        return self.search(matrices, limits) if matrices.matrix.shape[1] >= LARGE else cold(matrices, limits)

    def _found(self, problem: Scaled, order: _Order, limits: Limits) -> Answer | None:
        """The child's answer; where the basis was too far away, that of a search from nothing in the time that is left. None if cancelled."""
        begun = time.perf_counter()
        if limits.progress is not None:
            limits.progress(Progress(0.0, order.method or "solve"))
        answer = self._ask(order, limits)
        if answer is None or not order.start or problem.integer.any() or answer.status not in ("stopped", "failed"):
            return answer
        left = None if limits.seconds is None else max(0.0, limits.seconds - (time.perf_counter() - begun))
        return self._ask(replace(order, what=problem, start="", method=None, limits=replace(order.limits, seconds=left)), limits)

    def close(self) -> None:
        """Ends the child; the next search starts another."""
        if self._child is not None:
            self._child.close()
        self._child, self._known = None, {}

    def _order(self, matrices: Matrices, limits: Limits) -> tuple[Scaled, _Order]:
        """The problem, and from which basis to search: the nearer one of the same shape, else the last; and what must change in the child."""
        own, offset = replace(limits, cancel=None, progress=None), matrices.offset
        matches = {name: match(known.matrices, matrices) for name, known in self._known.items()}
        if not matches:
            problem = scale(matrices)
            return problem, _Order(problem, "", None, None, own, offset)
        shape = "last" if "last" in matches else "first"
        problem = scale(matrices, carried(matches[shape], self._known[shape].problem, matrices))
        patches = {name: difference(self._known[name].problem, problem) for name, m in matches.items() if m.same and self._same_scale(name, problem)}
        if not patches:
            return problem, _Order(problem, shape, None, (matches[shape].rows, matches[shape].columns), own, offset)
        start = min(patches, key=lambda name: patches[name].count)
        method = "primal simplex" if patches[start].only_costs else "dual simplex"
        what = patches["last"] if "last" in patches and len(patches["last"].entries[0]) <= ENTRIES else problem
        return problem, _Order(what, start, method, None, own, offset)

    def _same_scale(self, name: str, problem: Scaled) -> bool:
        known = self._known[name].problem
        return known.money == problem.money and np.array_equal(known.rows, problem.rows) and np.array_equal(known.columns, problem.columns)

    def _ask(self, order: _Order, limits: Limits) -> Answer | None:
        """The child's answer; None if the search was cancelled."""
        self._child = self._child or Child("optimizer.live")
        line = self._child.line
        line.send(order)
        while True:
            if line.poll(0.02):
                said = line.recv()
                if isinstance(said, Answer):
                    return said
                if isinstance(said, Exception):
                    raise said
                if limits.progress is not None:
                    limits.progress(said)
            elif limits.cancel is not None and limits.cancel.is_set():
                return None


class Worker:
    """The child's end: one solver, and the bases of the first and the last answer."""

    def __init__(self, line: Connection[Any, Any]) -> None:
        self._line = line
        self._solver: Solver | None = None
        self._bases: dict[str, highspy.HighsBasis] = {}
        self._plans: dict[str, np.ndarray] = {}
        self._patience = np.inf
        self._waiting: Scaled | None = None

    def serve(self) -> None:
        """Answers orders until the parent is gone."""
        while True:
            try:
                order = self._line.recv()
            except EOFError:
                return
            try:
                self._line.send(self._answer(order))
                if self._waiting is not None:
                    self._ready()
            except Exception as error:  # whatever goes wrong here is said there
                self._line.send(error if isinstance(error, MemoryError) else SolverError(f"{type(error).__name__}: {error}"))

    def _answer(self, order: _Order) -> Answer:
        limits = replace(order.limits, progress=self._line.send)
        if isinstance(order.what, Scaled):
            self._solver = None
            if not order.start:
                return self._from_nothing(order.what, limits, order.offset)
            self._solver = Solver(order.what)
        solver = self._ready()
        if isinstance(order.what, Patch):
            solver.change(order.what)
        if solver.problem.integer.any():
            x = self._plans[order.start]
            solver.suggest(x if order.at is None else np.where(order.at[1] >= 0, x[order.at[1]], 0.0))
            answer = solver.run(limits, order.offset)
            if answer.x is not None:
                self._plans |= {"last": answer.x}
            return answer
        if order.start != "last" or isinstance(order.what, Scaled):
            solver.start(self._bases[order.start], order.at)
        own = self._patience if limits.seconds is None else min(self._patience, limits.seconds)
        answer = solver.run(replace(limits, seconds=own), order.offset, order.method or "dual simplex")
        if answer.x is not None and answer.status != "stopped":
            self._bases |= {"last": solver.basis()}
        return answer

    def _from_nothing(self, problem: Scaled, limits: Limits, offset: float) -> Answer:
        """A cold search; the HiGHS that goes on from it is made later, when nobody waits."""
        begun = time.perf_counter()
        answer, basis = run_with_basis(problem, limits, offset)
        self._patience = max(2.0, PATIENCE * (time.perf_counter() - begun))
        self._waiting, self._solver = problem if answer.x is not None else None, None
        if answer.x is not None and basis is not None:
            self._bases = {"first": basis} | self._bases | {"last": basis}
        elif answer.x is not None:
            self._plans = {"first": answer.x} | self._plans | {"last": answer.x}
        return answer

    def _ready(self) -> Solver:
        """The solver that is changed from answer to answer, at the last basis."""
        if self._solver is None:
            assert self._waiting is not None, "only a problem that is there is patched"
            self._solver, self._waiting = Solver(self._waiting), None
            if not self._solver.problem.integer.any() and "last" in self._bases:
                self._solver.start(self._bases["last"])
                self._solver.run(Limits(seconds=self._patience), method="dual simplex")
        return self._solver


if __name__ == "__main__":
    serve(lambda line: Worker(line).serve())
