"""What builders of instances write their tables from: figures of sources and assumptions, each with its source and trust.

A builder is run by hand, `PYTHONPATH=instances python instances/NAME/build.py`; the figures are those of `raw/` beside it.
"""

from __future__ import annotations

import csv
import re
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(sys.argv[0]).resolve().parent
"""The folder of the instance that is built."""
TRUST = ["sourced", "derived", "estimate", "assumption"]


@dataclass(frozen=True)
class Fact:
    """A number, where it comes from, and how far it is trusted; what is computed from two is trusted as the worse."""

    value: float
    source: str
    trust: str = "sourced"

    def __mul__(self, other: Fact | float) -> Fact:
        if isinstance(other, Fact):
            worst = max(self.trust, other.trust, "derived", key=TRUST.index)
            return Fact(self.value * other.value, "; ".join(dict.fromkeys(f"{self.source}; {other.source}".split("; "))), worst)
        return Fact(self.value * other, self.source, self.trust)

    def __neg__(self) -> Fact:
        return self * -1.0

    def __truediv__(self, other: Fact | float) -> Fact:
        return self * (Fact(1 / other.value, other.source, other.trust) if isinstance(other, Fact) else 1 / other)


def rows_of(name: str) -> list[dict[str, str]]:
    with (HERE / "raw" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


ASSUMED = {row["name"]: row["value"] for row in rows_of("assumptions")}
FIGURES = {row["name"]: Fact(float(row["value"]), row["source"].replace(";", ","), row["trust"]) for row in rows_of("figures")}
TABLES: dict[str, list[dict[str, object]]] = {}
USED: set[str] = set()


def a(name: str) -> Fact:
    """An assumption."""
    USED.add(name)
    return Fact(float(ASSUMED[name]), f"assumption: {name}", "assumption")


def f(name: str) -> Fact:
    """A figure of a source."""
    USED.add(name)
    return FIGURES[name]


def fact(row: dict[str, str], column: str) -> Fact:
    """A number of a raw table, with the source of its row; the name of a figure or an assumption stands for its number."""
    USED.update(re.findall(r"assumption: (\w+)", row["source"]))
    cell = row[column]
    return f(cell) if cell in FIGURES else a(cell) if cell in ASSUMED else Fact(float(cell), row["source"], row["trust"])


def add(table: str, **cells: object) -> None:
    """One row: its source and trust are those of the facts in it."""
    facts = [x for x in cells.values() if isinstance(x, Fact)]
    row = {name.rstrip("_"): f"{x.value:.6g}" if isinstance(x, Fact) else x for name, x in cells.items()}
    row.setdefault("source", "; ".join(dict.fromkeys(x.source for x in facts)) or "layout of the instance")
    row.setdefault("trust", max((x.trust for x in facts), key=TRUST.index, default="assumption"))
    TABLES.setdefault(table, []).append(row)


def write(path: Path, rows: list[dict[str, object]]) -> None:
    columns = [c for c in dict.fromkeys(c for row in rows for c in row) if any(row.get(c) not in (None, "") for row in rows)]
    columns = [c for c in columns if c not in ("source", "trust")] + ["source", "trust"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def require_all_used() -> None:
    """Ends with the names of figures and assumptions that no row uses."""
    USED.update(re.findall(r"assumption: (\w+)", " ".join(str(row["source"]) for rows in TABLES.values() for row in rows)))
    unused = (set(ASSUMED) | set(FIGURES)) - USED
    if unused:
        raise SystemExit(f"never used: {sorted(unused)}")
