"""Laws of choice: less choice is never cheaper, what is worse than something else is never missed."""

from __future__ import annotations

import random
from collections.abc import Callable

from hypothesis import given

from tests.drawn.draw import Draw, Row
from tests.laws.ask import DICE, DRAWN, Answer, applies, ask, at_most, is_lp, same
from tests.laws.tables import by, copied, parts, text, widened, without_policies


def limits(d: Draw) -> list[Row]:
    """The heads of policies that are at most or at least something."""
    return [row for row in d.rows.get("policies", ()) if row.get("sense") in ("<=", ">=") and row.get("active") != "no"]


def tightened(d: Draw, head: Row, amount: float) -> Answer:
    """The answer with a policy tighter by an amount, put as a constant on its left."""
    rows = copied(d.rows)
    more = amount if head["sense"] == "<=" else -amount
    rows["policies"].append({"policy": head["policy"], "row": 77.0, "metric": "constant", "coefficient": more, "lag": 0.0, "side": "left"})
    if any(r["policy"] == head["policy"] and r["metric"] == "constant" and r.get("side") != "right" for r in d.rows["policies"]):
        rows["policies"][-1]["lag"] = None
        rows["policies"].pop()
        for r in rows["policies"]:
            if (
                r["policy"] == head["policy"]
                and r["metric"] == "constant"
                and r.get("side") != "right"
                and isinstance(c := r.get("coefficient"), float)
            ):
                r["coefficient"] = c + more
    return ask(d, rows)


@given(DRAWN, DICE)
def test_tighter_is_never_cheaper_and_ever_dearer_by_the_unit(d: Draw, dice: random.Random) -> None:
    """Any policy at most or at least something: fewer plans are left, so the cost does not fall; without whole numbers it is convex in the limit, so
    halfway between two limits it is at most their mean (no plan counts as infinite)."""
    applies(limits(d))
    head = dice.choice(limits(d))
    one, other = sorted(round(dice.uniform(0.01, 5), 3) for _ in range(2))
    free, near, far = ask(d), tightened(d, head, one), tightened(d, head, other)
    assert at_most(free, near) and at_most(near, far)
    if is_lp(d.rows):
        mean = Answer((near.cost + far.cost) / 2, max(near.size, far.size))
        assert at_most(tightened(d, head, (one + other) / 2), mean)


@given(DRAWN, DICE)
def test_fewer_policies_are_never_dearer(d: Draw, dice: random.Random) -> None:
    """Without a policy that forbids (not one that pays), every plan of before is left."""
    heads = [row for row in d.rows.get("policies", ()) if row.get("sense") != "price" and row.get("sense")]
    applies(heads)
    gone = dice.choice(heads)["policy"]
    rows = without_policies(d.rows, lambda own: own[0]["policy"] == gone)
    assert at_most(ask(d, rows), ask(d))


def asking(column: str) -> Callable[[list[Row]], bool]:
    """Is a policy written by this column, or of cost, which may be what it asks for?"""
    return lambda own: by(column)(own) or any(row["metric"] == "cost" for row in own)


@given(DRAWN, DICE)
def test_a_dearer_route_changes_nothing(d: Draw, dice: random.Random) -> None:
    """A second route with the recipe of the first, on the same equipment, counted by the same policies, at the same or a higher cost: whatever it
    does the first does as well. Policies written by route, which would count it apart, are left out first, and those of cost."""
    rows = without_policies(d.rows, asking("route"))
    before = ask(d, rows)
    route = dice.choice(sorted({part for row in rows["recipes"] for part in parts(row["route"])}))
    rows = copied(rows)
    widened(rows, "route", ["recipes", "policies"], route, "second")
    dearer = more(dice)
    own = [row for row in rows["routes"] if route in parts(row.get("route"))]
    rows["routes"] += [row | {"route": "second", "cost": _plus(row, "cost", dearer)} for row in own]
    assert same(ask(d, rows), before)


@given(DRAWN, DICE)
def test_a_dearer_supplier_changes_nothing(d: Draw, dice: random.Random) -> None:
    """A second supplier of the same goods in the same places, no cleaner, at the same or a higher price, beside one without a limit, and counted
    by the
    same policies. Policies written by supplier are left out first."""
    rows = without_policies(d.rows, asking("party"))
    before = ask(d, rows)
    of: dict[tuple[str, str], list[Row]] = {}
    for row in rows["sources"]:
        of.setdefault((text(row["commodity"]), text(row.get("supplier"))), []).append(row)
    able = [key for key, own in of.items() if key[1] and all(row.get("max") is None for row in own)]
    applies(able)
    key = dice.choice(able)
    rows = copied(rows)
    widened(rows, "party", ["policies"], key[1], "second")
    dearer = more(dice)
    rows["sources"] += [row | {"supplier": "second", "min": None, "price": _plus(row, "price", dearer)} for row in of[key]]
    assert same(ask(d, rows), before)


@given(DRAWN, DICE)
def test_a_dearer_mode_changes_nothing(d: Draw, dice: random.Random) -> None:
    """A second railway beside the first, with the same links, lengths, losses and emissions, on the same or dearer terms, where the first has no
    limit of
    capacity. Policies written by mode are left out first."""
    applies(d.modes)
    rows = without_policies(d.rows, asking("party"))
    for row in rows["links"]:
        row["capacity"] = None if row["mode"] == "rail" else row.get("capacity")
    rows["links"] = list({(row["origin"], row["destination"], row["mode"]): row for row in reversed(rows["links"])}.values())
    before = ask(d, rows)
    rows = copied(rows)
    rows["links"] += [row | {"mode": "second"} for row in rows["links"] if row["mode"] == "rail"]
    widened(rows, "party", ["policies"], "rail", "second")
    widened(rows, "item", ["factors"], "rail", "second")
    dearer = more(dice)
    rows["freight"] += [row | {"mode": "second", "handling": _plus(row, "handling", dearer)} for row in rows["freight"] if row.get("mode") == "rail"]
    assert same(ask(d, rows), before)


def more(dice: random.Random) -> float:
    """How much dearer something is, if at all."""
    return dice.choice((0.0, round(dice.uniform(0, 2), 3)))


def _plus(row: Row, column: str, more: float) -> float:
    return (value if isinstance(value := row.get(column), float) else 0.0) + more


@given(DRAWN, DICE)
def test_leave_to_go_short_is_never_dearer(d: Draw, dice: random.Random) -> None:
    """Where demand must be met, a price at which it may be missed adds plans. Policies on shortages are left out first: they would find more to
    count."""
    rows = without_policies(d.rows, lambda own: any(row["metric"] == "shortage" for row in own))
    strict, price = ask(d, rows), round(dice.uniform(10, 100), 3)
    rows = copied(rows)
    for row in rows["markets"]:
        row["shortage_price"] = row.get("shortage_price") or price
    assert at_most(ask(d, rows), strict)
