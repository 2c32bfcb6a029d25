"""The objective: named terms in present value that add up to it."""

from pytest import approx

from models import Instance
from models.formulation import COSTS, FAMILIES
from optimizer import solve
from tests.build import instance
from tests.look import compiled, cost_term, only


def plant(first: float = 1, second: float = 1) -> Instance:
    return instance(
        discount_rate=0.1,
        regions="region\nA",
        periods="period,start,years\nt1,2025,2\nt2,2027,2",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,life\nplant,t/yr,3",
        builds="region,equipment,invest,max\nA,plant,10,5",
        recipes="route,item,amount\nmake,x,1\nmake,plant,-1",
        sources="region,commodity,price\nA,x,5",
        markets=f"region,commodity,period,demand\nA,x,t1,{first}\nA,x,t2,{second}",
        policies="policy,metric,equipment,sense,value\nsubsidy,capacity_new,plant,price,-1",
    )


def test_discounting() -> None:
    """d = 10 %, two periods of 2 years: weights 1.909091 and 1.577761. Demand 1, imports 5; a plant of 10 with life 3 (crf 0.4021148) stands and is
    charged in both: 4.021148 × 3.486852 = 14.021149 (imports 17.43). A subsidy of 1 per unit of new capacity: −1.909091 / 2. Sum 13.066603.
    One more in t1 is imported: 5; in t2 a plant is built then: 4.021148 − 0.5 = 3.521148. One less saves 3.934371 and 2.231737."""
    plan = solve(plant())
    assert plan.objective == approx(13.066602581708308)
    price = plan["balance"].set_index("period")
    assert price["price"].to_dict() == approx({"t1": 5, "t2": 3.521148}, abs=1e-6)
    assert price["price_less"].to_dict() == approx({"t1": 3.934371, "t2": 2.231737}, abs=1e-6)
    assert solve(plant(1.1)).objective == approx(plan.objective + 0.1 * 5 * (1 + 1 / 1.1))
    assert solve(plant(1, 1.1)).objective == approx(plan.objective + 0.1 * 3.521148 * (1.1**-2 + 1.1**-3), abs=1e-6)


def test_a_rate_weighs_its_years_an_event_one_of_them() -> None:
    x = compiled(plant())
    weight, crf = 1 + 1 / 1.1, 0.1 / (1 - 1.1**-3)
    assert cost_term(x, "purchases", "A", "t1") == approx({("purchase", ("A", "x", "", "t1", "(year)")): 5 * weight})
    assert cost_term(x, "annuities", "A", "t1") == approx({("new", ("A", "plant", "t1")): 10 * crf * weight})
    assert cost_term(x, "priced", "subsidy", "", "t1") == approx({("new", ("A", "plant", "t1")): -weight / 2})


def test_every_cost_of_a_family_is_a_term() -> None:
    """Terms of families and of policies, and nothing else; the cost is their sum. In t1 alone: 1 bought at 5."""
    given = plant(second=0)
    x = compiled(given)
    names = [cost.name for family in FAMILIES for cost in family.COSTS]
    assert names == [cost.name for cost in COSTS] and len(set(names)) == len(names)
    assert list(x.terms) == ["breaches", "priced", *names]
    total = sum(linear.matrix.sum(axis=0) for linear in x.terms.values())
    assert total == approx(x.cost)
    plan = solve(given)
    assert plan.objective == approx(5 * (1 + 1 / 1.1))
    assert only(plan["balance"], period="t1").price == approx(5)
    assert plan["costs"]["present_value"].sum() == approx(plan.objective)
