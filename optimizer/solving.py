"""instance -> Plan: state, compile, scale, solve, certify, tabulate. A solver's "optimal" is not an answer until the certificate agrees."""

from __future__ import annotations

import gc
import platform
import resource
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import pandas as pd

from models.algebra import AlgebraError, Expander, Matrices
from models.formulation import Model, build
from models.instance import Instance
from models.problems import InputError, rule
from optimizer.answering import Clock, Found, Search, cold, find
from optimizer.highs import Limits
from optimizer.plan import Plan
from optimizer.prices import SMALL, two_sided
from optimizer.scaling import NumbersError, check
from optimizer.solved import Solved
from optimizer.soundness import check_recipes
from optimizer.tables import plan_tables

LIBRARIES = ("qipan", "highspy", "pyomo", "numpy", "pandas", "scipy")


@dataclass(frozen=True)
class Solution:
    """A plan with the model behind it, for a question that goes on from there; `solved` is None where there is no plan."""

    plan: Plan
    solved: Solved | None

    def require_solved(self) -> Solved:
        """The solved model. Raises PlanError unless there is a certified plan."""
        self.plan.require_plan()
        assert self.solved is not None, "a certified plan has its columns"
        return self.solved


def solve(instance: Instance, limits: Limits | None = None, search: Search = cold) -> Plan:
    """The plan of least discounted cost, with its certificate.

    `limits`: seconds, relative gap of a MIP, a cancel event, a progress function. `search`: who looks for it; a `Study` starts from what it
    found before. Whatever happens in the search is data: see `plan.status`. Raises InputError for what is wrong with the input, SolverError
    if HiGHS refuses what it must not refuse.
    """
    return solution(instance, limits, search).plan


def solution(instance: Instance, limits: Limits | None = None, search: Search = cold) -> Solution:
    """The same with the model, its matrices, the columns and the duals of the plan. Raises as `solve` does."""
    limits = limits or Limits()
    clock = Clock(limits)
    with _without_collecting():
        model, expander, matrices = _compiled(instance, clock)
    found = find(matrices, limits, clock, search)
    tables: Mapping[str, pd.DataFrame] = {}
    solved = None
    if found.x is not None:
        y = found.y if found.y is not None else np.full(matrices.matrix.shape[0], np.nan)
        stopped = limits.cancel is not None and limits.cancel.is_set()
        more, less = _two_sides(matrices, found.x, y if not stopped else np.full(len(y), np.nan))
        solved = Solved(model, expander, matrices, found.x, y, more, less)
        tables = plan_tables(solved)
        clock.stage("prices")
    return Solution(Plan(_summary(instance, model, matrices, found, clock, tables), tables), solved)


def stated(instance: Instance) -> tuple[Model, Expander, Matrices]:
    """The model of an instance and its matrices, for a question that asks something else of them. Raises InputError."""
    with _without_collecting():
        return _compiled(instance, Clock(Limits()))


def restated(instance: Instance, x: np.ndarray) -> Solved:
    """The model of an instance with a plan that was found of it, without duals: for another process that goes on from there."""
    model, expander, matrices = stated(instance)
    none = np.full(matrices.matrix.shape[0], np.nan)
    return Solved(model, expander, matrices, x, none, none, none)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Stating makes many small objects, all of them needed: looking for garbage meanwhile is a third of its time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _compiled(instance: Instance, clock: Clock) -> tuple[Model, Expander, Matrices]:
    """The model, stated and compiled. Raises InputError."""
    clock.tell("state")
    model = build(instance)
    check_recipes(model.board)
    clock.stage("state")
    clock.tell("compile")
    try:
        expander = Expander(model.pyomo)
        matrices = expander.matrices()
        check(matrices)
    except NumbersError as error:
        raise InputError([rule(f"a number that would be lost: {error}", f"数值过大或过小：{error}")]) from None
    except AlgebraError as error:
        if getattr(error, "index", None) is None or "cannot hold" not in str(error):
            raise
        raise InputError([rule(f"no plan can meet this: {error}", f"无法满足：{error}")]) from None
    clock.stage("compile")
    return model, expander, matrices


def _two_sides(matrices: Matrices, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both sides of the prices of policies that bind and of balances, for models small enough and duals that are there; NaN elsewhere."""
    more, less = np.full(len(y), np.nan), np.full(len(y), np.nan)
    if matrices.matrix.shape[1] > SMALL or np.isnan(y).all():
        return more, less
    fixed = replace(matrices, lower=np.where(matrices.integer, x, matrices.lower), upper=np.where(matrices.integer, x, matrices.upper))
    asked = [
        i
        for name, block in matrices.rows.items()
        if name.startswith(("policy", "balance", "exact_balance"))
        for i in range(*block.slice.indices(len(y)))
    ]
    for i, (up, down) in two_sided(fixed, x, asked).items():
        more[i], less[i] = up, down
    return more, less


def _summary(
    instance: Instance,
    model: Model,
    matrices: Matrices,
    found: Found,
    clock: Clock,
    tables: Mapping[str, pd.DataFrame],
) -> dict[str, Any]:
    answer, certificate, has_plan = found.answer, found.certificate, bool(tables)
    status = {"infeasible or unbounded": "infeasible", "failed": "stopped"}.get(answer.status, answer.status)

    periods = model.board["periods"]

    def finite(value: float) -> float | None:
        return float(value) if np.isfinite(value) else None

    mip = bool(matrices.integer.any())
    bound = certificate.claimed if mip and np.isfinite(certificate.claimed) else certificate.bound
    objective = finite(certificate.objective) if has_plan else None
    gap = finite(max(0.0, (objective - bound) / certificate.size)) if objective is not None and np.isfinite(bound) else None
    return {
        "title": instance.settings.title,
        "status": status,
        "objective": objective,
        "bound": finite(bound) if has_plan else None,
        "gap": gap,
        "certified": certificate.holds,
        "certificate": certificate.said[0],
        "certificate_zh": certificate.said[1],
        "proved_bound": finite(certificate.bound) if has_plan else None,
        "proved_gap": finite(max(certificate.gap, 0.0)) if has_plan else None,
        "violation": finite(certificate.violation),
        "boxes": certificate.boxes.to_dict("records"),
        "conflict": [list(row) for row in certificate.conflict],
        "price_kind": found.price_kind,
        "money_unit": instance.settings.money,
        "method": answer.method,
        "solver_said": answer.said,
        "nodes": answer.nodes,
        "rows": int(matrices.matrix.shape[0]),
        "columns": int(matrices.matrix.shape[1]),
        "integers": int(matrices.integer.sum()),
        "nonzeros": int(matrices.matrix.nnz),
        "periods": periods.decoded("t"),
        "starts": periods["start"].tolist(),
        "years": periods["years"].tolist(),
        "seconds": dict(clock.seconds),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "instance_fingerprint": instance.fingerprint,
        "trust": instance.trust,
        "warnings": [w.text() for w in (*instance.warnings, *model.board.warnings)],
        "versions": {name: _version(name) for name in LIBRARIES} | {"python": platform.python_version()},
        "tables": list(tables),
    }


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"
