"""What a drawn instance makes, buys, sells, ships, stores and counts."""

from __future__ import annotations

from tests.drawn.draw import Cell, Draw


def trade(d: Draw) -> None:
    """Tables routes, recipes, sources, markets, links, freight, stocks, factors."""
    _routes(d)
    _recipes(d)
    _sources(d)
    _markets(d)
    if d.has("links"):
        _links(d)
    _stocks(d)
    if d.has("burdens"):
        _factors(d)


def _routes(d: Draw) -> None:
    if d.has("plant") and d.maybe(0.1):
        d.row("routes", cost=d.n(0.5, 3))
    for route, low, high in (("smelt", 1, 3), ("melt", 1, 3)):
        if route == "smelt" or d.has("plant"):
            base: dict[str, Cell] = {"route": route}
            d.row("routes", **base, cost=d.n(low, high))
            d.override("routes", base, 0.3, [("region", d.pick(d.regions))], cost=d.n(low, high))
            d.override("routes", d.rows["routes"][-1], 0.2, [("period", d.later())], cost=d.n(low, high))
    if d.has("dam"):
        d.row("routes", route="turbine", cost=d.n(0.05, 0.3), clean=d.pick([None, 1.0, d.n(0.5, 1)]))
    if d.has("gas"):
        everywhere = "|".join(d.regions)
        d.row("routes", route="gasify", region=everywhere, cost=d.n(0.2, 1))
        d.row("routes", route="flare", region=everywhere, cost=d.n(0.05, 0.2))


def _recipes(d: Draw) -> None:
    def item(route: str, name: str, amount: float, chance: float = 0.15) -> None:
        base: dict[str, Cell] = {"route": route, "item": name}
        d.row("recipes", **base, amount=amount)
        worse = round(amount * d.n(0.8, 1.2, 2), 3)
        if chance and d.maybe(chance):
            d.override("recipes", base, 0.7, [("region", d.pick(d.regions))], amount=worse)
            d.override("recipes", d.rows["recipes"][-1], 0.4, [("period", d.later())], amount=round(worse * 0.9, 3))

    routes = ["smelt", "melt"] if d.has("plant") else ["smelt"]
    if len(routes) == 2 and d.maybe(0.4):
        item("smelt|melt", "metal", 1.0, 0)
    else:
        for route in routes:
            item(route, "metal", d.pick([1.0, 1.0, d.n(0.8, 1.2)]), 0)
    item("smelt", "mill", -d.pick([1.0, 1.0, d.n(0.7, 1.3)]), 0)
    item("smelt", "ore", -d.n(1.1, 1.8))
    if d.has("coal"):
        item("smelt", "coal", -d.n(0.2, 0.7))
    if d.has("power"):
        item("smelt", "power", -d.n(0.3, 1.5))
    if d.has("plant"):
        item("melt", "plant", -1.0, 0)
        item("melt", "scrap" if d.has("scrap") else "ore", -d.n(0.9, 1.3))
        if d.has("gas"):
            item("melt", "gas", -d.n(0.1, 0.4))
        if d.has("power"):
            item("melt", "power", -d.n(0.5, 2.5))
        if d.has("burdens"):
            item("melt", "co2", d.n(0.05, 0.3))
    if d.has("burdens"):
        item("smelt", "co2", d.n(0.2, 1.5))
    if d.has("dam"):
        item("turbine", "power", 1.0, 0)
        item("turbine", "dam", -1.0, 0)
    if d.has("gas"):
        item("gasify", "coal", -d.n(1.1, 1.5))
        item("gasify", "gas", 1.0, 0)
        item("flare", "gas", -1.0, 0)
        if d.has("burdens"):
            item("gasify", "co2", d.n(0.05, 0.2))


def _by_slice(d: Draw, commodity: str) -> bool:
    balance = next(row["balance"] for row in d.rows["commodities"] if row["commodity"] == commodity)
    return balance == "slice" and bool(d.slices)


def _sources(d: Draw) -> None:
    def source(commodity: str, supplier: str, region: str, low: float, high: float, most: float | None, **more: Cell) -> None:
        base: dict[str, Cell] = {"region": region, "commodity": commodity, "supplier": supplier, "max": most} | more
        d.row("sources", **base, price=d.n(low, high))
        dearer = d.n(high, high * 1.3)
        key = ("region", d.pick(d.regions)) if region == "" and d.maybe(0.5) else ("period", d.later())
        if _by_slice(d, commodity) and d.maybe(0.3):
            key = ("slice", d.part())
        d.override("sources", base, 0.25, [key], price=dearer)

    least = d.sometimes(0.3, 0.1, 1) if d.maybe(0.5) else None
    source("ore", "near", d.places(d.some(d.regions)), 0.5, 1.5, d.n(3, 12), min=least)
    source("ore", "far", "", 1.8, 3, None)
    if d.has("scrap"):
        source("scrap", d.pick(["", "yard"]), "", 2, 5, d.sometimes(0.5, 2, 8))
    if d.has("coal"):
        source("coal", "", "", 0.8, 2, None)
    if d.has("power"):
        source("power", "grid", "", 1, 4, d.sometimes(0.2, 10, 30))
        if d.maybe(0.6):
            source("power", "wind", d.places(d.some(d.regions)), 1.5, 5, d.n(2, 10), clean=d.pick([1.0, d.n(0.5, 1)]))
            d.facts.add("wind")
    if d.has("abroad"):
        source("metal", "abroad", "", 40, 70, None if d.maybe(0.8) else d.n(2, 6))


def _markets(d: Draw) -> None:
    def market(region: str, commodity: str, name: str, demand: float, short: float | None, **more: Cell) -> None:
        base: dict[str, Cell] = {"region": region, "commodity": commodity, "market": name, "shortage_price": short} | more
        d.row("markets", **base, demand=demand)
        keys: list[tuple[str, Cell]] = [("period", d.later())]
        if _by_slice(d, commodity) and d.maybe(0.4):
            keys, demand = [("slice", d.part())], round(demand / 3, 3)
        d.override("markets", base, 0.4, keys, demand=round(demand * d.n(0.7, 1.4, 2), 3))

    sales: dict[str, Cell] = {"price": d.n(6, 25), "max": d.n(1, 5)} if d.maybe(0.5) else {}
    d.facts |= {"sales"} if sales else set()
    strict = d.has("abroad") and d.maybe(0.3)
    d.homes["town"] = d.some(d.regions)
    market(d.places(d.homes["town"]), "metal", "town", d.n(2, 10), None if strict else d.n(30, 90), **sales)
    if not strict:
        d.facts.add("shortage")
    if d.maybe(0.3):
        market(d.pick(d.regions), "metal", "port", d.n(0.5, 3), d.n(20, 50))
        d.facts.add("shortage")
    if d.has("power") and d.maybe(0.5):
        market(d.places(d.some(d.regions)), "power", "rest", d.n(2, 10), d.n(15, 40), price=d.n(0.2, 1), max=d.n(1, 3))
        d.facts.add("rest")


def _links(d: Draw) -> None:
    pairs = [(a, b) for a in d.regions for b in d.regions if a < b]
    way = d.some(pairs)

    def link(mode: str, a: str, b: str, **more: Cell) -> None:
        both = d.pick(["yes", "yes", None])
        base: dict[str, Cell] = {"origin": a, "destination": b, "mode": mode, "both": both, "loss": d.sometimes(0.3, 0.005, 0.08)} | more
        base["km"] = d.sometimes(0.9, 50, 400)
        d.row("links", **base, capacity=d.sometimes(0.4, 2, 12))
        if mode == "rail" and d.has("abroad") and (b in d.homes["town"] or (both == "yes" and a in d.homes["town"])):
            d.facts.add("shipped")
            d.homes["reached"] = [b if b in d.homes["town"] else a]
        d.override("links", base, 0.15, [("period", d.later())], capacity=d.n(3, 14))

    d.modes = ["rail"]
    for a, b in way:
        link("rail", a, b)
    goods, through = d.pick(["metal", "metal", "metal|ore"]), d.pick([None, "yes"])
    handling = d.n(0.1, 1)
    base: dict[str, Cell] = {"mode": "rail", "commodity": goods, "through": through, "rate": d.n(0.001, 0.01)}
    if d.maybe(0.3):
        d.modes.append("road")
        if d.maybe(0.3):
            d.row("links", origin="|".join(d.regions), destination="|".join(d.regions), mode="road", km=d.n(50, 400), capacity=d.sometimes(0.5, 1, 6))
        else:
            link("road", *d.pick(pairs))
    elif not d.has("wire") and d.maybe(0.3):
        base["mode"] = ""
    d.row("freight", **base, handling=handling)
    d.override("freight", base, 0.3, [("origin", d.pick(d.regions))], handling=d.n(0.1, 1))
    if through is None:
        nested = d.rows["freight"][-1]
        a = str(nested.get("origin") or d.regions[0])
        d.override("freight", nested, 0.3, [("origin", a), ("destination", next(r for r in d.regions if r != a))], handling=d.n(0.1, 1))
    if "road" in d.modes:
        d.row("freight", mode="road", commodity="metal", handling=d.n(0.2, 1), rate=d.n(0.002, 0.02), through=d.pick([None, "no"]))
    if d.has("wire"):
        for a, b in d.some(pairs):
            link("line", a, b, equipment=d.pick(["wire", ""]))
        d.row("freight", mode="line", commodity="power", rate=d.sometimes(0.5, 0.0001, 0.001))


def _stocks(d: Draw) -> None:
    if d.has("yard"):
        goods = d.pick(["ore", "metal"])
        first, room = d.n(0.5, 4), d.n(5, 12)
        base: dict[str, Cell] = {
            "region": d.places(d.some(d.regions)), "commodity": goods, "stock": d.pick(["yard", ""]), "cycle": "horizon", "first": first,
            "end": d.n(0.1, first) if d.maybe(0.5) else None, "reserve": d.sometimes(0.2, 0.05, 0.4), "cost": d.sometimes(0.7, 0.02, 0.3),
            "loss": d.sometimes(0.3, 0.005, 0.05),
        }  # fmt: skip
        d.row("stocks", **base, max=room if d.maybe(0.7) else None)
        d.override("stocks", base, 0.2, [("period", d.later())], max=d.n(6, 12))
        d.facts.add(f"{goods} yard")
    if d.has("lake"):
        cycle = d.pick(["day", "season"])
        base = {
            "region": d.places(d.some(d.regions)), "commodity": "power", "stock": "lake", "cycle": cycle, "cost": d.sometimes(0.5, 0.001, 0.1),
            "loss": d.sometimes(0.4, 0.01, 0.3), "reserve": d.sometimes(0.2, 0.001, 0.005),
        }  # fmt: skip
        room = d.n(0.01, 0.05) if cycle == "day" else d.n(0.5, 5)
        d.row("stocks", **base, max=room)
        d.override("stocks", base, 0.15, [("period", d.later())], max=round(room * 1.5, 3))
    if d.has("cavern"):
        d.row("stocks", region=d.places(d.homes["cavern"]), commodity="power", stock="cave", cycle="day", equipment="cavern")


def _factors(d: Draw) -> None:
    def factor(item: str, on: str, burden: str, amount: float, **keys: Cell) -> None:
        d.row("factors", item=item, on=on, burden=burden, amount=amount, **keys)

    if d.has("coal"):
        factor("fuel", "use", "energy", d.n(0.5, 1.2))
        if d.maybe(0.3):
            factor("coal", "use", "energy", d.n(0.5, 1.2), region=d.pick(d.regions), period=d.later())
    if d.has("power"):
        factor("power", "purchase", "energy", d.n(0.1, 0.4))
    factor("energy", "burden", "co2", d.n(1.5, 2.8))
    if d.has("links") and d.maybe(0.5):
        factor("rail", "freight", "co2", d.n(0.0001, 0.001, 5))
    if d.has("sales") and d.maybe(0.3):
        factor("metal", "sale", "co2", -d.n(0.01, 0.1))
    if d.has("clean") and d.maybe(0.5):
        factor("power", "clean_use", "co2", -d.n(0.02, 0.1))
    if d.maybe(0.7):
        factor("mills", "capacity", "jobs", d.n(1, 5))
        d.facts.add("jobs")
    if d.has("power") and d.maybe(0.5):
        factor("power", "rated", "co2", d.n(0.1, 0.4))
        if len(d.periods) > 1 and d.maybe(0.5):
            factor("power", "rated", "co2", d.n(0.1, 0.4), period=d.later())
    if d.maybe(0.2):
        d.row("levels", commodity="metal", item="co2", equipment=d.pick(["", "mill"]), benchmark=d.n(0.1, 0.3), baseline=d.n(0.5, 1))
    if d.has("swaps") and d.maybe(0.3):
        d.row("ledger", period=d.periods[0], rule="near", new_region=d.regions[0], new_equipment="plant", new_amount=d.n(0.1, 1),
              old_region=d.homes["mill"][0], old_equipment="mill", old_amount=d.n(0.1, 1))  # fmt: skip
