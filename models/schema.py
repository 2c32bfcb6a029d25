"""What a table and a column are: key, unit, bounds, default, meaning. The tables themselves stand in `tables.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["new_name", "name", "names", "label", "number", "year", "text", "choice", "flag"]

REFERENCE_KINDS: dict[str, tuple[str, ...]] = {
    "region": ("region", "group"),
    "commodity": ("commodity", "tag"),
    "equipment": ("equipment", "tag"),
    "item": ("commodity", "equipment", "tag"),
    "factor_item": ("commodity", "equipment", "mode", "tag"),
    "burden": ("commodity", "tag"),
    "route": ("route",),
    "period": ("period",),
    "slice": ("slice", "season"),
    "mode": ("mode",),
}
"""What may stand in a cell that refers to something, by what the cell asks for."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    `unit` is written with `u` (unit of the row's commodity), `Q` (of its equipment), `i` (of its item), `b` (of its burden), `¤` (money).
    `of` says what a name in the cell refers to (a key of REFERENCE_KINDS). A `label` is a key whose blank is a label of its own.
    """

    name: str
    kind: Kind
    doc: str
    zh: str
    of: str = ""
    key: bool = False
    required: bool = False
    default: float | str | None = None
    unit: str = ""
    above: float | None = None
    least: float | None = None
    most: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "year")

    @property
    def allowed(self) -> str:
        """The range in words: `> 0`, `>= 0 and <= 1`, ..."""
        ends = ((">", self.above), (">=", self.least), ("<=", self.most), ("<", self.below))
        return " and ".join(f"{sign} {end:g}" for sign, end in ends if end is not None)


@dataclass(frozen=True)
class Table:
    """One table: its columns in order; `amount` names the column that may have a `unit` column beside it."""

    name: str
    columns: tuple[Column, ...]
    doc: str
    zh: str
    amount: str = ""
    required: bool = False
    windowed: bool = False

    def __getitem__(self, column: str) -> Column:
        return next(c for c in self.columns if c.name == column)

    @property
    def keys(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.key)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)


COMMON = (
    Column("source", "text", "where the figure comes from", "来源"),
    Column("trust", "choice", "how far to trust the figures of the row", "可信度", choices=("sourced", "derived", "estimate", "assumption")),
    Column("note", "text", "a remark, kept and shown", "备注"),
)
"""Columns that every table may have."""
