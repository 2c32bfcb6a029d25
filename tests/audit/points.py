"""Random points of a model: what its matrix says about them, row by row, beside what the audit says of the tables made of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from models import Instance
from models.algebra import Matrices
from optimizer import Plan
from optimizer.audit import checked
from optimizer.solved import Solved
from optimizer.solving import stated
from optimizer.tables import plan_tables

WAY = "r q o step x t"
LINK = "r d n t"
TRADE = "r c x t p"
RULES: dict[str, tuple[str, str]] = {
    "standing": ("cohorts", "r q e t"),
    "refit_total": ("refit", "r o t"),
    "build_most": ("build limits", WAY),
    "started_most": ("build limits", WAY),
    "started_least": ("build limits", WAY),
    "whole_units": ("whole units", WAY),
    "usable_capacity": ("usable capacity", "r q t p"),
    "minimum_load": ("minimum load", "r q t"),
    "link_capacity": ("link capacity", f"{LINK} p"),
    "line_capacity": ("line capacity", "r q t p"),
    "layer": ("layers", "r n c t p"),
    "purchase_most": ("sources", TRADE),
    "purchase_least": ("sources", TRADE),
    "sale_most": ("markets", TRADE),
    "shortage_most": ("markets", TRADE),
    "stock_level": ("stock", TRADE),
    "stock_most": ("stock", TRADE),
    "stock_reserve": ("stock", TRADE),
    "stock_room": ("stock", TRADE),
    "balance": ("balance", "r c t p"),
    "exact_balance": ("balance", "r c t p"),
    "clean_route_use": ("clean use", "r k kind t p"),
    "clean_market_use": ("clean use", "r x kind t p"),
    "clean_flow_most": ("clean flows", f"{LINK} p"),
    "clean_supply": ("clean supply", "r t p"),
    "clean_nation": ("clean supply", "t p"),
    "swap_new": ("swaps: new", "r q t"),
    "swap_bank": ("swaps: bank", "r q t"),
    "swap_ratio": ("swaps: ratio", "v z t"),
    "policy_at_most": ("policy: ", "policy member period breach"),
    "policy_at_least": ("policy: ", "policy member period breach"),
    "policy_equal": ("policy: ", "policy member period breach"),
}
"""Each family of rows, the rule of the audit that says the same, and the labels by which it says where."""
NO_RULE = {"stock_least": "defines a variable: the least of a cycle's levels, which the audit takes from the levels"}
"""Families that are no rule of the tables, with the reason."""
SMALL = 1e-7
"""Deviations up to this, times 1 + the size of the terms, are rounding."""


def point(model: Solved, dice: np.random.Generator, adds_up: bool) -> Solved:
    """A random point within the bounds of columns, from 0.02 to 30 with some zeros. `adds_up`: cohorts and refits do, nothing else need hold.

    Variables that only say what others are (least levels, breaches) say so.
    """
    matrices = model.matrices
    n = len(matrices.cost)
    x = np.exp(dice.uniform(-4.0, 3.5, n)) * (dice.random(n) < 0.85)
    x = np.where(np.isneginf(matrices.lower), x * dice.choice((-1.0, 1.0), n), x)
    x = np.where(matrices.integer, dice.integers(0, 4, n), x)
    x = np.clip(x, matrices.lower, matrices.upper)
    return _told(model, _adding_up(matrices, x) if adds_up else x)


def beside(plan: Solved, dice: np.random.Generator) -> Solved:
    """A plan with noise on one column in ten."""
    noisy = (dice.random(len(plan.x)) < 0.1) & ~plan.matrices.integer
    x = np.where(noisy, plan.x * dice.uniform(0.5, 1.5, len(plan.x)) + (plan.x == 0), plan.x)
    return _told(plan, np.clip(x, plan.matrices.lower, plan.matrices.upper))


def _told(model: Solved, x: np.ndarray) -> Solved:
    none = np.full(len(model.y), np.nan)
    return _breached(_least(Solved(model.model, model.expander, model.matrices, x, none, none, none)))


def _adding_up(matrices: Matrices, x: np.ndarray) -> np.ndarray:
    """With cohorts and refits that add up: less is closed and refitted until nothing stands below zero."""
    columns, rows = matrices.columns, matrices.rows
    reduced = [columns[name].slice for name in ("closed", "refitted")]
    standing, built = columns["standing"].slice, rows["refit_total"]
    new = [matrices.column("new", *built.member(i)) for i in range(built.count)]
    for less in (1.0, 0.1, 0.01, 0.0):
        for part in reduced:
            x[part] *= less
        x[new] -= _residual(matrices, x)[built.slice]
        for _ in range(50):
            x[standing] -= _residual(matrices, x)[rows["standing"].slice]
        if (x[standing] >= 0).all():
            break
    x[standing] = np.where(np.abs(x[standing]) < 1e-9, 0.0, x[standing])
    return x


def _residual(matrices: Matrices, x: np.ndarray, more: float | np.ndarray = 0.0) -> np.ndarray:
    """Activity (and `more` of it) less side: above an upper side > 0, below a lower side < 0, else 0."""
    activity = matrices.matrix @ x + more
    residual: np.ndarray = np.maximum(activity - matrices.row_upper, 0.0) + np.minimum(activity - matrices.row_lower, 0.0)
    return residual


def _least(point: Solved) -> Solved:
    """`least_level` is the least of the levels of a cycle."""
    block = point.matrices.columns["least_level"]
    if block.count:
        key = ["r", "c", "x", "t"]
        levels = point.values("level", *key, "p")
        levels = levels.put(value=levels["value"] / levels.look_up(point.model.board["levels"], *key, "p", value="days"))
        x = point.x.copy()
        x[block.slice] = point.values("least_level", *key).look_up(levels.least(key, "value"), *key, value="value")
        return replace(point, x=x)
    return point


def _breached(point: Solved) -> Solved:
    """`over` and `under` are what soft policies are breached by."""
    policies = plan_tables(point)["policies"]
    signed = np.where(policies["left"] > policies["right"], policies["breach"], -policies["breach"])
    breach = dict(zip(policies[["policy", "member", "period"]].agg("/".join, axis=1), signed, strict=True)) if len(policies) else {}
    x = point.x.copy()
    for name, sign in (("over", 1.0), ("under", -1.0)):
        block = point.matrices.columns[name]
        for i in range(block.count):
            x[block.start + i] = max(0.0, sign * breach[block.member(i)[0]])
    return replace(point, x=x)


def plan_of(point: Solved) -> Plan:
    """The tables of a point, as those of a plan are made."""
    matrices = point.matrices
    return Plan({"status": "feasible", "objective": float(matrices.cost @ point.x + matrices.offset)}, plan_tables(point))


def rows_of(point: Solved) -> pd.DataFrame:
    """Every row of the matrix as the audit would name it: family, rule, where, size, violation."""
    matrices, board = point.matrices, point.model.board
    residual = _residual(matrices, point.x)
    sides = np.where(np.isfinite(matrices.row_upper), matrices.row_upper, matrices.row_lower)
    size = abs(matrices.matrix) @ np.abs(point.x) + np.abs(sides)
    ways, links = board.labelled("ways")[["r", "w", "t", "q", "o", "step", "x", "ratio", "most", "max"]], board.labelled("links")
    days = board.labelled("levels")[["r", "c", "x", "t", "p", "days"]]
    found = []
    for name, block in matrices.rows.items():
        if name in NO_RULE or not block.count:
            continue
        rule, labels = RULES[name]
        rows = block.index.assign(rule=rule, violation=residual[block.slice], size=size[block.slice], breach="breach")
        rows = rows.assign(kind="route" if name == "clean_route_use" else "market")
        if "w" in rows:
            rows = rows.merge(ways, on=["r", "w", "t"], how="left")
        if "l" in rows:
            rows = rows.merge(links[["l", *LINK.split()]], on=["l", "t"], how="left")
        if name == "started_most":  # the limit of the table, not the smaller one that demand can use
            start = point.x[[matrices.column("start", *key) for key in block.index[["r", "g", "t"]].itertuples(index=False, name=None)]]
            more = np.zeros(len(residual))
            more[block.slice] = (rows["most"] - rows["max"]) * start
            rows = rows.assign(violation=_residual(matrices, point.x, more)[block.slice])
        elif name == "refit_total":
            rows = rows.assign(violation=rows["violation"] / rows["ratio"])
            for column in ("before", "consumed"):
                found.append(_at(rows.assign(column=column, rule="capacity"), "r o t column"))
        elif name == "standing":
            found.append(_at(rows.assign(column="before", rule="capacity"), "r q t column"))
        elif name.startswith("stock"):
            rows = rows.merge(days, on=["r", "c", "x", "t", "p"], how="left")
            rows = rows.assign(violation=rows["violation"] / rows["days"])
        elif name.startswith("policy"):
            rows = rows.assign(rule=rule + rows["policy"])
        rows = _at(rows, labels).assign(family=name)
        found.append(rows if name != "refit_total" else _summed(rows))  # the audit takes all refits of one place together
    every = pd.concat(found, ignore_index=True)
    of_table = every["rule"] == "capacity"  # its columns follow from cohorts and refits
    every = pd.concat([every[~of_table], _summed(every[of_table].assign(family="capacity"))], ignore_index=True)
    return every.assign(violation=every["violation"].abs())


def _at(rows: pd.DataFrame, labels: str) -> pd.DataFrame:
    where = [", ".join(str(v) for v in key if str(v)) for key in rows[labels.split()].itertuples(index=False, name=None)]
    return rows.assign(where=where)[["rule", "where", "size", "violation"]]


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby(["family", "rule", "where"], as_index=False).sum()


def disagreements(point: Solved, instance: Instance) -> pd.DataFrame:
    """What the matrix and the audit say differently: rule, where, n (the n-th of that place), violation by `matrix` and by `audit`, size."""
    return compared(rows_of(point), checked(plan_of(point), instance))


def compared(matrix: pd.DataFrame, audit: pd.DataFrame) -> pd.DataFrame:
    """The same from the rows of the matrix (`rows_of`) and those of the audit (`checked`)."""
    audit = audit.rename(columns={"difference": "violation"})
    audit = audit.assign(violation=audit["violation"].abs().fillna(np.inf))
    sides = {name: _largest(rows) for name, rows in (("matrix", matrix), ("audit", audit))}
    both = sides["matrix"].merge(sides["audit"], on=["rule", "where", "n"], how="outer", suffixes=("_matrix", "_audit")).fillna(0.0)
    both = both.assign(size=np.maximum(both["size_matrix"], both["size_audit"]))
    differ = both[~((both["violation_matrix"] - both["violation_audit"]).abs() <= 2 * SMALL * (1 + both["size"]))]
    names = {"violation_matrix": "matrix", "violation_audit": "audit"}
    return differ.rename(columns=names)[["rule", "where", "n", "matrix", "audit", "size"]].reset_index(drop=True)


def _largest(rows: pd.DataFrame) -> pd.DataFrame:
    """The violated rows, numbered from the largest at each rule and place."""
    rows = rows[rows["violation"] > SMALL * (1 + rows["size"].astype(float))].sort_values("violation", ascending=False)
    return rows.assign(n=rows.groupby(["rule", "where"]).cumcount())[["rule", "where", "n", "size", "violation"]]


def model_of(instance: Instance) -> Solved:
    """The model of an instance at the origin. Raises InputError."""
    model, expander, matrices = stated(instance)
    none = np.full(matrices.matrix.shape[0], np.nan)
    return Solved(model, expander, matrices, np.zeros(len(matrices.cost)), none, none, none)
