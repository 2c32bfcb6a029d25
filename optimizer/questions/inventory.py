"""Inventory: a burden by region, product and scope, as an emissions inventory lists it.

Scope 1 is what arises in the region itself; scope 2 what electricity (the clean commodity) that its routes use carries; scope 3 what their other
inputs carry. Scope 1 of all regions, with what no good carries, is the plan's total; scopes 2 and 3 count the same burden again at those who use
the goods.
"""

from __future__ import annotations

import pandas as pd

from models.instance import Instance
from optimizer.highs import Limits
from optimizer.questions.answer import Answer, Section
from optimizer.questions.chain import Chains
from optimizer.questions.footprint import chosen
from optimizer.solving import solve

SMALL = 1e-9


def inventory(instance: Instance, burden: str | None = None, limits: Limits | None = None) -> Answer:
    """The burden of every region, product and period, by scope. [b/yr]

    Table `inventory`: region, commodity, period, scope_1, scope_2, scope_3. `regions`: the same by region. `total`: scope 1 of routes, and the
    rest of the plan's total (purchases, freight, claims, standing capacity, sales). Raises InputError for a name that is no burden; PlanError without
    a certified plan.
    """
    burden = chosen(instance, burden)
    plan = solve(instance, limits).require_plan()
    chains = Chains(instance, plan, burden)
    unit = instance.tables["commodities"].set_index("commodity").at[burden, "unit"] + "/yr"
    rows, totals = [], []
    for period in plan.summary["periods"]:
        chain = chains.period(period)
        whole = chain.making[:, :-2].sum(axis=1)
        made = chain.made.assign(period=period, scope_1=chain.made["own"], scope_2=chain.made["electric"])
        made["scope_3"] = whole - made["scope_1"] - made["scope_2"]
        rows.append(made[["region", "commodity", "period", "scope_1", "scope_2", "scope_3"]])
        planned = float(plan["burdens"].query("burden == @burden and period == @period")["amount"].sum())
        totals.append(
            {"period": period, "routes": float(made["scope_1"].sum()), "rest": planned - float(made["scope_1"].sum()), "of_the_plan": planned}
        )
    table = pd.concat(rows, ignore_index=True)
    table = table[table[["scope_1", "scope_2", "scope_3"]].abs().max(axis=1) > SMALL]
    by_region = table.groupby(["region", "period"], sort=False)[["scope_1", "scope_2", "scope_3"]].sum().reset_index()
    order = table.groupby(["region", "commodity"])["scope_1"].transform("sum")
    table = table.assign(order=-order).sort_values(["order", "region", "commodity"], kind="stable").drop(columns="order").reset_index(drop=True)
    sections = (
        Section("inventory", table.assign(unit=unit), f"{burden} by region, product and scope", f"{burden} 清单：地区、产品与范围"),
        Section("regions", by_region.assign(unit=unit), f"{burden} by region and scope", f"{burden} 清单：地区与范围"),
        Section("total", pd.DataFrame(totals).assign(unit=unit), "Scope 1 of all routes, and the rest of the plan's total", "范围一合计与方案总量"),
    )
    first, last = totals[0], totals[-1]
    head = by_region[by_region["period"] == first["period"]]
    top = head.loc[head["scope_1"].idxmax(), "region"] if len(head) else ""
    en = f"{burden} is {first['of_the_plan']:,.4g} {unit} in {first['period']} and {last['of_the_plan']:,.4g} in {last['period']}"
    zh = f"{burden}：{first['period']} {first['of_the_plan']:,.4g} {unit}，{last['period']} {last['of_the_plan']:,.4g} {unit}"
    en, zh = (en + f"; most of it arises in {top}.", zh + f"；{top}排放最多。") if top else (en + ".", zh + "。")
    return Answer(sections, en, zh, instance=instance, plans={"plan": plan})
