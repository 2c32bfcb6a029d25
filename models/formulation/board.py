"""The board: the frames that families prepare for one another before anything is stated.

Columns are single letters, the same as in the equations: `r` region, `k` route, `q` equipment, `c` commodity, `t` period, `p` part of the
year (the year, a season or a slice), `l` link, `n` mode, `w` way of building, `e` expiry period, `x` supplier, market or stock, `b` burden.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from models.algebra import constrain, index_set, parameter
from models.instance import Instance
from models.names import Names
from models.problems import InputError, Problem, rule

NEVER = "(never)"
"""The expiry label of capacity that stands until it is closed."""


@dataclass
class Board:
    """An instance opened into explicit frames: `board["recipes"]` and so on, each named in the family that prepares it."""

    instance: Instance
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]

    def __setitem__(self, name: str, frame: pd.DataFrame) -> None:
        self.frames[name] = frame.reset_index(drop=True)

    @property
    def names(self) -> Names:
        return self.instance.names

    def table(self, name: str) -> pd.DataFrame:
        """A table of the instance, as checked."""
        return self.instance.tables[name]

    def report(self, problem: Problem) -> None:
        self.problems.append(problem)

    def say(self, table: str, row: object, column: str, en: str, zh: str) -> None:
        """Reports a problem of one row."""
        self.problems.append(rule(en, zh, table=table, row=None if row is None else int(str(row)), column=column))

    def require(self) -> None:
        """Raises InputError if anything was reported."""
        if self.problems:
            raise InputError(self.problems)


@dataclass(frozen=True)
class Part:
    """One sum that a metric consists of: `rule(m, *own)` for each row of the frame, whose columns may be scoped by a policy."""

    frame: Callable[[Board], pd.DataFrame]
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
    data: Callable[[Board], pd.DataFrame] | None = None
    today: Callable[[Board], pd.DataFrame] | None = None


@dataclass(frozen=True)
class Cost:
    """A named term of the objective: `rule(m, r, t)` in ¤/yr (`rate`) or in ¤ of the period (`event`)."""

    name: str
    rule: Callable[..., Any]
    kind: str = "rate"


def lettered(frame: pd.DataFrame, **letters: str) -> pd.DataFrame:
    """The frame with columns renamed to letters: `lettered(frame, r="region")`."""
    return frame.rename(columns={column: letter for letter, column in letters.items()})


def table(frame: pd.DataFrame, keys: Sequence[str], value: str, doc: str) -> Any:
    """A parameter over exactly the keys of a frame."""
    keys = list(keys)
    return parameter(index_set(frame[keys]), values=frame[[*keys, value]], doc=doc)


def state(m: Any, name: str, rows: pd.DataFrame, rule: Callable[..., Any]) -> None:
    """Registers a constraint family over the rows of a frame."""
    index = index_set(rows, doc=f"rows of {name}")
    setattr(m, f"{name.upper()}_ROWS", index)
    constrain(m, name, index, rule=rule)
