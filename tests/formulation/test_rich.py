"""The rich instance: it uses everything, its matrices are Pyomo's own, and its plan holds together."""

import ast
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from pytest import approx

from models import InputError, Instance
from models.algebra import Matrices, compare, compile
from models.algebra.declare import registry
from models.formulation import COSTS, METRICS, Model, build
from models.tables import TABLES
from optimizer import Plan, solve
from optimizer.highs import Limits
from tests.build import frame, instance
from tests.formulation import rich as text
from tests.formulation.rich import rich

MATCHINGS = ("nation-year", "region-year", "region-slice")
HERE = Path(__file__).parent


@cache
def stated(matching: str) -> tuple[Model, Matrices]:
    model = build(rich(matching))
    return model, compile(model.pyomo)


@cache
def solved(matching: str = "region-slice") -> Plan:
    return solve(rich(matching), Limits(gap=0)).require_plan()


@pytest.mark.parametrize("matching", MATCHINGS)
def test_every_row_is_pyomos_own(matching: str) -> None:
    """Coefficient by coefficient, side by side, bound by bound, term by term."""
    model, matrices = stated(matching)
    assert compare(model.pyomo, matrices) == matrices.matrix.shape[0]


def test_it_uses_every_table_and_column() -> None:
    """Every table has rows, and every column but names, coordinates and remarks is filled somewhere."""
    free = {"zh", "en", "latitude", "longitude", "relax", "active", "authority"}
    for name, table in TABLES.items():
        given = frame(text.TABLES[name])
        assert len(given), name
        unused = {c for c in table.names if c not in given or not (given[c] != "").any()}
        assert unused <= (free | {"destination", "commodity", "route", "party"} if name == "policy_values" else free), name


def test_it_uses_every_family_variable_and_cost() -> None:
    rows = {name for m in MATCHINGS for name, block in stated(m)[1].rows.items() if block.count}
    columns = {name for m in MATCHINGS for name, block in stated(m)[1].columns.items() if block.count}
    assert rows == {name for m in MATCHINGS for name in registry(stated(m)[0].pyomo).constraints}
    assert columns == {name for m in MATCHINGS for name in stated(m)[1].columns}
    terms = stated("region-slice")[1].terms
    for cost in (*(c.name for c in COSTS), "breaches", "priced"):
        assert terms[cost].matrix.nnz, cost


def test_it_uses_every_metric_span_and_sense() -> None:
    policies = frame(text.TABLES["policies"])
    assert set(policies["metric"]) == set(METRICS)
    assert set(policies["span"]) >= {"period", "to_date", "horizon"}
    assert set(policies["sense"]) >= {"<=", ">=", "=", "price"}
    written = set(stated("region-slice")[0].board.labelled("policy_rows")["policy"])
    assert written == set(policies["policy"])


def test_every_constraint_family_has_a_row_asserted_by_hand() -> None:
    """A name registered anywhere must stand in a call row(matrices, "name", ...) of these tests."""
    registered = {name for m in MATCHINGS for name in registry(stated(m)[0].pyomo).constraints}
    asserted = set()
    for file in HERE.glob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "row" and len(node.args) > 2:
                name = node.args[1]
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    asserted.add(name.value)
    assert registered - asserted == set()
    assert asserted - registered == set()


@pytest.mark.parametrize("matching", MATCHINGS)
def test_costs_add_up(matching: str) -> None:
    plan = solved(matching)
    assert plan.certified and plan.status == "optimal"
    assert plan["costs"]["present_value"].sum() == approx(plan.objective, rel=1e-9)


def test_looser_matching_is_never_dearer() -> None:
    """Claims by the nation and year can do all that claims by region and year can, and these all that claims by slice can."""
    nation, year, by_slice = (solved(m).objective for m in MATCHINGS)
    assert nation <= year + 1e-6 and year <= by_slice + 1e-6


def test_capacity_is_accounted_for() -> None:
    """before + new + refitted − consumed − closed − expired = standing, and what stood is what stands before the next period (plus what was
    committed)."""
    capacity = solved()["capacity"]
    change = capacity["new"] + capacity["refitted"] - capacity["consumed"] - capacity["closed"] - capacity["expired"]
    assert (capacity["before"] + change).to_numpy() == approx(capacity["standing"].to_numpy(), abs=1e-7)
    assert (capacity[["before", "new", "refitted", "consumed", "closed", "expired", "standing"]].to_numpy() >= -1e-9).all()
    order = {t: i for i, t in enumerate(solved().summary["periods"])}
    committed = {("A", "old", 1): 2.0}
    for (r, q), lines in capacity.groupby(["region", "equipment"]):
        stood = {order[t]: s for t, s in zip(lines["period"], lines["standing"], strict=True)}
        for t, before in zip(lines["period"], lines["before"], strict=True):
            at = order[t]
            if at:
                assert before == approx(stood.get(at - 1, 0.0) + committed.get((r, q, at), 0.0), abs=1e-7)


def test_balances_are_accounted_for() -> None:
    b = solved()["balance"]
    supply = b["made"] - b["used"] + b["bought"] - b["sold"] + b["shortage"] + b["received"] - b["shipped"] - b["stocked"]
    assert (supply - b["surplus"]).to_numpy() == approx(b["demand"].to_numpy(), abs=1e-6)
    assert (b["surplus"] >= -1e-7).all() and (b.loc[b["commodity"] == "power", "surplus"] == 0).all()


def test_the_policies_table_says_what_the_rows_say() -> None:
    """Left and right are the sums of the plan; a policy that does not bind has no price; soft ones pay price × breach."""
    policies = solved()["policies"]
    hard = policies[policies["sense"] != "price"]
    at_most, at_least = hard[hard["sense"] == "<="], hard[hard["sense"] == ">="]
    assert (at_most["left"] <= at_most["right"] + at_most["breach"] + 1e-6).all()
    assert (at_least["left"] >= at_least["right"] - at_least["breach"] - 1e-6).all()
    assert (hard.loc[~hard["binds"] & (hard["breach"] < 1e-9), "shadow_price"].abs() < 1e-6).all()
    assert hard["binds"].any() and (~hard["binds"]).any()
    plan = solved()
    breaches = plan["costs"][plan["costs"]["term"].str.startswith("breaches")]["present_value"].sum()
    assert breaches > 0


def test_burdens_are_the_sum_of_their_sources() -> None:
    """The policy without scope sums what the table says, region by region."""
    plan = solved()
    burdens = plan["burdens"]
    cap = plan["policies"][plan["policies"]["policy"] == "cap"].set_index("period")["left"]
    for t, group in burdens[burdens["burden"] == "co2"].groupby("period"):
        assert group["amount"].sum() == approx(cap[t], abs=1e-6)
    jobs = plan["policies"][plan["policies"]["policy"] == "floor"].set_index("period")["left"]
    mills = plan["capacity"][plan["capacity"]["equipment"].isin(["old", "new"])].groupby("period")["standing"].sum()
    assert jobs.to_dict() == approx((3 * mills).to_dict(), abs=1e-6)


def test_without_a_clean_commodity_there_is_nothing_clean() -> None:
    tables = {k: v for k, v in text.TABLES.items() if k not in ("policies", "policy_values", "factors")}
    x = compile(build(instance(**tables)).pyomo)
    assert sum(block.count for name, block in x.columns.items() if name.startswith("clean")) == 0


def test_an_unknown_matching_is_refused() -> None:
    with pytest.raises(InputError, match="must be one of"):
        rich("hourly")


def test_the_fingerprint_sees_every_cell() -> None:
    """Another order of tables is the same instance; another number is not."""
    assert isinstance(rich(), Instance)
    assert rich().fingerprint == rich().fingerprint
    assert rich().fingerprint != rich(capacity=text.TABLES["capacity"].replace("2019,8", "2019,8.001")).fingerprint
    assert rich().fingerprint != rich("nation-year").fingerprint
    assert np.isfinite(solved().objective)
