"""Policy tables -> written rows: which members and periods, which terms with which coefficients, which limit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from models import units
from models.algebra import Frame, stack
from models.formulation.board import Board, Metric
from models.formulation.policy_metrics import OF, SCOPE, Metrics, letter
from models.formulation.policy_numbers import Line, Numbers
from models.problems import Problem

KEY = ["policy", "member", "period"]


@dataclass
class Written:
    """Everything the policy family states: `rows` (policy, member, period, sense, limit ...), and for each metric part its terms: number of
    the written row `_i`, side, own index, coefficient."""

    rows: list[Frame] = field(default_factory=list)
    terms: dict[tuple[str, int], list[Frame]] = field(default_factory=dict)
    count: int = 0


def write(board: Board, metrics: Metrics) -> Written:
    """All rows of all active policies. Problems go to the board; members without terms are listed in its warnings."""
    table, values = board.table("policies"), board.open("policy_values")
    written = Written()
    known = board.any_of(board.codes(table["policy"].unique()))
    for name in board.labels.decode(np.unique(values["policy"][~known[values["policy"]]])):
        board.report(Problem("unknown_name", table="policy_values", column="policy", value=name, said={"what": "policy", "near": ""}))
    lines = board.instance.fact("policies", active_lines)
    for name, rows in lines.items():
        numbers = Numbers(board, metrics, name, rows, values[values["policy"] == board.code(name)])
        _Policy(board, metrics, numbers, written).write()
        _repeated(board, rows)
    _alike(board, list(lines.values()))
    return written


def active_lines(name: str, table: pd.DataFrame) -> dict[str, list[Line]]:
    """The rows of each policy that is active, by number; `line` is where they stand in the table."""
    lines: dict[str, list[Line]] = {}
    for row in table.assign(line=table.index).sort_values("row", kind="stable").to_dict("records"):
        lines.setdefault(row["policy"], []).append(row)
    return {policy: rows for policy, rows in lines.items() if rows[0]["active"] == "yes"}


def _repeated(board: Board, rows: list[Line]) -> None:
    """Reports rows of one policy that are equal, or have one number."""
    for columns, en, zh in (
        (("side", "metric", "lag", *SCOPE), "this row equals another row of the policy", "与该政策的另一行相同"),
        (("row",), "this row number is used twice in the policy", "该政策中此行号重复"),
    ):
        seen: set[tuple[object, ...]] = set()
        for row in rows:
            own = tuple(str(row[column]) for column in columns)
            if own in seen:
                board.say("policies", row["line"], "row", en, zh)
            seen.add(own)


def _alike(board: Board, policies: list[list[Line]]) -> None:
    """Warns of two policies whose rows are equal in all but their values."""
    seen: dict[tuple[object, ...], str] = {}
    for rows in policies:
        head = tuple(str(rows[0][column]) for column in ("sense", "each", "span", "from", "until"))
        own = sorted(tuple(str(row[column]) for column in ("side", "metric", "coefficient", "lag", *SCOPE)) for row in rows)
        name = rows[0]["policy"]
        other = seen.setdefault((head, *own), name)
        if other != name:
            said: dict[str, object] = {"en": f"policies {other} and {name} have equal rows", "zh": f"政策 {other} 与 {name} 的各行相同"}
            board.warnings.append(Problem("rule", table="policies", said=said))


class _Policy:
    """One policy on its way from table rows to written rows."""

    def __init__(self, board: Board, metrics: Metrics, numbers: Numbers, written: Written):
        self.board, self.metrics, self.numbers, self.written = board, metrics, numbers, written
        self.rows, self.head, self.each, self.lag, self.bad = numbers.rows, numbers.head, numbers.each, numbers.lag, numbers.bad
        self.kind = metrics[self.head["metric"]].kind
        self.shared = any(row["side"] == "right" for row in self.rows)
        periods = board["periods"]
        first = self.head["from"] if np.isfinite(self.head["from"]) else -np.inf
        last = self.head["until"] if np.isfinite(self.head["until"]) else np.inf
        self.window = periods[(periods["start"] >= first) & (periods["start"] <= last)]

    def write(self) -> None:
        if not self._sound():
            return
        rows = self._written()
        if not len(rows):
            self.bad(self.head, "from", "no period lies in its window", "没有时期落在其年份范围内")
            return
        values = self.numbers.limits(rows, as_written=self.shared or self.head["sense"] == "price")
        sides = {"left": np.zeros(len(rows)), "right": np.zeros(len(rows))}
        has_left, terms = np.zeros(len(rows), bool), []
        for row in self.rows:
            numbers, found = self._row(row, rows, values if row["side"] == "right" else np.ones(len(rows)))
            sides[row["side"]] += numbers
            terms += [(key, frame.put(side=self.board.code(row["side"]))) for key, frame in found]
            if row["side"] == "left":
                for _, frame in found:
                    has_left[frame["_i"]] = True
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

    def _written(self) -> Frame:
        """Members (every combination of the `each` columns that the head's cells hold) x periods of the window (its last for a horizon)."""
        board, head = self.board, self.head
        periods = self.window[["t", "start", "order"]]
        rows = periods[np.arange(len(periods))[-1:]] if head["span"] == "horizon" else periods
        for column in reversed(self.each):
            if column == "party":
                seen = self.metrics.parties(head["metric"])
                asked = board.codes(p.strip() for p in head[column].split("|")) if head[column] not in ("", "*") else seen
                members = asked[np.isin(asked, seen)]
            else:
                members = board.members(head[column], OF[column])
            rows = board.frame(**{column: members}).cross(rows)
        member = rows.label(lambda *names: "|".join(names), *self.each) if self.each else board.code("")
        return rows.put(member=member, _i=np.arange(len(rows)))

    def _row(self, row: Line, rows: Frame, factor: np.ndarray) -> tuple[np.ndarray, list[tuple[tuple[str, int], Frame]]]:
        """Numbers per written row, and terms per metric part, of one policy row. `factor` is the value on the right side, 1 on the left."""
        metric = self.metrics[row["metric"]]
        joined, before = self._periods(int(row["lag"]), rows)
        rate = (self.kind if metric.name == "constant" else metric.kind) == "rate"
        if self.head["span"] == "period":
            coefficients = self.numbers.coefficients(row, rows)
            joined = joined.put(times=coefficients[joined["_i"]])
        else:
            summed = self.board["periods"]["t"][joined["at"].astype(int) + int(row["lag"])]
            each = self.numbers.coefficients(row, rows[joined["_i"]].put(t=summed))
            joined = joined.put(times=each * (joined["years"] if rate else 1.0))
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
                if "q" in entries and "q" not in part.own:
                    entries = entries.unique("_i", *part.own)
                coefficient = entries["times"] * factor[entries["_i"]]
                terms.append(((metric.name, n), entries[["_i", *part.own]].put(coefficient=coefficient)))
        if before.any():
            numbers[before] += factor[before] * self._before(row, metric, rows[before], coefficients[before], cells, same)
        if not matched and not terms and not before.any():
            self.bad(row, "metric", "its scope matches nothing in the model", "其范围在模型中没有对应的量")
        return numbers, terms

    def _entries(self, row: Line, metric: Metric, frame: Frame, cells: dict[str, str], same: list[str], joined: Frame) -> Frame:
        entries = self.metrics.scoped(metric, frame, cells, same, joined)
        try:
            return self.metrics.in_one_unit(metric, entries)
        except units.UnitError as error:
            self.bad(row, "metric", f"adds quantities of different dimensions: {error}", f"相加的量量纲不同：{error}")
            return entries

    def _periods(self, lag: int, rows: Frame) -> tuple[Frame, np.ndarray]:
        """For each written row (`_i`, members) the metric periods `t` it sums (number `at`, `years`), and which rows reach before the first."""
        periods = self.board["periods"].rename(order="at")
        at = rows["order"] - lag
        own = rows[[*self.each, "_i"]]
        if self.head["span"] == "period":
            held = periods[["t", "years", "at"]][np.maximum(at, 0).astype(int)]
            return own.put(**held.columns)[at >= 0], at < 0
        first = 0 if self.head["span"] == "to_date" else max(0, int(self.window["order"][0]) - lag)
        summed = own.put(last=at).cross(periods[["t", "years", "at"]])
        return summed[(summed["at"] >= first) & (summed["at"] <= summed["last"])], np.zeros(len(rows), bool)

    def _before(self, row: Line, metric: Metric, rows: Frame, coefficients: np.ndarray, cells: dict[str, str], same: list[str]) -> np.ndarray:
        """What stands in for a lagged row before the first period: today's state × coefficient, else the observed `base`."""
        if metric.kind == "state" and metric.today is not None:
            joined = rows[self.each].put(t=np.full(len(rows), self.board.code("")), _i=np.arange(len(rows)), times=np.ones(len(rows)))
            entries = self._entries(row, metric, self.metrics.numbers(metric.name, "today"), cells, same, joined)
            return coefficients * np.bincount(entries["_i"], entries["value"] * entries["times"], minlength=len(rows))
        return self.numbers.observed(row, rows)

    def _finish(
        self, rows: Frame, has_left: np.ndarray, sides: dict[str, np.ndarray], values: np.ndarray, terms: list[tuple[tuple[str, int], Frame]]
    ) -> None:
        """Adds the rows that have left terms; lists the others."""
        board, head, written = self.board, self.head, self.written
        absent = [", ".join(v for v in key if v) for key in rows[~has_left].rows("member", "t")]
        if absent:
            shown = "; ".join(absent[:10]) + (" ..." if len(absent) > 10 else "")
            name = self.numbers.name
            said: dict[str, object] = {
                "en": f"policy {name} writes no row for {shown}: nothing there",
                "zh": f"政策 {name} 对 {shown} 不写行：没有对应的量",
            }
            board.warnings.append(Problem("rule", table="policies", said=said))
        number = np.where(has_left, np.cumsum(has_left) - 1 + written.count, -1)
        for key, frame in terms:
            at = number[frame["_i"]]
            written.terms.setdefault(key, []).append(frame.put(_i=at)[at >= 0])
        kept = rows[has_left].rename(t="period")[["member", "period"]]
        written.count += len(kept)
        same = {"policy": self.numbers.name, "sense": head["sense"], "kind": self.kind, "span": head["span"]}
        written.rows.append(
            kept.put(
                **{column: board.code(label) for column, label in same.items()},
                value=values[has_left], price=float(head["price"]), fraction=self.shared, left_number=sides["left"][has_left],
                right_number=sides["right"][has_left], relax=float(head["relax"]),
            )
        )  # fmt: skip


def all_rows(board: Board, written: Written) -> Frame:
    """The written rows of all policies, one below the other."""
    numbers = dict.fromkeys(("value", "price", "left_number", "right_number", "relax"), np.zeros(0))
    none = board.frame(policy=[], member=[], period=[], sense=[], kind=[], span=[], fraction=np.zeros(0, bool), **numbers)
    return stack([none, *written.rows])
