"""Commodities, what they emit, where they come from and who wants them.

Firm demand carries a shortage price that is a penalty, not a market price. Exports are optional sales at ports. Ore, bauxite and
aluminium are bought abroad at ports. Coal and coke are bought in each province at a price that follows the coal-power benchmark
tariff there, which contains freight and imports already.
"""

from __future__ import annotations

from .book import Book, Figure, brief, straight
from .electricity import generation, year_of
from .geography import SEASONS, provinces
from .industry import observed, total

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
NAMES = {"steel_products": "steel", "magnesium_all_forms": "magnesium", "industrial_silicon": "silicon", "flat_glass": "glass"}


def add(book: Book) -> None:
    for name, unit, balance, surplus, tags, en, zh in COMMODITIES:
        if name == "hydrogen" and book.base_year:
            continue
        book.add("commodities", "names and units of this instance", commodity=name, unit=unit, balance=balance, surplus=surplus, tags=tags, en=en, zh=zh)
    factors(book)
    supplies(book)
    products(book)
    exports(book)
    rest_of_economy(book)


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
    return {r.province: (Figure(r.coal_benchmark_ongrid_yuan_per_kwh, "benchmark coal tariff by province", r.confidence) - other) / rate for r in frame.itertuples()}


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
    book.add("sources", region="ports", commodity="aluminium", supplier="abroad", price=book.assume("aluminium_import_price"), max=limit, note="each port")
    domestic(book, "ore", "iron_ore_62_cfr_cny")
    domestic(book, "bauxite", "bauxite_guinea_cny")
    steel_share = key(book, "steel_demand_share_suggested", "population_share_2024")
    aluminium_share = key(book, "aluminium_demand_share_suggested", "gdp_share_2024")
    for period, start in book.periods.items():
        scrap = book.path("scrap_supply", start)
        aluminium_scrap = book.path("recycled_aluminium", start) * book.process("al_recycled", "scrap_aluminium")
        for region in provinces(book):
            book.add("sources", region=region, commodity="scrap", supplier="collected", period=period, price=book.price("steel_scrap", 2024) * book.assume("scrap_price_counted"), max=scrap * steel_share[region])
            book.add("sources", region=region, commodity="aluminium_scrap", supplier="collected", period=period, price=book.price("aluminium_scrap", 2024) * book.assume("scrap_price_counted"), max=aluminium_scrap * aluminium_share[region])


def domestic(book: Book, commodity: str, item: str) -> None:
    """Ore of the country, split by province as assumed, a little cheaper than the imports."""
    amount = book.assume(f"domestic_{commodity}")
    price = book.price(item, 2023, 2024) * book.assume(f"domestic_{commodity}_price")
    for region in provinces(book):
        name = f"domestic_{commodity}_in_{region.replace(' ', '_')}"
        if (name, "") in book._assumed:
            book.add("sources", region=region, commodity=commodity, supplier="domestic", price=price, max=amount * book.assume(name))


def key(book: Book, *columns: str) -> dict[str, Figure]:
    """The mean of split keys by province; sums to one."""
    frame = book.raw("demand_split_keys").set_index("province")
    share = sum(frame[c] / frame[c].sum() for c in columns) / len(columns)
    return {r: Figure(share[r], "NBS shares of 2024: " + " and ".join(c.replace("_share", "").replace("_2024", "") for c in columns), "derived") for r in provinces(book)}


def national_path(book: Book, product: str, start: int, scenario: str = "mid") -> Figure:
    """A national demand of `demand_national.csv`, straight lines between its years."""
    frame = book.raw("demand_national")
    frame = frame[(frame["product"] == product) & (frame.scenario == scenario)]
    points = dict(zip(frame.year.astype(int), frame.value))
    trust = frame.confidence.iloc[0]
    return Figure(straight(points, start), brief(frame.source.iloc[0]), trust)


def apparent(book: Book, product: str) -> Figure:
    frame = book.raw("demand_national")
    row = frame[(frame["product"] == product) & (frame.scenario == "apparent_base")].iloc[0]
    return Figure(row.value, brief(row.source), row.confidence)


def national(book: Book, product: str, year: int) -> Figure:
    frame = book.raw("national_output_nbs")
    row = frame[(frame["product"] == product) & (frame.year == year)].iloc[0]
    return Figure(row.value, "NBS national output", row.confidence)


def traded(book: Book, product: str, column: str) -> Figure:
    frame = book.raw("trade_national")
    row = frame[(frame["product"] == product)].sort_values("year").iloc[-1]
    return Figure(row[column], brief(row.source), row.confidence)


def wanted(book: Book, start: int) -> dict[str, Figure]:
    """National firm demand at home by product [Mt]."""
    feed = book.process("polysilicon_siemens", "industrial_silicon")
    if book.base_year:
        poly = total(observed(book, "polysilicon"))
        return {
            "steel": national(book, "crude_steel", 2024) - traded(book, "steel_products", "exports"),
            "aluminium": total(observed(book, "primary_aluminium")) + total(observed(book, "recycled_aluminium")),
            "alumina": book.assume("alumina_other_use"),
            "cement": national(book, "cement", 2024),
            "glass": national(book, "flat_glass", 2024) - traded(book, "flat_glass", "exports"),
            "magnesium": apparent(book, "magnesium"),
            "silicon": total(observed(book, "industrial_silicon")) - poly * feed - Figure(trade_2023(book, "industrial_silicon")),
            "polysilicon": poly,
        }
    poly = national_path(book, "polysilicon", start)
    return {
        "steel": book.path("steel_demand", start) - book.assume("steel_exports"),
        "aluminium": book.path("aluminium_demand", start),
        "alumina": book.assume("alumina_other_use"),
        "cement": national_path(book, "cement", start),
        "glass": national_path(book, "flat_glass", start),
        "magnesium": national_path(book, "magnesium", start),
        "silicon": national_path(book, "industrial_silicon", start) - poly * feed,
        "polysilicon": poly,
    }


def trade_2023(book: Book, product: str) -> float:
    frame = book.raw("trade_national")
    return float(frame[(frame["product"] == product) & (frame.year == 2023)].exports.iloc[0])


def keys(book: Book) -> dict[str, dict[str, Figure]]:
    aluminium = key(book, "aluminium_demand_share_suggested")
    return {
        "steel": key(book, "steel_demand_share_suggested"),
        "aluminium": aluminium,
        "alumina": key(book, "aluminium_semis_share_2024"),
        "cement": key(book, "construction_share_cement_2024"),
        "glass": key(book, "gdp_share_2024", "population_share_2024", "construction_share_cement_2024"),
        "magnesium": aluminium,
        "silicon": aluminium,
        "polysilicon": key(book, "gdp_share_2024"),
    }


PRICE_ITEMS = {
    "steel": "hot_rolled_coil",
    "aluminium": "primary_aluminium",
    "alumina": "alumina",
    "cement": "cement_p.o42.5",
    "glass": "flat_glass_5mm_per_t",
    "ferrosilicon": "ferrosilicon75",
    "magnesium": "magnesium",
    "silicon": "industrial_silicon_553",
    "polysilicon": "polysilicon",
}


def products(book: Book) -> None:
    split = keys(book)
    dear = book.assume("shortage_price_multiple")
    for period, start in book.periods.items():
        for product, amount in wanted(book, start).items():
            penalty = book.price(PRICE_ITEMS[product], 2023, 2024) * dear
            for region, share in split[product].items():
                if share.value > 1e-5:
                    book.add("markets", region=region, commodity=product, market="home", period=period, demand=amount * share, shortage_price=penalty, note="the shortage price is a penalty")


def exports(book: Book) -> None:
    """Optional sales at ports; the sum over ports is a policy."""
    most = book.assume("export_share_of_one_port")
    direct = {  # CO2 per tonne that a carbon price abroad would also charge
        "steel_products": book.process("pig_iron_bf", "co2_direct") * book.assume("pig_iron_per_converter_steel") + book.assume("converter_co2"),
        "flat_glass": book.process("flat_glass_gas", "co2_direct"),
        "ferrosilicon": book.process("ferrosilicon_arc", "co2_direct"),
        "magnesium_all_forms": book.process("magnesium_pidgeon", "co2_direct"),
        "industrial_silicon": book.process("silicon_arc", "co2_direct"),
    }
    for raw, co2 in direct.items():
        product = NAMES.get(raw, raw)
        amount = export_limit(book, raw)
        price = book.price(PRICE_ITEMS[product], 2023, 2024)
        for period, start in book.periods.items():
            if not book.base_year:
                more = co2 * book.path("co2_price", start) * book.assume("carbon_in_world_prices")
                book.add("markets", region="ports", commodity=product, market="export", period=period, price=price + more, max=amount * most, note="each port; the sum is a policy")
            else:
                book.add("markets", region="ports", commodity=product, market="export", period=period, price=price, max=amount * most, note="each port; the sum is a policy")


def export_limit(book: Book, raw: str) -> Figure:
    if raw == "steel_products" and not book.base_year:
        return book.assume("steel_exports")
    if raw == "industrial_silicon" and book.base_year:
        return Figure(trade_2023(book, raw), "GACC, recalled", "estimate")
    return traded(book, raw, "exports")


def industry_power(book: Book) -> dict[str, Figure]:
    """Electricity that the modelled industries used at their latest output, own captive power included [TWh]."""
    p = book.process
    iron = observed(book, "pig_iron")
    per_unit = {
        "crude_steel": book.assume("converter_electricity"),
        "primary_aluminium": p("al_primary_grid", "electricity_kwh") / 1000,
        "alumina": p("alumina_bayer", "electricity_kwh") / 1000,
        "recycled_aluminium": p("al_recycled", "electricity_kwh") / 1000,
        "cement_clinker": p("clinker_dry", "electricity_kwh") / 1000,
        "cement": p("cement_grinding", "electricity_kwh") / 1000,
        "flat_glass": p("flat_glass_gas", "electricity_kwh") / 1000,
        "ferrosilicon": p("ferrosilicon_arc", "electricity_kwh") / 1000,
        "magnesium": p("magnesium_pidgeon", "electricity_kwh") / 1000,
        "industrial_silicon": p("silicon_arc", "electricity_kwh") / 1000,
        "polysilicon": p("polysilicon_siemens", "electricity_kwh") / 1000,
    }
    result = {r: Figure(0.0, "latest output times use per tonne", "derived") for r in provinces(book)}
    for product, use in per_unit.items():
        for region, made in observed(book, product).items():
            result[region] = result[region] + made * use
    # electric steel: what steel exceeds the iron that converters need is melted in arc furnaces
    arc = p("steel_scrap_eaf", "electricity_kwh") / 1000 - book.assume("converter_electricity")
    pig = book.assume("pig_iron_per_converter_steel")
    for region, steel in observed(book, "crude_steel").items():
        melted = steel - iron.get(region, Figure(0.0)) / pig
        if melted.value > 0:
            result[region] = result[region] + melted * arc
    return {r: Figure(f.value, "NBS use of electricity; latest output times use per tonne", "estimate") for r, f in result.items()}


def rest_of_economy(book: Book) -> None:
    frame = generation(book, year_of(book))
    industry = industry_power(book)
    penalty = book.assume("electricity_shortage_price")
    for period, start in book.periods.items():
        growth = Figure(1.0) if book.base_year else book.path("rest_power_growth", start)
        for region in provinces(book):
            rest = (Figure(frame.consumption_twh[region], "NEA use of electricity", "sourced") - industry[region]) * growth
            for season in SEASONS:
                share = book.assume(f"rest_power_share_{season}")
                book.add("markets", region=region, commodity="electricity", market="rest", period=period, slice=season, demand=rest * share, shortage_price=penalty, note="rest of the economy; the shortage price is a penalty")
