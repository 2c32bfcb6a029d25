"""The numbers of one policy: its value and coefficients by member and period, and what was observed before the first period."""

from __future__ import annotations

from typing import Any

import numpy as np

from models import units
from models.algebra import Frame
from models.formulation.board import ROW, Board
from models.formulation.keys import lookup
from models.formulation.policy_metrics import OF, SCOPE, Metrics

Line = dict[str, Any]
"""A row of the table `policies`, by column; `line` is its number."""


class Numbers:
    """The cells of a policy and its rows of `policy_values`, looked up for written rows (columns: the `each` columns, t, order, start)."""

    def __init__(self, board: Board, metrics: Metrics, name: str, rows: list[Line], values: Frame):
        self.board, self.metrics, self.name, self.rows, self.given = board, metrics, name, rows, values
        self.head = rows[0]
        self.each = [c.strip() for c in self.head["each"].split("|") if c.strip()]
        self.lag = int(max(row["lag"] for row in rows))

    def bad(self, row: Line, column: str, en: str, zh: str) -> None:
        """Reports a problem of one row of the policy."""
        self.board.say("policies", row["line"], column, f"policy {self.name}: {en}", f"政策 {self.name}：{zh}")

    def limits(self, rows: Frame, as_written: bool) -> np.ndarray:
        """The head's value, or policy_values; a growth factor per year is raised to the years between the periods it joins. `as_written`:
        no unit to convert."""
        head = self.head
        if np.isfinite(head["value"]):
            values = np.full(len(rows), float(head["value"]))
        else:
            values = self._looked_up(rows, "value", np.nan)
            self._missing(head, "value", values, rows, "no value for", "缺少数值：")
            values = np.nan_to_num(values)
        if head["unit"] and not as_written:
            values = values * self._unit_factor()
        if head["per_year"] == "yes":
            starts, base = self.board["periods"]["start"], self.board.instance.settings.base_year
            before = [starts[o - self.lag] if o >= self.lag else base for o in rows["order"].astype(int).tolist()]
            values = values ** (rows["start"] - np.array(before, float))
        return values

    def coefficients(self, row: Line, rows: Frame) -> np.ndarray:
        """The row's coefficient: its cell, else policy_values of its number, else 1."""
        if np.isfinite(row["coefficient"]):
            return np.full(len(rows), float(row["coefficient"]))
        if not (self.given["row"] == row["row"]).any():
            return np.ones(len(rows))
        found = self._looked_up(rows, "value", row["row"])
        self._missing(row, "coefficient", found, rows, f"no coefficient (policy_values, row {row['row']:g}) for", "缺少系数：")
        return np.asarray(np.nan_to_num(found))

    def observed(self, row: Line, rows: Frame) -> np.ndarray:
        """The `base` that stands in for all lagged rows of a side before the first period; it counts with the first of them."""
        found = self._looked_up(rows, "base", None)
        en = "reaches before the first period: give policy_values.base, or a later `from`, for"
        self._missing(row, "lag", found, rows, en, "滞后早于首个时期，请给出 base 或推迟 from：")
        lagged = [r for r in self.rows if r["side"] == row["side"] and r["lag"] > 0]
        return np.nan_to_num(found) if lagged[0] is row else np.zeros(len(rows))

    def _looked_up(self, rows: Frame, column: str, number: float | None) -> np.ndarray:
        """For each written row the number in the most specific fitting row of policy_values (of row `number` of the policy; NaN: of the
        value; None: of any); NaN where none fits."""
        table = self.given[~np.isnan(self.given[column])]
        if number is not None:
            table = table[np.isnan(table["row"]) if np.isnan(number) else table["row"] == number]
        out = np.full(len(rows), np.nan)
        if not len(table):
            return out
        keys = {c: c for c in self.each if c != "party"} | {"t": "period"}
        self._check_fit(rows, table, keys)
        blank = self.board.code("")
        parties = [blank, *dict.fromkeys(table["party"][table["party"] != blank].tolist())] if "party" in self.each else [blank]
        for party in parties:
            group = table[table["party"] == party]
            part = np.arange(len(rows)) if party == blank else np.flatnonzero(rows["party"] == party)
            at = lookup(self.board, "policy_values", rows[part], group, **keys)
            out[part[at >= 0]] = group[column][at[at >= 0]]
        return out

    def _check_fit(self, rows: Frame, table: Frame, keys: dict[str, str]) -> None:
        """Rows of policy_values that can fit no member are reported."""
        board, blank = self.board, self.board.code("")
        idle = {(int(line), c) for c in SCOPE if c not in self.each and c != "slice" for line in table[ROW][table[c] != blank]}
        for letter, column in keys.items():
            held = board.any_of(board["periods"]["t"] if letter == "t" else rows[letter])
            cells, of = np.unique(table[column]), OF.get(column, column)
            fitting = [bool(held[board.members(board.labels.label(c), of)].any()) for c in cells.tolist()]
            fits = board.by_code(cells, np.array(fitting, bool), False)
            idle |= {(int(line), column) for line in table[ROW][~fits[table[column]]]}
        for line, column in sorted(idle):
            board.say("policy_values", line, column, f"this row can fit no member of {self.name}", f"此行不适用于 {self.name} 的任何成员")

    def _missing(self, row: Line, column: str, found: np.ndarray, rows: Frame, en: str, zh: str) -> None:
        """One problem that lists all keys for which no number was found."""
        keys = [", ".join(v for v in key if v) for key in rows[np.isnan(found)][["member", "t"]].unique().rows("member", "t")]
        if keys:
            shown = "; ".join(keys[:200]) + (f" ... ({len(keys)})" if len(keys) > 200 else "")
            self.bad(row, column, f"{en} {shown}", f"{zh}{shown}")

    def _unit_factor(self) -> float:
        """From the unit of the head's value to the unit of its left side."""
        metric, names = self.metrics[self.head["metric"]], self.board.names
        column = {"u": "commodity", "b": "commodity", "Q": "equipment"}.get(metric.unit)
        named = set(names.members(self.head[column], OF[column])) if column else set()
        own = [self.metrics.units.get(n, "") for n in names.members("", OF[column]) if n in named] if column else []
        want = self.board.instance.settings.money if metric.unit == "¤" else next((u for u in own if u), "1")
        want = f"({want})/year" if metric.kind == "rate" and self.head["span"] == "period" else want
        try:
            return units.factor(self.head["unit"], want)
        except units.UnitError:
            self.bad(self.head, "unit", f"unit {self.head['unit']} cannot be converted to {want}", f"单位 {self.head['unit']} 无法换算为 {want}")
            return 1.0
