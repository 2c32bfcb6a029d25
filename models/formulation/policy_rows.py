"""Policy tables -> written rows: which members and periods, which terms with which coefficients, which limit."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from models import units
from models.formulation.board import Board, Metric
from models.formulation.policy_metrics import OF, SCOPE, Metrics, letter
from models.keys import lookup
from models.problems import Problem

ROW = ["policy", "member", "period"]


@dataclass
class Written:
    """Everything the policy family states: `rows` (policy, member, period, sense, limit ...), and for each metric part its terms: number of
    the written row, side, own index (codes of `metrics.labels`), coefficient."""

    metrics: Metrics
    rows: list[pd.DataFrame] = field(default_factory=list)
    terms: dict[tuple[str, int], list[pd.DataFrame]] = field(default_factory=dict)
    count: int = 0


def write(board: Board, metrics: Metrics) -> Written:
    """All rows of all active policies. Problems go to the board; members without terms are listed in its warnings."""
    table, values = board.table("policies"), board.table("policy_values")
    written = Written(metrics)
    for name in values.loc[~values["policy"].isin(table["policy"]), "policy"].unique():
        board.report(Problem("unknown_name", table="policy_values", column="policy", value=str(name), said={"what": "policy", "near": ""}))
    numbers = {str(name): group for name, group in values.groupby("policy", sort=False)}
    lines: dict[str, list[dict[str, Any]]] = {}
    for row in table.assign(line=table.index).sort_values("row", kind="stable").to_dict("records"):
        lines.setdefault(row["policy"], []).append(row)
    for name, rows in lines.items():
        if rows[0]["active"] == "yes":
            _Policy(board, name, rows, numbers.get(name, values.iloc[:0]), written).write()
    active = table[table["active"] == "yes"]
    for i in active.index[active.duplicated(["policy", "side", "metric", "lag", *SCOPE])]:
        board.say("policies", i, "row", "this row equals another row of the policy", "与该政策的另一行相同")
    for i in active.index[active.duplicated(["policy", "row"])]:
        board.say("policies", i, "row", "this row number is used twice in the policy", "该政策中此行号重复")
    return written


class _Policy:
    """One policy on its way from table rows to written rows."""

    def __init__(self, board: Board, name: str, rows: list[dict[str, Any]], values: pd.DataFrame, written: Written):
        self.board, self.name, self.rows, self.values = board, name, rows, values
        self.written, self.metrics = written, written.metrics
        self.head = self.rows[0]
        self.each = [c.strip() for c in self.head["each"].split("|") if c.strip()]
        self.kind = self.metrics[self.head["metric"]].kind
        self.shared = any(row["side"] == "right" for row in self.rows)
        self.lag = int(max(row["lag"] for row in self.rows))
        periods = board["periods"]
        first = self.head["from"] if np.isfinite(self.head["from"]) else -np.inf
        last = self.head["until"] if np.isfinite(self.head["until"]) else np.inf
        self.window = periods[((periods["start"] >= first) & (periods["start"] <= last)).to_numpy()]

    def bad(self, row: dict[str, Any], column: str, en: str, zh: str) -> None:
        self.board.say("policies", row["line"], column, f"policy {self.name}: {en}", f"政策 {self.name}：{zh}")

    def write(self) -> None:
        if not self._sound():
            return
        rows = self._written()
        if rows.empty:
            self.bad(self.head, "from", "no period lies in its window", "没有时期落在其年份范围内")
            return
        values = self._values(rows)
        sides = {"left": np.zeros(len(rows)), "right": np.zeros(len(rows))}
        has_left, terms = np.zeros(len(rows), bool), []
        for row in self.rows:
            numbers, found = self._row(row, rows, values if row["side"] == "right" else np.ones(len(rows)))
            sides[row["side"]] += numbers
            terms += [(key, frame.assign(side=row["side"])) for key, frame in found]
            if row["side"] == "left":
                for _, frame in found:
                    has_left[frame["_i"].to_numpy()] = True
        if not self.shared:
            sides["right"] = values
        self._finish(rows, has_left, sides, values, terms)

    def _sound(self) -> bool:
        """Checks of the rows as such."""
        head, before = self.head, len(self.board.problems)
        if not head["sense"]:
            self.bad(head, "sense", "the head row needs a sense", "首行必须给出 sense")
        for column in self.each:
            if column not in SCOPE:
                self.bad(head, "each", f"'{column}' is no scope column", f"“{column}” 不是范围列")
            elif not letter(self.metrics[head["metric"]], column):
                self.bad(head, "each", f"metric {head['metric']} has no {column}", f"指标 {head['metric']} 没有 {column}")
        for row in self.rows:
            metric = self.metrics[row["metric"]]
            for column in SCOPE:
                if row[column] and not letter(metric, column):
                    self.bad(row, column, f"metric {metric.name} has no {column}", f"指标 {metric.name} 没有 {column}")
            if metric.kind == "state" and head["span"] != "period":
                self.bad(row, "span", "a state cannot be summed over periods", "状态量不能跨时期求和")
            if metric.name == "stock" and (head["sense"] != ">=" or row["side"] == "right") and self.metrics.cycling(row["region"], row["commodity"]):
                self.bad(row, "sense", "the least level of a day or season can only be at least something", "日或季节库存的最低水平只能用 >=")
        if head["sense"] == "price" and (self.shared or head["span"] != "period"):
            self.bad(head, "sense", "a price has no right side and no span", "price 没有右侧，也没有跨度")
        if np.isfinite(head["price"]) and head["span"] == "to_date":
            self.bad(head, "price", "a to_date policy cannot be soft: a breach would be charged in every later period", "to_date 政策不能带违约价")
        if head["per_year"] == "yes" and not self.lag:
            self.bad(head, "per_year", "needs a row with a lag", "需要带滞后的行")
        return len(self.board.problems) == before

    def _written(self) -> pd.DataFrame:
        """Members (every combination of the `each` columns that the head's cells hold) x periods of the window (its last for a horizon)."""
        lists = []
        for column in self.each:
            if column == "party":
                seen = self.metrics.parties(self.head["metric"])
                asked = [p.strip() for p in self.head[column].split("|")] if self.head[column] not in ("", "*") else seen
                lists.append([p for p in asked if p in seen])
            else:
                lists.append(list(self.board.names.members(self.head[column], OF[column])))
        combined = list(itertools.product(*lists))
        frame = pd.DataFrame(combined, columns=self.each, index=range(len(combined))).astype("str")
        frame["member"] = pd.Series(["|".join(v) for v in combined], dtype="str")
        periods = self.window[["t", "start", "order"]].rename(columns={"t": "period"})
        periods = periods.iloc[-1:] if self.head["span"] == "horizon" else periods
        return frame.merge(periods, how="cross")

    def _looked_up(self, rows: pd.DataFrame, table: pd.DataFrame, column: str) -> np.ndarray:
        """For each written row the number of the most specific fitting row of policy_values; NaN where none fits."""
        table = table[table[column].notna()]
        out = np.full(len(rows), np.nan)
        if table.empty:
            return out
        keys = {c: OF[c] for c in self.each if c != "party"} | {"period": "period"}
        over = rows[[*self.each, "period"]].assign(_at=np.arange(len(rows)))
        names = self.board.names
        for c in (c for c in SCOPE if c not in self.each and c != "slice"):
            for i in table.index[table[c] != ""]:
                self._fits_nothing(i, c)
        for c in keys:
            held = set(rows[c]) if c != "period" else set(self.board["periods"]["t"])
            fits = {cell: not held.isdisjoint(names.members(cell, keys[c])) for cell in table[c].unique()}
            for i in table.index[~table[c].map(fits).to_numpy(bool)]:
                self._fits_nothing(i, c)
        groups = [("", table[table["party"] == ""])]
        groups += [(str(x), g) for x, g in table[table["party"] != ""].groupby("party", sort=False)] if "party" in self.each else []
        for party, group in groups:
            part = over[over["party"] == party] if party else over
            found = lookup(part, group[[*keys, column]], keys, names, "policy_values", self.board.report)
            out[found["_at"].to_numpy()] = found[column].to_numpy(float)
        return out

    def _fits_nothing(self, line: int, column: str) -> None:
        self.board.say("policy_values", line, column, f"this row can fit no member of {self.name}", f"此行不适用于 {self.name} 的任何成员")

    def _values(self, rows: pd.DataFrame) -> np.ndarray:
        """The head's value, or policy_values; a growth factor per year is raised to the years between the periods it joins."""
        head = self.head
        if np.isfinite(head["value"]):
            values = np.full(len(rows), float(head["value"]))
        else:
            values = self._looked_up(rows, self.values[self.values["row"].isna()], "value")
            self._missing(head, "value", values, rows, "no value for", "缺少数值：")
            values = np.nan_to_num(values)
        if head["unit"] and not self.shared and head["sense"] != "price":
            values = values * self._unit_factor()
        if head["per_year"] == "yes":
            starts, base = self.board["periods"]["start"], self.board.instance.settings.base_year
            before = [starts.iloc[o - self.lag] if o >= self.lag else base for o in rows["order"]]
            values = values ** (rows["start"].to_numpy(float) - np.array(before, float))
        return values

    def _missing(self, row: dict[str, Any], column: str, found: np.ndarray, rows: pd.DataFrame, en: str, zh: str) -> None:
        """One problem that lists all keys for which no number was found."""
        lacking = rows.loc[np.isnan(found), ["member", "period"]].drop_duplicates()
        keys = [", ".join(v for v in key if v) for key in lacking.itertuples(index=False)]
        if keys:
            shown = "; ".join(keys[:200]) + (f" ... ({len(keys)})" if len(keys) > 200 else "")
            self.bad(row, column, f"{en} {shown}", f"{zh}{shown}")

    def _unit_factor(self) -> float:
        """From the unit of the head's value to the unit of its left side."""
        metric, names = self.metrics[self.head["metric"]], self.board.names
        column = {"u": "commodity", "b": "commodity", "Q": "equipment"}.get(metric.unit)
        own = [self.metrics.units.get(n, "") for n in names.members(self.head[column], OF[column])] if column else []
        want = self.board.instance.settings.money if metric.unit == "¤" else next((u for u in own if u), "1")
        want = f"({want})/year" if metric.kind == "rate" and self.head["span"] == "period" else want
        try:
            return units.factor(self.head["unit"], want)
        except units.UnitError:
            self.bad(self.head, "unit", f"unit {self.head['unit']} cannot be converted to {want}", f"单位 {self.head['unit']} 无法换算为 {want}")
            return 1.0

    def _coefficients(self, row: dict[str, Any], rows: pd.DataFrame) -> np.ndarray:
        """The row's coefficient: its cell, else policy_values of its number, else 1."""
        if np.isfinite(row["coefficient"]):
            return np.full(len(rows), float(row["coefficient"]))
        given = self.values[self.values["row"] == row["row"]]
        if given.empty:
            return np.ones(len(rows))
        found = self._looked_up(rows, given, "value")
        self._missing(row, "coefficient", found, rows, f"no coefficient (policy_values, row {row['row']:g}) for", "缺少系数：")
        return np.asarray(np.nan_to_num(found))

    def _row(self, row: dict[str, Any], rows: pd.DataFrame, factor: np.ndarray) -> tuple[np.ndarray, list[tuple[tuple[str, int], pd.DataFrame]]]:
        """Numbers per written row, and terms per metric part, of one policy row. `factor` is the value on the right side, 1 on the left."""
        metric = self.metrics[row["metric"]]
        joined, before = self._periods(int(row["lag"]), rows)
        rate = (self.kind if metric.name == "constant" else metric.kind) == "rate"
        if self.head["span"] == "period":
            coefficients = self._coefficients(row, rows)
            joined["times"] = coefficients[joined["_i"]]
        else:
            summed = self.board["periods"]["t"].to_numpy()[joined.pop("at") + int(row["lag"])]
            joined["times"] = self._coefficients(row, rows.iloc[joined["_i"]].assign(period=summed)) * (joined["years"] if rate else 1.0)
        if metric.name == "constant":
            return factor * np.bincount(joined["_i"], joined["times"], minlength=len(rows)), []
        cells = {c: row[c] for c in SCOPE if row[c]}
        same = [c for c in self.each if letter(metric, c) and (not row[c] or row is self.head)]
        numbers, terms, matched = np.zeros(len(rows)), [], False
        if metric.data is not None:
            entries = self._entries(row, metric, self.metrics.numbers(metric.name, "data"), cells, same, joined)
            numbers += factor * np.bincount(entries["_i"], entries["value"] * entries["times"], minlength=len(rows))
            matched = len(entries) > 0
        for n, part in enumerate(metric.parts):
            entries = self._entries(row, metric, self.metrics.frame(metric.name, n), cells, same, joined)
            if len(entries):
                columns = ["_i", *part.own]
                if "q" in entries and "q" not in part.own:
                    entries = entries.drop_duplicates(columns)
                coefficient = entries["times"].to_numpy() * factor[entries["_i"].to_numpy()]
                terms.append(((metric.name, n), entries[columns].assign(coefficient=coefficient)))
        if before.any():
            numbers[before] += factor[before] * self._before(row, metric, rows[before], coefficients[before], cells, same)
        if not matched and not terms and not before.any():
            self.bad(row, "metric", "its scope matches nothing in the model", "其范围在模型中没有对应的量")
        return numbers, terms

    def _entries(
        self, row: dict[str, Any], metric: Metric, frame: pd.DataFrame, cells: dict[str, str], same: list[str], joined: pd.DataFrame
    ) -> pd.DataFrame:
        entries = self.metrics.scoped(metric, frame, cells, same, joined)
        try:
            return self.metrics.in_one_unit(metric, entries)
        except units.UnitError as error:
            self.bad(row, "metric", f"adds quantities of different dimensions: {error}", f"相加的量量纲不同：{error}")
            return entries

    def _periods(self, lag: int, rows: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
        """For each written row (`_i`, members coded) the metric periods `t` it sums, and which rows reach before the first period."""
        periods = self.board["periods"]
        code, years = self.metrics.code(periods["t"]), periods["years"].to_numpy(float)
        own = self.metrics.coded(rows[self.each], self.each).assign(_i=np.arange(len(rows)), order=rows["order"].to_numpy() - lag)
        if self.head["span"] == "period":
            at = own.pop("order").to_numpy()
            own = own.assign(t=code[np.maximum(at, 0)], years=years[np.maximum(at, 0)])
            return (own[at >= 0] if lag else own), at < 0
        first = 0 if self.head["span"] == "to_date" else max(0, int(self.window["order"].iloc[0]) - lag)
        summed = own.merge(pd.DataFrame({"t": code, "years": years, "at": periods["order"].to_numpy()}), how="cross")
        summed = summed[((summed["at"] >= first) & (summed["at"] <= summed["order"])).to_numpy()]
        return summed.drop(columns="order").reset_index(drop=True), np.zeros(len(rows), bool)

    def _before(
        self, row: dict[str, Any], metric: Metric, rows: pd.DataFrame, coefficients: np.ndarray, cells: dict[str, str], same: list[str]
    ) -> np.ndarray:
        """What stands in for a lagged row before the first period: today's state × coefficient, else the observed `base`."""
        if metric.kind == "state" and metric.today is not None:
            joined = self.metrics.coded(rows[self.each].assign(t=""), [*self.each, "t"]).assign(_i=np.arange(len(rows)), times=1.0)
            entries = self._entries(row, metric, self.metrics.numbers(metric.name, "today"), cells, same, joined)
            return coefficients * np.bincount(entries["_i"], entries["value"] * entries["times"], minlength=len(rows))
        found = self._looked_up(rows.reset_index(drop=True), self.values, "base")
        en = "reaches before the first period: give policy_values.base, or a later `from`, for"
        self._missing(row, "lag", found, rows.reset_index(drop=True), en, "滞后早于首个时期，请给出 base 或推迟 from：")
        lagged = [r for r in self.rows if r["side"] == row["side"] and r["lag"] > 0]
        return np.nan_to_num(found) if lagged[0] is row else np.zeros(len(rows))

    def _finish(
        self, rows: pd.DataFrame, has_left: np.ndarray, sides: dict[str, np.ndarray], values: np.ndarray,
        terms: list[tuple[tuple[str, int], pd.DataFrame]],
    ) -> None:  # fmt: skip
        """Adds the rows that have left terms; lists the others."""
        absent = [", ".join(v for v in key if v) for key in rows.loc[~has_left, ["member", "period"]].itertuples(index=False)]
        if absent:
            shown = "; ".join(absent[:10]) + (" ..." if len(absent) > 10 else "")
            said: dict[str, object] = {
                "en": f"policy {self.name} writes no row for {shown}: nothing there",
                "zh": f"政策 {self.name} 对 {shown} 不写行：没有对应的量",
            }
            self.board.warnings.append(Problem("rule", table="policies", said=said))
        head, kept, written = self.head, rows[has_left], self.written
        number = np.where(has_left, np.cumsum(has_left) - 1 + written.count, -1)
        for key, frame in terms:
            at = number[frame["_i"].to_numpy()]
            written.terms.setdefault(key, []).append(frame.assign(_i=at)[at >= 0])
        written.count += len(kept)
        columns = {
            "policy": self.name, "member": kept["member"].to_numpy(), "period": kept["period"].to_numpy(), "sense": head["sense"],
            "kind": self.kind, "span": head["span"], "value": values[has_left], "price": head["price"], "fraction": self.shared,
            "left_number": sides["left"][has_left], "right_number": sides["right"][has_left], "relax": head["relax"],
        }  # fmt: skip
        written.rows.append(pd.DataFrame(columns, index=range(len(kept))))
