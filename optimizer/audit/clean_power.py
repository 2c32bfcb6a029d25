"""Clean supply: nobody calls more clean than it uses, and all that is called clean is made clean, in the places and parts it is matched in."""

from __future__ import annotations

import pandas as pd

from models.names import YEAR
from optimizer.audit.checks import gather
from optimizer.audit.given import Given
from optimizer.audit.trade import delivered
from optimizer.audit.transport import LINK, flows

CLAIM = ["region", "user", "kind", "period", "slice"]
PLACE = ["region", "period", "slice"]
USER = ["region", "user", "kind", "period"]


def use(given: Given) -> pd.DataFrame:
    """What each route and market uses of the clean commodity: region, user, kind, period, slice, use."""
    clean = given.instance.settings.clean_commodity
    recipes = given.goods[(given.goods["commodity"] == clean) & (given.goods["amount"] < 0)]
    routes = given.in_parts(recipes.merge(given.activity, on=["region", "route", "period"]))
    routes = routes.assign(use=-routes["amount"] * routes["activity"], kind="route").rename(columns={"route": "user"})
    markets = delivered(given)
    markets = markets[markets["commodity"] == clean].rename(columns={"market": "user", "delivered": "use"}).assign(kind="market")
    return gather(CLAIM, routes[[*CLAIM, "use"]], markets[[*CLAIM, "use"]])


def check(given: Given) -> None:
    checks, plan, settings = given.checks, given.plan, given.instance.settings
    claims = gather(CLAIM, use(given), plan["claims"][[*CLAIM, "clean"]]).assign(zero=0.0)
    checks.at_most("clean use", claims, CLAIM, "clean", "use")
    checks.at_most("clean use", claims.assign(less=-claims["clean"]), CLAIM, "less", "zero")
    said = plan["clean"].rename(columns={"use": "said use", "clean": "said clean", "share": "said share"})
    year = gather(USER, claims, said.drop(columns="unit"))
    year = year[(year["use"] > 0) | (year["said use"] != 0)]  # the table leaves out who uses none
    for column in ("use", "clean"):
        if f"said {column}" in year:
            checks.equal("clean use", year.assign(**{" ": column}), [*USER, " "], column, f"said {column}")
    shown = said.merge(year[[*USER, "use", "clean"]] if len(year) else said[USER].assign(use=0.0, clean=0.0), on=USER)
    checks.equal("clean use", shown.assign(share=shown["clean"] / shown["use"]), USER, "share", "said share")

    by_slice = settings.clean_matching == "region-slice"
    made = _made(given)
    claimed = claims.assign(claimed=claims["clean"])[[*PLACE, "claimed"]]
    sent = _sent(given, by_slice)
    rows = gather(
        PLACE,
        made,
        claimed,
        sent.assign(region=sent["destination"], brought=sent["clean"] * (1 - sent["loss"]))[[*PLACE, "brought"]],
        sent.assign(region=sent["origin"], sent=sent["clean"])[[*PLACE, "sent"]],
    )
    if not len(rows):
        return
    if not by_slice:
        rows = rows.assign(slice=YEAR)
    if settings.clean_matching == "nation-year":
        rows = rows.assign(region="", brought=0.0, sent=0.0)
    rows = gather(PLACE, rows)
    rows = rows.assign(held=rows["made"] + rows["brought"], wanted=rows["claimed"] + rows["sent"])
    checks.at_most("clean supply", rows, PLACE, "wanted", "held")


def _made(given: Given) -> pd.DataFrame:
    """What is bought and made of the clean commodity that counts as clean, by region, period and slice."""
    clean = given.instance.settings.clean_commodity
    sources = given.sources.loc[given.sources["commodity"] == clean, ["region", "commodity", "supplier", "period", "slice", "clean"]]
    bought = given.plan["purchases"].merge(sources, on=["region", "commodity", "supplier", "period", "slice"])
    recipes = given.goods[(given.goods["commodity"] == clean) & (given.goods["amount"] > 0)].merge(given.routes, on=["region", "route", "period"])
    run = given.in_parts(recipes.merge(given.activity, on=["region", "route", "period"]))
    return gather(
        PLACE,
        bought.assign(made=bought["amount"] * bought["clean"])[[*PLACE, "made"]],
        run.assign(made=run["amount"] * run["activity"] * run["clean"])[[*PLACE, "made"]],
    )


def _sent(given: Given, by_slice: bool) -> pd.DataFrame:
    """What links send as clean, at most what they send; none where certificates are issued for the nation."""
    checks, key = given.checks, [*LINK, "slice"]
    sent = given.plan["clean_flows"].drop(columns="unit")
    if given.instance.settings.clean_matching == "nation-year":
        checks.equal("clean flows", sent.assign(zero=0.0), key, "zero", "clean")
        return sent.iloc[:0].assign(loss=0.0)
    moved = flows(given)
    moved = moved[moved["commodity"] == given.instance.settings.clean_commodity]
    moved = moved if by_slice else moved.assign(slice=YEAR)
    rows = gather(key, sent, moved[[*key, "shipped"]])
    checks.at_most("clean flows", rows, key, "clean", "shipped")
    checks.at_most("clean flows", rows.assign(less=-rows["clean"], zero=0.0), key, "less", "zero")
    return sent.merge(given.links[[*LINK, "loss"]], on=LINK, how="left").fillna({"loss": 0.0})
