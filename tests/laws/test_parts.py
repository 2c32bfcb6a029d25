"""Laws of parts: a region, a slice or a period cut in two, and two instances side by side."""

from __future__ import annotations

import random

from hypothesis import given

from models.tables import TABLES
from tests.drawn.draw import Cell, Draw, Row, Rows
from tests.laws.ask import DICE, DRAWN, applies, ask, is_lp, same
from tests.laws.tables import PLACES, by, copied, parts, text, widened, with_places, without_policies

PLACED = {
    "capacity": ["amount"], "builds": ["min", "max"], "sources": ["min", "max"], "markets": ["demand", "max"], "links": ["capacity"],
    "stocks": ["first", "end", "max", "reserve"],
}  # fmt: skip
"""The amounts that belong to a place."""
SLICED = {"sources": ["min", "max"], "markets": ["demand", "max"]}
"""The amounts that belong to a slice, if their row names it."""


@given(DRAWN)
def test_two_copies_cost_twice(d: Draw) -> None:
    """All regions once more under other names, with all that stands, is sold, linked and ruled there: no row joins the two, so the cost is
    twice. Clean
    supply matched in the nation joins them, but of the mean of both plans either half is a plan, as long as nothing is whole."""
    applies(d.settings.get("clean_matching") != "nation-year" or is_lp(d.rows))
    rows = with_places(d, d.rows)
    rows["regions"] = [{"region": r} for r in d.regions]
    rows.pop("ledger", None)
    for name, own in list(rows.items()):
        if name in ("swaps", "policies", "policy_values"):
            key = "rule" if name == "swaps" else "policy"
            rows[name] = own + [_there(row, PLACES[name]) | {key: f"{row[key]} there"} for row in own]
        elif PLACES[name]:
            rows[name] = own + [_there(row, PLACES[name]) for row in own if any(row.get(c) for c in PLACES[name])]
    assert same(ask(d, rows), ask(d).times(2))


def _there(row: Row, columns: list[str]) -> Row:
    """The row of the copy: every region of its cells is that of the copy."""
    return row | {c: "|".join(r if r == "*" else f"{r} there" for r in parts(row.get(c))) for c in columns}


@given(DRAWN, DICE)
def test_a_region_cut_in_two_costs_the_same(d: Draw, dice: random.Random) -> None:
    """Two halves, each with half of what stands, is sold, wanted and may be built, bought, stored and sent there, and free lossless links for
    all goods
    between them. Half of a plan in each half is a plan; the sum of the halves is a plan of the whole. So without whole numbers, and without policies
    that are written by region, the cost is the same."""
    applies(is_lp(d.rows))
    rows = with_places(d, without_policies(d.rows, by("region", "destination")))
    rows["regions"] = [{"region": r} for r in d.regions]
    before = ask(d, rows)
    assert same(ask(d, _halves(d, rows, dice.choice(d.regions))), before)


def _key(table: str, row: Row) -> tuple[Cell, ...]:
    """What a row is about, but for its place."""
    return tuple(row.get(c.name) or "" for c in TABLES[table].columns if (c.key or c.name in ("from", "until")) and c.name not in PLACES[table])


def _by_place(table: str, rows: list[Row]) -> list[Row]:
    """A row for each place; where two rows differ in nothing but how many places they name, that of the fewer."""
    found: dict[tuple[Cell, ...], Row] = {}
    for row in sorted(rows, key=lambda row: -len(parts(row["region"]))):
        found |= {(r, *_key(table, row)): row | {"region": r} for r in parts(row["region"])}
    return list(found.values())


def _halved(table: str, row: Row, place: str, half: str) -> list[Row]:
    """A row of one place, or link; that of the place as two with half the amounts."""
    column = next((c for c in PLACES[table] if row.get(c) == place), None)
    amounts: Row = {c: v / 2 for c in PLACED[table] if isinstance(v := row.get(c), float)}
    return [row] if column is None else [row | {column: r} | amounts for r in (place, half)]


def _halves(d: Draw, rows: Rows, place: str) -> Rows:
    rows, half = copied(rows), f"{place}2"
    rows.pop("ledger", None)
    rows["regions"].append({"region": half})
    rows["links"] = [row | {"origin": a, "destination": b} for row in rows.get("links", []) for a in parts(row["origin"])
                     for b in parts(row["destination"]) if a != b]  # fmt: skip
    for name, own in rows.items():
        if name in PLACED:
            rows[name] = [other for row in (own if name == "links" else _by_place(name, own)) for other in _halved(name, row, place, half)]
        elif name != "regions":
            for column in PLACES[name]:
                widened(rows, column, [name], place, half)
    for row in rows.get("freight", ()):
        row["mode"] = row.get("mode") or "|".join(d.modes)
    for row in rows.get("policies", ()):
        if row["metric"] in ("shipped", "received"):
            row["party"] = row.get("party") or "|".join(d.modes)
    rows["links"].append({"origin": place, "destination": half, "mode": "free", "both": "yes"})
    goods = "|".join(text(row["commodity"]) for row in rows["commodities"] if row["balance"] != "tally")
    rows.setdefault("freight", []).append({"mode": "free", "commodity": goods})
    return rows


@given(DRAWN, DICE)
def test_a_slice_cut_in_two_costs_the_same(d: Draw, dice: random.Random) -> None:
    """Two halves of a slice (or of the year, if there is none), one after the other in the same season, with the same availability and half of
    the amounts
    each. Half of what a plan does in each half is a plan; the sum of both is one of the whole. A daily stock is the exception: it has a level more,
    so it must lose nothing and its holding must cost nothing; the level in between is then the mean. Policies written by slice are left out."""
    rows = without_policies(d.rows, by("slice"))
    for row in rows.get("stocks", ()):
        if row["cycle"] == "day":
            row |= {"loss": None, "cost": None}
    before = ask(d, rows)
    rows = copied(rows)
    if not d.slices:
        rows["slices"] = [{"slice": "one", "season": "all", "share": 0.5}, {"slice": "two", "season": "all", "share": 0.5}]
    else:
        _cut_slice(rows, dice.choice(d.slices), d.seasons)
    assert same(ask(d, rows), before)


def _cut_slice(rows: Rows, s: str, seasons: dict[str, list[str]]) -> None:
    half = f"{s} half"
    at = next(i for i, row in enumerate(rows["slices"]) if row["slice"] == s)
    row = rows["slices"][at]
    row |= {"share": float(str(row["share"])) / 2, "season": row.get("season") or f"season of {s}"}
    rows["slices"].insert(at + 1, row | {"slice": half})
    for name, own in rows.items():
        out: list[Row] = []
        for row in own:
            inside = [member for part in parts(row.get("slice")) for member in seasons.get(part, [part])]
            if name in SLICED and s in inside:
                rest: Cell = "|".join(other for other in inside if other != s)
                out += [row | {"slice": rest}] if rest else []
                row = row | {"slice": f"{s}|{half}"} | {c: v / 2 for c in SLICED[name] if isinstance(v := row.get(c), float)}
            elif name != "slices" and s in parts(row.get("slice")):
                row = row | {"slice": f"{row['slice']}|{half}"}
            out.append(row)
        rows[name] = out


@given(DRAWN, DICE)
def test_a_period_cut_in_two_costs_the_same(d: Draw, dice: random.Random) -> None:
    """Two periods of half the length and half the weight in place of one. Where capacity only stands (nothing is built, closed or expires) and
    stocks lose nothing, doing in both what was done in the one is a plan, and the mean of both is one of the whole. Left out: builds, swaps,
    lives, what costs something to keep or must be run (it would be closed), limits of a stock over the horizon (they would hold halfway, too), and
    policies on capacity, stocks, over time and one soft by period."""
    rows = without_policies(d.rows, _of_capacity)
    for name in ("builds", "swaps", "ledger"):
        rows.pop(name, None)
    rows["capacity"] = list({(row["region"], row["equipment"]): row | {"built": None} for row in rows["capacity"]}.values())
    for row in rows["equipment"]:
        row |= {"life": None, "annuity_life": None, "fixed_cost": None, "min_load": None, "rated_route": None}
    rows["factors"] = [row for row in rows.get("factors", []) if row["on"] != "capacity"]
    for row in rows.get("stocks", ()):
        row |= {"loss": None, "cost": None} | ({"max": None, "reserve": None} if row["cycle"] == "horizon" else {})
    for row in rows["periods"]:
        rate, first, years = float(d.settings["discount_rate"]), float(str(row["start"])) - d.settings["base_year"], int(float(str(row["years"])))
        row["weight"] = row.get("weight") or sum((1 + rate) ** -(first + y) for y in range(years))
    before = ask(d, rows)
    t = dice.choice(d.periods)
    rows, half = copied(rows), f"{t} half"
    at = next(i for i, row in enumerate(rows["periods"]) if row["period"] == t)
    whole = rows["periods"][at]
    length, weight = (float(str(whole[c])) / 2 for c in ("years", "weight"))
    whole |= {"years": length, "weight": weight}
    rows["periods"].insert(at + 1, whole | {"period": half, "start": float(str(whole["start"])) + length})
    for name, own in rows.items():
        for row in own:
            if name != "periods" and t in parts(row.get("period")):
                row["period"] = f"{row['period']}|{half}"
    assert same(ask(d, rows), before)


def _of_capacity(rows: list[Row]) -> bool:
    """A policy that a period more would change: of states and events, over time, by years, with what was before."""
    counted = {
        "activity",
        "made",
        "used",
        "clean_used",
        "purchase",
        "sale",
        "shortage",
        "demand",
        "shipped",
        "received",
        "burden",
        "cost",
        "constant",
    }
    window = any(row.get("from") or row.get("until") for row in rows)
    jobs = any(row.get("commodity") == "jobs" for row in rows)
    return window or jobs or rows[0].get("span") in ("to_date", "horizon") or any(row["metric"] not in counted or row.get("lag") for row in rows)
