"""Capacity: cohorts that stand, are built, refitted, closed, and expire.

    standing[r,q,e,t] = standing[r,q,e,t−1] + today[r,q,e,t] + Σ_w new[r,w,t] − closed[r,q,e,t] − Σ_w refitted[r,w,e,t] / ratio
    new[r,w,t] = Σ_e refitted[r,w,e,t]                                     for a refit w
    min × start[r,g,t] <= new[r,w,t] <= most × start[r,g,t],   new[r,w,t] = size × units[r,w,t]

Cohorts are labelled by the period in which they expire; today's and new capacity are treated alike. A way `w` of building is one row of
`builds` (equipment, what it replaces, step, project); the steps of one way share the start `g`. Where keeping capacity costs nothing and no
policy, factor or swap counts it, closing cannot pay and has no variable.

| symbol | code | unit | source |
|---|---|---|---|
| S | `standing` | Q | variable |
| n | `new` | Q | variable |
| f | `refitted` | Q | variable: gained by refit from cohort e |
| x | `closed` | Q | variable |
| y | `start`, `units` | 1 | binary, integer |
| | `most` | Q | builds.max, or what demand can use (`useful.py`) |
| | `today` | Q | capacity.amount |
| a | `annuity` | ¤/Q/yr | crf(equipment.rate, annuity_life) × builds.invest |
| | `start_annuity` | ¤/yr | crf × builds.fixed_invest, + builds.fixed_cost while it lives |
| | `fixed_cost`, `closing_cost` | ¤/Q/yr, ¤/Q | equipment |
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models.algebra import Frame, constrain, index_set, neighbours, parameter, sum, variable
from models.formulation.board import Board, Cost, Metric, Part, state, table
from models.formulation.quantities import capacity

TABLES = ("equipment", "capacity", "builds")
NEEDS = ("sets",)


def standing(m: Any, r: Any, q: Any, e: Any, t: Any) -> Any:
    """A cohort is what it was, plus what is new, less what is closed or refitted. [Q]"""
    before = sum(m.standing[r, q, e, u] for u in m.BEFORE[r, q, e, t])
    gained = sum(m.new[r, w, t] for w in m.BUILT_INTO[r, q, e, t])
    consumed = sum(m.consumed[r, w, t] * m.refitted[r, w, e, t] for w in m.REFITTED_FROM[r, q, e, t])
    closed = sum(m.closed[r, q, f, t] for f in m.CLOSING_OF[r, q, e, t])
    return m.standing[r, q, e, t] == before + m.today[r, q, e, t] + gained - closed - consumed


def refit_total(m: Any, r: Any, w: Any, t: Any) -> Any:
    """What a refit gains comes out of the cohorts it consumes. [Q]"""
    return m.new[r, w, t] == sum(m.refitted[r, w, e, t] for e in m.CONSUMES[r, w, t])


def build_most(m: Any, r: Any, w: Any, t: Any) -> Any:
    """At most `max` in a period. [Q]"""
    return m.new[r, w, t] <= m.build_max[r, w, t]


def started_most(m: Any, r: Any, w: Any, g: Any, t: Any) -> Any:
    """At most `max` or what can be of use, and only if started. [Q]"""
    return m.new[r, w, t] <= m.most[r, w, t] * m.start[r, g, t]


def started_least(m: Any, r: Any, w: Any, g: Any, t: Any) -> Any:
    """At least `min`, if started. [Q]"""
    return m.new[r, w, t] >= m.build_min[r, w, t] * m.start[r, g, t]


def whole_units(m: Any, r: Any, w: Any, t: Any) -> Any:
    """Whole multiples of the size. [Q]"""
    return m.new[r, w, t] == m.size[r, w, t] * m.units[r, w, t]


def add(m: Any, board: Board) -> None:
    """States the family from the frames that `cohorts.py` prepared."""
    ways, cohorts, groups, closable = board["ways"], board["standing"], board["starts"], board["closable"]
    equipment = board["equipment"]
    m.STANDING = index_set(cohorts[["r", "q", "e", "t"]], doc="cohorts that may stand")
    m.NEW = index_set(ways[["r", "w", "t"]], doc="ways of building, where and when they are open")
    m.REFITTED = index_set(board["refitted"][["r", "w", "e", "t"]], doc="cohorts that a refit may consume")
    m.standing = variable(m.STANDING, doc="capacity standing, by expiry period [Q]")
    m.CLOSABLE_COHORTS = index_set(closable[["r", "q", "e", "t"]], doc="cohorts that it can pay to close")
    m.closed = variable(m.CLOSABLE_COHORTS, doc="capacity closed before its end [Q]")
    m.new = variable(m.NEW, doc="new capacity [Q]")
    m.refitted = variable(m.REFITTED, doc="capacity gained by refit, by the cohort consumed [Q]")
    m.START = index_set(groups[["r", "g", "t"]], doc="fixed charges: one start per period")
    m.start = variable(m.START, domain="binary", doc="is anything built? [1]")
    sized = ways[~np.isnan(ways["size"])]
    m.UNITS = index_set(sized[["r", "w", "t"]], doc="ways with whole units")
    m.units = variable(m.UNITS, domain="integer", doc="whole units built [1]")

    m.COHORTS = neighbours(cohorts[["r", "q", "t", "e"]], "r", "q", "t")
    m.CLOSING_OF = neighbours(closable.put(f=closable["e"])[["r", "q", "e", "t", "f"]], "r", "q", "e", "t")
    m.BEFORE = neighbours(board["before"], "r", "q", "e", "t")
    m.BUILT_INTO = neighbours(ways[["r", "q", "e", "t", "w"]], "r", "q", "e", "t")
    m.REFITTED_FROM = neighbours(board["refitted"].rename(o="q")[["r", "q", "e", "t", "w"]], "r", "q", "e", "t")
    m.CONSUMES = neighbours(board["refitted"][["r", "w", "t", "e"]], "r", "w", "t")
    late = ways.put(unusable=1 - ways["usable"])[ways["usable"] < 1]
    m.LATE = neighbours(late[["r", "q", "t", "w"]], "r", "q", "t")
    m.unusable = table(late, ["r", "w", "t"], "unusable", "share that cannot be run in the period of building [1]")
    m.today = parameter(
        m.STANDING, values=board["today"][["r", "q", "e", "t", "amount"]], default=0.0, doc="capacity that stands or is committed [Q]"
    )
    refits = ways.put(consumed=1 / ways["ratio"])[~ways["greenfield"]]
    m.consumed = table(refits, ["r", "w", "t"], "consumed", "replaced capacity consumed per unit gained [1]")
    limited = ways[~np.isnan(ways["max"])]
    m.build_max = table(limited, ["r", "w", "t"], "max", "largest amount in a period [Q]")
    m.most = table(limited, ["r", "w", "t"], "most", "largest amount in a period that can be of use [Q]")
    m.build_min = table(limited, ["r", "w", "t"], "min", "least amount in a period, if anything [Q]")
    m.size = table(sized, ["r", "w", "t"], "size", "size of a whole unit [Q]")

    started = limited["started"]
    constrain(m, "standing", m.STANDING, rule=standing)
    state(m, "refit_total", refits[["r", "w", "t"]], refit_total)
    state(m, "build_most", limited[~started][["r", "w", "t"]], build_most)
    state(m, "started_most", limited[started][["r", "w", "g", "t"]], started_most)
    state(m, "started_least", limited[started & (limited["min"] > 0)][["r", "w", "g", "t"]], started_least)
    constrain(m, "whole_units", m.UNITS, rule=whole_units)

    m.CHARGED = neighbours(board["annuities"][["r", "t", "w", "u"]], "r", "t")
    m.annuity = table(ways, ["r", "w", "t"], "annuity", "annuity of a unit built in t [¤/Q/yr]")
    m.START_CHARGED = neighbours(board["start_annuities"][["r", "t", "g", "u"]], "r", "t")
    m.start_annuity = table(groups, ["r", "g", "t"], "annuity", "annuity of a start in t [¤/yr]")
    m.START_FIXED = neighbours(board["start_fixed"][["r", "t", "g", "u"]], "r", "t")
    m.start_fixed_cost = table(groups, ["r", "g", "t"], "fixed_cost", "fixed cost of a start in t, while it lives [¤/yr]")
    m.STANDS = neighbours(board["capacities"][["r", "t", "q"]], "r", "t")
    m.CLOSABLE = neighbours(closable[["r", "t", "q", "e"]], "r", "t")
    m.fixed_cost = table(equipment, ["q"], "fixed_cost", "fixed cost of what stands [¤/Q/yr]")
    m.closing_cost = table(equipment, ["q"], "closing_cost", "cost of closing, once [¤/Q]")
    m.CLOSING = neighbours(closable[["r", "q", "t", "e"]], "r", "q", "t")
    m.EXPIRING = neighbours(board["expiring"][["r", "q", "t", "u"]], "r", "q", "t")


def annuities(m: Any, r: Any, t: Any) -> Any:
    """Capital charges of what was built, closed or not. [¤/yr]"""
    own = sum(m.annuity[r, w, u] * m.new[r, w, u] for w, u in m.CHARGED[r, t])
    return own + sum(m.start_annuity[r, g, u] * m.start[r, g, u] for g, u in m.START_CHARGED[r, t])


def fixed(m: Any, r: Any, t: Any) -> Any:
    """Fixed operation of what stands, and of starts while they live. [¤/yr]"""
    own = sum(m.fixed_cost[q] * capacity(m, r, q, t) for q in m.STANDS[r, t])
    return own + sum(m.start_fixed_cost[r, g, u] * m.start[r, g, u] for g, u in m.START_FIXED[r, t])


def closing(m: Any, r: Any, t: Any) -> Any:
    """Closing before the end of life, paid once. [¤ in the period]"""
    return sum(m.closing_cost[q] * m.closed[r, q, e, t] for q, e in m.CLOSABLE[r, t])


def _closed(m: Any, r: Any, q: Any, t: Any) -> Any:
    return sum(m.closed[r, q, e, t] for e in m.CLOSING[r, q, t])


def _expired(m: Any, r: Any, q: Any, t: Any) -> Any:
    return sum(m.standing[r, q, t, u] for u in m.EXPIRING[r, q, t])


def _new(m: Any, r: Any, w: Any, t: Any) -> Any:
    return m.new[r, w, t]


def _ways(greenfield: bool) -> Any:
    return lambda board: board["ways"][board["ways"]["greenfield"] == greenfield]


def _sized(board: Board) -> Frame:
    return board["ways"][~np.isnan(board["ways"]["size"])]


def _starts(board: Board) -> Frame:
    """Starts of ways that have no whole units."""
    return board["starts"][~board["starts"].within(_sized(board), "r", "g", "t")]


def _investment(m: Any, r: Any, w: Any, t: Any) -> Any:
    return m.invest[r, w, t] * m.new[r, w, t]


def add_investment(m: Any, board: Board) -> None:
    """Overnight costs, for the metric `investment`."""
    m.invest = table(board["ways"], ["r", "w", "t"], "invest", "overnight cost [¤/Q]")
    m.fixed_invest = table(board["starts"], ["r", "g", "t"], "fixed_invest", "overnight cost of a start [¤]")


def _today(board: Board) -> Frame:
    first, today = board["periods"]["start"][0], board["today"]
    now: Frame = today[np.isnan(today["built"]) | (today["built"] <= first)]
    return now.rename(amount="value")[["r", "q", "value"]]


STANDING_PART = Part(lambda b: b["capacities"], ("r", "q", "t"), capacity)
CLOSED_PART = Part(lambda b: b["capacities"], ("r", "q", "t"), _closed)
METRICS = (
    Metric("capacity", "state", "Q", "rq", (STANDING_PART,), today=_today),
    Metric("capacity_new", "event", "Q", "rqx", (Part(_ways(True), ("r", "w", "t"), _new),)),
    Metric("capacity_refitted", "event", "Q", "rqx", (Part(_ways(False), ("r", "w", "t"), _new),)),
    Metric("capacity_closed", "event", "Q", "rq", (CLOSED_PART,)),
    Metric("capacity_expired", "event", "Q", "rq", (Part(lambda b: b["expiring"].unique("r", "q", "t"), ("r", "q", "t"), _expired),)),
    Metric("moves", "event", "Q", "rq", (Part(lambda b: b["ways"], ("r", "w", "t"), _new), CLOSED_PART)),
    Metric(
        "starts", "event", "1", "rqx",
        (
            Part(_starts, ("r", "g", "t"), lambda m, r, g, t: m.start[r, g, t]),
            Part(_sized, ("r", "w", "t"), lambda m, r, w, t: m.units[r, w, t]),
        ),
    ),
    Metric(
        "investment", "event", "¤", "rqx",
        (
            Part(lambda b: b["ways"], ("r", "w", "t"), _investment),
            Part(lambda b: b["starts"], ("r", "g", "t"), lambda m, r, g, t: m.fixed_invest[r, g, t] * m.start[r, g, t]),
        ),
    ),
)  # fmt: skip
COSTS = (Cost("annuities", annuities), Cost("fixed", fixed), Cost("closing", closing, "event"))
BALANCE = ()
