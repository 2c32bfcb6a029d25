"""Carbon and energy: the national path, the peak and the price of CO2, coal in the key areas, dual control of energy."""

from __future__ import annotations

from . import aluminium, demand
from .book import Book, Figure
from .electricity import generation
from .geography import provinces
from .industry import observed, total
from .rows import policy, value


def add(book: Book) -> None:
    """In the base year nothing of this binds: allowances are free and nothing is planned."""
    if book.base_year:
        return
    carbon(book)
    dual_control(book)


def carbon(book: Book) -> None:
    base = base_co2(book)
    ndrc = "NDRC / MEE"
    rows = [{"metric": "burden", "commodity": "co2", "sense": "<=", "from_": 2030}]
    policy(book, "co2_path", rows, "National CO2 path of power and the modelled industries", "全国碳排放路径", ndrc, "assumption: co2_path")
    rows = [
        {"metric": "burden", "commodity": "co2", "sense": "<=", "value": 1, "from_": 2035},
        {"side": "right", "metric": "burden", "commodity": "co2", "lag": 1},
    ]
    policy(book, "co2_peak", rows, "CO2 has peaked by 2030", "2030年前碳达峰", ndrc, "State Council, action plan for peaking before 2030")
    policy(
        book, "co2_price", [{"metric": "burden", "commodity": "co2", "sense": "price"}], "Carbon price", "碳价", "MEE", "SEEE; assumption: co2_price"
    )
    for period, start in book.periods.items():
        if start >= 2030:
            value(book, "co2_path", base * book.path("co2_path", start), period=period)
        value(book, "co2_price", book.path("co2_price", start), period=period)
    rows = [
        {"metric": "used", "commodity": "coal", "region": "key_area", "sense": "<=", "value": book.assume("coal_control"), "from_": 2030},
        {"side": "right", "metric": "used", "commodity": "coal", "region": "key_area", "lag": 1},
    ]
    policy(
        book,
        "coal_control",
        rows,
        "Coal use in the key areas falls from period to period",
        "重点区域煤炭消费总量下降",
        "NDRC / MEE",
        "assumption: coal_control",
    )


def base_co2(book: Book) -> Figure:
    """CO2 of power and the modelled industries in 2024, from output and use per tonne [Mt]."""
    p = book.process
    coal, gas = book.assume("coal_co2"), book.assume("gas_co2")
    frame = generation(book, 2024)
    captive = total(aluminium.capacities(book)["pots_captive"])
    own = captive * p("al_primary_grid", "electricity_kwh") / 1000
    power = (Figure(frame.coal_other_thermal_twh.sum(), "NBS thermal generation", "derived") - own) * book.assume("coal_rate") * coal
    power = power + Figure(frame.gas_twh_est.sum(), "NBS thermal generation", "derived") * book.assume("gas_rate") * gas
    smelting = total(observed(book, "primary_aluminium")) * p("al_primary_grid", "co2_direct_anode") + own * book.assume("captive_coal_rate") * coal
    per_unit = {
        "pig_iron": p("pig_iron_bf", "co2_direct"),
        "crude_steel": book.assume("converter_co2"),
        "cement_clinker": p("clinker_dry", "co2_process") + p("clinker_dry", "coal_kgce") / 1000 * coal,
        "alumina": p("alumina_bayer", "co2_direct"),
        "flat_glass": p("flat_glass_gas", "co2_direct"),
        "ferrosilicon": p("ferrosilicon_arc", "co2_direct"),
        "magnesium": p("magnesium_pidgeon", "co2_direct"),
        "industrial_silicon": p("silicon_arc", "co2_direct"),
    }
    result = power + smelting
    for product, each in per_unit.items():
        result = result + total(observed(book, product)) * each
    return Figure(result.value, "output of 2024 times CO2 per tonne", "estimate")


def industry_energy(book: Book) -> dict[str, Figure]:
    """Energy of the modelled industries at their latest output, by province [Mtce]."""
    p = book.process
    power = demand.industry_power(book)
    each = {
        "pig_iron": p("pig_iron_bf", "coke") * book.assume("coke_energy") + p("pig_iron_bf", "pci_coal") * book.assume("coal_energy_per_t"),
        "crude_steel": book.assume("converter_coal"),
        "alumina": p("alumina_bayer", "coal_kgce") / 1000 + p("alumina_bayer", "natural_gas_m3") / 1000 * book.assume("gas_energy"),
        "cement_clinker": p("clinker_dry", "coal_kgce") / 1000,
        "flat_glass": p("flat_glass_gas", "natural_gas_m3") / 1000 * book.assume("gas_energy"),
        "ferrosilicon": p("ferrosilicon_arc", "semi_coke") * book.assume("semi_coke_energy"),
        "magnesium": p("magnesium_pidgeon", "coal_gas_kgce") / 1000,
        "industrial_silicon": p("silicon_arc", "carbon_reductant") * book.assume("coal_energy_per_t"),
        "polysilicon": p("polysilicon_siemens", "steam_t") * book.assume("steam_energy"),
    }
    result = {r: power[r] * book.assume("electricity_energy") for r in provinces(book)}
    for product, energy in each.items():
        for region, made in observed(book, product).items():
            result[region] = result[region] + made * energy
    captive = aluminium.capacities(book)["pots_captive"]
    loss = (book.assume("captive_coal_rate") - book.assume("electricity_energy")) * p("al_primary_grid", "electricity_kwh") / 1000
    for region, amount in captive.items():
        result[region] = result[region] + amount * loss
    return {r: Figure(f.value, "energy of the latest output; 14th plan intensity targets (recalled)", "estimate") for r, f in result.items()}


def dual_control(book: Book) -> None:
    """Energy of the modelled industries, clean power left out, may grow with GDP less the intensity target."""
    targets = book.raw("dual_control_province").set_index("province")["energy_intensity_reduction_target_14fyp_pct"]
    rows = [
        {"metric": "burden", "commodity": "energy_controlled", "equipment": "industry", "each": "region", "sense": "<=", "value": 1, "from_": 2030},
        {"side": "right", "metric": "constant"},
    ]
    policy(
        book,
        "dual_control",
        rows,
        "Dual control: energy per GDP falls as planned, clean power left out",
        "能耗强度“双控”（扣除绿电）",
        "NDRC, provinces",
        "14th plan targets by province (recalled); assumption: gdp_growth",
        note="value added per tonne is unknown: GDP is exogenous",
    )
    energy = industry_energy(book)
    for region in provinces(book):
        for period, start in book.periods.items():
            if start < 2030:
                continue
            cut = (1 - targets[region] / 100) ** ((start - 2024) / 5)
            # a unit of latest output may lie below what capacity allows: the allowance starts a little above
            amount = (
                energy[region] * book.path("gdp_growth", start) * max(cut, book.assume("intensity_floor").value) * book.assume("dual_control_room")
            )
            value(book, "dual_control", amount, row=2, region=region, period=period)
