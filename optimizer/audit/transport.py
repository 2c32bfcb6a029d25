"""Transport: flows on links that carry the commodity, losses, freight, shared and built capacity, loading where a mode is travelled through."""

from __future__ import annotations

import pandas as pd

from models.names import YEAR
from optimizer.audit.capacity import standing
from optimizer.audit.checks import gather, number
from optimizer.audit.given import Given, once

LINK = ["origin", "destination", "mode", "period"]
FLOW = ["origin", "destination", "mode", "commodity", "period", "slice"]
STOP = ["region", "mode", "commodity", "period", "slice"]


@once
def flows(given: Given) -> pd.DataFrame:
    """The plan's flows with the terms of their link and freight; `known`: is there such a link, and does the commodity use its mode?"""
    rows = given.plan["flows"].drop(columns="unit").merge(given.links.assign(link=True), on=LINK, how="left")
    rows = rows.merge(given.freight.assign(fare=True), on=["mode", "commodity", "origin", "destination"], how="left")
    through = rows["through"].eq("yes")
    known = rows["link"].eq(True) & rows["fare"].eq(True)
    cost = rows["rate"] * rows["km"] + rows["handling"].where(~through, 0.0)
    return rows.assign(through=through, known=known, cost=cost.fillna(0.0), loss=rows["loss"].fillna(0.0))


def handling(given: Given) -> pd.DataFrame:
    """What loading onto a mode that is travelled through costs at each place: region, mode, commodity, handling."""
    way = ["origin", "destination", "mode"]
    rows = given.freight[given.freight["through"] == "yes"].merge(given.links[way], on=way)
    return rows.drop_duplicates(["origin", "mode", "commodity"]).rename(columns={"origin": "region"})[["region", "mode", "commodity", "handling"]]


def check(given: Given) -> None:
    checks, rows = given.checks, flows(given).assign(zero=0.0)
    checks.equal("links", rows[~rows["known"]], FLOW, "zero", "shipped")
    checks.at_most("links", rows.assign(less=-rows["shipped"]), FLOW, "less", "zero")
    checks.equal("links", rows.assign(arrives=rows["shipped"] * (1 - rows["loss"])), FLOW, "arrives", "received")
    checks.equal("freight", rows.assign(fare=rows["shipped"] * rows["cost"]), FLOW, "fare", "freight", unit=given.instance.settings.money)
    sliced = given.spread(rows[rows["known"]], "shipped")
    sliced = sliced.assign(by_slice=(sliced["commodity"].map(given.kinds) == "slice").astype(float))
    _capacity(given, sliced)
    _lines(given, sliced)
    _layers(given, rows[rows["through"]])


def _capacity(given: Given, sliced: pd.DataFrame) -> None:
    """All that uses a link shares its capacity: by slice if any of it is balanced by slice, else over the year."""
    limited = given.links.loc[given.links["capacity"].notna(), [*LINK, "capacity"]]
    used = sliced.merge(limited[LINK], on=LINK)
    if not len(used):
        return
    fine = used.groupby(LINK)["by_slice"].transform("max") > 0
    used = gather([*LINK, "slice"], used.assign(slice=used["slice"].where(fine, YEAR))[[*LINK, "slice", "shipped"]])
    share = {**dict(zip(given.slices["slice"], given.slices["share"], strict=True)), YEAR: 1.0}
    used = used.merge(limited, on=LINK)
    given.checks.at_most("link capacity", used.assign(room=used["capacity"] * number(used["slice"], share)), [*LINK, "slice"], "shipped", "room")


def _lines(given: Given, sliced: pd.DataFrame) -> None:
    """Links of an origin that name an equipment share its usable capacity there."""
    place = ["region", "equipment", "period"]
    used = sliced[sliced["equipment"] != ""].rename(columns={"origin": "region"})
    if not len(used):
        return
    fine = used.groupby(place)["by_slice"].transform("max") > 0
    coarse = set(used.loc[~fine, place].itertuples(index=False, name=None))
    room = given.available(used).merge(standing(given), on=place, how="left").fillna({"usable": 0.0})
    both = gather([*place, "slice"], used[[*place, "slice", "shipped"]], room.assign(room=room["time"] * room["usable"])[[*place, "slice", "room"]])
    year = [key in coarse for key in both[place].itertuples(index=False, name=None)]
    both = gather([*place, "slice"], both.assign(slice=both["slice"].where(~pd.Series(year, index=both.index), YEAR)))
    given.checks.at_most("line capacity", both, [*place, "slice"], "shipped", "room")


def _layers(given: Given, rows: pd.DataFrame) -> None:
    """Loaded + arriving = unloaded + leaving, at each stop of a mode that is travelled through."""
    arriving = rows.assign(region=rows["destination"], arriving=rows["shipped"] * (1 - rows["loss"]))[[*STOP, "arriving"]]
    leaving = rows.assign(region=rows["origin"], leaving=rows["shipped"])[[*STOP, "leaving"]]
    stops = gather(STOP, given.plan["loading"], arriving, leaving).assign(zero=0.0)
    both = stops.assign(came=stops["loaded"] + stops["arriving"], went=stops["unloaded"] + stops["leaving"])
    given.checks.equal("layers", both, STOP, "came", "went")
    for column in ("loaded", "unloaded"):
        given.checks.at_most("layers", stops.assign(less=-stops[column]), STOP, "less", "zero")
    through = given.freight.loc[given.freight["through"] == "yes", ["mode", "commodity"]].drop_duplicates().assign(known=True)
    strange = stops.merge(through, on=["mode", "commodity"], how="left")
    given.checks.equal("layers", strange[~strange["known"].eq(True)], STOP, "zero", "loaded")
