"""Builds the tables of the instance `zero-carbon-park` from `raw/`. Run by hand: `PYTHONPATH=instances python instances/zero-carbon-park/build.py`.

Units: GWh, kt, MW, million CNY; so 1 M CNY per GWh is 1 CNY/kWh, and a megawatt that runs all year makes 8.76 GWh.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from facts import ASSUMED, HERE, TABLES, USED, Fact, a, add, f, require_all_used, rows_of, write

YEAR = 8.76  # GWh a year per MW
LATITUDE = 40.7
SEASONS = {"spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11), "winter": (12, 1, 2)}
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
SUN_TILT = {"spring": 10.0, "summer": 19.0, "autumn": -10.0, "winter": -20.0}  # mean declination of the season [degrees]
KINDS = ("windy", "fair", "dull")


def mean_by_season(technology: str) -> dict[str, float]:
    """Capacity factor of each season; December is the mean of its neighbours where only two years reported it (sun)."""
    found = [r for r in rows_of("capacity_factor_monthly") if r["technology"] == technology]
    month = {int(r["month"]): float(r["cf_mean"]) for r in found}
    if min(int(r["n_years"]) for r in found) < 3:
        month[12] = (month[11] + month[1]) / 2
    return {s: sum(month[m] * DAYS[m - 1] for m in ms) / sum(DAYS[m - 1] for m in ms) for s, ms in SEASONS.items()}


def sun_shape(season: str) -> list[float]:
    """Sine of the height of the sun through the day, with mean 1."""
    tilt, place = math.radians(SUN_TILT[season]), math.radians(LATITUDE)
    angles = [math.radians(15 * (h + 0.5 - 12)) for h in range(24)]
    up = [max(0.0, math.sin(place) * math.sin(tilt) + math.cos(place) * math.cos(tilt) * math.cos(w)) for w in angles]
    return [x * 24 / sum(up) for x in up]


def swing(amplitude: float, top: int) -> list[float]:
    return [1 + amplitude * math.cos(2 * math.pi * (h - top) / 24) for h in range(24)]


@dataclass(frozen=True)
class Weather:
    """The kinds of day: their share of the season, and the strength of wind and sun against its mean."""

    share: dict[str, float]
    wind: dict[str, float]
    sun: dict[str, float]


def weather() -> Weather:
    """The kinds of day as assumed, scaled so that wind and sun keep the mean of the season."""
    raw = {kind: [float(x) for x in ASSUMED[f"weather_{kind}"].split(";")] for kind in KINDS}
    USED.update(f"weather_{kind}" for kind in KINDS)
    share = {k: v[0] for k, v in raw.items()}
    means = [sum(v[0] * v[i] for v in raw.values()) for i in (1, 2)]
    return Weather(share, {k: v[1] / means[0] for k, v in raw.items()}, {k: v[2] / means[1] for k, v in raw.items()})


def profiles(mild: bool = False) -> list[dict[str, object]]:
    """Rows of `availability`: sun and wind in each hour of each day; `mild` makes all days of a season alike."""
    kinds, sun, wind = weather(), mean_by_season("solar"), mean_by_season("wind")
    source = "capacity_factor_monthly.csv (NBS, NEA); assumption: weather, wind_uplift, wind_night"
    rows: list[dict[str, object]] = []
    for season in SEASONS:
        for kind in KINDS:
            light, gust = (1.0, 1.0) if mild else (kinds.sun[kind], kinds.wind[kind])
            night = swing(a("wind_night").value, 2)
            for h in range(24):
                amount = {
                    "field_pv|roof_pv": sun[season] * light * sun_shape(season)[h],
                    "wind_farm": min(1.0, wind[season] * a("wind_uplift").value * gust * night[h]),
                }
                for equipment, x in amount.items():
                    rows.append(
                        {"equipment": equipment, "slice": f"{season}-{kind}-{h:02}", "amount": f"{x:.5g}", "source": source, "trust": "assumption"}
                    )
    return rows


def grid_energy() -> Fact:
    """Mean energy price of the grid: what the source calls delivered, less the charge for capacity."""
    value = f("grid_price").value - a("demand_charge").value * 12 / (8760 * a("grid_load_factor").value)
    return Fact(value, f"{f('grid_price').source}; assumption: demand_charge, grid_load_factor, valley, peak", "assumption")


def days() -> None:
    """Slices, and what differs by hour: prices of the grid, the line of another wind farm, loads."""
    kinds, wind = weather(), mean_by_season("wind")
    hours = [a("valley").value if 10 <= h < 16 else a("peak").value if 17 <= h < 22 else 1.0 for h in range(24)]
    flat = grid_energy() * (24 / sum(hours))
    heat = {"spring": 1.0, "summer": 2 - a("heat_winter").value, "autumn": 1.0, "winter": a("heat_winter").value}
    both = f"{f('coal_benchmark').source}; assumption: line_fee"
    line = Fact(f("coal_benchmark").value + a("line_fee").value, both, "assumption")
    length = {s: sum(DAYS[m - 1] for m in ms) / 365 for s, ms in SEASONS.items()}
    heat_mean = sum(heat[s] * length[s] for s in SEASONS)
    for season in SEASONS:
        for kind in KINDS:
            share = length[season] * kinds.share[kind] / 24
            for h in range(24):
                key = f"{season}-{kind}-{h:02}"
                add("slices", slice=key, season=f"{season}-{kind}", share=f"{share:.12g}", source="calendar; assumption: weather")
                add("sources", commodity="grid_power", supplier="grid", slice=key, price=flat * hours[h])
                factor = min(1.0, wind[season] * a("wind_uplift").value * kinds.wind[kind] * swing(a("wind_night").value, 2)[h])
                most = a("line_power") * (factor * YEAR * share)
                add("sources", commodity="electricity", supplier="direct line", slice=key, price=line, max=most, clean=1)
                add(
                    "markets",
                    commodity="electricity",
                    market="export",
                    slice=key,
                    price=f("coal_benchmark") * a("export_price"),
                    max=a("export_power") * (YEAR * share),
                )
                add("markets", commodity="works", slice=key, demand=a("works_energy") * (swing(a("works_day").value, 14)[h] * share))
                add("markets", commodity="heat", slice=key, demand=a("heat_energy") * (heat[season] / heat_mean * share))
    TABLES["availability"] = profiles()


def equipment(name: str, unit: str, life: int, zh: str, invest: Fact | None, fixed: Fact | float = 0.0, most: Fact | None = None) -> None:
    """A kind of capacity that can be built at `invest`; `fixed` is its yearly cost as a share of that."""
    must_run = 1 if name in ("field_pv", "wind_farm") else 0
    cost = invest * fixed if invest is not None else None
    cells = {"life": life, "fixed_cost": cost, "min_load": must_run, "run": "slice", "en": name.replace("_", " "), "zh": zh}
    add("equipment", equipment=name, unit=unit, **cells)
    if invest is not None:
        add("builds", region="park", equipment=name, max=most, invest=invest)


def machines() -> None:
    euro = f("cny_per_eur") * 0.001  # EUR/kW to M CNY per MW
    percent, twentieth = 0.01, a("battery_fixed")
    equipment("roof_pv", "MW", 25, "屋顶光伏", a("roof_pv_invest") / 1000, f("field_pv_fixed") * percent, a("roof_pv_max"))
    equipment("field_pv", "MW", 25, "地面光伏", f("field_pv_invest") * euro, f("field_pv_fixed") * percent, a("field_pv_max"))
    equipment("wind_farm", "MW", 25, "风电", f("wind_invest") * euro, f("wind_fixed") * percent, a("wind_max"))
    for kind, zh in (("green", "绿电"), ("grid", "网电")):
        equipment(f"battery_{kind}", "GWh", 15, f"{zh}储能电池", a("battery_invest") * 1.0, twentieth)
        equipment(f"inverter_{kind}", "MW", 15, f"{zh}储能变流器", a("inverter_invest") / 1000, twentieth)
    equipment("electrolyser", "MW", 20, "电解槽", a("electrolyser_invest") / 1000, f("electrolyser_fixed") * percent)
    equipment("hydrogen_tank", "kt", 20, "储氢罐", f("h2_tank_invest") * f("hydrogen_lhv") * f("cny_per_eur"), f("h2_tank_fixed") * percent)
    equipment("synthesis", "kt/yr", 25, "合成氨", f("synthesis_invest") * euro * f("ammonia_lhv") / YEAR, f("synthesis_fixed") * percent)
    equipment("heat_pump", "MW", 20, "高温热泵", f("heat_pump_invest") * euro)
    equipment("electric_boiler", "MW", 20, "电锅炉", f("electric_boiler_invest") * euro)
    equipment("heat_tank", "GWh", 25, "储热罐", a("heat_tank_invest") * 1.0)
    equipment("induction_heater", "MW", 20, "感应加热", a("induction_invest") / 1000)
    charge = a("demand_charge") * 0.012
    add("equipment", equipment="connection", unit="MW", life=40, fixed_cost=charge, run="slice", en="grid connection", zh="并网容量")
    add("builds", region="park", equipment="connection", invest=0, source="the tariff charges for it by the month")
    standing = {"gas_boiler": ("MW", "燃气锅炉", a("gas_boiler")), "furnace": ("kt/yr", "矿热炉", a("silicon_furnace"))}
    standing |= {"mill": ("kt/yr", "轧机", a("steel_mill")), "signed_load": ("MW", "可中断负荷", a("give_way_power"))}
    standing["pumps"] = ("MW", "可平移负荷", a("pumping_energy") * a("pumping_power") / YEAR)
    for name, (unit, zh, amount) in standing.items():
        add("equipment", equipment=name, unit=unit, run="slice", en=name.replace("_", " "), zh=zh)
        add("capacity", region="park", equipment=name, amount=amount)


def route(name: str, cost: Fact | float = 0.0, clean: int = 0, **items: Fact | float) -> None:
    add("routes", route=name, region="park", cost=cost or None, clean=clean or None, en=name.replace("_", " "))
    for item, amount in items.items():
        source = {} if isinstance(amount, Fact) else {"source": "unit of the route", "trust": "derived"}
        add("recipes", route=name, item=item, amount=amount, **source)


def routes() -> None:
    mw = -1 / YEAR
    route("roof_pv", clean=1, electricity=1, roof_pv=mw)
    for plant in ("field_pv", "wind_farm"):
        route(plant, own_power=1, **{plant: mw})
    route("import", grid_power=-1, electricity=1, connection=mw)
    route("deliver", a("own_use_fee"), clean=1, own_power=-1, electricity=1)
    route("curtail", own_power=-1)
    way = f("inverter_efficiency") * a("cell_efficiency")
    for kind in ("green", "grid"):
        root = Fact(math.sqrt(way.value), way.source, way.trust)
        route(f"charge_{kind}", electricity=-1, **{f"stored_{kind}": root, f"inverter_{kind}": mw})
        clean = 1 if kind == "green" else 0
        route(f"discharge_{kind}", clean=clean, electricity=root, **{f"stored_{kind}": -1, f"inverter_{kind}": root * mw})
    route("serve_works", electricity=-1, works=1)
    route("give_way", a("give_way_cost"), works=1, signed_load=mw)
    route("pumping", electricity=-1, pumped=1, pumps=mw)
    smelting = {"electricity": -f("silicon_electricity"), "silicon": 1, "co2_direct": f("silicon_co2"), "furnace": -1}
    route("smelting", f("silicon_cost"), **smelting)
    per_kt = f("hydrogen_lhv") / f("electrolysis_efficiency")
    rest = f("ammonia_electricity").value - a("ammonia_hydrogen").value * per_kt.value
    route("electrolysis", electricity=-per_kt, hydrogen=1, electrolyser=per_kt * mw)
    other = Fact(-rest, f"{f('ammonia_electricity').source}, less electrolysis", "estimate")
    route("ammonia_synthesis", hydrogen=-a("ammonia_hydrogen"), electricity=other, ammonia=1, synthesis=-1)
    power, heat = -a("steel_electricity"), a("steel_induction")
    both = Fact(power.value - heat.value, "assumption: steel_electricity, steel_induction", "assumption")
    route("reroll_gas", electricity=power, gas=-a("steel_gas"), steel=1, mill=-1)
    route("reroll_electric", electricity=both, steel=1, mill=-1, induction_heater=heat * mw)
    route("heat_pump", electricity=Fact(-1.0, "") / f("heat_pump_cop"), heat=1, heat_pump=mw)
    route("electric_boiler", electricity=Fact(-1.0, "") / f("electric_boiler_efficiency"), heat=1, electric_boiler=mw)
    route("gas_boiler", gas=Fact(-1.0, "") / f("gas_boiler_efficiency"), heat=1, gas_boiler=mw)
    route("heat_in", heat=-1, stored_heat=a("heat_tank_efficiency"))
    route("heat_out", stored_heat=-1, heat=a("heat_tank_efficiency"))


def goods() -> None:
    strict = ("electricity", "own_power", "grid_power", "stored_green", "stored_grid", "gas")
    for name, unit in {
        **dict.fromkeys(
            ("electricity", "own_power", "grid_power", "stored_green", "stored_grid", "works", "pumped", "heat", "stored_heat", "gas"), "GWh"
        ),
        **dict.fromkeys(("hydrogen", "silicon", "ammonia", "steel", "co2", "co2_direct"), "kt"),
    }.items():
        balance = "tally" if name.startswith("co2") else "slice"
        add("commodities", commodity=name, unit=unit, balance=balance, surplus="no" if name in strict else None, en=name.replace("_", " "))
    add("sources", commodity="gas", supplier="pipeline", price=f("gas_price") / a("gas_kwh"))
    demands = {"pumped": a("pumping_energy"), "hydrogen": a("truck_hydrogen"), "silicon": a("silicon_demand")}
    for name, demand in (demands | {"ammonia": a("ammonia_demand"), "steel": a("steel_demand")}).items():
        add("markets", commodity=name, demand=demand)
    add("factors", item="gas", on="use", burden="co2_direct", amount=f("gas_co2"))
    add("factors", item="co2_direct", on="burden", burden="co2", amount=1, source="unit of the burden", trust="derived")
    add("factors", item="grid_power", on="purchase", burden="co2", amount=f("grid_co2"))
    for kind in ("green", "grid"):
        add("stocks", region="park", commodity=f"stored_{kind}", stock="battery", cycle="day", equipment=f"battery_{kind}")
    add("stocks", region="park", commodity="hydrogen", stock="tank", cycle="day", equipment="hydrogen_tank")
    add("stocks", region="park", commodity="stored_heat", stock="tank", cycle="day", equipment="heat_tank")
    add("stocks", region="park", commodity="pumped", stock="waiting", cycle="day", max=a("pumping_energy") * a("pumping_hours") / 8760)
    for name in ("silicon", "steel"):
        add("stocks", region="park", commodity=name, stock="store", cycle="day", max=a(f"{name}_store"))
    add("stocks", region="park", commodity="ammonia", stock="tank", cycle="season", max=a("ammonia_store"))


def policies() -> None:
    users = "serve_works|pumping|smelting|electrolysis|ammonia_synthesis|reroll_gas|reroll_electric|heat_pump|electric_boiler"
    own, flow = "field_pv|wind_farm", {"commodity": "electricity"}
    share = {"authority": "NDRC / NEA", "en": "Share of clean electricity in what the users of the park use", "zh": "园区用电绿电占比"}
    add("policies", policy="clean_share", row=1, metric="clean_used", route=users, sense=">=", value=f("direct_clean_share"), **share)
    add("policies", policy="clean_share", row=2, side="right", metric="used", route=users, **flow)
    words = {"authority": "labelling", "en": "What the green battery gives out as clean it took in as clean", "zh": "绿电储能只充绿电"}
    add("policies", policy="green_battery", row=1, metric="clean_used", route="charge_green", sense=">=", value=1, **words)
    add("policies", policy="green_battery", row=2, side="right", metric="used", route="charge_green", **flow)
    rule = {"sense": ">=", "value": f("direct_own_use"), "authority": "NDRC / NEA", "en": "Own use in available generation", "zh": "自发自用比例"}
    add("policies", policy="own_use", row=1, metric="made", route=own, commodity="own_power", **rule)
    add("policies", policy="own_use", row=2, metric="used", coefficient=-1, route="curtail", commodity="own_power")
    add("policies", policy="own_use", row=3, metric="sale", coefficient=-1, party="export", **flow)
    add("policies", policy="own_use", row=4, side="right", metric="made", route=own, commodity="own_power")
    rule = {"sense": "<=", "value": a("export_share"), "authority": "province", "en": "Sale in available generation", "zh": "余电上网比例"}
    add("policies", policy="export", row=1, metric="sale", party="export", **flow, **rule)
    add("policies", policy="export", row=2, side="right", metric="made", route=own, commodity="own_power")
    for name in ("silicon", "ammonia", "steel"):
        words = {"authority": "plant", "en": f"Least load of {name} in every hour", "zh": "最低负荷"}
        cells = {"metric": "made", "commodity": name, "each": "slice", "sense": ">=", "value": a(f"{name}_least")}
        add("policies", policy=f"least_{name}", row=1, **cells, **words)
        add("policies", policy=f"least_{name}", row=2, side="right", metric="demand", commodity=name)
    price = {"sense": "price", "value": f("co2_price") / 1000, "authority": "MEE", "en": "Price of direct CO2", "zh": "碳价"}
    add("policies", policy="co2_price", row=1, metric="burden", commodity="co2_direct", **price)


MAIN = """schema = 1
title = "A zero-carbon park in western Inner Mongolia, 12 typical days by the hour"
money = "M CNY"
base_year = 2030
discount_rate = {rate:g}
clean_commodity = "electricity"
clean_matching = "region-slice"
licence = "figures: see SOURCES.md"
"""


def main() -> None:
    add("regions", region="park", en="Park", zh="园区", latitude=LATITUDE, longitude=109.8)
    add("periods", period="2030", start=2030, years=1)
    for part in (days, machines, routes, goods, policies):
        part()
    for name, rows in TABLES.items():
        write(HERE / f"{name}.csv", rows)
    write(HERE / "scenarios" / "weather-mild.csv", profiles(mild=True))
    flat = f"{grid_energy().value:.6g}"
    write(HERE / "scenarios" / "flat-tariff.csv", [row | ({"price": flat} if row["supplier"] == "grid" else {}) for row in TABLES["sources"]])
    (HERE / "instance.toml").write_text(MAIN.format(rate=f("discount_rate").value), encoding="utf-8")
    require_all_used()


if __name__ == "__main__":
    main()
