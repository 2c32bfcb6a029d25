"""Swaps: who may replace whom, at what ratio; closures may be banked, no tonne serves twice.

    new[r,q,t] <= Σ_rule taken[rule,r,q,t]                                   where (r,q) is under any rule active in t; refits excluded
    Σ_τ<=t Σ_rule given[rule,r,q,τ] <= Σ_τ<=t closed[r,q,τ] (+ expired)      expired if every rule that names the place as old allows it
    Σ_r,q given[rule,r,q,t] = ratio × Σ_r,q taken[rule,r,q,t]                by region if same_region

| symbol | code | unit | source |
|---|---|---|---|
| | `taken` | Q | variable: new capacity that a rule lets in |
| | `given` | Q | variable: closed capacity that a rule uses up |
| | `swap_ratio` | old/new | swaps.ratio |
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from models.algebra import index_set, neighbours, sum, variable
from models.formulation.board import Board, state, table
from models.keys import windowed

TABLES = ("swaps",)
NEEDS = ("sets", "capacity")
METRICS = ()
COSTS = ()
BALANCE = ()


def swap_new(m: Any, r: Any, q: Any, t: Any) -> Any:
    """Greenfield under a rule is at most what rules let in. [Q]"""
    new = sum(m.new[r, w, t] for w in m.GREENFIELD[r, q, t])
    return new <= sum(m.taken[v, r, q, t] for v in m.RULES_NEW[r, q, t])


def swap_bank(m: Any, r: Any, q: Any, t: Any) -> Any:
    """Up to any period, no more has been given than was closed (or has expired, where that counts). [Q]"""
    given = sum(m.given[v, r, q, u] for v, u in m.GIVEN_TO_DATE[r, q, t])
    closed = sum(m.closed[r, q, e, u] for e, u in m.CLOSED_TO_DATE[r, q, t])
    expired = sum(m.standing[r, q, e, u] for e, u in m.EXPIRED_TO_DATE[r, q, t])
    return given <= closed + expired


def swap_ratio(m: Any, v: Any, z: Any, t: Any) -> Any:
    """What a rule uses up is its ratio times what it lets in, in the zone that it holds for. [Q]"""
    given = sum(m.given[v, r, q, t] for r, q in m.ZONE_OLD[v, z, t])
    return given == m.swap_ratio[v] * sum(m.taken[v, r, q, t] for r, q in m.ZONE_NEW[v, z, t])


def prepare(board: Board) -> None:
    """Frames: `swap_rules` (v, t, ratio, ...), `swap_new` (v, z, r, q, t), `swap_old` (v, z, r, q, t), `swap_places` (r, q): places named as old."""
    names, rows = board.names, board.table("swaps")
    rules = windowed(rows, board["periods"].rename(columns={"t": "period"}))
    opened = rules.assign(t=rules["period"].str.split("|")).explode("t") if len(rules) else rules.assign(t="")
    board["swap_rules"] = opened.rename(columns={"rule": "v"})

    def places(row: Any, side: str) -> pd.DataFrame:
        regions = names.members(row[f"{side}_region"], "region")
        equipment = names.members(row[f"{side}_equipment"], "equipment")
        return pd.MultiIndex.from_product([regions, equipment], names=["r", "q"]).to_frame(index=False)

    found: dict[str, list[pd.DataFrame]] = {"new": [], "old": [], "named": []}
    for _, row in rows.iterrows():
        found["named"].append(places(row, "old").assign(expired=row["expired"] == "yes"))
    for _, row in rules.iterrows():
        for side in ("new", "old"):
            zone = places(row, side).merge(pd.DataFrame({"t": row["period"].split("|")}), how="cross").assign(v=row["rule"])
            found[side].append(zone.assign(z=zone["r"] if row["same_region"] == "yes" else ""))
    empty = pd.DataFrame(columns=["v", "z", "r", "q", "t"]).astype("str")
    stands = board["capacities"][["r", "q"]].drop_duplicates()
    greenfield = board["ways"].loc[board["ways"]["o"] == "", ["r", "q", "t"]].drop_duplicates()
    new = pd.concat(found["new"])[["v", "z", "r", "q", "t"]].astype("str") if found["new"] else empty
    old = pd.concat(found["old"])[["v", "z", "r", "q", "t"]].astype("str") if found["old"] else empty
    board["swap_new"], board["swap_old"] = new.merge(greenfield, on=["r", "q", "t"]), old.merge(stands, on=["r", "q"])
    named = pd.concat(found["named"]) if found["named"] else pd.DataFrame({"r": [], "q": [], "expired": []}).astype({"r": "str", "q": "str"})
    board["swap_places"] = named.groupby(["r", "q"], as_index=False, sort=False)["expired"].all().merge(stands, on=["r", "q"])


def add(m: Any, board: Board) -> None:
    new, old, places = board["swap_new"], board["swap_old"], board["swap_places"]
    m.TAKEN, m.GIVEN = index_set(new[["v", "r", "q", "t"]]), index_set(old[["v", "r", "q", "t"]])
    m.taken = variable(m.TAKEN, doc="new capacity that a rule lets in [Q]")
    m.given = variable(m.GIVEN, doc="closed capacity that a rule uses up [Q]")
    ways = board["ways"]
    m.GREENFIELD = neighbours(ways.loc[ways["o"] == "", ["r", "q", "t", "w"]], "r", "q", "t")
    m.RULES_NEW = neighbours(new[["r", "q", "t", "v"]], "r", "q", "t")
    state(m, "swap_new", new[["r", "q", "t"]].drop_duplicates(), swap_new)

    periods = board["periods"][["t", "order"]]
    pairs = periods.merge(periods.rename(columns={"t": "u", "order": "before"}), how="cross")
    to_date = pairs.loc[pairs["before"] <= pairs["order"], ["t", "u"]]
    m.GIVEN_TO_DATE = neighbours(old.rename(columns={"t": "u"}).merge(to_date, on="u")[["r", "q", "t", "v", "u"]], "r", "q", "t")
    closed = board["closable"].merge(places[["r", "q"]], on=["r", "q"]).rename(columns={"t": "u"})
    m.CLOSED_TO_DATE = neighbours(closed.merge(to_date, on="u")[["r", "q", "t", "e", "u"]], "r", "q", "t")
    expired = board["expiring"].merge(places.loc[places["expired"].astype(bool), ["r", "q"]], on=["r", "q"]).rename(columns={"t": "e"})
    expired = expired.merge(to_date.rename(columns={"u": "e"}), on="e")
    m.EXPIRED_TO_DATE = neighbours(expired[["r", "q", "t", "e", "u"]], "r", "q", "t")
    first = old.merge(periods, on="t").groupby(["r", "q"], as_index=False, sort=False)["order"].min().rename(columns={"order": "from"})
    banked = first.merge(periods, how="cross")
    state(m, "swap_bank", banked.loc[banked["order"] >= banked["from"], ["r", "q", "t"]], swap_bank)

    m.ZONE_NEW, m.ZONE_OLD = neighbours(new[["v", "z", "t", "r", "q"]], "v", "z", "t"), neighbours(old[["v", "z", "t", "r", "q"]], "v", "z", "t")
    rules = board["swap_rules"][["v", "ratio"]].drop_duplicates("v")
    m.swap_ratio = table(rules, ["v"], "ratio", "old closed per new built [1]")
    zones = pd.concat([new[["v", "z", "t"]], old[["v", "z", "t"]]]).drop_duplicates()
    state(m, "swap_ratio", zones, swap_ratio)
