"""Iron and steel: blast furnaces, converters, arc furnaces on scrap, hydrogen reduction with electric melting, capture."""

from __future__ import annotations

from .book import Book, Figure
from .industry import at_least, equipment, greenfield, observed, rebuild, renewal, route, standing, table_capacity

SHAFT = ["Hebei", "Inner Mongolia", "Liaoning", "Shandong", "Jiangsu", "Guangdong", "Hubei", "Sichuan", "Shanxi", "Gansu", "Ningxia", "Xinjiang"]


def capacities(book: Book) -> dict[str, dict[str, Figure]]:
    """Today's capacity by equipment. Steel output above the listed capacity is added to the converters."""
    use = book.assume("full_use")
    iron = at_least(table_capacity(book, "pig_iron_bf"), observed(book, "pig_iron"), use)
    old = book.assume("below_baseline_share")
    converter = table_capacity(book, "crude_steel_bof")
    arc = table_capacity(book, "crude_steel_eaf")
    for region, made in observed(book, "crude_steel").items():
        listed = converter.get(region, Figure(0.0)) + arc.get(region, Figure(0.0))
        missing = made / use - listed
        if missing.value > 0:
            converter[region] = converter.get(region, Figure(0.0, missing.source)) + missing
    return {
        "blast_furnace": {r: c * (1 - old) for r, c in iron.items()},
        "blast_furnace_old": {r: c * old for r, c in iron.items()},
        "converter": converter,
        "arc_furnace": arc,
        "shaft_furnace": table_capacity(book, "dri"),
    }


def add(book: Book) -> None:
    p = book.process
    usd = book.price("usd_cny", 2024)  # thousand CNY per USD: USD/t -> billion CNY/Mt
    fixed = book.assume("fixed_cost_share")
    life = p("pig_iron_bf", "lifetime")
    life_steel = p("steel_bfbof_avg", "lifetime")
    life_arc = p("steel_scrap_eaf", "lifetime")
    pig = book.assume("pig_iron_per_converter_steel")

    iron_cost = p("pig_iron_bf", "capex_greenfield_cn") / 1000
    steel_cost = p("steel_bfbof_avg", "capex_greenfield") * usd - iron_cost * pig
    arc_cost = p("steel_scrap_eaf", "capex_greenfield") * usd
    shaft_cost = p("steel_dri_h2_eaf", "capex_greenfield") * usd - arc_cost
    capture_cost = (p("steel_bfbof_ccus", "capex_greenfield") - p("steel_bfbof_bat", "capex_greenfield")) * usd / pig
    electrolyser_cost = book.assume("electrolyser_cost")
    operation = p("steel_bfbof_avg", "opex_other") * usd
    iron_part = book.assume("iron_share_of_operation")

    def make(name, life, invest, tags, en, zh, **more):
        equipment(book, name, life, invest * fixed, tags, en, zh, **more)

    make("blast_furnace", life, iron_cost, "industry|ironworks", "Blast furnace", "高炉")
    make("blast_furnace_old", None, iron_cost, "industry|ironworks|below_baseline", "Blast furnace below the baseline", "基准以下高炉")
    make("converter", life_steel, steel_cost, "industry|steelworks", "Converter, casting and rolling", "转炉")
    make("arc_furnace", life_arc, arc_cost, "industry|steelworks", "Electric arc furnace", "电弧炉")
    make("shaft_furnace", life_arc, shaft_cost, "industry|ironworks|hydrogen_use", "Shaft furnace for direct reduction", "直接还原竖炉")
    if not book.base_year:
        make("blast_furnace_capture", life, iron_cost + capture_cost, "industry|ironworks|capture", "Blast furnace with capture", "高炉碳捕集")
        make("electrolyser", book.assume("electrolyser_life"), electrolyser_cost, "industry|hydrogen_use", "Electrolyser", "电解槽", run="slice")

    today = capacities(book)
    lives = {"blast_furnace": life, "blast_furnace_old": None, "converter": life_steel, "arc_furnace": life_arc, "shaft_furnace": life_arc}
    for name, amounts in today.items():
        standing(book, name, amounts, lives[name])
    steelmakers = sorted(today["converter"])
    for name, invest in (("blast_furnace", iron_cost), ("converter", steel_cost), ("arc_furnace", arc_cost)):
        greenfield(book, name, steelmakers, invest)
        rebuild(book, name, name, renewal(book, invest))
    rebuild(book, "blast_furnace", "blast_furnace_old", renewal(book, iron_cost))
    greenfield(book, "shaft_furnace", SHAFT, shaft_cost, 2030)
    greenfield(book, "electrolyser", SHAFT, electrolyser_cost, 2030)
    rebuild(book, "electrolyser", "electrolyser", renewal(book, electrolyser_cost), 2040)
    rebuild(book, "blast_furnace_capture", "blast_furnace", capture_cost + renewal(book, iron_cost), 2030)
    rebuild(book, "blast_furnace_capture", "blast_furnace_capture", renewal(book, iron_cost + capture_cost), 2040)
    routes(
        book,
        operation,
        iron_part,
        pig,
        {"iron": iron_cost * fixed, "steel": steel_cost * fixed, "arc": arc_cost * fixed, "shaft": shaft_cost * fixed},
    )


def routes(book: Book, operation: Figure, iron_part: Figure, pig: Figure, fixed: dict[str, Figure]) -> None:
    """Recipes; the operating cost of MPP contains what the equipment is charged as fixed cost, so that is taken out."""
    p = book.process
    coal_energy = book.assume("coal_energy_per_t")
    iron_co2 = p("pig_iron_bf", "co2_direct")
    iron = {
        "pig_iron": 1.0,
        "ore": -p("pig_iron_bf", "iron_ore"),
        "coke": -p("pig_iron_bf", "coke"),
        "coal": -p("pig_iron_bf", "pci_coal") * coal_energy,
    }
    old = book.assume("blast_furnace_old_extra_coal")
    cost = operation * iron_part - fixed["iron"]
    route(book, "iron", iron | {"blast_furnace": -1.0}, cost, "Pig iron", "高炉炼铁", iron_co2)
    worse = iron | {"blast_furnace_old": -1.0, "coal": iron["coal"] - old}
    route(book, "iron_old", worse, cost, "Pig iron below the baseline", "基准以下高炉炼铁", iron_co2 + old * book.assume("coal_co2"))
    if not book.base_year:
        left = p("steel_bfbof_ccus", "co2_direct") / p("steel_bfbof_ccus", "emissivity_wout_ccs")
        captured = iron_co2 * (1 - left)
        extra = p("steel_bfbof_ccus", "electricity_kwh") - p("steel_bfbof_bat", "electricity_kwh")
        power = extra / 1000 * captured / p("steel_bfbof_ccus", "co2_captured")
        storage = captured * p("clinker_dry_ccs", "transport_storage_cn") / 1000
        caught = iron | {"blast_furnace_capture": -1.0, "electricity": -power}
        route(book, "iron_capture", caught, cost + storage, "Pig iron with capture", "高炉炼铁加碳捕集", iron_co2 * left)

    steel_cost = operation * (1 - iron_part) - fixed["steel"]
    silicon = -book.assume("ferrosilicon_per_steel")
    converter = {
        "steel": 1.0,
        "ferrosilicon": silicon,
        "electricity": -book.assume("converter_electricity"),
        "coal": -book.assume("converter_coal"),
        "converter": -1.0,
    }
    lean, rich = book.assume("converter_scrap_low"), book.assume("converter_scrap_high")
    metal = pig + book.assume("converter_scrap_usual")
    for name, scrap, en, zh in (
        ("steel", lean, "Converter steel", "转炉钢"),
        ("steel_rich", rich, "Converter steel with much scrap", "转炉钢（高废钢比）"),
    ):
        recipe = converter | {"pig_iron": -(metal - scrap), "scrap": -scrap}
        route(book, name, recipe, steel_cost, en, zh, book.assume("converter_co2"))

    q = "steel_scrap_eaf"
    gas_heat = book.assume("gas_heat")
    arc = {
        "steel": 1.0,
        "ferrosilicon": silicon,
        "arc_furnace": -1.0,
        "electricity": -p(q, "electricity_kwh") / 1000,
        "coal": -p(q, "met_coal") * coal_energy,
        "gas": -p(q, "natural_gas") / gas_heat,
        "scrap": -p(q, "scrap"),
    }
    usd = book.price("usd_cny", 2024)
    route(book, "steel_scrap", arc, p(q, "opex_other") * usd - fixed["arc"], "Electric steel on scrap", "废钢电炉钢", p(q, "co2_direct"))

    h = "steel_dri_h2_eaf"
    sponge = book.assume("sponge_per_steel")
    melting = book.assume("sponge_melting_electricity")
    reduce = {
        "sponge": 1.0,
        "shaft_furnace": -1.0,
        "ore": -p(h, "iron_ore") / sponge,
        "hydrogen": -p(h, "hydrogen_kg") / 1000 / sponge,
        "electricity": -(p(h, "electricity_kwh") / 1000 - melting) / sponge,
    }
    both = p(h, "opex_other") * usd - fixed["arc"] - fixed["shaft"] * sponge
    melting_cost = p(q, "opex_other") * usd * book.assume("melting_share_of_operation")
    reducing_cost = (both - melting_cost) / sponge
    if book.base_year:
        reduce["gas"] = -book.assume("reduction_gas")
        del reduce["hydrogen"]
        route(book, "sponge", reduce, reducing_cost, "Sponge iron on gas", "气基直接还原铁", book.assume("gas_co2") * book.assume("reduction_gas"))
    else:
        route(book, "sponge", reduce, reducing_cost, "Sponge iron on hydrogen", "氢基直接还原铁")
        make = {"hydrogen": 1.0, "electrolyser": -1.0, "electricity": -book.assume("electrolyser_electricity")}
        route(book, "hydrogen", make, Figure(0.0, "definition", "derived"), "Hydrogen by electrolysis", "电解制氢")
    melt = {
        "steel": 1.0,
        "ferrosilicon": silicon,
        "arc_furnace": -1.0,
        "sponge": -sponge,
        "electricity": -melting,
        "coal": -p(h, "met_coal") * coal_energy,
    }
    route(book, "steel_sponge", melt, melting_cost, "Electric steel on sponge iron", "直接还原铁电炉钢", p(h, "co2_direct"))
