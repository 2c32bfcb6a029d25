"""HiGHS: one matrix in, one answer out. Every return code is read; what was loaded is counted again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import highspy
import numpy as np

from optimizer.matching import Patch
from optimizer.reduce import BASIC, LOWER, reduce
from optimizer.scaling import Scaled

LARGE, HUGE = 5_000, 250_000
"""Columns from which an LP goes to the interior point method; from which it stays there, without crossover to a vertex."""
ENDED = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible or unbounded",
    highspy.HighsModelStatus.kModelEmpty: "optimal",
    highspy.HighsModelStatus.kSolveError: "failed",
    highspy.HighsModelStatus.kUnknown: "failed",
    highspy.HighsModelStatus.kNotset: "failed",
}
"""Our word for how a solve ended; any other status is "stopped" (a limit, a cancel)."""


CANCELLED = "Interrupted by user"
"""What HiGHS says of a search that was cancelled."""

WARM = {"solver": "simplex", "simplex_dual_edge_weight_strategy": 1, "dual_simplex_cost_perturbation_multiplier": 0.0}
"""From a basis: Devex, as steepest edge would first price every row of it; no perturbed costs, which would make it infeasible for the dual."""


class SolverError(RuntimeError):
    """HiGHS refused something it must not refuse."""


@dataclass(frozen=True)
class Progress:
    """How far a solve is: seconds so far; a word on what is being done; objective of the best plan so far and bound in ¤ where known; the file in
    which finished rows are kept."""

    seconds: float
    stage: str
    objective: float | None = None
    bound: float | None = None
    kept: str = ""


@dataclass(frozen=True)
class Limits:
    """When to stop: seconds from stating the model to the last answer of the solver (the proof comes after), relative gap of a MIP, an event set from
    outside; whom to tell how far it is; threads, and the seed of the solver's random choices."""

    seconds: float | None = None
    gap: float = 1e-4
    cancel: threading.Event | None = None
    progress: Callable[[Progress], None] | None = None
    threads: int | None = None
    seed: int = 1


@dataclass(frozen=True)
class Answer:
    """What the solver says, unscaled: `x` and `y` (None where it has none), the objective and bound it claims (¤, without offset). `ray`: of an
    LP it calls infeasible, the weights of rows that contradict one another, where it has them."""

    status: str
    x: np.ndarray | None
    y: np.ndarray | None
    objective: float
    bound: float
    method: str
    said: str
    nodes: int = 0
    ray: np.ndarray | None = None


def run(problem: Scaled, limits: Limits, offset: float = 0.0, method: str | None = None) -> Answer:
    """Solves one scaled problem from nothing. `method`: simplex, ipx (an LP is reduced first), interior (ipx that stops before a vertex), `exact
    simplex` and `exact ipx` (as exactly as HiGHS can), `without presolve` (simplex, branch and bound); None chooses by size. Raises SolverError."""
    return run_with_basis(problem, limits, offset, method)[0]


def run_with_basis(problem: Scaled, limits: Limits, offset: float = 0.0, method: str | None = None) -> tuple[Answer, highspy.HighsBasis | None]:
    """The same, and the basis of an LP's plan, from which another search may start."""
    mip = bool(problem.integer.any())
    method = method or default(problem)
    if mip or method not in ("ipx", "interior"):
        solver = Solver(problem)
        answer = solver.run(limits, offset, method)
        return answer, solver.basis() if answer.x is not None and not mip else None
    reduced = reduce(problem)
    solver, small = Solver(reduced.problem), reduced.problem
    answer = solver.run(limits, offset, method)
    y = None if answer.y is None else reduced.dual(answer.y / small.rows / small.money) * problem.rows * problem.money
    if answer.x is None:
        return replace(answer, y=y), None
    x = reduced.primal(answer.x / small.columns)
    if method == "interior":
        return replace(answer, x=x * problem.columns, y=y), None
    found = solver.basis()
    columns, rows = (np.array([int(status) for status in side]) for side in (found.col_status, found.row_status))
    return replace(answer, x=x * problem.columns, y=y), _basis(*reduced.basis(columns, rows, x))


def default(problem: Scaled) -> str:
    """The method that does best at this size: docs/solver-time.md, docs/size.md."""
    columns = problem.matrix.shape[1]
    return "simplex" if columns < LARGE else "ipx" if columns < HUGE else "interior"


def _basis(columns: np.ndarray, rows: np.ndarray) -> highspy.HighsBasis:
    """A basis from the numbers of HiGHS's statuses."""
    basis = highspy.HighsBasis()
    basis.col_status = [highspy.HighsBasisStatus(status) for status in columns.tolist()]
    basis.row_status = [highspy.HighsBasisStatus(status) for status in rows.tolist()]
    basis.valid, basis.alien = True, True
    return basis


class Solver:
    """A HiGHS with one scaled problem in it, which may be changed and solved again from where it stands."""

    def __init__(self, problem: Scaled) -> None:
        self.problem = problem
        self.highs = highspy.Highs()
        self._set({"output_flag": False})
        _load(self.highs, problem)

    def run(self, limits: Limits, offset: float = 0.0, method: str | None = None) -> Answer:
        """Solves. `method`: simplex, ipx, or from the basis that is there `primal simplex` (after changes of costs) or `dual simplex` (after
        others); None chooses by size. Raises SolverError."""
        solver, problem = self.highs, self.problem
        mip = bool(problem.integer.any())
        method = method or default(problem)
        self._set(_options(limits, mip, method))
        if limits.seconds is not None:
            self._set({"time_limit": solver.getRunTime() + max(0.0, limits.seconds)})  # its clock runs on from search to search
        if limits.cancel is not None and limits.cancel.is_set():
            return Answer("stopped", None, None, np.inf, np.inf, method, CANCELLED)
        with _listening(solver, limits, problem.money, offset, method):
            solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kMemoryLimit:
            raise MemoryError("HiGHS")
        info, solution = solver.getInfo(), solver.getSolution()
        said = ENDED.get(status, "stopped")
        has_plan = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        if said == "stopped" and has_plan and mip:
            said = "feasible"
        x = np.array(solution.col_value, float) * problem.columns if has_plan and solution.value_valid else None
        y = np.array(solution.row_dual, float) * problem.rows * problem.money if solution.dual_valid and not mip else None
        objective = float(info.objective_function_value) * problem.money if x is not None else np.inf
        bound = float(info.mip_dual_bound) * problem.money if mip else objective
        nodes = max(0, int(info.mip_node_count)) if mip else 0
        ray = self._dual_ray() if said == "infeasible" and not mip else None
        how = method if not mip else "branch and bound without presolve" if method == "without presolve" else "branch and bound"
        return Answer(said, x, y, objective, bound, how, solver.modelStatusToString(status), nodes, ray)

    def change(self, patch: Patch) -> None:
        """Makes the problem that is there into another of the same shape and scale (`problem` stays the one it began with); the basis stays.
        Raises SolverError."""
        changes = (
            (self.highs.changeColsCost, patch.costs),
            (self.highs.changeColsBounds, patch.bounds),
            (self.highs.changeRowsBounds, patch.sides),
        )
        done = [change(len(at), at.astype(np.int32), *values) for change, (at, *values) in changes]
        done += [self.highs.changeCoeff(*entry) for entry in zip(*(part.tolist() for part in patch.entries), strict=True)]
        if highspy.HighsStatus.kError in done:
            raise SolverError("HiGHS refuses a change")

    def basis(self) -> highspy.HighsBasis:
        """Where the last search ended."""
        basis: highspy.HighsBasis = self.highs.getBasis()
        return basis

    def start(self, basis: highspy.HighsBasis, at: tuple[np.ndarray, np.ndarray] | None = None) -> None:
        """Starts the next search from a basis. `at`: where the rows and columns of this problem stand in it; new rows are then basic, new
        columns at their lower bound."""
        if at is not None:
            rows, columns = (np.array([int(status) for status in side]) for side in (basis.row_status, basis.col_status))
            basis = _basis(np.where(at[1] >= 0, columns[at[1]], LOWER), np.where(at[0] >= 0, rows[at[0]], BASIC))
        if self.highs.setBasis(basis) == highspy.HighsStatus.kError:
            raise SolverError("HiGHS refuses a basis")

    def suggest(self, x: np.ndarray) -> None:
        """A plan (unscaled) that a search for whole numbers may begin with; wrong ones are ignored."""
        at = np.flatnonzero(self.problem.integer)
        self.highs.setSolution(len(at), at.astype(np.int32), np.round((x / self.problem.columns)[at]))

    def _dual_ray(self) -> np.ndarray | None:
        status, has, ray = self.highs.getDualRay()
        return np.array(ray, float) * self.problem.rows if status == highspy.HighsStatus.kOk and has else None

    def _set(self, options: dict[str, object]) -> None:
        for option, value in options.items():
            if self.highs.setOptionValue(option, value) != highspy.HighsStatus.kOk:
                raise SolverError(f"HiGHS refuses the option {option} = {value}")


def _options(limits: Limits, mip: bool, method: str) -> dict[str, object]:
    options: dict[str, object] = {"random_seed": limits.seed, "time_limit": np.inf}
    if limits.threads:
        options["threads"] = int(limits.threads)
    if method.startswith("exact"):
        options |= {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
        method = method.removeprefix("exact ")
    if method == "without presolve":
        options |= {"presolve": "off"}
    if mip:
        return options | {"mip_rel_gap": float(limits.gap), "mip_abs_gap": 1e-9 if limits.gap == 0 else 1e-6, "mip_feasibility_tolerance": 1e-7}
    if method == "without presolve":
        return options | {"solver": "simplex"}
    if method in ("ipx", "interior"):
        return options | {"solver": "ipx", "run_crossover": "on" if method == "ipx" else "off"}
    if method == "simplex":
        return options | {"solver": "simplex"}
    return options | WARM | {"simplex_strategy": {"dual simplex": 1, "primal simplex": 4}[method]}


def _load(solver: highspy.Highs, problem: Scaled) -> None:
    rows, columns = problem.matrix.shape
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, rows
    model.col_cost_, model.col_lower_, model.col_upper_ = problem.cost, problem.lower, problem.upper
    model.row_lower_, model.row_upper_ = problem.row_lower, problem.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = problem.matrix.indptr
    model.a_matrix_.index_ = problem.matrix.indices
    model.a_matrix_.value_ = problem.matrix.data
    if problem.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(i)] for i in problem.integer]
    if solver.passModel(model) == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refuses the model")
    loaded = (solver.getNumRow(), solver.getNumCol(), solver.getNumNz())
    if loaded != (rows, columns, problem.matrix.nnz):
        raise SolverError(f"HiGHS loaded {loaded} rows, columns and nonzeros of {(rows, columns, problem.matrix.nnz)}")


@contextmanager
def _listening(solver: highspy.Highs, limits: Limits, money: float, offset: float, method: str) -> Iterator[None]:
    """Cancel and progress through HiGHS's callbacks."""
    if limits.cancel is None and limits.progress is None:
        yield
        return
    begun = last = time.perf_counter()
    best = np.inf

    def tell(event: highspy.HighsCallbackEvent) -> None:
        nonlocal last, best
        if limits.cancel is not None and limits.cancel.is_set():
            event.interrupt()
        now, mip = time.perf_counter(), event.callback_type == highspy.cb.HighsCallbackType.kCallbackMipInterrupt
        data = event.data_out
        primal, dual = (float(data.mip_primal_bound), float(data.mip_dual_bound)) if mip else (np.inf, np.inf)
        if limits.progress is None or (now - last < 0.5 and primal >= best):
            return
        last, best = now, primal
        objective = primal * money + offset if mip and abs(primal) < 1e20 else None
        bound = dual * money + offset if mip and abs(dual) < 1e20 else None
        limits.progress(Progress(now - begun, "branch and bound" if mip else method, objective, bound))

    callbacks = (solver.cbSimplexInterrupt, solver.cbIpmInterrupt, solver.cbMipInterrupt)
    for callback in callbacks:
        callback += tell
    try:
        yield
    finally:
        for callback in callbacks:
            callback -= tell
