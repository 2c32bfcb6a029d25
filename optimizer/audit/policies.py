"""Policies: both sides of every written row, from the tables of policies and the metrics of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from models import units
from optimizer.audit.checks import Checks, gather, number
from optimizer.audit.given import Given
from optimizer.audit.metrics import COUNTED, KINDS, SCOPES, frames, today
from optimizer.audit.policy_values import Values

KEY = ["policy", "member", "period"]
SCOPE = ["region", "destination", "commodity", "equipment", "route", "party", "slice"]
OF = {"region": "region", "destination": "region", "commodity": "commodity", "equipment": "equipment", "route": "route", "slice": "slice"}


def check(given: Given) -> pd.DataFrame:
    """Checks the table `policies` and every limit. Returns what breaches and priced policies cost, for the objective: term, region, period,
    annual, present."""
    table = given.table("policies").sort_values("row", kind="stable")
    made = {name: cache(lambda name=name: frames(given, name)) for name in table["metric"].unique() if name != "constant"}
    rows = []
    for name, own in table.groupby("policy", sort=False):
        if own["active"].iloc[0] == "yes":
            rows.append(Policy(given, str(name), own, made).rows())
    every = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=[*KEY, "sense"])
    if not len(every):
        given.checks.equal("policies", given.plan["policies"].assign(zero=0.0, one=1.0), KEY, "zero", "one")
        return pd.DataFrame({c: pd.Series(dtype="str" if c in ("term", "region", "period") else "float64") for c in TERM})
    said = given.plan["policies"].rename(columns=lambda c: c if c in KEY else f"said {c}")
    both = every.merge(said, on=KEY, how="outer", indicator=True)
    _compare(given.checks, both.assign(rule="policy: " + both["policy"]))
    return _costs(given, both[both["_merge"] == "both"])


FIXED = ("constant", "demand")
"""Metrics that are numbers of the tables, whatever the plan."""
TERM = ["term", "region", "period", "annual", "present"]


def _compare(checks: Checks, rows: pd.DataFrame) -> None:
    rule = rows["rule"]
    strange = rows[rows["_merge"] == "right_only"].assign(zero=0.0, one=1.0)
    checks.equal(rule, strange, KEY, "zero", "one")
    absent = rows[(rows["_merge"] == "left_only") & (rows["moved"] > 0)].assign(zero=0.0)
    checks.equal(rule, absent, KEY, "moved", "zero")
    rows = rows[rows["_merge"] == "both"].assign(zero=0.0)
    size = np.maximum(rows["left_size"], rows["right"].abs())
    at_least = rows["cycling"].astype(bool)
    exact = rows[~at_least]
    checks.equal(rule, exact.assign(side="left"), [*KEY, "side"], "left", "said left", size=size[~at_least])
    checks.at_most(rule, rows[at_least].assign(side="left"), [*KEY, "side"], "said left", "left", size=size[at_least])
    hard = rows[rows["sense"] != "price"]
    size = size[hard.index]
    checks.equal(rule, hard.assign(side="right"), [*KEY, "side"], "right", "said right", size=size)
    at_most, at_least = hard["sense"] == "<=", hard["sense"] == ">="
    over, under = (hard["left"] - hard["right"]).clip(lower=0.0), (hard["right"] - hard["left"]).clip(lower=0.0)
    missed = over.where(at_most, under.where(at_least, over + under))
    hard = hard.assign(missed=missed, lenient=missed.where(hard["soft"].astype(bool), 0.0))
    checks.at_most(rule, hard.assign(side="breach"), [*KEY, "side"], "missed", "said breach", size=size)
    checks.equal(rule, hard.assign(side="breach"), [*KEY, "side"], "lenient", "said breach", size=size)
    room = (hard["said right"] - hard["said left"]).where(at_most, (hard["said left"] - hard["said right"]).where(at_least, 0.0))
    checks.equal(rule, hard.assign(side="room", expected=room), [*KEY, "side"], "expected", "said room", size=size)


def _costs(given: Given, rows: pd.DataFrame) -> pd.DataFrame:
    """Breaches and priced policies."""
    periods = given.periods.set_index("period")
    weight, years = number(rows["period"], periods["weight"]), number(rows["period"], periods["years"])
    worth = pd.Series(np.where(rows["span"] == "period", np.where(rows["kind"] == "event", weight / years, weight), 1.0), index=rows.index)
    priced = rows["sense"] == "price"
    annual = (rows["value"] * rows["left"]).where(priced, (rows["price"] * rows["said breach"]).where(rows["soft"].astype(bool), 0.0))
    term = ("priced: " + rows["policy"]).where(priced, "breaches: " + rows["policy"])
    out = pd.DataFrame({"term": term, "region": "", "period": rows["period"], "annual": annual, "present": annual * worth})
    return gather(["term", "region", "period"], out)


class Policy:
    """One policy: its rows in the table, and the rows that it writes."""

    def __init__(self, given: Given, name: str, table: pd.DataFrame, made: Mapping[str, Any]):
        self.given, self.name, self.made = given, name, made
        self.lines: list[dict[str, Any]] = table.to_dict("records")
        self.head = self.lines[0]
        self.each = [c.strip() for c in self.head["each"].split("|") if c.strip()]
        self.values = Values(given, name, self.each)
        self.kind = KINDS.get(self.head["metric"], "rate")
        self.shared = any(line["side"] == "right" for line in self.lines)
        start = given.periods["start"]
        first, last = (self.head[c] if self.head[c] == self.head[c] else default for c, default in (("from", -np.inf), ("until", np.inf)))
        self.window = given.periods[(start >= first) & (start <= last)]

    def rows(self) -> pd.DataFrame:
        """The written rows: policy, member, period, sense, left, right, value, price, soft, kind, span, left_size, cycling, and `moved`:
        the amounts of the plan on the left, without numbers that are given. Where there can be none no row is written."""
        rows = self._members()
        rows = rows.assign(_i=np.arange(len(rows)))
        value = self._value(rows)
        left, right, size, moved = (np.zeros(len(rows)) for _ in range(4))
        for line in self.lines:
            now, before = self._line(line, rows)
            amount = now + before
            if line["side"] == "left":
                left, size = left + amount, size + np.abs(amount)
                moved = moved + (0.0 if line["metric"] in FIXED else np.abs(now))
            else:
                right = right + value * amount
                size = size + np.abs(value * amount)
        cycling = self.head["metric"] == "stock" and bool((self._stocks()["cycle"] != "horizon").any())
        return rows.assign(
            policy=self.name, sense=self.head["sense"], left=left, right=right if self.shared else value, value=value, price=self.head["price"],
            soft=self.head["price"] == self.head["price"] and self.head["sense"] != "price", kind=self.kind, span=self.head["span"], left_size=size,
            cycling=cycling, moved=moved,
        )[[*KEY, "sense", "left", "right", "value", "price", "soft", "kind", "span", "left_size", "cycling", "moved"]]  # fmt: skip

    def _stocks(self) -> pd.DataFrame:
        names, rows = self.given.instance.names, self.given.opened("stocks")
        return rows[
            rows["region"].isin(names.members(self.head["region"], "region"))
            & rows["commodity"].isin(names.members(self.head["commodity"], "commodity"))
        ]

    def _members(self) -> pd.DataFrame:
        """Members of the `each` columns x periods of the window (its last for a horizon)."""
        rows = self.window[["period", "start", "order"]]
        rows = rows.tail(1) if self.head["span"] == "horizon" else rows
        for column in self.each:
            cell = self.head[column]
            if column == "party":
                seen = {p for frame in self.made[self.head["metric"]]() if "party" in frame for p in frame["party"]}
                said = self.given.plan["policies"]
                seen |= {member.split("|")[self.each.index("party")] for member in said.loc[said["policy"] == self.name, "member"]}
                own = sorted(seen) if cell in ("", "*") else [p.strip() for p in cell.split("|")]
            else:
                own = list(self.given.instance.names.members(cell, OF[column]))
            rows = rows.merge(pd.DataFrame({column: pd.Series(own, dtype="str")}), how="cross")
        member = rows[self.each].agg("|".join, axis=1) if self.each and len(rows) else pd.Series("", index=rows.index, dtype="str")
        return rows.assign(member=member)

    def _value(self, rows: pd.DataFrame) -> np.ndarray:
        """The value of each written row, in the unit of the left side."""
        head, given = self.head, self.given
        value = self.values.of(rows, np.nan, "value") if np.isnan(head["value"]) else np.full(len(rows), float(head["value"]))
        if head["unit"] and not self.shared and head["sense"] != "price":
            unit = self._unit(head) or "1"
            unit = given.instance.settings.money if head["metric"] in ("cost", "investment") else unit
            value = value * units.factor(head["unit"], f"({unit})/year" if self.kind == "rate" and head["span"] == "period" else unit)
        if head["per_year"] == "yes":
            lag = int(max(line["lag"] for line in self.lines))
            starts = given.periods["start"].tolist()
            before = np.array([starts[o - lag] if o >= lag else given.instance.settings.base_year for o in rows["order"]])
            value = value ** (rows["start"].to_numpy() - before)
        return np.asarray(value, float)

    def _unit(self, line: Mapping[str, Any]) -> str:
        """The unit that a line is counted in: that of the first name of its scope, in the order of the table."""
        column = COUNTED.get(line["metric"])
        if line["metric"] == "clean_used":
            return self.given.units[self.given.instance.settings.clean_commodity]
        if not column:
            return ""
        named = set(self.given.instance.names.members(line[column], column))
        return next((self.given.units.get(n, "") for n in self.given.instance.names.members("", column) if n in named), "")

    def _line(self, line: Mapping[str, Any], rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Σ coefficient × metric of one line for each written row: in the plan, and before its first period."""
        lag, metric = int(line["lag"]), line["metric"]
        rate = (self.kind if metric == "constant" else KINDS.get(metric, "rate")) == "rate"
        now = self.given.periods[["period", "order", "years"]].rename(columns={"order": "at", "period": "_at"})
        pairs = rows.assign(last=rows["order"] - lag).merge(now, how="cross")
        span = self.head["span"]
        if span == "period":
            pairs = pairs[pairs["at"] == pairs["last"]].assign(times=1.0)
        else:
            first = 0 if span == "to_date" else max(0, int(self.window["order"].iloc[0]) - lag)
            pairs = pairs[(pairs["at"] >= first) & (pairs["at"] <= pairs["last"])]
            pairs = pairs.assign(times=pairs["years"] if rate else 1.0)
        counted_in = self.given.periods["period"].to_numpy(object)[pairs["at"].to_numpy(int) + lag] if len(pairs) else []
        pairs = pairs.assign(times=pairs["times"] * self._coefficient(line, pairs.assign(period=counted_in)))
        total, earlier = np.zeros(len(rows)), np.zeros(len(rows))
        if metric == "constant":
            np.add.at(total, pairs["_i"].to_numpy(int), pairs["times"].to_numpy(float))
            return total, earlier
        found = [self._scoped(line, frame, pairs) for frame in self.made[metric]()]
        for entries in found:
            np.add.at(total, entries["_i"].to_numpy(int), (entries["value"] * entries["times"]).to_numpy(float))
        before = rows[rows["order"] < lag] if span == "period" else rows.iloc[:0]
        if len(before):
            earlier[before["_i"]] = self._before(line, before)
        return total, earlier

    def _coefficient(self, line: Mapping[str, Any], rows: pd.DataFrame) -> np.ndarray:
        if line["coefficient"] == line["coefficient"]:
            return np.full(len(rows), float(line["coefficient"]))
        return self.values.of(rows, line["row"], "value") if self.values.has(line["row"]) else np.ones(len(rows), dtype=float)

    def _before(self, line: Mapping[str, Any], rows: pd.DataFrame) -> np.ndarray:
        """What a lagged line takes before the first period: today's state, else the observed `base`, once for all lagged lines of a side."""
        if KINDS.get(line["metric"]) == "state":
            entries = self._scoped(line, today(self.given, line["metric"]).assign(_at="today"), rows.assign(_at="today", times=1.0))
            total = pd.Series(0.0, index=rows["_i"]).add(entries.assign(v=entries["value"]).groupby("_i")["v"].sum(), fill_value=0.0)
            return np.asarray(total.reindex(rows["_i"]).to_numpy(float) * self._coefficient(line, rows))
        lagged = [own for own in self.lines if own["side"] == line["side"] and own["lag"] > 0]
        return self.values.of(rows, None, "base") if lagged[0] is line else np.zeros(len(rows))

    def _scoped(self, line: Mapping[str, Any], frame: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
        """The terms of a metric in the scope of a line, beside the written rows that they count in (`_i`, `times`)."""
        names, own = self.given.instance.names, SCOPES[line["metric"]].split()
        same = [c for c in self.each if c in own and (not line[c] or line is self.head)]
        if any((line[c] or c in same) and c not in frame for c in own):
            return pd.DataFrame({"_i": [], "times": [], "value": []})
        frame = frame if "_at" in frame else frame.rename(columns={"period": "_at"})
        for column in own:
            cell = line[column]
            if cell and cell != "*":
                members = cell.split("|") if column == "party" else names.members(cell, OF[column])
                frame = frame[frame[column].isin(members)]
        for column in same:
            frame = frame[frame[column].isin(pairs[column])]
        column = COUNTED.get(line["metric"], "")
        if column in frame and len(frame):
            found = set(frame[column])
            unit = next(u for n, u in self.given.units.items() if n in found)
            factor = {n: units.factor(self.given.units[n], unit) for n in found}
            frame = frame.assign(value=frame["value"] * number(frame[column], factor))
        if "id" in frame:
            frame = frame.drop_duplicates(["id", *same])
        frame = frame.groupby(["_at", *same], as_index=False)["value"].sum()
        return pairs[["_i", "_at", "times", *same]].merge(frame, on=["_at", *same])
