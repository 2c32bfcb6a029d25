"""Provinces, their groups, the seasons, and the ways goods travel.

Rail joins neighbours only: two capitals are neighbours if no way through a third capital is as short (within `rail_neighbour_slack`).
Coast and river are chains from port to port. All three are layers that are travelled through, so that loading is paid once.
"""

from __future__ import annotations

import itertools

from .book import Book, Figure, brief

GRIDS = {
    "North China": "north_grid",
    "Northeast": "northeast_grid",
    "East China": "east_grid",
    "Central China": "central_grid",
    "South China": "south_grid",
    "Southwest": "southwest_grid",
    "Northwest": "northwest_grid",
}
PORTS = ["Liaoning", "Hebei", "Tianjin", "Shandong", "Jiangsu", "Shanghai", "Zhejiang", "Fujian", "Guangdong", "Guangxi", "Hainan"]
COAST = [  # the chain of sea ports, with its two ends branching
    ("Liaoning", "Tianjin"),
    ("Liaoning", "Shandong"),
    ("Hebei", "Tianjin"),
    ("Hebei", "Liaoning"),
    ("Tianjin", "Shandong"),
    ("Hebei", "Shandong"),
    ("Shandong", "Shanghai"),
    ("Shandong", "Jiangsu"),
    ("Shanghai", "Zhejiang"),
    ("Jiangsu", "Zhejiang"),
    ("Zhejiang", "Fujian"),
    ("Fujian", "Guangdong"),
    ("Guangdong", "Hainan"),
    ("Guangdong", "Guangxi"),
    ("Hainan", "Guangxi"),
]
RIVER = [
    ("Shanghai", "Jiangsu"),
    ("Jiangsu", "Anhui"),
    ("Anhui", "Jiangxi"),
    ("Jiangxi", "Hubei"),
    ("Hubei", "Hunan"),
    ("Hubei", "Chongqing"),
    ("Hunan", "Chongqing"),
    ("Chongqing", "Sichuan"),
]
BY_RAIL = "ore|scrap|steel|bauxite|alumina|aluminium|aluminium_scrap|clinker|glass|ferrosilicon|magnesium|silicon|polysilicon"
BY_SEA = "ore|steel|bauxite|alumina|aluminium|clinker|glass"
SEASONS = {
    "spring": ([3, 4, 5], "Spring"),
    "summer": ([6, 7, 8], "Summer, the wet season"),
    "autumn": ([9, 10, 11], "Autumn"),
    "winter": ([12, 1, 2], "Winter, the dry season"),
}
DAYS = dict(zip(range(1, 13), [31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], strict=False))


def season_share(season: str) -> float:
    """The share of the year's days in a season."""
    return sum(DAYS[m] for m in SEASONS[season][0]) / 365.25


def provinces(book: Book) -> list[str]:
    return list(book.raw("provinces").name_en)


def key_area(book: Book) -> list[str]:
    """Key regions of the rules from 2025 on; a province counts whole where cities are named."""
    frame = book.raw("key_regions")
    return list(frame[frame.key_region_2025.notna()].province)


def add(book: Book) -> None:
    regions(book)
    time(book)
    rail(book)
    water(book)
    freight(book)


def regions(book: Book) -> None:
    key = key_area(book)
    for _, row in book.raw("provinces").iterrows():
        name = row.name_en
        groups = [GRIDS[row.grid_region], "key_area" if name in key else "other_area"] + (["ports"] if name in PORTS else [])
        book.add(
            "regions",
            region=name,
            groups="|".join(groups),
            en=name,
            zh=row.short_zh,
            latitude=Figure(round(row.capital_lat, 3), "NBS codes; capitals after GT-China-coal (MIT)"),
            longitude=Figure(round(row.capital_lon, 3), "NBS codes; capitals after GT-China-coal (MIT)"),
            note="key area: whole province where the measures name cities" if name in key else "",
        )


def time(book: Book) -> None:
    for period, start in book.periods.items():
        book.add("periods", "choice of the planning horizon", period=period, start=start, years=book.years[period])
    shares = {s: round(season_share(s), 6) for s in SEASONS}
    shares["winter"] = round(1 - sum(v for s, v in shares.items() if s != "winter"), 6)
    for season, (_, words) in SEASONS.items():
        book.add("slices", "calendar", slice=season, share=f"{shares[season]:.6f}", note=words)


def distances(book: Book, mode: str) -> dict[tuple[str, str], float]:
    frame = book.raw("transport_distances")
    frame = frame[frame["mode"] == mode]
    one_way = {(a, b): d for a, b, d in zip(frame.from_province, frame.to_province, frame.distance_km, strict=False)}
    return one_way | {(b, a): d for (a, b), d in one_way.items()}


def rail(book: Book) -> None:
    km = distances(book, "rail")
    straight = distances(book, "great_circle")
    detour = book.assume("rail_detour")
    km = {pair: max(d, straight[pair] * detour.value) if d < straight[pair] else d for pair, d in km.items()}
    slack = book.assume("rail_neighbour_slack").value
    names = provinces(book)
    source = "GT-China-coal (MIT), Dijkstra between capital stations"
    for a, b in itertools.combinations(names, 2):
        around = min(km[a, c] + km[c, b] for c in names if c not in (a, b))
        if km[a, b] < around * (1 - slack):
            mended = {a, b} == {"Anhui", "Jiangsu"}
            length = detour * straight[a, b] if mended else Figure(km[a, b], source, "derived")
            note = "the source is shorter than the great circle" if mended else ""
            book.add("links", origin=a, destination=b, mode="rail", km=length, both="yes", note=note)


def water(book: Book) -> None:
    km = distances(book, "water")
    for mode, pairs in (("sea", COAST), ("river", RIVER)):
        for a, b in pairs:
            length = Figure(km[a, b], "Yangtze and coastal chainage between main ports", "estimate")
            book.add("links", origin=a, destination=b, mode=mode, km=length, both="yes")


def freight(book: Book) -> None:
    frame = book.raw("transport_costs")

    def cost(mode: str, item: str) -> Figure:
        row = frame[(frame["mode"] == mode) & (frame["item"] == item)].iloc[0]
        return Figure(row.value / 1000, brief(row.source), row.confidence)

    port = cost("port", "handling") * 2
    book.add("freight", mode="rail", commodity=BY_RAIL, handling=cost("rail", "handling_load"), rate=cost("rail", "freight_rate"), through="yes")
    note = "handling at both ends"
    book.add("freight", mode="sea", commodity=BY_SEA, handling=port, rate=cost("ocean", "freight_rate"), through="yes", note=note)
    book.add("freight", mode="river", commodity=BY_SEA, handling=port, rate=cost("river", "freight_rate"), through="yes", note=note)
