"""Alumina, primary aluminium in potlines on grid power or with captive coal units, recycled aluminium.

Captive potlines may also run on grid power (they are connected), which is how they can meet a clean share; no new captive units.
"""

from __future__ import annotations

from .book import Book, Figure
from .industry import at_least, equipment, greenfield, observed, rebuild, renewal, route, standing, table_capacity


def capacities(book: Book) -> dict[str, dict[str, Figure]]:
    use = book.assume("full_use")
    pots = table_capacity(book, "primary_aluminium")
    share = table_capacity(book, "primary_aluminium_captive_coal_share", "share")
    captive = {r: pots[r] * share[r] for r in pots if r in share}
    grid = {r: pots[r] * (1 - share[r].value) if r in share else pots[r] for r in pots}
    recycled = {r: made / book.assume("recycled_aluminium_use") for r, made in observed(book, "recycled_aluminium").items()}
    return {
        "pots_grid": {r: c for r, c in grid.items() if c.value > 0.0005},
        "pots_captive": captive,
        "refinery": at_least(table_capacity(book, "alumina"), observed(book, "alumina"), use),
        "remelter": recycled,
    }


def add(book: Book) -> None:
    p = book.process
    share = book.assume("fixed_cost_share")
    pots_cost = p("al_primary_grid", "capex_greenfield_cn") / 1000
    captive_cost = p("al_primary_coal_captive", "capex_greenfield_cn") / 1000
    pots_fixed = p("al_primary_grid", "opex_fixed_cn") / 1000
    refinery_cost = p("alumina_bayer", "capex_greenfield_cn") / 1000
    remelter_cost = p("al_recycled", "capex_greenfield_cn") / 1000
    life_pots, life_refinery, life_remelter = (p(r, "lifetime") for r in ("al_primary_grid", "alumina_bayer", "al_recycled"))
    low = book.assume("min_load_pots")

    equipment(book, "pots_grid", life_pots, pots_fixed, "industry|pots", "Potlines on grid power", "电解铝（网电）", run="slice", min_load=low)
    captive_fixed = pots_fixed + (captive_cost - pots_cost) * share
    equipment(book, "pots_captive", life_pots, captive_fixed, "industry|pots", "Potlines with captive coal power", "电解铝（自备电）", min_load=low)
    equipment(book, "refinery", life_refinery, p("alumina_bayer", "opex_fixed_cn") / 1000, "industry", "Alumina refinery", "氧化铝厂")
    equipment(book, "remelter", life_remelter, p("al_recycled", "opex_fixed_cn") / 1000, "industry", "Recycled aluminium works", "再生铝厂")

    today = capacities(book)
    lives = {"pots_grid": life_pots, "pots_captive": life_pots, "refinery": life_refinery, "remelter": life_remelter}
    for name, amounts in today.items():
        standing(book, name, amounts, lives[name])
    smelters = sorted(set(today["pots_grid"]) | set(today["pots_captive"]))
    greenfield(book, "pots_grid", smelters, pots_cost)
    rebuild(book, "pots_grid", "pots_grid", renewal(book, pots_cost))
    rebuild(book, "pots_grid", "pots_captive", renewal(book, pots_cost))
    greenfield(book, "refinery", sorted(today["refinery"]), refinery_cost)
    rebuild(book, "refinery", "refinery", renewal(book, refinery_cost))
    greenfield(book, "remelter", sorted(set(today["remelter"]) | set(smelters)), remelter_cost)
    rebuild(book, "remelter", "remelter", renewal(book, remelter_cost))
    routes(book)


def routes(book: Book) -> None:
    p = book.process
    g, _c, a, r = "al_primary_grid", "al_primary_coal_captive", "alumina_bayer", "al_recycled"
    operation = p(g, "anode_fluoride_other_var_cn") / 1000
    power = p(g, "electricity_kwh") / 1000
    pots = {"aluminium": 1.0, "alumina": -p(g, "alumina"), "pfc": p(g, "co2e_pfc")}
    anode = p(g, "co2_direct_anode")
    route(book, "aluminium", pots | {"pots_grid": -1.0, "electricity": -power}, operation, "Aluminium on grid power", "电解铝（网电）", anode)
    coal = power * book.assume("captive_coal_rate")
    captive = pots | {"pots_captive": -1.0, "coal": -coal}
    whole = anode + coal * book.assume("coal_co2")
    route(book, "aluminium_captive", captive, operation, "Aluminium on captive coal power", "电解铝（自备煤电）", whole)
    bought = pots | {"pots_captive": -1.0, "electricity": -power}
    route(book, "aluminium_bought", bought, operation, "Aluminium of captive potlines on grid power", "自备电铝厂用网电", anode)

    bayer = {
        "alumina": 1.0,
        "refinery": -1.0,
        "bauxite": -p(a, "bauxite"),
        "electricity": -p(a, "electricity_kwh") / 1000,
        "coal": -p(a, "coal_kgce") / 1000,
        "gas": -p(a, "natural_gas_m3") / 1000,
    }
    route(book, "alumina", bayer, book.assume("alumina_other_cost"), "Alumina, Bayer process", "拜耳法氧化铝", p(a, "co2_direct"))
    recycled = {
        "aluminium": 1.0,
        "remelter": -1.0,
        "aluminium_scrap": -p(r, "scrap_aluminium"),
        "electricity": -p(r, "electricity_kwh") / 1000,
        "gas": -p(r, "natural_gas_m3") / 1000,
    }
    route(book, "aluminium_recycled", recycled, book.assume("recycled_aluminium_other_cost"), "Recycled aluminium", "再生铝", p(r, "co2_direct"))
