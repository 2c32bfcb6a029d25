"""Production: what routes run, within the capacity they occupy.

    Σ_k,p' use[r,k,q,t] × portion[p',p] × activity[r,k,t,p'] <= available[r,q,t,p] × usable K[r,q,t]        p: parts of the equipment's run
    Σ_p Σ_k use × activity >= min_load × Σ_p available × usable K
    available[r,q,t,p] = Σ_s∈p share[s] × availability[r,q,t,s]

A route on equipment with different `run` takes the coarsest; a route without equipment runs by slice.

| symbol | code | unit | source |
|---|---|---|---|
| A | `activity` | activity/yr in the part | variable |
| u | `use` | Q per activity | −recipes.amount of equipment |
| ρ | `recipe` | u per activity | recipes.amount |
| | `available` | yr | slices.share × availability.amount |
| | `min_load` | 1 | equipment.min_load |
| | `operating_cost` | ¤ per activity | routes.cost |
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from models.algebra import index_set, neighbours, sum, variable
from models.formulation.available import availability
from models.formulation.board import Board, Cost, Metric, Part, lettered, state, table
from models.formulation.quantities import usable
from models.keys import explicit, lookup
from models.names import YEAR

TABLES = ("routes", "recipes", "availability")
NEEDS = ("sets", "capacity")
COARSE = {"slice": 0, "season": 1, "year": 2}


def usable_capacity(m: Any, r: Any, q: Any, t: Any, p: Any) -> Any:
    """What routes take from an equipment in a part of the year fits what can be run. [Q yr/yr]"""
    taken = sum(m.use[r, k, q, t] * m.portion[a, p] * m.activity[r, k, t, a] for k, a in m.OCCUPIED_BY[r, q, t, p])
    return taken <= m.available[r, q, t, p] * usable(m, r, q, t)


def minimum_load(m: Any, r: Any, q: Any, t: Any) -> Any:
    """Over the year, at least `min_load` of what could be run is run. [Q yr/yr]"""
    taken = sum(m.use[r, k, q, t] * m.activity[r, k, t, a] for k, a in m.RUN_ON[r, q, t])
    return taken >= m.min_load[q] * sum(m.available[r, q, t, p] for p in m.RUN_PARTS[q]) * usable(m, r, q, t)


def prepare(board: Board) -> None:
    """Frames: `uses` (r, k, q, t, use), `recipes` (r, k, c, t, amount), `activity` (r, k, t, p), `routes` (r, k, t, cost, clean),
    `run_parts` (q, p), `available` (r, q, t, p, value)."""
    recipes = _recipes(board)
    own = set(board.names.kinds["equipment"])
    is_equipment = recipes["i"].isin(own)
    uses = recipes[is_equipment].rename(columns={"i": "q"})
    uses = uses.assign(use=-uses["amount"])
    with_equipment = uses["k"].unique()
    stands = board["capacities"]
    checked = uses[["r", "k", "t", "q"]].merge(stands.assign(stands=True), on=["r", "q", "t"], how="left")
    missing = checked[checked["stands"].isna()][["r", "k", "t"]].drop_duplicates()
    runs = uses[["r", "k", "t"]].drop_duplicates().merge(missing, on=["r", "k", "t"], how="left", indicator=True)
    runs = runs[runs["_merge"] == "left_only"].drop(columns="_merge")
    bare = recipes.loc[~recipes["k"].isin(with_equipment), ["r", "k", "t"]].drop_duplicates()
    bare = _bare_routes(board, bare)
    routes = pd.concat([runs, bare], ignore_index=True)
    board["routes"] = _allowed(board, routes)
    key = ["r", "k", "t"]
    board["uses"] = uses.merge(board["routes"][key], on=key)[[*key, "q", "use"]]
    _free_routes(board, with_equipment)
    board["recipes"] = recipes[~is_equipment].rename(columns={"i": "c"}).merge(board["routes"][key], on=key)[[*key, "c", "amount"]]
    _run_parts(board)


def _recipes(board: Board) -> pd.DataFrame:
    keys = {"route": "route", "item": "item", "region": "region", "period": "period"}
    rows = explicit(board.table("recipes"), keys, [], board.names, "recipes", board.report)
    rows = rows[rows["amount"] != 0] if len(rows) else rows
    return lettered(rows, r="region", k="route", i="item", t="period")[["r", "k", "i", "t", "amount"]]


def _bare_routes(board: Board, bare: pd.DataFrame) -> pd.DataFrame:
    """Routes without equipment must name their regions, in `routes` or in `recipes`."""
    names, routes, recipes = board.names, board.table("routes"), board.table("recipes")
    for k in bare["k"].unique():
        rows = routes[routes["route"].map(lambda cell, k=k: k in names.members(cell, "route")).astype(bool)]
        own = recipes[recipes["route"].map(lambda cell, k=k: k in names.members(cell, "route")).astype(bool)]
        if not (rows["region"] != "").any() and not (own["region"] != "").any():
            en = f"route {k} has no equipment: name its regions in `routes`"
            board.say("recipes", own.index[0], "route", en, f"路线 {k} 没有设备：请在 routes 中写明地区")
        elif not (rows["region"] != "").any():
            named = {r for cell in own["region"] if cell for r in names.members(cell, "region")}
            bare = bare[(bare["k"] != k) | bare["r"].isin(named)]
    return bare


def _free_routes(board: Board, with_equipment: pd.Series) -> None:
    """A route without equipment that uses no commodity and costs nothing would make its product for nothing."""
    own = board.table("recipes")
    uses = {k for cell in own.loc[own["amount"] < 0, "route"] for k in board.names.members(cell, "route")}
    bare = board["routes"][~board["routes"]["k"].isin(with_equipment) & ~board["routes"]["k"].isin(uses) & (board["routes"]["cost"] <= 0)]
    for k in bare["k"].unique():
        line = own.index[[k in board.names.members(cell, "route") for cell in own["route"]]][0]
        en = f"route {k} has no equipment, uses no commodity and costs nothing"
        board.say("recipes", line, "route", en, f"路线 {k} 没有设备、不消耗商品、也没有成本")


def _allowed(board: Board, routes: pd.DataFrame) -> pd.DataFrame:
    """A route with rows in `routes` runs only where and when one fits."""
    keys = {"route": "route", "region": "region", "period": "period"}
    over = routes.rename(columns={"r": "region", "k": "route", "t": "period"})
    table = board.table("routes")
    found = lookup(over, table, keys, board.names, "routes", board.report)
    found = lettered(found, r="region", k="route", t="period")
    named = {k for cell in table["route"] if cell for k in board.names.members(cell, "route")}
    free = routes[~routes["k"].isin(named)]
    rest = free.merge(found[["r", "k", "t"]], on=["r", "k", "t"], how="left", indicator=True) if len(free) else free.assign(_merge="")
    rest = rest[rest["_merge"] == "left_only"].drop(columns="_merge").assign(cost=0.0, clean=0.0)
    columns = ["r", "k", "t", "cost", "clean"]
    return pd.concat([f for f in (found[columns], rest[columns]) if len(f)] or [found[columns]], ignore_index=True)


def _run_parts(board: Board) -> None:
    equipment, slices = board["equipment"], board["slices"]
    parts = {"year": [YEAR], "season": list(dict.fromkeys(slices["season"])), "slice": list(slices["s"])}
    run = dict(zip(equipment["q"], equipment["run"], strict=True))
    board["run_parts"] = pd.DataFrame([(q, p) for q, how in run.items() for p in parts[how]], columns=["q", "p"]).astype("str")
    uses = board["uses"]
    coarsest = uses.assign(run=uses["q"].map(run).map(COARSE)).groupby(["r", "k", "t"], sort=False)["run"].max().reset_index()
    how = board["routes"][["r", "k", "t"]].merge(coarsest, on=["r", "k", "t"], how="left")
    names = {v: k for k, v in COARSE.items()}
    by_run = pd.DataFrame([(r, p) for r, members in parts.items() for p in members], columns=["run", "p"])
    how["run"] = how["run"].fillna(0).map(names).astype("str")
    board["activity"] = how.merge(by_run, on="run")[["r", "k", "t", "p"]]


def add(m: Any, board: Board) -> None:
    """States the family over the routes that `network.py` found able to run."""
    routes, activity, uses = board["routes"], board["activity"], board["uses"]
    m.ACTIVITY = index_set(activity, doc="routes, where, when and in which parts of the year they run")
    m.activity = variable(m.ACTIVITY, doc="activity of a route [activity/yr]")
    recipes = board["recipes"]
    m.recipe = table(recipes, ["r", "k", "c", "t"], "amount", "made (+) and used (−) per activity [u]")
    m.use = table(uses, ["r", "k", "q", "t"], "use", "capacity occupied per activity [Q]")
    m.operating_cost = table(routes, ["r", "k", "t"], "cost", "operating cost [¤ per activity]")
    m.RUNNING = neighbours(activity[["r", "t", "k", "p"]], "r", "t")

    occupied = uses[["r", "q", "t"]].drop_duplicates().merge(board["run_parts"], on="q")
    by_part = uses.merge(activity.rename(columns={"p": "a"}), on=["r", "k", "t"])
    within = by_part.merge(board["run_parts"], on="q").merge(board["portion"].rename(columns={"p": "a", "p2": "p"}), on=["a", "p"])
    m.OCCUPIED_BY = neighbours(within[["r", "q", "t", "p", "k", "a"]], "r", "q", "t", "p")
    m.available = table(_available_everywhere(board), ["r", "q", "t", "p"], "value", "usable time: share × availability [yr]")
    state(m, "usable_capacity", occupied[["r", "q", "t", "p"]], usable_capacity)

    equipment = board["equipment"]
    loaded = equipment[equipment["min_load"] > 0]
    m.min_load = table(loaded, ["q"], "min_load", "least load [1]")
    m.RUN_ON = neighbours(by_part[["r", "q", "t", "k", "a"]], "r", "q", "t")
    m.RUN_PARTS = neighbours(board["run_parts"], "q")
    least = occupied.loc[occupied["q"].isin(loaded["q"]), ["r", "q", "t"]].drop_duplicates()
    state(m, "minimum_load", least, minimum_load)

    parts = board["commodity_parts"]
    made = recipes.merge(parts, on="c").merge(activity.rename(columns={"p": "a"}), on=["r", "k", "t"])
    made = made.merge(board["portion"].rename(columns={"p": "a", "p2": "p"}), on=["a", "p"])
    board["made"] = made[["r", "c", "t", "p", "k", "a", "amount"]]
    m.ROUTES_WITH = neighbours(board["made"][["r", "c", "t", "p", "k", "a"]], "r", "c", "t", "p")


def _available_everywhere(board: Board) -> pd.DataFrame:
    """`available` of all capacity in every part that a row may ask for: the parts of its run, and slices for lines."""
    stands = board["capacities"]
    parts = board["run_parts"]
    if len(board["line_capacity"]):
        lines = board["line_capacity"][["q", "p"]].drop_duplicates()
        parts = pd.concat([parts, lines], ignore_index=True).drop_duplicates()
    return availability(board, stands.merge(parts, on="q"))


def made_less_used(m: Any, r: Any, c: Any, t: Any, p: Any) -> Any:
    """Production less use by routes. [u/yr in the part]"""
    return sum(m.recipe[r, k, c, t] * m.portion[a, p] * m.activity[r, k, t, a] for k, a in m.ROUTES_WITH[r, c, t, p])


def operation(m: Any, r: Any, t: Any) -> Any:
    """Operating cost of routes. [¤/yr]"""
    return sum(m.operating_cost[r, k, t] * m.activity[r, k, t, p] for k, p in m.RUNNING[r, t])


def _with_equipment(board: Board, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a column q: a row per equipment of the route, one with a blank where it has none."""
    return frame.merge(board["uses"][["r", "k", "t", "q"]], on=["r", "k", "t"], how="left").fillna({"q": ""})


def _recipe_rows(sign: int) -> Any:
    def frame(board: Board) -> pd.DataFrame:
        recipes = board["recipes"]
        own = recipes[recipes["c"].isin(board["commodity_parts"]["c"]) & (recipes["amount"] * sign > 0)]
        return _with_equipment(board, own.merge(board["activity"], on=["r", "k", "t"]))

    return frame


def _made(m: Any, r: Any, k: Any, c: Any, t: Any, p: Any) -> Any:
    return m.recipe[r, k, c, t] * m.activity[r, k, t, p]


def _used(m: Any, r: Any, k: Any, c: Any, t: Any, p: Any) -> Any:
    return -m.recipe[r, k, c, t] * m.activity[r, k, t, p]


METRICS = (
    Metric(
        "activity", "rate", "activity", "rks",
        (Part(lambda b: _with_equipment(b, b["activity"]), ("r", "k", "t", "p"), lambda m, r, k, t, p: m.activity[r, k, t, p]),),
    ),
    Metric("made", "rate", "u", "rckqs", (Part(_recipe_rows(+1), ("r", "k", "c", "t", "p"), _made),)),
    Metric("used", "rate", "u", "rckqs", (Part(_recipe_rows(-1), ("r", "k", "c", "t", "p"), _used),)),
)  # fmt: skip
COSTS = (Cost("operation", operation),)
BALANCE = (made_less_used,)
