"""Sources and markets: purchases within their limits and at their prices, sales, firm demand, shortages."""

from __future__ import annotations

import pandas as pd

from optimizer.audit.checks import gather
from optimizer.audit.given import Given

PURCHASE = ["region", "commodity", "supplier", "period", "slice"]
SALE = ["region", "commodity", "market", "period", "slice"]


def check(given: Given) -> None:
    checks, bought = given.checks, given.plan["purchases"].drop(columns="unit").assign(in_plan=True)
    rows = given.sources[[*PURCHASE, "price", "min", "max"]].assign(known=True).rename(columns={"price": "asked"})
    rows = rows.merge(bought, on=PURCHASE, how="outer").fillna({"amount": 0.0}).assign(zero=0.0)
    strange, known = rows[~rows["known"].eq(True)], rows[rows["known"].eq(True)]
    checks.equal("sources", strange, PURCHASE, "zero", "amount")
    checks.at_most("sources", rows.assign(less=-rows["amount"]), PURCHASE, "less", "zero")
    checks.at_most("sources", known, PURCHASE, "amount", "max")
    checks.at_most("sources", known[known["min"] > 0], PURCHASE, "min", "amount")
    paid = known[known["in_plan"].eq(True)]
    checks.equal("prices of purchases", paid, PURCHASE, "asked", "price")
    checks.equal("prices of purchases", paid.assign(paid=paid["asked"] * paid["amount"]), PURCHASE, "paid", "cost")

    sold = given.plan["markets"].drop(columns="unit").rename(columns={"demand": "said"})
    rows = given.markets[[*SALE, "demand", "shortage_price", "price", "max"]].merge(sold, on=SALE, how="outer")
    rows = rows.fillna({"demand": 0.0, "said": 0.0, "sale": 0.0, "shortage": 0.0}).assign(zero=0.0)
    checks.equal("markets", rows, SALE, "demand", "said")
    checks.at_most("markets", rows.assign(most=rows["max"].where(rows["price"].notna(), 0.0)), SALE, "sale", "most")
    checks.at_most("markets", rows.assign(most=rows["demand"].where(rows["shortage_price"].notna(), 0.0)), SALE, "shortage", "most")
    for column in ("sale", "shortage"):
        checks.at_most("markets", rows.assign(less=-rows[column]), SALE, "less", "zero")


def delivered(given: Given) -> pd.DataFrame:
    """What each market gets: firm demand, less what it goes short, plus optional sales; region, commodity, market, period, slice, delivered."""
    rows = gather(SALE, given.markets[[*SALE, "demand"]], given.plan["markets"][[*SALE, "sale", "shortage"]])
    return rows.assign(delivered=rows["demand"] - rows["shortage"] + rows["sale"])
