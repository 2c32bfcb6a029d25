"""The metrics that policies sum, as numbers of the plan with the columns by which a policy may scope them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from optimizer.audit.burdens import direct, rated
from optimizer.audit.capacity import GROUP, WAY, standing, starts, ways
from optimizer.audit.costs import terms
from optimizer.audit.given import Given
from optimizer.audit.stock import levels
from optimizer.audit.transport import flows

RUN = ["region", "route", "period"]
KINDS = {
    "capacity": "state", "stock": "state", "capacity_new": "event", "capacity_refitted": "event", "capacity_closed": "event",
    "capacity_expired": "event", "moves": "event", "starts": "event", "investment": "event", "rated_new": "event", "rated_closed": "event",
}  # fmt: skip
"""Metrics that are a state or an event; every other is a rate."""
SCOPES = {
    "constant": "", "activity": "region route slice", "made": "region commodity route equipment slice",
    "used": "region commodity route equipment slice", "clean_used": "region route equipment party slice",
    **dict.fromkeys(("purchase", "sale", "shortage", "demand"), "region commodity party slice"),
    **dict.fromkeys(("shipped", "received"), "region destination commodity party slice"),
    "burden": "region commodity route equipment party", "cost": "region party",
    **dict.fromkeys(("capacity", "capacity_closed", "capacity_expired", "moves"), "region equipment"), "stock": "region commodity",
    **dict.fromkeys(("capacity_new", "capacity_refitted", "starts", "investment"), "region equipment party"),
    **dict.fromkeys(("rated_new", "rated_closed"), "region equipment commodity"),
}  # fmt: skip
"""The columns by which each metric may be scoped."""
COUNTED = {
    **{name: "commodity" for name, scope in SCOPES.items() if "commodity" in scope},
    **dict.fromkeys(("capacity", "capacity_new", "capacity_refitted", "capacity_closed", "capacity_expired", "moves"), "equipment"),
}
"""The column whose unit a metric is counted in."""


def frames(given: Given, name: str) -> list[pd.DataFrame]:
    """The sums that a metric consists of: `value` by period and the columns it may be scoped by. A term of a route on several equipments has
    a row for each, with the same `id`."""
    made = MAKERS[name](given)
    return [frame.assign(id=range(len(frame))) if "id" not in frame else frame for frame in made]


def _equipped(given: Given, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of routes with the equipment of each, blank where it has none."""
    rows = rows.assign(id=range(len(rows)))
    return rows.merge(given.uses[[*RUN, "equipment"]], on=RUN, how="left").fillna({"equipment": ""})


def _activity(given: Given) -> list[pd.DataFrame]:
    return [_equipped(given, given.activity.rename(columns={"activity": "value"}))]


def _recipes(sign: int) -> Callable[[Given], list[pd.DataFrame]]:
    def make(given: Given) -> list[pd.DataFrame]:
        own = given.goods[(given.goods["amount"] * sign > 0) & given.goods["commodity"].map(given.kinds).isin(["slice", "year"])]
        rows = own.merge(given.activity, on=RUN)
        return [_equipped(given, rows.assign(value=rows["amount"] * rows["activity"] * sign))]

    return make


def _clean_used(given: Given) -> list[pd.DataFrame]:
    rows = given.spread(given.plan["claims"], "clean").rename(columns={"clean": "value"})
    routes, markets = rows[rows["kind"] == "route"], rows[rows["kind"] == "market"]
    return [_equipped(given, routes.rename(columns={"user": "route"})), markets.rename(columns={"user": "party"})]


def _traded(table: str, column: str, party: str) -> Callable[[Given], list[pd.DataFrame]]:
    return lambda given: [given.spread(given.plan[table], column).rename(columns={column: "value", party: "party"})]


def _demand(given: Given) -> list[pd.DataFrame]:
    return [given.spread(given.markets, "demand").rename(columns={"demand": "value", "market": "party"})]


def _moved(after_loss: bool) -> Callable[[Given], list[pd.DataFrame]]:
    def make(given: Given) -> list[pd.DataFrame]:
        rows = flows(given)
        rows = rows.assign(value=rows["shipped"] * (1 - rows["loss"]) if after_loss else rows["shipped"])
        return [given.spread(rows, "value").rename(columns={"origin": "region", "mode": "party"})]

    return make


def _burden(given: Given) -> list[pd.DataFrame]:
    rows = direct(given).rename(columns={"burden": "commodity", "amount": "value"})
    place = ["region", "commodity", "period", "value"]
    of = rows["of"]
    return [
        _equipped(given, rows[of == "route"].drop(columns=["equipment", "party"])),
        rows.loc[of == "capacity", [*place, "equipment"]],
        rows.loc[of.isin(["purchase", "sale", "market"]), [*place, "party"]],
        rows.loc[of == "freight", place],
    ]


def _cost(given: Given) -> list[pd.DataFrame]:
    rows = terms(given).rename(columns={"term": "party", "annual": "value"})
    return [rows[rows["party"] != "closing"]]


def _capacity(given: Given) -> list[pd.DataFrame]:
    return [standing(given).rename(columns={"capacity": "value"})]


def _stock(given: Given) -> list[pd.DataFrame]:
    rows = levels(given)
    least = rows.groupby(["region", "commodity", "stock", "period"], as_index=False)["level"].min()
    return [least.rename(columns={"level": "value"})]


def _built(greenfield: bool) -> Callable[[Given], list[pd.DataFrame]]:
    def make(given: Given) -> list[pd.DataFrame]:
        rows = ways(given).rename(columns={"new": "value", "project": "party"})
        return [rows[(rows["replaces"] == "") == greenfield]]

    return make


def _gone(column: str) -> Callable[[Given], list[pd.DataFrame]]:
    return lambda given: [given.plan["capacity"].rename(columns={column: "value"})]


def _moves(given: Given) -> list[pd.DataFrame]:
    return [ways(given).rename(columns={"new": "value"}), *_gone("closed")(given)]


def _starts(given: Given) -> list[pd.DataFrame]:
    rows = ways(given)
    sized = rows[rows["size"].notna()]
    once = starts(rows).merge(sized[GROUP].drop_duplicates().assign(sized=True), on=GROUP, how="left")
    once = once[once["sized"].isna()]
    return [part.rename(columns={"project": "party", c: "value"}).fillna({"value": 0.0}) for part, c in ((once, "start"), (sized, "units"))]


def _investment(given: Given) -> list[pd.DataFrame]:
    rows, first = ways(given), starts(ways(given))
    both = rows[[*WAY, "invest", "new"]].assign(value=rows["invest"] * rows["new"]), first.assign(value=first["fixed_invest"] * first["start"])
    return [part.rename(columns={"project": "party"}) for part in both]


def _rated(closed: bool) -> Callable[[Given], list[pd.DataFrame]]:
    def make(given: Given) -> list[pd.DataFrame]:
        rows = given.plan["capacity"][["region", "equipment", "period", "new", "closed"]]
        rows = rows.merge(rated(given), on=["region", "equipment", "period"])
        return [rows.assign(value=rows["closed" if closed else "new"] * rows["rated"]).rename(columns={"burden": "commodity"})]

    return make


MAKERS: dict[str, Callable[[Given], list[pd.DataFrame]]] = {
    "activity": _activity, "made": _recipes(1), "used": _recipes(-1), "clean_used": _clean_used,
    "purchase": _traded("purchases", "amount", "supplier"),
    "sale": _traded("markets", "sale", "market"), "shortage": _traded("markets", "shortage", "market"), "demand": _demand, "shipped": _moved(False),
    "received": _moved(True), "burden": _burden, "cost": _cost, "capacity": _capacity, "stock": _stock, "capacity_new": _built(True),
    "capacity_refitted": _built(False), "capacity_closed": _gone("closed"), "capacity_expired": _gone("expired"), "moves": _moves,
    "starts": _starts, "investment": _investment, "rated_new": _rated(False), "rated_closed": _rated(True),
}  # fmt: skip


def today(given: Given, name: str) -> pd.DataFrame:
    """What stands (capacity) or lies in stock before the first period, by the columns it may be scoped by."""
    if name == "stock":
        rows = given.opened("stocks")
        first = rows[rows["cycle"] == "horizon"].drop_duplicates(["region", "commodity", "stock"])
        return first.rename(columns={"first": "value"})
    begin, rows = given.periods["start"].iloc[0], given.opened("capacity")
    return rows[~(rows["built"] > begin)].rename(columns={"amount": "value"})
