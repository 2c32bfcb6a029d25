"""The input tables and the plan as the audit reads them: key cells opened, the most specific row winning, time and its parts.

Written from the meaning of the tables alone (`docs/instance.md`): nothing here or beside it is shared with what states the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, wraps

import numpy as np
import pandas as pd

from models.instance import Instance
from models.names import YEAR
from models.tables import TABLES
from optimizer.audit.checks import Checks
from optimizer.plan import Plan

NEVER = "(never)"
"""The period in which capacity expires that stands to the end."""


@dataclass(frozen=True)
class Given:
    """The instance, the plan that is checked against it, and what was found so far."""

    instance: Instance
    plan: Plan
    checks: Checks = field(default_factory=Checks)
    made: dict[object, pd.DataFrame] = field(default_factory=dict, repr=False)
    """What was made once and is asked for often."""

    def table(self, name: str) -> pd.DataFrame:
        """A table of the instance, as checked."""
        return self.instance.tables[name]

    @cached_property
    def periods(self) -> pd.DataFrame:
        """period, start, years, weight (present value of 1 ¤/yr over the period), order."""
        settings, rows = self.instance.settings, self.table("periods").reset_index(drop=True)
        weights = []
        for start, years, weight in zip(rows["start"], rows["years"], rows["weight"], strict=True):
            if np.isnan(weight):
                ages = start - settings.base_year + np.arange(int(years))
                weight = float(((1.0 + settings.discount_rate) ** -ages).sum())
            weights.append(weight)
        return rows[["period", "start", "years"]].assign(weight=weights, order=np.arange(len(rows)))

    @cached_property
    def order(self) -> dict[str, int]:
        """The number of each period; what never comes is last."""
        return {name: i for i, name in enumerate([*self.periods["period"], NEVER])}

    def period_of(self, year: float) -> str:
        """The first period that starts in a year or later; `(never)` if there is none or no year is given."""
        later = self.periods.loc[self.periods["start"] >= year, "period"]
        return str(later.iloc[0]) if len(later) else NEVER

    @cached_property
    def slices(self) -> pd.DataFrame:
        """slice, season, share, in table order; one slice that is the year where the table is empty."""
        rows = self.table("slices")
        if not len(rows):
            return pd.DataFrame({"slice": [YEAR], "season": [YEAR], "share": [1.0]})
        return rows[["slice", "share"]].assign(season=rows["season"].where(rows["season"] != "", rows["slice"])).reset_index(drop=True)

    @cached_property
    def inside(self) -> pd.DataFrame:
        """Which slices a part of the year holds: part, slice, share of the year, and `portion` of the part."""
        held = {YEAR: self.slices["slice"].tolist()}
        held |= {season: rows["slice"].tolist() for season, rows in self.slices.groupby("season", sort=False)}
        held |= {s: [s] for s in self.slices["slice"]}
        rows = pd.DataFrame([(part, s) for part, own in held.items() for s in own], columns=["part", "slice"]).merge(self.slices, on="slice")
        return rows.assign(portion=rows["share"] / rows.groupby("part")["share"].transform("sum"))

    @cached_property
    def kinds(self) -> dict[str, str]:
        """What each name of a recipe is: `equipment`, or the balance of a commodity: slice, year, tally."""
        commodities = self.table("commodities")
        balances = dict(zip(commodities["commodity"], commodities["balance"], strict=True))
        return balances | dict.fromkeys(self.table("equipment")["equipment"], "equipment")

    @cached_property
    def units(self) -> dict[str, str]:
        """The unit of each commodity and equipment."""
        tables = [self.table(t)[[c, "unit"]] for t, c in (("commodities", "commodity"), ("equipment", "equipment"))]
        return {name: unit for table in tables for name, unit in table.itertuples(index=False, name=None)}

    def spread(self, rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
        """Amounts of parts of the year (column `slice`) as amounts of its slices, by their share."""
        wide = rows.rename(columns={"slice": "part"}).merge(self.inside[["part", "slice", "portion"]], on="part")
        return wide.assign(**{c: wide[c] * wide["portion"] for c in columns}).drop(columns=["portion", "part"])

    def in_parts(self, rows: pd.DataFrame, commodity: str = "commodity") -> pd.DataFrame:
        """Rows by slice, with the slice of goods balanced over the year replaced by the year; burdens left out."""
        how = rows[commodity].map(self.kinds)
        return rows.assign(slice=rows["slice"].where(how == "slice", YEAR))[how.isin(["slice", "year"])]

    def fit(self, rows: pd.DataFrame, keys: Mapping[str, str], labels: Sequence[str] = ()) -> pd.DataFrame:
        """Every key that a row fits, with the cells of the most specific row that fits it. `keys`: key columns and what their cells name."""
        rows = rows.assign(_held=1.0)
        for column, of in keys.items():
            members = {cell: list(self.instance.names.members(cell, of)) for cell in rows[column].unique()}
            opened = rows[column].map(members)
            rows = rows.assign(**{column: opened, "_held": rows["_held"] * opened.map(len).astype(float)}).explode(column)
            rows = rows[rows[column].notna()]
        rows = rows.sort_values("_held", kind="stable").drop_duplicates([*keys, *labels]).drop(columns="_held")
        return rows.astype(dict.fromkeys(keys, "str")).reset_index(drop=True)

    def opened(self, name: str, rows: pd.DataFrame | None = None) -> pd.DataFrame:
        """A table (or other rows of its columns) by explicit keys."""
        if rows is not None:
            return self._by_key(name, rows)
        if name not in self.made:
            self.made[name] = self._by_key(name, self.table(name))
        return self.made[name]

    def _by_key(self, name: str, rows: pd.DataFrame) -> pd.DataFrame:
        table = TABLES[name]
        keys = {c.name: c.of for c in table.keys if c.kind == "name"}
        if table.windowed:
            rows, keys = self.windowed(rows), keys | {"period": "period"}
        return self.fit(rows, keys, [c.name for c in table.keys if c.kind != "name"])

    def windowed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """With a cell `period`: the periods whose start lies in `from`..`until`; rows without any are left out."""
        start, names = self.periods["start"], self.periods["period"]
        pairs = zip(rows["from"].fillna(-np.inf), rows["until"].fillna(np.inf), strict=True)
        rows = rows.assign(period=["|".join(names[(start >= first) & (start <= last)]) for first, last in pairs])
        return rows[rows["period"] != ""]

    def timed(self, name: str, amounts: Sequence[str]) -> pd.DataFrame:
        """`sources` or `markets` by part of the year: what a blank slice gives for the year is shared among the slices."""
        rows = self.opened(name, self.table(name).assign(own=(self.table(name)["slice"] != "").astype(float)))
        rows = rows.merge(self.slices[["slice", "share"]], on="slice")
        sliced, yearly = rows["commodity"].map(self.kinds) == "slice", rows["commodity"].map(self.kinds) == "year"
        scale = rows["share"].where(sliced & (rows["own"] == 0), 1.0)
        rows = rows.assign(**{a: rows[a] * scale for a in amounts})
        first = rows["slice"] == self.slices["slice"].iloc[0]
        return pd.concat([rows[sliced], rows[yearly & first].assign(slice=YEAR)], ignore_index=True).drop(columns=["share", "own"])

    @cached_property
    def sources(self) -> pd.DataFrame:
        return self.timed("sources", ["min", "max"])

    @cached_property
    def markets(self) -> pd.DataFrame:
        return self.timed("markets", ["demand", "max"])

    @cached_property
    def recipes(self) -> pd.DataFrame:
        """route, item, region, period, amount (not 0)."""
        rows = self.opened("recipes")
        return rows.loc[rows["amount"] != 0, ["route", "item", "region", "period", "amount"]]

    @cached_property
    def goods(self) -> pd.DataFrame:
        """Recipes of commodities and burdens."""
        return self.recipes[self.recipes["item"].map(self.kinds) != "equipment"].rename(columns={"item": "commodity"})

    @cached_property
    def uses(self) -> pd.DataFrame:
        """Recipes of equipment: `use` per activity."""
        own = self.recipes[self.recipes["item"].map(self.kinds) == "equipment"].rename(columns={"item": "equipment"})
        return own.assign(use=-own["amount"]).drop(columns="amount")

    @cached_property
    def routes(self) -> pd.DataFrame:
        """Operating cost and clean share of each route where and when a row fits: route, region, period, cost, clean."""
        return self.opened("routes")[["route", "region", "period", "cost", "clean"]]

    @cached_property
    def activity(self) -> pd.DataFrame:
        """What routes run, by slice."""
        return self.spread(self.plan["production"], "activity")

    @cached_property
    def links(self) -> pd.DataFrame:
        """origin, destination, mode, period, km, capacity, loss, equipment: in both directions where a row means both."""
        given = self.table("links")
        back = given[given["both"] == "yes"].rename(columns={"origin": "destination", "destination": "origin"})
        rows = self.opened("links", pd.concat([given, back]))
        rows = rows[rows["origin"] != rows["destination"]]
        return rows[["origin", "destination", "mode", "period", "km", "capacity", "loss", "equipment"]].fillna({"km": 0.0})

    @cached_property
    def freight(self) -> pd.DataFrame:
        """mode, commodity, origin, destination, handling, rate, through."""
        given = self.table("freight")
        goods = [c for c, kind in self.kinds.items() if kind in ("slice", "year")]
        rows = self.opened("freight", given)
        return rows[rows["commodity"].isin(goods)][["mode", "commodity", "origin", "destination", "handling", "rate", "through"]]

    def available(self, wanted: pd.DataFrame) -> pd.DataFrame:
        """Usable time by slice for each (region, equipment, period) asked for: share × availability. [yr]"""
        rows = wanted[["region", "equipment", "period"]].drop_duplicates().merge(self.slices[["slice", "share"]], how="cross")
        rows = rows.merge(self.opened("availability"), on=["equipment", "region", "period", "slice"], how="left")
        return rows.assign(time=rows["share"] * rows["amount"].fillna(1.0))[["region", "equipment", "period", "slice", "time"]]


def once(make: Callable[[Given], pd.DataFrame]) -> Callable[[Given], pd.DataFrame]:
    """A function of what is given, run once for it."""

    @wraps(make)
    def kept(given: Given) -> pd.DataFrame:
        if make not in given.made:
            given.made[make] = make(given)
        return given.made[make]

    return kept
