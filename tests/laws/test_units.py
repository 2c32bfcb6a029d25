"""Laws of units: the answer is the same in any money and any unit of a commodity, and grows with the instance."""

from __future__ import annotations

from random import Random

from hypothesis import given

from models import InputError, Instance
from optimizer.plan import Plan
from optimizer.solving import solve
from tests.drawn import made
from tests.drawn.draw import Draw, Rows
from tests.laws.ask import DICE, DRAWN, EXACT, Answer, ask, changed, same
from tests.laws.units import Book, Units, in_power, in_units

POWERS = (-9, 9)


def everything(rows: Rows, k: float) -> Units:
    """All amounts k times as large: prices stay."""
    book = Book(rows)
    return Units(money=k, names=dict.fromkeys([*book.commodities, *book.equipment], k), activity=k)


@given(DRAWN, DICE)
def test_twice_the_instance_costs_twice(d: Draw, dice: Random) -> None:
    """Capacities, demands, limits, sizes, fixed sums and what policies allow, all times k: k times every plan is a plan of k times the cost. Prices,
    shares, ratios and the number of starts stay."""
    k = dice.choice((0.01, 0.3, 2.0, 50.0))
    assert same(ask(d, in_units(d.rows, everything(d.rows, k))), ask(d).times(k))


@given(DRAWN, DICE)
def test_the_unit_of_activity_does_not_matter(d: Draw, dice: Random) -> None:
    """A recipe per ton, or per thousand tons: what is made, used and paid per activity is divided by what an activity is multiplied by."""
    k = dice.choice((1e-6, 0.2, 7.0, 1e6))
    assert same(ask(d, in_units(d.rows, Units(activity=k))), ask(d))


@given(DRAWN, DICE)
def test_the_unit_of_money_does_not_matter(d: Draw, dice: Random) -> None:
    """Every price and sum in a money 10^9 times as small or large: the same plans in the same order, and the answer is certified as before."""
    k = 10.0 ** dice.choice(POWERS)
    assert_same_plan(changed(d, d.rows), made(d.settings, in_units(d.rows, Units(money=k))), k)


@given(DRAWN, DICE)
def test_the_unit_of_a_commodity_does_not_matter(d: Draw, dice: Random) -> None:
    """A commodity (and what must be counted in its unit) in a unit 10^9 times as small or large, in every table, whether the unit is said or only the
    numbers change: the same plans at the same cost, and the answer is certified as before."""
    names, power, said = dice.choice(Book(d.rows).classes()), dice.choice(POWERS), dice.random() < 0.5
    print(f"{names}")
    assert_same_plan(changed(d, d.rows), made(d.settings, in_power(d.rows, names, power, said)), 1.0)


def assert_same_plan(one: Instance, in_other: Instance, money: float) -> None:
    """Equal status, cost, certificate, and sum of the table of costs.

    A policy on nothing that cannot hold is refused before anything is solved, or found to have no plan."""
    plan, other = plan_of(one), plan_of(in_other)
    if plan is None or other is None:
        assert {p.status for p in (plan, other) if p is not None} <= {"infeasible"}
        return
    for p in (plan, other):
        print(f"{p.status} {p.summary['objective']} {p.summary['certificate']}")
    assert other.status == plan.status
    assert other.certified == plan.certified
    if plan.summary["objective"] is not None:
        size = float(plan["costs"]["present_value"].abs().sum())
        assert same(Answer(other.objective / money, size), Answer(plan.objective, size))
        told = float(other["costs"]["present_value"].sum())
        assert same(Answer(told / money, size), Answer(plan.objective, size)), "nothing is lost from the tables for being small"


def plan_of(instance: Instance) -> Plan | None:
    """The certified answer; None if the instance is refused as one that nothing can meet."""
    try:
        return solve(instance, EXACT)
    except InputError as error:
        if "no plan can meet this" not in str(error):
            raise
        return None
