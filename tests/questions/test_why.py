"""Why: each part of a move worked out by hand; parts add up for every column; words in both languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from pytest import approx
from typer.testing import CliRunner

from models import InputError, Instance
from optimizer.cli import app
from optimizer.directions import directions
from optimizer.idle import without_idle_rents
from optimizer.questions.answer import Answer
from optimizer.questions.spoken import price_unit
from optimizer.questions.why import why
from optimizer.questions.why_not import why_not
from optimizer.questions.why_policy import why_policy
from optimizer.reduced_costs import ROWS, ReducedCosts
from optimizer.solving import solution
from tests.build import instance
from tests.formulation.rich import rich

ROOT = Path(__file__).parents[2]
THREE = {
    "regions": "region,zh\nN,北\nS,南\nW,西\nM,市",
    "periods": "period,start,years\n2025,2025,1",
    "commodities": "commodity,unit,balance,zh\nx,t,year,货\npower,MWh,year,电\nco2,t,tally,碳",
    "equipment": "equipment,unit,annuity_life,fixed_cost,zh\nmill,t/yr,10,1,磨",
    "builds": "region,equipment,invest\nN|S|W,mill,10",
    "recipes": "route,item,region,amount\nrun,x,,1\nrun,power,,-2\nrun,mill,,-1\nrun,co2,N,1",
    "sources": "region,commodity,price\nN,power,1\nS,power,3\nW,power,2",
    "markets": "region,commodity,demand\nM,x,10",
    "links": "origin,destination,mode\nN,M,rail\nS,M,rail\nW,M,rail",
    "freight": "mode,commodity,origin,handling\nrail,x,N,2\nrail,x,S,1\nrail,x,W,5",
    "policies": "policy,metric,commodity,sense,value,zh\ncap,burden,co2,<=,6,碳总量",
}


def parts(answer: Answer, region: str, move: str = "built") -> dict[tuple[str, str], float]:
    table = answer["parts"]
    own = table[(table["region"] == region) & (table["move"] == move)]
    return {(kind, item): value for kind, item, value in own[["kind", "item", "cost"]].itertuples(index=False)}


def test_why_here() -> None:
    """A tonne costs 1 annuity + 1 fixed + 2 power + 2 freight = 6 from N and emits 1; 1 + 1 + 6 + 1 = 9 from S. The cap lets N make 6, S makes
    4: the market price is 9, 7 in N, 8 in S; a tonne of CO2 is worth 9 − 6 = 3. So N: 1 + 1 + 2 + 3 − 7 = 0, S: 1 + 1 + 6 − 8 = 0.
    N is chosen for its power (4 cheaper than S), S against N for the policy (3 less)."""
    answer = why(instance(**THREE))
    assert answer.table[["region", "amount", "reduced_cost"]].values.tolist() == [["N", 6.0, 0.0], ["S", 4.0, 0.0]]
    assert parts(answer, "N") == {
        ("product", "x"): approx(-7), ("policy", "cap"): approx(3), ("input", "power"): approx(2), ("capital", ""): approx(1),
        ("fixed cost", ""): approx(1), ("sum", ""): approx(0, abs=1e-9),
    }  # fmt: skip
    assert parts(answer, "S")[("input", "power")] == approx(6) and parts(answer, "S")[("product", "x")] == approx(-8)
    assert answer.table["reason"].tolist() == ["power 4 CNY/t cheaper than in S", "policy cap costs 3 CNY/t less than in N"]
    assert answer.en == "N builds 6 t/yr of mill in 2025: power 4 CNY/t cheaper than in S."
    assert answer.zh == "北于 2025 年新建 6 t/yr 磨：电比南低 4 CNY/t。"
    assert "LP duals" in answer.notes[0][0]


def test_why_at() -> None:
    """In W a tonne costs 1 + 1 + 4 and is worth between 9 − 5 = 4, what the market pays, and 6, what it costs there: up to 2 more."""
    answer = why(instance(**THREE), at=("W", "mill"))
    assert answer.table["move"].tolist() == ["built"] and -1e-9 <= answer.table["reduced_cost"].iloc[0] <= 2 + 1e-9


def test_why_not() -> None:
    """W against N, which builds most: 2 more power (4 against 2), 3 less for the goods (4 against 7), 3 less carbon: 2 more in all."""
    answer = why_not(instance(**THREE), "W", "x")
    got = {(kind, item): value for kind, item, value in answer.table[["kind", "item", "difference"]].itertuples(index=False)}
    assert got[("input", "power")] == approx(2) and got[("product", "x")] == approx(3) and got[("policy", "cap")] == approx(-3)
    assert got[("sum", "")] == approx(2)
    assert answer.en.startswith("1 t/yr of x in W (mill, 2025) rather than in N (mill, 2025) costs 2 CNY/t more: ")
    assert "local price of x +3" in answer.en and "cap −3" in answer.en and "power +2" in answer.en
    assert answer.zh.startswith("每年 1 t 货放在西（磨，2025 年）而不在北（磨，2025 年），多花 2 CNY/t：") and "碳总量 −3" in answer.zh


def test_what_cannot_be_built_is_said_by_name() -> None:
    """M has no row of builds; given one, it has no power. Of power no route makes any."""
    answer = why_not(instance(**THREE), "M", "x")
    assert answer.en == "x cannot be newly made in M: no row of builds lets mill be newly built there."
    allowed = instance(**THREE | {"builds": "region,equipment,invest\nN|S|W|M,mill,10"})
    answer = why_not(allowed, "M", "x")
    assert answer.en == "x cannot be newly made in M: route run cannot run there without power."
    assert answer.zh == "市不能新增货：路线 run 在当地缺少 power。"
    assert why_not(instance(**THREE), "N", "power").en == "No route of the instance makes power."


def test_who_pays() -> None:
    """The cap is worth 3 a tonne, 6 are used: 18, all paid by N."""
    answer = why_policy(instance(**THREE), "cap")
    assert answer.table["shadow_price"].tolist() == approx([3]) and answer.table["paid [CNY]"].tolist() == approx([18])
    assert answer["payers"].values.tolist() == [["N", "run", approx(18), approx(1)]]
    assert answer.en == "Policy cap binds in 1 of 1 rows; 18 CNY (present value) is paid under it, most by N (run): 100%."
    assert answer.zh == "政策“碳总量”在 1 行中有 1 行起约束；共支付 18 CNY（现值），最多的是北（run）：100%。"
    loose = instance(**THREE | {"policies": THREE["policies"].replace("<=,6", "<=,60")})
    assert why_policy(loose, "cap").en == "Policy cap costs nothing: it does not bind."
    taxed = instance(**THREE | {"policies": "policy,metric,commodity,sense,value\ncap,burden,co2,price,2"})
    assert why_policy(taxed, "cap").en == "Policy cap 20 CNY (present value) is paid under it, most by N (run): 100%."


CLOSED = {
    "regions": "region\nA",
    "periods": "period,start,years\n2025,2025,1",
    "commodities": "commodity,unit,balance\nx,t,year",
    "equipment": "equipment,unit,annuity_life,fixed_cost,closing_cost\nold,t/yr,10,3,1",
    "capacity": "region,equipment,amount\nA,old,5",
    "recipes": "route,item,amount\nrun,x,1\nrun,old,-1",
    "sources": "region,commodity,price\nA,x,9",
    "markets": "region,commodity,demand\nA,x,10",
}


def test_why_closed() -> None:
    """At 20 a tonne running does not pay against a purchase at 9: closing saves 3 and costs 1 once. A policy that lets none stand forces it at
    a cost of 1, where a tonne earns 9 − 1 = 8: keeping would earn 8 − 3 + 1 = 6, so the policy is worth 6."""
    dear = why(instance(**CLOSED, routes="route,cost\nrun,20"))
    assert dear.table[["move", "amount", "reduced_cost"]].values.tolist() == [["closed", 5.0, approx(-2)]]
    assert parts(dear, "A", "closed")[("fixed cost", "")] == approx(-3) and parts(dear, "A", "closed")[("closing", "")] == approx(1)
    assert dear.table["reason"].tolist() == ["running does not pay, closing saves fixed cost of 2 CNY/t/yr"]
    assert dear.table["reason_zh"].tolist() == ["运行不划算，关停节省固定成本 2 CNY/t/yr"]
    thin = why(instance(**CLOSED, routes="route,cost\nrun,8"))  # earns 9 − 8, keeping costs 3 − 1
    assert thin.table[["reduced_cost", "reason"]].values.tolist() == [[approx(-1), "running earns 1 CNY/t, keeping costs 2"]]
    policy = "policy,metric,equipment,sense,value\nnone old,capacity,old,<=,0"
    forced = why(instance(**CLOSED, routes="route,cost\nrun,1", policies=policy))
    assert forced.table["reason"].tolist() == ["forced by policy none old (6 CNY/t)"]


def test_a_shortage_penalty_is_called_so() -> None:
    """Nothing to buy: 5 of 10 go short at 100; a tonne of capacity earns the penalty, 100 − 1, and its fixed cost is 3: closing costs 97."""
    short = CLOSED | {"sources": "region,commodity,price\n", "markets": "region,commodity,demand,shortage_price\nA,x,10,100"}
    answer = why(instance(**short, routes="route,cost\nrun,1"), at=("A", "old"))
    assert answer.table["reduced_cost"].tolist() == approx([100 - 1 - 3 + 1])
    assert parts(answer, "A", "closed")[("product at a shortage penalty", "x")] == approx(100)
    assert answer.en == "The plan changes nothing at old in A: in 2025, closing would cost at least 97 CNY/t more."
    assert answer.zh == "方案对A的old不作变动：2025 年，关停至少多花 97 CNY/t。"


def test_whole_numbers() -> None:
    """3 wanted; mills of 2 at an annuity of 2 each run free; imports at 0.5, at most 1. One mill and 1 import: 2.5. Looser: the mill makes 2 all
    the same, nothing is saved. Tighter by 0.01: a second mill, no imports: 4, so (4 − 2.5) / 0.01 = 150 a tonne."""
    whole = instance(
        regions="region\nA",
        periods="period,start,years\n2025,2025,1",
        commodities="commodity,unit,balance\nx,t,year",
        equipment="equipment,unit,annuity_life\nmill,t/yr,10",
        builds="region,equipment,size,max,invest\nA,mill,2,10,10",
        recipes="route,item,amount\nrun,x,1\nrun,mill,-1",
        sources="region,commodity,price\nA,x,0.5",
        markets="region,commodity,demand\nA,x,3",
        policies="policy,metric,commodity,sense,value\nimports,purchase,x,<=,1",
    )
    answer = why_policy(whole, "imports")
    assert answer.table[["step", "looser", "tighter"]].values.tolist() == [[approx(0.01), approx(0, abs=1e-6), approx(150)]]
    assert "whole numbers fixed" in answer.notes[0][0] and "finite differences" in answer.notes[1][0]
    assert "整数" in why(whole).notes[0][1]


@pytest.mark.parametrize("given", [Instance.load(ROOT / "instances" / "tiny"), Instance.load(ROOT / "instances" / "mexico-steel"), rich()])
def test_parts_add_up_for_every_column_and_direction(given: Instance) -> None:
    """c·v − yᵀAv, for each column alone and for every unit built, refitted or closed; rows that hold capacity and its cohorts cancel."""
    solved = solution(given).require_solved()
    costs, matrices = ReducedCosts(solved), solved.matrices
    alone = costs.split(sp.csc_array(sp.eye_array(matrices.matrix.shape[1])))
    plain = matrices.cost - matrices.matrix.T @ solved.y
    assert np.all(np.abs(alone.sum(axis=0) - plain) <= 1e-9 * np.maximum(1, np.abs(alone).max(axis=0)))
    costs = ReducedCosts(solved, y := without_idle_rents(solved))
    plain = matrices.cost - matrices.matrix.T @ y
    assert plain[matrices.lower == 0].min() >= -1e-9 or matrices.integer.any()
    before, after = ((np.where(v > 0, matrices.row_lower, matrices.row_upper)[v != 0] * v[v != 0]).sum() for v in (np.nan_to_num(solved.y), y))
    assert after == approx(before)
    for full in (False, True):
        found = directions(solved, costs, full)
        if len(found.frame):
            split = found.parts(np.arange(len(found.frame)))
            assert np.all(np.abs(split.sum(axis=0) - plain @ found.matrix) <= 1e-9 * np.abs(split).max(axis=0))
            assert np.abs((matrices.matrix @ found.matrix)[matrices.rows["standing"].slice].toarray()).max() <= 1e-12


def test_every_family_has_a_name() -> None:
    families = solution(rich()).require_solved().matrices.rows
    assert [name for name in families if name not in ROWS and not name.startswith("stock")] == []


def test_units_are_those_of_prices() -> None:
    assert price_unit("bn CNY", "Mt/yr") == (1000, "CNY/t") and price_unit("bn CNY", "TWh") == (1000, "CNY/MWh")
    assert (
        price_unit("MUSD", "Mt") == (1, "USD/t") and price_unit("万元", "万吨") == (1, "CNY/t") and price_unit("CNY", "pieces") == (1, "CNY/pieces")
    )


def test_bad_names_are_all_said() -> None:
    with pytest.raises(InputError, match="no region of this name") as error:
        why(instance(**THREE), at=("Q", "mil"))
    assert len(error.value.problems) == 2 and "did you mean mill?" in error.value.text("en")
    with pytest.raises(InputError, match="did you mean cap"):
        why_policy(instance(**THREE), "capp")
    with pytest.raises(InputError, match="no mill stands, is built or closed in M"):
        why(instance(**THREE), at=("M", "mill"))


def test_command() -> None:
    tiny = str(ROOT / "instances" / "tiny")
    run = CliRunner().invoke(app, ["why", tiny, "--lang", "en"])
    assert run.exit_code == 0 and "electricity 480 CNY/t dearer than in Yunnan" in run.stdout
    assert CliRunner().invoke(app, ["why", tiny, "--not", "Shandong", "aluminium"]).exit_code == 0
    assert CliRunner().invoke(app, ["why", tiny, "--policy", "cap", "--at", "Yunnan", "pots"]).exit_code == 2
