"""How the columns of the tables are written down, and those that several tables share."""

from __future__ import annotations

from models.schema import Column, Kind


def new_name(name: str, doc: str, zh: str) -> Column:
    """The column that brings a name into being."""
    return Column(name, "new_name", doc, zh, key=True, required=True)


def key(name: str, doc: str, zh: str, of: str = "", required: bool = False) -> Column:
    """A key cell: a name, a group or tag, `a|b`, or blank for all."""
    return Column(name, "name", doc, zh, of=of or name, key=True, required=required)


def label(name: str, doc: str, zh: str, kind: Kind = "label", of: str = "", unit: str = "", default: float | None = None) -> Column:
    """A key cell whose blank is a label of its own."""
    return Column(name, kind, doc, zh, of=of, unit=unit, default=default, key=True)


def number(
    name: str, unit: str, doc: str, zh: str, required: bool = False, default: float | None = None,
    above: float | None = None, least: float | None = None, most: float | None = None, below: float | None = None,
) -> Column:  # fmt: skip
    """A number, and the range it must lie in."""
    return Column(name, "number", doc, zh, unit=unit, required=required, default=default, above=above, least=least, most=most, below=below)


def year(name: str, doc: str, zh: str, required: bool = False) -> Column:
    """A year of the calendar."""
    return Column(name, "year", doc, zh, unit="yr", required=required)


def text(name: str, doc: str, zh: str) -> Column:
    """Text that is kept and shown."""
    return Column(name, "text", doc, zh)


def choice(name: str, choices: str, doc: str, zh: str, key: bool = False, required: bool = False, default: str | None = None) -> Column:
    """One of several words."""
    return Column(name, "choice", doc, zh, choices=tuple(choices.split()), key=key, required=required, default=default)


def flag(name: str, default: str, doc: str, zh: str) -> Column:
    """yes or no."""
    return Column(name, "flag", doc, zh, default=default, choices=("yes", "no"))


EN, ZH = text("en", "name shown in English", "英文名"), text("zh", "name shown in Chinese", "中文名")
REGION = key("region", "place, group of places, or blank for all", "地区")
PERIOD = key("period", "period, or blank for all", "时期")
SLICE = key("slice", "slice or season, or blank", "时段")
COMMODITY = key("commodity", "commodity, tag, or blank for all", "商品")
EQUIPMENT = key("equipment", "equipment, tag, or blank for all", "设备")
FROM = year("from", "first year: periods that start in it or later", "起始年")
UNTIL = year("until", "last year: periods that start in it or earlier", "截止年")
