"""Swaps: what is built under a rule is let in by rules, what they use up was closed, and the ratio holds."""

from __future__ import annotations

import pandas as pd

from optimizer.audit.checks import gather, number
from optimizer.audit.given import Given

PLACE = ["region", "equipment", "period"]


def _places(given: Given, side: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Each rule with every place that it names on a side: region, equipment, rule, ratio, zone, period cell, `expired`."""
    rows = rows.rename(columns={f"{side}_region": "region", f"{side}_equipment": "equipment"})
    for column in ("region", "equipment"):
        rows = rows.assign(**{column: [list(given.instance.names.members(cell, column)) for cell in rows[column]]}).explode(column)
    return rows.assign(zone=rows["region"].where(rows["same_region"] == "yes", ""))


def _active(given: Given, side: str) -> pd.DataFrame:
    rows = _places(given, side, given.windowed(given.table("swaps")))
    rows = rows.assign(period=rows["period"].str.split("|")).explode("period") if len(rows) else rows
    return rows.astype({"region": "str", "equipment": "str", "period": "str"})


def check(given: Given) -> None:
    checks, swaps, table = given.checks, given.plan["swaps"].assign(zero=0.0), given.table("swaps")
    where = ["rule", "side", *PLACE]
    if not len(table):
        checks.equal("swaps: places", swaps, where, "zero", "amount")
        return
    sides = {"new": _active(given, "new"), "old": _active(given, "old")}
    checks.at_most("swaps: places", swaps.assign(less=-swaps["amount"]), where, "less", "zero")
    zoned = []
    for side, name in (("new", "taken"), ("old", "given")):
        own = swaps[swaps["side"] == side].merge(sides[side][["rule", "zone", *PLACE]].assign(known=True), on=["rule", *PLACE], how="left")
        checks.equal("swaps: places", own[~own["known"].eq(True)], where, "zero", "amount")
        zoned.append(own[own["known"].eq(True)].rename(columns={"amount": name})[["rule", "zone", *PLACE, name]])
    new = given.plan["builds"]
    new = new[new["replaces"] == ""].merge(sides["new"][PLACE].drop_duplicates(), on=PLACE)
    rows = gather(PLACE, new[[*PLACE, "new"]], zoned[0][[*PLACE, "taken"]])
    checks.at_most("swaps: new", rows, PLACE, "new", "taken")
    key = ["rule", "zone", "period"]
    rows = gather(key, *(frame[[*key, frame.columns[-1]]] for frame in zoned))
    rows = rows.assign(due=rows["taken"] * number(rows["rule"], table.drop_duplicates("rule").set_index("rule")["ratio"]))
    checks.equal("swaps: ratio", rows, key, "due", "given", size=rows["due"].abs() + rows["given"].abs())
    _bank(given, zoned[1])


def _bank(given: Given, used: pd.DataFrame) -> None:
    """Up to any period no more was given than was closed (or has expired, where every rule that names the place allows it)."""
    place = ["region", "equipment"]
    named = _places(given, "old", given.table("swaps"))
    strict = set(named.loc[named["expired"] != "yes", place].itertuples(index=False, name=None))
    stood = given.plan["capacity"]
    expires = [key not in strict for key in stood[place].itertuples(index=False, name=None)]
    closed = stood.assign(closed=stood["closed"] + stood["expired"].where(pd.Series(expires, index=stood.index, dtype=bool), 0.0))
    closed = closed.merge(used[place].drop_duplicates(), on=place)
    every = used[place].drop_duplicates().merge(given.periods[["period"]], how="cross")
    rows = gather(PLACE, every, closed[[*PLACE, "closed"]], used[[*PLACE, "given"]])
    rows = rows.assign(order=number(rows["period"], given.order)).sort_values("order", kind="stable")
    to_date = rows.groupby(place)[["closed", "given"]].cumsum()
    rows = rows.assign(closed=to_date["closed"], given=to_date["given"])
    given.checks.at_most("swaps: bank", rows, PLACE, "given", "closed", size=rows["closed"].abs() + rows["given"].abs())
