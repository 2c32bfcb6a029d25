"""Equipment, what stands, what may be built, routes and their recipes."""

from __future__ import annotations

from facts import Fact, a, add, f, fact
from places import PLACES, PLANTS, RECIPES, REGIONS, ROUTES, STANDING
from seasons import HEAT, LOAD, YEAR

THERMAL = {"captive": "least_load_captive", "coal_grid": "least_load_grid"}
LIMITED = {"export_line": "export_max", "pots_new": "pots_new_max", "forest": "forest_max", "grass": "grass_max"}
LIMITED |= {"reclaimer": "reclaim_max", "ash_works": "ash_max"}
POWER = {"GW": 1 / YEAR, "GWh": 4 / YEAR, "Mt/yr": 1.0, "Mm3/yr": 1.0, "kha": 1.0}  # capacity per unit of activity; a battery lasts four hours


def standing() -> None:
    for row in STANDING:
        amount, cells = fact(row, "amount"), {"region": row["region"]}
        if (name := row["equipment"]) in THERMAL:
            least = a(THERMAL[name])
            add("capacity", equipment=f"{name}_flat", amount=amount * least, **cells)
            add("capacity", equipment=f"{name}_swing", amount=amount * Fact(1 - least.value, least.source, least.trust), **cells)
        else:  # a line is limited by what flows in a year
            add("capacity", equipment=name, amount=amount * YEAR if name == "corridor" else amount, **cells)
    peak = max(HEAT.values()) * max(LOAD.values())
    both = {row["region"] for row in STANDING if row["equipment"] == "coal_grid"}
    for row in PLACES:
        amount = a("boiler_standing") * (float(row["heat_share"]) * peak * (1 / 3 if row["region"] in both else 1.0))
        add("capacity", equipment="boiler", region=row["region"], amount=amount)


def equipment() -> None:
    for row in PLANTS:
        cells = {"unit": row["unit"], "life": row["life"], "run": row["run"], "en": row["en"], "zh": row["zh"]}
        if not row["life"] and row["invest"]:
            cells["annuity_life"] = 30
        name, fixed = row["equipment"], fact(row, "fixed")
        add("equipment", equipment=name, fixed_cost=fixed, **cells)
        if not row["invest"]:
            continue
        invest = fact(row, "invest")
        if name == "corridor":
            invest = invest / YEAR
        if name == "pots_new":
            quota = a("quota_cost")
            invest = Fact(invest.value + quota.value, f"{invest.source}; {quota.source}", "assumption")
        for region in REGIONS if row["regions"] == "*" else row["regions"].split("|"):
            most = a(LIMITED[name]) if name in LIMITED else None
            add("builds", region=region, equipment=name, **{"from": 2025}, until=2029 if name == "pots_new" else None, max=most, invest=invest)


def use_of_year() -> None:
    """How much of its capacity a plant can run; wind and PV are in the weather."""
    for name, share in (("captive", "thermal_use_captive"), ("coal_grid", "thermal_use_grid")):
        add("availability", equipment=f"{name}_flat|{name}_swing", amount=a(share))
    add("availability", equipment="pots|pots_new", amount=a("pots_use"))


def items_of(name: str) -> dict[str, Fact]:
    """The recipe of a route; the part that follows is made like the steady part, and what burns lignite counts its coal."""
    found = {row["item"]: fact(row, "amount") for row in RECIPES if row["route"] == name.replace("_swing", "_flat")}
    if "lignite" in found and name != "mine":
        found["coal_energy"] = -found["lignite"] * a("lignite_heat")
    if name == "export_coal":
        found |= {"coal_energy": -f("export_rate"), "coal_sent_out": f("export_rate")}
    return found


def routes() -> None:
    units = {row["equipment"]: row["unit"] for row in PLANTS}
    for row in ROUTES:
        name, cost = row["route"], fact(row, "cost")
        twins = {name: row["equipment"]}
        if row["new_twin"]:
            twins[f"{name}_new"] = row["new_twin"]
        for route, plant in twins.items():
            new = route != name
            words = {"en": f"{row['en']}, new" if new else row["en"], "zh": row["zh"] + "（新上）" if new else row["zh"]}
            for region in REGIONS if not plant else [None]:
                add("routes", route=route, region=region, cost=cost, clean=1 if name == "deliver" else None, **words)
            items = items_of(name)
            if (new and name not in ("wind", "pv")) or name == "finish":
                items["project_energy"] = energy_of(items)
            for item, amount in items.items():
                add("recipes", route=route, item=item, amount=amount)
            if plant:
                occupied = POWER[units[plant]] * (a("chp_occupies").value if name == "chp" else 1.0)
                add("recipes", route=route, item=plant, amount=-occupied, source="unit of the route", trust="derived")


def energy_of(items: dict[str, Fact]) -> Fact:
    """Fuel, and power at the primary energy of coal power: what a new project is measured by."""
    parts = [items[k] for k in ("coal_energy", "gas_energy", "oil_energy") if k in items]
    parts += [-items["electricity"] * a("green_value")] if "electricity" in items else []
    parts += [-items["heat"] * a("heat_energy")] if "heat" in items else []
    return Fact(sum(p.value for p in parts), "; ".join(dict.fromkeys(p.source for p in parts)), "assumption")


def room() -> None:
    """Ground that wind, PV and planting take."""
    for names, amount in (("wind|wind_new", a("wind_land")), ("pv|pv_new", a("pv_land")), ("forest", a("forest_land"))):
        for name in names.split("|"):
            add("factors", item=name, on="capacity", burden="land", amount=amount)
