"""Production: routes run where and when they may, within the usable time of what stands, and at least at minimum load."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.names import YEAR
from optimizer.audit.capacity import standing
from optimizer.audit.checks import gather, number
from optimizer.audit.given import Given

RUN = ["region", "route", "period"]
PLACE = ["region", "equipment", "period"]
RANK = {"slice": 0, "season": 1, "year": 2}


def check(given: Given) -> None:
    _where(given)
    run = given.activity.merge(given.uses, on=RUN)
    run = run.assign(run=run["activity"] * run["use"])
    room = given.available(pd.concat([given.uses[PLACE], given.plan["capacity"][PLACE]])).merge(standing(given), on=PLACE)
    room = room.assign(room=room["time"] * room["usable"])
    how = given.table("equipment").set_index("equipment")[["run", "min_load"]]
    both = gather([*PLACE, "slice"], run[[*PLACE, "slice", "run"]], room[[*PLACE, "slice", "room"]])
    both = both.merge(given.slices[["slice", "season"]], on="slice")
    kind = both["equipment"].map(how["run"])
    both = both.assign(slice=both["slice"].where(kind == "slice", both["season"].where(kind == "season", YEAR)))
    parts = gather([*PLACE, "slice"], both)
    given.checks.at_most("usable capacity", parts, [*PLACE, "slice"], "run", "room")
    year = gather(PLACE, parts[[*PLACE, "run", "room"]])
    _load(given, year.assign(least=year["room"] * number(year["equipment"], how["min_load"])))
    said = year.merge(given.plan["capacity"], on=PLACE)
    said = said[(said["room"] > 0) & said["used"].notna()]
    given.checks.equal("use of capacity", said.assign(share=said["run"] / said["room"]), PLACE, "share", "used")


def _where(given: Given) -> None:
    """Activity only where the tables have the route, in the parts of the year of its coarsest equipment, and not below 0."""
    rows, checks, names = given.plan["production"].assign(zero=0.0), given.checks, given.instance.names
    where = [*RUN, "slice"]
    checks.at_most("routes: where they run", rows.assign(less=-rows["activity"]), where, "less", "zero")
    known = given.recipes[RUN].drop_duplicates().assign(known=True)
    fits = given.routes[RUN].assign(fits=True)
    rows = rows.merge(known, on=RUN, how="left").merge(fits, on=RUN, how="left")
    table = given.table("routes")
    named = {k for cell in table.loc[table["route"] != "", "route"] for k in names.members(cell, "route")}
    equipped = set(given.uses["route"])
    own = given.table("recipes")
    placed = {k for cell in table.loc[table["region"] != "", "route"] for k in names.members(cell, "route")}
    in_recipes = {
        (k, r)
        for cell, place in own.loc[own["region"] != "", ["route", "region"]].itertuples(index=False)
        for k in names.members(cell, "route")
        for r in names.members(place, "region")
    }
    bare = [
        k in equipped or k in placed or (k, r) in in_recipes for k, r in rows[["route", "region"]].itertuples(index=False)
    ]  # a route without equipment runs only where it is named
    lawful = rows["known"].eq(True) & (rows["fits"].eq(True) | ~rows["route"].isin(named)) & pd.Series(bare, index=rows.index, dtype=bool)
    checks.at_most("routes: where they run", rows[~lawful], where, "activity", "zero")
    ranks = given.uses.assign(rank=given.uses["equipment"].map(given.table("equipment").set_index("equipment")["run"]).map(RANK))
    coarsest = ranks.groupby(RUN, as_index=False)["rank"].max()
    rows = rows.merge(coarsest.astype({"rank": float}), on=RUN, how="left").fillna({"rank": 0.0})
    parts = {0: set(given.slices["slice"]), 1: set(given.slices["season"]), 2: {YEAR}}
    wrong = [part not in parts[int(rank)] for part, rank in zip(rows["slice"], rows["rank"], strict=True)]
    checks.equal("routes: where they run", rows[np.array(wrong, dtype=bool)], where, "zero", "activity")


def _load(given: Given, year: pd.DataFrame) -> None:
    """Minimum load, where a route that can run uses the equipment."""
    able = given.uses.merge(runnable(given), on=RUN)[PLACE].drop_duplicates()
    loaded = year[year["least"] > 0].merge(able, on=PLACE)
    given.checks.at_most("minimum load", loaded, PLACE, "least", "run")


def runnable(given: Given) -> pd.DataFrame:
    """Routes all of whose equipment stands, and whose inputs can be had: bought, made, brought or stocked; region, route, period."""
    stands = given.plan["capacity"].query("standing > 0")[PLACE].assign(stands=True)
    missing = given.uses.merge(stands, on=PLACE, how="left")
    missing = missing.loc[missing["stands"].isna(), RUN].drop_duplicates().assign(missing=True)
    own = given.goods[given.goods["commodity"].map(given.kinds).isin(["slice", "year"])]
    own = own.merge(missing, on=RUN, how="left")
    own = own[own["missing"].isna()]
    able = given.uses[RUN].drop_duplicates().merge(missing, on=RUN, how="left")
    able = able.loc[able["missing"].isna(), RUN]
    good = ["region", "commodity", "period"]
    had = {*given.sources.loc[~(given.sources["max"] <= 0), good].itertuples(index=False, name=None)}
    had |= {*given.opened("stocks").query("cycle == 'horizon'")[good].itertuples(index=False, name=None)}
    moved = given.links.merge(given.freight[["mode", "commodity", "origin", "destination"]], on=["mode", "origin", "destination"])
    hops = list(moved[["origin", "destination", "commodity", "period"]].itertuples(index=False, name=None))
    needs: dict[tuple[str, ...], tuple[list[tuple[str, ...]], list[tuple[str, ...]]]] = {}
    for r, k, t, c, amount in own[[*RUN, "commodity", "amount"]].itertuples(index=False, name=None):
        needs.setdefault((r, k, t), ([], []))[int(amount > 0)].append((r, c, t))
    while True:
        more = {place for used, made in needs.values() if had.issuperset(used) for place in made}
        more |= {(d, c, t) for o, d, c, t in hops if (o, c, t) in had}
        if more <= had:
            break
        had |= more
    can = [had.issuperset(needs.get(key, ([], []))[0]) for key in able.itertuples(index=False, name=None)]
    return able[np.array(can, dtype=bool)]
