"""Amounts that no province, or not the whole country, has: most likely another unit was meant (万吨 for Mt). Said as a warning.

`reference_output.csv` holds what China and its provinces made in a late year, of goods under their usual names, with source and trust.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from models import units
from models.checking import Findings
from models.names import Names
from models.problems import rule

Frames = Mapping[str, pd.DataFrame]
COUNTRY, PROVINCE, SHARE = 3.0, 20.0, 0.05
"""Doubted is more than so many times what the country made; where a region is a province we know, more than so many times what that made, if it is
more than this share of the country. Chosen so that a hundred times too much is seen, and growth over decades is not."""
UNITS = ("万吨", "亿kWh", "Mt", "kt", "t", "TWh", "GWh", "MWh")
"""What may have been meant."""
AMOUNTS = (("markets", "demand"), ("markets", "max"), ("sources", "max"))


@dataclass(frozen=True)
class Made:
    """What a place made in a year."""

    amount: float
    unit: str
    year: str
    place: str


@cache
def _reference() -> dict[str, dict[str, Made]]:
    """By name of a commodity and of a province ("": the country)."""
    found: dict[str, dict[str, Made]] = {}
    with (Path(__file__).parent / "reference_output.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            places = row["region"].split("|")
            made = Made(float(row["amount"]), row["unit"], row["year"], places[0] or "China")
            for name in row["commodity"].split("|"):
                found.setdefault(name, {}).update(dict.fromkeys((place.casefold() for place in places), made))
    return found


def check_magnitudes(tables: Frames, names: Names, files: Mapping[str, str], found: Findings) -> None:
    """Appends one warning for each table and commodity with amounts that are too large to be meant."""
    known = _known(tables)
    if not known:
        return
    regions = {r: [cell.casefold() for cell in cells if cell] for r, *cells in _named(tables, "regions", "region")}
    doubted: dict[tuple[str, str, str], list[tuple[float, str, int]]] = {}
    for table, column, row, region, c, amount, per in _amounts(tables, names, known):
        reference, unit = known[c]
        for r in names.members(region, "region"):
            made = next((reference[name] for name in regions[r] if name in reference), None)
            country = reference[""].amount * units.factor(reference[""].unit, unit)
            usual = country if made is None else made.amount * units.factor(made.unit, unit)
            most = COUNTRY * country if made is None else max(PROVINCE * usual, SHARE * country)
            if amount * per > most:
                text = f"{r} {amount:,.6g} ({_meant(amount * per, unit, usual, made or reference[''])})"
                doubted.setdefault((table, column, c), []).append((-amount * per, text, row))
    for (table, column, c), rows in doubted.items():
        (_, text, row), more = min(rows), len(rows) - 1
        en = f"{c} in {text}" + (f", and {more} more" if more else "") + ": is the unit right?"
        zh = f"{c}：{text}" + (f"，另有 {more} 处" if more else "") + "，单位是否有误？"
        found.warnings.append(rule(en, zh, file=files.get(table, ""), table=table, row=row, column=column))


def _meant(amount: float, unit: str, usual: float, made: Made) -> str:
    """How far off an amount is, and in which unit it would be near."""
    said = f"{amount / usual:,.3g} x {made.place} {made.year}"
    for other in UNITS:
        ratio = units.ratio(other, unit)
        if ratio is not None and usual / 10 <= amount * ratio <= 2 * usual and abs(ratio - 1) > 1e-9:
            return f"{said}; {other}?"
    return said


def _named(tables: Frames, table: str, own: str) -> Iterator[tuple[str, ...]]:
    """Each name with all it is called."""
    columns = [own, own, *(c for c in ("en", "zh") if c in tables[table])]
    yield from tables[table][columns].itertuples(index=False, name=None)


def _known(tables: Frames) -> dict[str, tuple[dict[str, Made], str]]:
    """The commodities of an instance that the reference has, with it and their unit."""
    unit = dict(zip(tables["commodities"]["commodity"], tables["commodities"]["unit"], strict=True))
    found = {}
    for c, *cells in _named(tables, "commodities", "commodity"):
        reference = next((_reference()[cell.casefold()] for cell in cells if cell.casefold() in _reference()), None)
        if reference is not None and units.ratio(reference[""].unit, unit[c]) is not None:
            found[c] = reference, unit[c]
    return found


def _amounts(tables: Frames, names: Names, known: Mapping[str, object]) -> Iterator[tuple[str, str, int, str, str, float, float]]:
    """Table, column, row, region, commodity, number, and how much of the commodity in a year one of it is."""
    for table, column in AMOUNTS:
        frame = tables[table]
        for row, region, cell, amount in zip(frame.index, frame["region"], frame["commodity"], frame[column], strict=True):
            if amount > 0:
                yield from ((table, column, int(row), region, c, amount, 1.0) for c in known.keys() & names.members(cell, "commodity"))
    rates, frame = _rates(tables, names, known), tables["capacity"]
    for row, region, cell, amount in zip(frame.index, frame["region"], frame["equipment"], frame["amount"], strict=True):
        for q in rates.keys() & names.members(cell, "equipment"):
            yield from (("capacity", "amount", int(row), region, c, amount, rate) for c, rate in rates[q].items())


def _rates(tables: Frames, names: Names, known: Mapping[str, object]) -> dict[str, dict[str, float]]:
    """By equipment what a unit of it makes of each known commodity at least, by the recipes that occupy it."""
    makes: dict[str, dict[str, float]] = {}
    needs: dict[str, dict[str, float]] = {}
    for route, item, amount in tables["recipes"][["route", "item", "amount"]].itertuples(index=False):
        items = names.members(item, "item")
        for r in names.members(route, "route"):
            if amount > 0:
                for c in known.keys() & items:
                    makes.setdefault(r, {})[c] = min(amount, makes.get(r, {}).get(c, amount))
            else:
                for i in items:
                    needs.setdefault(r, {})[i] = max(-amount, needs.get(r, {}).get(i, -amount))
    found: dict[str, dict[str, float]] = {}
    equipment = set(names.kinds["equipment"])
    for r in makes.keys() & needs.keys():
        for q in equipment & needs[r].keys():
            for c, amount in makes[r].items():
                if needs[r][q] > 0:
                    rate = amount / needs[r][q]
                    found.setdefault(q, {})[c] = min(rate, found.get(q, {}).get(c, rate))
    return found
