"""What does the next tonne cost? Plans that no other beats in two or three goals (`optimizer/goals.py`), by the ε-constraint method
(`optimizer/frontier.py`): from the plan that is best in the first goal to the one that is best in each other, in equal steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from models.instance import Instance
from models.problems import InputError, Problem, rule
from optimizer.frontier import Frontier, Point
from optimizer.goals import Goal, goals_of
from optimizer.highs import LARGE, Limits
from optimizer.many import Case, Desk, Desks, Row
from optimizer.plan import PlanError
from optimizer.questions.answer import Answer, Section
from optimizer.questions.spoken import Spoken, amount, price_unit
from optimizer.solving import restated, solution


def usual(instance: Instance) -> tuple[str, str]:
    """Cost, and `co2`, else the first burden, else shortage."""
    frame = instance.tables["commodities"]
    burdens = frame.loc[frame["balance"] == "tally", "commodity"].tolist()
    return "cost", "co2" if "co2" in burdens else next(iter(burdens), "shortage")


def pareto(instance: Instance, goals: Sequence[str] = (), steps: int = 5, limits: Limits | None = None, kept: Path | None = None) -> Answer:
    """Plans between the best of each goal, `steps` of them (of each other goal, where there are three); without goals those of `usual`.

    Table: point, status, each goal [its unit], and for each goal but the first the trade-off price: what the first goal gives for one unit more
    of the limit, an LP dual (with whole numbers: those fixed); blank at the end where the limit cannot be lower. No point is worse than another
    in all goals. `kept` is the file of finished rows (see `Desks`). Raises InputError for unknown or repeated goals, or fewer than 2 steps;
    PlanError if there is no plan that is best in a goal, or if cancelled.
    """
    goals = goals or usual(instance)
    _check(goals, steps)
    limits = limits or Limits()
    first = solution(instance, limits)
    solved = first.require_solved()
    chosen = goals_of(solved, list(goals))[1]
    with Desks(desk, instance, limits, (solved.x, tuple(goals)), kept, small=len(solved.x) < LARGE) as desks:
        points = walk(desks, tuple(goals), steps)
    fixed = (" with the whole numbers fixed", "固定整数后的") if solved.matrices.integer.any() else ("", "")
    table = points_table(points, chosen)
    en, zh = _sentence(points, chosen, Spoken(instance))
    note = (f"The prices of limits are LP duals{fixed[0]}.", f"限额价格为{fixed[1]}线性规划对偶价格。")
    section = Section("pareto", table, f"Plans between the best {' and the best '.join(goals)}", "各目标之间的非劣方案")
    return Answer((section,), en, zh, (note,), instance, {"plan": first.plan})


@dataclass(frozen=True)
class Asked:
    """A point: the least of the goal with this number, or of the first within limits on the others."""

    goals: tuple[str, ...]
    least: int = 0
    limits: tuple[float, ...] = ()


def desk(instance: Instance, about: tuple[np.ndarray, tuple[str, ...]], limits: Limits) -> Desk:
    """Answers points. `about`: a plan of the instance, and the goals."""
    frontier = Frontier(*goals_of(restated(instance, about[0]), list(about[1])), limits)
    return lambda case: row_of(frontier, case)[0]


def row_of(frontier: Frontier, case: Case) -> tuple[Row, Point]:
    """What JSON holds of a point, and the point."""
    asked: Asked = case.asked
    point = frontier.at(asked.limits) if asked.limits else frontier.least(asked.least)
    return {"status": point.status, "values": point.values, "prices": point.prices}, point


def walk(desks: Desks, goals: tuple[str, ...], steps: int) -> list[Point]:
    """The best of the first goal, the steps between, and the best of each other."""
    count = steps - 2 if len(goals) == 2 else steps**2 - 1
    ends = _points(desks, [Case(f"least {goal}", Asked(goals, n)) for n, goal in enumerate(goals)], count)
    for goal, end in zip(goals, ends, strict=True):
        if not end.there:
            raise PlanError(f"no plan is best in {goal}: {end.status} / {goal} 无最优方案：{end.status}")
    inner = [np.linspace(ends[0].values[n], end.values[n], steps) for n, end in enumerate(ends[1:], 1)]
    grid = [(value,) for value in inner[0][1:-1]] if len(inner) == 1 else list(product(*inner))[1:]
    within = dict.fromkeys(tuple(float(v) + 1e-9 * abs(float(v)) for v in values) for values in grid)
    points = _points(desks, [Case(f"within {values}", Asked(goals, 0, values)) for values in within])
    return _undominated([ends[0], *points, *ends[1:]])


def _points(desks: Desks, cases: list[Case], later: int = 0) -> list[Point]:
    found = []
    for case, row in zip(cases, desks.rows(cases, later), strict=True):
        goals = len(case.asked.goals)
        values, prices = row.get("values", [np.nan] * goals), row.get("prices", [np.nan] * (goals - 1))
        found.append(Point(row["status"], tuple(values), tuple(prices), told=row.get("told", {})))
    return found


def _undominated(points: list[Point]) -> list[Point]:
    """Without points that another one beats or equals; those without a plan stay, to be told."""
    kept: list[Point] = []
    for point in points:
        value = np.array(point.values)
        others = [np.array(other.values) for other in points if other is not point and other.there]
        small = 1e-6 * np.maximum(1.0, np.abs(value))
        beaten = any((other <= value + small).all() and (other < value - small).any() for other in others)
        same = any((np.abs(np.array(other.values) - value) <= small).all() for other in kept if other.there)
        if not point.there or not (beaten or same):
            kept.append(point)
    return kept


def points_table(points: list[Point], goals: list[Goal]) -> pd.DataFrame:
    """Rows: point, status, goals, prices in the unit in which prices are quoted."""
    rows = []
    for n, point in enumerate(points):
        row: dict[str, object] = {"point": str(n), "status": point.status}
        row |= {f"{goal.name} [{goal.unit}]": value for goal, value in zip(goals, point.values, strict=True)}
        for goal, price in zip(goals[1:], point.prices, strict=True):
            factor, unit = price_unit(goals[0].unit, goal.unit)
            row[f"price of {goal.name} [{unit}]"] = price * factor + 0.0
        rows.append(row)
    return pd.DataFrame(rows)


def _check(goals: Sequence[str], steps: int) -> None:
    problems: list[Problem] = []
    if not 2 <= len(goals) <= 3 or len(set(goals)) < len(goals):
        problems.append(rule("name two or three different goals", "请给出两个或三个不同目标", file="--goal", value=", ".join(goals)))
    if steps < 2:
        problems.append(rule("must be >= 2", "必须 >= 2", file="--steps", value=str(steps)))
    if problems:
        raise InputError(problems)


def _sentence(points: list[Point], goals: list[Goal], spoken: Spoken) -> tuple[str, str]:
    there = [point for point in points if point.there]
    if len(there) < 2:
        names = " and ".join(goal.name for goal in goals)
        return f"One plan is best in {names} at once.", f"同一方案在{'、'.join(_zh(goal, spoken) for goal in goals)}上同时最优。"
    first, other = goals[0], goals[1]
    best = min(there, key=lambda point: point.values[1])
    less, more = there[0].values[1] - best.values[1], best.values[0] - there[0].values[0]
    share = less / abs(there[0].values[1]) if there[0].values[1] else 0.0
    factor, unit = price_unit(first.unit, other.unit)
    mean = more / less * factor if less else 0.0
    en = (
        f"{other.name} can fall by {amount(less)} {other.unit} ({share:.0%}) at most, for {amount(more)} {first.unit} more {first.name}: "
        f"{amount(mean)} {unit} on average."
    )
    zh = (
        f"{_zh(other, spoken)}最多可降 {amount(less)} {other.unit}（{share:.0%}），{_zh(first, spoken)}增加 {amount(more)} {first.unit}，"
        f"平均 {amount(mean)} {unit}。"
    )
    return en, zh


def _zh(goal: Goal, spoken: Spoken) -> str:
    what, _, scope = goal.name.partition(":")
    words = {"cost": "成本", "shortage": "短缺罚款", "moves": f"{spoken.zh(scope)}变动量", "spread": f"{spoken.zh(scope)}地区间最大变化"}
    return words.get(what, spoken.zh(goal.name))
