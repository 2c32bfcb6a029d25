"""A nation of any number of regions with the structure of the China instance: what speed and memory are measured on, by size.

Every region takes a province as its pattern, in turn, and stands on a grid. The amounts of a province (capacity, demand, sources, limits) are
shared among the regions that have its pattern, so that the nation's totals, caps and prices are those of China whatever the number of regions.
With fewer regions than provinces the provinces left over are added to the regions in turn. Slices are added together in the same way.
Recipes, costs, rules and policies are China's; links join neighbours on the grid.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.instance import Instance
from models.tables import TABLES

CHINA = Path(__file__).parents[1] / "instances" / "china"
LEAST = 5
"""Fewest regions: with fewer, all are patterned on key areas, and rules for other areas would name nothing."""
AREA = 9.6e6
"""Land of the nation [km²]: with more regions, neighbours are nearer."""
LINE = 200.0
"""Capacity of all lines of one pair of neighbours, were the nation of 31 regions [TWh/yr]."""
LOSS = 3.6e-5
"""Share lost on a line [1/km]."""
VARIED = 0.2
"""By how much the shares of regions with the same pattern differ at most [1]."""
AMOUNTS = {
    "capacity": ("amount",),
    "builds": ("min", "max"),
    "sources": ("min", "max"),
    "markets": ("demand", "max"),
    "stocks": ("first", "end", "max", "reserve"),
}
"""Columns that are shared among the regions of a province."""


def nation(regions: int, periods: int = 6, seasons: int = 4, seed: int = 1) -> Instance:
    """The instance of a nation, read and checked as any other: the arguments and errors are those of `tables`."""
    given, settings = tables(regions, periods, seasons, seed)
    return Instance.from_frames(given, **settings)


def tables(regions: int, periods: int = 6, seasons: int = 4, seed: int = 1) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables and settings of a nation; the same arguments give the same tables.

    Args:
        regions: how many; the 31 provinces are their patterns in turn.
        periods: the first so many of the 6 of China.
        seasons: how many slices the 4 of China are added up to.
        seed: of the shares that regions of one pattern have in the amounts of their province.

    Raises:
        ValueError: a number out of its range.
    """
    if regions < LEAST or not 1 <= periods <= 6 or not 1 <= seasons <= 4:
        raise ValueError(f"a nation has {LEAST} regions or more, 1 to 6 periods, 1 to 4 seasons, not {regions}, {periods}, {seasons}")
    china = Instance.load(CHINA)
    out = {name: table.drop(columns=["source", "note", "trust"], errors="ignore") for name, table in china.tables.items() if len(table)}
    places = _Places(china, regions, seed)
    slices = [str(s) for s in out["slices"]["slice"]]
    sliced = {s: slices[number % seasons] for number, s in enumerate(slices)}
    kept = [str(t) for t in out["periods"]["period"].head(periods)]
    out["periods"] = out["periods"].head(periods)
    dropped = set(out["policies"].loc[out["policies"]["from"] > out["periods"]["start"].max(), "policy"])
    if regions < len(china.names.kinds["region"]):
        dropped |= {"contracted_exports"}  # seller and buyer may be in one region
    for name in ("policies", "policy_values"):
        out[name] = out[name][~out[name]["policy"].isin(dropped)]
    out["slices"] = _added(out["slices"].assign(season="").replace({"slice": sliced}), ["slice"], ["share"])
    out["regions"], out["links"] = places.regions(out["regions"]), places.links(kept[1:])
    out["freight"] = out["freight"].assign(mode=_cells(out["freight"]["mode"], {mode: [mode] for mode in out["links"]["mode"]}))
    out["freight"] = out["freight"][out["freight"]["mode"] != ""]
    for name in ("capacity", "builds", "availability", "sources", "markets", "stocks", "policies", "policy_values"):
        table = out[name]
        if "period" in table:
            table = table[table["period"].isin(["", *kept])]
        if "slice" in table:
            table = table.replace({"slice": sliced})
        out[name] = table
    out["policy_values"] = _policy_values(out["policies"], out["policy_values"], places)
    out["policies"] = out["policies"].assign(region=_cells(out["policies"]["region"], places.named))
    for name in ("capacity", "builds", "availability", "sources", "markets", "stocks"):
        out[name] = places.shared(out[name], [c.name for c in TABLES[name].keys], AMOUNTS.get(name, ()))
    settings = {key: value for key, value in asdict(china.settings).items() if value not in ("", ())}
    return out, settings | {"title": f"A nation of {regions} regions, {periods} periods, {seasons} seasons"}


class _Places:
    """Where the provinces of China are in the nation: the regions `of` each, what each name in a cell stands for, and shares of amounts."""

    def __init__(self, china: Instance, count: int, seed: int) -> None:
        self.china, self.count = china, count
        provinces = china.names.kinds["region"]
        number = np.arange(self.count)
        self.pattern = [provinces[i % len(provinces)] for i in number]
        self.names = [f"{province} {1 + i // len(provinces)}" for i, province in enumerate(self.pattern)]
        self.width = math.ceil(math.sqrt(self.count))
        self.column = number % self.width
        self.pitch = math.sqrt(AREA / self.count)
        of = {p: [name for name, own in zip(self.names, self.pattern, strict=True) if own == p] for p in provinces}
        self.of = {p: names or [self.names[i % self.count]] for i, (p, names) in enumerate(of.items())}
        self.named = self.of | {group: [group] for group in china.names.kinds["group"]} | {"": []}
        drawn = np.random.default_rng(seed).uniform(1 - VARIED, 1 + VARIED, self.count)
        total = pd.Series(drawn).groupby(self.pattern).transform("sum").to_numpy()
        self.share = dict(zip(self.names, drawn / total, strict=True))

    def regions(self, given: pd.DataFrame) -> pd.DataFrame:
        """The regions, in the groups of their patterns; in the grids and ports of every province that was added to them."""
        groups: dict[str, dict[str, None]] = {name: {} for name in self.names}
        for province, cell in zip(given["region"], given["groups"], strict=True):
            for name in self.of[province]:
                areas = [group for group in cell.split("|") if not group.endswith("_area") or name.startswith(f"{province} ")]
                groups[name] |= dict.fromkeys(areas)
        return pd.DataFrame({"region": self.names, "groups": ["|".join(own) for own in groups.values()]})

    def links(self, later: list[str]) -> pd.DataFrame:
        """Rail to all eight neighbours on the grid, lines to four, new lines from the second period on to the east."""
        step = {"rail": ((0, 1), (1, 0), (1, 1), (1, -1)), "line": ((0, 1), (1, 0)), "new_line_mode": ((0, 1),) if later else ()}
        frames = []
        for mode, steps in step.items():
            for down, right in steps:
                at = np.arange(self.count) + down * self.width + right
                there = (at < self.count) & (self.column + right >= 0) & (self.column + right < self.width)
                pairs = pd.DataFrame({"origin": np.array(self.names)[there], "destination": np.array(self.names)[at[there]], "mode": mode})
                frames.append(pairs.assign(km=self.pitch * math.hypot(down, right)))
        links = pd.concat(frames, ignore_index=True)
        rail, line, new = (links["mode"] == mode for mode in step)
        return links.assign(
            period=np.where(new, "|".join(later), ""),
            capacity=np.where(line, LINE * len(self.china.names.kinds["region"]) / self.count, np.nan),
            loss=np.where(rail, 0.0, LOSS * links["km"]),
            equipment=np.where(new, "new_line", ""),
            both=np.where(new, "no", "yes"),
        )

    def shared(self, table: pd.DataFrame, keys: list[str], amounts: tuple[str, ...]) -> pd.DataFrame:
        """The rows with the regions of the nation in their cells; rows with an amount have one for each region, with its share."""
        divided = (table[[*amounts]] > 0).any(axis=1) & (table["region"] != "")
        whole = table[~divided]
        whole = whole.assign(region=_cells(whole["region"], self.named))
        rows = table[divided]
        rows = rows.assign(province=[self._provinces(cell) for cell in rows["region"]]).explode("province")
        rows = rows.assign(region=[self.of[p] for p in rows["province"]]).explode("region").drop(columns="province")
        rows = rows.assign(**{amount: rows[amount] * rows["region"].map(self.share) for amount in amounts})
        return _added(pd.concat([whole, rows]), [key for key in keys if key in table], list(amounts))

    def _provinces(self, cell: str) -> tuple[str, ...]:
        return self.china.names.members(cell, "region")


def _policy_values(policies: pd.DataFrame, values: pd.DataFrame, places: _Places) -> pd.DataFrame:
    """Values by region; constants of a province shared among its regions, those of every region less the more regions there are."""
    constant = policies.loc[policies["metric"] == "constant", ["policy", "row"]].assign(constant=True)
    amount = values.merge(constant, how="left", on=["policy", "row"])["constant"].eq(True).to_numpy()
    every = amount & (values["region"] == "").to_numpy()
    values = values.assign(value=np.where(every, values["value"] * len(places.china.names.kinds["region"]) / places.count, values["value"]))
    keys = [c.name for c in TABLES["policy_values"].keys]
    return pd.concat([places.shared(values[~amount], keys, ()), places.shared(values[amount], keys, ("value",))])


def _cells(cells: pd.Series, named: Mapping[str, list[str]]) -> list[str]:
    """Cells `a|b` with every name replaced by those it stands for now."""
    new = {cell: "|".join(dict.fromkeys(name for part in cell.split("|") for name in named.get(part, ()))) for cell in cells.unique()}
    return [new[cell] for cell in cells]


def _added(table: pd.DataFrame, keys: list[str], amounts: list[str]) -> pd.DataFrame:
    """One row for each key: its amounts added up, all else as in its first row."""
    first = table.drop_duplicates(keys).reset_index(drop=True)
    if amounts:
        total = table.groupby(keys, sort=False, dropna=False)[amounts].sum(min_count=1).reset_index(drop=True)
        first = first.assign(**{amount: total[amount] for amount in amounts})
    return first
