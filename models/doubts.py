"""What in checked tables is not wrong but doubtful, and said as a warning; and instances too large to be stated at all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from models.checking import Findings
from models.names import Names
from models.problems import Problem, rule

Frames = Mapping[str, pd.DataFrame]
LARGEST = 50_000_000
"""Shipments (link x commodity x period x slice) from which an instance is refused: they alone would take some ten gigabytes."""
SHOWN = 5
"""Names listed in one warning."""


def check_doubts(tables: Frames, names: Names, files: Mapping[str, str], found: Findings) -> None:
    """Appends warnings, and a problem where the instance is too large."""
    _inside_a_period(tables, names, found)
    _demand_with_gaps(tables, names, files, found)
    _too_large(tables, names, found)


def _inside_a_period(tables: Frames, names: Names, found: Findings) -> None:
    """Warns of lives that end inside a period."""
    life = tables["equipment"].set_index("equipment")["life"]
    starts = tables["periods"]["start"].to_numpy()
    for i, cell, built in zip(tables["capacity"].index, tables["capacity"]["equipment"], tables["capacity"]["built"], strict=True):
        for q in names.members(cell, "equipment"):
            end = built + life.get(q, np.nan)
            if np.isfinite(end) and end < starts[-1] and end not in starts:
                said = {
                    "en": f"{q} expires in {end:g}, inside a period: it counts to that period's end",
                    "zh": f"{q} 于 {end:g} 年在时期内到期，计至期末",
                }
                found.warnings.append(Problem("rule", table="capacity", row=int(i), column="built", said=said))


def _demand_with_gaps(tables: Frames, names: Names, files: Mapping[str, str], found: Findings) -> None:
    """Firm demand that is given for some periods and no more for a later one: forgotten, or meant?"""
    periods = names.kinds["period"]
    frame = tables["markets"]
    frame = frame[frame["demand"] > 0]
    gaps: dict[tuple[str, str], list[str]] = {}
    for (region, commodity, market), own in frame.groupby(["region", "commodity", "market"], sort=False):
        given = {p for cell in own["period"] for p in names.members(cell, "period")}
        first = min(periods.index(p) for p in given)
        for period in periods[first:]:
            if period not in given:
                gaps.setdefault((commodity, period), []).append(f"{region} {market}".strip() or "(all)")
    for (commodity, period), places in gaps.items():
        shown = ", ".join(places[:SHOWN]) + (f" ... ({len(places)})" if len(places) > SHOWN else "")
        en = f"no demand of {commodity} in {period} for {shown}, which have it before: taken as none"
        zh = f"{shown} 此前有 {commodity} 需求，{period} 没有：按无需求处理"
        found.warnings.append(rule(en, zh, file=files.get("markets", ""), table="markets", column="demand"))


def _too_large(tables: Frames, names: Names, found: Findings) -> None:
    """Refused before anything of it is stated."""
    carried: dict[str, int] = {}
    for modes, goods in zip(tables["freight"]["mode"], tables["freight"]["commodity"], strict=True):
        for mode in names.members(modes, "mode"):
            carried[mode] = max(carried.get(mode, 0), len(names.members(goods, "commodity")))
    links = tables["links"]
    pairs = sum(
        len(names.members(link["origin"], "region")) * len(names.members(link["destination"], "region"))
        * (2 if link["both"] == "yes" else 1) * carried.get(link["mode"], 0)
        for link in links[["origin", "destination", "mode", "both"]].to_dict("records")
    )  # fmt: skip
    count = pairs * len(names.kinds["period"]) * len(names.kinds["slice"]) / 1e6
    if count > LARGEST / 1e6:
        most = LARGEST / 1e6
        en = f"about {count:,.0f} million shipments (link x commodity x period x slice), the limit is {most:,.0f} million: join neighbours only"
        zh = f"约 {count:,.0f} 百万个运输变量（线路×商品×时期×时段），上限 {most:,.0f} 百万：请只连接相邻地区"
        found.problems.append(Problem("rule", table="links", said={"en": en, "zh": zh}))
