"""One small instance that uses every family, table and metric: three regions, three periods, two seasons of two slices."""

from __future__ import annotations

from models import Instance
from tests.build import instance

TABLES = {
    "regions": """region,groups,en
        A,north,Alpha
        B,north,
        C,,""",
    "periods": """period,start,years,weight
        t1,2025,2,
        t2,2027,3,
        t3,2030,5,3.5""",
    "slices": """slice,season,share
        s1,wet,0.2
        s2,wet,0.3
        s3,dry,0.25
        s4,dry,0.25""",
    "commodities": """commodity,unit,balance,surplus,tags
        metal,t,year,,
        ore,t,year,,
        scrap,t,year,,
        coal,t,year,no,fuel
        gas,t,year,no,fuel
        power,MWh,slice,no,
        energy,tce,tally,,
        co2,t,tally,,
        jobs,person,tally,,""",
    "equipment": """equipment,unit,life,annuity_life,rate,fixed_cost,closing_cost,min_load,run,rated_route,tags
        old,t/yr,10,,,2,1,,year,r-old,mills
        new,t/yr,6,5,0.05,1,1,0.3,season,r-new,mills
        kiln,t/yr,,10,,1,,,year,,
        dam,MWh/yr,,20,,,,,slice,,
        wire,MWh/yr,20,,,,,,slice,,
        cavern,MWh,15,,,,,,year,,""",
    "capacity": """region,equipment,built,amount
        A,old,2019,8
        B,old,,6
        A,old,2027,2
        C,dam,,60
        C,wire,,20""",
    "builds": """region,equipment,replaces,step,project,from,until,min,max,size,invest,fixed_invest,fixed_cost,ratio,usable
        A|B,new,,1,,,,1,4,,8,3,0.5,,0.5
        A|B,new,,2,,,,,6,,9,,,,0.5
        A|B,new,old,,,2027,,,,,3,,,0.8,
        B,kiln,,,,,2028,,8,2,4,1,,,
        B,kiln,,,annex,,,,4,,3,,,,
        C,wire,,,,,,,,,2,,,,
        B,cavern,,,,,,,9,,0.1,,,,""",
    "routes": """route,region,period,cost,clean
        r-old,,,2,
        r-old,B,t3,2.2,
        r-new,,,1,
        r-kiln,,,0.5,
        turbine,,,0.1,0.9
        gasify,A,,1,
        flare,A,,0.1,""",
    "recipes": """route,item,region,period,amount
        r-old,metal,,,1
        r-old,ore,,,-1.5
        r-old,coal,,,-0.5
        r-old,power,,,-1
        r-old,old,,,-1
        r-old,co2,,,0.2
        r-new,metal,,,1
        r-new,scrap,,,-1.1
        r-new,power,,,-2
        r-new,power,B,t3,-1.8
        r-new,new,,,-1
        r-kiln,metal,,,1
        r-kiln,ore,,,-1.4
        r-kiln,gas,,,-0.2
        r-kiln,kiln,,,-1
        turbine,power,,,1
        turbine,dam,,,-1
        gasify,coal,,,-1.2
        gasify,gas,,,1
        flare,gas,,,-1""",
    "factors": """item,on,burden,region,period,amount
        fuel,use,energy,,,1
        gas,use,energy,A,,1.1
        power,purchase,energy,,,0.1
        energy,burden,co2,,,2.5
        rail,freight,co2,,,0.0001
        metal,sale,co2,,,-0.01
        power,clean_use,co2,,,-0.05
        mills,capacity,jobs,,,3
        power,rated,co2,,t1|t2,0.3
        power,rated,co2,,t3,0.2""",
    "availability": """equipment,region,period,slice,amount
        old,,,,0.95
        dam,,,wet,0.9
        dam,,,dry,0.4
        dam,C,t3,s3,0.3
        wire,,,,0.8""",
    "sources": """region,commodity,supplier,period,slice,price,min,max,clean
        A,ore,near,,,1,,9,
        A,ore,far,,,2,1,,
        B,ore,,,,3,,,
        B,scrap,,,,4,,6,
        B,scrap,,t3,,4.5,,6,
        A,scrap,,,,5,,,
        north,coal,,,,1,,,
        A|B,power,grid,,,3,,,
        A,power,wind,,wet,5,,4,1
        B,metal,abroad,,,60,,,""",
    "markets": """region,commodity,market,period,slice,demand,shortage_price,price,max
        B,metal,town,,,9,90,,
        C,metal,port,t1|t2,,3,80,12,5
        C,metal,port,t3,,4,80,12,5
        C,power,rest,,,20,50,0.2,6
        C,power,mine,,s3,1,50,,""",
    "links": """origin,destination,mode,period,km,capacity,loss,equipment,both
        A,B,rail,,100,12,,,yes
        B,C,rail,,200,,0.01,,yes
        A,C,road,,150,6,,,no
        A,C,road,t3,150,7,,,no
        C,A,line,,500,,0.05,wire,no
        C,B,line,,600,30,0.06,wire,no""",
    "freight": """mode,commodity,origin,destination,handling,rate,through
        rail,metal|scrap,,,0.5,0.002,yes
        rail,metal|scrap,A,,0.4,0.002,yes
        road,metal,,,0.7,0.004,no
        road,metal,A,C,0.6,0.004,no
        line,power,,,,,no""",
    "stocks": """region,commodity,stock,period,cycle,first,end,max,equipment,reserve,loss,cost
        A,ore,yard,,horizon,4,2,10,,1,0.01,0.1
        C,power,lake,,season,,,5,,0.2,0.1,0.01
        C,power,lake,t3,season,,,6,,0.2,0.1,0.01
        B,power,battery,,day,,,0.02,,,0.05,0.1
        B,power,cave,,day,,,,cavern,,,""",
    "swaps": """rule,new_region,new_equipment,old_region,old_equipment,same_region,ratio,expired,from,until
        same,A,new,A,old,yes,1.2,yes,,
        cross,B,new,,old,no,1.5,yes,2027,2030
        kiln,,kiln,,old,no,1,yes,,""",
    "policies": "policy,row,side,metric,coefficient,lag,region,destination,commodity,equipment,route,party,slice,sense,value,unit,"
    """per_year,each,span,from,until,price
        cap,1,left,burden,,,,,co2,,,,,<=,90,t/yr,,,period,,,
        floor,1,left,burden,,,,,jobs,,,,,>=,1,,,,period,,,
        budget,1,left,burden,,,,,energy,mills,,,,<=,,,,,to_date,,,
        carbon,1,left,burden,,,,,co2,,,,,price,0.4,,,,period,,,
        clean,1,left,clean_used,,,,,,mills,,,,>=,0.1,,,region,period,2030,,
        clean,2,right,used,,,,,power,mills,,,,,,,,,,,,
        peak,1,left,burden,,,,,co2,,,,,<=,1.3,,yes,region,period,,,7
        peak,2,right,burden,,1,,,co2,,,,,,,,,,,,
        pace,1,left,capacity_closed,,,,,,old,,,,<=,,,,region|equipment,period,,,
        pace,2,right,capacity,,1,,,,,,,,,,,,,,,
        pace,3,right,constant,0.2,,,,,,,,,,,,,,,,
        new,1,left,capacity_new,,,,,,mills,,,,<=,9,,,region,horizon,,,
        moves,1,left,moves,,,,,,mills|kiln,,,,<=,3,,,,period,,2028,0.5
        starts,1,left,starts,,,,,,,,,,<=,5,,,region,to_date,,,
        refit,1,left,capacity_refitted,,,,,,new,,,,<=,4,,,,period,2027,,
        expiry,1,left,capacity_expired,,,,,,old,,,,>=,1,,,,period,2030,,40
        money,1,left,investment,,,,,,,,,,<=,90,,,,horizon,,,2
        keep,1,left,stock,,,A,,ore,,,,,>=,1.5,,,,period,,,
        lake,1,left,stock,,,C,,power,,,,,>=,0.3,,,,period,,,
        rated,1,left,rated_new,,,,,co2,,,,,<=,0.9,,,,to_date,,,
        rated,2,right,rated_closed,,,,,co2,,,,,,,,,,,,
        rated,3,right,constant,,,,,,,,,,,,,,,,,
        run,1,left,activity,,,,,,,r-old,,,<=,7,,,region,period,,,
        half,1,left,made,,,north,,metal,,,,,<=,0.9,,,region,period,,,
        half,2,right,made,,,*,,metal,,,,,,,,,,,,
        half,3,right,demand,0.1,,C,,metal,,,port,,,,,,,,,
        wet,1,left,used,,,,,power,,,,wet,<=,30,,,,period,,,3
        slices,1,left,purchase,,,,,power,,,grid,,<=,,,,region|slice,period,,,20
        export,1,left,sale,,,,,metal,,,port,,=,1,,,,period,2030,,11
        short,1,left,shortage,,,,,metal,,,,,<=,0.5,,,party,period,,,60
        rails,1,left,shipped,,,A,B,metal,,,rail,,<=,11,,,,period,,,
        come,1,left,received,,,,,metal,,,rail|road,,>=,0.1,,,destination,period,,,9
        spend,1,left,cost,,,,,,,,operation|freight,,<=,900,,,,horizon,,,
        fees,1,left,capacity_new,,,,,,kiln,,,,price,0.2,,,,period,,,""",
    "policy_values": """policy,row,region,equipment,slice,period,value,base
        budget,,,,,t1,90,
        budget,,,,,t2,150,
        budget,,,,,t3,400,
        peak,,,,,t1,,30
        peak,,C,,,t1,,5
        pace,,,old,,,0.95,
        pace,,A,old,,t2|t3,0.9,
        slices,,,,wet,,9,
        slices,,,,dry,,8,
        rated,3,,,,,9,""",
    "levels": """commodity,item,equipment,benchmark,baseline
        metal,energy,old,0.5,0.8
        metal,power,,1,2""",
    "ledger": """period,rule,new_region,new_equipment,new_amount,old_region,old_equipment,old_amount
        t2,same,A,new,1,A,old,1.2""",
}


def rich(matching: str = "region-slice", **changed: str) -> Instance:
    """The instance under a way of matching clean supply; tables may be changed."""
    settings = {"title": "rich", "clean_commodity": "power", "clean_matching": matching, "projects": ["annex"], "licence": "CC0-1.0"}
    return instance(discount_rate=0.06, settings=settings, **(TABLES | changed))
