"""What all industries share: observed output, today's capacity and its age, equipment, routes, rebuilding.

Capacity today is the larger of the table and the latest output over `full_use`: the trackers leave out small plants, and output
above listed capacity is observed (steel in 8 provinces). It retires linearly over its life, in a few cohorts. Rebuilding on the
same site costs `rebuild_cost_share` of greenfield.
"""

from __future__ import annotations

from .book import TRUST, Book, Figure, brief, joined

LATEST = {  # product -> the year whose provincial output is the latest known
    "pig_iron": 2024,
    "crude_steel": 2024,
    "flat_glass": 2024,
    "cement": 2024,
    "cement_clinker": 2023,
    "alumina": 2022,
    "primary_aluminium": 2023,
    "recycled_aluminium": 2023,
    "ferrosilicon": 2023,
    "industrial_silicon": 2023,
    "polysilicon": 2023,
    "magnesium": 2025,
}
FUELS = ("coal", "coke", "gas")


def observed(book: Book, product: str) -> dict[str, Figure]:
    """The latest provincial output [Mt]."""
    frame = book.raw("industry_production_province")
    frame = frame[(frame["product"] == product) & (frame.year == LATEST[product]) & (frame.production > 0)]
    return {r.province: Figure(r.production, brief(r.source), r.confidence) for r in frame.itertuples()}


def table_capacity(book: Book, product: str, kind: str = "capacity_operating") -> dict[str, Figure]:
    """Listed capacity [Mt/yr], of the latest year in the table."""
    frame = book.raw("industry_capacity_province")
    frame = frame[(frame["product"] == product) & frame.kind.eq(kind)]
    frame = frame[frame.year == frame.year.max()]
    return {r.province: Figure(r.value, brief(r.source), r.confidence) for r in frame.itertuples() if r.value > 0}


def at_least(table: dict[str, Figure], output: dict[str, Figure], use: Figure) -> dict[str, Figure]:
    """The larger of listed capacity and what the output needs, province by province."""
    result = dict(table)
    for region, made in output.items():
        needed = made / use
        if region not in table or needed.value > table[region].value:
            result[region] = needed
    return result


def equipment(book: Book, name: str, life: Figure | None, fixed: Figure, tags: str, en: str, zh: str, run: str = "year", unit="Mt/yr", min_load=None):
    book.add(
        "equipment",
        equipment=name,
        unit=unit,
        life=life,
        fixed_cost=fixed,
        closing_cost=None,
        min_load=min_load,
        run=run,
        tags=tags,
        en=en,
        zh=zh,
    )


def standing(book: Book, name: str, amounts: dict[str, Figure], life: Figure | None) -> None:
    """Today's capacity. With a life, in cohorts that expire evenly from now to the end of a life."""
    for region, amount in amounts.items():
        if amount.value < 0.0005:
            continue
        if book.base_year or life is None:
            book.add("capacity", region=region, equipment=name, built=None, amount=amount)
            continue
        for built, share in cohorts(life.value):
            note = "retires linearly over its life"
            book.add("capacity", region=region, equipment=name, built=built, amount=amount * share, note=note)


def cohorts(life: float) -> list[tuple[int, float]]:
    """(year built, share) so that a linearly ageing stock expires at a few of the plan's periods."""
    ends = [2030, 2040, 2050] if life >= 25 else [2030, 2035, 2040]  # the youngest would expire inside the period after: counted here
    result, gone = [], 0.0
    for end in ends:
        share = (1.0 if end == ends[-1] else min(1.0, (end - 2025) / life)) - gone
        if share > 1e-9:
            result.append((min(2025, round(end - life)), share))
            gone += share
    return result


def greenfield(book: Book, name: str, regions: list[str], invest: Figure, start: int | None = None) -> None:
    if not book.base_year:
        usable = book.assume("usable_in_first_period")
        book.add("builds", region="|".join(regions), equipment=name, from_=start, invest=invest, usable=usable)


def rebuild(book: Book, name: str, old: str, invest: Figure, start: int | None = None) -> None:
    """Renewal on the same site: a refit of `old` into `name`, one for one."""
    if not book.base_year:
        book.add("builds", region=None, equipment=name, replaces=old, from_=start, invest=invest)


def renewal(book: Book, invest: Figure) -> Figure:
    return invest * book.assume("rebuild_cost_share")


def route(book: Book, name: str, recipe: dict[str, Figure | float], cost: Figure, en: str, zh: str, direct_co2: Figure | None = None) -> None:
    """A route and its recipe; `direct_co2` is the whole, of which the fuels account for a part and the rest is written as recipe."""
    electricity = -float(getattr(recipe.get("electricity", 0.0), "value", recipe.get("electricity", 0.0)))
    if electricity > 0:
        cost = cost + book.assume("grid_fee") * recipe["electricity"] * -1.0
    book.add("routes", route=name, cost=cost, en=en, zh=zh)
    if direct_co2 is not None:
        rest = direct_co2
        for fuel in FUELS:
            if fuel in recipe:
                rest = rest + book.assume(f"{fuel}_co2") * recipe[fuel]
        recipe = recipe | {"co2": rest}
    for item, amount in recipe.items():
        figure = amount if isinstance(amount, Figure) else Figure(amount, "definition", "derived")
        note = "the whole less what the fuels emit" if item == "co2" else ""
        book.add("recipes", route=name, item=item, amount=figure, note=note)


def total(figures: dict[str, Figure]) -> Figure:
    value = sum(f.value for f in figures.values())
    trust = max((f.trust for f in figures.values()), key=TRUST.index)
    sources = list(dict.fromkeys(f.source for f in figures.values()))
    return Figure(value, joined(*sources[:2]), "derived" if trust == "sourced" else trust)
