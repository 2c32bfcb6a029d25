"""The board: the frames that families prepare for one another before anything is stated.

Columns are single letters, the same as in the equations: `r` region, `k` route, `q` equipment, `c` commodity, `t` period, `p` part of the
year (the year, a season or a slice), `l` link, `n` mode, `w` way of building, `e` expiry period, `x` supplier, market or stock, `b` burden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from models.algebra import Frame, Labels, constrain, index_set, parameter
from models.instance import Instance
from models.names import Names
from models.problems import InputError, Problem, rule
from models.tables import TABLES

NEVER = "(never)"
"""The expiry label of capacity that stands until it is closed."""
ROW = "_row"
"""The column of a frame that holds the row number of the table it came from."""


@dataclass(frozen=True)
class Coded:
    """A column of text: its distinct cells, and where each row's cell stands among them."""

    distinct: list[str]
    at: np.ndarray


def arrays(name: str, table: pd.DataFrame) -> dict[str, np.ndarray | Coded]:
    """The columns of a table: numbers, flags as bools, names and choices coded, the number of the row as `_row`; without plain text."""
    columns: dict[str, np.ndarray | Coded] = {ROW: table.index.to_numpy(float)}
    for column in TABLES[name].columns:
        cells = table[column.name]
        if column.numeric:
            columns[column.name] = cells.to_numpy(float)
        elif column.kind == "flag":
            columns[column.name] = (cells == "yes").to_numpy(bool)
        elif column.key or column.kind in ("name", "choice"):
            at, distinct = cells.array.factorize()
            columns[column.name] = Coded(distinct.tolist(), at)
    for cells in columns.values():
        (cells.at if isinstance(cells, Coded) else cells).setflags(write=False)
    return columns


@dataclass
class Board:
    """An instance opened into explicit frames of label codes: `board["recipes"]` and so on, each named in the family that prepares it."""

    instance: Instance
    labels: Labels = field(default_factory=Labels)
    frames: dict[str, Frame] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    _members: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Frame:
        return self.frames[name]

    def __setitem__(self, name: str, frame: Frame) -> None:
        self.frames[name] = frame

    def labelled(self, name: str) -> pd.DataFrame:
        """A frame with labels in place of codes."""
        return self.frames[name].to_pandas()

    @property
    def names(self) -> Names:
        return self.instance.names

    def table(self, name: str) -> pd.DataFrame:
        """A table of the instance, as checked."""
        return self.instance.tables[name]

    def open(self, name: str) -> Frame:
        """A table of the instance in codes: cells as they stand, flags as bools, the number of the row as `_row`; without plain text."""
        columns = {
            column: self.codes(cells.distinct)[cells.at] if isinstance(cells, Coded) else cells
            for column, cells in self.instance.fact(name, arrays).items()
        }
        return Frame(self.labels, columns)

    def frame(self, **columns: Iterable[Any]) -> Frame:
        """A frame from arrays, and from lists of labels."""
        return Frame(self.labels, {name: c if isinstance(c, np.ndarray) else self.codes(c) for name, c in columns.items()})

    def code(self, label: str) -> int:
        """The code of a label."""
        return self.labels.number(label)

    def codes(self, labels: Iterable[Any]) -> np.ndarray:
        """The codes of labels."""
        return np.array([self.labels.number(label) for label in labels], dtype=np.int64)

    def members(self, cell: str, of: str) -> np.ndarray:
        """The codes of the basic names that a cell stands for."""
        known = self._members.get((cell, of))
        if known is None:
            known = self._members[cell, of] = self.codes(self.names.members(cell, of))
        return known

    def any_of(self, codes: Iterable[int] | np.ndarray) -> np.ndarray:
        """A mask by code: `mask[column]` tells which rows hold one of the codes."""
        mask = np.zeros(len(self.labels), dtype=bool)
        mask[codes if isinstance(codes, np.ndarray) else np.array(list(codes), dtype=np.int64)] = True
        return mask

    def by_code(self, codes: np.ndarray, values: np.ndarray, default: Any) -> np.ndarray:
        """An array by code, with `values` at the codes given."""
        array = np.full(len(self.labels), default)
        array[codes] = values
        return array

    def report(self, problem: Problem) -> None:
        self.problems.append(problem)

    def say(self, table: str, row: Any, column: str, en: str, zh: str) -> None:
        """Reports a problem of one row."""
        self.problems.append(rule(en, zh, table=table, row=None if row is None else int(row), column=column))

    def require(self) -> None:
        """Raises InputError if anything was reported."""
        if self.problems:
            raise InputError(self.problems)


@dataclass(frozen=True)
class Part:
    """One sum that a metric consists of: `rule(m, *own)` for each row of the frame, whose columns may be scoped by a policy."""

    frame: Callable[[Board], Frame]
    own: tuple[str, ...]
    rule: Callable[..., Any]


@dataclass(frozen=True)
class Metric:
    """What policies may sum.

    Attributes:
        kind: `rate` (per year), `state` (at the end of a period) or `event` (per period).
        unit: of one unit of it, as in column units (`u`, `Q`, `¤`, `1`), "activity" where none is declared.
        scope: letters of the scope columns it has.
        parts: the sums it consists of; `data` metrics have numbers (a column `value`) instead of rules.
        today: for a state, what stands before the first period (columns of the scope and `value`).
    """

    name: str
    kind: str
    unit: str
    scope: str
    parts: tuple[Part, ...] = ()
    data: Callable[[Board], Frame] | None = None
    today: Callable[[Board], Frame] | None = None


@dataclass(frozen=True)
class Cost:
    """A named term of the objective: `rule(m, r, t)` in ¤/yr (`rate`) or in ¤ of the period (`event`)."""

    name: str
    rule: Callable[..., Any]
    kind: str = "rate"


def table(frame: Frame, keys: list[str], value: str, doc: str) -> Any:
    """A parameter over exactly the keys of a frame."""
    return parameter(index_set(frame[keys]), values=frame[[*keys, value]], doc=doc)


def state(m: Any, name: str, rows: Frame, rule: Callable[..., Any]) -> None:
    """Registers a constraint family over the rows of a frame."""
    index = index_set(rows, doc=f"rows of {name}")
    setattr(m, f"{name.upper()}_ROWS", index)
    constrain(m, name, index, rule=rule)
