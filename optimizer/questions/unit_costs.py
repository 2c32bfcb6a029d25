"""What one unit of capacity costs at the prices of a plan, by part: directions of change made readable per unit of product."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.instance import Instance
from optimizer.directions import Directions, directions
from optimizer.idle import without_idle_rents
from optimizer.questions.spoken import Spoken, price_unit
from optimizer.reduced_costs import Part, ReducedCosts
from optimizer.solved import Solved

SMALL = 1e-9
"""Share of the largest part below which a part is left out of tables (never out of sums)."""


@dataclass(frozen=True)
class Split:
    """One direction, split: `parts` per unit of `product` (blank: per unit of capacity and year) in `unit`; they add up to `total`. `held`: by
    policy, what it asks of the capacity itself, running or not."""

    region: str
    equipment: str
    period: str
    move: str
    replaces: str
    amount: float
    product: str
    unit: str
    parts: dict[tuple[str, str], float]
    total: float
    held: dict[str, float]

    def turned(self) -> Split:
        """The same the other way round: of a closure, what keeping one unit costs."""
        parts = {key: -value for key, value in self.parts.items()}
        return replace(self, move="kept", amount=0.0, parts=parts, total=-self.total, held={name: -value for name, value in self.held.items()})

    def kind(self, *kinds: str) -> float:
        """The sum of the parts of some kinds."""
        return sum(value for (kind, _), value in self.parts.items() if kind in kinds)


class UnitCosts:
    """Splits directions of a solved model; `full` and `product` as in `directions`."""

    def __init__(self, instance: Instance, solved: Solved) -> None:
        self.instance, self.solved, self.costs = instance, solved, ReducedCosts(solved, without_idle_rents(solved))
        self.money = instance.settings.money
        self.spoken = Spoken(instance)
        self.units = {
            name: str(unit)
            for table, column in (("commodities", "commodity"), ("equipment", "equipment"))
            for name, unit in zip(instance.tables[table][column], instance.tables[table]["unit"], strict=True)
        }

    def moves(self, full: bool = False, product: str = "") -> tuple[Directions, pd.DataFrame]:
        """The directions, and their frame with labels and `total` [¤/Q, present value]."""
        found = directions(self.solved, self.costs, full, product)
        return found, found.frame.to_pandas().assign(total=found.total)

    def split(self, found: Directions, chosen: np.ndarray, product: str = "") -> list[Split]:
        """The directions chosen by number, split and levelised: present value ÷ discounted output of the product (the good that brings most,
        unless one is named); without output ÷ discounted years."""
        labels = found.frame[chosen].to_pandas()
        values, held = found.parts(chosen), found.parts(chosen, running=False)
        made = np.asarray(found.made[:, chosen].todense())
        goods = self.solved.model.board.labels.decode(found.goods)
        return [self._one(row, values[:, n], held[:, n], dict(zip(goods, made[:, n], strict=True)), float(found.stands[chosen[n]]), product)
                for n, row in enumerate(labels.to_dict("records"))]  # fmt: skip

    def _one(self, row: dict[str, object], values: np.ndarray, held: np.ndarray, made: dict[str, float], stands: float, product: str) -> Split:
        sign = -1.0 if row["move"] == "closed" else 1.0
        worth = {good: 0.0 for good, amount in made.items() if amount > 0}
        for part, value in zip(self.costs.parts, values, strict=True):
            if part.kind == "goods" and part.item in worth:
                worth[part.item] -= sign * value
        good = product or (max(worth, key=lambda g: worth[g]) if worth else "")
        output = made.get(good, 0.0)
        equipment = str(row["q"])
        if output > 0:
            factor, unit = price_unit(self.money, self.units[good])
            scale = factor / output
        else:
            good, scale, unit = "", 1.0 / stands, f"{self.money}/{self.units[equipment].removesuffix('/yr')}/yr"
            factor, plain = price_unit(self.money, self.units[equipment])
            if plain != f"{self.money}/{self.units[equipment].removesuffix('/yr')}":
                scale, unit = factor / stands, f"{plain}/yr"
        parts: dict[tuple[str, str], float] = {}
        for part, value in zip(self.costs.parts, values * scale, strict=True):
            key = self._named(part, good)
            parts[key] = parts.get(key, 0.0) + float(value)
        largest = max(map(abs, parts.values()), default=0.0)
        shown = {key: value for key, value in parts.items() if abs(value) > SMALL * largest}
        total = float(values.sum() * scale)
        total = total if abs(total) > SMALL * largest else 0.0
        asked = {part.item: float(value) * scale for part, value in zip(self.costs.parts, held, strict=True) if part.kind == "policy"}
        return Split(
            str(row["r"]), equipment, str(row["t"]), str(row["move"]), str(row["o"]), float(str(row["amount"])), good, unit, shown, total, asked
        )

    @staticmethod
    def _named(part: Part, good: str) -> tuple[str, str]:
        if part.kind != "goods":
            return part.kind, part.item
        kind = "product" if part.item == good else "input"
        return f"{kind} at a shortage penalty" if part.penalty else kind, part.item


def parts_table(splits: list[Split]) -> pd.DataFrame:
    """Rows: region, equipment, period, move, kind, item, cost, unit; the parts of each direction from the largest on, then their sum."""
    rows = []
    for split in splits:
        head = {"region": split.region, "equipment": split.equipment, "period": split.period, "move": split.move}
        for (kind, item), value in sorted(split.parts.items(), key=lambda part: -abs(part[1])):
            rows.append(head | {"kind": kind, "item": item, "cost": value, "unit": split.unit})
        rows.append(head | {"kind": "sum", "item": "", "cost": split.total, "unit": split.unit})
    return pd.DataFrame(rows, columns=["region", "equipment", "period", "move", "kind", "item", "cost", "unit"])
