"""What in checked tables is not wrong but doubtful, and said as a warning; and instances too large to be stated at all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from models import units
from models.checking import Findings
from models.held import Asked, Held, Reading
from models.magnitudes import check_magnitudes
from models.names import Names
from models.problems import Problem, rule

Frames = Mapping[str, pd.DataFrame]
LARGEST = 50_000_000
"""Shipments (link x commodity x period x slice) from which an instance is refused: they alone would take some ten gigabytes."""
SHOWN = 5
"""Names listed in one warning."""
RARE = 0.1
"""Share of the ways of a mode up to which those without a way back are doubted."""


def check_doubts(tables: Frames, names: Names, files: Mapping[str, str], found: Findings, held: Held) -> Held:
    """Appends warnings, and a problem where the instance is too large; what `held` says of the same tables and names is not asked again. Returns
    what each doubt has read and said."""
    for doubt in (_too_large, _inside_a_period, _demand_with_gaps, _one_way, _mass_gained, check_magnitudes):
        if doubt.__name__ not in held:
            reading, own = Reading(tables), Findings()
            doubt(reading, names, files, own)
            found.problems.extend(own.problems)
            held = held | {doubt.__name__: Asked(frozenset(reading.read), tuple(own.warnings))}
        found.warnings.extend(held[doubt.__name__].warned)
    return held


def _inside_a_period(tables: Frames, names: Names, files: Mapping[str, str], found: Findings) -> None:
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
        shown = _listed(places)
        en = f"no demand of {commodity} in {period} for {shown}, which have it before: taken as none"
        zh = f"{shown} 此前有 {commodity} 需求，{period} 没有：按无需求处理"
        found.warnings.append(rule(en, zh, file=files.get("markets", ""), table="markets", column="demand"))


def _one_way(tables: Frames, names: Names, files: Mapping[str, str], found: Findings) -> None:
    """Links one way only, where nearly all others of their mode lead both ways or there is no other: was the way back forgotten?"""
    single: dict[str, set[tuple[str, str]]] = {}
    many: dict[str, list[tuple[set[str], set[str]]]] = {}
    for origin, destination, mode, both in tables["links"][["origin", "destination", "mode", "both"]].itertuples(index=False):
        starts, ends = names.members(origin, "region"), names.members(destination, "region")
        back = both == "yes"
        if len(starts) == len(ends) == 1:
            single.setdefault(mode, set()).update([(starts[0], ends[0]), *([(ends[0], starts[0])] if back else ())])
        else:
            many.setdefault(mode, []).extend([(set(starts), set(ends)), *([(set(ends), set(starts))] if back else ())])
    for mode, own in single.items():
        lone = [(a, b) for a, b in sorted(own) if (b, a) not in own and not any(b in starts and a in ends for starts, ends in many.get(mode, ()))]
        if lone and (len(own) == 1 or len(lone) < RARE * len(own)):
            shown = _listed([f"{a} → {b}" for a, b in lone])
            en, zh = f"{mode} leads one way only: {shown}; both = yes if both are meant", f"{mode} 仅为单向：{shown}；若为双向请填 both = yes"
            found.warnings.append(rule(en, zh, file=files.get("links", ""), table="links", column="both"))


def _mass_gained(tables: Frames, names: Names, files: Mapping[str, str], found: Findings) -> None:
    """Recipes that make more tons than they use: a wrong unit, or an input (air, water, flux) that is left out?"""
    tons = _tons(tables)
    used: dict[str, dict[str, float]] = {}
    made: dict[str, dict[str, float]] = {}
    for route, item, amount in tables["recipes"][["route", "item", "amount"]].itertuples(index=False):
        for r in names.members(route, "route"):
            for c in tons.keys() & names.members(item, "item"):
                if amount < 0:
                    used.setdefault(r, {})[c] = max(used.get(r, {}).get(c, 0.0), -amount * tons[c])
                elif amount > 0:
                    made.setdefault(r, {})[c] = min(made.get(r, {}).get(c, np.inf), amount * tons[c])
    gains = {r: sum(own.values()) / sum(used[r].values()) for r, own in made.items() if r in used}
    gained = [f"{r} ({gain:.3g} t)" for r, gain in gains.items() if gain > 1 + 1e-6]
    if gained:
        en = f"more tons are made than used, by the ton: {_listed(gained)}; a wrong unit, or are inputs left out?"
        zh = f"每投入 1 吨的产出超过 1 吨：{_listed(gained)}；单位是否有误，或有投入未列？"
        found.warnings.append(rule(en, zh, file=files.get("recipes", ""), table="recipes", column="amount"))


def _tons(tables: Frames) -> dict[str, float]:
    """Tons in a unit of each commodity that is counted by mass; without burdens."""
    frame = tables["commodities"]
    tons = {c: units.ratio(unit, "t") for c, unit in frame.loc[frame["balance"] != "tally", ["commodity", "unit"]].itertuples(index=False)}
    return {c: ton for c, ton in tons.items() if ton is not None}


def _listed(places: list[str]) -> str:
    return ", ".join(places[:SHOWN]) + (f" ... ({len(places)})" if len(places) > SHOWN else "")


def _too_large(tables: Frames, names: Names, files: Mapping[str, str], found: Findings) -> None:
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
