"""Commodities, what they emit, and where they come from.

Ore, bauxite and aluminium are bought abroad at ports. Coal and coke are bought in each province at a price that follows the coal-power
benchmark tariff there, which contains freight and imports already.
"""

from __future__ import annotations

from .book import Book, Figure
from .demand import key
from .geography import provinces

COMMODITIES = [  # name, unit, balance, surplus, tags, English, Chinese
    ("electricity", "TWh", "slice", "no", "", "Electricity", "电力"),
    ("coal", "Mtce", "year", "no", "fuel", "Coal", "煤炭"),
    ("coke", "Mt", "year", "no", "fuel", "Coke", "焦炭"),
    ("gas", "km^3", "year", "no", "fuel", "Natural gas", "天然气"),
    ("hydrogen", "Mt", "year", "", "", "Hydrogen", "氢"),
    ("ore", "Mt", "year", "", "", "Iron ore, 62 %", "铁矿石"),
    ("scrap", "Mt", "year", "", "", "Steel scrap", "废钢"),
    ("pig_iron", "Mt", "year", "", "", "Pig iron", "生铁"),
    ("sponge", "Mt", "year", "", "", "Sponge iron", "直接还原铁"),
    ("steel", "Mt", "year", "", "product", "Crude steel", "粗钢"),
    ("bauxite", "Mt", "year", "", "", "Bauxite", "铝土矿"),
    ("alumina", "Mt", "year", "", "", "Alumina", "氧化铝"),
    ("aluminium_scrap", "Mt", "year", "", "", "Aluminium scrap", "废铝"),
    ("aluminium", "Mt", "year", "", "product", "Aluminium", "铝"),
    ("clinker", "Mt", "year", "", "", "Clinker", "水泥熟料"),
    ("cement", "Mt", "year", "", "product", "Cement", "水泥"),
    ("glass", "Mt", "year", "", "product", "Flat glass", "平板玻璃"),
    ("ferrosilicon", "Mt", "year", "", "product", "Ferrosilicon", "硅铁"),
    ("magnesium", "Mt", "year", "", "product", "Magnesium", "镁"),
    ("silicon", "Mt", "year", "", "product", "Industrial silicon", "工业硅"),
    ("polysilicon", "Mt", "year", "", "product", "Polysilicon", "多晶硅"),
    ("co2", "Mt", "tally", "", "", "CO2", "二氧化碳"),
    ("pfc", "Mt", "tally", "", "", "Perfluorocarbons in CO2 equivalent", "全氟化碳（CO2当量）"),
    ("ghg", "Mt", "tally", "", "", "Greenhouse gases", "温室气体"),
    ("energy", "Mtce", "tally", "", "", "Energy", "能源"),
    ("energy_controlled", "Mtce", "tally", "", "", "Energy less clean power, as controlled", "考核能耗（扣除绿电）"),
]


def add(book: Book) -> None:
    for name, unit, balance, surplus, tags, en, zh in COMMODITIES:
        if name == "hydrogen" and book.base_year:
            continue
        book.add(
            "commodities", "names and units of this instance", commodity=name, unit=unit, balance=balance, surplus=surplus, tags=tags, en=en, zh=zh
        )
    factors(book)
    supplies(book)


def factors(book: Book) -> None:
    for fuel in ("coal", "coke", "gas"):
        book.add("factors", item=fuel, on="use", burden="co2", amount=book.assume(f"{fuel}_co2"))
        energy = Figure(1.0, "unit", "derived") if fuel == "coal" else book.assume(f"{fuel}_energy")
        book.add("factors", item=fuel, on="use", burden="energy", amount=energy)
    power = book.assume("electricity_energy")
    book.add("factors", item="electricity", on="use", burden="energy", amount=power)
    one = Figure(1.0, "definition", "derived")
    book.add("factors", item="co2", on="burden", burden="ghg", amount=one)
    book.add("factors", item="pfc", on="burden", burden="ghg", amount=one)
    book.add("factors", item="energy", on="burden", burden="energy_controlled", amount=one)
    note = "renewable power is left out of the total"
    book.add("factors", item="electricity", on="clean_use", burden="energy_controlled", amount=-power, note=note)


def coal_prices(book: Book) -> dict[str, Figure]:
    """[billion CNY per Mtce]: the benchmark tariff less what is not fuel, over the coal rate."""
    frame = book.raw("electricity_factors_province")
    other, rate = book.assume("coal_tariff_without_fuel"), book.assume("coal_rate")
    return {
        r.province: (Figure(r.coal_benchmark_ongrid_yuan_per_kwh, "benchmark coal tariff by province", r.confidence) - other) / rate
        for r in frame.itertuples()
    }


def supplies(book: Book) -> None:
    coal = coal_prices(book)
    mean = sum(p.value for p in coal.values()) / len(coal)
    coke = book.price("met_coke", 2023, 2024)
    per_coke = book.assume("coal_per_coke")
    for region in provinces(book):
        book.add("sources", region=region, commodity="coal", supplier="local market", price=coal[region])
        book.add("sources", region=region, commodity="coke", supplier="local market", price=coke + (coal[region] - mean) * per_coke)
    book.add("sources", commodity="gas", supplier="gas grid", price=book.price("natural_gas_industrial_m3", 2024) * 1000, note="CNY/m3")
    book.add("sources", region="ports", commodity="ore", supplier="abroad", price=book.price("iron_ore_62_cfr_cny", 2023, 2024))
    book.add("sources", region="ports", commodity="bauxite", supplier="abroad", price=book.price("bauxite_guinea_cny", 2023, 2024))
    limit = book.assume("aluminium_import_most")
    book.add(
        "sources", region="ports", commodity="aluminium", supplier="abroad", price=book.assume("aluminium_import_price"), max=limit, note="each port"
    )
    domestic(book, "ore", "iron_ore_62_cfr_cny")
    domestic(book, "bauxite", "bauxite_guinea_cny")
    steel_share = key(book, "steel_demand_share_suggested", "population_share_2024")
    aluminium_share = key(book, "aluminium_demand_share_suggested", "gdp_share_2024")
    for period, start in book.periods.items():
        scrap = book.path("scrap_supply", start)
        aluminium_scrap = book.path("recycled_aluminium", start) * book.process("al_recycled", "scrap_aluminium")
        for region in provinces(book):
            book.add(
                "sources",
                region=region,
                commodity="scrap",
                supplier="collected",
                period=period,
                price=book.price("steel_scrap", 2024) * book.assume("scrap_price_counted"),
                max=scrap * steel_share[region],
            )
            book.add(
                "sources",
                region=region,
                commodity="aluminium_scrap",
                supplier="collected",
                period=period,
                price=book.price("aluminium_scrap", 2024) * book.assume("scrap_price_counted"),
                max=aluminium_scrap * aluminium_share[region],
            )


def domestic(book: Book, commodity: str, item: str) -> None:
    """Ore of the country, split by province as assumed, a little cheaper than the imports."""
    amount = book.assume(f"domestic_{commodity}")
    price = book.price(item, 2023, 2024) * book.assume(f"domestic_{commodity}_price")
    for region in provinces(book):
        name = f"domestic_{commodity}_in_{region.replace(' ', '_')}"
        if (name, "") in book.assumed:
            book.add("sources", region=region, commodity=commodity, supplier="domestic", price=price, max=amount * book.assume(name))
