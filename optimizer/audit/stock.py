"""Stocks: levels follow from what is put in and what is lost, within reserve, `max`, `end` and the capacity of an equipment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.names import YEAR
from optimizer.audit.capacity import standing
from optimizer.audit.checks import gather
from optimizer.audit.given import Given, once

LEVEL = ["region", "commodity", "stock", "period", "slice"]
CHAIN = ["region", "commodity", "stock"]
DAYS = 365.0


@once
def levels(given: Given) -> pd.DataFrame:
    """Every level that the tables ask for with that of the plan, in order: its part, `share` of the year, `days` it stands for, `kept` of the
    level before, `length` in years that a yearly amount fills it."""
    rows = given.opened("stocks").merge(given.periods[["period", "years", "order"]], on="period")
    rows = rows[rows["commodity"].map(given.kinds).isin(["slice", "year"])].sort_values("order", kind="stable")
    seasons = given.slices.groupby("season", as_index=False, sort=False)["share"].sum()
    of_season = given.slices["season"].map(seasons.set_index("season")["share"])
    day = given.slices.assign(cycle="day", days=DAYS * of_season)
    season = seasons.assign(slice=seasons["season"], cycle="season", days=1.0)
    horizon = pd.DataFrame({"slice": [YEAR], "season": [YEAR], "share": [1.0], "cycle": ["horizon"], "days": [1.0]})
    rows = rows.merge(pd.concat([day, season, horizon], ignore_index=True), on="cycle")
    by_period = rows["cycle"] == "horizon"
    a_year = 1 - rows["loss"].clip(upper=1.0)
    kept = (a_year ** rows["years"]).where(by_period, 1 - rows["loss"] * rows["share"] / rows["days"])
    rows = rows.assign(kept=kept, length=rows["years"].where(by_period, 1.0), known=True)
    rows = rows.merge(given.plan["stocks"].drop(columns="unit"), on=LEVEL, how="outer")
    return rows.fillna({"level": 0.0, "stocked": 0.0})


def check(given: Given) -> None:
    checks, rows = given.checks, levels(given).assign(zero=0.0)
    checks.equal("stock", rows[~rows["known"].eq(True)], LEVEL, "zero", "level")
    rows = rows[rows["known"].eq(True)].sort_values("order", kind="stable")
    if len(rows):
        _follow(given, rows)
        _limits(given, rows)
    _balance(given, rows)


def _follow(given: Given, rows: pd.DataFrame) -> None:
    """A level is what is kept of the level before plus what is put in; a cycle returns to its start."""
    rows = rows.assign(order_in=np.arange(len(rows)))
    place = rows["slice"].map({part: i for i, part in enumerate(dict.fromkeys([*given.slices["slice"], *given.slices["season"], YEAR]))})
    rows = rows.assign(place=place).sort_values(["order", "place"], kind="stable")
    for cycle, by in (("day", [*CHAIN, "period", "season"]), ("season", [*CHAIN, "period"]), ("horizon", CHAIN)):
        own = rows[rows["cycle"] == cycle]
        if not len(own):
            continue
        level = own.groupby(by, sort=False)["level"]
        first = own["first"].fillna(0.0) if cycle == "horizon" else level.transform("last")
        before = level.shift(1).fillna(first)
        own = own.assign(expected=own["kept"] * before + own["length"] * own["stocked"] / own["days"])
        size = before.abs() + (own["length"] * own["stocked"] / own["days"]).abs() + own["level"].abs()
        given.checks.equal("stock", own, LEVEL, "expected", "level", size=size)


def _limits(given: Given, rows: pd.DataFrame) -> None:
    checks, horizon = given.checks, rows["cycle"] == "horizon"
    checks.at_most("stock", rows, LEVEL, "level", "max")
    end = rows["end"].fillna(rows["first"]).fillna(0.0)
    is_last = horizon & (rows["order"] == rows.groupby(CHAIN)["order"].transform("max"))
    least = rows["reserve"].where(~is_last, np.maximum(rows["reserve"], end))
    checks.at_most("stock", rows.assign(least=least.clip(lower=0.0)), LEVEL, "least", "level")
    built = rows[rows["equipment"] != ""].merge(standing(given), on=["region", "equipment", "period"], how="left").fillna({"capacity": 0.0})
    checks.at_most("stock", built, LEVEL, "level", "capacity")


def _balance(given: Given, rows: pd.DataFrame) -> None:
    """What the balances say is put into stock is what the stocks say, over the finest parts in which both are known."""
    place = ["region", "commodity", "period"]
    cycles = {"day": 0, "season": 1, "horizon": 2}
    rank = rows.assign(rank=rows["cycle"].map(cycles)).groupby(place, as_index=False)["rank"].max() if len(rows) else None
    said = given.plan["balance"][[*place, "slice", "stocked"]].rename(columns={"stocked": "said"})
    both = gather([*place, "slice"], rows[[*place, "slice", "stocked"]], said) if len(rows) else said.assign(stocked=0.0)
    both = both.merge(rank.astype({"rank": float}), on=place, how="left").fillna({"rank": 0.0}) if rank is not None else both.assign(rank=0)
    season = {**dict(zip(given.slices["slice"], given.slices["season"], strict=True)), **{s: s for s in given.slices["season"]}}
    part = both["slice"].where(both["rank"] == 0, both["slice"].map(season).fillna(YEAR).where(both["rank"] == 1, YEAR))
    yearly = both["commodity"].map(given.kinds) == "year"
    both = gather([*place, "slice"], both.assign(slice=part.where(~yearly, YEAR))[[*place, "slice", "stocked", "said"]])
    given.checks.equal("stock", both, [*place, "slice"], "stocked", "said")
