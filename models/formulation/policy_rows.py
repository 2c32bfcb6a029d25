"""Policy tables -> written rows: which members and periods, which terms with which coefficients, which limit."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from models import units
from models.formulation.board import Board, Metric
from models.keys import lookup
from models.problems import Problem

SCOPE = ("region", "destination", "commodity", "equipment", "route", "party", "slice")
OF = {"region": "region", "destination": "region", "commodity": "commodity", "equipment": "equipment", "route": "route", "slice": "slice"}
ROW = ["policy", "member", "period"]


@dataclass
class Written:
    """Everything the policy family states: `rows` (policy, member, period, sense, limit ...) and, per metric part, its `terms`
    (policy, member, period, side, own index ..., coefficient)."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    terms: dict[tuple[str, int], list[pd.DataFrame]] = field(default_factory=dict)


class Metrics:
    """The metrics of all families, with their frames made once."""

    def __init__(self, board: Board, metrics: Mapping[str, Metric]):
        self.board, self.metrics = board, metrics
        self._frames: dict[tuple[str, int], pd.DataFrame] = {}

    def __getitem__(self, name: str) -> Metric:
        return self.metrics[name]

    def frame(self, name: str, number: int) -> pd.DataFrame:
        """The frame of part `number` of a metric, with only the columns that policies and the rule need."""
        if (name, number) not in self._frames:
            part = self.metrics[name].parts[number]
            frame = part.frame(self.board)
            letters = [c for c in dict.fromkeys((*"rdcbkqx", "t", "p", *part.own)) if c in frame.columns]
            self._frames[name, number] = frame[letters].drop_duplicates()
        return self._frames[name, number]


def letter(metric: Metric, column: str) -> str:
    """The frame column that a scope column speaks of, or "" if the metric does not have it."""
    letters = {"region": "r", "destination": "d", "equipment": "q", "route": "k", "party": "x", "slice": "s"}
    found = letters.get(column) or ("b" if "b" in metric.scope else "c")
    return found if found in metric.scope else ""


def write(board: Board, metrics: Metrics) -> Written:
    """All rows of all active policies. Problems go to the board; members without terms are listed in its warnings."""
    table = board.table("policies")
    values = board.table("policy_values")
    written = Written()
    for name in values.loc[~values["policy"].isin(table["policy"]), "policy"].unique():
        board.report(Problem("unknown_name", table="policy_values", column="policy", value=str(name), said={"what": "policy", "near": ""}))
    for name, rows in table.groupby("policy", sort=False):
        rows = rows.sort_values("row", kind="stable")
        if rows["active"].iloc[0] == "yes":
            _Policy(board, metrics, str(name), rows, values[values["policy"] == name], written).write()
    _alike(board, table[table["active"] == "yes"])
    return written


def _alike(board: Board, table: pd.DataFrame) -> None:
    """Equal rows in one policy are an error."""
    columns = ["policy", "side", "metric", "lag", *SCOPE]
    for i in table.index[table.duplicated(columns)]:
        board.say("policies", i, "row", "this row equals another row of the policy", "与该政策的另一行相同")
    for i in table.index[table.duplicated(["policy", "row"])]:
        board.say("policies", i, "row", "this row number is used twice in the policy", "该政策中此行号重复")


class _Policy:
    """One policy on its way from table rows to written rows."""

    def __init__(self, board: Board, metrics: Metrics, name: str, rows: pd.DataFrame, values: pd.DataFrame, written: Written):
        self.board, self.metrics, self.name, self.rows, self.values, self.written = board, metrics, name, rows, values, written
        self.head = rows.iloc[0]
        self.each = [c.strip() for c in self.head["each"].split("|") if c.strip()]
        self.kind = metrics[self.head["metric"]].kind
        periods = board["periods"]
        first = self.head["from"] if np.isfinite(self.head["from"]) else -np.inf
        last = self.head["until"] if np.isfinite(self.head["until"]) else np.inf
        self.window = periods[(periods["start"] >= first) & (periods["start"] <= last)]

    def bad(self, row: Any, column: str, en: str, zh: str) -> None:
        self.board.say("policies", row.name, column, f"policy {self.name}: {en}", f"政策 {self.name}：{zh}")

    def write(self) -> None:
        if not self._sound():
            return
        members = self._members()
        rows = self._written(members)
        if rows.empty:
            self.bad(self.head, "from", "no period lies in its window", "没有时期落在其年份范围内")
            return
        values = self._values(rows)
        sides = {"left": np.zeros(len(rows)), "right": np.zeros(len(rows))}
        has_left = np.zeros(len(rows), bool)
        right = (self.rows["side"] == "right").any()
        for _, row in self.rows.iterrows():
            factor = self._coefficients(row, rows) * (values if row["side"] == "right" else 1.0)
            numbers, terms = self._row(row, rows, factor)
            sides[row["side"]] += numbers
            if row["side"] == "left":
                for frame in terms.values():
                    has_left[rows.index.get_indexer(pd.MultiIndex.from_frame(frame[["member", "period"]]).unique())] = True
            for key, frame in terms.items():
                self.written.terms.setdefault(key, []).append(frame.assign(policy=self.name, side=row["side"]))
        if not right:
            sides["right"] = values
        self._finish(rows, has_left, sides, values)

    def _sound(self) -> bool:
        """Checks of the rows as such."""
        head, ok = self.head, len(self.board.problems)
        if not head["sense"]:
            self.bad(head, "sense", "the head row needs a sense", "首行必须给出 sense")
        for column in self.each:
            if column not in SCOPE:
                self.bad(head, "each", f"'{column}' is no scope column", f"“{column}” 不是范围列")
            elif not letter(self.metrics[head["metric"]], column):
                self.bad(head, "each", f"metric {head['metric']} has no {column}", f"指标 {head['metric']} 没有 {column}")
        for _, row in self.rows.iterrows():
            metric = self.metrics[row["metric"]]
            for column in SCOPE:
                if row[column] and not letter(metric, column):
                    self.bad(row, column, f"metric {metric.name} has no {column}", f"指标 {metric.name} 没有 {column}")
            if metric.kind == "state" and head["span"] != "period":
                self.bad(row, "span", "a state cannot be summed over periods", "状态量不能跨时期求和")
        if head["sense"] == "price" and ((self.rows["side"] == "right").any() or head["span"] != "period"):
            self.bad(head, "sense", "a price has no right side and no span", "price 没有右侧，也没有跨度")
        if np.isfinite(head["price"]) and head["span"] == "to_date":
            self.bad(head, "price", "a to_date policy cannot be soft: a breach would be charged in every later period", "to_date 政策不能带违约价")
        if head["per_year"] == "yes" and not (self.rows["lag"] > 0).any():
            self.bad(head, "per_year", "needs a row with a lag", "需要带滞后的行")
        return len(self.board.problems) == ok

    def _members(self) -> pd.DataFrame:
        """The members: every combination of the `each` columns that the head row's cells hold."""
        metric = self.metrics[self.head["metric"]]
        lists = []
        for column in self.each:
            if column == "party":
                seen = {x for n in range(len(metric.parts)) for x in self.metrics.frame(metric.name, n).get("x", pd.Series(dtype="str"))}
                asked = [p.strip() for p in self.head[column].split("|")] if self.head[column] not in ("", "*") else sorted(seen)
                lists.append([p for p in asked if p in seen])
            else:
                lists.append(list(self.board.names.members(self.head[column], OF[column])))
        frame = pd.DataFrame(itertools.product(*lists), columns=self.each).astype("str")
        frame["member"] = frame[self.each].agg("|".join, axis=1).astype("str") if self.each else pd.Series([""], dtype="str")
        return frame

    def _written(self, members: pd.DataFrame) -> pd.DataFrame:
        """Members x periods of the window (the last one for a horizon), indexed by (member, period)."""
        periods = self.window[["t", "start", "order"]].rename(columns={"t": "period"})
        periods = periods.iloc[-1:] if self.head["span"] == "horizon" else periods
        rows = members.merge(periods, how="cross")
        return rows.set_index(["member", "period"], drop=False).rename_axis([None, None])

    def _looked_up(self, rows: pd.DataFrame, table: pd.DataFrame, column: str) -> np.ndarray:
        """For each written row the number of the most specific fitting row of policy_values; NaN where none fits."""
        table = table[table[column].notna()]
        keys = {c: OF[c] for c in self.each if c != "party"} | {"period": "period"}
        out = np.full(len(rows), np.nan)
        if table.empty:
            return out
        over = rows[[*self.each, "period"]].reset_index(drop=True).assign(_at=np.arange(len(rows)))
        others = [c for c in SCOPE if c not in self.each and c != "party"]
        for i in table.index[(table[others] != "").any(axis=1)]:
            self.board.say("policy_values", i, "policy", f"this row can fit no member of {self.name}", f"此行不适用于 {self.name} 的任何成员")
        names, report = self.board.names, self.board.report
        if "party" not in self.each:
            found = lookup(over, table[[*keys, column]], keys, names, "policy_values", report)
            out[found["_at"].to_numpy()] = found[column].to_numpy(float)
            self._unfit(table, found)
            return out
        for label, group in (("", table[table["party"] == ""]), *table[table["party"] != ""].groupby("party", sort=False)):
            part = over[over["party"] == label] if label else over
            found = lookup(part, group[[*keys, column]], keys, names, "policy_values", report)
            out[found["_at"].to_numpy()] = found[column].to_numpy(float)
        return out

    def _unfit(self, table: pd.DataFrame, found: pd.DataFrame) -> None:
        """Rows that can fit no member of the policy in any period."""
        names = self.board.names
        for column in self.each:
            held = set(names.members(self.head[column], OF[column])) if column != "party" else None
            for i in table.index:
                if held is not None and not held & set(names.members(table.at[i, column], OF[column])):
                    self.board.say("policy_values", i, column, f"this row can fit no member of {self.name}", f"此行不适用于 {self.name} 的任何成员")

    def _values(self, rows: pd.DataFrame) -> np.ndarray:
        """The head's value, or policy_values; a growth factor per year is raised to the years between the periods it joins."""
        head = self.head
        if np.isfinite(head["value"]):
            values = np.full(len(rows), float(head["value"]))
        else:
            values = self._looked_up(rows, self.values[self.values["row"].isna()], "value")
            missing = rows[np.isnan(values)]
            if len(missing):
                keys = "; ".join(", ".join(str(v) for v in key if v) for key in missing.index[:40])
                self.bad(head, "value", f"no value for {keys}", f"缺少数值：{keys}")
                values = np.nan_to_num(values)
        if head["unit"] and not (self.rows["side"] == "right").any() and head["sense"] != "price":
            values = values * self._unit_factor()
        if head["per_year"] == "yes":
            periods, lag = self.board["periods"], int(self.rows["lag"].max())
            base = self.board.instance.settings.base_year
            before = [periods["start"].iloc[o - lag] if o >= lag else base for o in rows["order"]]
            values = values ** (rows["start"].to_numpy(float) - np.array(before, float))
        return values

    def _unit_factor(self) -> float:
        """From the unit of the head's value to the unit of its left side."""
        metric = self.metrics[self.head["metric"]]
        own = self._units_of(self.head, metric)
        want = next(iter(own), "1") or "1"
        if metric.kind == "rate" and self.head["span"] == "period":
            want = f"({want})/year"
        try:
            return units.factor(self.head["unit"], want)
        except units.UnitError:
            self.bad(self.head, "unit", f"unit {self.head['unit']} cannot be converted to {want}", f"单位 {self.head['unit']} 无法换算为 {want}")
            return 1.0

    def _units_of(self, row: Any, metric: Metric) -> list[str]:
        board = self.board
        if metric.unit in ("u", "b"):
            frame, key, column = board.table("commodities"), "commodity", "commodity"
        elif metric.unit == "Q":
            frame, key, column = board.table("equipment"), "equipment", "equipment"
        else:
            return [board.instance.settings.money if metric.unit == "¤" else ""]
        unit = dict(zip(frame[key], frame["unit"], strict=True))
        return list(dict.fromkeys(unit[c] for c in board.names.members(row[column], OF[column]) if c in unit))

    def _coefficients(self, row: Any, rows: pd.DataFrame) -> np.ndarray:
        if np.isfinite(row["coefficient"]):
            return np.full(len(rows), float(row["coefficient"]))
        given = self.values[self.values["row"] == row["row"]]
        if given.empty:
            return np.ones(len(rows))
        found = self._looked_up(rows, given, "value")
        for key in rows.index[np.isnan(found)][:20]:
            text = ", ".join(str(v) for v in key if v)
            self.bad(row, "coefficient", f"no coefficient for {text} (policy_values, row {row['row']:g})", f"缺少系数：{text}")
        return np.nan_to_num(found)

    def _row(self, row: Any, rows: pd.DataFrame, factor: np.ndarray) -> tuple[np.ndarray, dict[tuple[str, int], pd.DataFrame]]:
        """Numbers per written row, and terms per metric part, of one policy row."""
        metric = self.metrics[row["metric"]]
        joined, before = self._periods(int(row["lag"]), rows)
        numbers = np.zeros(len(rows))
        kind = self.kind if metric.name == "constant" else metric.kind
        if metric.name == "constant":
            joined = joined.assign(value=joined["years"] if kind == "rate" and self.head["span"] != "period" else 1.0)
            return factor * self._sum_by_row(joined, rows), {}
        if kind == "rate" and self.head["span"] != "period":
            joined = joined.assign(times=joined["years"])
        terms: dict[tuple[str, int], pd.DataFrame] = {}
        matched = False
        if metric.data is not None:
            entries = self._scoped(row, metric, metric.data(self.board), joined)
            matched = len(entries) > 0
            if matched:
                numbers += factor * self._sum_by_row(entries.assign(value=entries["value"] * entries["times"]), rows)
        for n, part in enumerate(metric.parts):
            entries = self._scoped(row, metric, self.metrics.frame(metric.name, n), joined)
            if len(entries):
                matched = True
                at = rows.index.get_indexer(pd.MultiIndex.from_frame(entries[["member", "period"]]))
                entries = entries.assign(coefficient=entries["times"].to_numpy() * factor[at])
                own = ["member", "period", *part.own]
                terms[metric.name, n] = entries.groupby(own, as_index=False, sort=False)["coefficient"].sum()
        if before.any():
            numbers[before] += factor[before] * self._before(row, metric, rows[before])
            matched = True
        if not matched:
            self.bad(row, "metric", "its scope matches nothing in the model", "其范围在模型中没有对应的量")
        return numbers, terms

    def _periods(self, lag: int, rows: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
        """(member, period) of each written row with the metric periods `t` it sums, and which rows reach before the first period."""
        periods = self.board["periods"]
        own = rows[["member", "period", *self.each]].reset_index(drop=True).assign(order=rows["order"].to_numpy())
        span = self.head["span"]
        if span == "period":
            own["order"] = own["order"] - lag
            before = (own["order"] < 0).to_numpy()
            return own.merge(periods[["t", "order", "years"]], on="order").assign(times=1.0), before
        first = 0 if span == "to_date" else int(self.window["order"].iloc[0])
        summed = own.merge(periods[["t", "order", "years"]].rename(columns={"order": "at"}), how="cross")
        summed = summed[(summed["at"] >= max(0, first - lag)) & (summed["at"] <= summed["order"] - lag)]
        return summed.drop(columns="at").assign(times=1.0), np.zeros(len(rows), bool)

    def _scoped(self, row: Any, metric: Metric, frame: pd.DataFrame, joined: pd.DataFrame) -> pd.DataFrame:
        """The frame's rows in the scope of a policy row, joined with the written rows they count in."""
        on = ["t"]
        for column in SCOPE:
            own = letter(metric, column)
            same = column in self.each and (not row[column] or row.name == self.head.name)
            if not own or (not row[column] and not same) or (row[column] == "*" and not same):
                continue
            if column == "slice":
                frame = self._sliced(frame, row[column], same)
                own = "s"
                if same:
                    frame = frame.rename(columns={"s": "slice"})
                    on.append("slice")
                continue
            if own not in frame.columns:
                return frame.iloc[:0].assign(times=[], member=[], period=[])
            if row[column]:
                asked = set(row[column].split("|")) if column == "party" else set(self.board.names.members(row[column], OF[column]))
                frame = frame[frame[own].isin(asked)]
            if same:
                frame = frame.assign(**{column: frame[own]})
                on.append(column)
        own_times = frame["portion"].to_numpy() if "portion" in frame else None
        frame = frame.assign(_own=1.0 if own_times is None else own_times)
        entries = joined.merge(frame.drop(columns=[c for c in ("years", "order") if c in frame]), on=on)
        entries = self._one_unit(row, metric, entries)
        entries["times"] = entries["times"] * entries["_own"]
        keep = [c for c in entries.columns if c not in ("q", "_own", "portion")] if "q" not in self._own(metric) else list(entries.columns)
        return entries[keep].drop_duplicates()

    def _own(self, metric: Metric) -> set[str]:
        return {letter for part in metric.parts for letter in part.own}

    def _sliced(self, frame: pd.DataFrame, cell: str, same: bool) -> pd.DataFrame:
        """Only what falls in the slices asked for: the portion of each row's part."""
        asked = self.board.names.members(cell, "slice")
        portion = self.board["portion"].rename(columns={"p2": "s", "value": "portion"})
        portion = portion[portion["s"].isin(asked)]
        if not same:
            portion = portion.groupby("p", as_index=False)["portion"].sum()
        return frame.merge(portion, on="p")

    def _one_unit(self, row: Any, metric: Metric, entries: pd.DataFrame) -> pd.DataFrame:
        """Terms in several units of one dimension are converted to the first; other dimensions are a problem."""
        column = {"u": "c", "b": "b", "Q": "q"}.get(metric.unit, "")
        if column not in entries.columns or len(entries) == 0:
            return entries
        table = self.board.table("equipment" if column == "q" else "commodities")
        unit = dict(zip(table.iloc[:, 0], table["unit"], strict=True))
        found = entries[column].map(unit).fillna("")
        kinds = [u for u in dict.fromkeys(found) if u]
        if len(kinds) <= 1:
            return entries
        try:
            factor = {u: units.factor(u, kinds[0]) for u in kinds} | {"": 1.0}
        except units.UnitError:
            self.bad(row, "metric", f"adds quantities of different dimensions: {', '.join(kinds)}", f"相加的量量纲不同：{'、'.join(kinds)}")
            return entries
        return entries.assign(times=entries["times"] * found.map(factor))

    def _before(self, row: Any, metric: Metric, rows: pd.DataFrame) -> np.ndarray:
        """What stands in for a lagged row before the first period: today's state, else the observed `base`."""
        if metric.kind == "state" and metric.today is not None:
            today = metric.today(self.board).assign(t="", times=1.0)
            joined = rows[["member", "period", *self.each]].reset_index(drop=True).assign(t="", times=1.0)
            entries = self._scoped(row, metric, today.drop(columns="times"), joined)
            return self._sum_by_row(entries.assign(value=entries["value"] * entries["times"]) if len(entries) else entries, rows)
        found = self._looked_up(rows, self.values, "base")
        for key in rows.index[np.isnan(found)][:20]:
            text = ", ".join(str(v) for v in key if v)
            self.bad(row, "lag", f"reaches before the first period for {text}: give policy_values.base, or a later `from`", f"{text} 的滞后早于首个时期：请给出 base 或推迟 from")
        lagged = self.rows[(self.rows["side"] == row["side"]) & (self.rows["lag"] > 0)]
        return np.nan_to_num(found) if lagged.index[0] == row.name else np.zeros(len(rows))

    @staticmethod
    def _sum_by_row(entries: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
        out = np.zeros(len(rows))
        if len(entries):
            at = rows.index.get_indexer(pd.MultiIndex.from_frame(entries[["member", "period"]]))
            np.add.at(out, at, entries["value"].to_numpy(float))
        return out

    def _finish(self, rows: pd.DataFrame, has_left: np.ndarray, sides: dict[str, np.ndarray], values: np.ndarray) -> None:
        absent = rows.index[~has_left]
        if len(absent):
            shown = "; ".join(", ".join(str(v) for v in key if v) for key in absent[:10]) + (" ..." if len(absent) > 10 else "")
            said = {"en": f"policy {self.name} writes no row for {shown}: nothing there", "zh": f"政策 {self.name} 对 {shown} 不写行：没有对应的量"}
            self.board.warnings.append(Problem("rule", table="policies", said=said))
        head = self.head
        for i in np.flatnonzero(has_left):
            row = rows.iloc[i]
            self.written.rows.append(
                {
                    "policy": self.name, "member": row["member"], "period": row["period"], "sense": head["sense"], "kind": self.kind,
                    "span": head["span"], "value": values[i], "price": head["price"], "fraction": bool((self.rows["side"] == "right").any()),
                    "left_number": sides["left"][i], "right_number": sides["right"][i], "relax": head["relax"],
                }
            )  # fmt: skip
