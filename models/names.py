"""The names of an instance: who is in a group, who carries a tag, what a cell `a|b` stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from models.reading import parts
from models.schema import REFERENCE_KINDS

NAMESPACES = (("region", "group"), ("commodity", "equipment", "mode", "tag"), ("route",), ("period",), ("slice", "season"))
"""What may meet in one cell is one namespace: the same name for two things in it is an error."""

YEAR = "(year)"
"""The part of the year that is the whole year."""


@dataclass(frozen=True)
class Names:
    """Every name by kind, in table order. `members[kind][name]` are the basic names that a group, tag or season stands for."""

    kinds: Mapping[str, tuple[str, ...]]
    collections: Mapping[str, Mapping[str, tuple[str, ...]]]
    aliases: Mapping[str, Mapping[str, str]]

    def universe(self, of: str) -> tuple[str, ...]:
        """All basic names that a blank cell of this reference kind stands for."""
        basic = [k for k in REFERENCE_KINDS[of] if k not in ("group", "tag", "season")]
        return tuple(n for k in basic for n in self.kinds[k])

    @cached_property
    def _basic(self) -> dict[str, dict[str, tuple[str, ...]]]:
        out: dict[str, dict[str, tuple[str, ...]]] = {}
        for of, kinds in REFERENCE_KINDS.items():
            universe = set(self.universe(of))
            table: dict[str, tuple[str, ...]] = {n: (n,) for n in self.universe(of)}
            for kind in kinds:
                for name, members in self.collections.get(kind, {}).items():
                    table.setdefault(name, tuple(m for m in members if m in universe))
            out[of] = table
        return out

    def known(self, of: str) -> dict[str, tuple[str, ...]]:
        """Every name that may stand in a cell of this reference kind, with its members."""
        return self._basic[of]

    def members(self, cell: str, of: str) -> tuple[str, ...]:
        """The basic names of a cell; blank and `*` are all of them. Unknown names give none."""
        if cell in ("", "*"):
            return self.universe(of)
        table = self._basic[of]
        return tuple(dict.fromkeys(m for p in parts(cell) for m in table.get(p, ())))


def collect(frames: Mapping[str, pd.DataFrame]) -> tuple[Names, list[tuple[str, str, str]]]:
    """The names of checked defining columns, and each clash as (name, kind, other kind)."""

    def column(table: str, name: str) -> list[str]:
        frame = frames.get(table)
        return [] if frame is None or name not in frame else [v for v in frame[name].tolist() if v]

    def gather(table: str, own: str, cells: str) -> dict[str, tuple[str, ...]]:
        out: dict[str, list[str]] = {}
        for name, cell in zip(column(table, own), frames[table][cells].tolist() if table in frames else (), strict=False):
            for group in parts(cell):
                out.setdefault(group, []).append(name)
        return {k: tuple(v) for k, v in out.items()}

    def unique(values: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(values))

    slices = column("slices", "slice") or [YEAR]
    seasons: dict[str, list[str]] = {}
    if column("slices", "slice"):
        for s, season in zip(slices, frames["slices"]["season"].tolist(), strict=True):
            seasons.setdefault(season or s, []).append(s)
    else:
        seasons[YEAR] = [YEAR]
    tags: dict[str, list[str]] = {}
    for table, own in (("commodities", "commodity"), ("equipment", "equipment")):
        for tag, members in gather(table, own, "tags").items():
            tags.setdefault(tag, []).extend(members)
    groups = gather("regions", "region", "groups")
    modes = unique(column("links", "mode"))
    kinds = {
        "region": unique(column("regions", "region")),
        "group": tuple(groups),
        "commodity": unique(column("commodities", "commodity")),
        "equipment": unique(column("equipment", "equipment")),
        "mode": modes,
        "tag": tuple(tags),
        "route": unique(p for cell in column("recipes", "route") for p in parts(cell)),
        "period": unique(column("periods", "period")),
        "slice": unique(slices),
        "season": tuple(seasons),
    }
    collections = {
        "group": groups,
        "tag": {k: tuple(v) for k, v in tags.items()},
        "season": {k: tuple(v) for k, v in seasons.items()},
    }
    clashes = []
    for space in NAMESPACES:
        seen: dict[str, str] = {}
        for kind in space:
            for name in kinds[kind]:
                same_slice = kind == "season" and seen.get(name) == "slice" and collections["season"][name] == (name,)
                if name in seen and not same_slice:
                    clashes.append((name, kind, seen[name]))
                seen.setdefault(name, kind)
    aliases: dict[str, dict[str, str]] = {}
    for table, own in (("regions", "region"), ("commodities", "commodity"), ("equipment", "equipment")):
        found: dict[str, str] = {}
        for lang in ("en", "zh"):
            for name, other in zip(column(table, own), frames[table][lang].tolist() if table in frames else (), strict=False):
                if other:
                    found[other] = "" if found.get(other, name) != name else name
        aliases[own] = {k: v for k, v in found.items() if v}
    return Names(kinds, collections, aliases), clashes
