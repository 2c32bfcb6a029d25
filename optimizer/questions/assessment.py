"""Assessment: how does each region stand against its targets, and what is it bound to by what it builds?

The indicator table of a dual-carbon assessment: every row of a policy with target, plan, margin and grade; and, without a target, the total of each
burden, its intensity per value added (a burden `value_added`), the share of each fuel in energy (a burden `energy`) and the clean share of what
is used. Locked-in burden: what capacity that the plan builds will cause in its life, if it runs as planned and after the horizon as in
the last period.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.formulation import build
from models.formulation.board import Board
from models.formulation.keys import explicit
from models.instance import Instance
from optimizer.highs import Limits
from optimizer.plan import Plan
from optimizer.questions.answer import Answer, Section
from optimizer.questions.footprint import chosen
from optimizer.solving import solve

ALL = "(all)"
"""The region of what holds for all together."""
TIGHT, AMPLE = 0.01, 0.1
"""Margins, as shares of the target, below which a target is met tightly and from which amply."""
SMALL = 1e-9
COLUMNS = ["region", "period", "indicator", "plan", "target", "unit", "margin", "grade"]
DAYS = 365


def assessment(instance: Instance, burden: str | None = None, limits: Limits | None = None) -> Answer:
    """Indicators by region and period, locked-in burden, and how strategic commodities are secured.

    Tables: `indicators` (plan and target in `unit`, margin = room / |target|, grade: ample, met, tight, breached); `locked_in` (of the burden,
    `co2` or the first: over the life of what is built, and of it after the horizon); `strategic` (commodities tagged `strategic`, else
    `product`: Herfindahl-Hirschman index of output by region, reserve in days of use, and the worst single stop). Raises InputError for a
    name that is no burden; PlanError without a certified plan.
    """
    counted = burden is not None or instance.tables["commodities"]["balance"].eq("tally").any()
    burden = chosen(instance, burden) if counted else ""
    plan = solve(instance, limits).require_plan()
    board = build(instance).board
    targets = _targets(instance, plan)
    parts = [targets, _burdens(plan), _fuels(board, plan), _clean(plan)]
    table = pd.concat([part for part in parts if len(part)], ignore_index=True) if any(map(len, parts)) else targets
    order = {period: i for i, period in enumerate(plan.summary["periods"])}
    table = table.sort_values(["region", "indicator", "period"], key=lambda c: c.map(order) if c.name == "period" else c, ignore_index=True)
    locked = _locked_in(instance, board, plan, burden) if burden else pd.DataFrame()
    strategic = _strategic(instance, plan)
    sections = [Section("indicators", table[COLUMNS], "Indicators: plan against target", "考核指标：方案与目标")]
    if len(locked):
        title = f"Locked-in {burden} of what is built, over its life", f"新建产能全寿命锁定的 {burden}"
        sections.append(Section("locked_in", locked, *title))
    if len(strategic):
        title = "Strategic commodities: concentration, reserve, the worst single stop", "战略商品：集中度、储备与最大单点停产"
        sections.append(Section("strategic", strategic, *title))
    notes = (
        (
            "The worst single stop is counted, not planned again: the largest region makes nothing, nobody else makes more.",
            "最大单点停产为静态计算：产量最大的地区停产，其他地区不增产。",
        ),
    )
    return Answer(
        tuple(sections),
        *_sentence(table, targets, burden, plan),
        notes if len(strategic) else (),
        instance,
        {"plan": plan},
    )


def _targets(instance: Instance, plan: Plan) -> pd.DataFrame:
    """Every written row of a policy that is no price."""
    heads = instance.tables["policies"].sort_values("row", kind="stable").drop_duplicates("policy").set_index("policy")
    rows = plan["policies"]
    rows = rows[rows["sense"] != "price"]
    regions, labels = [], []
    for policy, member in zip(rows["policy"], rows["member"], strict=True):
        each, parts = [c for c in heads.at[policy, "each"].split("|") if c], member.split("|")
        own = dict(zip(each, parts, strict=True)) if len(each) == len(parts) else {}
        single = instance.names.members(heads.at[policy, "region"], "region") if heads.at[policy, "region"] not in ("", "*") else ()
        regions.append(own.pop("region", single[0] if len(single) == 1 else ALL))
        labels.append(" ".join([policy, *own.values()]))
    margin = rows["room"] / rows["right"].abs().where(rows["right"].abs() > SMALL)
    breached = rows["breach"] > 1e-7 * (1 + rows["right"].abs())
    grade = np.select([breached, rows["binds"].eq(True) | (margin < TIGHT), margin >= AMPLE], ["breached", "tight", "ample"], "met")
    out = pd.DataFrame({"region": regions, "period": rows["period"], "indicator": labels, "plan": rows["left"], "target": rows["right"]})
    return out.assign(unit=rows["unit"], margin=margin, grade=grade)


def _without_target(frame: pd.DataFrame, indicator: pd.Series, unit: pd.Series | str, value: str = "amount") -> pd.DataFrame:
    out = frame[["region", "period"]].assign(indicator=indicator, plan=frame[value], target=np.nan, unit=unit, margin=np.nan, grade="")
    return out[COLUMNS]


def _and_all(frame: pd.DataFrame, by: list[str], values: list[str]) -> pd.DataFrame:
    """Sums by region, and of all together."""
    whole = frame.assign(region=ALL) if frame["region"].nunique() > 1 else frame.iloc[:0]
    return pd.concat([frame, whole]).groupby(["region", "period", *by], sort=False)[values].sum().reset_index()


def _burdens(plan: Plan) -> pd.DataFrame:
    rows = _and_all(plan["burdens"], ["burden", "unit"], ["amount"])
    out = [_without_target(rows, rows["burden"] + " total", rows["unit"] + "/yr")]
    added = rows[rows["burden"] == "value_added"]
    if len(added):
        other = rows[rows["burden"] != "value_added"].merge(added.drop(columns="burden"), on=["region", "period"], suffixes=("", "_added"))
        other = other[other["amount_added"].abs() > SMALL]
        other["intensity"] = other["amount"] / other["amount_added"]
        out.append(_without_target(other, other["burden"] + " per value added", other["unit"] + "/" + other["unit_added"], "intensity"))
    return pd.concat(out)


def _fuels(board: Board, plan: Plan) -> pd.DataFrame:
    """The share of each commodity in the burden `energy` that its use causes."""
    factors = explicit(board, "factors", board.open("factors"), ["on"], i="item", b="burden", r="region", t="period").to_pandas()
    own = factors[(factors["on"] == "use") & (factors["b"] == "energy")]
    balance = plan["balance"].assign(net=lambda f: f["used"] - f["made"])
    own = own.rename(columns={"r": "region", "t": "period", "i": "commodity", "amount": "factor"})[["region", "period", "commodity", "factor"]]
    rows = balance.merge(own, on=["region", "period", "commodity"])
    rows["energy"] = rows["net"] * rows["factor"]
    sums = _and_all(rows, ["commodity"], ["energy"])
    sums["total"] = sums.groupby(["region", "period"])["energy"].transform("sum")
    sums = sums[(sums["total"] > SMALL) & (sums["energy"].abs() > SMALL)]
    return _without_target(sums.assign(share=sums["energy"] / sums["total"]), "share of " + sums["commodity"] + " in energy", "1", "share")


def _clean(plan: Plan) -> pd.DataFrame:
    """The clean share of all use: who calls how much of it his own is settled by policies alone, so it is not told by user."""
    rows = _and_all(plan["clean"], [], ["use", "clean"])
    rows = rows[rows["use"] > SMALL]
    return _without_target(rows.assign(share=rows["clean"] / rows["use"]), pd.Series("clean share of use", index=rows.index), "1", "share")


def _locked_in(instance: Instance, board: Board, plan: Plan, burden: str) -> pd.DataFrame:
    """For each new or refitted capacity: burden per unit that stands × amount × years, to the end of its life."""
    columns = ["region", "equipment", "period", "new", "unit", "locked_in", "after_the_horizon", "burden_unit"]
    periods = board.labelled("periods").set_index("t")
    end = float(periods["start"].iloc[-1] + periods["years"].iloc[-1])
    life = instance.tables["equipment"].set_index("equipment")["life"]
    factor = board.labelled("burden_activity")
    routes = board.labelled("uses").merge(factor[factor["b"] == burden], on=["r", "k", "t"])
    activity = plan["production"].groupby(["region", "route", "period"])["activity"].sum()
    routes["amount"] = routes["value"] * activity.reindex(pd.MultiIndex.from_frame(routes[["r", "k", "t"]])).fillna(0.0).to_numpy()
    capacity = plan["capacity"].set_index(["region", "equipment", "period"])
    caused = routes.groupby(["r", "q", "t"])["amount"].sum().rename_axis(capacity.index.names)
    rate = (caused / capacity["standing"].where(capacity["standing"] > SMALL)).to_dict()
    rows = []
    for (region, equipment, period), line in capacity.iterrows():
        built = line["new"] + line["refitted"]
        if built <= 1e-6:
            continue
        until = periods.at[period, "start"] + life[equipment]
        stands = periods[(periods["start"] >= periods.at[period, "start"]) & ~(periods["start"] >= until)]
        rates = {t: r for t in stands.index if np.isfinite(r := rate.get((region, equipment, t), np.nan))}
        inside = sum(r * stands.at[t, "years"] for t, r in rates.items()) * built
        after = max(0.0, until - end) * rates.get(periods.index[-1], 0.0) * built if np.isfinite(until) else 0.0
        if abs(inside) + abs(after) > SMALL:
            rows.append([region, equipment, period, built, line["unit"], inside + after, after])
    unit = instance.tables["commodities"].set_index("commodity").at[burden, "unit"]
    return pd.DataFrame([[*row, unit] for row in rows], columns=columns).sort_values("locked_in", ascending=False, ignore_index=True)


def _strategic(instance: Instance, plan: Plan) -> pd.DataFrame:
    """Concentration of output (Herfindahl-Hirschman, 10,000 = one place), reserve, and what the largest place's stop would take."""
    frame = instance.tables["commodities"]
    tags = dict(zip(frame["commodity"], frame["tags"].str.split("|"), strict=True))
    goods = [c for c in tags if "strategic" in tags[c]] or [c for c in tags if "product" in tags[c]]
    amounts = ["made", "used", "bought", "demand", "shortage"]
    sums = plan["balance"].groupby(["commodity", "unit", "period", "region"], sort=False)[amounts].sum().reset_index()
    stocks = plan["stocks"].groupby(["commodity", "period", "region", "stock"])["level"].min().groupby(["commodity", "period"]).sum()
    rows = []
    for (commodity, unit, period), own in sums[sums["commodity"].isin(goods)].groupby(["commodity", "unit", "period"], sort=False):
        made = own.set_index("region")["made"]
        supply, need = made.sum() + own["bought"].sum(), (own["used"] + own["demand"] - own["shortage"]).sum()
        if made.sum() <= SMALL or need <= SMALL:
            continue
        reserve = float(stocks.get((commodity, period), 0.0))
        worst = made.idxmax()
        rows.append({
            "commodity": commodity, "period": period, "hhi": 1e4 * float(((made / made.sum()) ** 2).sum()), "reserve": reserve, "unit": unit,
            "reserve_days": reserve / need * DAYS, "worst_stop": worst, "share_lost": made[worst] / supply,
            "days_covered": reserve / made[worst] * DAYS,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _sentence(table: pd.DataFrame, targets: pd.DataFrame, burden: str, plan: Plan) -> tuple[str, str]:
    grades = targets["grade"].value_counts()
    breached, tight = int(grades.get("breached", 0)), int(grades.get("tight", 0))
    if targets.empty:
        return "No policy sets a target.", "没有政策设定目标。"
    en = f"Of {len(targets)} targets {len(targets) - breached} are met, {tight} of them tightly" + (f"; {breached} are breached" if breached else "")
    zh = f"{len(targets)} 项目标中 {len(targets) - breached} 项达标，其中 {tight} 项余量很小" + (f"；{breached} 项未达标" if breached else "")
    region = ALL if (table["region"] == ALL).any() or table.empty else table["region"].iloc[0]
    whole = table[(table["indicator"] == f"{burden} total") & (table["region"] == region)]
    amounts = whole.set_index("period")["plan"].reindex(plan.summary["periods"]).dropna()
    if len(amounts) > 1 and amounts.iloc[0]:
        first, last, unit = amounts.index[0], amounts.index[-1], whole["unit"].iloc[0]
        before, after = amounts.iloc[0], amounts.iloc[-1]
        en += f"; {burden} goes from {before:,.4g} {unit} in {first} to {after:,.4g} in {last} ({after / before - 1:+.0%})"
        zh += f"；{burden} 由 {first} 的 {before:,.4g} {unit} 变为 {last} 的 {after:,.4g}（{after / before - 1:+.0%}）"
    return en + ".", zh + "。"
