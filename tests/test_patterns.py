"""The patterns A-R of the modelling guide, each in the smallest instance that has it, solved by hand in the docstring."""

from __future__ import annotations

import pytest

from models import Instance
from optimizer import Plan, solve
from optimizer.highs import Limits
from tests.build import instance

ONE_YEAR = "period,start,years\nt,2025,1"
TWO_YEARS = "period,start,years\nt1,2025,1\nt2,2026,1"


def best(given: Instance) -> Plan:
    return solve(given, Limits(gap=0.0)).require_plan()


def cost(**tables: str) -> float:
    return best(instance(**({"regions": "region\nA\nB", "periods": ONE_YEAR} | tables))).objective


def test_a_scrap_is_reused_on_site_and_the_rest_thrown_away() -> None:
    """Rolling 10 makes 3 scrap; melting takes 1 scrap for 1 steel, wanted: 2. So 1 scrap is left, free. Slabs 10 × 1 = 10."""
    got = cost(
        commodities="commodity,unit,balance\nslab,t,year\nsheet,t,year\nscrap,t,year\nsteel,t,year",
        routes="route,region\nroll,A\nmelt,A",
        recipes="route,item,amount\nroll,slab,-1\nroll,sheet,1\nroll,scrap,0.3\nmelt,scrap,-1\nmelt,steel,1",
        sources="region,commodity,price\nA,slab,1\nA,scrap,9",
        markets="region,commodity,demand\nA,sheet,10\nA,steel,2",
    )
    assert got == pytest.approx(10)


def test_b_routes_share_units_with_use_coefficients() -> None:
    """Unit u (10) is taken 2 by x and 0.5 by y, v (3) 1 by x: x 3 (v), y up to (10 − 6)/0.5 = 8. Demand x 3, y 9: one y is bought at 7, the rest
    costs 1 each: 3 + 8 + 7 = 18."""
    got = cost(
        commodities="commodity,unit,balance\nx,t,year\ny,t,year",
        equipment="equipment,unit,annuity_life\nu,t/yr,9\nv,t/yr,9",
        capacity="region,equipment,amount\nA,u,10\nA,v,3",
        routes="route,cost\nmx,1\nmy,1",
        recipes="route,item,amount\nmx,x,1\nmx,u,-2\nmx,v,-1\nmy,y,1\nmy,u,-0.5",
        sources="region,commodity,price\nA,y,7",
        markets="region,commodity,demand\nA,x,3\nA,y,9",
    )
    assert got == pytest.approx(18)


def test_c_freight_by_good_and_direction() -> None:
    """Iron A to B costs 1, B to A 3; steel 5. Steel for B: iron 1, shipped 1, made at B 2 = 4, against 1 + 1 + 5 through A: 10 × 4 = 40."""
    got = cost(
        commodities="commodity,unit,balance\niron,t,year\nsteel,t,year",
        routes="route,region,cost\nmake,A,1\nmake,B,2",
        recipes="route,item,amount\nmake,iron,-1\nmake,steel,1",
        sources="region,commodity,price\nA,iron,1",
        markets="region,commodity,demand\nB,steel,10",
        links="origin,destination,mode,both\nA,B,rail,yes",
        freight="mode,commodity,origin,handling\nrail,iron,A,1\nrail,iron,B,3\nrail,steel,,5",
    )
    assert got == pytest.approx(40)


def test_d_prices_by_place_and_period_zero_allowed() -> None:
    """Gas is free at A in t1, 2 in t2; at B 1 always. 5 each, each year: 0 + 10 + 5 + 5 = 20."""
    got = cost(
        periods=TWO_YEARS,
        commodities="commodity,unit,balance\ngas,t,year",
        sources="region,commodity,period,price\nA,gas,t1,0\nA,gas,t2,2\nB,gas,,1",
        markets="region,commodity,demand\nA|B,gas,5",
    )
    assert got == pytest.approx(20)


def test_e_imports_and_an_export_limit_in_total_and_per_plant() -> None:
    """A and B make 6 each at 4; export price 10, 8 in all, 5 a plant; A wants 6 and may import at 9. B exports 5, A 3, so A lacks 3, bought abroad
    for 27; made 11 for 44; sold for 80: −9."""
    got = cost(
        regions="region,groups\nA,plants\nB,plants\nport,\nabroad,",
        commodities="commodity,unit,balance\nsteel,t,year",
        sources="region,commodity,price,max\nplants,steel,4,6\nabroad,steel,9,",
        markets="region,commodity,market,demand,price,max\nA,steel,home,6,,\nport,steel,world,,10,8",
        links="origin,destination,mode\nplants,port,road\nabroad,A,ship",
        freight="mode,commodity\nroad|ship,steel",
        policies="policy,metric,region,destination,commodity,each,sense,value\nquota,shipped,plants,port,steel,region,<=,5",
    )
    assert got == pytest.approx(-9)


def test_f_steps_of_a_mine_are_used_up_over_the_horizon() -> None:
    """Step 1 at 1 holds 12 over ten years of 2 a year: 12 × 1 + 8 × 3 = 36."""
    got = cost(
        periods="period,start,years\nt1,2025,5\nt2,2030,5",
        commodities="commodity,unit,balance\nore,t,year",
        sources="region,commodity,supplier,price\nA,ore,near,1\nA,ore,deep,3",
        markets="region,commodity,demand\nA,ore,2",
        policies="policy,metric,commodity,party,sense,value,span\nnear,purchase,ore,near,<=,12,horizon",
    )
    assert got == pytest.approx(36)


def test_g_the_capital_charge_goes_on_and_the_first_period_is_closed() -> None:
    """A mill at 0.5 a year from t2 on (weights 2 and 3, free data), import 2: t1 10 × 2 × 2 = 40; t2 10 × 0.5 × 3 = 15."""
    got = cost(
        periods="period,start,years,weight\nt1,2025,1,2\nt2,2026,1,3",
        commodities="commodity,unit,balance\nsteel,t,year",
        equipment="equipment,unit,life,rate\nmill,t/yr,20,0",
        builds="region,equipment,from,invest\nA,mill,2026,10",
        recipes="route,item,amount\nrun,steel,1\nrun,mill,-1",
        sources="region,commodity,price\nA,steel,2",
        markets="region,commodity,demand\nA,steel,10",
    )
    assert got == pytest.approx(55)


BUILT = {
    "commodities": "commodity,unit,balance\nx,t,year",
    "equipment": "equipment,unit,life,rate\nkiln,t/yr,1,0",
    "recipes": "route,item,amount\nburn,x,1\nburn,kiln,-1",
    "sources": "region,commodity,price\nA,x,10",
}


def built(builds: str, demand: float, **more: str) -> float:
    return cost(**(BUILT | {"builds": builds, "markets": f"region,commodity,demand\nA,x,{demand}"} | more))


def test_h_fixed_charge_and_convex_points() -> None:
    """Points (0, 6), (2, 8), (5, 17): slopes 1 and 3. Demand 4: 6 + 2 + 6 = 14; demand 0.5: bought at 5 < 6.5."""
    steps = "region,equipment,step,max,invest,fixed_invest\nA,kiln,1,2,1,6\nA,kiln,2,3,3,0"
    assert built(steps, 4) == pytest.approx(14)
    assert built(steps, 0.5) == pytest.approx(5)


def test_i_routes_where_they_may_run_and_within_limits() -> None:
    """New runs only at B, at most 3 there; old costs 4 a unit and needs 2 coal at B, 1 elsewhere (coal 1): A 5 × 5 = 25; B 3 × 1 + 2 × 6 = 15."""
    got = cost(
        commodities="commodity,unit,balance\nx,t,year\ncoal,t,year",
        routes="route,region,cost\nold,A|B,4\nnew,B,1",
        recipes="route,item,region,amount\nold,x,,1\nold,coal,,-1\nold,coal,B,-2\nnew,x,,1",
        sources="region,commodity,price\nA|B,coal,1",
        markets="region,commodity,demand\nA|B,x,5",
        policies="policy,metric,route,sense,value\nmost,activity,new,<=,3",
    )
    assert got == pytest.approx(40)


def test_j_a_limit_on_a_group_of_links_and_a_yield() -> None:
    """From A to B and C a fifth is lost; both together carry 10: 8 arrive. B and C want 5 each, alone at 9: 10 × 1 + 2 × 9 = 28."""
    got = cost(
        regions="region\nA\nB\nC",
        commodities="commodity,unit,balance\nx,t,year",
        sources="region,commodity,price\nA,x,1\nB|C,x,9",
        markets="region,commodity,demand\nB|C,x,5",
        links="origin,destination,mode,loss\nA,B|C,pipe,0.2",
        freight="mode,commodity\npipe,x",
        policies="policy,metric,region,destination,party,sense,value\npipes,shipped,A,B|C,pipe,<=,10",
    )
    assert got == pytest.approx(28)


def test_k_one_size_of_several_and_fixed_operation() -> None:
    """Sizes 2 and 5 at 1 a unit, at most one; keeping costs 0.2 a unit. Demand 4: size 5, of which 1 is closed at once: 5 + 0.8. (Size 2 twice
    would be 4.8, and is not allowed.)"""
    sizes = "region,equipment,step,size,max,invest\nA,kiln,1,2,2,1\nA,kiln,2,5,5,1"
    one = "policy,metric,each,sense,value\none,starts,region|equipment,<=,1"
    kept = "equipment,unit,life,rate,fixed_cost\nkiln,t/yr,1,0,0.2"
    assert built(sizes, 4, policies=one, equipment=kept) == pytest.approx(5.8)
    assert built(sizes.replace("2,2,1", "2,4,1"), 4, equipment=kept) == pytest.approx(4.8)


def test_l_forced_in_forced_out_and_a_multiplier() -> None:
    """A kiln of 2 costs 30 as a start: nobody builds it (20 bought); forced in it costs 30 and makes 2."""
    way = "region,equipment,max,invest,fixed_invest\nA,kiln,2,0,30"
    assert built(way, 2) == pytest.approx(20)
    assert built(way, 2, policies="policy,metric,sense,value\nmust,starts,>=,1") == pytest.approx(30)
    assert built("region,equipment,until,max,invest,fixed_invest\nA,kiln,2000,2,0,1", 2) == pytest.approx(20)


def test_m_demand_in_nutrients_and_a_share() -> None:
    """Urea 0.46 N at 4.6 (10 a N), sulphate 0.2 N at 1 (5 a N); at least half of N from urea: 5 × 10 + 5 × 5 = 75."""
    got = cost(
        commodities="commodity,unit,balance\nurea,t,year\nsulphate,t,year\nN,t,year",
        routes="route,region\nu,A\ns,A",
        recipes="route,item,amount\nu,urea,-1\nu,N,0.46\ns,sulphate,-1\ns,N,0.2",
        sources="region,commodity,price\nA,urea,4.6\nA,sulphate,1",
        markets="region,commodity,demand\nA,N,10",
        policies="policy,row,side,metric,commodity,route,sense,value\nhalf,1,left,made,N,u,>=,0.5\nhalf,2,right,made,N,,,",
    )
    assert got == pytest.approx(75)


def test_n_partly_usable_at_first_and_conversion() -> None:
    """Old 4 turns into new one for one at 2 a unit; of what is new 75 % runs: demand 3 on new (routes old cost 9, new 0): convert 4, cost 8."""
    got = cost(
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,life,rate\nold,t/yr,9,0\nnew,t/yr,1,0",
        capacity="region,equipment,amount\nA,old,4",
        builds="region,equipment,replaces,invest,usable\nA,new,old,2,0.75",
        routes="route,cost\nro,9\nrn,0",
        recipes="route,item,amount\nro,x,1\nro,old,-1\nrn,x,1\nrn,new,-1",
        markets="region,commodity,demand\nA,x,3",
    )
    assert got == pytest.approx(8)


def test_o_fixed_charge_to_a_scale_then_constant_average_cost() -> None:
    """F = 6 to a scale of 3 at 1 a unit, then 1 + 6/3 = 3 a unit: 5 units cost 6 + 3 + 6 = 15, 3 on average; 2 units 8, 4 on average."""
    scale = "region,equipment,step,max,invest,fixed_invest\nA,kiln,1,3,1,6\nA,kiln,2,9,3,0"
    assert built(scale, 5) == pytest.approx(15)
    assert built(scale, 2) == pytest.approx(8)


def test_p_a_scrap_pool_is_shared() -> None:
    """Old scrap 6 comes back free; steel takes 1, castings 1; virgin costs 2 and 3: castings get 4, steel 2: 8 steel at 2 = 16."""
    got = cost(
        commodities="commodity,unit,balance,tags\nscrap,t,year,\nsteel,t,year,metal\ncast,t,year,metal",
        routes="route,region,cost\ns,A,0\nc,A,0\nvs,A,2\nvc,A,3",
        recipes="route,item,amount\ns,scrap,-1\ns,steel,1\nc,scrap,-1\nc,cast,1\nvs,steel,1\nvc,cast,1",
        sources="region,commodity,price,max\nA,scrap,0,6",
        markets="region,commodity,demand\nA,steel,10\nA,cast,4",
    )
    assert got == pytest.approx(16)


def test_q_blending_with_a_limit_and_an_equality() -> None:
    """Ore p has 4 % sulphur at 1, q 1 % at 2; the blend of 10 at most 2 %: p/10 of 4 + rest 1 <= 2: p = 10/3. Cost 10/3 + 2 × 20/3 = 50/3."""
    got = cost(
        commodities="commodity,unit,balance,surplus\np,t,year,\nq,t,year,\nblend,t,year,no",
        routes="route,region\nbp,A\nbq,A",
        recipes="route,item,amount\nbp,p,-1\nbp,blend,1\nbq,q,-1\nbq,blend,1",
        sources="region,commodity,price\nA,p,1\nA,q,2",
        markets="region,commodity,demand\nA,blend,10",
        policies="policy,row,side,metric,commodity,coefficient,sense,value\nS,1,left,used,p,4,<=,2\nS,2,left,used,q,1,,\nS,3,right,made,blend,,,",
    )
    assert got == pytest.approx(50 / 3)


def test_r_new_sites_at_a_fixed_cost() -> None:
    """Depots at A (7) or B (5), serving both markets (4 each) at 0 at home, 1 across: B alone 5 + 4 = 9; both 12; with at most 4: both, 12."""
    tables = {
        "commodities": "commodity,unit,balance\ngood,t,year",
        "equipment": "equipment,unit,life,rate\ndepot,t/yr,1,0",
        "recipes": "route,item,amount\nserve,good,1\nserve,depot,-1",
        "markets": "region,commodity,demand\nA|B,good,4",
        "links": "origin,destination,mode,both\nA,B,road,yes",
        "freight": "mode,commodity,handling\nroad,good,1",
    }
    for most, want in ((8, 9), (4, 12)):
        assert cost(**tables, builds=f"region,equipment,max,invest,fixed_invest\nA,depot,{most},0,7\nB,depot,{most},0,5") == pytest.approx(want)
