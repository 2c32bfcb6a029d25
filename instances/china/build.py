"""Builds the tables of the instance `china` from `raw/` (the figures of the sources, and `assumptions.csv`).

Run by hand: `python instances/china/build.py`. The same code writes the plan (2025-2060) and, into `scenarios/base-year/`, the tables in
which the base year differs.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from building import aluminium, carbon, demand, electricity, geography, lines, minerals, pace, policies, review, silicon, steel, supply
from building.book import COLUMNS, HERE, Book

MAIN = """schema = 1
title = "China: energy-intensive industry in 31 provinces, 2025-2060"
money = "bn CNY"
base_year = 2025
discount_rate = {rate}
clean_commodity = "electricity"
clean_matching = "region-slice"
licence = "figures: see SOURCES.md; GEM, SFI CC BY 4.0"
"""


def write_all(base_year: bool) -> Book:
    book = Book(base_year)
    geography.add(book)
    steel.add(book)
    aluminium.add(book)
    minerals.add(book)
    silicon.add(book)
    for equipment, name in (("industry", "full_use"), ("pots", "aluminium_availability")):
        book.add("availability", equipment=equipment, amount=book.assume(name))
    electricity.add(book)
    lines.add(book)
    supply.add(book)
    demand.add(book)
    policies.add(book)
    carbon.add(book)
    pace.add(book)
    review.add(book)
    return book


def main() -> None:
    plan, base = write_all(False), write_all(True)
    plan.write(HERE, COLUMNS)
    differs = [name for name in COLUMNS if not plan.frame(name).equals(base.frame(name))]
    base.write(HERE / "scenarios" / "base-year", differs)
    rate = plan.price("discount_rate", 2024).value * 1000
    (HERE / "instance.toml").write_text(MAIN.format(rate=f"{rate:.3g}"), encoding="utf-8")
    lines = ['title = "The year 2024: today\'s capacity, output and hydrology of 2023/24"', ""]
    for name in differs:
        lines += ["[[replace]]", f'table = "{name}"', f'file = "base-year/{name}.csv"', ""]
    lines += ["[[change]]", 'table = "instance"', 'column = "base_year"', 'how = "set"', "value = 2024", ""]
    (HERE / "scenarios" / "base-year.toml").write_text("\n".join(lines), encoding="utf-8")
    unused = {name for name, _ in plan.assumed} - plan.used - base.used
    if unused:
        raise SystemExit(f"assumptions never used: {sorted(unused)}")
    for name in COLUMNS:
        print(f"{name:15} {len(plan.rows[name]):6} {len(base.rows[name]) if name in differs else '':>6}")


if __name__ == "__main__":
    main()
