"""Who wants what: products at home, exports at ports, the rest of the economy's power.

Firm demand carries a shortage price that is a penalty, not a market price. Exports are optional sales at ports.
"""

from __future__ import annotations

from .book import Book, Figure, brief, straight
from .electricity import generation, year_of
from .geography import SEASONS, provinces
from .industry import observed, total

NAMES = {"steel_products": "steel", "magnesium_all_forms": "magnesium", "industrial_silicon": "silicon", "flat_glass": "glass"}


def add(book: Book) -> None:
    products(book)
    exports(book)
    rest_of_economy(book)


def key(book: Book, *columns: str) -> dict[str, Figure]:
    """The mean of split keys by province; sums to one."""
    frame = book.raw("demand_split_keys").set_index("province")
    share = sum(frame[c] / frame[c].sum() for c in columns) / len(columns)
    return {
        r: Figure(share[r], "NBS shares of 2024: " + " and ".join(c.replace("_share", "").replace("_2024", "") for c in columns), "derived")
        for r in provinces(book)
    }


def national_path(book: Book, product: str, start: int, scenario: str = "mid") -> Figure:
    """A national demand of `demand_national.csv`, straight lines between its years."""
    frame = book.raw("demand_national")
    frame = frame[(frame["product"] == product) & (frame.scenario == scenario)]
    points = dict(zip(frame.year.astype(int), frame.value, strict=False))
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
                    book.add(
                        "markets",
                        region=region,
                        commodity=product,
                        market="home",
                        period=period,
                        demand=amount * share,
                        shortage_price=penalty,
                        note="the shortage price is a penalty",
                    )


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
                book.add(
                    "markets",
                    region="ports",
                    commodity=product,
                    market="export",
                    period=period,
                    price=price + more,
                    max=amount * most,
                    note="each port; the sum is a policy",
                )
            else:
                book.add(
                    "markets",
                    region="ports",
                    commodity=product,
                    market="export",
                    period=period,
                    price=price,
                    max=amount * most,
                    note="each port; the sum is a policy",
                )


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
                book.add(
                    "markets",
                    region=region,
                    commodity="electricity",
                    market="rest",
                    period=period,
                    slice=season,
                    demand=rest * share,
                    shortage_price=penalty,
                    note="rest of the economy; the shortage price is a penalty",
                )
