"""What the drawing of an instance is written with: chances, numbers without ties, rows of tables, cells for sets of names."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, TypeVar

import pandas as pd

from models.tables import TABLES

T = TypeVar("T")
Cell = str | float | None
Row = dict[str, Cell]
Rows = dict[str, list[Row]]
"""Tables by name, as rows of cells; None or "" is blank."""


class Draw:
    """An instance on its way: its tables as rows of cells, and what the families need to know of one another.

    Attributes:
        seed: what it is drawn from.
        rows: by table, the rows drawn so far; a cell that is None or "" is blank.
        settings: keys of instance.toml.
        regions, periods, starts, slices, seasons: the names (and first years) drawn.
        facts: words for what the instance has (`power`, `plant`, `links` ...).
        homes: by equipment, the regions in which it stands today.
        steady: does everything that stands today stand to the end?
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self.rows: Rows = {}
        self.settings: dict[str, Any] = {}
        self.regions: list[str] = []
        self.groups: dict[str, list[str]] = {}
        self.periods: list[str] = []
        self.starts: list[int] = []
        self.slices: list[str] = []
        self.seasons: dict[str, list[str]] = {}
        self.facts: set[str] = set()
        self.homes: dict[str, list[str]] = {}
        self.modes: list[str] = []
        self.steady = True

    def n(self, low: float, high: float, digits: int = 3) -> float:
        """A number, rounded."""
        return round(self.random.uniform(low, high), digits)

    def whole(self, low: int, high: int) -> int:
        """A whole number."""
        return self.random.randint(low, high)

    def maybe(self, chance: float) -> bool:
        """True with this chance."""
        return self.random.random() < chance

    def sometimes(self, chance: float, low: float, high: float) -> float | None:
        """A number with this chance, else blank."""
        return self.n(low, high) if self.maybe(chance) else None

    def pick(self, options: Sequence[T]) -> T:
        """One of several."""
        return self.random.choice(options)

    def some(self, options: Sequence[T], least: int = 1) -> list[T]:
        """A few of several, in their order."""
        count = self.random.randint(min(least, len(options)), len(options))
        chosen = set(self.random.sample(range(len(options)), count))
        return [option for i, option in enumerate(options) if i in chosen]

    def has(self, *facts: str) -> bool:
        """Are these all facts of the instance?"""
        return self.facts.issuperset(facts)

    def fact(self, name: str, chance: float, *needs: str) -> bool:
        """Draws whether the instance has something; only if it has what that needs."""
        if self.maybe(chance) and self.has(*needs):
            self.facts.add(name)
        return name in self.facts

    def row(self, table: str, **cells: Cell) -> dict[str, Cell]:
        """Adds a row."""
        self.rows.setdefault(table, []).append(cells)
        return cells

    def places(self, regions: Sequence[str]) -> str:
        """A cell for a set of regions: blank, a group or `a|b`."""
        if list(regions) == self.regions and self.maybe(0.7):
            return ""
        named = [group for group, members in self.groups.items() if members == list(regions)]
        return named[0] if named and self.maybe(0.7) else "|".join(regions)

    def later(self) -> str:
        """A cell for some of the periods, or "" if there is one alone."""
        return "|".join(self.some(self.periods[1:])) if len(self.periods) > 1 else ""

    def part(self) -> str:
        """A cell for a slice or season, or "" without."""
        return self.pick([*self.slices, *self.seasons]) if self.slices else ""

    def override(self, table: str, base: dict[str, Cell], chance: float, keys: Sequence[tuple[str, Cell]], **numbers: Cell) -> None:
        """With this chance a second, more specific row: the base with further key cells filled and other numbers."""
        if self.maybe(chance) and all(value not in (None, "") for _, value in keys):
            self.row(table, **(base | dict(keys) | numbers))


def frames(rows: Rows) -> dict[str, pd.DataFrame]:
    """Tables from rows of cells: every column that is filled somewhere, None where a cell is blank."""
    tables = {}
    for name, own in ((name, own) for name, own in rows.items() if own):
        columns = [c for c in TABLES[name].names if any(row.get(c) not in (None, "") for row in own)]
        tables[name] = pd.DataFrame(
            [[row.get(c) or (0.0 if row.get(c) == 0 else None) for c in columns] for row in own], columns=columns, dtype=object
        )
    return tables
