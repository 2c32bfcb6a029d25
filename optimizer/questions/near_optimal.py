"""What is certain and what is a choice: the least and the most of each decision among all plans that cost little more than the best.

    least, most K_d   subject to the rows of the model and   cost <= best + slack × |best|

A decision d is the capacity of an equipment (or a tag of them) in a region (or all of them) in one period. Each end is proved
(`optimizer/budget.py`): `least` and `most` are bounds that no plan within the budget passes. Plans that differ most: Hop, Skip, Jump (Brill,
Chang and Hopkins, Management Science 28, 1982): the next plan uses as little as it can, within the budget, of what the plans before it use.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

import numpy as np
import pandas as pd

from models.instance import Instance
from models.problems import InputError, Problem, nearest, rule
from optimizer.budget import Budget
from optimizer.highs import Limits, Progress
from optimizer.live import Live
from optimizer.plan import Plan
from optimizer.questions.answer import Answer, Section
from optimizer.questions.decisions import ALL, SMALL, Decision, decisions_of, verdict
from optimizer.questions.spoken import Spoken, amount
from optimizer.solved import Solved
from optimizer.solving import solution

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
) -> Answer:
    """Least and most of each decision within `slack` of the best cost, of the instance and of each scenario (each with its own best).

    `region`, `equipment`: a name, group or tag each; without them the `most` largest decisions, by what it costs to build them: totals of all
    regions, then single regions. `period`: the last one unless named. `different`: so many plans that differ most from one another.
    Table: region, equipment, period, unit, `today` (what stands of today's by then), `plan` [Q], `least`, `most` [Q] over all scenarios, verdict.
    Table `scenarios`: the same for each, with status and best cost. Table `plans`: capacity of each different plan.
    Raises InputError for unknown names or a slack below 0.
    """
    limits = limits or Limits()
    _check(instance, slack, region, equipment, period, most)
    spoken = Spoken(instance)
    period = period or instance.names.kinds["period"][-1]
    given = {"": instance} | dict(scenarios or {})
    rows: list[dict[str, object]] = []
    decisions: list[Decision] = []
    plans: dict[str, Plan] = {}
    distant = pd.DataFrame()
    quiet = replace(limits, progress=None)
    for number, (name, one) in enumerate(given.items()):
        with closing(Live()) as live:
            first = solution(one, limits, live.search_large)
            if name == "":
                first.plan.require_plan()
            plans[name or "plan"] = first.plan
            if first.solved is None or not first.plan.certified or first.plan.status not in ("optimal", "feasible"):
                rows.append({"scenario": name, "status": first.plan.status})
                continue
            solved = first.solved
            own = decisions_of(solved, region, equipment, period, most, decisions)
            decisions = decisions or own
            best = first.plan.objective
            budget = Budget(solved.matrices, solved.x, slack, quiet, live)
            steps = _Steps(limits, number, len(given), 2 * len(own))
            for decision in own:
                value = float(solved.x[decision.chosen].sum())
                ends = []
                for sign in (1.0, -1.0):
                    ends.append(budget.end(decision.chosen, sign))
                    steps.done()
                least, top = ends
                rows.append({"scenario": name, "status": first.plan.status, "best": best, "region": decision.region, "equipment": decision.equipment,
                             "unit": decision.unit, "today": decision.left, "plan": value, "least": least.proved, "most": top.proved,
                             "least_reached": least.reached, "most_reached": top.reached})  # fmt: skip
            if different and name == "":
                distant = _different(budget, solved, period, different)
    money = instance.settings.money
    by = pd.DataFrame(rows).reindex(columns=COLUMNS)
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
    return Answer(tuple(sections), en, zh, (note,), instance.trust, plans)


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


class _Steps:
    """How many searches are done, and how long the rest will take."""

    def __init__(self, limits: Limits, scenario: int, scenarios: int, count: int) -> None:
        self._tell, self._begun = limits.progress, time.perf_counter()
        self._before, self._count, self._all = scenario * count, count, scenarios * count
        self._done = 0

    def done(self) -> None:
        self._done += 1
        if self._tell is not None:
            spent = time.perf_counter() - self._begun
            total, done = self._all, self._before + self._done
            self._tell(Progress(spent, f"{done}/{total}, about {spent / self._done * (total - done):.0f} s left"))


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


def _different(budget: Budget, solved: Solved, period: str, count: int) -> pd.DataFrame:
    """Cost and distance of the best plan (`plan_0`) and of `count` others, each as far as can be from those before it; then capacity where they
    differ, the largest difference first."""
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
    return pd.concat([pd.DataFrame(heads, columns=table.columns), table], ignore_index=True)


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
