"""Ferrosilicon, magnesium, industrial silicon, polysilicon."""

from __future__ import annotations

from .book import Book, Figure
from .industry import at_least, equipment, greenfield, observed, rebuild, renewal, route, standing, table_capacity


def capacities(book: Book) -> dict[str, dict[str, Figure]]:
    use = book.assume("full_use")
    old = book.assume("below_baseline_share")
    alloy = {r: made / book.assume("ferroalloy_use") for r, made in observed(book, "ferrosilicon").items()}
    return {
        "alloy_furnace": {r: c * (1 - old) for r, c in alloy.items()},
        "alloy_furnace_old": {r: c * old for r, c in alloy.items()},
        "magnesium_works": at_least(table_capacity(book, "magnesium"), observed(book, "magnesium"), use),
        "silicon_furnace": at_least(table_capacity(book, "industrial_silicon"), observed(book, "industrial_silicon"), use),
        "polysilicon_works": {r: made / book.assume("polysilicon_use") for r, made in observed(book, "polysilicon").items()},
    }


def add(book: Book) -> None:
    p = book.process
    share = book.assume("fixed_cost_share")
    low = book.assume("min_load_furnaces")
    cost = {
        "alloy_furnace": p("ferrosilicon_arc", "capex_greenfield_cn") / 1000,
        "magnesium_works": p("magnesium_pidgeon", "capex_greenfield_cn") / 1000,
        "silicon_furnace": p("silicon_arc", "capex_greenfield_cn") / 1000,
        "polysilicon_works": p("polysilicon_siemens", "capex_greenfield_cn") / 1000,
    }
    fixed = {
        "alloy_furnace": cost["alloy_furnace"] * share,
        "magnesium_works": p("magnesium_pidgeon", "opex_fixed_cn") / 1000,
        "silicon_furnace": p("silicon_arc", "opex_fixed_cn") / 1000,
        "polysilicon_works": p("polysilicon_siemens", "opex_fixed_cn") / 1000,
    }
    life = {
        "alloy_furnace": p("ferrosilicon_arc", "lifetime"),
        "magnesium_works": p("magnesium_pidgeon", "lifetime"),
        "silicon_furnace": p("silicon_arc", "lifetime"),
        "polysilicon_works": p("polysilicon_siemens", "lifetime"),
        "alloy_furnace_old": None,
    }
    names = {
        "alloy_furnace": ("Ferrosilicon furnace", "硅铁炉", "industry", "slice"),
        "magnesium_works": ("Magnesium works", "镁厂", "industry", "year"),
        "silicon_furnace": ("Industrial silicon furnace", "工业硅炉", "industry", "slice"),
        "polysilicon_works": ("Polysilicon works", "多晶硅厂", "industry|polysilicon_makers", "year"),
    }
    for name, (en, zh, tags, run) in names.items():
        equipment(book, name, life[name], fixed[name], tags, en, zh, run=run, min_load=low)
    equipment(
        book,
        "alloy_furnace_old",
        None,
        fixed["alloy_furnace"],
        "industry|below_baseline",
        "Ferrosilicon furnace below the baseline",
        "基准以下硅铁炉",
        min_load=low,
    )
    today = capacities(book)
    for name, amounts in today.items():
        standing(book, name, amounts, life[name])
        if name in cost:
            greenfield(book, name, sorted(amounts), cost[name])
            rebuild(book, name, name, renewal(book, cost[name]))
    rebuild(book, "alloy_furnace", "alloy_furnace_old", renewal(book, cost["alloy_furnace"]))
    routes(book)


def alloy_level(book: Book, indicator: str, column: str) -> Figure:
    frame = book.raw("efficiency_levels")
    row = frame[(frame["product"] == "ferrosilicon") & frame.indicator.eq(indicator)].iloc[0]
    return Figure(row[column] / 1000, row.standard, row.confidence)


def routes(book: Book) -> None:
    p = book.process
    f, m, s, y = "ferrosilicon_arc", "magnesium_pidgeon", "silicon_arc", "polysilicon_siemens"
    coal_energy = book.assume("coal_energy_per_t")
    alloy_coal = p(f, "semi_coke") * book.assume("semi_coke_energy")
    other = book.assume("ferrosilicon_other_cost")
    alloy = {"ferrosilicon": 1.0, "alloy_furnace": -1.0, "electricity": -p(f, "electricity_kwh") / 1000, "coal": -alloy_coal}
    route(book, "ferrosilicon", alloy, other, "Ferrosilicon", "硅铁", p(f, "co2_direct"))
    worse_power = alloy_level(book, "smelting electricity", "level3_baseline")
    extra = alloy_level(book, "comprehensive", "level3_baseline") - alloy_level(book, "comprehensive", "level1_benchmark")
    extra = extra - (worse_power - p(f, "electricity_kwh") / 1000) * book.assume("electricity_energy")
    worse = {"ferrosilicon": 1.0, "alloy_furnace_old": -1.0, "electricity": -worse_power, "coal": -(alloy_coal + extra)}
    whole = p(f, "co2_direct") + extra * book.assume("coal_co2")
    route(book, "ferrosilicon_old", worse, other, "Ferrosilicon below the baseline", "基准以下硅铁", whole)

    magnesium = {
        "magnesium": 1.0,
        "magnesium_works": -1.0,
        "ferrosilicon": -p(m, "ferrosilicon75"),
        "coal": -p(m, "coal_gas_kgce") / 1000,
        "electricity": -p(m, "electricity_kwh") / 1000,
    }
    route(book, "magnesium", magnesium, book.assume("magnesium_other_cost"), "Magnesium, Pidgeon process", "皮江法炼镁", p(m, "co2_direct"))
    silicon = {
        "silicon": 1.0,
        "silicon_furnace": -1.0,
        "electricity": -p(s, "electricity_kwh") / 1000,
        "coal": -p(s, "carbon_reductant") * coal_energy,
    }
    route(book, "silicon", silicon, book.assume("silicon_other_cost"), "Industrial silicon", "工业硅", p(s, "co2_direct"))
    poly = {
        "polysilicon": 1.0,
        "polysilicon_works": -1.0,
        "silicon": -p(y, "industrial_silicon"),
        "electricity": -p(y, "electricity_kwh") / 1000,
        "coal": -p(y, "steam_t") * book.assume("steam_energy"),
    }
    steam = p(y, "steam_t") * book.assume("steam_energy") * book.assume("coal_co2")
    route(
        book, "polysilicon", poly, book.assume("polysilicon_other_cost"), "Polysilicon, Siemens process", "西门子法多晶硅", p(y, "co2_direct") + steam
    )
