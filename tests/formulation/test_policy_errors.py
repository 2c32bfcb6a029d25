"""Policies that mean nothing are refused, all of what is wrong at once."""

import pytest

from models import InputError, Instance
from models.formulation import build
from tests.build import instance


def made(policies: str, values: str = "") -> Instance:
    return instance(
        regions="region,groups\nA,north\nB,",
        periods="period,start,years\nt1,2025,5\nt2,2030,5",
        commodities="commodity,unit,balance,tags\nx,t,year,\ny,GJ,year,\nore,t,year,\nz,t,year,\nb,t,tally,",
        equipment="equipment,unit\nplant,t/yr",
        capacity="region,equipment,amount\nA,plant,9",
        routes="route,region\nmake,A\nuse,B",
        recipes="route,item,amount\nmake,x,1\nmake,plant,-1\nuse,y,-1\nuse,ore,-1\nuse,z,1",
        sources="region,commodity,supplier,price\nB,y|ore,far,1",
        policies=policies,
        policy_values=f"policy,row,region,period,value,base\n{values}",
    )


@pytest.mark.parametrize(
    ("policies", "values", "said"),
    [
        ("policy,metric,commodity,region,sense,value\np,made,x,B,<=,1", "", r"policies, row 1, column metric: policy p: its scope matches nothing"),
        (
            "policy,row,side,metric,commodity,sense,value\np,1,left,made,x,<=,1\np,2,right,purchase,x,,",
            "",
            "row 2, column metric: policy p: its scope",
        ),
        ("policy,metric,commodity,party,sense,value\np,purchase,y,near,<=,1", "", "its scope matches nothing"),
        ("policy,metric,destination,commodity,sense,value\np,made,A,x,<=,1", "", "column destination: policy p: metric made has no destination"),
        ("policy,metric,commodity,each,sense,value\np,made,x,party,<=,1", "", "metric made has no party"),
        ("policy,metric,commodity,each,sense,value\np,made,x,period,<=,1", "", "'period' is no scope column"),
        ("policy,metric,commodity,sense,value\np,made,x,,1", "", "the head row needs a sense"),
        ("policy,metric,commodity,sense,value\np,produced,x,<=,1", "", "must be one of constant, activity"),
        ("policy,metric,commodity,sense,value\np,made,x,<,1", "", "must be one of <=, >=, =, price"),
        ("policy,metric,equipment,sense,value,span\np,capacity,plant,<=,1,horizon", "", "a state cannot be summed"),
        ("policy,metric,commodity,sense,value,span,price\np,made,x,<=,1,to_date,3", "", "cannot be soft"),
        ("policy,metric,commodity,sense,value,span\np,made,x,price,1,horizon", "", "a price has no right side and no span"),
        ("policy,row,side,metric,commodity,sense,value\np,1,left,made,x,price,1\np,2,right,made,x,,", "", "a price has no right side"),
        ("policy,metric,commodity,sense,value,from\np,made,x,<=,1,2040", "", "no period lies in its window"),
        ("policy,metric,commodity,sense,value,unit\np,made,x,<=,1,GW", "", "unit GW cannot be converted"),
        ("policy,metric,commodity,sense,value,unit\np,made,x,<=,1,t", "", "unit t cannot be converted"),
        ("policy,metric,sense,value\np,made,<=,1\nq,purchase,<=,1\nr,demand,<=,2", "", "policy r"),
        ("policy,metric,region,sense,value\np,used,B,<=,1", "", "adds quantities of different dimensions"),
        ("policy,row,metric,commodity,sense,value\np,1,made,x,<=,1\np,2,made,x,,", "", "row 2.*equals another row"),
        ("policy,row,metric,region,commodity,sense,value\np,1,made,A,x,<=,1\np,1,made,,x,,", "", "row number is used twice"),
        ("policy,metric,commodity,sense,value,per_year\np,made,x,<=,1,yes", "", "needs a row with a lag"),
        ("policy,metric,commodity,sense,value\np,made,x,<=,1", "q,,,,3,", "no policy of this name"),
        ("policy,metric,commodity,sense\np,made,x,<=", "p,,A,,3,", "policy_values, row 1, column region: this row can fit no member of p"),
        ("policy,metric,region,commodity,each,sense\np,made,A,x,region,<=", "p,,,,1,\np,,B,,3,", "policy_values, row 2.*can fit no member of p"),
        ("policy,metric,commodity,each,sense\np,made,x,region,<=", "p,,A,,3,\np,,,t1,2,", "rows 1 and 2"),
        ("policy,metric,commodity,region,sense,value\np,made,x,C,<=,1", "", "no region of this name"),
    ],
)
def test_refused(policies: str, values: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        build(made(policies, values))


def test_missing_values_are_listed_at_once() -> None:
    """One problem names every member and period without a number, those of coefficients as well."""
    with pytest.raises(InputError) as caught:
        build(
            made(
                "policy,row,metric,commodity,each,sense\np,1,made,x,region,<=\nq,1,made,x,region,<=\nr,1,made,x,region,<=",
                "p,,A,t1,1,\nq,,,,5,\nq,1,A,,2,\nr,,,t2,1,",
            )
        )
    said = caught.value.text("en")
    assert "policy p: no value for A, t2; B, t1; B, t2" in said
    assert "policy q: no coefficient (policy_values, row 1) for B, t1; B, t2" in said
    assert "policy r: no value for A, t1; B, t1" in said
    assert len(caught.value.problems) == 3


def test_a_lag_before_the_first_period_needs_a_base() -> None:
    policies = "policy,row,side,metric,commodity,lag,sense,value,from\np,1,left,made,x,,<=,1,\np,2,right,made,x,1,,,"
    with pytest.raises(
        InputError, match=r"column lag: policy p: reaches before the first period: give policy_values.base, or a later `from`, for t1"
    ):
        build(made(policies))
    build(made(policies, "p,,,t1,,7"))
    build(made(policies.replace("<=,1,\n", "<=,1,2030\n")))


def test_an_inactive_policy_is_not_read() -> None:
    """Its scope matches nothing: a problem if it is active, no row and no word if it is not."""
    policies = "policy,metric,commodity,region,sense,value,active\np,made,x,B,<=,1,"
    with pytest.raises(InputError, match="its scope matches nothing"):
        build(made(policies + "yes"))
    board = build(made(policies + "no")).board
    assert len(board["policy_rows"]) == 0 and not board.warnings


def test_two_policies_with_equal_rows_are_warned_of() -> None:
    """Equal in all but their values; another window, scope or sense is another policy."""
    head = "policy,metric,commodity,sense,value,from\np,made,x,<=,1,"
    assert any("policies p and q have equal rows" in w.text("en") for w in build(made(f"{head}\nq,made,x,<=,2,")).board.warnings)
    for other in ("q,made,x,>=,2,", "q,made,x,<=,2,2030", "q,made,,<=,2,"):
        assert not any("equal rows" in w.text("en") for w in build(made(f"{head}\n{other}")).board.warnings)
