"""Rules that hold need not be asked again until a table that they have read changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

Held = dict[str, frozenset[str]]
"""The tables that a rule has read, by rule."""


class Reading(Mapping[str, pd.DataFrame]):
    """Tables that remember which of them were looked at."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self._tables = tables
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> pd.DataFrame:
        self.read.add(name)
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)
