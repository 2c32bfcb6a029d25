"""Where and when a drawn instance plays, what it deals in, and which of its parts it has."""

from __future__ import annotations

from tests.drawn.draw import Draw


def setting(d: Draw) -> None:
    """Settings, regions, periods, slices, facts, commodities."""
    _regions(d)
    _periods(d)
    _slices(d)
    _facts(d)
    _commodities(d)


def _regions(d: Draw) -> None:
    d.regions = list("ABCD"[: d.pick([2, 2, 3, 3, 4])])
    inside = {"north": d.some(d.regions), "coast": d.some(d.regions) if d.maybe(0.3) else []}
    d.groups = {group: members for group, members in inside.items() if members}
    for r in d.regions:
        groups = "|".join(group for group, members in d.groups.items() if r in members)
        d.row("regions", region=r, groups=groups, latitude=d.sometimes(0.1, 20, 50), longitude=d.sometimes(0.1, 80, 130))


def _periods(d: Draw) -> None:
    start = 2025
    for number in range(d.pick([1, 2, 2, 2, 3])):
        years: float = d.whole(1, 5)
        weight = d.n(0.5, 5) if d.maybe(0.2) else None
        if weight is not None and d.maybe(0.3):
            years += 0.5
        d.periods.append(f"t{number + 1}")
        d.starts.append(start)
        d.row("periods", period=f"t{number + 1}", start=float(start), years=float(years), weight=weight)
        start += int(years + 0.5) + (d.whole(1, 3) if d.maybe(0.15) else 0)
    d.settings |= {"money": "CNY", "base_year": d.pick([2025, 2025, 2023]), "discount_rate": d.pick([0.0, d.n(0.01, 0.12)])}


def _slices(d: Draw) -> None:
    if d.maybe(0.45):
        return
    count = d.pick([2, 2, 3, 4])
    d.slices = [f"s{i + 1}" for i in range(count)]
    cuts = [d.whole(10, 30) for _ in d.slices]
    shares = [round(c / sum(cuts), 2) for c in cuts[1:]]
    named = d.maybe(0.6)
    for i, (s, share) in enumerate(zip(d.slices, [round(1 - sum(shares), 2), *shares], strict=True)):
        season = ("wet" if 2 * i < count else "dry") if named else ""
        d.seasons.setdefault(season or s, []).append(s)
        d.row("slices", slice=s, season=season, share=share)
    d.seasons = {season: members for season, members in d.seasons.items() if season not in d.slices}


def _facts(d: Draw) -> None:
    d.fact("power", 0.6)
    d.fact("dam", 0.5, "power")
    if d.fact("clean", 0.7, "power"):
        d.settings |= {"clean_commodity": "power", "clean_matching": d.pick(["nation-year", "region-year", "region-slice"])}
    d.fact("coal", 0.5)
    d.fact("gas", 0.4, "coal")
    d.fact("plant", 0.75)
    d.fact("scrap", 0.5, "plant")
    d.fact("refit", 0.4, "plant")
    d.fact("swaps", 0.3, "plant")
    d.fact("links", 0.7)
    d.fact("wire", 0.5, "links", "power")
    d.fact("yard", 0.35)
    d.fact("lake", 0.4, "power")
    d.fact("cavern", 0.5, "lake")
    d.fact("burdens", 0.65)
    d.fact("abroad", 0.6)


def _commodities(d: Draw) -> None:
    def good(name: str, unit: str, balance: str, surplus: str | None = None, tags: str = "") -> None:
        d.row("commodities", commodity=name, unit=unit, balance=balance, surplus=surplus, tags=tags)

    if d.maybe(0.25):
        d.facts.add("metal by slice")
    good("metal", "t", "slice" if d.has("metal by slice") else "year", d.pick([None, "yes", "no"]), d.pick(["", "goods"]))
    good("ore", "t", d.pick(["year", "year", "slice"]), None)
    for name, unit in (("scrap", "t"), ("coal", "t"), ("gas", "t"), ("power", "MWh")):
        if d.has(name):
            good(name, unit, "slice" if name == "power" else "year", None if name == "scrap" else "no", "fuel" if name in ("coal", "gas") else "")
    if d.has("burdens"):
        for name, unit in (("energy", "tce"), ("co2", "t"), ("jobs", "person")):
            good(name, unit, "tally")
