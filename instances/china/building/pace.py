"""How fast capacity may grow, close and move: pace by province, ramps of new routes, replacement rules as swaps."""

from __future__ import annotations

from . import aluminium, minerals, silicon, steel
from .book import Book, Figure, brief
from .geography import provinces
from .industry import total
from .rows import policy, value

FAMILIES = {  # pace is kept by industry and province: all potlines of a province count as one
    "iron": "blast_furnace|blast_furnace_old|blast_furnace_capture|shaft_furnace",
    "steel": "converter|arc_furnace",
    "pots": "pots_grid|pots_captive",
    "alumina": "refinery",
    "recycling": "remelter",
    "clinker": "kiln|kiln_old|kiln_capture",
    "glass": "float_line",
    "ferrosilicon": "alloy_furnace|alloy_furnace_old",
    "magnesium": "magnesium_works",
    "silicon": "silicon_furnace",
    "polysilicon": "polysilicon_works",
    "cement": "mill",
    "power": "coal_power|gas_power",  # closing only
}


def add(book: Book) -> None:
    if book.base_year:
        pace_base(book)
        return
    pace(book)
    ramps(book)
    swaps(book)


def places(book: Book, members: str) -> str:
    """The provinces in which any of these kinds of equipment stands or may be built."""
    wanted = set(members.split("|"))
    found: set[str] = set()
    for table in ("capacity", "builds"):
        for row in book.rows[table]:
            if row["equipment"] in wanted and row["region"]:
                found |= set(row["region"].split("|"))
    return "|".join(r for r in provinces(book) if r in found)


def pace_base(book: Book) -> None:
    """In one year hardly anything closes."""
    for name, members in FAMILIES.items():
        members = "|".join(m for m in members.split("|") if m != "blast_furnace_capture" and m != "kiln_capture")
        rows = [
            {
                "metric": "capacity_closed",
                "equipment": members,
                "region": places(book, members),
                "each": "region",
                "sense": "<=",
                "value": book.assume("pace_down"),
            },
            {"side": "right", "metric": "capacity", "equipment": members, "lag": 1},
        ]
        policy(book, f"closing_{name}", rows, f"Pace of closing, {name}", f"关停节奏：{name}", "NDRC / MIIT", "assumption: pace_down")


def national_capacity(book: Book) -> dict[str, Figure]:
    today = {}
    for module in (steel, aluminium, minerals, silicon):
        for equipment, amounts in module.capacities(book).items():
            today[equipment] = total(amounts)
    result = {}
    for name, members in FAMILIES.items():
        parts = [today[m] for m in members.split("|") if m in today]
        if not parts:
            continue
        result[name] = Figure(sum(f.value for f in parts), "capacity today", "derived")
    return result


def pace(book: Book) -> None:
    up, down = book.assume("pace_up"), book.assume("pace_down")
    nation = national_capacity(book)
    for name, members in FAMILIES.items():
        grows = name in nation
        if grows:
            rows = [
                {"metric": "capacity", "equipment": members, "region": places(book, members), "each": "region", "sense": "<=", "value": 1},
                {"side": "right", "metric": "capacity", "equipment": members, "lag": 1},
                {"side": "right", "metric": "constant"},
            ]
            policy(book, f"pace_up_{name}", rows, f"Pace of growth in a province, {name}", f"省级扩产节奏：{name}", "MIIT", "assumption: pace_up")
        closable = "|".join(m for m in members.split("|") if not m.endswith("_old"))
        rows = [
            {"metric": "capacity_closed", "equipment": closable, "region": places(book, closable), "each": "region", "sense": "<="},
            {"side": "right", "metric": "capacity", "equipment": closable, "lag": 1},
        ]
        policy(
            book, f"closing_{name}", rows, f"Pace of closing in a province, {name}", f"省级关停节奏：{name}", "NDRC / MIIT", "assumption: pace_down"
        )
        for period, years in book.years.items():
            if grows:
                value(book, f"pace_up_{name}", nation[name] * up * years, row=3, period=period)
            value(book, f"closing_{name}", down * years, period=period)


def ramps(book: Book) -> None:
    for name, equipment, en, zh in (
        ("kiln_capture", "kiln_capture", "Clinker capture", "水泥碳捕集"),
        ("iron_capture", "blast_furnace_capture", "Blast furnaces with capture", "高炉碳捕集"),
        ("hydrogen_iron", "shaft_furnace", "Shaft furnaces", "氢基竖炉"),
        ("coal_capture", "coal_capture", "Coal power with capture", "煤电碳捕集"),
    ):
        start = {"hydrogen_iron": 2025, "coal_capture": 2040}.get(name, 2030)
        rows = [{"metric": "capacity", "equipment": equipment, "sense": "<=", "from_": start}]
        policy(book, f"ramp_{name}", rows, f"{en}: a new route grows step by step", f"{zh}逐步推广", "MIIT / MOST", f"assumption: ramp_{name}")
        for period, year in book.periods.items():
            if year >= start:
                value(book, f"ramp_{name}", book.path(f"ramp_{name}", year), period=period)


def swaps(book: Book) -> None:
    frame = book.raw("swap_ratios")

    def ratio(product: str, scope: str) -> Figure:
        row = frame[(frame["product"] == product) & frame.scope.str.startswith(scope) & frame.ratio.notna()].iloc[-1]
        return Figure(row.ratio, brief(row.source), row.confidence)

    intense = ratio("crude_steel", "emission-intense")
    even = ratio("crude_steel", "either side")
    kiln_key, kiln_other = ratio("cement_clinker", "key"), ratio("cement_clinker", "other")
    glass_key, glass_other = ratio("flat_glass", "key"), ratio("flat_glass", "other")
    pots = ratio("primary_aluminium", "all regions")
    iron_old, steel_old, kilns_old = "blast_furnace|blast_furnace_old", "converter|arc_furnace", "kiln|kiln_old"
    rules = [
        ("iron_key", "key_area", "blast_furnace", "key_area", iron_old, intense),
        ("iron_other", "other_area", "blast_furnace", None, iron_old, intense),
        ("sponge_key", "key_area", "shaft_furnace", "key_area", iron_old, even),
        ("sponge_other", "other_area", "shaft_furnace", None, iron_old, even),
        ("steel_key", "key_area", "converter", "key_area", "converter", intense),
        ("steel_other", "other_area", "converter", None, "converter", intense),
        ("arc_key", "key_area", "arc_furnace", "key_area", steel_old, even),
        ("arc_other", "other_area", "arc_furnace", None, steel_old, even),
        ("clinker_key", "key_area", "kiln", "key_area", kilns_old, kiln_key),
        ("clinker_other", "other_area", "kiln", None, kilns_old, kiln_other),
        ("glass_key", "key_area", "float_line", "key_area", "float_line", glass_key),
        ("glass_other", "other_area", "float_line", None, "float_line", glass_other),
        ("pots", None, "pots_grid", None, "pots_grid|pots_captive", pots),
    ]
    for rule, new_region, new, old_region, old, amount in rules:
        expired = "yes" if book.assume("expiry_earns_a_swap").value else "no"
        note = "nothing moves into a key area from outside" if new_region == "key_area" else ""
        book.add(
            "swaps",
            rule=rule,
            new_region=new_region,
            new_equipment=new,
            old_region=old_region,
            old_equipment=old,
            ratio=amount,
            expired=expired,
            note=note,
        )
