"""Units: pint, with the words Chinese energy and industry statistics use. A unit that is not known counts as a dimension of its own."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

DEFINITIONS = """
CNY = [currency_CNY] = 元 = yuan = RMB
USD = [currency_USD]
EUR = [currency_EUR]
GBP = [currency_GBP]
JPY = [currency_JPY]
KRW = [currency_KRW]
INR = [currency_INR]
bn = 1e9
billion = 1e9
mn = 1e6
mill = 1e6
million = 1e6
thousand = 1e3
万 = 1e4
亿 = 1e8
百万 = 1e6
千 = 1e3
吨 = 1000 * kilogram
公斤 = 1 * kilogram
千克 = 1 * kilogram
万吨 = 1e7 * kilogram
百万吨 = 1e9 * kilogram
亿吨 = 1e11 * kilogram
kt = 1e6 * kilogram
Mt = 1e9 * kilogram
Gt = 1e12 * kilogram
万元 = 1e4 * CNY
百万元 = 1e6 * CNY
亿元 = 1e8 * CNY
千瓦 = 1000 * watt
万千瓦 = 1e7 * watt
兆瓦 = 1e6 * watt
吉瓦 = 1e9 * watt
千瓦时 = 3.6e6 * joule = 度
万千瓦时 = 3.6e10 * joule
亿千瓦时 = 3.6e14 * joule
兆瓦时 = 3.6e9 * joule
tce = 29.3076e9 * joule = 吨标准煤 = 吨标煤
kgce = 29.3076e6 * joule = 千克标准煤 = 千克标煤
gce = 29.3076e3 * joule = 克标准煤 = 克标煤
ktce = 29.3076e12 * joule
Mtce = 29.3076e15 * joule
toe = 41.868e9 * joule
万吨标准煤 = 29.3076e13 * joule = 万吨标煤
Nm3 = 1 * meter ** 3 = 标准立方米 = 立方米 = 方
万立方米 = 1e4 * meter ** 3
亿立方米 = 1e8 * meter ** 3
公里 = 1000 * meter = 千米
年 = 1 * year
人 = [persons] = person = persons = jobs
万人 = 1e4 * persons
辆 = [vehicles] = vehicle = vehicles
万辆 = 1e4 * vehicles
"""


class UnitError(ValueError):
    """A unit that cannot be read, or cannot be converted."""


@cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry(on_redefinition="ignore", cache_folder=None)
    for line in DEFINITIONS.strip().splitlines():
        registry.define(line)
    return registry


def _plain(text: str) -> str:
    """`m3` -> `m**3`, `t-km` stays a difference nobody wants: `t*km`."""
    text = text.strip().replace("·", "*").replace("⋅", "*").replace("²", "**2").replace("³", "**3").replace("^", "**")
    text = re.sub(r"\bt-km\b", "t*km", text)
    text = re.sub(r"(?<![A-Za-z0-9_])([kc]?m)([23])\b", r"\1**\2", text)
    return re.sub(r"(?<![A-Za-z])a(?![A-Za-z])", "year", text)


@cache
def quantity(text: str) -> Any:
    """The unit as a pint quantity; an unknown word becomes a dimension of its own.

    Raises UnitError for text that is no unit at all.
    """
    import pint

    registry = _registry()
    plain = _plain(text) or "dimensionless"
    for _ in range(8):
        try:
            return registry.Quantity(1, "dimensionless") * registry.parse_expression(plain)
        except pint.UndefinedUnitError as error:
            for name in [error.unit_names] if isinstance(error.unit_names, str) else error.unit_names:
                if not str(name).isidentifier():
                    raise UnitError(f"'{text}'") from None
                registry.define(f"{name} = [own_{name}]")
        except Exception as error:
            raise UnitError(f"'{text}' ({type(error).__name__})") from None
    raise UnitError(f"'{text}'")


@cache
def factor(unit: str, want: str) -> float:
    """The number by which an amount in `unit` is multiplied to be in `want`.

    Raises UnitError if either cannot be read or the dimensions differ.
    """
    if unit.strip() == want.strip():
        return 1.0
    ratio = (quantity(unit) / quantity(want)).to_base_units()
    if not ratio.dimensionless:
        raise UnitError(f"'{unit}' -> '{want}'")
    return float(f"{float(ratio.magnitude):.12g}")


@cache
def ratio(unit: str, want: str) -> float | None:
    """The same, None where there is no such number."""
    try:
        return factor(unit, want)
    except UnitError:
        return None


def expression(template: str, **units: str) -> str:
    """A column's unit template with the row's units put in: `¤/u` with ¤ = CNY, u = t gives `(CNY)/(t)`, `u` alone `t`."""
    if units.get(template):
        return units[template]
    return re.sub("[¤uQib]", lambda m: f"({units[m.group()]})" if units.get(m.group()) else m.group(), template.replace("yr", "year"))
