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
import numpy as np

from models.algebra import Frame, neighbours, stack, sum
from models.formulation.available import availability
from models.formulation.board import Board, Metric, Part, table
from models.formulation.keys import explicit
from models.formulation.quantities import capacity, with_equipment

TABLES = ("factors", "levels")
NEEDS = ("sets", "capacity", "production", "trade", "transport", "clean_power")
COSTS = ()
BALANCE = ()


def prepare(board: Board) -> None:
    """Frames: `burden_activity` (r, k, b, t, value), `burden_purchase` (r, c, b, t, value), ..., `rated` (r, q, b, t, value)."""
    _cycles(board)
    factors = explicit(board, "factors", board.open("factors"), ["on"], i="item", b="burden", r="region", t="period")
    commodities = board.table("commodities")
    tally = board.any_of(board.codes(commodities.loc[commodities["balance"] == "tally", "commodity"]))
    for b in sorted(board.labels.decode(np.unique(factors["b"][~tally[factors["b"]]]))):
        board.say("factors", None, "burden", f"{b} is no burden: its balance must be tally", f"{b} 不是 tally 商品")

    def on(what: str) -> Frame:
        counted: Frame = factors[factors["on"] == board.code(what)]
        return counted[["r", "t", "i", "b", "amount"]]

    _counted_twice(board, on("use"), on("purchase"))
    composed = on("burden").rename(i="b", b="b2")
    recipes = board["recipes"]
    own = recipes[tally[recipes["c"]]].rename(c="b", amount="value")
    fuel = _by_recipe(recipes, on("use"))
    per_activity = ["r", "k", "t"]
    board["burden_activity"] = _composed(stack([own, fuel], [*per_activity, "b", "value"]), composed, per_activity)
    for what, name in (("purchase", "burden_purchase"), ("sale", "burden_sale"), ("clean_use", "burden_clean")):
        board[name] = _composed(on(what).rename(i="c", amount="value"), composed, ["r", "c", "t"])
    standing = on("capacity").rename(i="q", amount="value")
    board["burden_capacity"] = _composed(standing[standing.within(board["capacities"], "r", "q", "t")], composed, ["r", "q", "t"])
    moved = on("freight").rename(i="n").join(board["carried"][["l", "r", "n", "c", "t", "km"]], "r", "n", "t")
    moved = moved.put(value=moved["amount"] * moved["km"])
    board["burden_freight"] = _composed(moved[moved["value"] != 0], composed, ["r", "l", "c", "t"])
    rated = stack([own, fuel, _by_recipe(recipes, on("rated"))], [*per_activity, "b", "value"])
    board["rated"] = _rated(board, _composed(rated, composed, per_activity))


def _by_recipe(recipes: Frame, factors: Frame) -> Frame:
    """Factor × (used − made) per activity."""
    both = recipes.join(factors.rename(i="c", amount="factor"), "r", "c", "t")
    return both.put(value=-both["amount"] * both["factor"])


def _composed(direct: Frame, composed: Frame, keys: list[str]) -> Frame:
    """Direct coefficients plus those of burdens composed from them, however deep."""
    columns = [*keys, "b", "value"]
    total = [direct[columns]]
    while len(total[-1]) and len(composed):
        step = total[-1].join(composed, "r", "t", "b")
        total.append(step.put(value=step["value"] * step["amount"], b=step["b2"])[columns])
    both = stack(total).total([*keys, "b"])
    kept: Frame = both[both["value"] != 0]
    return kept


def _cycles(board: Board) -> None:
    factors = board.table("factors")
    composing = factors[factors["on"] == "burden"]
    graph = nx.DiGraph()
    for item, burden in zip(composing["item"], composing["burden"], strict=True):
        for a in board.names.members(item, "factor_item"):
            graph.add_edges_from((a, b) for b in board.names.members(burden, "burden"))
    if not nx.is_directed_acyclic_graph(graph):
        ring = " -> ".join(a for a, _ in nx.find_cycle(graph))
        board.say("factors", None, "item", f"burdens are composed in a ring: {ring}", f"负担循环合成：{ring}")
        board.require()


def _counted_twice(board: Board, use: Frame, purchase: Frame) -> None:
    both = use[use.within(purchase, "i", "b")].unique("i", "b")
    for i, b in both.rows("i", "b"):
        en = f"{i} has a use and a purchase factor of {b}: it would be counted twice"
        board.say("factors", None, "on", en, f"{i} 对 {b} 同时有 use 和 purchase 系数，会重复计算")


def _rated(board: Board, per_activity: Frame) -> Frame:
    """Burden of the rated route per unit of capacity: per activity × mean availability / use."""
    equipment = board["equipment"]
    rating = equipment[equipment["rated_route"] != board.code("")].rename(rated_route="k")[["q", "k"]]
    uses = board["uses"].join(rating, "q", "k")
    mean = availability(board, uses.unique("r", "q", "t").put(p=board["parts"]["p"][0]))
    uses = uses.put(mean=uses.look_up(mean, "r", "q", "t", value="value"))
    both = per_activity.join(uses, "r", "k", "t")
    return both.put(value=both["value"] * both["mean"] / both["use"])[["r", "q", "b", "t", "value"]]


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


def _routes(board: Board) -> Frame:
    rows = board["burden_activity"]
    return with_equipment(board, rows[rows.within(board["activity"], "r", "k", "t")])


def _clean_routes(board: Board) -> Frame:
    users = board["clean_users"][["r", "k", "c", "t"]].unique()
    return with_equipment(board, users.join(board["burden_clean"], "r", "c", "t"))


def _traded(frame: str, burden: str) -> Any:
    return lambda board: board[frame].join(board[burden], "r", "c", "t")


def _freight(board: Board) -> Frame:
    rows = board["burden_freight"]
    return rows[rows.within(board["flows"], "l", "c", "t")].rename(c="g")


def _rated_ways(board: Board) -> Frame:
    ways = board["ways"]
    return ways[ways["greenfield"]][["r", "w", "q", "t"]].join(board["rated"], "r", "q", "t")


def _rated_standing(board: Board) -> Frame:
    return board["rated"][board["rated"].within(board["capacities"], "r", "q", "t")]


def _rated_new(m: Any, r: Any, w: Any, q: Any, b: Any, t: Any) -> Any:
    return m.rated[r, q, b, t] * m.new[r, w, t]


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
    Metric("rated_new", "event", "b", "rqb", (Part(_rated_ways, ("r", "w", "q", "b", "t"), _rated_new),)),
    Metric("rated_closed", "event", "b", "rqb", (Part(_rated_standing, ("r", "q", "b", "t"), _rated_closed),)),
)
