"""Objective: discounted cost, as named terms that add up to it.

    min Σ_r,t weight[t] × (annuities + fixed + operation + purchases + sales + freight + stock + shortages)
        + Σ_r,t weight[t] / years[t] × closing + breaches + priced policies

Each term is the `COSTS` function of a family, by region and period; breaches and priced policies belong to their policy row.

| symbol | code | unit | source |
|---|---|---|---|
| w_t | `weight` | 1 | periods |
| n_t | `years` | yr | periods.years |
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.algebra import term
from models.formulation.board import Board, Cost

TABLES = ()
NEEDS = ("sets",)
METRICS = ()
COSTS = ()
BALANCE = ()


def add(m: Any, board: Board, costs: Sequence[Cost]) -> None:
    """Registers each cost as a term in present value."""
    for cost in costs:
        term(m, cost.name, m.R, m.T, rule=_present_value(cost))


def _present_value(cost: Cost) -> Any:
    if cost.kind == "event":
        return lambda m, r, t: m.weight[t] / m.years[t] * cost.rule(m, r, t)
    return lambda m, r, t: m.weight[t] * cost.rule(m, r, t)
