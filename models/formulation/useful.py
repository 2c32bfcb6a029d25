"""The most new capacity that can be of use: the smallest big-M of a fixed charge that sites and demand allow.

    absorbed[c,t] = Σ_r,p demand + largest sale + Σ_g total[g,t] × max_(r,k in g) used[r,k,c,t] / per[r,k,t]
    total[g,t]    = absorbed[c,t] of the one product c; of a route with several products max_c absorbed[c,t] / made[r,k,c,t]
    useful[q,t]   = max_(r,u) Σ_g total[g,u] × max_(k in g) use[r,k,q,u] / per[r,k,u] / available[r,q,u]      u: from t until it expires

A group g is all routes of one product, `per` its amount per activity; a route with several products is a group of its own, `per` 1. Where
capacity and activity only cost, some best plan makes nothing that is thrown away, so it builds no more than this. The bound is given only
there: not if a policy, a swap or a negative price could ask for capacity or activity as such, and not for equipment that a refit, a stock, a
link or a minimum load asks for, nor where what routes make is stored, lost on the way, made in a circle or may not be left over.
"""

from __future__ import annotations

import numpy as np

from models.algebra import Frame, stack
from models.formulation.available import availability
from models.formulation.board import Board
from models.formulation.sets import order

CAPS = ("activity", "made", "used", "purchase", "capacity", "capacity_new", "moves", "starts", "investment")
"""Metrics that fall, or stay, when less is made with less capacity: with a positive coefficient and `<=` or a price >= 0 they ask for none."""


def prepare(board: Board) -> None:
    """Puts `most` into the frame `ways`: the largest amount that a started way builds in a period, at most its `max`. [Q]"""
    ways = board["ways"]
    board["ways"] = ways.put(most=ways["max"])
    if not ways["started"].any() or not _only_costs(board):
        return
    useful = _best_of_life(board, ways, _useful(board, _groups(board)))
    whole = np.where(np.isnan(ways["size"]), useful, np.ceil(useful / ways["size"] - 1e-9) * ways["size"])
    most = np.minimum(ways["max"], np.maximum(ways["min"], whole))
    board["ways"] = ways.put(most=np.where(ways["started"] & ways["greenfield"], most, ways["max"]))


def _only_costs(board: Board) -> bool:
    """Can nothing but demand and sales ask for capacity or activity?"""
    policies, values = board.table("policies"), board.table("policy_values")
    active = policies[policies["policy"].isin(policies.loc[(policies["row"] == 1) & (policies["active"] == "yes"), "policy"])]
    caps = active["metric"].isin(CAPS) & (active["side"] == "left") & ~(active["coefficient"] < 0) & active["sense"].isin(["<=", "price", ""])
    priced = active.loc[active["sense"] == "price", "policy"]
    negative = (active["value"] < 0) | active["policy"].isin(values.loc[values["value"] < 0, "policy"])
    prices = [board.table("sources")["price"], board.table("markets")["price"], board.table("freight")["handling"], board.table("freight")["rate"]]
    return bool(
        caps.all()
        and not (negative & active["policy"].isin(priced)).any()
        and not len(board.table("swaps"))
        and not any((price < 0).any() for price in prices)
        and not (board["routes"]["cost"] < 0).any()
    )


def _groups(board: Board) -> tuple[Frame, Frame, Frame]:
    """Frames: what routes make (r, k, c, t, amount) and use, and each route's group: (r, k, t, g, per, single)."""
    recipes = board["recipes"]
    goods = recipes[board.any_of(board["commodity_parts"]["c"])[recipes["c"]]]
    made, used = goods[goods["amount"] > 0], goods[goods["amount"] < 0].put(amount=-goods["amount"][goods["amount"] < 0])
    products = made.put(one=1.0).total(["r", "k", "t"], "one")
    first = made.unique("r", "k", "t")
    single = products["one"] == 1
    routes = products[["r", "k", "t"]].put(g=np.where(single, first["c"], first["k"]), per=np.where(single, first["amount"], 1.0), single=single)
    return made, used, routes


def _totals(board: Board, groups: tuple[Frame, Frame, Frame]) -> Frame:
    """`total` of each group (g, t, value): what can be sold or used of its product, infinite where that has no bound."""
    made, used, routes = groups
    periods, goods = board["periods"][["t"]], board["commodity_parts"][["c"]].unique()
    markets = board["markets"]
    sold = markets.put(value=markets["demand"] + np.where(np.isnan(markets["price"]), 0.0, markets["max"])).total(["c", "t"])
    cells = goods.cross(periods)
    base = cells.look_up(sold, "c", "t", value="value", default=0.0)
    base[board.any_of(_unbounded(board))[cells["c"]]] = np.inf
    uses = used.join(routes, "r", "k", "t")
    uses = uses.put(ratio=-uses["amount"] / uses["per"]).least(["g", "c", "t"], "ratio")
    several = routes[~routes["single"]]
    least = made.join(several, "r", "k", "t").least(["g", "c", "t"], "amount")
    absorbed = cells.put(value=base)
    for turn in range(2 * len(goods) + 2):
        of_one = routes[routes["single"]].unique("g", "t")[["g", "t"]]
        ones = of_one.put(value=of_one.rename(g="c").look_up(absorbed, "c", "t", value="value"))
        shares = least.put(value=-least.look_up(absorbed, "c", "t", value="value") / least["amount"]).least(["g", "t"], "value")
        total = stack([ones, shares.put(value=-shares["value"])])
        taken = uses.put(value=-uses["ratio"] * uses.look_up(total, "g", "t", value="value"))
        new = base + cells.look_up(taken.total(["c", "t"]), "c", "t", value="value", default=0.0)
        grown = new != absorbed["value"]
        if not grown.any():
            break
        if turn == len(goods):  # a chain would have ended: what still grows is made in a circle
            base[grown] = np.inf
        absorbed = cells.put(value=new)
    return total


def _unbounded(board: Board) -> np.ndarray:
    """Commodities that may be wanted beyond markets and recipes: stored, lost on the way, or made by others who may not leave any over."""
    goods = board.open("commodities").rename(commodity="c")
    made = board["recipes"]["c"][board["recipes"]["amount"] > 0]
    forced = board["sources"]["c"][board["sources"]["min"] > 0]
    exact = goods["c"][~goods["surplus"]]
    lossy = board["flows"].join(board["links"][["l", "t", "loss"]], "l", "t")
    return np.concatenate([board["stocks"]["c"], lossy["c"][lossy["loss"] > 0], exact[board.any_of(np.append(made, forced))[exact]]])


def _useful(board: Board, groups: tuple[Frame, Frame, Frame]) -> Frame:
    """(r, q, t, value): the most capacity that can be run in a period."""
    total = _totals(board, groups)
    taking = board["uses"].join(groups[2], "r", "k", "t")
    idle = ~board["uses"].within(groups[2], "r", "k", "t")
    taking = taking.put(ratio=-taking["use"] / taking["per"]).least(["r", "q", "g", "t"], "ratio")
    needed = taking.put(value=-taking["ratio"] * taking.look_up(total, "g", "t", value="value", default=np.inf)).total(["r", "q", "t"])
    asked = board.open("equipment")
    waiting = board["uses"][board.any_of(asked["equipment"][asked["min_load"] > 0])[board["uses"]["q"]]]["k"]
    other = [
        board["ways"]["o"], board.open("stocks")["equipment"], board["links"]["equipment"], board["uses"]["q"][idle],
        board["uses"]["q"][board.any_of(waiting)[board["uses"]["k"]]],
    ]  # fmt: skip
    never = board.any_of(np.concatenate(other))[needed["q"]]
    times = availability(board, needed[["r", "q", "t"]].join(board["run_parts"], "q"))
    open_ = times.least(["r", "q", "t"], "value")
    hours = needed.look_up(open_, "r", "q", "t", value="value")
    with np.errstate(divide="ignore"):
        return needed.put(value=np.where(never | (hours <= 0), np.inf, needed["value"] / hours))


def _best_of_life(board: Board, ways: Frame, useful: Frame) -> np.ndarray:
    """For each way the largest useful capacity from its period until it expires; `usable` is what runs in the first."""
    at = order(board, useful["t"]).astype(float)
    pairs = ways[["r", "q", "w", "t", "e", "usable"]].put(begins=order(board, ways["t"]).astype(float), ends=order(board, ways["e"]).astype(float))
    pairs = pairs.join(useful[["r", "q", "value"]].put(at=at), "r", "q")
    pairs = pairs[(pairs["at"] >= pairs["begins"]) & (pairs["at"] < pairs["ends"])]
    part = np.where(pairs["at"] == pairs["begins"], pairs["usable"], 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(part > 0, pairs["value"] / part, 0.0)
    most = pairs.put(value=-share).least(["r", "w", "t"], "value")
    return -ways.look_up(most, "r", "w", "t", value="value", default=-np.inf)
