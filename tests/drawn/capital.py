"""Equipment of a drawn instance: what stands, what can be built, when it can be run, what may replace what."""

from __future__ import annotations

from tests.drawn.draw import Cell, Draw


def capital(d: Draw) -> None:
    """Tables equipment, capacity, builds, availability, swaps."""
    _equipment(d)
    _capacity(d)
    if d.has("plant"):
        _builds(d)
    _other_builds(d)
    _availability(d)
    if d.has("swaps"):
        _swaps(d)


def _equipment(d: Draw) -> None:
    burdens = d.has("burdens")

    def kind(name: str, unit: str, life: float | None, tags: str = "", rated: str = "", annuity: float | None = None) -> None:
        works = tags == "mills"
        d.row(
            "equipment", equipment=name, unit=unit, life=life, annuity_life=annuity, rate=d.sometimes(0.2, 0.02, 0.2), tags=tags,
            fixed_cost=d.sometimes(0.7, 0.1, 2.0) if works else d.sometimes(0.2, 0.01, 0.1), closing_cost=d.sometimes(0.4, 0.1, 3),
            min_load=d.sometimes(0.3, 0.05, 0.5) if works else None, run=d.pick([None, "year", "season", "slice"]),
            rated_route=rated if burdens and d.maybe(0.7) else "",
        )  # fmt: skip

    life = float(d.whole(6, 14)) if d.maybe(0.4) else None
    d.steady = life is None
    kind("mill", "t/yr", life, "mills", "smelt", None if life is not None and d.maybe(0.5) else float(d.whole(5, 20)))
    if d.has("plant"):
        life = float(d.whole(3, 20)) if d.maybe(0.5) else None
        kind("plant", "t/yr", life, "mills", "melt", float(d.whole(3, 20)) if life is None or d.maybe(0.3) else None)
    for name, unit in (("dam", "MWh/yr"), ("wire", "MWh/yr"), ("cavern", "MWh")):
        if d.has(name):
            kind(name, unit, None, "", "", float(d.whole(5, 20)))


def _life(d: Draw, equipment: str) -> float | None:
    found = next(row["life"] for row in d.rows["equipment"] if row["equipment"] == equipment)
    return found if isinstance(found, float) else None


def _capacity(d: Draw) -> None:
    homes = d.homes["mill"] = d.some(d.regions)
    life = _life(d, "mill")
    for r in homes:
        built = float(2025 - d.whole(0, int(life) - 1)) if life is not None and d.maybe(0.8) else None
        d.row("capacity", region=r, equipment="mill", built=built, amount=d.n(2, 9))
    if len(d.starts) > 1 and d.maybe(0.2):  # committed
        d.row("capacity", region=homes[0], equipment="mill", built=float(d.starts[-1]), amount=d.n(0.5, 2))
    if d.has("plant") and d.maybe(0.4):
        d.homes["plant"] = d.some(d.regions)
        d.row("capacity", region=d.places(d.homes["plant"]), equipment="plant", amount=d.n(1, 4))
    for name, low, high in (("dam", 10, 40), ("wire", 3, 15), ("cavern", 0.01, 0.5)):
        if d.has(name):
            d.homes[name] = d.some(d.regions)
            d.row("capacity", region=d.places(d.homes[name]), equipment=name, amount=d.n(low, high))


def _builds(d: Draw) -> None:
    where, charged = d.places(d.some(d.regions)), d.maybe(0.3)
    size = d.n(0.5, 2) if d.maybe(0.15) else None
    limit = d.n(3, 8) if charged or size or d.maybe(0.5) else None
    window: dict[str, Cell] = {"from": float(d.starts[-1])} if d.maybe(0.1) else {"until": float(d.starts[0])} if d.maybe(0.1) else {}
    invest = d.n(3, 15)
    base: dict[str, Cell] = {"region": where, "equipment": "plant", "usable": d.sometimes(0.25, 0, 1)} | window
    fixed = {"fixed_invest": d.n(0.5, 5), "fixed_cost": d.sometimes(0.4, 0.1, 1), "min": d.sometimes(0.4, 0.2, 2)} if charged else {}
    d.row("builds", **base, **fixed, max=limit, size=size, invest=invest)
    if limit is not None and size is None and d.maybe(0.35):
        d.row("builds", **base, step=2.0, max=d.n(1, 4), invest=round(invest + d.n(0.5, 4), 3))
    if charged or size:
        d.facts.add("starts")
    d.facts.add("new plant")
    if d.maybe(0.2):
        d.row("builds", region=d.places(d.some(d.regions)), equipment="plant", project="annex", max=d.n(1, 3), invest=d.n(2, 6))
        if d.maybe(0.7):
            d.settings["projects"] = ["annex"]
            d.facts.add("annex")
    if d.has("refit"):
        usable = d.sometimes(0.2, 0.3, 1)
        d.row("builds", region=d.places(d.homes["mill"]), equipment="plant", replaces="mill", ratio=d.sometimes(0.6, 0.6, 1.2), invest=d.n(1, 5),
              max=d.sometimes(0.3, 1, 4), usable=usable)  # fmt: skip


def _other_builds(d: Draw) -> None:
    for name, price in (("wire", 1.0), ("cavern", 0.5), ("dam", 2.0)):
        if d.has(name) and d.maybe(0.3):
            d.row("builds", region=d.places(d.homes[name]), equipment=name, invest=d.n(price / 2, price * 2), max=d.sometimes(0.3, 1, 5))
    if d.maybe(0.15):
        size = d.n(1, 2) if d.maybe(0.5) else None
        d.row("builds", region=d.homes["mill"][0], equipment="mill", max=d.n(2, 5), size=size, invest=d.n(3, 9))
        d.facts |= {"starts"} if size else set()


def _availability(d: Draw) -> None:
    for name, least in (("mill", 0.7), ("plant", 0.7), ("dam", 0.3), ("wire", 0.6)):
        if (name != "mill" and not d.has(name)) or d.maybe(0.4):
            continue
        base: dict[str, Cell] = {"equipment": name}
        d.row("availability", **base, amount=d.n(least, 1.1))
        d.override("availability", base, 0.3, [("slice", d.part())], amount=d.n(least, 1))
        if not d.slices or d.maybe(0.3):
            nested = d.rows["availability"][-1]
            d.override("availability", nested, 0.3, [("region", d.pick(d.regions))], amount=d.n(least, 1))
            nested = d.rows["availability"][-1]
            d.override("availability", nested, 0.2, [("period", d.later())], amount=d.n(least, 1))


def _swaps(d: Draw) -> None:
    d.row(
        "swaps", rule="near", new_region=d.pick(["", d.regions[0]]), new_equipment=d.pick(["plant", "plant", ""]), old_equipment="mill",
        old_region=d.pick(["", d.homes["mill"][0]]), same_region=d.pick([None, "yes"]), ratio=d.n(0.8, 1.5), expired=d.pick([None, "yes"]),
    )  # fmt: skip
    if d.maybe(0.5):
        window: dict[str, Cell] = {"from": float(d.starts[-1])} if d.maybe(0.4) else {"until": float(d.starts[-1])} if d.maybe(0.4) else {}
        d.row("swaps", rule="far", new_equipment="plant", old_equipment=d.pick(["mill", "mills"]), ratio=d.n(1, 2), expired="yes", **window)
