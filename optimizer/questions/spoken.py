"""Numbers, prices and names as a planner says them."""

from __future__ import annotations

from functools import cache
from typing import Any

from models import units
from models.instance import Instance

NAMED = {"regions": "region", "equipment": "equipment", "commodities": "commodity", "policies": "policy", "routes": "route"}
"""Tables that give names in Chinese, and the column of the name."""


@cache
def price_unit(money: str, unit: str) -> tuple[float, str]:
    """The factor that turns an amount in `money` per `unit` into the unit in which prices are quoted, and that unit: bn CNY/Mt -> CNY/t,
    bn CNY/TWh -> CNY/MWh, bn CNY/GW -> CNY/kW. What is not of a known dimension stays as it is."""
    unit = unit.removesuffix("/yr")
    common = _common(unit)
    currency = next((word for word in ("CNY", "USD", "EUR", "GBP", "JPY", "KRW", "INR") if _same(money, word)), money)
    if common is None:
        return 1.0, f"{money}/{unit}"
    factor = units.factor(money, currency) / units.factor(unit, common)
    return float(f"{factor:.12g}"), f"{currency}/{common}"


def _common(unit: str) -> str | None:
    if _same(unit, "tce"):
        return "tce" if "ce" in unit or "煤" in unit else "MWh"
    return next((common for common in ("t", "kW") if _same(unit, common)), None)


def _same(unit: str, other: str) -> bool:
    try:
        units.factor(unit, other)
    except units.UnitError:
        return False
    return True


def amount(value: float) -> str:
    """A number in running text: three digits, or whole."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def zh_names(instance: Instance) -> dict[str, str]:
    """The Chinese names of an instance's regions, equipment, commodities, policies and routes, where it gives them."""
    found = {"(all)": "全部"}
    for table, column in NAMED.items():
        frame = instance.tables[table]
        for name, zh in zip(frame[column], frame["zh"], strict=True):
            if zh:
                found.setdefault(name, zh)
    return found


class Spoken:
    """Names in Chinese; a name without one is said as it is."""

    def __init__(self, instance: Instance) -> None:
        self._zh = zh_names(instance)

    def zh(self, name: Any) -> str:
        return self._zh.get(str(name), str(name))
