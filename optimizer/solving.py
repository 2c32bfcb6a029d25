"""instance -> Plan: state, compile, scale, solve, certify, tabulate. A solver's "optimal" is not an answer until the certificate agrees."""

from __future__ import annotations

import platform
import resource
import time
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import scipy.sparse as sp

from models.algebra import AlgebraError, Expander, Matrices
from models.formulation import Model, build
from models.instance import Instance
from models.problems import InputError, rule
from optimizer.certificate import Certificate, prove_infeasible, prove_plan
from optimizer.highs import Answer, Limits, Progress, run
from optimizer.plan import Plan
from optimizer.prices import SMALL, two_sided
from optimizer.scaling import NumbersError, Scaled, check, scale
from optimizer.solved import Solved
from optimizer.soundness import check_recipes
from optimizer.tables import plan_tables

LIBRARIES = ("qipan", "highspy", "pyomo", "numpy", "pandas", "scipy")


class _Clock:
    """Seconds by stage."""

    def __init__(self, limits: Limits):
        self.seconds: dict[str, float] = {}
        self._last = self._begun = time.perf_counter()
        self._limits = limits

    def stage(self, name: str) -> None:
        """Closes the stage that has just ended under its name."""
        now = time.perf_counter()
        self.seconds[name] = round(self.seconds.get(name, 0.0) + now - self._last, 4)
        self._last = now

    def tell(self, stage: str) -> None:
        if self._limits.progress is not None:
            self._limits.progress(Progress(time.perf_counter() - self._begun, stage))


def solve(instance: Instance, limits: Limits | None = None) -> Plan:
    """The plan of least discounted cost, with its certificate.

    `limits`: seconds, relative gap of a MIP, a cancel event, a progress function. Whatever happens in the search is data: see
    `plan.status`. Raises InputError for what is wrong with the input, SolverError if HiGHS refuses what it must not refuse.
    """
    limits = limits or Limits()
    clock = _Clock(limits)
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
    problem = scale(matrices)
    clock.stage("compile")
    answer, certificate, x, y, price_kind = _answer(matrices, problem, limits, clock)
    tables = {}
    if x is not None:
        clock.tell("tables")
        y = y if y is not None else np.full(matrices.matrix.shape[0], np.nan)
        more, less = _two_sides(matrices, x, y)
        tables = plan_tables(Solved(model, expander, matrices, x, y, more, less))
        clock.stage("tables")
    return Plan(_summary(instance, model, matrices, answer, certificate, price_kind, clock, tables), tables)


def _two_sides(matrices: Matrices, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both sides of the prices of policies that bind and of balances, for models small enough; NaN elsewhere."""
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


def _answer(
    matrices: Matrices, problem: Scaled, limits: Limits, clock: _Clock
) -> tuple[Answer, Certificate, np.ndarray | None, np.ndarray | None, str]:
    """The solver's answer, its certificate, the plan, the prices, and what kind of prices they are."""
    clock.tell("solve")
    answer = run(problem, limits, matrices.offset)
    clock.stage("solve")
    if "infeasible" in answer.status or answer.status == "unbounded":
        answer = replace(answer, x=None, y=None)  # where the search stood then is no plan
    if answer.x is None:
        certificate = Certificate(False, (f"no plan was found: {answer.said}", f"未找到方案：{answer.said}"))
        if answer.status != "stopped":
            answer, certificate = _no_plan(matrices, problem, answer, limits)
        if answer.status == "failed" and not problem.integer.any():
            answer = run(problem, limits, matrices.offset, method="simplex")
    if answer.x is None:
        clock.stage("certify")
        return answer, certificate, None, None, ""
    if not problem.integer.any():
        clock.tell("certify")
        certificate = prove_plan(matrices, answer.x, answer.y)
        if not certificate.holds and answer.method == "ipx":
            second = run(problem, limits, matrices.offset, method="simplex")
            if second.x is not None and second.y is not None:
                better = prove_plan(matrices, second.x, second.y)
                if better.holds:
                    answer, certificate = second, better
        clock.stage("certify")
        return answer, certificate, answer.x, answer.y, "LP dual"
    return _whole(matrices, problem, answer, limits, clock)


def _whole(
    matrices: Matrices, problem: Scaled, answer: Answer, limits: Limits, clock: _Clock
) -> tuple[Answer, Certificate, np.ndarray | None, np.ndarray | None, str]:
    """A MIP: whole numbers rounded and fixed, the rest solved again; the root relaxation proves a bound."""
    assert answer.x is not None
    clock.tell("certify")
    whole = np.where(matrices.integer, np.round(answer.x), np.nan)
    fixed = replace(
        problem,
        lower=np.where(matrices.integer, whole, problem.lower),
        upper=np.where(matrices.integer, whole, problem.upper),
        integer=np.zeros_like(problem.integer),
    )
    relaxed = replace(problem, integer=np.zeros_like(problem.integer))
    rest = run(fixed, replace(limits, seconds=None), matrices.offset)
    root = run(relaxed, replace(limits, seconds=None), matrices.offset)
    x = rest.x if rest.x is not None else np.where(matrices.integer, whole, answer.x)
    x = np.where(matrices.integer, np.round(x), x)
    claimed = answer.bound + matrices.offset
    certificate = prove_plan(matrices, x, root.y, claimed, limits.gap)
    if answer.status == "feasible":
        sound = certificate.violation <= 1e-6 and certificate.fraction <= 1e-9
        certificate = replace(certificate, holds=sound)
    clock.stage("certify")
    return answer, certificate, x, rest.y, "LP dual with the whole numbers fixed"


def _no_plan(matrices: Matrices, problem: Scaled, answer: Answer, limits: Limits) -> tuple[Answer, Certificate]:
    """Infeasible or unbounded: an elastic LP gives the proof of the first, a ray that of the second."""
    elastic = _elastic(problem)
    found = run(elastic, replace(limits, seconds=None), method="simplex" if elastic.matrix.shape[1] < 20_000 else "ipx")
    if found.y is not None and found.objective > 0:
        proof = prove_infeasible(matrices, found.y)
        if proof.holds:
            return replace(answer, status="infeasible"), proof
    if answer.status == "failed":
        return answer, Certificate(False, (f"the solver failed: {answer.said}", f"求解器失败：{answer.said}"))
    if answer.status != "infeasible":
        ray = _ray(problem, limits)
        if ray is not None:
            worst = np.argsort(-np.abs(ray / (1 + np.abs(ray).max())))[:4]
            names = ", ".join(f"{n}[{', '.join(map(str, i))}]" for n, i in (matrices.column_name(int(j)) for j in worst))
            return replace(answer, status="unbounded"), Certificate(
                True, (f"proved: cost falls without limit along {names}", f"已证明：成本沿 {names} 无限下降")
            )
    if problem.integer.any():
        return replace(answer, status="infeasible"), Certificate(
            False, ("the solver claims that no whole numbers fit; not proved", "求解器声称没有整数解；未证明")
        )
    return replace(answer, status="infeasible"), Certificate(
        False, ("the solver claims that there is no plan; not proved", "求解器声称没有方案；未证明")
    )


def _elastic(problem: Scaled) -> Scaled:
    """min Σ (over + under) where every row may be missed: always has an answer, and its duals are a Farkas proof if it is > 0."""
    n = problem.matrix.shape[0]
    identity = sp.eye_array(n, format="csr")
    matrix = sp.csr_array(sp.hstack([problem.matrix, identity, -identity]))
    columns = problem.matrix.shape[1]
    return Scaled(
        matrix, problem.row_lower, problem.row_upper, np.concatenate([np.zeros(columns), np.ones(2 * n)]),
        np.concatenate([problem.lower, np.zeros(2 * n)]), np.concatenate([problem.upper, np.full(2 * n, np.inf)]),
        np.zeros(columns + 2 * n, bool), problem.rows, np.concatenate([problem.columns, np.ones(2 * n)]), 1.0,
    )  # fmt: skip


def _ray(problem: Scaled, limits: Limits) -> np.ndarray | None:
    """A direction of the recession cone along which cost falls, checked; None if there is none."""
    cone = replace(
        problem,
        row_lower=np.where(np.isfinite(problem.row_lower), 0.0, -np.inf),
        row_upper=np.where(np.isfinite(problem.row_upper), 0.0, np.inf),
        lower=np.where(np.isfinite(problem.lower), 0.0, -1.0),
        upper=np.where(np.isfinite(problem.upper), 0.0, 1.0),
        integer=np.zeros_like(problem.integer),
        columns=np.ones_like(problem.columns),
        money=1.0,
    )
    found = run(cone, replace(limits, seconds=None), method="simplex")
    if found.x is None or problem.cost @ found.x >= -1e-7:
        return None
    activity = problem.matrix @ found.x
    violation = np.maximum(cone.row_lower - activity, activity - cone.row_upper).max(initial=0.0)
    return found.x if violation <= 1e-7 else None


def _summary(
    instance: Instance,
    model: Model,
    matrices: Matrices,
    answer: Answer,
    certificate: Certificate,
    price_kind: str,
    clock: _Clock,
    tables: dict[str, Any],
) -> dict[str, Any]:
    has_plan = bool(tables)
    status = {"infeasible or unbounded": "infeasible", "failed": "stopped"}.get(answer.status, answer.status)

    def finite(value: float) -> float | None:
        return float(value) if np.isfinite(value) else None

    mip = bool(matrices.integer.any())
    bound = certificate.claimed if mip and np.isfinite(certificate.claimed) else certificate.bound
    objective = finite(certificate.objective) if has_plan else None
    gap = finite(max(0.0, (objective - bound) / max(1.0, abs(objective)))) if objective is not None and np.isfinite(bound) else None
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
        "price_kind": price_kind,
        "money_unit": instance.settings.money,
        "method": answer.method,
        "solver_said": answer.said,
        "nodes": answer.nodes,
        "rows": int(matrices.matrix.shape[0]),
        "columns": int(matrices.matrix.shape[1]),
        "integers": int(matrices.integer.sum()),
        "nonzeros": int(matrices.matrix.nnz),
        "periods": model.board.labelled("periods")["t"].tolist(),
        "years": model.board.labelled("periods")["years"].tolist(),
        "seconds": dict(clock.seconds),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "instance_fingerprint": instance.fingerprint,
        "trust": instance.trust,
        "warnings": [w.text() for w in (*instance.warnings, *model.board.warnings)],
        "versions": {name: _version(name) for name in LIBRARIES} | {"python": platform.python_version()},
        "tables": list(tables),
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"
