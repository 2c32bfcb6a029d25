"""Compare: any number of plans side by side, and first what differs in what they were asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from models.instance import Instance
from models.problems import InputError, rule
from models.tables import TABLES
from optimizer.difference import AMOUNTS, side_by_side, summed
from optimizer.plan import INPUTS, Plan
from optimizer.questions.answer import Answer, Section

MOVES = ("new", "refitted", "closed", "expired")
POLICY = ["policy", "member", "period"]


def compare(plans: Mapping[str, Plan], instances: Mapping[str, Instance] | None = None) -> Answer:
    """Plans by name, the first of them the one that others are compared with; the instances they answer, where known.

    Tables, a column per plan, only rows that differ: `plans` (status, cost, certificate), `inputs` (table, row, column), `costs` (present value),
    `capacity` at the end of periods, `moves` over the horizon, `burdens` of all regions, `policies` (shadow price where it binds; blank where
    not), `prices` (mean over places, weighted by what is used and wanted). Raises InputError for fewer than two plans.
    """
    if len(plans) < 2:
        raise InputError([rule("name two plans at least", "请至少给出两个方案", file="PLAN")])
    first = next(iter(plans))
    table = _heads(plans)
    sections = [Section("plans", table, "The plans", "方案一览")]
    if instances is not None and len(instances) == len(plans):
        inputs = _inputs(instances)
        sections.append(Section("inputs", inputs, "What differs in the inputs", "输入的差别"))
    money = "; ".join(dict.fromkeys(str(plan.summary["money_unit"]) for plan in plans.values()))
    told = {name: plan for name, plan in plans.items() if plan.tables}
    if len(told) > 1:
        frames = _frames(told)
        sections += [Section(name, frames[name], *(text.format(money=money) for text in TITLES[name])) for name in TITLES if len(frames[name])]
    kinds = dict.fromkeys(plan.price_kind for plan in plans.values())
    notes = ((f"Prices are: {', '.join(en for en, _ in kinds)}.", f"价格类型：{'、'.join(zh for _, zh in kinds)}。"),)
    return Answer(tuple(sections), *_sentence(plans, first, money), notes, next(iter((instances or {}).values()), None), plans)


TITLES = {
    "costs": ("Cost by term, present value [{money}]", "按项成本，现值 [{money}]"),
    "capacity": ("Capacity at the end of the period", "期末在役产能"),
    "moves": ("Capacity that comes and goes, over the horizon", "规划期内的新建、改造、关停与到期"),
    "burdens": ("Burdens of all regions, per year", "负担，全部地区，每年"),
    "policies": ("Shadow prices where policies bind in some plans only [{money} of the period per unit]",
                 "仅在部分方案中起约束的政策的影子价格 [当期 {money}/单位]"),
    "prices": ("Mean shadow price of goods [{money} per unit]", "商品平均影子价格 [{money}/单位]"),
}  # fmt: skip


def _frames(plans: Mapping[str, Plan]) -> dict[str, pd.DataFrame]:
    frames = {table: _most_first({name: summed(plan, table) for name, plan in plans.items()}) for table in AMOUNTS}
    frames["moves"] = _most_first({name: _moves(plan) for name, plan in plans.items()})
    frames["policies"] = _policies(plans)
    frames["prices"] = _most_first({name: _prices(plan) for name, plan in plans.items()})
    return frames


def load(paths: list[Path]) -> tuple[dict[str, Plan], dict[str, Instance] | None]:
    """Saved plans by the names of their folders, and the instances kept in them; None if one has none. Raises PlanError, InputError."""
    names = [path.name if [p.name for p in paths].count(path.name) == 1 else str(path) for path in paths]
    plans = {name: Plan.load(path) for name, path in zip(names, paths, strict=True)}
    kept = {name: path / INPUTS for name, path in zip(names, paths, strict=True)}
    return plans, {name: Instance.load(path) for name, path in kept.items()} if all(path.is_dir() for path in kept.values()) else None


def _heads(plans: Mapping[str, Plan]) -> pd.DataFrame:
    first = next(iter(plans.values())).summary["objective"]
    rows = []
    for name, plan in plans.items():
        cost = plan.summary["objective"]
        more = np.nan if first is None or cost is None else cost - first
        row = {"plan": name, "title": plan.summary["title"], "status": plan.status, "certified": plan.certified}
        rows.append(row | {"cost": np.nan if cost is None else cost, "more": more, "unit": plan.summary["money_unit"]})
    return pd.DataFrame(rows)


def _inputs(instances: Mapping[str, Instance]) -> pd.DataFrame:
    """Settings and cells that are not the same everywhere; a row that is missing is blank throughout."""
    rows = []
    settings = {name: instance.settings.__dict__ for name, instance in instances.items()}
    for key in next(iter(settings.values())):
        told = {name: str(given[key]) for name, given in settings.items()}
        if len(set(told.values())) > 1:
            rows.append({"table": "instance", "row": "", "column": key} | told)
    for table, schema in TABLES.items():
        keys, values = [c.name for c in schema.keys], [c.name for c in schema.columns if not c.key]
        cells = {name: _cells(instance.tables[table], keys, values) for name, instance in instances.items()}
        for row, column in dict.fromkeys(key for own in cells.values() for key in own):
            told = {name: own.get((row, column), "") for name, own in cells.items()}
            if len(set(told.values())) > 1:
                rows.append({"table": table, "row": row, "column": column} | told)
    return pd.DataFrame(rows, columns=["table", "row", "column", *instances])


def _cells(frame: pd.DataFrame, keys: list[str], values: list[str]) -> dict[tuple[str, str], str]:
    """(key cells of the row, column) -> cell, as text; rows with equal keys are numbered."""
    out: dict[tuple[str, str], str] = {}
    seen: dict[str, int] = {}
    for line in frame.to_dict("records"):
        row = ", ".join(f"{k} {line[k]:g}" if isinstance(line[k], float) else f"{k} {line[k]}" for k in keys if line[k] != "" and line[k] == line[k])
        seen[row] = seen.get(row, 0) + 1
        row += f" ({seen[row]})" if seen[row] > 1 else ""
        for column in values:
            value = line[column]
            out[row, column] = "" if value != value else f"{value:.12g}" if isinstance(value, float) else str(value)
    return out


def _most_first(sums: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Side by side, those rows first that differ most."""
    both = side_by_side(sums)
    spread = both[list(sums)].max(axis=1) - both[list(sums)].min(axis=1)
    return both.loc[spread.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _moves(plan: Plan) -> pd.Series:
    long = plan["capacity"].melt(["region", "equipment", "unit"], list(MOVES), var_name="kind", value_name="amount")
    return long.groupby(["region", "equipment", "unit", "kind"], sort=False)["amount"].sum()


def _policies(plans: Mapping[str, Plan]) -> pd.DataFrame:
    bound = {}
    for name, plan in plans.items():
        rows = plan["policies"].set_index(POLICY)
        bound[name] = rows.loc[rows["binds"].eq(True), "shadow_price"]
    both = pd.concat(bound, axis=1)
    some = both.isna().any(axis=1)
    both = both[some]
    return both.loc[both.abs().max(axis=1).sort_values(ascending=False, kind="stable").index].reset_index()


def _prices(plan: Plan) -> pd.Series:
    """Mean price of a commodity over places and parts of the year, weighted by what is used and wanted."""
    rows = plan["balance"].assign(amount=lambda f: f["used"] + f["demand"])
    rows = rows[rows["price"].notna() & (rows["amount"] > 0)]
    sums = rows.assign(value=rows["price"] * rows["amount"]).groupby(["commodity", "unit", "period"], sort=False)[["value", "amount"]].sum()
    return sums["value"] / sums["amount"]


def _sentence(plans: Mapping[str, Plan], first: str, money: str) -> tuple[str, str]:
    en, zh = [], []
    costs = {name: plan.summary["objective"] for name, plan in plans.items()}
    for name, cost in costs.items():
        if name == first:
            continue
        if cost is None or costs[first] is None:
            en.append(f"{name} is {plans[name].status}")
            zh.append(f"{name}：{plans[name].status}")
            continue
        change = cost - costs[first]
        share = change / abs(costs[first]) if costs[first] else 0.0
        en.append(f"{name} costs {abs(change):,.4g} {money} {'more' if change >= 0 else 'less'} than {first} ({share:+.2%})")
        zh.append(f"{name} 比 {first} 成本{'增加' if change >= 0 else '减少'} {abs(change):,.4g} {money}（{share:+.2%}）")
    return "; ".join(en) + ".", "；".join(zh) + "。"
