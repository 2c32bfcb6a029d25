"""Policies: caps, shares, quotas, pace, peaks, reserves and taxes, as rows written by tables.

    Σ_left coefficient × metric(scope, t − lag)   <= | >= | =   value × Σ_right coefficient × metric(scope, t − lag)   + breach
    sense = price: value × Σ_left is added to the annual cost

| symbol | code | unit | source |
|---|---|---|---|
| | `policy_coefficient_<metric>_<n>` | 1 | policies.coefficient, policy_values, value of the right side |
| | `policy_limit` | unit of the left side | policies.value or policy_values, less exogenous amounts |
| | `over`, `under` | unit of the left side | variable: breach of a soft policy |
| | `breach_price` | ¤ per unit | policies.price |
| | `worth` | 1 | weight; weight/years for events; 1 over the horizon |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from models.algebra import Frame, index_set, neighbours, stack, sum, term, variable
from models.formulation.board import Board, Cost, Metric, Part, state, table
from models.formulation.policy_metrics import Metrics
from models.formulation.policy_rows import KEY, Written, all_rows, write

TABLES = ("policies", "policy_values")
NEEDS = ("sets", "capacity", "production", "trade", "transport", "stock", "clean_power", "burdens")
COSTS = ()
BALANCE = ()
METRICS = (Metric("constant", "rate", "1", ""),)


def policy_at_most(m: Any, y: Any, j: Any, t: Any) -> Any:
    """Left <= right, but for the breach of a soft policy."""
    return left(m, y, j, t) - right(m, y, j, t) - breach(m, y, j, t) <= m.policy_limit[y, j, t]


def policy_at_least(m: Any, y: Any, j: Any, t: Any) -> Any:
    """Left >= right, but for the breach of a soft policy."""
    return left(m, y, j, t) - right(m, y, j, t) - breach(m, y, j, t) >= m.policy_limit[y, j, t]


def policy_equal(m: Any, y: Any, j: Any, t: Any) -> Any:
    """Left = right, but for the breach of a soft policy."""
    return left(m, y, j, t) - right(m, y, j, t) - breach(m, y, j, t) == m.policy_limit[y, j, t]


def left(m: Any, y: Any, j: Any, t: Any) -> Any:
    """The left side without exogenous amounts."""
    return _side(m, y, j, t, "left")


def right(m: Any, y: Any, j: Any, t: Any) -> Any:
    """The right side, times the value, without exogenous amounts."""
    return _side(m, y, j, t, "right")


def breach(m: Any, y: Any, j: Any, t: Any) -> Any:
    """By how much a soft policy is breached: + over, − under."""
    return sum(m.over[v] for v in m.OVER[y, j, t]) - sum(m.under[v] for v in m.UNDER[y, j, t])


def breaches(m: Any, y: Any, j: Any, t: Any) -> Any:
    """Price of a breach. [¤, present value]"""
    amount = sum(m.over[v] for v in m.OVER[y, j, t]) + sum(m.under[v] for v in m.UNDER[y, j, t])
    return m.worth[y, j, t] * m.breach_price[y, j, t] * amount


def priced(m: Any, y: Any, j: Any, t: Any) -> Any:
    """Taxes and subsidies. [¤, present value]"""
    return m.worth[y, j, t] * m.policy_value[y, j, t] * (left(m, y, j, t) + m.left_number[y, j, t])


def _side(m: Any, y: Any, j: Any, t: Any, which: str) -> Any:
    """Σ coefficient × metric over every metric part that policies use."""
    total: Any = 0
    for members, coefficient, rule in m.policy_terms:
        coefficients = getattr(m, coefficient)
        total = total + sum(coefficients[(y, j, t, which, *i)] * rule(m, *i) for i in getattr(m, members)[y, j, t, which])
    return total


def cost_metric(costs: Sequence[Cost]) -> Metric:
    """The metric `cost`: annual terms but closing, undiscounted, by region; party = the name of the term."""

    def frame(name: str) -> Callable[[Board], Frame]:
        return lambda board: board.frame(r=board.names.kinds["region"]).cross(board["periods"][["t"]]).put(x=board.code(name))

    return Metric("cost", "rate", "¤", "rx", tuple(Part(frame(c.name), ("r", "t"), c.rule) for c in costs if c.kind == "rate"))


def prepare(board: Board, metrics: dict[str, Metric]) -> Written:
    """Frames: `policy_rows` (policy, member, period, sense, limit, worth, ...); returns the terms of each metric part."""
    written = write(board, Metrics(board, metrics))
    rows = all_rows(board, written)
    periods = board["periods"].rename(t="period")
    weight, years = (rows.look_up(periods, "period", value=column) for column in ("weight", "years"))
    event = rows["kind"] == board.code("event")
    worth = np.where(rows["span"] == board.code("period"), np.where(event, weight / np.where(years > 0, years, 1), weight), 1.0)
    soft = ~np.isnan(rows["price"]) & (rows["sense"] != board.code("price"))
    board["policy_rows"] = rows.put(worth=worth, limit=rows["right_number"] - rows["left_number"], soft=soft)
    return written


def add(m: Any, board: Board, metrics: dict[str, Metric], written: Written) -> None:
    """States the written rows, and the terms `breaches` and `priced` of the objective."""
    rows = board["policy_rows"]
    used: list[tuple[str, str, Callable[..., Any]]] = []
    for (name, n), frames in written.terms.items():
        own = list(metrics[name].parts[n].own)
        terms = stack(frames).total(["_i", "side", *own], "coefficient")
        named = {column: rows[column][terms["_i"]] for column in KEY} | {"side": terms["side"]}
        coefficients = Frame(board.labels, named | {f"i{i}": terms[c] for i, c in enumerate(own)} | {"coefficient": terms["coefficient"]})
        members = list(coefficients.columns)[:-1]
        setattr(m, f"POLICY_{name}_{n}", neighbours(coefficients[members], *KEY, "side"))
        setattr(m, f"policy_coefficient_{name}_{n}", table(coefficients, members, "coefficient", f"coefficients of {name} in policies"))
        used.append((f"POLICY_{name}_{n}", f"policy_coefficient_{name}_{n}", metrics[name].parts[n].rule))

    m.policy_terms = tuple(used)
    m.POLICY_ROWS = index_set(rows[KEY], doc="written policy rows: policy, member, period")
    for name, column, doc in (
        ("policy_limit", "limit", "right side less exogenous amounts of the left"),
        ("policy_value", "value", "value of the policy"),
        ("left_number", "left_number", "exogenous amount of the left side"),
        ("worth", "worth", "present value of a yearly (event: one-off) amount [1]"),
    ):
        setattr(m, name, table(rows, KEY, column, doc))
    of = {sense: rows["sense"] == board.code(sense) for sense in ("<=", ">=", "=", "price")}
    soft = rows["soft"]
    m.breach_price = table(rows[soft], KEY, "price", "price of a breach [¤ per unit]")
    _breaches(m, "OVER", "over", rows[soft & (of["<="] | of["="])])
    _breaches(m, "UNDER", "under", rows[soft & (of[">="] | of["="])])
    state(m, "policy_at_most", rows[of["<="]][KEY], policy_at_most)
    state(m, "policy_at_least", rows[of[">="]][KEY], policy_at_least)
    state(m, "policy_equal", rows[of["="]][KEY], policy_equal)
    m.SOFT_ROWS = index_set(rows[soft][KEY], doc="soft policy rows")
    m.PRICED_ROWS = index_set(rows[of["price"]][KEY], doc="prices on a sum")
    term(m, "breaches", m.SOFT_ROWS, rule=breaches)
    term(m, "priced", m.PRICED_ROWS, rule=priced)


def _breaches(m: Any, members: str, name: str, rows: Frame) -> None:
    """The breaches of soft rows: one variable each, found from its row by a label of its own."""
    labels = rows[KEY].put(v=rows.label(lambda *key: "/".join(key), *KEY))
    setattr(m, members, neighbours(labels, *KEY))
    own = index_set(labels[["v"]], doc=f"soft rows that may be {name}")
    setattr(m, members + "_ROWS", own)
    setattr(m, name, variable(own, doc=f"breach: {name} the limit"))
