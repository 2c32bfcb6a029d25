"""Metric frames as policies scope them: labels as small integers, made once, filtered and joined many times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from models import units
from models.formulation.board import Board, Metric

SCOPE = ("region", "destination", "commodity", "equipment", "route", "party", "slice")
OF = {"region": "region", "destination": "region", "commodity": "commodity", "equipment": "equipment", "route": "route", "slice": "slice"}
LETTERS = {"region": "r", "destination": "d", "equipment": "q", "route": "k", "party": "x", "slice": "s"}


def letter(metric: Metric, column: str) -> str:
    """The frame column that a scope column speaks of, or "" if the metric does not have it."""
    found = LETTERS.get(column) or ("b" if "b" in metric.scope else "c")
    return found if found in metric.scope else ""


class Metrics:
    """The metrics of all families with their frames coded: every label is a number of `labels`."""

    def __init__(self, board: Board, metrics: Mapping[str, Metric]):
        self.board, self.metrics = board, metrics
        self._codes: dict[str, int] = {}
        self._frames: dict[tuple[str, object], pd.DataFrame] = {}
        portion = board["portion"].rename(columns={"p2": "s", "value": "portion"})
        self.portion = self.coded(portion, ["p", "s"])
        units_of = dict(zip(board.table("commodities")["commodity"], board.table("commodities")["unit"], strict=True))
        self.units = units_of | dict(zip(board.table("equipment")["equipment"], board.table("equipment")["unit"], strict=True))

    def __getitem__(self, name: str) -> Metric:
        return self.metrics[name]

    @property
    def labels(self) -> np.ndarray:
        """The label of each code."""
        return np.array(list(self._codes), object)

    def code(self, labels: Iterable[str]) -> np.ndarray:
        """The codes of labels, new ones added."""
        return np.array([self._codes.setdefault(v, len(self._codes)) for v in labels], np.int64)

    def coded(self, frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
        """The frame with label columns as codes."""
        put = {}
        for column in columns:
            at, unique = pd.factorize(frame[column])
            put[column] = self.code(unique.tolist())[at] if len(at) else np.zeros(0, np.int64)
        return frame.assign(**put)

    def frame(self, name: str, number: int) -> pd.DataFrame:
        """The frame of part `number` of a metric: scope columns, period, part of the year and the rule's own index, coded."""
        if (name, number) not in self._frames:
            part = self.metrics[name].parts[number]
            frame = part.frame(self.board)
            columns = [c for c in dict.fromkeys((*"rdcbkqx", "t", "p", *part.own)) if c in frame.columns]
            self._frames[name, number] = self.coded(frame[columns], columns).drop_duplicates()
        return self._frames[name, number]

    def numbers(self, name: str, when: str) -> pd.DataFrame:
        """The frame of a metric made of data (`when` = data), or of what stands before the first period (today): coded, with `value`."""
        if (name, when) not in self._frames:
            metric = self.metrics[name]
            make = metric.data if when == "data" else metric.today
            assert make is not None
            frame = make(self.board)
            if when == "today":
                frame = frame.assign(t="")
            self._frames[name, when] = self.coded(frame, [c for c in frame.columns if c != "value"])
        return self._frames[name, when]

    def parties(self, name: str) -> list[str]:
        """All parties (suppliers, markets, cost terms ...) of a metric."""
        frames = [self.frame(name, n) for n in range(len(self.metrics[name].parts))]
        if self.metrics[name].data is not None:
            frames.append(self.numbers(name, "data"))
        seen = sorted({int(x) for f in frames if "x" in f for x in f["x"].unique()})
        return [str(v) for v in self.labels[seen]]

    def cycling(self, region: str, commodity: str) -> bool:
        """Is a stock of these cells one of a day or season?"""
        stocks, names = self.board["stocks"], self.board.names
        own = stocks["r"].isin(names.members(region, "region")) & stocks["c"].isin(names.members(commodity, "commodity"))
        return bool((own & (stocks["cycle"] != "horizon")).any())

    def scoped(self, metric: Metric, frame: pd.DataFrame, cells: Mapping[str, str], same: Iterable[str], written: pd.DataFrame) -> pd.DataFrame:
        """The frame's rows in the scope of a policy row, joined with the written rows they count in.

        `cells` are the row's filled scope cells, `same` the columns that must equal the member's; `written` has the members (coded), the
        metric period `t` and `times`. Empty if the frame lacks a column that is scoped.
        """
        names, on = self.board.names, ["t"]
        for column in SCOPE:
            own, cell = letter(metric, column), cells.get(column, "")
            if not own or not (cell or column in same):
                continue
            if column == "slice":
                frame = self._sliced(frame, cell, column in same)
            elif own not in frame.columns:
                return frame.iloc[:0].assign(_i=np.zeros(0, np.int64), times=0.0)
            elif cell and cell != "*":
                asked = cell.split("|") if column == "party" else names.members(cell, OF[column])
                frame = frame[np.isin(frame[own].to_numpy(), self.code(asked))]
            if column in same:
                frame = frame.assign(**{column: frame["s" if column == "slice" else own]})
                on.append(column)
        entries = written.merge(frame, on=on)
        if "portion" in entries:
            entries["times"] = entries["times"] * entries.pop("portion")
        return entries

    def _sliced(self, frame: pd.DataFrame, cell: str, same: bool) -> pd.DataFrame:
        """Only what falls in the slices asked for: the portion of each row's part."""
        portion = self.portion[np.isin(self.portion["s"].to_numpy(), self.code(self.board.names.members(cell, "slice")))]
        if not same:
            portion = portion.groupby("p", as_index=False)["portion"].sum()
        return frame.merge(portion, on="p")

    def in_one_unit(self, metric: Metric, entries: pd.DataFrame) -> pd.DataFrame:
        """Terms in several units of one dimension, converted to the first. Raises UnitError if dimensions differ."""
        column = {"u": "c", "b": "b", "Q": "q"}.get(metric.unit, "")
        if column not in entries.columns or len(entries) == 0:
            return entries
        at, unique = pd.factorize(entries[column])
        found = [self.units.get(str(v), "") for v in self.labels[unique]]
        kinds = [u for u in dict.fromkeys(found) if u]
        if len(kinds) <= 1:
            return entries
        factor = np.array([units.factor(u, kinds[0]) if u else 1.0 for u in found])
        return entries.assign(times=entries["times"] * factor[at])
