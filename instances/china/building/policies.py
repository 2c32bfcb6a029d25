"""What the authorities ask, as rows, and the replacement rules as swaps."""

from __future__ import annotations

from . import aluminium, demand, minerals, silicon, steel
from .book import Book, Figure, brief
from .electricity import generation, thermal_capacity
from .geography import GRIDS, SEASONS, provinces
from .industry import observed, total

POTS = "pots"
FAMILIES = {  # pace is kept by industry and province: all potlines of a province count as one
    "iron": "blast_furnace|blast_furnace_old|blast_furnace_capture|shaft_furnace",
    "steel": "converter|arc_furnace",
    "pots": "pots_grid|pots_captive",
    "alumina": "refinery",
    "recycling": "remelter",
    "clinker": "kiln|kiln_old|kiln_capture",
    "glass": "float_line",
    "ferrosilicon": "alloy_furnace|alloy_furnace_old",
    "magnesium": "magnesium_works",
    "silicon": "silicon_furnace",
    "polysilicon": "polysilicon_works",
    "cement": "mill",
    "power": "coal_power|gas_power",  # closing only
}


def add(book: Book) -> None:
    contracts(book)
    trade(book)
    if book.base_year:
        pace_base(book)
        return
    caps(book)
    clean_shares(book)
    carbon(book)
    dual_control(book)
    pace(book)
    ramps(book)
    security(book)
    swaps(book)


def policy(book: Book, name: str, rows: list[dict], en: str, zh: str, authority: str, source: str, note: str = "", **head) -> None:
    """The rows of one policy; `head` goes on the first. A metric's scope stays as written."""
    for number, row in enumerate(rows, 1):
        cells = dict(policy=name, row=number, **row)
        if number == 1:
            cells |= dict(en=en, zh=zh, authority=authority, **head)
        book.add("policies", source, note if number == 1 else "", **cells)
        book.rows["policies"][-1]["x_trust"] = "assumption" if source.startswith("assumption") else "sourced"


def value(book: Book, name: str, amount, note: str = "", **key) -> None:
    book.add("policy_values", policy=name, value=amount, note=note, **key)


def raw_target(book: Book, subject: str, item: str) -> Figure:
    frame = book.raw("policy_caps_targets")
    row = frame[(frame.subject == subject) & (frame["item"] == item)].iloc[0]
    return Figure(float(row.value), brief(row.source), row.confidence)


def contracts(book: Book) -> None:
    """Contracted exports: what a province makes less what it uses (demand not met aside), by season, is at least a share of 2024's (2023's) net exports."""
    name = "contracted_exports"
    rows = [
        dict(metric="made", commodity="electricity", sense=">=", value=1, each="region|slice", **({} if book.base_year else {"until": 2035})),
        dict(metric="purchase", commodity="electricity"),
        dict(metric="used", commodity="electricity", coefficient=-1),
        dict(metric="shortage", commodity="electricity"),
        dict(side="right", metric="demand", commodity="electricity"),
        dict(side="right", metric="constant"),
    ]
    exporters = {}
    frame = generation(book, 2023 if book.base_year else 2024)
    share = book.assume("contract_share")
    for region, row in frame.iterrows():
        if row.net_import_twh < -5:
            exporters[region] = -Figure(row.net_import_twh, "NBS, NEA: generation less use", "derived") * share
    rows[0]["region"] = "|".join(exporters)
    policy(book, name, rows, "Contracted exports of power are delivered, season by season", "外送电合同按季履行", "NDRC / NEA", "assumption: contract_share")
    months = hydro_season_weight(book, frame)
    for region, amount in exporters.items():
        for season in SEASONS:
            value(book, name, amount * months[region][season], row=6, region=region, slice=season)


def hydro_season_weight(book: Book, frame) -> dict[str, dict[str, float]]:
    """Net exports follow the season of a province's hydro as far as it has hydro; the rest is even."""
    from .electricity import shape
    from .geography import season_share

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
        rows = [dict(metric="sale", commodity=product, party="export", sense="<=", value=amount)]
        policy(book, f"export_{product}", rows, f"Exports of {product}, all ports together", f"出口上限：{product}", "MOFCOM / GACC", amount.source)
    kept = demand.export_limit(book, "steel_products") * book.assume("steel_exports_kept")
    rows = [dict(metric="sale", commodity="steel", party="export", sense=">=", value=kept)]
    policy(book, "export_kept_steel", rows, "Steel exports do not break off", "钢材出口不中断", "MOFCOM", "assumption: steel_exports_kept")


def places(book: Book, members: str) -> str:
    """The provinces in which any of these kinds of equipment stands or may be built."""
    wanted = set(members.split("|"))
    found: set[str] = set()
    for table in ("capacity", "builds"):
        for row in book.rows[table]:
            if row["equipment"] in wanted and row["region"]:
                found |= set(row["region"].split("|"))
    return "|".join(r for r in provinces(book) if r in found)


def pace_base(book: Book) -> None:
    """In one year hardly anything closes."""
    for name, members in FAMILIES.items():
        members = "|".join(m for m in members.split("|") if m != "blast_furnace_capture" and m != "kiln_capture")
        rows = [
            dict(metric="capacity_closed", equipment=members, region=places(book, members), each="region", sense="<=", value=book.assume("pace_down")),
            dict(side="right", metric="capacity", equipment=members, lag=1),
        ]
        policy(book, f"closing_{name}", rows, f"Pace of closing, {name}", f"关停节奏：{name}", "NDRC / MIIT", "assumption: pace_down")


def caps(book: Book) -> None:
    miit = "MIIT"
    cap = raw_target(book, "primary_aluminium", "capacity_cap")
    policy(book, "aluminium_cap", [dict(metric="capacity", equipment=POTS, sense="<=", value=cap)], "45 Mt/yr of primary aluminium", "电解铝产能4500万吨上限", "NDRC / MIIT", cap.source)
    steel_cap = demand.national(book, "crude_steel", 2024)
    policy(book, "steel_output", [dict(metric="made", commodity="steel", sense="<=", value=steel_cap)], "No more crude steel than in 2024", "粗钢产量不高于2024年", "NDRC / MIIT", steel_cap.source)
    clinker_cap = raw_target(book, "cement_clinker", "capacity_target")
    rows = [dict(metric="capacity", equipment="kilns", sense="<=", value=clinker_cap, from_=2030)]
    policy(book, "clinker_cap", rows, "1,800 Mt/yr of clinker kilns", "熟料产能18亿吨", miit, clinker_cap.source)
    rows = [dict(metric="capacity", equipment="below_baseline", sense="<=", value=0, from_=2030)]
    policy(book, "phase_out", rows, "Nothing below the efficiency baseline from 2030", "2030年起淘汰能效基准以下产能", "NDRC / MIIT", "NDRC 2021 No. 1609, 2023 No. 723; assumption: below_baseline_share")
    share = raw_target(book, "crude_steel", "eaf_share_target")
    rows = [
        dict(metric="made", commodity="steel", equipment="arc_furnace", sense=">=", value=share, from_=2030),
        dict(side="right", metric="made", commodity="steel"),
    ]
    limit = [
        dict(metric="activity", route="steel_scrap", sense="<=", value=book.assume("scrap_steel_most")),
        dict(side="right", metric="made", commodity="steel"),
    ]
    policy(book, "residuals", limit, "Steel from scrap alone is limited by copper and tin in the scrap", "废钢残余元素限制全废钢炼钢比例", "steel industry", "assumption: scrap_steel_most")
    policy(book, "electric_steel", rows, "Electric steel at least 15 %, five years late", "电炉钢占比不低于15%", miit, share.source, note="the target of 2025 was missed; binds from 2030")


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
            dict(metric="clean_used", equipment=equipment, region="|".join(where[name]), each="region", sense=">="),
            dict(side="right", metric="used", commodity="electricity", equipment=equipment),
        ]
        if name == "clean_aluminium":  # captive power counts as use
            rows.append(dict(side="right", metric="activity", route="aluminium_captive", coefficient=power))
        policy(book, name, rows, f"{en}: share of clean power", f"{zh[name]}绿电消费比例", "NDRC / NEA", "NDRC / NEA 2025: shares by province; where not known the weight of 2023", note="assumption: clean_share_step")
        for region in where[name]:
            for period, start in book.periods.items():
                value(book, name, path(rule(region), start, high.value), region=region, period=period)

    name = "renewable_weight"
    rows = [
        dict(metric="clean_used", each="region", sense=">=", price=book.assume("certificate_price")),
        dict(side="right", metric="used", commodity="electricity"),
        dict(side="right", metric="demand", commodity="electricity"),
    ]
    policy(book, name, rows, "Renewable share of all power used; certificates fill the gap", "可再生能源电力消纳责任权重（缺口以绿证补足）", "NDRC / NEA", "NDRC / NEA renewable weights 2023; assumption: certificate_price")
    for region in provinces(book):
        for period, start in book.periods.items():
            value(book, name, path(weight(region), start, book.assume("weight_most").value), region=region, period=period)


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


def carbon(book: Book) -> None:
    base = base_co2(book)
    ndrc = "NDRC / MEE"
    rows = [dict(metric="burden", commodity="co2", sense="<=", from_=2030)]
    policy(book, "co2_path", rows, "National CO2 path of power and the modelled industries", "全国碳排放路径", ndrc, "assumption: co2_path")
    rows = [dict(metric="burden", commodity="co2", sense="<=", value=1, from_=2035), dict(side="right", metric="burden", commodity="co2", lag=1)]
    policy(book, "co2_peak", rows, "CO2 has peaked by 2030", "2030年前碳达峰", ndrc, "State Council, action plan for peaking before 2030")
    policy(book, "co2_price", [dict(metric="burden", commodity="co2", sense="price")], "Carbon price", "碳价", "MEE", "SEEE; assumption: co2_price")
    for period, start in book.periods.items():
        if start >= 2030:
            value(book, "co2_path", base * book.path("co2_path", start), period=period)
        value(book, "co2_price", book.path("co2_price", start), period=period)
    rows = [
        dict(metric="used", commodity="coal", region="key_area", sense="<=", value=book.assume("coal_control"), from_=2030),
        dict(side="right", metric="used", commodity="coal", region="key_area", lag=1),
    ]
    policy(book, "coal_control", rows, "Coal use in the key areas falls from period to period", "重点区域煤炭消费总量下降", "NDRC / MEE", "assumption: coal_control")


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
        dict(metric="burden", commodity="energy_controlled", equipment="industry", each="region", sense="<=", value=1, from_=2030),
        dict(side="right", metric="constant"),
    ]
    policy(book, "dual_control", rows, "Dual control: energy per GDP falls as planned, clean power left out", "能耗强度“双控”（扣除绿电）", "NDRC, provinces", "14th plan targets by province (recalled); assumption: gdp_growth", note="value added per tonne is unknown: GDP is exogenous")
    energy = industry_energy(book)
    for region in provinces(book):
        for period, start in book.periods.items():
            if start < 2030:
                continue
            cut = (1 - targets[region] / 100) ** ((start - 2024) / 5)
            # a unit of latest output may lie below what capacity allows: the allowance starts a little above
            amount = energy[region] * book.path("gdp_growth", start) * max(cut, book.assume("intensity_floor").value) * book.assume("dual_control_room")
            value(book, "dual_control", amount, row=2, region=region, period=period)


def national_capacity(book: Book) -> dict[str, Figure]:
    today = {}
    for module in (steel, aluminium, minerals, silicon):
        for equipment, amounts in module.capacities(book).items():
            today[equipment] = total(amounts)
    result = {}
    for name, members in FAMILIES.items():
        parts = [today[m] for m in members.split("|") if m in today]
        if not parts:
            continue
        result[name] = Figure(sum(f.value for f in parts), "capacity today", "derived")
    return result


def pace(book: Book) -> None:
    up, down = book.assume("pace_up"), book.assume("pace_down")
    nation = national_capacity(book)
    for name, members in FAMILIES.items():
        grows = name in nation
        if grows:
            rows = [
                dict(metric="capacity", equipment=members, region=places(book, members), each="region", sense="<=", value=1),
                dict(side="right", metric="capacity", equipment=members, lag=1),
                dict(side="right", metric="constant"),
            ]
            policy(book, f"pace_up_{name}", rows, f"Pace of growth in a province, {name}", f"省级扩产节奏：{name}", "MIIT", "assumption: pace_up")
        closable = "|".join(m for m in members.split("|") if not m.endswith("_old"))
        rows = [
            dict(metric="capacity_closed", equipment=closable, region=places(book, closable), each="region", sense="<="),
            dict(side="right", metric="capacity", equipment=closable, lag=1),
        ]
        policy(book, f"closing_{name}", rows, f"Pace of closing in a province, {name}", f"省级关停节奏：{name}", "NDRC / MIIT", "assumption: pace_down")
        for period, years in book.years.items():
            if grows:
                value(book, f"pace_up_{name}", nation[name] * up * years, row=3, period=period)
            value(book, f"closing_{name}", down * years, period=period)


def ramps(book: Book) -> None:
    for name, equipment, en, zh in (
        ("kiln_capture", "kiln_capture", "Clinker capture", "水泥碳捕集"),
        ("iron_capture", "blast_furnace_capture", "Blast furnaces with capture", "高炉碳捕集"),
        ("hydrogen_iron", "shaft_furnace", "Shaft furnaces", "氢基竖炉"),
        ("coal_capture", "coal_capture", "Coal power with capture", "煤电碳捕集"),
    ):
        start = {"hydrogen_iron": 2025, "coal_capture": 2040}.get(name, 2030)
        rows = [dict(metric="capacity", equipment=equipment, sense="<=", from_=start)]
        policy(book, f"ramp_{name}", rows, f"{en}: a new route grows step by step", f"{zh}逐步推广", "MIIT / MOST", f"assumption: ramp_{name}")
        for period, year in book.periods.items():
            if year >= start:
                value(book, f"ramp_{name}", book.path(f"ramp_{name}", year), period=period)


def security(book: Book) -> None:
    rows = [
        dict(metric="made", commodity="aluminium", sense=">=", value=book.assume("self_sufficiency_aluminium")),
        dict(side="right", metric="demand", commodity="aluminium"),
    ]
    policy(book, "self_sufficiency_aluminium", rows, "Aluminium made at home", "铝自给率", "NDRC / MIIT", "assumption: self_sufficiency_aluminium")
    rows = [
        dict(metric="purchase", commodity="ore", party="domestic", sense=">=", value=book.assume("self_sufficiency_ore")),
        dict(side="right", metric="used", commodity="ore"),
    ]
    policy(book, "self_sufficiency_ore", rows, "Domestic iron ore", "国产铁矿石比例", "NDRC / MIIT", "assumption: self_sufficiency_ore")
    amount = book.assume("aluminium_reserve")
    book.add("stocks", region="Shanghai", commodity="aluminium", stock="state reserve", cycle="horizon", first=amount, end=amount, max=amount * 3)
    rows = [dict(metric="stock", commodity="aluminium", sense=">=", value=amount * book.assume("reserve_kept"))]
    policy(book, "aluminium_reserve", rows, "State reserve of aluminium", "铝国家储备", "National Food and Strategic Reserves Administration", "assumption: aluminium_reserve")
    coal, gas = thermal_capacity(book)
    by_grid = book.raw("provinces").set_index("name_en").grid_region
    for grid, group in GRIDS.items():
        name = f"reserve_{group}"
        rows = [dict(metric="capacity", equipment="coal_power|gas_power|coal_capture", region=group, sense=">=")]
        policy(book, name, rows, f"Firm power kept in the {grid} grid", f"支撑性电源保有量：{group}", "NEA", "assumption: firm_power_kept")
        firm = sum(coal[r].value + gas[r].value for r in provinces(book) if by_grid[r] == grid)
        for period, start in book.periods.items():
            value(book, name, Figure(firm, "NEA, CEC capacity 2024", "derived") * book.path("firm_power_kept", start), period=period)


def swaps(book: Book) -> None:
    frame = book.raw("swap_ratios")

    def ratio(product: str, scope: str) -> Figure:
        row = frame[(frame["product"] == product) & frame.scope.str.startswith(scope) & frame.ratio.notna()].iloc[-1]
        return Figure(row.ratio, brief(row.source), row.confidence)

    intense = ratio("crude_steel", "emission-intense")
    even = ratio("crude_steel", "either side")
    kiln_key, kiln_other = ratio("cement_clinker", "key"), ratio("cement_clinker", "other")
    glass_key, glass_other = ratio("flat_glass", "key"), ratio("flat_glass", "other")
    pots = ratio("primary_aluminium", "all regions")
    iron_old, steel_old, kilns_old = "blast_furnace|blast_furnace_old", "converter|arc_furnace", "kiln|kiln_old"
    rules = [
        ("iron_key", "key_area", "blast_furnace", "key_area", iron_old, intense),
        ("iron_other", "other_area", "blast_furnace", None, iron_old, intense),
        ("sponge_key", "key_area", "shaft_furnace", "key_area", iron_old, even),
        ("sponge_other", "other_area", "shaft_furnace", None, iron_old, even),
        ("steel_key", "key_area", "converter", "key_area", "converter", intense),
        ("steel_other", "other_area", "converter", None, "converter", intense),
        ("arc_key", "key_area", "arc_furnace", "key_area", steel_old, even),
        ("arc_other", "other_area", "arc_furnace", None, steel_old, even),
        ("clinker_key", "key_area", "kiln", "key_area", kilns_old, kiln_key),
        ("clinker_other", "other_area", "kiln", None, kilns_old, kiln_other),
        ("glass_key", "key_area", "float_line", "key_area", "float_line", glass_key),
        ("glass_other", "other_area", "float_line", None, "float_line", glass_other),
        ("pots", None, "pots_grid", None, "pots_grid|pots_captive", pots),
    ]
    for rule, new_region, new, old_region, old, amount in rules:
        expired = "yes" if book.assume("expiry_earns_a_swap").value else "no"
        note = "nothing moves into a key area from outside" if new_region == "key_area" else ""
        book.add("swaps", rule=rule, new_region=new_region, new_equipment=new, old_region=old_region, old_equipment=old, ratio=amount, expired=expired, note=note)
