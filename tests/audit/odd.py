"""A small instance of what `rich` and the drawn ones do not have: goods by slice and by year on one line and one link, a refit that alone brings its
cohort, a clean commodity made by a route that has no row in `routes`, goods in two units in one policy, burdens of exactly
−1, lagged stocks and lagged rows beside others."""

from __future__ import annotations

from models import Instance
from tests.build import instance

TABLES = {
    "regions": "region\nA\nB",
    "periods": "period,start,years\nt1,2025,2\nt2,2027,3\nt3,2030,5",
    "slices": "slice,season,share\ns1,wet,0.4\ns2,dry,0.35\ns3,dry,0.25",
    "commodities": """commodity,unit,balance,surplus
        power,MWh,slice,no
        steam,MWh,year,
        ore,t,year,
        metal,t,year,
        alloy,kt,year,
        ash,t,tally,
        slag,kt,tally,""",
    "equipment": """equipment,unit,life,annuity_life,fixed_cost,run,min_load
        mill,t/yr,10,,1,year,0.1
        plant,t/yr,8,,0.5,slice,
        wire,MWh/yr,,20,,slice,
        pipe,MWh/yr,,20,,year,
        turbine,MWh/yr,,20,,season,""",
    "capacity": "region,equipment,built,amount\nA,mill,2021,8\nA,mill,2019,3\nA,wire,,20\nA,pipe,,9\nA,turbine,,4",
    "builds": """region,equipment,replaces,from,max,invest,ratio,usable,fixed_cost
        A,plant,mill,2027,,3,0.8,0.5,
        A,wire,,,5,1,,,
        A,pipe,,,5,1,,,0.3""",
    "availability": "equipment,amount\nmill,0.9",
    "routes": "route,region,cost\nforge,A,1",
    "recipes": """route,item,region,amount
        smelt,metal,,1
        smelt,ore,,-1.5
        smelt,mill,,-1
        smelt,ash,,-1
        melt,metal,,1
        melt,ore,,-1.2
        melt,power,,-0.5
        melt,plant,,-1
        generate,power,,1
        generate,steam,,-1.2
        generate,turbine,,-1
        sort,metal,,1
        sort,steam,A,-3
        forge,metal,,-1
        forge,alloy,,0.001
        forge,slag,,0.0002""",
    "sources": """region,commodity,supplier,price,max,clean
        A,power,grid,3,,
        A,power,wind,3.5,4,1
        A,steam,boiler,2,,
        A,ore,mine,1,,
        B,power,local,9,,
        B,steam,local,9,,
        A,metal,abroad,50,,""",
    "markets": """region,commodity,market,demand
        B,power,town,6
        B,steam,town,4
        A,metal,town,5
        A,alloy,town,0.001""",
    "links": """origin,destination,mode,capacity,loss,equipment
        A,B,line,15,0.05,wire
        A,B,tube,,,pipe""",
    "freight": "mode,commodity,rate\nline,power|steam,\ntube,steam,",
    "stocks": """region,commodity,stock,cycle,first,max
        A,power,bin,season,,2
        A,power,tank,horizon,4,""",
    "policies": """policy,row,side,metric,coefficient,lag,commodity,sense,value,span
        goods,1,left,made,,,metal|alloy,<=,90,horizon
        waste,1,left,burden,,,ash|slag,<=,50,period
        keep,1,left,stock,,,power,>=,0.5,period
        keep,2,left,stock,,1,power,,,
        grow,1,left,purchase,,,ore,<=,1.5,period
        grow,2,right,constant,3,,,,,
        grow,3,right,purchase,,1,ore,,,
        grow,4,right,made,,1,metal,,,
        pair,1,left,made,,,metal,<=,2,period
        pair,2,right,used,,,ore,,,
        pair,3,right,purchase,,,ore,,,""",
    "policy_values": """policy,row,period,value,base
        grow,,t1,,9
        pair,2,,0.4,
        pair,3,,0.7,
        pair,3,t2,0.8,""",
}  # fmt: skip


def odd() -> Instance:
    """The instance."""
    return instance(settings={"clean_commodity": "power", "clean_matching": "nation-year"}, **TABLES)
