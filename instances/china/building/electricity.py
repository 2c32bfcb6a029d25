"""Power: coal and gas units, hydro, nuclear, standing and new wind and PV.

Hydro, nuclear and the wind and PV of today are sources with a limit by season (monthly shape times the generation of 2024, not
factor times capacity); coal and gas units are equipment that burns fuel; new wind and PV are equipment with a seasonal yield.
"""

from __future__ import annotations

import pandas as pd

from . import aluminium
from .book import Book, Figure, brief
from .geography import DAYS, SEASONS, provinces
from .industry import equipment, rebuild, renewal, standing

HOURS = 8.76  # thousand hours a year: TWh per GW
NBS = "NBS, NEA, CEC via CREA china_co2"


def add(book: Book) -> None:
    thermal(book)
    today(book)
    new_wind_and_solar(book)


def generation(book: Book, year: int) -> pd.DataFrame:
    frame = book.raw("electricity_province")
    return frame[frame.year == year].set_index("province")


def year_of(book: Book) -> int:
    return 2023 if book.base_year else 2024


def thermal_capacity(book: Book) -> tuple[dict[str, Figure], dict[str, Figure]]:
    """Coal and gas units [GW]; the captive units of smelters are taken out of the coal units."""
    frame = generation(book, year_of(book))
    captive = aluminium.capacities(book)["pots_captive"]
    per_mt = book.process("al_primary_grid", "electricity_kwh") / 1000 / book.assume("captive_hours")
    coal, gas = {}, {}
    for region, row in frame.iterrows():
        gas[region] = Figure(min(row.gas_cap_gw_gem2023, row.thermal_cap_gw), NBS + "; GEM gas plant tracker 2023", "derived")
        coal[region] = Figure(max(0.0, row.thermal_cap_gw - gas[region].value), NBS, "derived")
        if region in captive:
            coal[region] = coal[region] - captive[region] * per_mt
    return coal, gas


def thermal(book: Book) -> None:
    coal, gas = thermal_capacity(book)
    life, invest = book.assume("coal_power_life"), book.assume("coal_power_cost")
    fixed = book.assume("coal_power_fixed")
    gas_load = book.assume("gas_power_min_load")
    equipment(book, "coal_power", life, fixed, "power_plants", "Coal power units", "煤电机组", run="slice", unit="GW")
    equipment(book, "gas_power", None, fixed, "power_plants", "Gas power units", "气电机组", run="slice", unit="GW", min_load=gas_load)
    standing(book, "coal_power", coal, life)
    standing(book, "gas_power", {r: c for r, c in gas.items() if c.value > 0.05}, None)
    rebuild(book, "coal_power", "coal_power", renewal(book, invest))
    if not book.base_year:
        capture = book.assume("coal_capture_cost")
        equipment(
            book,
            "coal_capture",
            life,
            fixed + capture * book.assume("fixed_cost_share"),
            "power_plants|capture",
            "Coal power with capture",
            "煤电碳捕集",
            run="slice",
            unit="GW",
        )
        rebuild(book, "coal_capture", "coal_power", capture + renewal(book, invest), 2040)
        book.add("availability", equipment="coal_capture", amount=book.assume("thermal_availability"))
    for name in ("coal_power", "gas_power"):
        book.add("availability", equipment=name, amount=book.assume("thermal_availability"))
    per_twh = Figure(1 / HOURS, "8,760 hours", "derived")
    rate, co2 = book.assume("coal_rate"), book.assume("coal_co2")
    names = [("coal_power", "coal", rate, "Power from coal", "煤电"), ("gas_power", "gas", book.assume("gas_rate"), "Power from gas", "气电")]
    for name, fuel, amount, en, zh in names:
        book.add("routes", route=f"power_{fuel}", cost=book.assume("thermal_other_cost"), en=en, zh=zh)
        for item, x in {"electricity": Figure(1.0, "definition", "derived"), fuel: -amount, name: -per_twh}.items():
            book.add("recipes", route=f"power_{fuel}", item=item, amount=x)
    if not book.base_year:
        more = rate * (book.assume("coal_capture_penalty") + 1)
        caught = more * co2 * book.process("clinker_dry_ccs", "capture_rate")
        storage = caught * book.process("clinker_dry_ccs", "transport_storage_cn") / 1000
        book.add(
            "routes", route="power_capture", cost=book.assume("thermal_other_cost") + storage, en="Power from coal with capture", zh="煤电加碳捕集"
        )
        for item, x in {"electricity": Figure(1.0, "definition", "derived"), "coal": -more, "co2": -caught, "coal_capture": -per_twh}.items():
            book.add("recipes", route="power_capture", item=item, amount=x)


def shape(book: Book, technology: str, year: int | None = None) -> dict[str, dict[str, float]]:
    """Share of the year's generation by season, by province (or all provinces' mean where a province has no series)."""
    if year:
        frame = book.raw("hydro_capacity_factor_by_year")
        frame = frame[frame.year == year]
    else:
        frame = book.raw("capacity_factor_monthly")
        frame = frame[frame.technology == technology].rename(columns={"cf_mean": "cf"})
    table = frame.pivot(index="province", columns="month", values="cf")
    table = table.apply(lambda row: row.fillna(row.mean()), axis=1)
    table.loc["mean"] = table.mean()
    result = {}
    for region, row in table.iterrows():
        made = {s: sum(row[m] * DAYS[m] for m in months) for s, (months, _) in SEASONS.items()}
        result[region] = {s: v / sum(made.values()) for s, v in made.items()}
    return result


def today(book: Book) -> None:
    """Hydro, nuclear, and the wind and PV that stand today."""
    frame = generation(book, year_of(book))
    hydro = shape(book, "hydro", 2023 if book.base_year else None)
    wind, solar = shape(book, "wind"), shape(book, "solar")
    source = NBS + "; monthly shape 2019-2024"
    for period, start in book.periods.items():
        hydro_growth = Figure(1.0) if book.base_year else book.path("hydro_growth", start)
        nuclear_growth = Figure(1.0) if book.base_year else book.path("nuclear_growth", start)
        left = Figure(1.0) if book.base_year else book.path("wind_solar_of_today_left", start)
        for region, row in frame.iterrows():
            for season in SEASONS:
                hydro_made = row.hydro_twh * hydro.get(region, hydro["mean"])[season]
                sun, gusts = solar.get(region, solar["mean"])[season], wind.get(region, wind["mean"])[season]
                made = row.wind_twh * gusts + row.solar_total_est_twh * sun
                common = {"region": region, "commodity": "electricity", "period": period, "slice": season}
                if row.hydro_twh > 0.05:
                    most = Figure(hydro_made, source, "derived") * hydro_growth
                    book.add("sources", **common, supplier="hydro", price=book.assume("hydro_price"), max=most, clean=1)
                if made > 0.005 and left.value > 0:
                    most = Figure(made, source, "derived") * left
                    book.add("sources", **common, supplier="wind and PV of today", price=book.assume("wind_solar_price"), max=most, clean=1)
            if row.nuclear_twh > 0:
                most = Figure(row.nuclear_twh, NBS, "sourced") * nuclear_growth
                note = "carbon-free, but no renewable power in the sense of the quotas"
                book.add(
                    "sources",
                    region=region,
                    commodity="electricity",
                    supplier="nuclear",
                    period=period,
                    price=book.assume("nuclear_price"),
                    max=most,
                    note=note,
                )


def new_wind_and_solar(book: Book) -> None:
    if book.base_year:
        return
    frame = generation(book, 2024)
    factors = book.raw("electricity_factors_province").set_index("province")
    drivers = book.raw("demand_drivers")
    monthly = book.raw("capacity_factor_monthly")
    potential = {
        "solar": factors.solar_pv_central_potential_gw.fillna(0)
        + factors.solar_pv_commercial_potential_gw
        + factors.solar_pv_residential_potential_gw,
        "wind": factors.wind_onshore_potential_gw.fillna(0) + factors.wind_offshore_potential_gw.fillna(0),
    }
    words = {"solar": ("New PV", "新建光伏"), "wind": ("New wind", "新建风电")}
    per_twh = Figure(1 / HOURS, "8,760 hours", "derived")
    for name, (en, zh) in words.items():
        equipment(book, name, book.assume(f"{name}_life"), book.assume(f"{name}_fixed"), "power_plants|renewables", en, zh, run="slice", unit="GW")
        book.add("routes", route=f"power_{name}", cost=book.assume("wind_solar_price"), clean=1, en=en, zh=zh)
        book.add("recipes", route=f"power_{name}", item="electricity", amount=Figure(1.0, "definition", "derived"))
        book.add("recipes", route=f"power_{name}", item=name, amount=-per_twh)
        book.add(
            "recipes",
            route=f"power_{name}",
            item="energy",
            amount=book.assume("electricity_energy"),
            note="primary energy at the heat value of the power made",
        )
        row = drivers[(drivers.driver == f"{name}_capacity_added") & (drivers.year == 2030)].iloc[0]
        pace = Figure(row.value, brief(row.source), row.confidence)
        stands = frame[f"{name}_cap_gw"]
        room = potential[name].clip(upper=book.assume(f"{name}_potential_counted").value)
        weight = 0.5 * stands / stands.sum() + 0.5 * room / room.sum()
        table = monthly[monthly.technology == name].pivot(index="province", columns="month", values="cf_mean")
        for region in provinces(book):
            share = Figure(weight[region], "half by capacity of 2024 (NEA), half by potential (SWITCH-China, cited)", "derived")
            for start, end, years in ((None, 2035, 5), (2040, None, 10)):
                most = pace * share * years * (book.assume("wind_solar_pace_from_2040") if start else 1.0)
                book.add(
                    "builds",
                    region=region,
                    equipment=name,
                    from_=start,
                    until=end,
                    max=most,
                    invest=book.assume(f"{name}_cost"),
                    usable=book.assume("usable_in_first_period"),
                )
            for season, (months, _) in SEASONS.items():
                days = sum(DAYS[m] for m in months)
                factor = sum(table.loc[region, m] * DAYS[m] for m in months) / days
                book.add(
                    "availability",
                    equipment=name,
                    region=region,
                    slice=season,
                    amount=Figure(factor, "monthly mean 2019-2024, derived from NBS and NEA", "derived"),
                )
