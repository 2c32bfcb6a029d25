"""One cell of a plan changed, at random or by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from optimizer import Plan

PRICES = {
    ("balance", "price"),
    ("balance", "price_less"),
    ("policies", "shadow_price"),
    ("policies", "shadow_price_tighter"),
    ("policies", "per_point"),
}
"""Columns that tell prices of the solver, which the tables alone cannot say."""


@dataclass(frozen=True)
class Cell:
    """A number of a plan's table and what it is changed to."""

    table: str
    row: int
    column: str
    before: float
    after: float

    def __str__(self) -> str:
        return f"{self.table}[{self.row}].{self.column}: {self.before:.8g} -> {self.after:.8g}"


def with_table(plan: Plan, name: str, frame: pd.DataFrame, **summary: Any) -> Plan:
    """The plan with another table."""
    return Plan({**plan.summary, **summary}, {**{n: plan[n] for n in plan.tables}, name: frame})


def changed(plan: Plan, cell: Cell) -> Plan:
    """The plan with one cell changed."""
    frame = plan[cell.table].copy()
    frame.iloc[cell.row, frame.columns.get_loc(cell.column)] = cell.after
    return with_table(plan, cell.table, frame)


def numbers(plan: Plan) -> list[tuple[str, str]]:
    """Every number column that the tables can say something about, of tables that have rows."""
    return [
        (name, str(column))
        for name, frame in plan.tables.items()
        for column in frame.columns
        if pd.api.types.is_float_dtype(frame[column]) and (name, column) not in PRICES and np.isfinite(frame[column]).any()
    ]


def at_random(plan: Plan, dice: random.Random, columns: list[tuple[str, str]]) -> Cell:
    """A cell of a column at random, changed by 1 % to 50 % of its size and at least 1e-4."""
    name, column = dice.choice(columns)
    values = plan[name][column].to_numpy(float)
    row = dice.choice(np.flatnonzero(np.isfinite(values)).tolist())
    step = max(1e-4, abs(values[row]) * dice.uniform(0.01, 0.5)) * dice.choice((-1, 1))
    return Cell(name, row, column, float(values[row]), float(values[row] + step))
