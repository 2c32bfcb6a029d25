"""Footprint: what does a unit of a product carry, from the cradle to the gate of the place that makes it, and what would a border price cost?

    footprint = own + Σ used × carried     own: of its routes; carried: by a unit of each input through the chain of the plan (`chain.py`)

Scope 1 is the routes' own, scope 2 comes with the clean commodity (electricity) they use, scope 3 with everything else (Greenhouse Gas
Protocol, Product Standard). What is delivered, stored or disposed of adds up to the plan's total; the table `total` shows it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.instance import Instance
from models.problems import InputError, Problem, nearest, rule
from optimizer.highs import Limits
from optimizer.plan import Plan
from optimizer.questions.answer import Answer, Section
from optimizer.questions.chain import Chain, Chains
from optimizer.solving import solve

SMALL = 1e-6
TITLES = {
    "footprint": ("What a unit carries: {burden}, cradle to gate", "单位产品足迹：{burden}，从摇篮到大门"),
    "stages": ("Mean of all places, by the stage in which it arose", "各地平均，按产生环节"),
    "total": ("What leaves the chain adds up to the plan", "离开产业链的负担合计等于方案总量"),
    "border": ("What a border price would cost", "边境碳价的成本"),
}
NOTES = (
    (
        "Products of one route share its burden by value at the plan's prices. A region's supply is mixed; goods take their burden into stock.",
        "同一路线的多种产品按方案价格的产值分摊；同一地区的供应混合计算；入库的商品带走其负担。",
    ),
)


def footprint(instance: Instance, burden: str | None = None, border_price: float | None = None, limits: Limits | None = None) -> Answer:
    """What each product of each region carries in each period.

    Table `footprint`: region, commodity, period, made, footprint, scope_1, scope_2, scope_3 [b/u], electricity of the chain and its clean share.
    `stages`: the national mean by the stage in which the burden arose. `total`: what leaves the chain, against the plan's total.
    `border`: with a price [¤/b], what optional sales would pay. `burden` is `co2`, else the first burden. Raises InputError for a
    name that is no burden, or a negative price; PlanError without a certified plan.
    """
    burden = chosen(instance, burden, border_price)
    plan = solve(instance, limits).require_plan()
    chains = Chains(instance, plan, burden)
    units = instance.tables["commodities"].set_index("commodity")["unit"].to_dict()
    rows, stages, totals, border = [], [], [], []
    for period in plan.summary["periods"]:
        chain = chains.period(period)
        rows.append(_rows(chain, period))
        stages.append(_stages(chain, period))
        planned = plan["burdens"][(plan["burdens"]["burden"] == burden) & (plan["burdens"]["period"] == period)]["amount"].sum()
        totals.append({"period": period} | chain.leaving | {"sum": sum(chain.leaving.values()), "of_the_plan": float(planned)})
        if border_price is not None:
            border.append(_border(plan, chain, period, border_price))
    unit = f"{units[burden]}/yr"
    table = _with_unit(pd.concat(rows, ignore_index=True), units, burden)
    total = pd.DataFrame(totals).fillna(0.0).assign(unit=unit)
    frames = {"footprint": table, "stages": _with_unit(pd.concat(stages, ignore_index=True), units, burden), "total": total}
    if border_price is not None:
        frames["border"] = _with_unit(pd.concat(border, ignore_index=True), units, burden)
    sections = [Section(name, frame, *(title.format(burden=burden) for title in TITLES[name])) for name, frame in frames.items()]
    return Answer(tuple(sections), *_sentence(table, burden), NOTES, instance, {"plan": plan})


def chosen(instance: Instance, burden: str | None, border_price: float | None = None) -> str:
    """The burden asked for; `co2` or the first where none is named. Raises InputError."""
    frame = instance.tables["commodities"]
    burdens = frame.loc[frame["balance"] == "tally", "commodity"].tolist()
    problems = []
    if border_price is not None and not border_price >= 0:
        problems.append(rule("must be >= 0", "必须 >= 0", file="--border", value=f"{border_price:g}"))
    if not burdens:
        problems.append(
            rule("no burden: a commodity with balance = tally", "没有负担：需要 balance = tally 的商品", table="commodities", column="balance")
        )
    elif burden is not None and burden not in burdens:
        problems.append(Problem("unknown_name", file="--burden", value=burden, said={"what": "burden", "near": nearest(burden, burdens)}))
    if problems:
        raise InputError(problems)
    return burden or ("co2" if "co2" in burdens else burdens[0])


def _rows(chain: Chain, period: str) -> pd.DataFrame:
    whole, made = chain.making[:, :-2].sum(axis=1), chain.made["made"].to_numpy()
    electricity, clean = chain.making[:, -2], chain.making[:, -1]
    own, electric = chain.made["own"].to_numpy(), chain.made["electric"].to_numpy()
    out = chain.made[["region", "commodity", "made"]].assign(
        period=period,
        footprint=whole / made,
        scope_1=own / made,
        scope_2=electric / made,
        scope_3=(whole - own - electric) / made,
        electricity=electricity / made,
        clean_share=np.divide(clean, electricity, out=np.full(len(made), np.nan), where=electricity > SMALL * made),
    )
    return out[made > SMALL]


def _stages(chain: Chain, period: str) -> pd.DataFrame:
    """Mean footprint of a commodity by stage: burden of all that is made of it / all that is made."""
    stages = chain.carried.columns
    sums = pd.DataFrame(chain.making[:, : len(stages)], columns=stages).groupby(chain.made["commodity"].to_numpy(), sort=True).sum()
    made = chain.made.groupby("commodity")["made"].sum()
    mean = sums.div(made, axis=0).rename_axis("commodity").reset_index().melt("commodity", var_name="stage", value_name="footprint")
    return mean[mean["footprint"].abs() > SMALL].assign(period=period).sort_values(["commodity", "footprint"], ascending=[True, False])


def _border(plan: Plan, chain: Chain, period: str, price: float) -> pd.DataFrame:
    """Optional sales, what they carry, and what that would cost at a price."""
    carried = chain.nodes.assign(footprint=chain.carried.sum(axis=1))
    carried = carried[carried["mode"] == ""].rename(columns={"mode": "way"})
    sold = plan["balance"][plan["balance"]["period"] == period].groupby(["region", "commodity"])["sold"].sum().reset_index()
    rows = sold[sold["sold"] > SMALL].merge(carried, on=["region", "commodity"])
    rows = rows.assign(period=period, cost_per_unit=rows["footprint"] * price, cost=rows["footprint"] * rows["sold"] * price)
    return rows[["region", "commodity", "period", "sold", "footprint", "cost_per_unit", "cost"]]


def _with_unit(frame: pd.DataFrame, units: dict[str, str], burden: str) -> pd.DataFrame:
    first = [c for c in ("region", "commodity", "stage", "period") if c in frame]
    return frame[[*first, *(c for c in frame if c not in first)]].assign(unit=[f"{units[burden]}/{units[c]}" for c in frame["commodity"]])


def _sentence(table: pd.DataFrame, burden: str) -> tuple[str, str]:
    """The product with the largest burden in the first period: its best and worst place."""
    first = table[(table["period"] == table["period"].iloc[0]) & (table["footprint"] > 0)] if len(table) else table
    if first.empty:
        return f"Nothing that is made carries {burden}.", f"所有产品均不带有 {burden}。"
    product = (first["footprint"] * first["made"]).groupby(first["commodity"]).sum().idxmax()
    own = first[first["commodity"] == product]
    best, worst = own.loc[own["footprint"].idxmin()], own.loc[own["footprint"].idxmax()]
    mean = float((own["footprint"] * own["made"]).sum() / own["made"].sum())
    period, unit = own["period"].iloc[0], own["unit"].iloc[0]
    if len(own) == 1:
        return (f"In {period} a unit of {product} from {best['region']} carries {mean:.3g} {unit} of {burden}.",
                f"{period}{best['region']}的 {product} 每单位带有 {burden} {mean:.3g} {unit}。")  # fmt: skip
    return (
        f"In {period} a unit of {product} carries {mean:.3g} {unit} of {burden} on average, {best['footprint']:.3g} from {best['region']} and "
        f"{worst['footprint']:.3g} from {worst['region']}.",
        f"{period} {product} 每单位平均带有 {burden} {mean:.3g} {unit}，{best['region']}最低（{best['footprint']:.3g}），"
        f"{worst['region']}最高（{worst['footprint']:.3g}）。",
    )
