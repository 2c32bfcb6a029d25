"""Figures that know where they come from, and the book of tables they are written into.

A `Figure` is a number with its source and its trust (`sourced`, `derived`, `estimate`, `assumption`). Arithmetic keeps both:
a product is trusted no more than its worst factor. `Book` reads the raw tables and the assumptions and collects rows.
"""

from __future__ import annotations

import csv
import itertools
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent.parent
TRUST = ["sourced", "derived", "estimate", "assumption"]
COLUMNS = {
    "regions": "region groups en zh latitude longitude",
    "periods": "period start years",
    "slices": "slice season share",
    "commodities": "commodity unit balance surplus tags en zh",
    "equipment": "equipment unit life fixed_cost closing_cost min_load run tags en zh",
    "capacity": "region equipment built amount",
    "builds": "region equipment replaces project from until max invest usable",
    "routes": "route region period cost clean en zh",
    "recipes": "route item amount",
    "factors": "item on burden amount",
    "availability": "equipment region slice amount",
    "sources": "region commodity supplier period slice price min max clean",
    "markets": "region commodity market period slice demand shortage_price price max",
    "links": "origin destination mode period km capacity loss equipment both",
    "freight": "mode commodity handling rate through",
    "stocks": "region commodity stock cycle first end max",
    "swaps": "rule new_region new_equipment old_region old_equipment ratio expired from",
    "policies": "policy row side metric coefficient lag region destination commodity equipment route party slice sense value"
    " each span from until price relax active authority en zh",
    "policy_values": "policy row region slice period value base",
    "levels": "commodity item equipment benchmark baseline",
}


def joined(*sources: str) -> str:
    """The sources of a computed figure, each once."""
    seen = dict.fromkeys(part for source in sources for part in source.split("; ") if part)
    return "; ".join(seen)


@dataclass(frozen=True)
class Figure:
    """A number, where it comes from, and how far it is trusted."""

    value: float
    source: str = ""
    trust: str = "sourced"

    def _with(self, other, result):
        if not isinstance(other, Figure):
            return Figure(result, self.source, self.trust)
        worst = max(self.trust, other.trust, key=TRUST.index)
        return Figure(result, joined(self.source, other.source), "derived" if worst == "sourced" else worst)

    def __add__(self, other):
        return self._with(other, self.value + number(other))

    def __radd__(self, other):
        return self._with(other, number(other) + self.value)

    def __sub__(self, other):
        return self._with(other, self.value - number(other))

    def __rsub__(self, other):
        return self._with(other, number(other) - self.value)

    def __mul__(self, other):
        return self._with(other, self.value * number(other))

    __rmul__ = __mul__

    def __truediv__(self, other):
        return self._with(other, self.value / number(other))

    def __neg__(self):
        return Figure(-self.value, self.source, self.trust)


def number(x) -> float:
    return x.value if isinstance(x, Figure) else float(x)


def text(x) -> str:
    """A cell: figures to six digits, no trailing zeros, blank for nothing."""
    if x is None or (isinstance(x, float) and x != x):
        return ""
    if isinstance(x, (int, str)):
        return str(x)
    value = number(x)
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"


def worst(figures) -> str:
    return max((f.trust for f in figures), key=TRUST.index, default="derived")


class Book:
    """Raw figures, assumptions and the tables written so far, for the plan or for the base year."""

    def __init__(self, base_year: bool = False):
        self.base_year = base_year
        self.rows: dict[str, list[dict]] = {name: [] for name in COLUMNS}
        self.used: set[str] = set()
        frame = pd.read_csv(HERE / "raw" / "assumptions.csv", dtype=str, keep_default_na=False)
        self.assumed = {(row["name"], row["period"]): float(row["value"]) for _, row in frame.iterrows()}
        self._raw: dict[str, pd.DataFrame] = {}
        starts = [2024] if base_year else [2025, 2030, 2035, 2040, 2050, 2060]
        years = [1] if base_year else [5, 5, 5, 10, 10, 10]
        self.periods = dict(zip(map(str, starts), starts, strict=False))
        self.years = dict(zip(self.periods, years, strict=False))

    def raw(self, name: str) -> pd.DataFrame:
        if name not in self._raw:
            frame = pd.read_csv(HERE / "raw" / f"{name}.csv")
            if "source" in frame:
                frame["source"] = frame["source"].mask(frame["source"].eq("same")).ffill()
            self._raw[name] = frame
        return self._raw[name]

    def assume(self, name: str, period: str = "") -> Figure:
        self.used.add(name)
        return Figure(self.assumed[name, period], f"assumption: {name}", "assumption")

    def path(self, name: str, start: int) -> Figure:
        """An assumption given by year, straight lines between the years, constant before and after."""
        self.used.add(name)
        points = {int(year): value for (n, year), value in self.assumed.items() if n == name and year}
        return Figure(straight(points, start), f"assumption: {name}", "assumption")

    def process(self, route: str, item: str) -> Figure:
        """One figure of `process_routes.csv`, by route and item."""
        frame = self.raw("process_routes")
        row = frame[(frame.route == route) & (frame.item == item)].iloc[0]
        return Figure(float(row.value), brief(row.source), row.confidence)

    def price(self, item: str, *years: int) -> Figure:
        """The mean price of an item over some years [1000 CNY per unit = billion CNY per million units]."""
        frame = self.raw("prices")
        rows = frame[(frame["item"] == item) & frame.year.isin(years)]
        trust = max(rows.confidence, key=TRUST.index)
        return Figure(rows.value.mean() / 1000, brief(rows.source.iloc[0]), trust)

    def add(self, table: str, source: str | None = None, note: str = "", **cells) -> None:
        """One row; source and trust follow from its figures unless a source is given."""
        figures = [x for x in cells.values() if isinstance(x, Figure)]
        row = {name.rstrip("_"): text(x) for name, x in cells.items()}
        unknown = set(row) - set(COLUMNS[table].split()) - {"note"}
        if unknown:
            raise KeyError(f"{table}: {unknown}")
        row["source"] = source if source is not None else joined(*(f.source for f in figures))
        row["note"] = note
        row["trust"] = worst(figures) if figures else ("assumption" if row["source"].startswith("assumption") else "derived")
        self.rows[table].append(row)

    def frame(self, table: str) -> pd.DataFrame:
        """The rows of a table, without columns that no row fills."""
        columns = [*COLUMNS[table].split(), "source", "note", "trust"]
        frame = pd.DataFrame(self.rows[table], columns=columns).fillna("")
        keep = [c for c in columns if c in ("source", "trust") or (frame[c] != "").any()]
        return frame[keep] if len(frame) else frame[columns]

    def write(self, folder: Path, tables) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in tables:
            self.frame(name).to_csv(folder / f"{name}.csv", index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")


def straight(points: dict[int, float], year: int) -> float:
    """The value at a year on straight lines between the given years."""
    years = sorted(points)
    if year <= years[0]:
        return points[years[0]]
    for a, b in itertools.pairwise(years):
        if year <= b:
            return points[a] + (points[b] - points[a]) * (year - a) / (b - a)
    return points[years[-1]]


def brief(source: str) -> str:
    """The first words of a raw source; the whole stands in raw/."""
    source = " ".join(str(source).replace(";", ",").split())
    return source if len(source) <= 90 else source[:87].rsplit(" ", 1)[0] + " ..."
