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
import pandas as pd

from models.algebra import index_set, neighbours, sum, term, variable
from models.formulation.board import Board, Cost, Metric, Part, state, table
from models.formulation.policy_metrics import SCOPE, Metrics
from models.formulation.policy_rows import ROW, Written, write
from models.problems import Problem

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

    def frame(name: str) -> Callable[[Board], pd.DataFrame]:
        def rows(board: Board) -> pd.DataFrame:
            regions = pd.DataFrame({"r": list(board.names.kinds["region"]), "x": name}).astype("str")
            return regions.merge(board["periods"][["t"]], how="cross")

        return rows

    return Metric("cost", "rate", "¤", "rx", tuple(Part(frame(c.name), ("r", "t"), c.rule) for c in costs if c.kind == "rate"))


def prepare(board: Board, metrics: dict[str, Metric]) -> Written:
    """Frames: `policy_rows` (policy, member, period, sense, limit, worth, ...); returns the terms of each metric part."""
    written = write(board, Metrics(board, metrics))
    _alike(board)
    columns = [*ROW, "sense", "kind", "span", "value", "price", "fraction", "left_number", "right_number", "relax"]
    rows = pd.concat(written.rows, ignore_index=True) if written.rows else pd.DataFrame(columns=columns, dtype="float64")
    rows = rows.astype(dict.fromkeys((*ROW, "sense", "kind", "span"), "str") | {"fraction": "bool"})
    periods = board["periods"].set_index("t")
    weight, years = rows["period"].map(periods["weight"]).to_numpy(float), rows["period"].map(periods["years"]).to_numpy(float)
    single = (rows["span"] == "period").to_numpy()
    worth = np.where(single, np.where(rows["kind"] == "event", weight / np.where(years > 0, years, 1), weight), 1.0)
    limit = rows["right_number"].to_numpy(float) - rows["left_number"].to_numpy(float)
    board["policy_rows"] = rows.assign(worth=worth, limit=limit, soft=rows["price"].notna() & (rows["sense"] != "price"))
    return written


def _alike(board: Board) -> None:
    """Warns of two policies whose rows are equal in all but their values."""
    table = board.table("policies").fillna(dict.fromkeys(("coefficient", "from", "until"), -1.0))
    heads, rows = ["sense", "each", "span", "from", "until"], ["side", "metric", "coefficient", "lag", *SCOPE]
    seen: dict[tuple[object, ...], str] = {}
    for name, group in table.groupby("policy", sort=False):
        ordered = group.sort_values("row", kind="stable")
        head = ordered.iloc[0]
        if head["active"] == "yes":
            other = seen.setdefault((*head[heads], *sorted(ordered[rows].astype(str).itertuples(index=False, name=None))), str(name))
            if other != name:
                said = {"en": f"policies {other} and {name} have equal rows", "zh": f"政策 {other} 与 {name} 的各行相同"}
                board.warnings.append(Problem("rule", table="policies", said=said))


def add(m: Any, board: Board, metrics: dict[str, Metric], written: Written) -> None:
    """States the written rows, and the terms `breaches` and `priced` of the objective."""
    rows = board["policy_rows"]
    used: list[tuple[str, str, Callable[..., Any]]] = []
    by = [*ROW, "side"]
    labels = written.metrics.labels
    for (name, n), frames in written.terms.items():
        own = list(metrics[name].parts[n].own)
        terms = pd.concat(frames).groupby(["_i", "side", *own], as_index=False, sort=False)["coefficient"].sum()
        at = terms["_i"].to_numpy()
        decoded = {f"i{i}": pd.Series(labels[terms[c].to_numpy()], dtype="str") for i, c in enumerate(own)}
        named = rows[ROW].iloc[at].reset_index(drop=True).assign(side=terms["side"].astype("str"), **decoded)
        members = list(named.columns)
        setattr(m, f"POLICY_{name}_{n}", neighbours(named, *by))
        coefficients = named.assign(coefficient=terms["coefficient"])
        setattr(m, f"policy_coefficient_{name}_{n}", table(coefficients, members, "coefficient", f"coefficients of {name} in policies"))
        used.append((f"POLICY_{name}_{n}", f"policy_coefficient_{name}_{n}", metrics[name].parts[n].rule))

    m.policy_terms = tuple(used)
    m.POLICY_ROWS = index_set(rows[ROW], doc="written policy rows: policy, member, period")
    for name, column, doc in (
        ("policy_limit", "limit", "right side less exogenous amounts of the left"),
        ("policy_value", "value", "value of the policy"),
        ("left_number", "left_number", "exogenous amount of the left side"),
        ("worth", "worth", "present value of a yearly (event: one-off) amount [1]"),
    ):
        setattr(m, name, table(rows, ROW, column, doc))
    soft = rows[rows["soft"]]
    m.breach_price = table(soft, ROW, "price", "price of a breach [¤ per unit]")
    over, under = soft[soft["sense"].isin(["<=", "="])], soft[soft["sense"].isin([">=", "="])]
    _breaches(m, "OVER", "over", over)
    _breaches(m, "UNDER", "under", under)
    state(m, "policy_at_most", rows.loc[rows["sense"] == "<=", ROW], policy_at_most)
    state(m, "policy_at_least", rows.loc[rows["sense"] == ">=", ROW], policy_at_least)
    state(m, "policy_equal", rows.loc[rows["sense"] == "=", ROW], policy_equal)
    m.SOFT_ROWS = index_set(soft[ROW], doc="soft policy rows")
    m.PRICED_ROWS = index_set(rows.loc[rows["sense"] == "price", ROW], doc="prices on a sum")
    term(m, "breaches", m.SOFT_ROWS, rule=breaches)
    term(m, "priced", m.PRICED_ROWS, rule=priced)


def _breaches(m: Any, members: str, name: str, rows: pd.DataFrame) -> None:
    """The breaches of soft rows: one variable each, found from its row by a label of its own."""
    labels = rows[ROW].assign(v=(rows["policy"] + "/" + rows["member"] + "/" + rows["period"]).astype("str"))
    setattr(m, members, neighbours(labels, *ROW))
    own = index_set(labels["v"].tolist(), doc=f"soft rows that may be {name}")
    setattr(m, members + "_ROWS", own)
    setattr(m, name, variable(own, doc=f"breach: {name} the limit"))
