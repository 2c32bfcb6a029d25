"""What is certain and what is a choice: the least and the most of each decision among all plans that cost little more than the best.

    least, most K_d   subject to the rows of the model and   cost <= best + slack × |best|

A decision d is the capacity of an equipment (or a tag of them) in a region (or all of them) in one period. Each end is proved
(`optimizer/budget.py`): `least` and `most` are bounds that no plan within the budget passes. Plans that differ most: Hop, Skip, Jump (Brill,
Chang and Hopkins, Management Science 28, 1982): the next plan uses as little as it can, within the budget, of what the plans before it use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from models.instance import Instance
from models.problems import InputError, Problem, nearest, rule
from optimizer.budget import Budget
from optimizer.highs import LARGE, Limits
from optimizer.many import Case, Desk, Desks, Row
from optimizer.questions.answer import Answer, Section
from optimizer.questions.decisions import ALL, SMALL, Decision, decisions_of, verdict
from optimizer.questions.spoken import Spoken, amount
from optimizer.solved import Solved
from optimizer.solving import restated, solution

COLUMNS = [
    "scenario", "status", "best", "region", "equipment", "unit", "today", "plan", "least", "least_reached", "most", "most_reached",
]  # fmt: skip


def near_optimal(
    instance: Instance,
    slack: float = 0.05,
    scenarios: Mapping[str, Instance] | None = None,
    region: str = "",
    equipment: str = "",
    period: str = "",
    most: int = 4,
    different: int = 0,
    limits: Limits | None = None,
    kept: Path | None = None,
) -> Answer:
    """Least and most of each decision within `slack` of the best cost, of the instance and of each scenario (each with its own best).

    `region`, `equipment`: a name, group or tag each; without them the `most` largest decisions, by what it costs to build them: totals of all
    regions, then single regions. `period`: the last one unless named. `different`: so many plans that differ most from one another.
    Table: region, equipment, period, unit, `today` (what stands of today's by then), `plan` [Q], `least`, `most` [Q] over all scenarios, verdict.
    Table `scenarios`: the same for each, with status and best cost. Table `plans`: capacity of each different plan.
    `kept` is the file of finished rows (see `Desks`). Raises InputError for unknown names or a slack below 0; PlanError if there is no plan of
    the instance, or if cancelled.
    """
    limits = limits or Limits()
    _check(instance, slack, region, equipment, period, most)
    spoken = Spoken(instance)
    period = period or instance.names.kinds["period"][-1]
    given = {"": instance} | dict(scenarios or {})
    first = solution(instance, limits)
    solved = first.require_solved()
    decisions = decisions_of(solved, region, equipment, period, most)
    cases = [Case("plans that differ", _Asked("", "", slack, "", "", period, 0.0, different))] if different else []
    for name, one in given.items():
        for d in decisions:
            for sign, word in ((1.0, "least"), (-1.0, "most")):
                asked = _Asked(name, one.fingerprint, slack, d.region, d.equipment, period, sign)
                cases.append(Case(f"{name}: {word} {d.region} {d.equipment}", asked))
    with Desks(desk, instance, limits, (solved.x, given), kept, small=len(solved.x) < LARGE) as desks:
        found = desks.rows(cases)
    distant = _frame(found.pop(0)) if different else pd.DataFrame()
    rows = [one | other for one, other in zip(found[::2], found[1::2], strict=True)]
    by = pd.DataFrame(rows).reindex(columns=COLUMNS)
    by = by[by["best"].notna() | ~by.duplicated(["scenario", "status"])].reset_index(drop=True)
    money = instance.settings.money
    table = _table(by, decisions, period)
    en, zh = _sentence(table, by, slack, spoken)
    sections = [
        Section(
            "near_optimal",
            table,
            f"Capacity in {period}, within {slack:.1%} of the best cost",
            f"{period} 年产能（成本不超过最优 {slack:.1%}）",
        ),
        Section("scenarios", by.rename(columns={"best": f"best [{money}]"}), "By scenario", "各情景"),
    ]
    if len(distant):
        sections.append(Section("plans", distant, "Plans that differ most (Hop, Skip, Jump)", "差异最大的方案（HSJ 法）"))
    note = (
        "least and most are proved: no plan within the budget is beyond them. `reached` is what a plan within it has.",
        "最低与最高均已证明：预算之内没有方案超出；“达到”为预算之内某一方案之值。",
    )
    return Answer(tuple(sections), en, zh, (note, *_refused(found)), instance, {"plan": first.plan})


def _check(instance: Instance, slack: float, region: str, equipment: str, period: str, most: int) -> None:
    problems: list[Problem] = []
    if not slack >= 0:
        problems.append(rule("must be >= 0", "必须 >= 0", file="--slack", value=str(slack)))
    if most < 1:
        problems.append(rule("must be >= 1", "必须 >= 1", file="--most", value=str(most)))
    for what, name, option in (("region", region, "--region"), ("equipment", equipment, "--equipment"), ("period", period, "--period")):
        if name and not instance.names.members(name, what):
            problems.append(Problem("unknown_name", file=option, value=name, said={"what": what, "near": nearest(name, instance.names.known(what))}))
    if problems:
        raise InputError(problems)


@dataclass(frozen=True)
class _Asked:
    """An end of a decision: the least (sign 1) or the most (−1), of the instance ("") or a scenario; or (0) so many plans that differ."""

    scenario: str
    fingerprint: str
    slack: float
    region: str
    equipment: str
    period: str
    sign: float
    different: int = 0


def desk(instance: Instance, about: tuple[np.ndarray, Mapping[str, Instance]], limits: Limits) -> Desk:
    """Answers ends; what it knows of a scenario it keeps until the next comes. `about`: the best plan of the instance, and the scenarios."""
    x, given = about
    known: dict[str, tuple[Solved, Budget] | Row] = {}

    def row(case: Case) -> Row:
        asked = case.asked
        if asked.scenario not in known:
            known.clear()
            known[asked.scenario] = _best(given[asked.scenario], x if asked.scenario == "" else None, asked.slack, limits)
        base = known[asked.scenario]
        if isinstance(base, dict):
            return {"scenario": asked.scenario} | base
        solved, budget = base
        if not asked.sign:
            return {"status": "optimal", "plans": _different(budget, solved, asked.period, asked.different)}
        decision = decisions_of(solved, asked.region, asked.equipment, asked.period)[0]
        end, word = budget.end(decision.chosen, asked.sign), "least" if asked.sign > 0 else "most"
        best = float(solved.matrices.cost @ solved.x) + solved.matrices.offset
        return {"scenario": asked.scenario, "status": "optimal", "best": best, "region": asked.region, "equipment": asked.equipment,
                "unit": decision.unit, "today": decision.left, "plan": float(solved.x[decision.chosen].sum()), word: end.proved,
                f"{word}_reached": end.reached}  # fmt: skip

    return row


def _best(instance: Instance, x: np.ndarray | None, slack: float, limits: Limits) -> tuple[Solved, Budget] | Row:
    """The solved model and the plans near its best; the status where there is no certified plan."""
    try:
        if x is None:
            found = solution(instance, limits)
            if found.solved is None or not found.plan.certified or found.plan.status not in ("optimal", "feasible"):
                return {"status": found.plan.status}
            solved = found.solved
        else:
            solved = restated(instance, x)
    except InputError as error:
        return {"status": "refused", "why": error.text()}
    return solved, Budget(solved.matrices, solved.x, slack, limits)


def _refused(found: list[Row]) -> list[tuple[str, str]]:
    """Scenarios that cannot be stated, and why."""
    why = {f"{row['scenario']}: {row['why']}": None for row in found if "why" in row and "scenario" in row}
    return [(text, text) for text in why]


def _table(by: pd.DataFrame, decisions: list[Decision], period: str) -> pd.DataFrame:
    rows = []
    for decision in decisions:
        own = by[(by["region"] == decision.region) & (by["equipment"] == decision.equipment)]
        least, top = float(own["least"].min(skipna=False)), float(own["most"].max(skipna=False))
        rows.append(
            {
                "region": decision.region, "equipment": decision.equipment, "period": period, "unit": decision.unit, "today": decision.left,
                "plan": float(own["plan"].iloc[0]), "least": least, "most": top, "verdict": verdict(least, top, decision.left),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _frame(row: Row) -> pd.DataFrame:
    rows, columns = row.get("plans", ([], []))
    return pd.DataFrame(rows, columns=columns)


def _different(budget: Budget, solved: Solved, period: str, count: int) -> tuple[list[list[object]], list[str]]:
    """Rows and columns of a table: cost and distance of the best plan (`plan_0`) and of `count` others, each as far as can be from those before
    it; then capacity where they differ, the largest difference first."""
    board = solved.model.board
    standing = solved.values("standing", "r", "q", "e", "t")
    own = np.flatnonzero(standing["t"] == board.code(period))
    columns, place = solved.matrices.columns["standing"].start + own, standing[own].groups("r", "q")

    def capacity(x: np.ndarray) -> np.ndarray:
        return np.bincount(place, x[columns], minlength=int(place.max(initial=-1)) + 1)

    found = [solved.x]
    used = [capacity(solved.x)]
    labels = pd.DataFrame({"region": standing[own].decoded("r"), "equipment": standing[own].decoded("q")}).groupby(place).first()
    size = np.maximum(pd.Series(used[0]).groupby(labels["equipment"].to_numpy()).transform("max").to_numpy(), SMALL)
    for _ in range(count):
        cost = np.zeros(len(solved.x))
        cost[columns] = (sum((one / size for one in used), np.zeros(len(size))) / size)[place]
        plan = budget.least(cost).x
        found.append(plan)
        used.append(capacity(plan))
    units = dict(zip(board.table("equipment")["equipment"], board.table("equipment")["unit"], strict=True))
    table = labels.assign(unit=[units[q] for q in labels["equipment"]], **{f"plan_{n}": one for n, one in enumerate(used)})
    spread = (np.max(used, axis=0) - np.min(used, axis=0)) / size
    table = table.iloc[np.argsort(-spread, kind="stable")][: int((spread > SMALL).sum())]
    costs = [float(solved.matrices.cost @ x) + solved.matrices.offset for x in found]
    apart = [min((float(np.abs(one - other).sum() / np.abs(used[0]).sum()) for other in used[:n]), default=0.0) for n, one in enumerate(used)]
    heads = [["", "cost", board.instance.settings.money, *costs], ["", "distance to the nearest before", "1", *apart]]
    return [*heads, *table.to_numpy(object).tolist()], list(table.columns)


def _sentence(table: pd.DataFrame, by: pd.DataFrame, slack: float, spoken: Spoken) -> tuple[str, str]:
    def named(word: str) -> tuple[str, str]:
        own = table[table["verdict"] == word]
        en = [f"{'' if r == ALL else r + ' '}{q} ({amount(a)}–{amount(b)} {u})" for r, q, a, b, u in _cells(own)]
        zh = [f"{'' if r == ALL else spoken.zh(r)}{spoken.zh(q)}（{amount(a)}–{amount(b)} {u}）" for r, q, a, b, u in _cells(own)]
        return ", ".join(en), "、".join(zh)

    words = {"must build": "必须新建", "must close": "必须关停", "keep": "保留", "never build": "不新建", "depends": "可选"}
    said = [(word, *named(word)) for word in words]
    n = by["scenario"].nunique()
    under = (f" in all {n} scenarios", f"（{n} 个情景）") if n > 1 else ("", "")
    none = int(by["best"].isna().sum())
    en = f"Within {slack:.1%} of the best cost{under[0]}: " + "; ".join(f"{word} {text}" for word, text, _ in said if text) + "."
    zh = f"成本不超过最优 {slack:.1%}{under[1]}：" + "；".join(f"{words[word]}{text}" for word, _, text in said if text) + "。"
    if none:
        en, zh = f"{en} {none} scenario{'s' if none > 1 else ''} without a plan.", f"{zh}{none} 个情景没有方案。"
    return en, zh


def _cells(own: pd.DataFrame) -> list[tuple[str, str, float, float, str]]:
    return list(own[["region", "equipment", "least", "most", "unit"]].itertuples(index=False, name=None))
