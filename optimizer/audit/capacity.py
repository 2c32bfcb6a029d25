"""Capacity: ways of building and their limits, refits, and cohorts that stand until the period in which they expire."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from optimizer.audit.checks import gather, number
from optimizer.audit.given import Given, once

WAY = ["region", "equipment", "replaces", "step", "project", "period"]
GROUP = ["region", "equipment", "replaces", "project", "period"]
PLACE = ["region", "equipment", "period"]
COHORT = ["region", "equipment", "expires"]


@once
def ways(given: Given) -> pd.DataFrame:
    """Every way of building, where and when it is open, with what the plan builds by it: the columns of `builds`, `new`, `units`, `start`,
    `known` (is it in the tables), `charged` (has its group a fixed charge)."""
    table, projects = given.table("builds"), ["", *given.instance.settings.projects]
    rows = given.opened("builds", table[table["project"].isin(projects)])
    fixed = rows[(rows["fixed_invest"] > 0) | (rows["fixed_cost"] > 0) | (rows["min"] > 0)][GROUP].drop_duplicates().assign(charged=True)
    rows = rows.merge(fixed, on=GROUP, how="left").assign(known=True)
    planned = given.plan["builds"].drop(columns="unit")
    rows = rows.merge(planned, on=WAY, how="outer")
    flags = {c: rows[c].eq(True) for c in ("charged", "known")}
    return rows.assign(**flags).fillna({"new": 0.0, "start": 0.0, "investment": 0.0, "ratio": 1.0, "usable": 1.0, "invest": 0.0})


def starts(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per group and period: the fixed charges of its first step."""
    first = rows[rows["charged"]].sort_values("step", kind="stable").drop_duplicates(GROUP)
    return first.assign(start=first[GROUP].merge(rows.groupby(GROUP, as_index=False)["start"].max(), on=GROUP, how="left")["start"].to_numpy())


def check(given: Given) -> None:
    """Build limits, refits, cohorts, and the table `capacity`."""
    rows = ways(given)
    _limits(given, rows)
    standing, entered = _cohorts(given, rows)
    _table(given, rows, standing, entered)


def _limits(given: Given, rows: pd.DataFrame) -> None:
    checks = given.checks
    rows = rows.assign(zero=0.0, one=1.0)
    for column in ("new", "start"):
        checks.equal("build limits", rows[~rows["known"]], WAY, "zero", column)
    checks.at_most("build limits", rows.assign(less=-rows["new"]), WAY, "less", "zero")
    known = rows[rows["known"]]
    checks.at_most("build limits", known.assign(limit=known["max"].where(~known["charged"], known["max"] * known["start"])), WAY, "new", "limit")
    least = known[known["charged"] & (known["min"] > 0)]
    checks.at_most("build limits", least.assign(least=least["min"] * least["start"]), WAY, "least", "new")
    sized = known[known["size"].notna()]
    whole = sized.assign(units=sized["units"].fillna(0.0))
    checks.equal("whole units", whole.assign(by_size=whole["units"] * whole["size"]), WAY, "by_size", "new")
    checks.equal("whole units", whole.assign(whole=whole["units"].round()), WAY, "whole", "units", size=0.0)
    rest = known[known["size"].isna() & known["units"].notna() & (known["units"] != 0)]
    checks.equal("whole units", rest, WAY, "zero", "units")
    same = known.assign(of_group=known.groupby(GROUP)["start"].transform("max").where(known["charged"], 0.0))
    checks.equal("starts", same, WAY, "of_group", "start", size=0.0)
    checks.equal("starts", known.assign(whole=known["start"].round().clip(0.0, 1.0)), WAY, "whole", "start", size=0.0)
    paid = known.assign(paid=known["invest"] * known["new"] + known["fixed_invest"] * known["start"])
    checks.equal("investment", paid, WAY, "paid", "investment", unit=given.instance.settings.money)


def _cohorts(given: Given, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cohorts follow from what stood, was built, closed and consumed. Returns what stands, and what entered from the table `capacity`."""
    checks, order = given.checks, given.order
    life = given.table("equipment").set_index("equipment")["life"]
    begin = given.periods.set_index("period")["start"]
    period_of = cache(given.period_of)
    first = float(begin.iloc[0])
    today = given.opened("capacity")
    today = today.assign(
        period=[period_of(max(first, b) if b == b else first) for b in today["built"]],
        expires=[period_of(b + life[q]) for b, q in zip(today["built"], today["equipment"], strict=True)],
    ).rename(columns={"amount": "entered"})
    built = rows.assign(expires=[period_of(begin[t] + life.get(q, np.nan)) for t, q in zip(rows["period"], rows["equipment"], strict=True)])
    entering = today[[*COHORT, "period", "entered"]]
    changes = gather([*COHORT, "period"], entering, built.rename(columns={"new": "built"})[[*COHORT, "period", "built"]], given.plan["cohorts"])
    names = list(given.periods["period"])
    keys = changes[COHORT].drop_duplicates()
    grid = keys.merge(pd.DataFrame({"period": names}), how="cross").merge(changes, on=[*COHORT, "period"], how="outer").fillna(0.0)
    grid = grid.assign(order=number(grid["period"], order)).sort_values([*COHORT, "order"], kind="stable")
    before = grid.groupby(COHORT)["standing"].shift(1).fillna(0.0)
    alive = grid["order"] < number(grid["expires"], order)
    expected = before + grid["entered"] + grid["built"] - grid["closed"] - grid["consumed"]
    size = before + grid[["entered", "built", "closed", "consumed"]].abs().sum(axis=1)
    grid = grid.assign(before=before, expected=expected.where(alive, 0.0), size=size, zero=0.0)
    busy = grid[(size > 0) | (grid["standing"] != 0)]
    where = [*COHORT, "period"]
    checks.equal("cohorts", busy, where, "expected", "standing", size=busy["size"])
    for column in ("standing", "closed", "consumed"):
        checks.at_most("cohorts", busy.assign(less=-busy[column]), where, "less", "zero")
    gone = busy[~(busy["order"] < number(busy["expires"], order))]
    for column in ("closed", "consumed"):
        checks.equal("cohorts", gone, where, "zero", column)
    refits = rows[rows["replaces"] != ""]
    wanted = refits.assign(needed=refits["new"] / refits["ratio"]).drop(columns="equipment").rename(columns={"replaces": "equipment"})
    both = gather(PLACE, wanted[[*PLACE, "needed"]], busy[[*PLACE, "consumed"]])
    checks.equal("refit", both, PLACE, "needed", "consumed")
    return busy, today


def _table(given: Given, rows: pd.DataFrame, standing: pd.DataFrame, entered: pd.DataFrame) -> None:
    """The table `capacity`: before + new + refitted − consumed − closed − expired = standing."""
    last = standing[standing["expires"] == standing["period"]]
    expected = gather(
        PLACE,
        rows.loc[rows["replaces"] == "", [*PLACE, "new"]],
        rows.loc[rows["replaces"] != "", [*PLACE, "new"]].rename(columns={"new": "refitted"}),
        standing[[*PLACE, "standing", "closed", "consumed"]],
        standing[[*PLACE, "before"]],
        entered.rename(columns={"entered": "before"})[[*PLACE, "before"]],
        last[[*PLACE, "before"]].rename(columns={"before": "expired"}),
        given.plan["capacity"].rename(columns=lambda c: c if c in PLACE else f"said {c}").drop(columns="said unit"),
    )
    for column in ("before", "new", "refitted", "consumed", "closed", "expired", "standing"):
        if column in expected:
            given.checks.equal("capacity", expected.assign(**{" ": column}), [*PLACE, " "], column, f"said {column}")


@once
def standing(given: Given) -> pd.DataFrame:
    """K: what stands. region, equipment, period, capacity, and `usable` in the period."""
    rows = ways(given)
    late = rows.assign(late=(1 - rows["usable"]) * rows["new"])[[*PLACE, "late"]]
    both = gather(PLACE, given.plan["cohorts"][[*PLACE, "standing"]], late)
    return both.assign(capacity=both["standing"], usable=both["standing"] - both["late"])[[*PLACE, "capacity", "usable"]]
