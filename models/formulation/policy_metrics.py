"""Metric frames as policies scope them: each made once, filtered and joined many times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from models import units
from models.algebra import Frame
from models.formulation.board import Board, Metric

SCOPE = ("region", "destination", "commodity", "equipment", "route", "party", "slice")
OF = {"region": "region", "destination": "region", "commodity": "commodity", "equipment": "equipment", "route": "route", "slice": "slice"}
LETTERS = {"region": "r", "destination": "d", "equipment": "q", "route": "k", "party": "x", "slice": "s"}


def letter(metric: Metric, column: str) -> str:
    """The frame column that a scope column speaks of, or "" if the metric does not have it."""
    found = LETTERS.get(column) or ("b" if "b" in metric.scope else "c")
    return found if found in metric.scope else ""


class Metrics:
    """The metrics of all families with their frames."""

    def __init__(self, board: Board, metrics: Mapping[str, Metric]):
        self.board, self.metrics = board, metrics
        self._frames: dict[tuple[str, object], Frame] = {}
        self.portion = board["portion"].rename(p2="s", value="portion")
        units_of = dict(zip(board.table("commodities")["commodity"], board.table("commodities")["unit"], strict=True))
        self.units = units_of | dict(zip(board.table("equipment")["equipment"], board.table("equipment")["unit"], strict=True))

    def __getitem__(self, name: str) -> Metric:
        return self.metrics[name]

    def frame(self, name: str, number: int) -> Frame:
        """The frame of part `number` of a metric: scope columns, period, part of the year and the rule's own index."""
        if (name, number) not in self._frames:
            part = self.metrics[name].parts[number]
            frame = part.frame(self.board)
            self._frames[name, number] = frame[[c for c in dict.fromkeys((*"rdcbkqx", "t", "p", *part.own)) if c in frame]].unique()
        return self._frames[name, number]

    def numbers(self, name: str, when: str) -> Frame:
        """The frame of a metric made of data (`when` = data), or of what stands before the first period (today), with `value`."""
        if (name, when) not in self._frames:
            metric = self.metrics[name]
            make = metric.data if when == "data" else metric.today
            assert make is not None
            frame = make(self.board)
            self._frames[name, when] = frame.put(t=self.board.code("")) if when == "today" else frame
        return self._frames[name, when]

    def parties(self, name: str) -> np.ndarray:
        """All parties (suppliers, markets, cost terms ...) of a metric, in the order of their names."""
        frames = [self.frame(name, n) for n in range(len(self.metrics[name].parts))]
        if self.metrics[name].data is not None:
            frames.append(self.numbers(name, "data"))
        seen = np.unique(np.concatenate([np.zeros(0, np.int64), *(f["x"] for f in frames if "x" in f)]))
        return self.board.codes(sorted(self.board.labels.decode(seen)))

    def cycling(self, region: str, commodity: str) -> bool:
        """Is a stock of these cells one of a day or season?"""
        board, stocks = self.board, self.board["stocks"]
        own = board.any_of(board.members(region, "region"))[stocks["r"]] & board.any_of(board.members(commodity, "commodity"))[stocks["c"]]
        return bool((own & (stocks["cycle"] != board.code("horizon"))).any())

    def scoped(self, metric: Metric, frame: Frame, cells: Mapping[str, str], same: Iterable[str], written: Frame) -> Frame:
        """The frame's rows in the scope of a policy row, joined with the written rows they count in.

        `cells` are the row's filled scope cells, `same` the columns that must equal the member's; `written` has the members, the metric
        period `t`, the number of the written row `_i` and `times`. Empty if the frame lacks a column that is scoped.
        """
        board, inside, on = self.board, np.ones(len(frame), bool), {"t": "t"}
        for column in SCOPE:
            own, cell = letter(metric, column), cells.get(column, "")
            if not own or not (cell or column in same):
                continue
            if column in same:
                on[column] = own
            if column == "slice":
                continue
            if own not in frame:
                return frame[np.zeros(0, np.int64)].put(_i=np.zeros(0, np.int64), times=np.zeros(0))
            if cell and cell != "*":
                asked = board.codes(cell.split("|")) if column == "party" else board.members(cell, OF[column])
                inside &= board.any_of(asked)[frame[own]]
        frame = frame[np.flatnonzero(inside)] if not inside.all() else frame
        if letter(metric, "slice") and (cells.get("slice") or "slice" in same):
            frame = self._sliced(frame, cells.get("slice", ""), "slice" in same)
        entries = written.join(frame.put(**{column: frame[own] for column, own in on.items()}), *on)
        return entries.put(times=entries["times"] * entries["portion"]) if "portion" in entries else entries

    def _sliced(self, frame: Frame, cell: str, same: bool) -> Frame:
        """Only what falls in the slices asked for: the portion of each row's part."""
        portion = self.portion[self.board.any_of(self.board.members(cell, "slice"))[self.portion["s"]]]
        return frame.join(portion if same else portion.total(["p"], "portion"), "p")

    def in_one_unit(self, metric: Metric, entries: Frame) -> Frame:
        """Terms in several units of one dimension, converted to that of the first name in the order of its table. Raises UnitError if dimensions
        differ."""
        column = {"u": "c", "b": "b", "Q": "q"}.get(metric.unit, "")
        if column not in entries or len(entries) == 0:
            return entries
        present = self.board.any_of(entries[column])
        every = self.board.members("", "equipment" if column == "q" else "commodity")
        codes = every[present[every]].tolist()
        found = [self.units.get(self.board.labels.label(code), "") for code in codes]
        kinds = [u for u in dict.fromkeys(found) if u]
        if len(kinds) <= 1:
            return entries
        factor = self.board.by_code(np.array(codes), np.array([units.factor(u, kinds[0]) if u else 1.0 for u in found]), 1.0)
        return entries.put(times=entries["times"] * factor[entries[column]])
