"""The equations, each an ordinary Pyomo rule; shared by the expanded model and plain Pyomo."""

from typing import Any

import pandas as pd

from models.algebra import sum


def usable(m: Any, r: str, q: str, t: int, s: str) -> Any:
    """What routes take from an equipment in a slice fits its capacity standing in that period."""
    taken = sum(m.use[k, q] * m.activity[r, k, t, s] for k in m.ROUTES_USING[r, q])
    return taken <= m.share[s] * m.availability[r, q, t] * standing(m, r, q, t)


def standing(m: Any, r: str, q: str, t: int) -> Any:
    return m.initial[r, q] + sum(m.capacity_new[r, q, u] for u in m.UP_TO[t]) - m.closed[r, q, t]


def balance(m: Any, r: str, c: str, t: int, s: str) -> Any:
    """Made - used + arriving after loss - leaving + bought covers demand."""
    made = sum(m.recipe[k, c] * m.activity[r, k, t, s] for k in m.ROUTES_WITH[r, c])
    arriving = sum((1 - m.loss[a, c]) * m.flow[a, c, t, s] for a in m.LINKS_IN[r, c])
    leaving = sum(m.flow[a, c, t, s] for a in m.LINKS_OUT[r, c])
    bought = m.share[s] * sum(m.purchase[r, c, x, t] for x in m.OFFERS[r, c])
    return made + arriving - leaving + bought >= m.demand[r, c, t, s]


def link_capacity(m: Any, a: str, t: int, s: str) -> Any:
    """The flows on a link fit into it."""
    return sum(m.flow[a, c, t, s] for c in m.CARRIED[a]) <= m.share[s] * m.link_limit[a]


def policy(m: Any, g: str, t: int) -> Any:
    """The emissions of the regions under a policy stay below its limit."""
    emitted = sum(m.emission[k] * m.activity[r, k, t, s] for r in m.REGIONS_UNDER[g] for k in m.ROUTES_IN[r] for s in m.S)
    return emitted <= m.limit[g, t]


def closing_limit(m: Any, r: str, q: str, t: int) -> Any:
    """Only what was built can be closed."""
    return m.closed[r, q, t] <= m.initial[r, q] + sum(m.capacity_new[r, q, u] for u in m.UP_TO[t])


def closing_lasts(m: Any, r: str, q: str, t: int) -> Any:
    """What is closed stays closed."""
    return m.closed[r, q, t] >= sum(m.closed[r, q, u] for u in m.PREVIOUS[t])


def activity_cost(m: Any, r: str, k: str, t: int, s: str) -> Any:
    return m.activity_cost[k, t] * m.activity[r, k, t, s]


def flow_cost(m: Any, a: str, c: str, t: int, s: str) -> Any:
    return m.flow_cost[a, c] * m.flow[a, c, t, s]


def purchase_cost(m: Any, r: str, c: str, x: str, t: int) -> Any:
    return m.purchase_cost[r, c, x, t] * m.purchase[r, c, x, t]


def new_cost(m: Any, r: str, q: str, t: int) -> Any:
    return m.new_cost[q, t] * m.capacity_new[r, q, t]


def families(m: Any) -> dict[str, tuple[tuple[Any, ...], Any]]:
    """Index sets and rule of each family."""
    return {
        "usable": ((m.RQ, m.T, m.S), usable),
        "balance": ((m.RC, m.T, m.S), balance),
        "link_capacity": ((m.L, m.T, m.S), link_capacity),
        "policy": ((m.G, m.T), policy),
        "closing_limit": ((m.RQ, m.T), closing_limit),
        "closing_lasts": ((m.RQ, m.T), closing_lasts),
    }


def terms(m: Any) -> dict[str, tuple[tuple[Any, ...], Any]]:
    """Index sets and rule of each term of the objective."""
    return {
        "activity": ((m.RK, m.T, m.S), activity_cost),
        "flow": ((m.LC, m.T, m.S), flow_cost),
        "purchase": ((m.RCX, m.T), purchase_cost),
        "new": ((m.RQ, m.T), new_cost),
    }


def neighbour_tables(data: Any) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """The table and the key columns of each neighbour list of the rules."""

    ends = data.carried.merge(data.links)
    periods = pd.DataFrame({"t": data.periods})
    pairs = periods.merge(periods.rename(columns={"t": "u"}), how="cross")
    return {
        "ROUTES_USING": (data.placed.merge(data.use[["route", "equipment"]])[["region", "equipment", "route"]], ("region", "equipment")),
        "ROUTES_WITH": (data.placed.merge(data.recipe[["route", "commodity"]])[["region", "commodity", "route"]], ("region", "commodity")),
        "ROUTES_IN": (data.placed, ("region",)),
        "LINKS_IN": (ends[["destination", "commodity", "link"]], ("destination", "commodity")),
        "LINKS_OUT": (ends[["origin", "commodity", "link"]], ("origin", "commodity")),
        "CARRIED": (data.carried, ("link",)),
        "OFFERS": (data.offered, ("region", "commodity")),
        "REGIONS_UNDER": (data.members, ("policy",)),
        "UP_TO": (pairs[pairs["u"] <= pairs["t"]], ("t",)),
        "PREVIOUS": (pd.DataFrame({"t": data.periods[1:], "u": data.periods[:-1]}), ("t",)),
    }
