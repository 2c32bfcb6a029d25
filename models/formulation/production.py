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

import numpy as np
import pandas as pd

from models.algebra import Frame, index_set, neighbours, stack, sum, variable
from models.formulation.available import availability
from models.formulation.board import Board, Cost, Metric, Part, state, table
from models.formulation.keys import explicit, lookup
from models.formulation.quantities import usable, with_equipment
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
    `run_parts` (q, p)."""
    key = ["r", "k", "t"]
    recipes = explicit(board, "recipes", board.open("recipes"), r="region", k="route", i="item", t="period")
    recipes = recipes[recipes["amount"] != 0][["r", "k", "i", "t", "amount"]]
    is_equipment = board.any_of(board.codes(board.names.kinds["equipment"]))[recipes["i"]]
    uses = recipes[is_equipment].rename(i="q")
    uses = uses.put(use=-uses["amount"])
    with_equipment = board.any_of(uses["k"])
    missing = uses[~uses.within(board["capacities"], "r", "q", "t")]
    runs = uses.unique(*key)
    runs = runs[~runs.within(missing, *key)]
    bare = _bare_routes(board, recipes[~with_equipment[recipes["k"]]].unique(*key))
    board["routes"] = _allowed(board, stack([runs, bare], key))
    board["uses"] = uses[uses.within(board["routes"], *key)][[*key, "q", "use"]]
    _free_routes(board, with_equipment)
    goods = recipes[~is_equipment].rename(i="c")
    board["recipes"] = goods[goods.within(board["routes"], *key)][[*key, "c", "amount"]]
    _run_parts(board)


def _routes_of(board: Board, cells: pd.Series) -> dict[str, list[int]]:
    """For each route the numbers of the cells that name it."""
    named: dict[str, list[int]] = {}
    for line, cell in cells.items():
        for k in board.names.members(cell, "route"):
            named.setdefault(k, []).append(int(str(line)))
    return named


def _bare_routes(board: Board, bare: Frame) -> Frame:
    """Routes without equipment must name their regions, in `routes` or in `recipes`."""
    if not len(bare):
        return bare
    names, routes, recipes = board.names, board.table("routes"), board.table("recipes")
    placed = _routes_of(board, routes.loc[routes["region"] != "", "route"])
    own = _routes_of(board, recipes["route"])
    for code in dict.fromkeys(bare["k"].tolist()):
        k = board.labels.label(code)
        if k in placed:
            continue
        named = {r for line in own[k] if (cell := recipes.at[line, "region"]) for r in names.members(cell, "region")}
        if not named:
            en = f"route {k} has no equipment: name its regions in `routes`"
            board.say("recipes", own[k][0], "route", en, f"路线 {k} 没有设备：请在 routes 中写明地区")
        else:
            bare = bare[(bare["k"] != code) | board.any_of(board.codes(named))[bare["r"]]]
    return bare


def _free_routes(board: Board, with_equipment: np.ndarray) -> None:
    """A route without equipment that uses no commodity and costs nothing would make its product for nothing."""
    own, routes = board.table("recipes"), board["routes"]
    uses = board.any_of(board.codes(_routes_of(board, own.loc[own["amount"] < 0, "route"])))
    free = routes["k"][~with_equipment[routes["k"]] & ~uses[routes["k"]] & (routes["cost"] <= 0)]
    for k in board.labels.decode(np.unique(free)):
        en = f"route {k} has no equipment, uses no commodity and costs nothing"
        board.say("recipes", _routes_of(board, own["route"])[k][0], "route", en, f"路线 {k} 没有设备、不消耗商品、也没有成本")


def _allowed(board: Board, routes: Frame) -> Frame:
    """A route with rows in `routes` runs only where and when one fits."""
    given = board.open("routes")
    at = lookup(board, "routes", routes, given, k="route", r="region", t="period")
    found, fits = routes[at >= 0], at[at >= 0]
    named = board.any_of(board.codes(_routes_of(board, board.table("routes")["route"].replace("", None).dropna())))
    rest = routes[(at < 0) & ~named[routes["k"]]]
    return stack([found.put(cost=given["cost"][fits], clean=given["clean"][fits]), rest.put(cost=0.0, clean=0.0)])


def _run_parts(board: Board) -> None:
    equipment, slices = board["equipment"], board["slices"]
    runs = {
        "year": board.frame(p=[YEAR]),
        "season": slices.rename(season="p")[["p"]].unique(),
        "slice": slices.rename(s="p")[["p"]],
    }
    parts = stack([frame.put(run=board.code(run)) for run, frame in runs.items()])
    board["run_parts"] = equipment[["q", "run"]].join(parts, "run")[["q", "p"]]
    coarse = {board.code(run): rank for run, rank in COARSE.items()}
    rank = board.by_code(np.array(list(coarse)), np.array(list(coarse.values()), float), 0.0)
    uses, key = board["uses"], ["r", "k", "t"]
    coarsest = uses.put(rank=-rank[uses.look_up(equipment, "q", value="run").astype(np.int64)]).least(key, "rank")
    how = np.nan_to_num(-board["routes"].look_up(coarsest, *key, value="rank"), nan=0.0).astype(np.int64)
    by_rank = np.array([board.code(run) for run, _ in sorted(COARSE.items(), key=lambda item: item[1])])
    board["activity"] = board["routes"][key].put(run=by_rank[how]).join(parts, "run")[[*key, "p"]]


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

    occupied = uses[["r", "q", "t"]].unique().join(board["run_parts"], "q")
    by_part = uses.join(activity.rename(p="a"), "r", "k", "t")
    occupying = by_part.join(board["run_parts"], "q")
    occupying = occupying.join(board["portion"].rename(p="a", p2="p"), "a", "p")
    m.OCCUPIED_BY = neighbours(occupying[["r", "q", "t", "p", "k", "a"]], "r", "q", "t", "p")
    m.available = table(_available_everywhere(board), ["r", "q", "t", "p"], "value", "usable time: share × availability [yr]")
    state(m, "usable_capacity", occupied[["r", "q", "t", "p"]], usable_capacity)

    equipment = board["equipment"]
    loaded = equipment[equipment["min_load"] > 0]
    m.min_load = table(loaded, ["q"], "min_load", "least load [1]")
    m.RUN_ON = neighbours(by_part[["r", "q", "t", "k", "a"]], "r", "q", "t")
    m.RUN_PARTS = neighbours(board["run_parts"], "q")
    state(m, "minimum_load", occupied[board.any_of(loaded["q"])[occupied["q"]]][["r", "q", "t"]].unique(), minimum_load)

    made = recipes.join(board["commodity_parts"], "c").join(activity.rename(p="a"), "r", "k", "t")
    made = made.join(board["portion"].rename(p="a", p2="p"), "a", "p")
    board["made"] = made[["r", "c", "t", "p", "k", "a", "amount"]]
    m.ROUTES_WITH = neighbours(board["made"][["r", "c", "t", "p", "k", "a"]], "r", "c", "t", "p")


def _available_everywhere(board: Board) -> Frame:
    """`available` of all capacity in every part that a row may ask for: the parts of its run, and slices for lines."""
    parts = stack([board["run_parts"], board["line_capacity"]], ["q", "p"]).unique()
    return availability(board, board["capacities"].join(parts, "q"))


def made_less_used(m: Any, r: Any, c: Any, t: Any, p: Any) -> Any:
    """Production less use by routes. [u/yr in the part]"""
    return sum(m.recipe[r, k, c, t] * m.portion[a, p] * m.activity[r, k, t, a] for k, a in m.ROUTES_WITH[r, c, t, p])


def operation(m: Any, r: Any, t: Any) -> Any:
    """Operating cost of routes. [¤/yr]"""
    return sum(m.operating_cost[r, k, t] * m.activity[r, k, t, p] for k, p in m.RUNNING[r, t])


def _recipe_rows(sign: int) -> Any:
    def frame(board: Board) -> Frame:
        recipes = board["recipes"]
        own = recipes[board.any_of(board["commodity_parts"]["c"])[recipes["c"]] & (recipes["amount"] * sign > 0)]
        return with_equipment(board, own.join(board["activity"], "r", "k", "t"))

    return frame


def _made(m: Any, r: Any, k: Any, c: Any, t: Any, p: Any) -> Any:
    return m.recipe[r, k, c, t] * m.activity[r, k, t, p]


def _used(m: Any, r: Any, k: Any, c: Any, t: Any, p: Any) -> Any:
    return -m.recipe[r, k, c, t] * m.activity[r, k, t, p]


METRICS = (
    Metric(
        "activity", "rate", "activity", "rks",
        (Part(lambda b: with_equipment(b, b["activity"]), ("r", "k", "t", "p"), lambda m, r, k, t, p: m.activity[r, k, t, p]),),
    ),
    Metric("made", "rate", "u", "rckqs", (Part(_recipe_rows(+1), ("r", "k", "c", "t", "p"), _made),)),
    Metric("used", "rate", "u", "rckqs", (Part(_recipe_rows(-1), ("r", "k", "c", "t", "p"), _used),)),
)  # fmt: skip
COSTS = (Cost("operation", operation),)
BALANCE = (made_less_used,)
