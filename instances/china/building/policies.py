"""What the authorities ask: contracts and trade, caps, clean shares, self-sufficiency and reserves."""

from __future__ import annotations

from . import aluminium, demand, steel
from .book import Book, Figure
from .electricity import generation, shape, thermal_capacity
from .geography import GRIDS, SEASONS, provinces, season_share
from .industry import observed
from .rows import policy, raw_target, value

POTS = "pots"


def add(book: Book) -> None:
    contracts(book)
    trade(book)
    if book.base_year:
        return
    caps(book)
    clean_shares(book)
    security(book)


def contracts(book: Book) -> None:
    """Contracted exports: what a province makes less what it uses, by season, is at least a share of the net exports of
    2024 (2023 in the base year). Demand that is not met counts as not used."""
    name = "contracted_exports"
    rows = [
        dict(metric="made", commodity="electricity", sense=">=", value=1, each="region|slice", **({} if book.base_year else {"until": 2035})),
        {"metric": "purchase", "commodity": "electricity"},
        {"metric": "used", "commodity": "electricity", "coefficient": -1},
        {"metric": "shortage", "commodity": "electricity"},
        {"side": "right", "metric": "demand", "commodity": "electricity"},
        {"side": "right", "metric": "constant"},
    ]
    exporters = {}
    frame = generation(book, 2023 if book.base_year else 2024)
    share = book.assume("contract_share")
    for region, row in frame.iterrows():
        if row.net_import_twh < -5:
            exporters[region] = -Figure(row.net_import_twh, "NBS, NEA: generation less use", "derived") * share
    rows[0]["region"] = "|".join(exporters)
    policy(
        book,
        name,
        rows,
        "Contracted exports of power are delivered, season by season",
        "外送电合同按季履行",
        "NDRC / NEA",
        "assumption: contract_share",
    )
    months = hydro_season_weight(book, frame)
    for region, amount in exporters.items():
        for season in SEASONS:
            value(book, name, amount * months[region][season], row=6, region=region, slice=season)


def hydro_season_weight(book: Book, frame) -> dict[str, dict[str, float]]:
    """Net exports follow the season of a province's hydro as far as it has hydro; the rest is even."""
    hydro = shape(book, "hydro", 2023 if book.base_year else None)
    result = {}
    for region, row in frame.iterrows():
        part = row.hydro_twh / row.generation_total_twh
        curve = hydro.get(region, hydro["mean"])
        result[region] = {s: part * curve[s] + (1 - part) * season_share(s) for s in SEASONS}
    return result


def trade(book: Book) -> None:
    for raw in ("steel_products", "flat_glass", "ferrosilicon", "magnesium_all_forms", "industrial_silicon"):
        product = demand.NAMES.get(raw, raw)
        amount = demand.export_limit(book, raw)
        rows = [{"metric": "sale", "commodity": product, "party": "export", "sense": "<=", "value": amount}]
        policy(book, f"export_{product}", rows, f"Exports of {product}, all ports together", f"出口上限：{product}", "MOFCOM / GACC", amount.source)
    kept = demand.export_limit(book, "steel_products") * book.assume("steel_exports_kept")
    rows = [{"metric": "sale", "commodity": "steel", "party": "export", "sense": ">=", "value": kept}]
    policy(book, "export_kept_steel", rows, "Steel exports do not break off", "钢材出口不中断", "MOFCOM", "assumption: steel_exports_kept")


def caps(book: Book) -> None:
    miit = "MIIT"
    cap = raw_target(book, "primary_aluminium", "capacity_cap")
    policy(
        book,
        "aluminium_cap",
        [{"metric": "capacity", "equipment": POTS, "sense": "<=", "value": cap}],
        "45 Mt/yr of primary aluminium",
        "电解铝产能4500万吨上限",
        "NDRC / MIIT",
        cap.source,
    )
    steel_cap = demand.national(book, "crude_steel", 2024)
    policy(
        book,
        "steel_output",
        [{"metric": "made", "commodity": "steel", "sense": "<=", "value": steel_cap}],
        "No more crude steel than in 2024",
        "粗钢产量不高于2024年",
        "NDRC / MIIT",
        steel_cap.source,
    )
    clinker_cap = raw_target(book, "cement_clinker", "capacity_target")
    rows = [{"metric": "capacity", "equipment": "kilns", "sense": "<=", "value": clinker_cap, "from_": 2030}]
    policy(book, "clinker_cap", rows, "1,800 Mt/yr of clinker kilns", "熟料产能18亿吨", miit, clinker_cap.source)
    rows = [{"metric": "capacity", "equipment": "below_baseline", "sense": "<=", "value": 0, "from_": 2030}]
    policy(
        book,
        "phase_out",
        rows,
        "Nothing below the efficiency baseline from 2030",
        "2030年起淘汰能效基准以下产能",
        "NDRC / MIIT",
        "NDRC 2021 No. 1609, 2023 No. 723; assumption: below_baseline_share",
    )
    share = raw_target(book, "crude_steel", "eaf_share_target")
    rows = [
        {"metric": "made", "commodity": "steel", "equipment": "arc_furnace", "sense": ">=", "value": share, "from_": 2030},
        {"side": "right", "metric": "made", "commodity": "steel"},
    ]
    limit = [
        {"metric": "activity", "route": "steel_scrap", "sense": "<=", "value": book.assume("scrap_steel_most")},
        {"side": "right", "metric": "made", "commodity": "steel"},
    ]
    policy(
        book,
        "residuals",
        limit,
        "Steel from scrap alone is limited by copper and tin in the scrap",
        "废钢残余元素限制全废钢炼钢比例",
        "steel industry",
        "assumption: scrap_steel_most",
    )
    policy(
        book,
        "electric_steel",
        rows,
        "Electric steel at least 15 %, five years late",
        "电炉钢占比不低于15%",
        miit,
        share.source,
        note="the target of 2025 was missed; binds from 2030",
    )


def clean_shares(book: Book) -> None:
    factors = book.raw("electricity_factors_province").set_index("province")
    low, high = book.assume("clean_share_least"), book.assume("clean_share_most")
    step = book.assume("clean_share_step")

    def weight(region: str) -> Figure:
        rps = factors.rps_total_2023_pct[region]
        if rps != rps:
            return book.assume("weight_of_tibet")
        return Figure(rps / 100, "NDRC / NEA renewable weights 2023", "sourced")

    def own(region: str) -> Figure:
        known = factors.aluminium_green_power_share_2024_pct[region]
        if known == known:
            return Figure(known / 100, "projectblue 2024-08-22", "sourced")
        w = weight(region)
        return Figure(min(max(w.value, low.value), high.value), w.source + "; assumption: clean_share_least", "assumption")

    def path(share: Figure, start: int, most: float) -> Figure:
        years = min(start, book.assume("clean_share_rises_until").value) - 2025
        return min(share + step * years, Figure(most, share.source, share.trust), key=lambda f: f.value) if share.value < most else share

    users = {
        "clean_aluminium": (POTS, own, "Aluminium"),
        "clean_polysilicon": ("polysilicon_makers", own, "Polysilicon"),
        "clean_steel": ("steelworks|ironworks", weight, "Iron and steel"),
        "clean_cement": ("cementworks", weight, "Cement"),
    }
    zh = {"clean_aluminium": "电解铝", "clean_polysilicon": "多晶硅", "clean_steel": "钢铁", "clean_cement": "水泥"}
    where = {
        "clean_aluminium": sorted(aluminium.table_capacity(book, "primary_aluminium")),
        "clean_polysilicon": sorted(observed(book, "polysilicon")),
        "clean_steel": sorted(steel.capacities(book)["converter"]),
        "clean_cement": provinces(book),
    }
    power = book.process("al_primary_grid", "electricity_kwh") / 1000
    for name, (equipment, rule, en) in users.items():
        rows = [
            {"metric": "clean_used", "equipment": equipment, "region": "|".join(where[name]), "each": "region", "sense": ">="},
            {"side": "right", "metric": "used", "commodity": "electricity", "equipment": equipment},
        ]
        if name == "clean_aluminium":  # captive power counts as use
            rows.append({"side": "right", "metric": "activity", "route": "aluminium_captive", "coefficient": power})
        policy(
            book,
            name,
            rows,
            f"{en}: share of clean power",
            f"{zh[name]}绿电消费比例",
            "NDRC / NEA",
            "NDRC / NEA 2025: shares by province; where not known the weight of 2023",
            note="assumption: clean_share_step",
        )
        for region in where[name]:
            for period, start in book.periods.items():
                value(book, name, path(rule(region), start, high.value), region=region, period=period)

    name = "renewable_weight"
    rows = [
        {"metric": "clean_used", "each": "region", "sense": ">=", "price": book.assume("certificate_price")},
        {"side": "right", "metric": "used", "commodity": "electricity"},
        {"side": "right", "metric": "demand", "commodity": "electricity"},
    ]
    policy(
        book,
        name,
        rows,
        "Renewable share of all power used; certificates fill the gap",
        "可再生能源电力消纳责任权重（缺口以绿证补足）",
        "NDRC / NEA",
        "NDRC / NEA renewable weights 2023; assumption: certificate_price",
    )
    for region in provinces(book):
        for period, start in book.periods.items():
            value(book, name, path(weight(region), start, book.assume("weight_most").value), region=region, period=period)


def security(book: Book) -> None:
    rows = [
        {"metric": "made", "commodity": "aluminium", "sense": ">=", "value": book.assume("self_sufficiency_aluminium")},
        {"side": "right", "metric": "demand", "commodity": "aluminium"},
    ]
    policy(book, "self_sufficiency_aluminium", rows, "Aluminium made at home", "铝自给率", "NDRC / MIIT", "assumption: self_sufficiency_aluminium")
    rows = [
        {"metric": "purchase", "commodity": "ore", "party": "domestic", "sense": ">=", "value": book.assume("self_sufficiency_ore")},
        {"side": "right", "metric": "used", "commodity": "ore"},
    ]
    policy(book, "self_sufficiency_ore", rows, "Domestic iron ore", "国产铁矿石比例", "NDRC / MIIT", "assumption: self_sufficiency_ore")
    amount = book.assume("aluminium_reserve")
    book.add("stocks", region="Shanghai", commodity="aluminium", stock="state reserve", cycle="horizon", first=amount, end=amount, max=amount * 3)
    rows = [{"metric": "stock", "commodity": "aluminium", "sense": ">=", "value": amount * book.assume("reserve_kept")}]
    policy(
        book,
        "aluminium_reserve",
        rows,
        "State reserve of aluminium",
        "铝国家储备",
        "National Food and Strategic Reserves Administration",
        "assumption: aluminium_reserve",
    )
    coal, gas = thermal_capacity(book)
    by_grid = book.raw("provinces").set_index("name_en").grid_region
    for grid, group in GRIDS.items():
        name = f"reserve_{group}"
        rows = [{"metric": "capacity", "equipment": "coal_power|gas_power|coal_capture", "region": group, "sense": ">="}]
        policy(book, name, rows, f"Firm power kept in the {grid} grid", f"支撑性电源保有量：{group}", "NEA", "assumption: firm_power_kept")
        firm = sum(coal[r].value + gas[r].value for r in provinces(book) if by_grid[r] == grid)
        for period, start in book.periods.items():
            value(book, name, Figure(firm, "NEA, CEC capacity 2024", "derived") * book.path("firm_power_kept", start), period=period)
