"""Rules that hold, and doubts that were told, need not be asked again until a table that they have read changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from models.problems import Problem


@dataclass(frozen=True)
class Asked:
    """The tables that a rule or doubt has read, and what it has warned of."""

    read: frozenset[str]
    warned: tuple[Problem, ...] = ()


Held = dict[str, Asked]
"""What was asked, by the name of the rule or doubt."""


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
