"""Clinker with and without capture, cement, flat glass."""

from __future__ import annotations

from .book import Book, Figure
from .industry import at_least, equipment, greenfield, observed, rebuild, renewal, route, standing, table_capacity


def capacities(book: Book) -> dict[str, dict[str, Figure]]:
    use = book.assume("full_use")
    kilns = at_least(table_capacity(book, "cement_clinker"), observed(book, "cement_clinker"), use)
    old = book.assume("below_baseline_share")
    return {
        "kiln": {r: c * (1 - old) for r, c in kilns.items()},
        "kiln_old": {r: c * old for r, c in kilns.items()},
        "mill": at_least(table_capacity(book, "cement"), observed(book, "cement"), use),
        "float_line": at_least(table_capacity(book, "flat_glass"), observed(book, "flat_glass"), use),
    }


def add(book: Book) -> None:
    p = book.process
    kiln_cost = p("clinker_dry", "capex_greenfield_cn") / 1000
    caught_cost = p("clinker_dry_ccs", "capex_greenfield_cn") / 1000
    mill_cost = p("cement_grinding", "capex_greenfield_cn") / 1000
    glass_cost = p("flat_glass_gas", "capex_greenfield_cn") / 1000
    kiln_fixed = p("clinker_dry", "opex_fixed_cn") / 1000
    life, life_glass = p("clinker_dry", "lifetime"), book.assume("glass_line_life")
    repair = renewal(book, glass_cost) / p("flat_glass_gas", "lifetime")  # a cold repair after each campaign
    share = book.assume("fixed_cost_share")

    equipment(book, "kiln", life, kiln_fixed, "industry|cementworks|kilns", "Dry clinker kiln", "新型干法熟料窑")
    equipment(book, "kiln_old", None, kiln_fixed, "industry|cementworks|kilns|below_baseline", "Clinker kiln below the baseline", "基准以下熟料窑")
    if not book.base_year:
        fixed = kiln_fixed + (caught_cost - kiln_cost) * share
        equipment(book, "kiln_capture", life, fixed, "industry|cementworks|kilns|capture", "Clinker kiln with capture", "熟料窑碳捕集")
    equipment(book, "mill", None, mill_cost * share, "industry|cementworks", "Cement mill", "水泥粉磨站")
    equipment(book, "float_line", life_glass, p("flat_glass_gas", "opex_fixed_cn") / 1000 + repair, "industry", "Float glass line", "浮法玻璃生产线")

    today = capacities(book)
    lives = {"kiln": life, "kiln_old": None, "mill": None, "float_line": life_glass}
    for name, amounts in today.items():
        standing(book, name, amounts, lives[name])
    greenfield(book, "kiln", sorted(today["kiln"]), kiln_cost)
    rebuild(book, "kiln", "kiln", renewal(book, kiln_cost))
    rebuild(book, "kiln", "kiln_old", renewal(book, kiln_cost))
    rebuild(book, "kiln_capture", "kiln", caught_cost - kiln_cost + renewal(book, kiln_cost), 2030)
    rebuild(book, "kiln_capture", "kiln_capture", renewal(book, caught_cost), 2040)
    greenfield(book, "float_line", sorted(today["float_line"]), glass_cost)
    rebuild(book, "float_line", "float_line", renewal(book, glass_cost))
    routes(book)


def level(book: Book, indicator: str, column: str) -> Figure:
    frame = book.raw("efficiency_levels")
    row = frame[(frame["product"] == "cement_clinker") & frame.indicator.eq(indicator)].iloc[0]
    return Figure(row[column] / 1000, row.standard, row.confidence)


def routes(book: Book) -> None:
    p = book.process
    k, s, m, g = "clinker_dry", "clinker_dry_ccs", "cement_grinding", "flat_glass_gas"
    cost = p(k, "other_var_cn") / 1000
    process = p(k, "co2_process")
    coal_co2 = book.assume("coal_co2")
    coal, power = p(k, "coal_kgce") / 1000, p(k, "electricity_kwh") / 1000
    clinker = {"clinker": 1.0, "kiln": -1.0, "coal": -coal, "electricity": -power}
    whole = process + coal * coal_co2
    route(book, "clinker", clinker, cost, "Clinker", "熟料", whole)
    coal_old = level(book, "comprehensive coal", "level3_baseline")
    old = {"clinker": 1.0, "kiln_old": -1.0, "coal": -coal_old, "electricity": -level(book, "comprehensive electricity", "level3_baseline")}
    route(book, "clinker_old", old, cost, "Clinker below the baseline", "基准以下熟料", process + coal_old * coal_co2)
    if not book.base_year:
        power_caught = p(s, "electricity_kwh") / 1000
        coal_caught = p(s, "energy_intensity_kgce") / 1000 - power_caught * book.assume("electricity_energy")
        left = p(s, "co2_direct")
        captured = process + coal_caught * coal_co2 - left
        storage = captured * p(s, "transport_storage_cn") / 1000
        recipe = {"clinker": 1.0, "kiln_capture": -1.0, "coal": -coal_caught, "electricity": -power_caught}
        route(book, "clinker_capture", recipe, cost + storage, "Clinker with capture", "熟料加碳捕集", left)
    cement = {"cement": 1.0, "mill": -1.0, "clinker": -book.assume("clinker_per_cement"), "electricity": -p(m, "electricity_kwh") / 1000}
    route(book, "cement", cement, book.assume("cement_other_cost"), "Cement grinding", "水泥粉磨")
    glass = {"glass": 1.0, "float_line": -1.0, "gas": -p(g, "natural_gas_m3") / 1000, "electricity": -p(g, "electricity_kwh") / 1000}
    soda = p(g, "soda_ash") * book.price("soda_ash", 2023, 2024)
    gas_co2 = p(g, "natural_gas_m3") / 1000 * book.assume("gas_co2")
    route(book, "glass", glass, soda + book.assume("glass_other_cost"), "Flat glass on gas", "平板玻璃", p(g, "co2_process") + gas_co2)
