"""The marginal abatement cost curve: a burden cut in equal steps from what the best plan has to the least that is possible, the price of each
step, and what is done in it.

Between two neighbouring points the change of the burden splits exactly by what it comes from (route, fuel bought, equipment, freight); beside it
stands how much more or less each route runs.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from models.instance import Instance
from models.problems import InputError, rule
from optimizer.frontier import Frontier, Point
from optimizer.goals import burden_parts, goals_of
from optimizer.highs import LARGE, Limits
from optimizer.many import Case, Desk, Desks, Row
from optimizer.questions.answer import Answer, Section
from optimizer.questions.pareto import row_of, walk
from optimizer.questions.spoken import Spoken, amount, price_unit
from optimizer.solved import Solved
from optimizer.solving import restated, solution

SMALL = 0.01
"""Share of a step's abatement, and of the largest change of a route, below which it is not listed."""


def abatement(instance: Instance, burden: str, steps: int = 7, limits: Limits | None = None, kept: Path | None = None) -> Answer:
    """The curve of a burden over the horizon.

    Table: point, status, burden [b], abated [b], cost [¤, present value], price of the last unit (LP dual; blank at the least possible, where no
    more can be cut), mean cost of the step, penalties of demand given up [¤, in the cost]. Table `measures`: step, item (route, fuel, equipment,
    freight), its change of activity over the horizon (routes), its change of the burden, share of what the step abates; what abates most first,
    then what runs more in its place.
    `kept` is the file of finished rows (see `Desks`). Raises InputError for an unknown burden or fewer than 2 steps; PlanError if there is no
    plan, or if cancelled.
    """
    if steps < 2:
        raise InputError([rule("must be >= 2", "必须 >= 2", file="--steps", value=str(steps))])
    limits = limits or Limits()
    first = solution(instance, limits)
    solved, names = first.require_solved(), ("cost", burden)
    goals = goals_of(solved, list(names))[1]
    with Desks(desk, instance, limits, (solved.x, names), kept, small=len(solved.x) < LARGE) as desks:
        points = [point for point in walk(desks, names, steps) if point.there]
    money, unit = instance.settings.money, goals[1].unit
    factor, quoted = price_unit(money, unit)
    costs, amounts = (np.array([point.values[n] for point in points]) for n in (0, 1))
    cut = -np.diff(amounts)
    table = pd.DataFrame(
        {
            "point": [str(n) for n in range(len(points))],
            "status": [point.status for point in points],
            f"{burden} [{unit}]": amounts,
            f"abated [{unit}]": amounts[0] - amounts,
            f"cost [{money}]": costs,
            f"price [{quoted}]": [point.prices[0] * factor + 0.0 for point in points],
            f"mean of the step [{quoted}]": [np.nan, *(np.diff(costs) / cut * factor)],
            f"shortage [{money}]": [point.told["shortage"] for point in points],
        }
    )
    measures = _measures(points, unit)
    en, zh = _sentence(burden, table, measures, quoted, unit, Spoken(instance))
    fixed = (" with the whole numbers fixed", "固定整数后的") if solved.matrices.integer.any() else ("", "")
    note = (
        f"The price is an LP dual{fixed[0]}, of the last unit cut; the burden is a sum over the horizon, costs are present values.",
        f"价格为{fixed[1]}线性规划对偶价格，即最后一单位的减排成本；负担为规划期合计，成本为现值。",
    )
    notes = [note, *_also(solved, table, f"shortage [{money}]")]
    zh_name = Spoken(instance).zh(burden)
    sections = (
        Section("abatement", table, f"Marginal abatement cost of {burden}", f"{zh_name}边际减排成本"),
        Section("measures", measures, "What is done in each step", "每一步的措施"),
    )
    return Answer(sections, en, zh, tuple(notes), instance, {"plan": first.plan})


def _also(solved: Solved, table: pd.DataFrame, short: str) -> list[tuple[str, str]]:
    """What else is in the cost: taxes, and penalties of demand that is given up."""
    notes = []
    if solved.matrices.terms["priced"].matrix.nnz:
        notes.append(("Taxes and carbon prices are in the cost: the price stands beside them.", "成本已含税费与碳价：此价格在其之外。"))
    given_up = table.index[table[short] > table[short].iloc[0] + 1e-6 * abs(table.iloc[0, 4])]
    if len(given_up):
        n = table["point"][given_up[0]]
        notes.append(
            (f"From point {n} on, demand is given up at the shortage penalty: the price has that penalty in it, not a technology alone.",
             f"自方案点 {n} 起以短缺罚价放弃部分需求：价格含罚价，不只是技术成本。")
        )  # fmt: skip
    return notes


def desk(instance: Instance, about: tuple[np.ndarray, tuple[str, ...]], limits: Limits) -> Desk:
    """Answers points with what makes them up: the burden by part, the activity of routes over the horizon, shortage penalties."""
    solved = restated(instance, about[0])
    frontier = Frontier(*goals_of(solved, list(about[1])), limits)
    short = goals_of(solved, ["shortage"])[1][0]
    parts = burden_parts(solved, about[1][1])
    activity = solved.matrices.columns["activity"].slice
    frame = solved.values("activity", "r", "k", "t", "p")
    routes = np.array(frame.decoded("k"), dtype=object)
    years = frame.look_up(solved.model.board["periods"], "t", value="years")

    def row(case: Case) -> Row:
        out, point = row_of(frontier, case)
        if point.x is not None:
            runs = pd.Series(point.x[activity] * years, dtype=float).groupby(routes).sum() if len(routes) else pd.Series(dtype=float)
            items = {label: float(weights @ point.x[: len(weights)]) for label, weights, _ in parts}
            out["told"] = {"shortage": short.at(point.x), "items": items, "runs": runs.to_dict()}
        return out

    return row


def _measures(points: list[Point], unit: str) -> pd.DataFrame:
    rows = []
    for n, (before, after) in enumerate(pairwise(points), 1):
        total = before.values[1] - after.values[1]
        runs = pd.Series(after.told["runs"], dtype=float) - pd.Series(before.told["runs"], dtype=float)
        items = {label: value - before.told["items"][label] for label, value in after.told["items"].items()}
        largest = float(runs.abs().max()) if len(runs) else 0.0
        names = dict.fromkeys([*items, *runs[runs.abs() > SMALL * largest].index])
        own = [
            {"step": str(n), "item": name, "activity": float(runs.get(name, np.nan)), f"change [{unit}]": items.get(name, 0.0),
             "share": -items.get(name, 0.0) / total}
            for name in names
            if abs(items.get(name, 0.0)) > SMALL * total or abs(float(runs.get(name, 0.0))) > SMALL * largest
        ]  # fmt: skip
        rows += sorted(own, key=lambda row: (row[f"change [{unit}]"], -abs(float(str(row["activity"])))))
    return pd.DataFrame(rows, columns=["step", "item", "activity", f"change [{unit}]", "share"])


def _sentence(burden: str, table: pd.DataFrame, measures: pd.DataFrame, quoted: str, unit: str, spoken: Spoken) -> tuple[str, str]:
    if len(table) < 2 or measures.empty:
        return f"{burden} cannot be cut below what the best plan has.", f"{spoken.zh(burden)}不能低于最优方案的水平。"
    mean, abated = table[f"mean of the step [{quoted}]"], table[f"abated [{unit}]"]
    first = measures[measures["step"] == "1"].iloc[0]
    last = measures[measures["step"] == measures["step"].iloc[-1]].iloc[0]
    share = abated.iloc[-1] / abs(table.iloc[0, 2]) if table.iloc[0, 2] else 0.0
    en = (
        f"The first {amount(abated.iloc[1])} {unit} of {burden} cost {amount(mean.iloc[1])} {quoted} (most from {first['item']}), the last of "
        f"{amount(abated.iloc[-1])} {unit} ({share:.0%}) {amount(mean.iloc[-1])} (most from {last['item']})."
    )
    main, end = spoken.zh(first["item"]), spoken.zh(last["item"])
    zh = (
        f"{spoken.zh(burden)}最初的 {amount(abated.iloc[1])} {unit} 减排成本为 {amount(mean.iloc[1])} {quoted}（主要来自{main}），"
        f"减至 {amount(abated.iloc[-1])} {unit}（{share:.0%}）时最后一步为 {amount(mean.iloc[-1])}（主要来自{end}）。"
    )
    return en, zh
