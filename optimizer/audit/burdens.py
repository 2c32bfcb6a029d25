"""Burdens: counted from recipes, factors on use, purchases, sales, claims, capacity and freight, and composed of one another."""

from __future__ import annotations

import pandas as pd

from optimizer.audit.capacity import standing
from optimizer.audit.checks import gather
from optimizer.audit.given import Given, once
from optimizer.audit.transport import flows

WHERE = ["region", "burden", "period"]
RUN = ["region", "route", "period"]


def factors(given: Given, on: str) -> pd.DataFrame:
    """Factors on one thing: item, burden, region, period, factor."""
    rows = given.opened("factors")
    return rows[rows["on"] == on].rename(columns={"amount": "factor"})[["item", "burden", "region", "period", "factor"]]


def composed(given: Given, rows: pd.DataFrame) -> pd.DataFrame:
    """Direct burdens (region, burden, period, amount, ...) with those composed of them, however deep."""
    of = factors(given, "burden").rename(columns={"burden": "whole", "item": "burden"})
    every, last = [rows], rows
    while len(last) and len(of):
        last = last.merge(of, on=WHERE)
        last = last.assign(amount=last["amount"] * last["factor"], burden=last["whole"]).drop(columns=["factor", "whole"])
        every.append(last)
    return pd.concat([part for part in every if len(part)] or [rows], ignore_index=True)


def per_activity(given: Given, *on: str) -> pd.DataFrame:
    """Burden of one unit of activity: recipes of burdens, and factors × (used − made); region, route, period, burden, amount."""
    own = given.goods[given.goods["commodity"].map(given.kinds) == "tally"].rename(columns={"commodity": "burden"})
    parts = [own[[*RUN, "burden", "amount"]]]
    for what in on:
        rows = given.goods.merge(factors(given, what).rename(columns={"item": "commodity"}), on=["region", "period", "commodity"])
        parts.append(rows.assign(amount=-rows["amount"] * rows["factor"])[[*RUN, "burden", "amount"]])
    return pd.concat(parts, ignore_index=True)


@once
def direct(given: Given) -> pd.DataFrame:
    """Every burden of the plan by what it belongs to: region, burden, period, amount, and route, user, equipment or party; `of` says which."""
    plan, clean = given.plan, given.instance.settings.clean_commodity

    def on(what: str, rows: pd.DataFrame, item: str, amount: str) -> pd.DataFrame:
        both = rows.merge(factors(given, what).rename(columns={"item": item}), on=["region", "period", item])
        return both.assign(amount=both[amount] * both["factor"], of=what)

    run = given.activity.groupby(RUN, as_index=False)["activity"].sum().merge(per_activity(given, "use"), on=RUN)
    claims = plan["claims"].assign(commodity=clean).rename(columns={"clean": "claimed"})
    routes = claims[claims["kind"] == "route"].rename(columns={"user": "route"})
    markets = claims[claims["kind"] == "market"].rename(columns={"user": "party"})
    moved = flows(given).rename(columns={"origin": "region"})
    moved = moved.assign(ukm=moved["shipped"] * moved["km"])
    parts = [
        run.assign(amount=run["amount"] * run["activity"], of="route"),
        on("clean_use", routes, "commodity", "claimed").assign(of="route"),
        on("capacity", standing(given), "equipment", "capacity"),
        on("purchase", plan["purchases"].rename(columns={"supplier": "party", "amount": "bought"}), "commodity", "bought"),
        on("sale", plan["markets"].rename(columns={"market": "party"}), "commodity", "sale"),
        on("clean_use", markets, "commodity", "claimed").assign(of="market"),
        on("freight", moved, "mode", "ukm"),
    ]
    columns = [*WHERE, "of", "route", "equipment", "party", "amount"]
    labelled = [part.assign(**{c: "" for c in ("route", "equipment", "party") if c not in part})[columns] for part in parts]
    rows = pd.concat(labelled, ignore_index=True)
    return composed(given, rows)


@once
def rated(given: Given) -> pd.DataFrame:
    """Burden of a unit of capacity by its rated route at mean availability: region, equipment, burden, period, rated."""
    own = given.table("equipment")
    own = own.loc[own["rated_route"] != "", ["equipment", "rated_route"]].rename(columns={"rated_route": "route"})
    uses = given.uses.merge(own, on=["equipment", "route"])
    mean = given.available(uses).groupby(["region", "equipment", "period"], as_index=False)["time"].sum()
    uses = uses.merge(mean, on=["region", "equipment", "period"])
    rows = composed(given, per_activity(given, "use", "rated")).merge(uses[[*RUN, "equipment", "use", "time"]], on=RUN)
    rows = rows.assign(rated=rows["amount"] * rows["time"] / rows["use"])
    return rows.groupby(["region", "equipment", "burden", "period"], as_index=False)["rated"].sum()


def check(given: Given) -> None:
    rows = direct(given)
    rows = rows.assign(recomputed=rows["amount"], size=rows["amount"].abs())
    both = gather(WHERE, rows[[*WHERE, "recomputed", "size"]], given.plan["burdens"].rename(columns={"amount": "reported"})[[*WHERE, "reported"]])
    given.checks.equal("burdens", both, WHERE, "recomputed", "reported", size=both["size"] + both["reported"].abs())
