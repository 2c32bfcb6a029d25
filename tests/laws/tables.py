"""Changes of an instance's rows that several laws are made of: names written out, rows of a place or policy, other names."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from models.formulation import METRICS
from models.tables import TABLES
from tests.drawn.draw import Cell, Draw, Row, Rows

PLACES = {name: [c.name for c in table.columns if c.of == "region" or c.name == "region"] for name, table in TABLES.items()}
"""The columns of each table whose cells are regions."""


def text(cell: Cell) -> str:
    """A cell of names; "" if blank."""
    return str(cell or "")


def parts(cell: Cell) -> list[str]:
    """The names of a cell."""
    return text(cell).split("|") if cell else []


def copied(rows: Rows) -> Rows:
    """Rows that may be changed."""
    return {name: [dict(row) for row in own] for name, own in rows.items()}


def with_places(d: Draw, rows: Rows) -> Rows:
    """Every blank, `*`, group and season-free cell of regions as the regions themselves, where blank means all of them.

    Left as they are: freight (its blanks hold for any link), policy_values (they fit any member), what a row of a policy that is not the first
    leaves blank in a column of `each` (it means the same member), and rows of metrics without that column.
    """
    rows = copied(rows)
    every = "|".join(d.regions)
    for name, own in rows.items():
        for row in own:
            for column in PLACES[name] if name not in ("regions", "ledger") else ():
                blank = text(row.get(column)) in ("", "*")
                if blank and (name in ("freight", "policy_values") or (name == "policies" and not _means_all(rows, row, column))):
                    continue
                row[column] = every if blank else "|".join(dict.fromkeys(r for part in parts(row[column]) for r in d.groups.get(part, [part])))
    return rows


def _means_all(rows: Rows, row: Row, column: str) -> bool:
    if {"region": "r", "destination": "d"}[column] not in METRICS[text(row["metric"])].scope:
        return False
    return text(row.get(column)) == "*" or bool(row.get("sense")) or column not in parts(each_of(rows, row))


def each_of(rows: Rows, row: Row) -> Cell:
    """The cell `each` of a policy row's head."""
    return next(head.get("each") for head in rows["policies"] if head["policy"] == row["policy"])


def without_policies(rows: Rows, gone: Callable[[list[Row]], bool]) -> Rows:
    """The rows without the policies that `gone` is true of (it is given all rows of one)."""
    rows = copied(rows)
    own = rows.get("policies", [])
    names = {text(row["policy"]) for row in own if gone([other for other in own if other["policy"] == row["policy"]])}
    for name in ("policies", "policy_values"):
        if name in rows:
            rows[name] = [row for row in rows[name] if row["policy"] not in names]
            if not rows[name]:
                del rows[name]
    return rows


def by(*columns: str) -> Callable[[list[Row]], bool]:
    """Is a policy written by one of these columns?"""
    return lambda rows: bool(set(columns) & set(parts(rows[0].get("each"))))


def widened(rows: Rows, column: str, of: Collection[str], name: str, more: str) -> None:
    """Where cells of a column say `name`, they say `more` too, in the tables given."""
    for table in of:
        for row in rows.get(table, ()):
            if name in parts(row.get(column)):
                row[column] = f"{row[column]}|{more}"


def renamed(settings: dict[str, Any], rows: Rows, new: Callable[[str], str]) -> tuple[dict[str, Any], Rows]:
    """Every name that the instance brings into being under another name, wherever it stands."""
    brought = {
        "regions": ["region", "groups"], "periods": ["period"], "slices": ["slice", "season"], "commodities": ["commodity", "tags"],
        "equipment": ["equipment", "tags"], "recipes": ["route"], "links": ["mode"], "sources": ["supplier"], "markets": ["market"],
        "stocks": ["stock"], "builds": ["project"], "swaps": ["rule"], "policies": ["policy"],
    }  # fmt: skip
    names = {part for table, columns in brought.items() for row in rows.get(table, ()) for c in columns for part in parts(row.get(c))}
    rows = copied(rows)
    for table, own in rows.items():
        columns = [c.name for c in TABLES[table].columns if not c.numeric and not c.choices and c.name not in ("unit", "each")]
        for row in own:
            for column in columns:
                if row.get(column):
                    row[column] = "|".join(new(part) if part in names else part for part in parts(row[column]))
    settings = dict(settings)
    if "clean_commodity" in settings:
        settings["clean_commodity"] = new(settings["clean_commodity"])
    if "projects" in settings:
        settings["projects"] = [new(p) for p in settings["projects"]]
    return settings, rows
