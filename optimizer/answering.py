"""Matrices -> the answer and its proof: search, certify, and where the certificate disagrees search again another way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from models.algebra import Matrices
from optimizer.certificate import EXACT, Certificate, feasible, prove_infeasible, prove_plan, prove_whole
from optimizer.highs import Answer, Limits, Progress, default, run
from optimizer.scaling import Scaled, fitted, scale
from optimizer.tree import grow

NEAR = 1e-3
"""Proved gap up to which a plan that is not exact is an answer, called feasible."""
PATIENCE = 1.0
"""Seconds that the tree of a MIP, and a second search for a plan, may take, or as long as the first search took."""
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
    clock.tell("certify")
    answer = _bare(answer)
    found = (_whole if problem.integer.any() else _linear)(matrices, problem, answer, limits, clock)
    clock.stage("certify")
    return found


def _bare(answer: Answer) -> Answer:
    """Without a plan where there is said to be none, or none that is best: where the search stood then is no plan."""
    return replace(answer, x=None, y=None) if "infeasible" in answer.status or answer.status == "unbounded" else answer


def _linear(matrices: Matrices, problem: Scaled, answer: Answer, limits: Limits, clock: Clock) -> Found:
    """An LP: if its certificate does not hold it is scaled anew and solved again to the last digit, and then by another algorithm."""
    found = _proved(matrices, problem, answer, limits)
    if found.x is None and not found.certificate.holds and answer.status != "stopped":  # presolve has been wrong
        second = run(problem, clock.left(), matrices.offset, "without presolve")
        if second.status != answer.status:
            answer, found = second, _proved(matrices, problem, second, limits)
    for method in ("exact simplex", "exact ipx") if default(problem) == "simplex" else ("exact ipx", "exact simplex"):
        if found.certificate.holds or answer.status == "stopped" or (answer.method == "interior" and found.certificate.sound):
            break
        problem = scale(matrices, fitted(matrices))
        other = _proved(matrices, problem, run(problem, clock.left(), matrices.offset, method), limits)
        if other.certificate.holds or (other.x is not None and other.certificate.gap < found.certificate.gap):
            found = other
    if found.x is not None and not found.certificate.holds and found.certificate.sound and found.certificate.gap <= NEAR:
        return replace(found, answer=replace(found.answer, status="feasible"), certificate=replace(found.certificate, holds=True))
    return found


def _proved(matrices: Matrices, problem: Scaled, answer: Answer, limits: Limits) -> Found:
    """An answer to an LP with what is proved of it."""
    answer = _bare(answer)
    if answer.x is not None and answer.y is not None:
        return Found(answer, prove_plan(matrices, answer.x, answer.y), answer.x, answer.y, "LP dual")
    if answer.status == "stopped":
        return Found(answer, Certificate(False, (f"no plan was found: {answer.said}", f"未找到方案：{answer.said}")))
    return _no_plan(matrices, problem, answer, limits)


def _whole(matrices: Matrices, problem: Scaled, answer: Answer, limits: Limits, clock: Clock) -> Found:
    """A MIP: whole numbers rounded and fixed, the rest solved again; a tree of ours proves a bound, or that there is no plan. Where it does not
    prove what the solver claims (a best plan, or none), the solver is asked again without presolve, which has been wrong."""
    patience = _patience(limits, clock)
    if answer.x is None:
        return _no_whole(matrices, problem, answer, limits, patience)
    found = _settled(matrices, problem, answer, limits, patience)
    if answer.status == "optimal" and found.answer.status != "optimal":  # claimed and not proved
        second = run(problem, replace(limits, seconds=patience), matrices.offset, "without presolve")
        better = second.objective + matrices.offset < found.certificate.objective - EXACT * found.certificate.size
        if second.x is not None and (better or not found.certificate.sound):
            return _settled(matrices, problem, second, limits, patience)
    return found


def _no_whole(matrices: Matrices, problem: Scaled, answer: Answer, limits: Limits, patience: float) -> Found:
    """A MIP of which the solver has no plan: the proof that there is none, or that cost falls without limit, or a plan."""
    relaxed = replace(problem, integer=np.zeros_like(problem.integer))
    found = _proved(matrices, relaxed, answer, limits)
    if found.certificate.holds or answer.status == "stopped":
        return found
    tree, brief = grow(matrices, problem, None, limits, patience), replace(limits, seconds=patience)
    if tree.bound == np.inf:
        said = (f"proved by a tree of {tree.nodes} nodes: no whole numbers fit", f"{tree.nodes} 个节点的分支树已证明：没有整数解")
        return replace(found, answer=replace(answer, status="infeasible"), certificate=Certificate(True, said, boxes=tree.boxes))
    if answer.status != "infeasible":
        plan = run(replace(problem, cost=np.zeros_like(problem.cost)), brief).x if tree.x is None else tree.x
        endless = None if plan is None else _unbounded(matrices, problem, answer, plan, limits)
        if endless is not None:
            return endless
    second = run(problem, brief, matrices.offset, "without presolve")
    x = tree.x if second.x is None else second.x
    if x is None:
        return found if answer.status == "infeasible" else replace(found, answer=replace(answer, status="stopped"))
    return _settled(matrices, problem, replace(second, status="feasible" if second.x is None else second.status, x=x), limits, patience)


def _settled(matrices: Matrices, problem: Scaled, answer: Answer, limits: Limits, patience: float) -> Found:
    """The plan of a MIP with its proof by a tree."""
    plan, y = _rest(matrices, problem, answer, limits)
    claimed = answer.bound + matrices.offset
    tree = grow(matrices, problem, plan if feasible(matrices, plan) else None, limits, patience)
    if tree.x is not None:  # the solver was wrong
        plan, y = _rest(matrices, problem, replace(answer, x=tree.x), limits)
        claimed = -np.inf
    certificate = prove_whole(matrices, plan, tree.bound, tree.boxes, tree.nodes, claimed, limits.gap)
    answer = replace(answer, status="optimal" if certificate.holds else "feasible" if certificate.sound else answer.status)
    return Found(answer, replace(certificate, holds=certificate.sound), plan, y, "LP dual with the whole numbers fixed")


def _patience(limits: Limits, clock: Clock) -> float:
    """Seconds that a proof of whole numbers may take: as long as the search, but little beyond a limit, and next to nothing after a cancel."""
    if limits.cancel is not None and limits.cancel.is_set():
        return 0.1
    long, left = max(PATIENCE, clock.seconds["solve"]), clock.left().seconds
    return long if left is None else min(long, max(PATIENCE, left))


def _rest(matrices: Matrices, problem: Scaled, answer: Answer, limits: Limits) -> tuple[np.ndarray, np.ndarray | None]:
    """The best plan with the whole numbers of an answer, and its duals (None if they do not fit exactly: then the answer, rounded)."""
    assert answer.x is not None
    whole = np.where(matrices.integer, np.round(answer.x), answer.x)
    fixed = replace(
        problem,
        lower=np.where(matrices.integer, whole, problem.lower),
        upper=np.where(matrices.integer, whole, problem.upper),
        integer=np.zeros_like(problem.integer),
    )
    rest = run(fixed, replace(limits, seconds=None, cancel=None), matrices.offset)  # what was found when the search was stopped is to be proved
    return (whole, None) if rest.x is None else (np.where(matrices.integer, whole, rest.x), rest.y)


def _no_plan(matrices: Matrices, problem: Scaled, answer: Answer, limits: Limits) -> Found:
    """Infeasible or unbounded: the solver's ray or an elastic LP gives the proof of the first; a ray and a plan that of the second."""
    for ray in () if answer.ray is None else (answer.ray, -answer.ray):
        proof = prove_infeasible(matrices, ray)
        if proof.holds:
            return Found(replace(answer, status="infeasible"), proof)
    patient = replace(limits, seconds=None)
    elastic = _elastic(problem)
    found = run(elastic, patient, method="exact simplex" if elastic.matrix.shape[1] < 20_000 else "ipx")
    if found.y is not None and found.objective > 0:
        proof = prove_infeasible(matrices, found.y)
        if proof.holds:
            return Found(replace(answer, status="infeasible"), proof)
    if answer.status == "failed":
        return Found(answer, Certificate(False, (f"the solver failed: {answer.said}", f"求解器失败：{answer.said}")))
    if answer.status != "infeasible":
        plan = run(replace(problem, cost=np.zeros_like(problem.cost)), patient).x
        endless = None if plan is None else _unbounded(matrices, problem, answer, plan, patient)
        if endless is not None:
            return endless
    said = ("the solver claims that there is no plan; not proved", "求解器声称没有方案；未证明")
    if matrices.integer.any():
        said = ("the solver claims that no whole numbers fit; not proved", "求解器声称没有整数解；未证明")
    return Found(replace(answer, status="infeasible"), Certificate(False, said))


def _unbounded(matrices: Matrices, problem: Scaled, answer: Answer, plan: np.ndarray, limits: Limits) -> Found | None:
    """The proof that cost falls without limit: a plan, and a direction from it; None without."""
    along = _ray(problem, limits)
    if along is None or not feasible(matrices, plan):
        return None
    worst = np.argsort(-np.abs(along))[:4]
    names = ", ".join(f"{n}[{', '.join(map(str, i))}]" for n, i in (matrices.column_name(int(j)) for j in worst))
    said = (f"proved: cost falls without limit along {names}", f"已证明：成本沿 {names} 无限下降")
    return Found(replace(answer, status="unbounded"), Certificate(True, said))


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
