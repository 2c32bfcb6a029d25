"""Swaps: who may replace whom, at what ratio; closures may be banked, no tonne serves twice."""

import pytest
from pytest import approx

from models import InputError, Instance
from models.formulation import build
from optimizer import solve
from tests.build import instance
from tests.look import INFINITY, compiled, lines, only, row


def steel(last: float = 5) -> Instance:
    return instance(
        regions="region\nK\nO",
        periods="period,start,years\nt1,2025,5\nt2,2030,5",
        commodities="commodity,unit,balance\nsteel,t,year",
        equipment="equipment,unit,life,annuity_life,fixed_cost\nbf,t/yr,,20,1\neaf,t/yr,10,,",
        capacity="region,equipment,amount\nK,bf,3\nO,bf,6",
        builds="region,equipment,from,invest\nK|O,eaf,2030,10",
        routes="route,cost\nr-bf,10\nr-eaf,4",
        recipes="route,item,amount\nr-bf,steel,1\nr-bf,bf,-1\nr-eaf,steel,1\nr-eaf,eaf,-1",
        markets=f"region,commodity,period,demand\nK,steel,,3\nO,steel,t1,2\nO,steel,t2,{last}",
        swaps="""rule,new_region,new_equipment,old_region,old_equipment,ratio,from
            KK,K,eaf,K,bf,1.5,2030
            OX,O,eaf,,bf,1.25,2030""",
    )


def test_closures_are_banked() -> None:
    """K 3 old, O 6 old; old runs at 10, costs 1/yr; new at 4, annuity 1. From 2030 K for K at 1.5, O for anybody at 1.25.
    2025: O needs 2, closes 4: banked. 2030: 2 − c + y >= 5, 1.25 y <= 4 + c: c = 1, y = 4. K stays. 2025 55 a year, 2030 64: 595.
    A unit of steel at O in 2030 more leaves c 5 lower and y 4 lower: 5 × 11 − 4 × 5 = 35."""
    plan = solve(steel())
    assert plan.objective == approx(595)
    assert only(plan["balance"], region="O", period="t2").price == approx(35)
    assert solve(steel(5.1)).objective == approx(595 + 0.1 * 35 * 5)
    ledger = plan["swaps"].groupby(["rule", "side"])["amount"].sum().to_dict()
    assert ledger == approx({("OX", "new"): 4, ("OX", "old"): 5})
    closed = lines(plan["capacity"], equipment="bf", region="O").set_index("period")["closed"].to_dict()
    assert closed == approx({"t1": 4, "t2": 1})


def test_rows_of_swaps() -> None:
    x = compiled(steel())
    new = row(x, "swap_new", "O", "eaf", "t2")
    assert new.terms == {("new", ("O", "eaf", "t2")): 1, ("taken", ("OX", "O", "eaf", "t2")): -1}
    assert (new.lower, new.upper) == (-INFINITY, 0)
    bank = row(x, "swap_bank", "K", "bf", "t2")
    assert bank.terms == {
        ("given", ("KK", "K", "bf", "t2")): 1,
        ("given", ("OX", "K", "bf", "t2")): 1,
        ("closed", ("K", "bf", "(never)", "t1")): -1,
        ("closed", ("K", "bf", "(never)", "t2")): -1,
    }
    assert (bank.lower, bank.upper) == (-INFINITY, 0)
    ratio = row(x, "swap_ratio", "OX", "", "t2")
    assert ratio.terms[("taken", ("OX", "O", "eaf", "t2"))] == -1.25
    assert ratio.terms[("given", ("OX", "K", "bf", "t2"))] == ratio.terms[("given", ("OX", "O", "bf", "t2"))] == 1
    assert (ratio.lower, ratio.upper) == (0, 0)


def expiring(expired: str, second: str = "") -> Instance:
    return instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,5\nt2,2030,5",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,life\nold,t/yr,20\nnew,t/yr,10",
        capacity="region,equipment,built,amount\nA,old,2010,4",
        builds="region,equipment,invest\nA,new,10",
        recipes="route,item,amount\nr-old,x,1\nr-old,old,-1\nr-new,x,1\nr-new,new,-1",
        sources="region,commodity,price\nA,x,3",
        markets="region,commodity,demand\nA,x,4",
        swaps=f"rule,new_equipment,old_equipment,ratio,expired\none,new,old,2,{expired}{second}",
    )


def test_whether_expired_capacity_counts() -> None:
    """Old 4 goes in 2030. If it counts, 2 new ones (annuity 1) take its place and 2 are bought at 3: (2 + 6) × 5 = 40. If only closures count:
    closing a unit in 2025 costs 3 a year then, and lets in half a new one, which saves 1.5 − 0.5 a year in both periods: never. 12 × 5 = 60.
    Price 3 in 2030 either way: the marginal unit is bought."""
    plan = solve(expiring("yes"))
    assert plan.objective == approx(40)
    assert only(plan["balance"], period="t2").price == approx(3)
    never = solve(expiring("no"))
    assert never.objective == approx(60)
    assert only(never["balance"], period="t2").price == approx(3)
    assert lines(never["swaps"]).empty


def test_expiry_counts_only_if_every_rule_there_allows_it() -> None:
    """A second rule that names the place as old, even with a window of its own, and does not allow it, decides: 60."""
    assert solve(expiring("yes", "\ntwo,new,old,3,no")).objective == approx(60)
    assert solve(expiring("yes", "\ntwo,new,old,3,yes")).objective == approx(40)
    x = compiled(expiring("yes"))
    assert row(x, "swap_bank", "A", "old", "t2").terms[("standing", ("A", "old", "t2", "t1"))] == -1
    assert ("standing", ("A", "old", "t2", "t1")) not in row(x, "swap_bank", "A", "old", "t1").terms


def zones(same: str) -> Instance:
    return instance(
        regions="region\nA\nB",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,life,annuity_life,fixed_cost\nold,t/yr,,20,\nnew,t/yr,1,,",
        capacity="region,equipment,amount\nA,old,6\nB,old,6",
        builds="region,equipment,invest\nB,new,1",
        routes="route,cost\nr-old,5\nr-new,",
        recipes="route,item,amount\nr-old,x,1\nr-old,old,-1\nr-new,x,1\nr-new,new,-1",
        markets="region,commodity,demand\nB,x,6",
        swaps=f"rule,new_equipment,old_equipment,same_region,ratio\none,new,old,{same},2",
    )


def test_same_region() -> None:
    """B needs 6: old at 5, new at 1, 2 : 1. From anywhere: close 6 in A for 3, and in B 2 for each more: y = 3 + c/2, old 6 − c: 6 − c + 3 + c/2 >=
    6: c = 6, y = 6: 6. In B alone: y = c/2, 6 − c/2 >= 6: nothing: 30. Price of x anywhere: one more leaves c 2 lower, y 1 lower: 2 × 5 − 1 = 9."""
    plan = solve(zones("no"))
    assert plan.objective == approx(6)
    assert only(plan["balance"], region="B").price == approx(9)
    own = solve(zones("yes"))
    assert own.objective == approx(30)
    x = compiled(zones("yes"))
    assert row(x, "swap_ratio", "one", "B", "t1").terms == {("given", ("one", "B", "old", "t1")): 1, ("taken", ("one", "B", "new", "t1")): -2}
    assert row(x, "swap_ratio", "one", "A", "t1").terms == {("given", ("one", "A", "old", "t1")): 1}


def test_a_refit_needs_no_swap_and_earns_none() -> None:
    """Old 4 (run 5), refit to new at 2 a unit (annuity) or greenfield at 1 under a rule 1 : 1. Demand 4. Greenfield needs closures: close 4, build 4:
    4 + 0. The refit's capacity is no `new` under the rule, and what it consumes is not closed. Price of x: new needs a closed one, none left: bought
    at 9."""
    given = instance(
        regions="region\nA",
        periods="period,start,years\nt1,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,life,annuity_life\nold,t/yr,,20\nnew,t/yr,1,",
        capacity="region,equipment,amount\nA,old,4",
        builds="region,equipment,replaces,invest\nA,new,,1\nA,new,old,2",
        routes="route,cost\nr-old,5\nr-new,",
        recipes="route,item,amount\nr-old,x,1\nr-old,old,-1\nr-new,x,1\nr-new,new,-1",
        sources="region,commodity,price\nA,x,9",
        markets="region,commodity,demand\nA,x,4",
        swaps="rule,new_equipment,old_equipment,ratio\none,new,old,1",
    )
    x = compiled(given)
    assert row(x, "swap_new", "A", "new", "t1").terms == {("new", ("A", "new", "t1")): 1, ("taken", ("one", "A", "new", "t1")): -1}
    assert row(x, "swap_bank", "A", "old", "t1").terms == {("given", ("one", "A", "old", "t1")): 1, ("closed", ("A", "old", "(never)", "t1")): -1}
    plan = solve(given)
    assert plan.objective == approx(4)
    assert only(plan["balance"], commodity="x").price == approx(9)


def test_a_rule_stands_once_and_needs_a_ratio() -> None:
    with pytest.raises(InputError, match="stands in row 1 already"):
        expiring("yes", "\none,new,old,3,yes")
    with pytest.raises(InputError, match="must be > 0"):
        expiring("yes", "\ntwo,new,old,0,yes")
    with pytest.raises(InputError, match="did you mean old"):
        expiring("yes", "\ntwo,new,olds,1,yes")


def test_a_blank_cell_is_anything_that_stands_there() -> None:
    """A rule that names nothing binds every greenfield, and every standing place is old."""
    board = build(
        instance(
            regions="region\nA\nB",
            periods="period,start,years\nt1,2025,1",
            commodities="commodity,unit,balance\nx,t,year",
            equipment="equipment,unit,life\nold,t/yr,20\nnew,t/yr,10",
            capacity="region,equipment,amount\nA,old,4",
            builds="region,equipment,invest\nB,new,1",
            recipes="route,item,amount\nr-old,x,1\nr-old,old,-1\nr-new,x,1\nr-new,new,-1",
            swaps="rule,ratio\none,2",
        )
    ).board
    assert board.labelled("swap_new")[["r", "q"]].to_numpy().tolist() == [["B", "new"]]
    assert sorted(board.labelled("swap_places")[["r", "q"]].to_numpy().tolist()) == [["A", "old"], ["B", "new"]]
