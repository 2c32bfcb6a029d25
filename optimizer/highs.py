"""HiGHS: one matrix in, one answer out. Every return code is read; what was loaded is counted again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from optimizer.reduce import reduce
from optimizer.scaling import Scaled

LARGE = 5_000
"""Columns from which an LP goes to the interior point method."""
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


class SolverError(RuntimeError):
    """HiGHS refused something it must not refuse."""


@dataclass(frozen=True)
class Progress:
    """How far a solve is: seconds so far; objective and bound in ¤ where known; a word on what is being done."""

    seconds: float
    stage: str
    objective: float | None = None
    bound: float | None = None


@dataclass(frozen=True)
class Limits:
    """When to stop: seconds, relative gap of a MIP, an event set from outside; whom to tell how far it is; threads, and
    the seed of the solver's random choices."""

    seconds: float | None = None
    gap: float = 1e-4
    cancel: threading.Event | None = None
    progress: Callable[[Progress], None] | None = None
    threads: int | None = None
    seed: int = 1


@dataclass(frozen=True)
class Answer:
    """What the solver says, unscaled: `x` and `y` (None where it has none), the objective and bound it claims (¤, without offset)."""

    status: str
    x: np.ndarray | None
    y: np.ndarray | None
    objective: float
    bound: float
    method: str
    said: str
    nodes: int = 0


def run(problem: Scaled, limits: Limits, offset: float = 0.0, method: str | None = None) -> Answer:
    """Solves one scaled problem. `method`: simplex, ipx (an LP is reduced first); None chooses by size. Raises SolverError."""
    solver = highspy.Highs()
    mip = bool(problem.integer.any())
    method = method or ("ipx" if problem.matrix.shape[1] >= LARGE else "simplex")
    for option, value in _options(limits, mip, method).items():
        if solver.setOptionValue(option, value) != highspy.HighsStatus.kOk:
            raise SolverError(f"HiGHS refuses the option {option} = {value}")
    reduced = reduce(problem) if method == "ipx" and not mip else None
    _load(solver, reduced.problem if reduced else problem)
    _listen(solver, limits, problem.money, offset, method)
    solver.run()
    status = solver.getModelStatus()
    info, solution = solver.getInfo(), solver.getSolution()
    said = ENDED.get(status, "stopped")
    has_plan = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if said == "stopped" and has_plan and mip:
        said = "feasible"
    x = np.array(solution.col_value, float) if has_plan and solution.value_valid else None
    y = np.array(solution.row_dual, float) if solution.dual_valid and not mip else None
    if x is not None:
        x = (reduced.primal(x) if reduced else x) * problem.columns
    if y is not None:
        y = (reduced.dual(y) if reduced else y) * problem.rows * problem.money
    objective = float(info.objective_function_value) * problem.money if x is not None else np.inf
    bound = float(info.mip_dual_bound) * problem.money if mip else objective
    nodes = max(0, int(info.mip_node_count)) if mip else 0
    return Answer(said, x, y, objective, bound, method if not mip else "branch and bound", solver.modelStatusToString(status), nodes)


def _options(limits: Limits, mip: bool, method: str) -> dict[str, object]:
    options: dict[str, object] = {"output_flag": False, "random_seed": limits.seed}
    if limits.seconds is not None:
        options["time_limit"] = float(max(0.0, limits.seconds))
    if limits.threads:
        options["threads"] = int(limits.threads)
    if mip:
        options |= {"mip_rel_gap": float(limits.gap), "mip_abs_gap": 1e-9 if limits.gap == 0 else 1e-6, "mip_feasibility_tolerance": 1e-7}
    else:
        options |= {"solver": method, "run_crossover": "on"} if method == "ipx" else {"solver": "simplex"}
    return options


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


def _listen(solver: highspy.Highs, limits: Limits, money: float, offset: float, method: str) -> None:
    """Cancel and progress through HiGHS's callbacks."""
    if limits.cancel is None and limits.progress is None:
        return
    begun = last = time.perf_counter()

    def tell(event: highspy.HighsCallbackEvent) -> None:
        nonlocal last
        if limits.cancel is not None and limits.cancel.is_set():
            event.interrupt()
        now = time.perf_counter()
        if limits.progress is None or now - last < 0.5:
            return
        last = now
        data = event.data_out
        primal, dual = float(data.mip_primal_bound), float(data.mip_dual_bound)
        mip = event.callback_type == highspy.cb.HighsCallbackType.kCallbackMipInterrupt
        objective = primal * money + offset if mip and abs(primal) < 1e20 else None
        bound = dual * money + offset if mip and abs(dual) < 1e20 else None
        limits.progress(Progress(now - begun, "branch and bound" if mip else method, objective, bound))

    for callback in (solver.cbSimplexInterrupt, solver.cbIpmInterrupt, solver.cbMipInterrupt):
        callback += tell
