"""Many solves of one question: its cases, in two processes that each keep a live solver. Rows are kept as they come."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from models.instance import Instance
from models.problems import InputError
from optimizer.change import Change
from optimizer.child import Child, serve
from optimizer.highs import Limits, Progress
from optimizer.plan import Plan, PlanError
from optimizer.study import Study

PROCESSES = 2
Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One solve: the instance so changed. `about` is what the measure must know of it."""

    name: str
    changes: tuple[Change, ...]
    about: Any = None


Measure = Callable[[Instance, Plan, Plan, Case], Row]
"""(instance, its plan, plan of the case, the case) -> the row of the case: what JSON can hold. A function of a module."""


def many(instance: Instance, cases: Sequence[Case], measure: Measure, limits: Limits, kept: Path | None = None) -> list[Row]:
    """The rows of all cases, in their order: `case`, `status`, and what `measure` says where there is a certified plan; else `why`.

    Finished rows are appended to the file `kept`, and those that stand there for the same instance, changes and question are not solved again;
    when all are there it is removed. Raises PlanError if the instance itself has no certified plan, or if cancelled (then the rows are kept).
    """
    marks = {case.name: _mark(instance, case, measure) for case in cases}
    done = _read(kept, marks)
    left = [case for case in cases if case.name not in done]
    begun, solved = time.perf_counter(), len(done)
    for row in _solved(instance, left, measure, limits):
        done[row["case"]] = row
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"mark": marks[row["case"]], "row": row}, ensure_ascii=False) + "\n")
        if limits.progress is not None and (len(done) % max(1, len(cases) // 20) == 0 or len(done) == len(cases)):
            seconds = time.perf_counter() - begun
            rest = seconds / (len(done) - solved) * (len(cases) - len(done))
            limits.progress(Progress(seconds, f"{len(done)} / {len(cases)}, {rest:.0f} s left / 剩余 {rest:.0f} 秒"))
    if len(done) < len(cases):
        where = f"; {len(done)} of {len(cases)} rows are kept in {kept}: the same question goes on from there" if kept is not None else ""
        raise PlanError(f"stopped / 已中断{where}")
    if kept is not None:
        kept.unlink(missing_ok=True)
    return [done[case.name] for case in cases]


def _mark(instance: Instance, case: Case, measure: Measure) -> str:
    """What a kept row belongs to."""
    asked = (instance.fingerprint, measure.__module__, measure.__qualname__, case.name, case.about, case.changes)
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:32]


def _read(kept: Path | None, marks: dict[str, str]) -> dict[str, Row]:
    """Rows kept before that are still asked for; a line cut short by a crash is passed over."""
    rows = {}
    if kept is not None and kept.is_file():
        for line in kept.read_text("utf-8").splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue
            name = entry["row"]["case"]
            if marks.get(name) == entry["mark"]:
                rows[name] = entry["row"]
    return rows


def _solved(instance: Instance, cases: Sequence[Case], measure: Measure, limits: Limits) -> Any:
    """Rows as they are finished; ends early if cancelled."""
    waiting = list(reversed(cases))
    own = replace(limits, cancel=None, progress=None)
    children: dict[Connection[Any, Any], tuple[Child, Case]] = {}
    died: set[str] = set()

    def start() -> None:
        child = Child("optimizer.many")
        child.line.send((instance, measure, own))
        children[child.line] = (child, waiting[-1])
        child.line.send(waiting.pop())

    try:
        while waiting and len(children) < PROCESSES:
            start()
        while children:
            if limits.cancel is not None and limits.cancel.is_set():
                return
            for line in wait(list(children), timeout=0.1):
                assert isinstance(line, Connection)
                child, case = children.pop(line)
                try:
                    said = line.recv()
                except (EOFError, OSError):
                    child.close()
                    if case.name in died:
                        yield {"case": case.name, "status": "failed", "why": "the process died twice / 进程两次中断"}
                    else:
                        died.add(case.name)
                        waiting.append(case)
                    if waiting:
                        start()
                    continue
                if isinstance(said, Exception):
                    child.close()
                    raise said
                if waiting:
                    children[line] = (child, waiting[-1])
                    line.send(waiting.pop())
                else:
                    child.close()
                yield said
    finally:
        for child, _ in children.values():
            child.close()


def _work(line: Connection[Any, Any]) -> None:
    """The child: solves the instance, then each case that comes, until the parent is gone."""
    instance, measure, limits = line.recv()
    with Study(instance) as study:
        base: Plan | None = None
        while True:
            try:
                case = line.recv()
            except EOFError:
                return
            try:
                base = base or study.solve(limits=limits).require_plan()
                line.send(_row(study, base, case, measure, limits))
            except Exception as error:  # said to the parent, who raises it
                line.send(error if isinstance(error, PlanError) else RuntimeError(f"{case.name}: {type(error).__name__}: {error}"))


def _row(study: Study, base: Plan, case: Case, measure: Measure, limits: Limits) -> Row:
    """One case; without a plan its row says why."""
    try:
        plan = study.solve(case.changes, limits)
    except InputError as error:
        return {"case": case.name, "status": "refused", "why": error.text()}
    row = {"case": case.name, "status": plan.status}
    if plan.status in ("optimal", "feasible") and plan.certified:
        return row | measure(study.instance, base, plan, case)
    return row | {"why": "; ".join(str(name) for name, _ in plan.summary["conflict"][:5]) or str(plan.summary["certificate"])}


if __name__ == "__main__":
    serve(_work)
