"""Clean electricity: who may call how much of the clean commodity clean; every user competes, nothing is counted twice.

    clean_use[r,k,t,s] <= use[r,k,t,s],   clean_delivered[r,x,t,s] <= demand − shortage + sale
    region-slice   made[r,s] + Σ_in (1 − loss) clean_flow − Σ_out clean_flow >= Σ_users clean_use,   0 <= clean_flow <= flow
    region-year    the same, summed over slices
    nation-year    Σ_r made >= Σ_r Σ_users clean_use        (certificates as issued, losses not charged)
    made = Σ clean × purchase + Σ clean × production

| symbol | code | unit | source |
|---|---|---|---|
| | `clean_use` | u/yr in the slice | variable: routes |
| | `clean_delivered` | u/yr in the slice | variable: markets |
| | `clean_flow` | u/yr in the part | variable |
| | `clean_source`, `clean_route` | 1 | sources.clean, routes.clean |
"""

from __future__ import annotations

from typing import Any

from models.algebra import constrain, index_set, neighbours, parameter, stack, sum, variable
from models.formulation.board import Board, Metric, Part, state, table
from models.formulation.quantities import with_equipment
from models.names import YEAR

TABLES = ("sources", "routes")
NEEDS = ("sets", "production", "trade", "transport")
COSTS = ()
BALANCE = ()


def clean_route_use(m: Any, r: Any, k: Any, t: Any, p: Any) -> Any:
    """A route can call clean no more than it uses. [u/yr in the part]"""
    used = sum(-m.recipe[r, k, c, t] * m.portion[a, p] * m.activity[r, k, t, a] for c, a in m.CLEAN_ACTIVITY[r, k, t, p])
    return m.clean_use[r, k, t, p] <= used


def clean_market_use(m: Any, r: Any, x: Any, t: Any, p: Any) -> Any:
    """A market can call clean no more than it gets. [u/yr in the part]"""
    short = sum(m.shortage[r, c, x, t, p] for c in m.CLEAN_SHORT[r, x, t, p])
    sold = sum(m.sale[r, c, x, t, p] for c in m.CLEAN_SOLD[r, x, t, p])
    return m.clean_delivered[r, x, t, p] <= m.clean_demand[r, x, t, p] - short + sold


def clean_flow_most(m: Any, l: Any, t: Any, p: Any) -> Any:
    """No more clean supply can be sent than is sent. [u/yr in the part]"""
    return m.clean_flow[l, t, p] <= sum(m.flow[l, c, t, a] for c, a in m.CLEAN_CARRIED[l, t, p])


def clean_supply(m: Any, r: Any, t: Any, p: Any) -> Any:
    """What is called clean in a region is made clean there or sent there clean. [u/yr in the part]"""
    arriving = sum((1 - m.loss[l, t]) * m.clean_flow[l, t, p] for l in m.CLEAN_IN[r, t, p])
    leaving = sum(m.clean_flow[l, t, p] for l in m.CLEAN_OUT[r, t, p])
    return _made(m, r, t, p) + arriving - leaving >= _claimed(m, r, t, p)


def clean_nation(m: Any, t: Any, p: Any) -> Any:
    """What is called clean in the nation in a year is made clean in it. [u/yr]"""
    return sum(_made(m, r, t, p) for r in m.R) >= sum(_claimed(m, r, t, p) for r in m.R)


def _made(m: Any, r: Any, t: Any, p: Any) -> Any:
    bought = sum(m.clean_source[r, c, x, t, a] * m.purchase[r, c, x, t, a] for c, x, a in m.CLEAN_BOUGHT[r, t, p])
    made = sum(m.clean_route[r, k, t] * m.recipe[r, k, c, t] * m.portion[a, p] * m.activity[r, k, t, a] for k, c, a in m.CLEAN_MADE[r, t, p])
    return bought + made


def _claimed(m: Any, r: Any, t: Any, p: Any) -> Any:
    routes = sum(m.clean_use[r, k, t, a] for k, a in m.CLEAN_ROUTES[r, t, p])
    return routes + sum(m.clean_delivered[r, x, t, a] for x, a in m.CLEAN_MARKETS[r, t, p])


def prepare(board: Board) -> None:
    """Frames: `clean_users` (r, k, c, t, p) and `clean_markets` (r, x, t, p, demand). Empty without a clean commodity."""
    clean, recipes, markets = board.code(board.instance.settings.clean_commodity), board["recipes"], board["markets"]
    used = recipes[(recipes["c"] == clean) & (recipes["amount"] < 0)]
    board["clean_users"] = used[["r", "k", "c", "t"]].join(board["commodity_parts"], "c")
    board["clean_markets"] = markets[markets["c"] == clean]


def add(m: Any, board: Board) -> None:
    """Claims of users, what is made clean in the parts they are matched in, and what is sent as clean between regions."""
    clean, matching = board.code(board.instance.settings.clean_commodity), board.instance.settings.clean_matching
    users, markets, portion = board["clean_users"], board["clean_markets"], board["portion"].rename(p="a", p2="p")
    m.CLEAN_USE, m.CLEAN_DELIVERED = index_set(users[["r", "k", "t", "p"]]), index_set(markets[["r", "x", "t", "p"]])
    m.clean_use = variable(m.CLEAN_USE, doc="use that a route calls clean [u/yr in the slice]")
    m.clean_delivered = variable(m.CLEAN_DELIVERED, doc="delivery that a market calls clean [u/yr in the slice]")
    activity = board["activity"].rename(p="a")
    running = users.join(activity, "r", "k", "t").join(portion, "a", "p")
    m.CLEAN_ACTIVITY = neighbours(running[["r", "k", "t", "p", "c", "a"]], "r", "k", "t", "p")
    m.clean_demand = parameter(m.CLEAN_DELIVERED, values=markets[["r", "x", "t", "p", "demand"]], doc="firm demand [u/yr in the slice]")
    by = ["r", "x", "t", "p"]
    for name, frame in (("CLEAN_SHORT", board["shortages"]), ("CLEAN_SOLD", board["sales"])):
        setattr(m, name, neighbours(frame[frame["c"] == clean][[*by, "c"]], *by))
    constrain(m, "clean_route_use", m.CLEAN_USE, rule=clean_route_use)
    constrain(m, "clean_market_use", m.CLEAN_DELIVERED, rule=clean_market_use)

    claimed = stack([users, markets], ["p"]).unique().rename(p="a")
    to_claim = claimed.put(p=board.code(YEAR)) if matching != "region-slice" else claimed.put(p=claimed["a"])
    sources = board["sources"]
    sources = sources[(sources["c"] == clean) & (sources["clean"] > 0)].rename(p="a").join(to_claim, "a")
    m.CLEAN_BOUGHT = neighbours(sources[["r", "t", "p", "c", "x", "a"]], "r", "t", "p")
    m.clean_source = table(sources, ["r", "c", "x", "t", "a"], "clean", "share that counts as clean [1]")
    recipes, routes = board["recipes"], board["routes"]
    made = recipes[(recipes["c"] == clean) & (recipes["amount"] > 0) & recipes.within(routes[routes["clean"] > 0], "r", "k", "t")]
    made = made.join(activity, "r", "k", "t").join(portion[portion.within(to_claim, "p")], "a")
    m.CLEAN_MADE = neighbours(made[["r", "t", "p", "k", "c", "a"]], "r", "t", "p")
    m.clean_route = table(routes, ["r", "k", "t"], "clean", "share of what is made that counts as clean [1]")
    m.CLEAN_ROUTES = neighbours(users.rename(p="a").join(to_claim, "a")[["r", "t", "p", "k", "a"]], "r", "t", "p")
    m.CLEAN_MARKETS = neighbours(markets.rename(p="a").join(to_claim, "a")[["r", "t", "p", "x", "a"]], "r", "t", "p")

    claims = stack([users, markets], ["r", "t", "p"]).rename(p="a").join(to_claim, "a")[["r", "t", "p"]].unique()
    if matching == "nation-year":
        state(m, "clean_nation", claims[["t", "p"]].unique(), clean_nation)
        return
    flows = board["flows"][board["flows"]["c"] == clean].rename(p="a").join(to_claim, "a")
    lines = flows[["r", "d", "l", "t", "p"]].unique()
    m.CLEAN_FLOWS = index_set(lines[["l", "t", "p"]], doc="links that carry clean supply")
    m.clean_flow = variable(m.CLEAN_FLOWS, doc="sent as clean, at the origin [u/yr in the part]")
    m.CLEAN_CARRIED = neighbours(flows[["l", "t", "p", "c", "a"]], "l", "t", "p")
    arriving = lines[["d", "t", "p", "l"]].rename(d="r")
    m.CLEAN_IN = neighbours(arriving, "r", "t", "p")
    m.CLEAN_OUT = neighbours(lines[["r", "t", "p", "l"]], "r", "t", "p")
    constrain(m, "clean_flow_most", m.CLEAN_FLOWS, rule=clean_flow_most)
    state(m, "clean_supply", stack([claims, lines, arriving], ["r", "t", "p"]).unique(), clean_supply)


METRICS = (
    Metric(
        "clean_used", "rate", "u", "rkqxs",
        (
            Part(lambda b: with_equipment(b, b["clean_users"]), ("r", "k", "t", "p"), lambda m, *i: m.clean_use[i]),
            Part(lambda b: b["clean_markets"], ("r", "x", "t", "p"), lambda m, *i: m.clean_delivered[i]),
        ),
    ),
)  # fmt: skip
