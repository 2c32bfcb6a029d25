"""The same instance in other units: every number of its tables by the unit that the schema gives its column.

Money, every commodity, burden and equipment, and the activity of routes may each be counted in a unit of its own. What stands in one cell, in
one sum of a policy, on one shared link or in one equipment that limits a flow or a level must be counted in one unit: such names form a class.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from models.formulation import METRICS
from models.tables import TABLES
from tests.drawn.draw import Cell, Row, Rows
from tests.laws.tables import copied, parts, text


@dataclass(frozen=True)
class Units:
    """By what the numbers of amounts are multiplied: money, names (commodities, burdens, equipment; 1 if not there), activity of routes."""

    money: float = 1.0
    names: dict[str, float] = field(default_factory=dict)
    activity: float = 1.0

    def of(self, names: Iterable[str]) -> float:
        """The factor of one class."""
        found = {self.names.get(name, 1.0) for name in names}
        assert len(found) <= 1, "names of one cell in different units"
        return next(iter(found), 1.0)


class Book:
    """What the cells of an instance's rows stand for."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.commodities = [text(row["commodity"]) for row in rows["commodities"]]
        self.equipment = [text(row["equipment"]) for row in rows["equipment"]]
        self.modes = sorted({text(row["mode"]) for row in rows.get("links", ())})
        tagged = [(text(row[c]), row) for table, c in (("commodities", "commodity"), ("equipment", "equipment")) for row in rows[table]]
        self.tags: dict[str, list[str]] = {}
        for name, row in tagged:
            for tag in parts(row.get("tags")):
                self.tags.setdefault(tag, []).append(name)

    def names(self, cell: Cell, every: list[str]) -> list[str]:
        """The names of a cell: of tags their members, of a blank all."""
        if text(cell) in ("", "*"):
            return every
        return [name for part in parts(cell) for name in self.tags.get(part, [part]) if part not in self.tags or name in every]

    def goods(self, mode: Cell) -> list[str]:
        """What is carried on a mode."""
        own = self.names(mode, self.modes)
        return [c for row in self.rows.get("freight", ()) if set(own) & set(self.names(row.get("mode"), self.modes)) for c in parts(row["commodity"])]

    def summed(self, row: Row) -> list[str]:
        """The names in whose unit a policy row counts; none if it counts in money, activity or numbers."""
        unit = METRICS[text(row["metric"])].unit
        if unit in ("u", "b"):
            return self.names(row.get("commodity"), self.commodities)
        return self.names(row.get("equipment"), self.equipment) if unit == "Q" else []

    def classes(self) -> list[list[str]]:
        """The names that must be counted in one unit, by class."""
        together: list[list[str]] = [[name] for name in (*self.commodities, *self.equipment)]
        for table, columns in (
            ("capacity", ["equipment"]), ("builds", ["equipment"]), ("sources", ["commodity"]), ("markets", ["commodity"]),
            ("freight", ["commodity"]), ("recipes", ["item"]), ("factors", ["item", "burden"]),
        ):  # fmt: skip
            for row in self.rows.get(table, ()):
                together += [self.names(row.get(c), self.equipment if c == "equipment" else [*self.commodities, *self.equipment]) for c in columns]
        for row in self.rows.get("swaps", ()):
            together += [self.names(row.get(f"{side}_equipment"), self.equipment) for side in ("new", "old")]
        together += [[text(row["new_equipment"]), text(row["old_equipment"])] for row in self.rows.get("ledger", ())]
        for row in self.rows.get("links", ()):
            together.append(self.goods(row["mode"]) + parts(row.get("equipment")))
        together += [[text(row["commodity"]), *parts(row.get("equipment"))] for row in self.rows.get("stocks", ())]
        together += [self.goods(row["item"]) for row in self.rows.get("factors", ()) if row["on"] == "freight"]
        together += [self.summed(row) for row in self.rows.get("policies", ())]
        together = [[name for name in own if name not in self.modes] for own in together]
        merged: list[set[str]] = []
        for own in together:
            touching = [group for group in merged if group & set(own)]
            merged = [group for group in merged if group not in touching] + [set(own).union(*touching)]
        return sorted(sorted(group) for group in merged if group)


def in_units(rows: Rows, units: Units) -> Rows:
    """The rows with every number in the other units."""
    book, out = Book(rows), copied(rows)
    for row in out.get("builds", ()):
        if row.get("replaces"):
            row["ratio"] = row.get("ratio") or 1.0
    for name, own in out.items():
        if name not in ("policies", "policy_values"):
            for row in own:
                for column in TABLES[name].columns:
                    value = row.get(column.name)
                    if column.numeric and isinstance(value, float):
                        row[column.name] = value * _factor(book, units, name, column.name, row)
    _policies(book, units, out)
    return out


def _factor(book: Book, units: Units, table: str, column: str, row: Row) -> float:
    """What a number of a column is multiplied by."""
    every = [*book.commodities, *book.equipment]
    if column == "ratio":
        over, under = ("old_equipment", "new_equipment") if table == "swaps" else ("equipment", "replaces")
        return units.of(book.names(row.get(over), book.equipment)) / units.of(book.names(row.get(under), book.equipment))
    letters = {
        "¤": lambda: units.money,
        "u": lambda: units.of(book.names(row.get("commodity"), book.commodities) if table != "links" else book.goods(row["mode"])),
        "Q": lambda: units.of(book.names(row.get("equipment", row.get("new_equipment")), book.equipment)),
        "i": lambda: units.of(book.goods(row["item"]) if row.get("on") == "freight" else book.names(row["item"], every)),
        "b": lambda: units.of(parts(row["burden"])),
    }
    over, *below = TABLES[table][column].unit.split("/")
    factor = letters[over]() if over in letters else 1.0
    for letter in below:
        factor /= letters[letter]() if letter in letters else 1.0
    return factor / units.activity if (table, column) in (("routes", "cost"), ("recipes", "amount")) else factor


def _policies(book: Book, units: Units, rows: Rows) -> None:
    """Values are in the unit of the head's metric; coefficients bring each row's into it; factors of the right side have no unit."""
    heads = {text(row["policy"]): row for row in rows.get("policies", ()) if row.get("sense")}
    shared = {text(row["policy"]) for row in rows.get("policies", ()) if row.get("side") == "right"}

    def of_row(row: Row) -> float:
        unit = METRICS[text(row["metric"])].unit
        if unit == "¤":
            return units.money
        return units.activity if unit == "activity" else units.of(book.summed(row)) if unit != "1" else 1.0

    def of_value(policy: str) -> float:
        head = heads[policy]
        return units.money / of_row(head) if head["sense"] == "price" else 1.0 if policy in shared else of_row(head)

    for row in rows.get("policies", ()):
        policy = text(row["policy"])
        head, own = heads[policy], of_row(heads[policy]) / of_row(row)
        given = any(v["policy"] == policy and v.get("row") == row.get("row") and v.get("row") for v in rows.get("policy_values", ()))
        if isinstance(row.get("coefficient"), float) or (own != 1 and not given):
            coefficient = row.get("coefficient")
            row["coefficient"] = (coefficient if isinstance(coefficient, float) else 1.0) * own
        if row is head:
            row["value"] = value * of_value(policy) if isinstance(value := row.get("value"), float) else None
            row["price"] = price * units.money / of_row(row) if isinstance(price := row.get("price"), float) else None
    for row in rows.get("policy_values", ()):
        policy = text(row["policy"])
        other = [of_row(r) for r in rows["policies"] if r["policy"] == policy and r.get("row") == row.get("row")] if row.get("row") else []
        factor = of_row(heads[policy]) / other[0] if other else of_value(policy)
        for column, by in (("value", factor), ("base", of_row(heads[policy]))):
            if isinstance(number := row.get(column), float):
                row[column] = number * by


def in_power(rows: Rows, names: list[str], power: int, said: bool) -> Rows:
    """The rows with a class of names counted in a unit 10^power times smaller. `said`: the unit cells of the names say so, where there is a word
    for it, and a policy's value with a unit of its own stays as it is."""
    out = in_units(rows, Units(names=dict.fromkeys(names, 10.0**power)))
    if not said:
        return out
    for table, column in (("commodities", "commodity"), ("equipment", "equipment")):
        for row in out[table]:
            if row[column] in names:
                row["unit"] = f"1e{-power}*{row['unit']}"
    for row, before in zip(out.get("policies", ()), rows.get("policies", ()), strict=True):
        if row.get("unit") and METRICS[text(row["metric"])].unit != "¤":
            row["value"] = before.get("value")
    return out
