"""Costs: every term of the objective by region and period, in ¤/yr and in present value, and their sum."""

from __future__ import annotations

import pandas as pd

from optimizer.audit.capacity import GROUP, standing, starts, ways
from optimizer.audit.checks import gather, number
from optimizer.audit.given import Given, once
from optimizer.audit.stock import levels
from optimizer.audit.trade import PURCHASE, SALE
from optimizer.audit.transport import flows, handling

KEY = ["term", "region", "period"]


def recovery(rate: float, years: float) -> float:
    """The annual payment that repays 1 over some years at a rate. [1/yr]"""
    return 1.0 / years if rate == 0 else rate * (1 + rate) ** years / ((1 + rate) ** years - 1)


@once
def terms(given: Given) -> pd.DataFrame:
    """Every term but those of policies: term, region, period, annual [¤/yr; closing: ¤ in the period]."""
    plan, equipment = given.plan, given.table("equipment").set_index("equipment")
    parts = [("annuities", _annuities(given)), ("fixed", _starts_alive(given))]
    stands = standing(given)
    parts.append(("fixed", stands.assign(annual=stands["capacity"] * number(stands["equipment"], equipment["fixed_cost"]))))
    run = given.activity.merge(given.routes, on=["region", "route", "period"])
    parts.append(("operation", run.assign(annual=run["activity"] * run["cost"])))
    bought = plan["purchases"].drop(columns=["price", "cost"]).merge(given.sources[[*PURCHASE, "price"]], on=PURCHASE)
    parts.append(("purchases", bought.assign(annual=bought["amount"] * bought["price"])))
    sold = plan["markets"].drop(columns="demand").merge(given.markets[[*SALE, "price", "shortage_price"]], on=SALE)
    parts.append(("sales", sold.assign(annual=-(sold["sale"] * sold["price"]).fillna(0.0))))
    parts.append(("shortages", sold.assign(annual=(sold["shortage"] * sold["shortage_price"]).fillna(0.0))))
    moved = flows(given).rename(columns={"origin": "region"})
    parts.append(("freight", moved.assign(annual=moved["shipped"] * moved["cost"])))
    loaded = plan["loading"].merge(handling(given), on=["region", "mode", "commodity"])
    parts.append(("freight", loaded.assign(annual=loaded["loaded"] * loaded["handling"])))
    held = levels(given)
    share = held["share"].where(held["cycle"] != "horizon", 1.0)
    parts.append(("stock", held.assign(annual=(held["cost"] * share * held["level"]).fillna(0.0))))
    closed = plan["cohorts"]
    parts.append(("closing", closed.assign(annual=closed["closed"] * number(closed["equipment"], equipment["closing_cost"]))))
    rows = pd.concat([part[["region", "period", "annual"]].assign(term=name) for name, part in parts], ignore_index=True)
    return rows.groupby(KEY, as_index=False)["annual"].sum()


def _annuities(given: Given) -> pd.DataFrame:
    """What was built is charged in each period that starts within its annuity life: region, period, annual."""
    own, rate = given.table("equipment").set_index("equipment"), given.instance.settings.discount_rate
    life = own["annuity_life"].fillna(own["life"])
    crf = {q: recovery(rate if i != i else i, n) for q, i, n in zip(own.index, own["rate"], life, strict=True) if n > 0}
    rows = ways(given)
    paid = pd.concat(
        [
            rows.assign(overnight=rows["invest"] * rows["new"])[["region", "equipment", "period", "overnight"]],
            starts(rows).assign(overnight=lambda r: r["fixed_invest"] * r["start"])[["region", "equipment", "period", "overnight"]],
        ]
    )
    paid = paid[paid["overnight"] != 0]
    return _charged(given, paid.assign(annual=paid["overnight"] * number(paid["equipment"], crf), lasts=number(paid["equipment"], life)))


def _starts_alive(given: Given) -> pd.DataFrame:
    """The fixed cost of a start, each year of its life."""
    rows = starts(ways(given))
    rows = rows[rows["start"] * rows["fixed_cost"] != 0]
    life = given.table("equipment").set_index("equipment")["life"]
    return _charged(given, rows.assign(annual=rows["fixed_cost"] * rows["start"], lasts=number(rows["equipment"], life))[[*GROUP, "annual", "lasts"]])


def _charged(given: Given, rows: pd.DataFrame) -> pd.DataFrame:
    """Amounts of the period of building, in every period from it on that starts before they have lasted (blank: to the end)."""
    now = given.periods[["period", "start", "order"]]
    rows = rows.merge(now, on="period").drop(columns="period").merge(now, how="cross", suffixes=("_built", ""))
    alive = (rows["order"] >= rows["order_built"]) & ~(rows["start"] >= rows["start_built"] + rows["lasts"])
    return rows[alive]


def check(given: Given, of_policies: pd.DataFrame) -> None:
    """The table `costs`, and the objective. `of_policies`: the same columns for breaches and priced policies, in present value."""
    money, periods = given.instance.settings.money, given.periods.set_index("period")
    rows = terms(given)
    worth = number(rows["period"], periods["weight"])
    worth = worth.where(rows["term"] != "closing", worth / number(rows["period"], periods["years"]))
    rows = pd.concat([rows.assign(present=rows["annual"] * worth), of_policies], ignore_index=True)
    said = given.plan["costs"].rename(columns={"annual": "said annual", "present_value": "said present"})
    both = gather(KEY, rows[[*KEY, "annual", "present"]], said)
    rule = "cost: " + both["term"]
    given.checks.equal(rule, both, KEY, "annual", "said annual", unit=f"{money}/yr")
    given.checks.equal(rule, both.assign(what="present value"), [*KEY, "what"], "present", "said present", unit=money)
    total = pd.DataFrame({"what": ["objective"], "sum": [rows["present"].sum()], "said": [given.plan.objective]})
    given.checks.equal("objective", total, ["what"], "sum", "said", size=rows["present"].abs().sum(), unit=money)
