"""Burdens: emissions, energy, water, jobs ... counted from recipes, fuels, purchases, claims, capacity and freight.

    B[r,b,t] = Σ_k recipe(b) × activity + Σ_c f_use × (used − made) + f_purchase × purchase + f_sale × sale + f_clean × clean_use
               + f_capacity × K + f_freight × km × flow (at the origin) + Σ_b' f_burden × B[r,b',t]

Fuels are charged where they are finally used (used − made), so coal → coke → iron is counted once. Composed burdens are multiplied out
before anything is stated: each coefficient below is of the burden itself and of everything composed from it.

| symbol | code | unit | source |
|---|---|---|---|
| | `burden_activity` | b per activity | recipes of burdens, factors on use |
| | `burden_purchase`, `burden_sale` | b/u | factors on purchase, sale |
| | `burden_clean` | b/u | factors on clean_use |
| | `burden_capacity` | b/yr/Q | factors on capacity |
| | `burden_freight` | b/u | factors on freight × links.km |
| | `rated` | b/yr/Q | recipes, factors on use and rated, of equipment.rated_route at mean availability |
"""

from __future__ import annotations

from typing import Any

import networkx as nx
import pandas as pd

from models.algebra import neighbours, sum
from models.formulation.available import availability
from models.formulation.board import Board, Metric, Part, lettered, table
from models.formulation.quantities import capacity
from models.keys import explicit

TABLES = ("factors",)
NEEDS = ("sets", "capacity", "production", "trade", "transport", "clean_power")
COSTS = ()
BALANCE = ()


def prepare(board: Board) -> None:
    """Frames: `burden_activity` (r, k, b, t, value), `burden_purchase` (r, c, b, t, value), ..., `rated` (r, q, b, t, value)."""
    keys = {"item": "factor_item", "burden": "burden", "region": "region", "period": "period"}
    given = board.table("factors")
    _cycles(board, given)
    factors = explicit(given, keys, ["on"], board.names, "factors", board.report)
    factors = lettered(factors, i="item", b="burden", r="region", t="period")[["i", "on", "b", "r", "t", "amount"]]
    tally = set(board.table("commodities").loc[board.table("commodities")["balance"] == "tally", "commodity"])
    for b in sorted(set(factors["b"]) - tally):
        board.say("factors", None, "burden", f"{b} is no burden: its balance must be tally", f"{b} 不是 tally 商品")
    of = {on: group[["r", "t", "i", "b", "amount"]] for on, group in factors.groupby("on", sort=False)}
    nothing = factors.iloc[:0][["r", "t", "i", "b", "amount"]]

    def on(what: str) -> pd.DataFrame:
        return of.get(what, nothing)

    _counted_twice(board, on("use"), on("purchase"))
    composed = on("burden").rename(columns={"i": "b", "b": "b2"})
    recipes = board["recipes"]
    own = recipes[recipes["c"].isin(tally)].rename(columns={"c": "b", "amount": "value"})[["r", "k", "b", "t", "value"]]
    fuel = _by_recipe(recipes, on("use"))
    board["burden_activity"] = _composed(pd.concat([own, fuel]), composed, ["r", "k", "t"])
    for what, name in (("purchase", "burden_purchase"), ("sale", "burden_sale"), ("clean_use", "burden_clean")):
        direct = on(what).rename(columns={"i": "c", "amount": "value"})
        board[name] = _composed(direct, composed, ["r", "c", "t"])
    direct = on("capacity").rename(columns={"i": "q", "amount": "value"}).merge(board["capacities"], on=["r", "q", "t"])
    board["burden_capacity"] = _composed(direct, composed, ["r", "q", "t"])
    moved = on("freight").rename(columns={"i": "n"}).merge(board["carried"][["l", "r", "n", "c", "t", "km"]], on=["r", "n", "t"])
    moved = moved.assign(value=moved["amount"] * moved["km"])[["r", "l", "c", "b", "t", "value"]]
    board["burden_freight"] = _composed(moved[moved["value"] != 0], composed, ["r", "l", "c", "t"])
    rated = pd.concat([own, fuel, _by_recipe(recipes, on("rated"))])
    board["rated"] = _rated(board, _composed(rated, composed, ["r", "k", "t"]))


def _by_recipe(recipes: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """Factor × (used − made) per activity."""
    both = recipes.merge(factors.rename(columns={"i": "c", "amount": "factor"}), on=["r", "c", "t"])
    return both.assign(value=-both["amount"] * both["factor"])[["r", "k", "b", "t", "value"]]


def _composed(direct: pd.DataFrame, composed: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Direct coefficients plus those of burdens composed from them, however deep."""
    total = [direct[[*keys, "b", "value"]]]
    step = total[0]
    while len(step) and len(composed):
        step = step.merge(composed, on=["r", "t", "b"])
        step = step.assign(value=step["value"] * step["amount"], b=step["b2"])[[*keys, "b", "value"]]
        total.append(step)
    both = pd.concat([f for f in total if len(f)] or total[:1]).groupby([*keys, "b"], as_index=False, sort=False)["value"].sum()
    return both[both["value"] != 0]


def _cycles(board: Board, factors: pd.DataFrame) -> None:
    graph = nx.DiGraph()
    for i in factors.index[factors["on"] == "burden"]:
        for a in board.names.members(factors.at[i, "item"], "factor_item"):
            for b in board.names.members(factors.at[i, "burden"], "burden"):
                graph.add_edge(a, b)
    if not nx.is_directed_acyclic_graph(graph):
        ring = " -> ".join(a for a, _ in nx.find_cycle(graph))
        board.say("factors", None, "item", f"burdens are composed in a ring: {ring}", f"负担循环合成：{ring}")
        board.require()


def _counted_twice(board: Board, use: pd.DataFrame, purchase: pd.DataFrame) -> None:
    both = use[["i", "b"]].drop_duplicates().merge(purchase[["i", "b"]].drop_duplicates(), on=["i", "b"])
    for i, b in both.itertuples(index=False):
        en = f"{i} has a use and a purchase factor of {b}: it would be counted twice"
        board.say("factors", None, "on", en, f"{i} 对 {b} 同时有 use 和 purchase 系数，会重复计算")


def _rated(board: Board, per_activity: pd.DataFrame) -> pd.DataFrame:
    """Burden of the rated route per unit of capacity: per activity × mean availability / use."""
    equipment = board["equipment"]
    rating = equipment.loc[equipment["rated_route"] != "", ["q", "rated_route"]].rename(columns={"rated_route": "k"})
    uses = board["uses"].merge(rating, on=["q", "k"])
    mean = availability(board, uses[["r", "q", "t"]].drop_duplicates().assign(p=board["parts"]["p"].iloc[0]))
    uses = uses.merge(mean.rename(columns={"value": "mean"})[["r", "q", "t", "mean"]], on=["r", "q", "t"])
    both = per_activity.merge(uses, on=["r", "k", "t"])
    return both.assign(value=both["value"] * both["mean"] / both["use"])[["r", "q", "b", "t", "value"]]


def add(m: Any, board: Board) -> None:
    """No variables and no rows: coefficients only, for policies and for the report."""
    m.burden_activity = table(board["burden_activity"], ["r", "k", "b", "t"], "value", "burden of a route [b per activity]")
    m.burden_purchase = table(board["burden_purchase"], ["r", "c", "b", "t"], "value", "burden of a purchase [b/u]")
    m.burden_sale = table(board["burden_sale"], ["r", "c", "b", "t"], "value", "burden of a sale [b/u]")
    m.burden_clean = table(board["burden_clean"], ["r", "c", "b", "t"], "value", "burden of calling a unit clean [b/u]")
    m.burden_capacity = table(board["burden_capacity"], ["r", "q", "b", "t"], "value", "burden of what stands [b/yr/Q]")
    m.burden_freight = table(board["burden_freight"], ["r", "l", "c", "b", "t"], "value", "burden of a unit shipped [b/u]")
    m.rated = table(board["rated"], ["r", "q", "b", "t"], "value", "rated burden [b/yr/Q]")
    m.PARTS_RUN = neighbours(board["activity"][["r", "k", "t", "p"]], "r", "k", "t")
    clean = board["clean_users"]
    m.CLEAN_PARTS = neighbours(clean[["r", "k", "t", "p"]], "r", "k", "t")
    m.FLOW_PARTS = neighbours(board["flows"][["l", "c", "t", "p"]], "l", "c", "t")
    m.CLOSED_COHORTS = neighbours(board["closable"][["r", "q", "t", "e"]], "r", "q", "t")


def _of_activity(m: Any, r: Any, k: Any, b: Any, t: Any) -> Any:
    return m.burden_activity[r, k, b, t] * sum(m.activity[r, k, t, p] for p in m.PARTS_RUN[r, k, t])


def _of_clean_route(m: Any, r: Any, k: Any, c: Any, b: Any, t: Any) -> Any:
    return m.burden_clean[r, c, b, t] * sum(m.clean_use[r, k, t, p] for p in m.CLEAN_PARTS[r, k, t])


def _of_capacity(m: Any, r: Any, q: Any, b: Any, t: Any) -> Any:
    return m.burden_capacity[r, q, b, t] * capacity(m, r, q, t)


def _of_freight(m: Any, r: Any, l: Any, g: Any, b: Any, t: Any) -> Any:
    return m.burden_freight[r, l, g, b, t] * sum(m.flow[l, g, t, p] for p in m.FLOW_PARTS[l, g, t])


def _routes(board: Board) -> pd.DataFrame:
    uses = board["uses"][["r", "k", "t", "q"]]
    rows = board["burden_activity"].merge(board["activity"][["r", "k", "t"]].drop_duplicates(), on=["r", "k", "t"])
    return rows.merge(uses, on=["r", "k", "t"], how="left").fillna({"q": ""})


def _clean_routes(board: Board) -> pd.DataFrame:
    users = board["clean_users"][["r", "k", "c", "t"]].drop_duplicates()
    rows = users.merge(board["burden_clean"], on=["r", "c", "t"])
    return rows.merge(board["uses"][["r", "k", "t", "q"]], on=["r", "k", "t"], how="left").fillna({"q": ""})


def _traded(frame: str, burden: str) -> Any:
    def rows(board: Board) -> pd.DataFrame:
        return board[frame].drop(columns=["b"], errors="ignore").merge(board[burden], on=["r", "c", "t"])

    return rows


def _freight(board: Board) -> pd.DataFrame:
    flows = board["flows"][["l", "c", "t"]].drop_duplicates()
    return board["burden_freight"].merge(flows, on=["l", "c", "t"]).rename(columns={"c": "g"})


def _rated_ways(board: Board) -> pd.DataFrame:
    ways = board["ways"]
    return ways.loc[ways["o"] == "", ["r", "w", "q", "t"]].merge(board["rated"], on=["r", "q", "t"])


def _rated_closed(m: Any, r: Any, q: Any, b: Any, t: Any) -> Any:
    return m.rated[r, q, b, t] * sum(m.closed[r, q, e, t] for e in m.CLOSED_COHORTS[r, q, t])


TRADED = ("r", "c", "x", "t", "p", "b")
ROUTE_PARTS = (
    Part(_routes, ("r", "k", "b", "t"), _of_activity),
    Part(_clean_routes, ("r", "k", "c", "b", "t"), _of_clean_route),
    Part(lambda b: b["burden_capacity"], ("r", "q", "b", "t"), _of_capacity),
)
PLACE_PARTS = (
    Part(_traded("sources", "burden_purchase"), TRADED, lambda m, r, c, x, t, p, b: m.burden_purchase[r, c, b, t] * m.purchase[r, c, x, t, p]),
    Part(_traded("sales", "burden_sale"), TRADED, lambda m, r, c, x, t, p, b: m.burden_sale[r, c, b, t] * m.sale[r, c, x, t, p]),
    Part(_traded("clean_markets", "burden_clean"), TRADED, lambda m, r, c, x, t, p, b: m.burden_clean[r, c, b, t] * m.clean_delivered[r, x, t, p]),
    Part(_freight, ("r", "l", "g", "b", "t"), _of_freight),
)
METRICS = (
    Metric("burden", "rate", "b", "rbkqx", (*ROUTE_PARTS, *PLACE_PARTS)),
    Metric(
        "rated_new",
        "event",
        "b",
        "rqb",
        (Part(_rated_ways, ("r", "w", "q", "b", "t"), lambda m, r, w, q, b, t: m.rated[r, q, b, t] * m.new[r, w, t]),),
    ),
    Metric(
        "rated_closed",
        "event",
        "b",
        "rqb",
        (Part(lambda b: b["rated"].merge(b["capacities"], on=["r", "q", "t"]), ("r", "q", "b", "t"), _rated_closed),),
    ),
)
