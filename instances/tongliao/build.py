"""Builds the tables of the instance `tongliao` from `raw/`. Run by hand: `PYTHONPATH=instances python instances/tongliao/build.py`.

Units: TWh, GW, Mt, Mtce, Mm3, km2, bn CNY; so 1 bn CNY per TWh is 1 CNY/kWh, and 1 bn CNY per Mt is 1,000 CNY/t.
"""

from __future__ import annotations

from facts import HERE, TABLES, Fact, a, add, f, fact, require_all_used, rows_of, write
from places import GOODS, PLACES, REGIONS, STANDING, TRADE
from plants import THERMAL, equipment, room, routes, standing, use_of_year
from seasons import by_block, by_heat, calendar, weather

PERIODS = {"2022": 3, "2025": 5, "2030": 5, "2035": 5}
LATER = list(PERIODS)[1:]
LINKS = (
    ("huolingol", "zhalute"),
    ("zhalute", "kailu"),
    ("zhalute", "left_middle"),
    ("kailu", "horqin"),
    ("kailu", "naiman"),
    ("horqin", "left_middle"),
    ("horqin", "left_rear"),
    ("left_middle", "left_rear"),
    ("left_rear", "hure"),
    ("hure", "naiman"),
)
NEW = "smelt_new|roll_new|nickel_new|stainless_new|finish|ferment_new"
NO_OUTLET = ("huolingol", "horqin")  # wind and PV there stand on the works' own networks


def network() -> None:
    for one, other in LINKS:
        for origin, destination in ((one, other), (other, one)):
            add("links", origin=origin, destination=destination, mode="line", loss=a("line_loss"), equipment="corridor")
    add("freight", mode="line", commodity="electricity", handling=a("line_fee"))
    for origin in REGIONS:
        if origin not in NO_OUTLET:
            add("freight", mode="line", commodity="green", origin=origin, handling=a("line_fee"))
    for one, other in LINKS:
        add("links", origin=one, destination=other, mode="rail", both="yes", source="railways of the city")
    add("freight", mode="rail", commodity="lignite|cement|aluminium|stainless_steel", handling=a("rail_cost"))


def trade() -> None:
    share = {r["region"]: r for r in PLACES}
    for row in TRADE:
        kind, good = row["kind"], row["commodity"]
        if kind == "buy":
            add("sources", region=row["regions"].strip("*"), commodity=good, supplier="outside", price=fact(row, "price"))
            continue
        for period in PERIODS:
            amount = fact(row, period)
            if kind == "sell":
                for region in row["regions"].split("|"):
                    add("markets", region=region, commodity=good, market="outside", period=period, price=fact(row, "price"), max=amount)
                continue
            for region in REGIONS if row["regions"] == "*" else [row["regions"]]:
                part = float(share[region]["heat_share" if good == "heat" else "city_share"]) if row["regions"] == "*" else 1.0
                spread = {"heat": by_heat}.get(good)
                for name, demand in spread(amount * part) if spread else [("", amount * part)]:
                    add("markets", region=region, commodity=good, period=period, slice=name, demand=demand)
    for good, price in (("outside_green", a("green_price")), ("outside_coal", a("coal_price_power"))):
        for name, value in by_block(price):
            add("markets", region="zhalute|left_rear", commodity=good, market="outside", slice=name, price=value, max=60, trust="assumption")


def sold_once() -> None:
    """A product that may be sold in several banners has one market."""
    for row in TRADE:
        if row["kind"] == "sell" and "|" in row["regions"]:
            first = next(p for p in PERIODS if float(row[p]))
            cells = {"metric": "sale", "commodity": row["commodity"], "party": "outside", "sense": "<=", "from": first}
            words = {"authority": "market", "en": f"Most that is sold of {row['commodity'].replace('_', ' ')}", "zh": "销售上限"}
            add("policies", policy=f"market_{row['commodity']}", row=1, **cells, **words)
            for period in (p for p in PERIODS if float(row[p])):
                add("policy_values", policy=f"market_{row['commodity']}", period=period, value=fact(row, period))


def rule(name: str, authority: str, en: str, zh: str, **cells: object) -> None:
    add("policies", policy=name, row=1, **cells, authority=authority, en=en, zh=zh)


def values(name: str, **by_period: Fact) -> None:
    for period, value in by_period.items():
        add("policy_values", policy=name, period=period.lstrip("y"), value=value)


def plant_rules() -> None:
    for part, unit in (("captive", "captive"), ("grid", "coal_grid")):
        least = a(THERMAL[unit])
        most = Fact(1 / least.value - 1, least.source, least.trust)
        places = "|".join(row["region"] for row in STANDING if row["equipment"] == unit)
        cells = {"metric": "activity", "region": places, "route": f"{part}_swing", "each": "region|slice", "sense": "<=", "value": most}
        rule(f"steady_{part}", "plant", "A unit that is on runs at its least load at least", "机组最小出力", **cells)
        add("policies", policy=f"steady_{part}", row=2, side="right", metric="activity", route=f"{part}_flat")
        if part == "grid":
            add("policies", policy="steady_grid", row=3, side="right", metric="activity", route="chp", coefficient=0.5)
    for unit, what in (("GW", "power"), ("TWh/yr", "lines"), ("Mt/yr", "works")):
        names = "|".join(sorted({r["equipment"] for r in TABLES["capacity"]} & {r["equipment"] for r in TABLES["equipment"] if r["unit"] == unit}))
        cells = {"metric": "capacity_closed", "equipment": names, "sense": "<=", "value": 0, "until": 2022}
        rule(f"stand_2022_{what}", "fact", f"What stands in 2022 stays: {what}", "现状", **cells)
    for name, most, later in (("wind_new", f("programme_wind"), a("later_wind")), ("pv_new", f("programme_pv"), a("later_pv"))):
        zh = "规划新增规模"
        rule(
            f"programme_{name[:-4]}",
            "city",
            f"Most {name.replace('_', ' ')[:-4]} built",
            zh,
            metric="capacity_new",
            equipment=name,
            sense="<=",
            **{"from": 2025},
        )
        values(f"programme_{name[:-4]}", y2025=most, y2030=later, y2035=later)


def city_rules() -> None:
    smelters = {"route": "smelt|smelt_new"}
    rule("green_aluminium", "NDRC / city", "Clean power in smelting", "电解铝绿电占比", metric="clean_used", sense=">=", **{"from": 2025}, **smelters)
    add("policies", policy="green_aluminium", row=2, side="right", metric="used", commodity="electricity", **smelters)
    values("green_aluminium", y2025=a("green_2025"), y2030=a("green_2030"), y2035=a("green_2035"))
    limit = f("intensity_limit") * 0.1  # tce per 10,000 CNY to Mtce per bn CNY
    new = {"metric": "burden", "route": NEW}
    words = ("city", "Energy of new projects per value added; clean power left out", "新上项目单位增加值能耗")
    rule("new_projects", *words, commodity="project_energy", sense="<=", value=limit, **{"from": 2025}, **new)
    add("policies", policy="new_projects", row=2, side="right", commodity="gdp", **new)
    add("factors", item="electricity", on="clean_use", burden="project_energy", amount=-a("green_value"))
    for name, en, zh in (("water", "Water of industry", "工业用水"), ("land", "Ground of wind, PV and planting", "新能源与造林用地")):
        rule(name, "city", en, zh, metric="burden", commodity=name, each="region", sense="<=", **{"from": 2025})
    for row in rows_of("caps"):
        add("policy_values", policy=row["policy"], region=row["region"], value=fact(row, "base") * a("water_room") * float(row["room"]))
    for row in PLACES:
        add("policy_values", policy="land", region=row["region"], value=fact(row, "wind_land"))
    rule("waste", "city", "Ash and slag dumped in a year", "固废堆存", metric="burden", commodity="waste", sense="<=", **{"from": 2025})
    values("waste", **{f"y{p}": a("waste_2022") * a("waste_room") for p in LATER})


def dual_control() -> None:
    """Rules that are off in the base: on energy, on CO2 of what is used, on CO2 of what is burnt; each on the total and per value added."""
    counted = (("energy", "energy", "Primary energy", "能耗"), ("co2", "carbon", "CO2 less sinks", "碳排放"))
    for burden, path, what, zh in (*counted, ("co2_stack", "carbon", "CO2 at the stack less sinks", "属地碳排放")):
        total, per_value = f"{burden}_total", f"{burden}_intensity"
        cells = {"metric": "burden", "commodity": burden, "sense": "<=", "from": 2025, "active": "no"}
        rule(total, "NDRC", f"{what}, total", f"{zh}总量", **cells)
        rule(per_value, "NDRC", f"{what}, per value added", f"{zh}强度", **cells)
        add("policies", policy=per_value, row=2, side="right", metric="burden", commodity="gdp")
        base = a(f"{burden}_2022")
        values(total, **{f"y{p}": base * a(f"{path}_{p}") for p in LATER})
        values(per_value, **{f"y{p}": base / a("gdp_2022") * a(f"{path}_intensity_{p}") for p in LATER})


def burdens() -> None:
    for row in GOODS:
        add("commodities", **row, trust="derived", source="layout of the instance")
    for item in ("coal_energy", "oil_energy", "gas_energy"):
        add("factors", item=item, on="burden", burden="energy", amount=1, source="unit of the burden", trust="derived")
        add("factors", item=item, on="burden", burden="co2", amount=f(item.replace("_energy", "_co2")))
    add("factors", item="co2", on="burden", burden="co2_stack", amount=1, source="unit of the burden", trust="derived")
    add("factors", item="coal_sent_out", on="burden", burden="co2_stack", amount=f("coal_co2"))
    add("factors", item="green_energy", on="burden", burden="energy", amount=a("green_value"))
    room()


MAIN = """schema = 1
title = "Tongliao, a city on lignite and wind: aluminium, nickel and the step from energy to carbon dual control"
money = "bn CNY"
base_year = 2022
discount_rate = {rate:g}
clean_commodity = "electricity"
clean_matching = "region-year"
licence = "figures: see SOURCES.md"
"""


def main() -> None:
    for row in PLACES:
        add("regions", **{k: row[k] for k in ("region", "en", "zh", "latitude", "longitude", "source", "trust")})
    for period, years in PERIODS.items():
        add("periods", period=period, start=int(period), years=years)
    calendar()
    for part in (burdens, standing, equipment, use_of_year, routes, network, trade, sold_once, plant_rules, city_rules, dual_control):
        part()
    TABLES["availability"] = [*TABLES["availability"], *weather()]
    for name, rows in TABLES.items():
        write(HERE / f"{name}.csv", rows)
    write(HERE / "scenarios" / "weather-mild.csv", [row for row in TABLES["availability"] if "slice" not in row] + weather(mild=True))
    (HERE / "instance.toml").write_text(MAIN.format(rate=f("discount_rate").value), encoding="utf-8")
    require_all_used()


if __name__ == "__main__":
    main()
