"""Matrices -> the answer and its proof: search, certify, and where the certificate disagrees search again another way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from models.algebra import Matrices
from optimizer.certificate import Certificate, prove_infeasible, prove_plan
from optimizer.highs import Answer, Limits, Progress, run
from optimizer.scaling import Scaled, scale

NEAR = 1e-3
"""Proved gap up to which a plan that stops before a vertex is an answer, called feasible."""
Search = Callable[[Matrices, Limits], tuple[Scaled, Answer]]
"""Looks for an answer: the problem as it was scaled, and what the solver says."""


def cold(matrices: Matrices, limits: Limits) -> tuple[Scaled, Answer]:
    """A search from nothing."""
    problem = scale(matrices)
    return problem, run(problem, limits, matrices.offset)


class Clock:
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

    def left(self) -> Limits:
        """The limits, with the seconds that are left."""
        seconds = self._limits.seconds
        return self._limits if seconds is None else replace(self._limits, seconds=max(0.0, seconds - (time.perf_counter() - self._begun)))

    def tell(self, stage: str) -> None:
        if self._limits.progress is not None:
            self._limits.progress(Progress(time.perf_counter() - self._begun, stage))


@dataclass(frozen=True)
class Found:
    """An answer with its certificate: the plan `x` and the prices `y` (None without), and what kind of prices they are."""

    answer: Answer
    certificate: Certificate
    x: np.ndarray | None = None
    y: np.ndarray | None = None
    price_kind: str = ""


def find(matrices: Matrices, limits: Limits, clock: Clock, search: Search) -> Found:
    """The answer to a model, certified where that can be done."""
    clock.tell("solve")
    problem, answer = search(matrices, clock.left())
    clock.stage("solve")
    if "infeasible" in answer.status or answer.status == "unbounded":
        answer = replace(answer, x=None, y=None)  # where the search stood then is no plan
    if answer.x is None:
        found = Found(answer, Certificate(False, (f"no plan was found: {answer.said}", f"未找到方案：{answer.said}")))
        if answer.status != "stopped":
            found = _no_plan(matrices, problem, answer, limits)
        if found.answer.status == "failed" and not problem.integer.any():
            answer = run(problem, clock.left(), matrices.offset, method="simplex")
        clock.stage("certify")
        if answer.x is None:
            return found
    if problem.integer.any():
        return _whole(matrices, problem, answer, limits, clock)
    clock.tell("certify")
    found = Found(answer, prove_plan(matrices, answer.x, answer.y), answer.x, answer.y, "LP dual")
    if answer.method == "interior" and found.certificate.sound and found.certificate.gap <= NEAR:
        status = answer.status if found.certificate.holds else "feasible"
        found = replace(found, answer=replace(answer, status=status), certificate=replace(found.certificate, holds=True))
    for method in (None, "simplex"):
        if found.certificate.holds or answer.status == "stopped":
            break
        second = run(problem, clock.left(), matrices.offset, method)
        if second.x is not None and second.y is not None:
            better = prove_plan(matrices, second.x, second.y)
            if better.holds:
                found = Found(second, better, second.x, second.y, "LP dual")
    clock.stage("certify")
    return found


def _whole(matrices: Matrices, problem: Scaled, answer: Answer, limits: Limits, clock: Clock) -> Found:
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
    proof = replace(limits, seconds=None, cancel=None)  # what was found when the search was stopped is to be proved
    rest = run(fixed, proof, matrices.offset)
    root = run(relaxed, proof, matrices.offset)
    x = rest.x if rest.x is not None else np.where(matrices.integer, whole, answer.x)
    x = np.where(matrices.integer, np.round(x), x)
    claimed = answer.bound + matrices.offset
    certificate = prove_plan(matrices, x, root.y, claimed, limits.gap)
    if answer.status == "feasible":
        certificate = replace(certificate, holds=certificate.sound)
    clock.stage("certify")
    return Found(answer, certificate, x, rest.y, "LP dual with the whole numbers fixed")


def _no_plan(matrices: Matrices, problem: Scaled, answer: Answer, limits: Limits) -> Found:
    """Infeasible or unbounded: the solver's ray or an elastic LP gives the proof of the first, a ray that of the second."""
    if answer.ray is not None:
        for ray in (answer.ray, -answer.ray):
            proof = prove_infeasible(matrices, ray)
            if proof.holds:
                return Found(replace(answer, status="infeasible"), proof)
    elastic = _elastic(problem)
    found = run(elastic, replace(limits, seconds=None), method="simplex" if elastic.matrix.shape[1] < 20_000 else "ipx")
    if found.y is not None and found.objective > 0:
        proof = prove_infeasible(matrices, found.y)
        if proof.holds:
            return Found(replace(answer, status="infeasible"), proof)
    if answer.status == "failed":
        return Found(answer, Certificate(False, (f"the solver failed: {answer.said}", f"求解器失败：{answer.said}")))
    if answer.status != "infeasible":
        along = _ray(problem, limits)
        if along is not None:
            worst = np.argsort(-np.abs(along))[:4]
            names = ", ".join(f"{n}[{', '.join(map(str, i))}]" for n, i in (matrices.column_name(int(j)) for j in worst))
            said = (f"proved: cost falls without limit along {names}", f"已证明：成本沿 {names} 无限下降")
            return Found(replace(answer, status="unbounded"), Certificate(True, said))
    said = ("the solver claims that there is no plan; not proved", "求解器声称没有方案；未证明")
    if problem.integer.any():
        said = ("the solver claims that no whole numbers fit; not proved", "求解器声称没有整数解；未证明")
    return Found(replace(answer, status="infeasible"), Certificate(False, said))


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
