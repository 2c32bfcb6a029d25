"""Bad models by their number in the catalogue of bad inputs: what single cells do not show is refused, named or warned of."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from typer.testing import CliRunner

from models import InputError, Instance
from models.algebra import compile
from models.formulation import build
from models.html import table
from optimizer.cli import app
from optimizer.plan import Plan, PlanError
from optimizer.questions.diagnose import diagnose
from optimizer.scaling import NumbersError, check
from optimizer.solving import solve
from tests.build import instance
from tests.models.files import folder

ROOT = Path(__file__).parents[2]
TABLES = {
    "regions": "region\nA\nB",
    "periods": "period,start,years\nt1,2025,5\nt2,2030,5",
    "commodities": "commodity,unit,balance\nsteel,t,year\nore,t,year",
    "equipment": "equipment,unit\nmill,t/yr",
    "capacity": "region,equipment,amount\nA,mill,10",
    "recipes": "route,item,amount\nroll,steel,1\nroll,ore,-1.5\nroll,mill,-1",
    "sources": "region,commodity,price\nA,ore,1",
    "markets": "region,commodity,demand\nA,steel,8",
}


def given(**tables: str) -> Instance:
    return instance(**(TABLES | tables))


def test_b12_a_plan_keeps_what_it_answers(tmp_path: Path) -> None:
    """The file changes after it was read: the plan's folder holds the tables that were solved."""
    path = folder(tmp_path)
    case = Instance.load(path)
    (path / "markets.csv").write_text("region,commodity,demand\n广东,steel,999\n", "utf-8")
    saved = solve(case).save(tmp_path / "plan", instance=case)
    assert Instance.load(saved / "inputs").fingerprint == case.fingerprint == Plan.load(saved).summary["instance_fingerprint"]


NAMED = {
    "regions": "region,zh\nnm,内蒙古\nxz,西藏",
    "periods": "period,start,years\nt1,2025,5",
    "commodities": "commodity,unit,balance,zh\ncement,Mt,year,水泥\nclinker,Mt,year,熟料\nore,t,year,",
    "equipment": "equipment,unit\nmill,Mt/yr",
    "capacity": "region,equipment,amount\nnm,mill,{}",
    "recipes": "route,item,amount\ngrind,cement,1\ngrind,clinker,-1\ngrind,mill,-1",
    "sources": "region,commodity,price\nnm,clinker,1",
    "markets": "region,commodity,demand\nnm,cement,{}",
}


@pytest.mark.parametrize(("capacity", "demand", "said"), [
    ("35", "34", None),
    ("35", "3500", "markets, row 1, column demand: cement in nm 3,500 (104 x Inner Mongolia 2024; 万吨?): is the unit right?"),
    ("3500", "34", "capacity, row 1, column amount: cement in nm 3,500 (104 x Inner Mongolia 2024; 万吨?): is the unit right?"),
])  # fmt: skip
def test_b28_a_wrong_magnitude_is_doubted(capacity: str, demand: str, said: str | None) -> None:
    """35 Mt of cement written as 3,500 (万吨): a hundred times what the province made, told in both languages; what it does make is not doubted."""
    tables = NAMED | {"capacity": NAMED["capacity"].format(capacity), "markets": NAMED["markets"].format(demand)}
    warnings = instance(**tables).warnings
    assert [w.text("en") for w in warnings] == ([said] if said else [])
    assert all("单位是否有误" in w.text("zh") for w in warnings)


def test_b28_a_number_says_its_unit_where_it_is_another() -> None:
    """3,500 万吨 under a header or beside a cell that says so are 35 Mt, and no doubt remains."""
    beside = NAMED | {
        "capacity": "region,equipment,amount,unit\nnm,mill,3500,万吨/yr",
        "markets": "region,commodity,demand [万吨/yr]\nnm,cement,3400",
    }
    case = instance(**beside)
    assert not case.warnings
    assert (case.tables["capacity"]["amount"].item(), case.tables["markets"]["demand"].item()) == (pytest.approx(35), pytest.approx(34))


@pytest.mark.parametrize(("ore", "said"), [("-1.5", False), ("-1", False), ("-0.6", True)])
def test_b76_more_tons_out_than_in_is_doubted(ore: str, said: bool) -> None:
    """Steel of less than its weight in ore: refused it cannot be, as air, water and fluxes may be left out."""
    warnings = given(recipes=f"route,item,amount\nroll,steel,1\nroll,ore,{ore}\nroll,mill,-1").warnings
    assert [w.text("en") for w in warnings] == (
        ["recipes, column amount: more tons are made than used, by the ton: roll (1.67 t); a wrong unit, or are inputs left out?"] if said else []
    )


@pytest.mark.parametrize(("links", "said"), [
    ("A,B,rail,", "rail leads one way only: A → B"),
    ("A,B,rail,yes", None),
    ("A,B,rail,\nB,A,rail,", None),
    ("A,B,rail,\nB|C,A,rail,", None),
    ("A,B,line,\nB,C,line,", None),
    ("\n".join(f"A,{r},rail,yes" for r in "BCDEFGH") + "\nB,C,rail,", "rail leads one way only: B → C"),
])  # fmt: skip
def test_b81_one_way_where_both_were_meant(links: str, said: str | None) -> None:
    """The only link of a mode, or one among many that lead both ways; several one-way lines are meant so."""
    regions = "region\n" + "\n".join("ABCDEFGH")
    case = given(regions=regions, links="origin,destination,mode,both\n" + links, freight="mode,commodity,rate\n,steel,1")
    warnings = [w.text("en") for w in case.warnings]
    assert warnings == ([f"links, column both: {said}; both = yes if both are meant"] if said else [])


@pytest.mark.parametrize(("language", "said"), [("en", "warning: links.csv, column both: rail leads one way only"), ("zh", "rail 仅为单向")])
def test_a_doubt_is_shown_with_the_plan(language: str, said: str, tmp_path: Path) -> None:
    """Not only counted: the sentence stands under the plan."""
    path = folder(tmp_path, links="origin,destination,mode,km\n河北,广东,rail,2000\n")
    environment = {"QIPAN_LANG": language, "NO_COLOR": "1", "COLUMNS": "200"}
    ended = CliRunner().invoke(app, ["solve", str(path), "--out", str(tmp_path / "plan")], env=environment)
    assert ended.exit_code == 0 and said in ended.output


@pytest.mark.parametrize("name", ["tables.json", "tables.zip", "tables.pkl"])
def test_b90_and_b95_neither_json_nor_zip_is_an_instance(name: str, tmp_path: Path) -> None:
    """Nothing is unpacked, nothing parsed: one line says what is read."""
    (tmp_path / name).write_bytes(b'{"a": NaN}' if name.endswith("json") else b"PK\x03\x04 ../../x.csv")
    with pytest.raises(InputError, match="a folder of CSV files") as refused:
        Instance.load(tmp_path / name)
    assert len(refused.value.problems) == 1 and [f.name for f in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(("option", "near"), [("--gapp", "--gap"), ("--solver", "--set")])
def test_b91_and_b92_options_that_do_not_exist(option: str, near: str) -> None:
    """A misspelt option is refused with the nearest; there is one solver, and none to choose."""
    ended = CliRunner().invoke(app, ["solve", "instances/tiny", option, "1"], env={"NO_COLOR": "1", "COLUMNS": "200"})
    assert ended.exit_code == 2 and f"No such option: {option}" in ended.output and near in ended.output


@pytest.mark.parametrize(("column", "value"), [("data", np.nan), ("data", 2e15), ("data", 1e-13), ("cost", np.nan), ("row_lower", np.nan)])
def test_b33_to_b36_numbers_that_a_solver_would_lose(column: str, value: float) -> None:
    """A coefficient that is not finite, 1e15 or more, or below 1e-12 never reaches the solver."""
    matrices = compile(build(given()).pyomo)
    (matrices.matrix.data if column == "data" else getattr(matrices, column))[0] = value
    with pytest.raises(NumbersError, match="check its unit"):
        check(matrices)


def test_b36_is_said_with_its_place() -> None:
    with pytest.raises(InputError, match="a number that would be lost"):
        solve(given(recipes="route,item,amount\nroll,steel,1\nroll,ore,-1e-13\nroll,mill,-1"))


def test_b37_tiny_costs() -> None:
    """Prices of 1e-9: the plan is that of the same prices times 1e9."""
    two = "region,commodity,supplier,price,max\nA,ore,near,{},6\nA,ore,far,{},"
    small, large = (solve(given(sources=two.format(*prices))) for prices in (("1e-9", "2e-9"), ("1", "2")))
    assert small.require_plan().objective == pytest.approx(large.require_plan().objective * 1e-9)
    assert small["purchases"]["amount"].tolist() == pytest.approx(large["purchases"]["amount"].tolist())


def test_b71_to_b73_rules_that_contradict_are_named() -> None:
    """A cap below what must run; a national cap below demand; what must run above the power there is."""
    head = "policy,metric,commodity,region,sense,value\n"
    below, _ = diagnose(given(policies=head + "must run,made,steel,A,>=,9.5\ncap,made,steel,A,<=,9"))
    assert below["conflict"]["policy"].unique().tolist() == ["cap", "must run"] or set(below["conflict"]["policy"]) == {"cap", "must run"}
    demand, _ = diagnose(given(policies=head + "cap,made,steel,,<=,7"))
    assert demand.en.startswith("cap contradicts what can be made") and "7 → 8" in demand.en
    power = {
        "commodities": "commodity,unit,balance\nsteel,t,year\nore,t,year\npower,MWh,year",
        "recipes": "route,item,amount\nroll,steel,1\nroll,ore,-1.5\nroll,power,-2\nroll,mill,-1",
        "sources": "region,commodity,price,max\nA,ore,1,\nA,power,1,16",
    }
    must, _ = diagnose(given(policies=head + "must run,made,steel,A,>=,9", **power))
    assert set(must["conflict"]["policy"]) == {"must run"} and must["relaxations"]["new_value"].tolist() == pytest.approx([8, 8], rel=1e-5)


def test_b74_a_circle_without_gain_is_warned_of() -> None:
    """Slag is made of cinder, cinder of slag: neither can begin."""
    case = given(
        commodities="commodity,unit,balance\nsteel,t,year\nore,t,year\nslag,t,year\ncinder,t,year",
        recipes=TABLES["recipes"] + "\na,slag,1\na,cinder,-1\na,mill,-1\nb,cinder,1\nb,slag,-1\nb,mill,-1",
    )
    warnings = [w.text("en") for w in build(case).board.warnings]
    assert any("route a can run nowhere: what it uses (cinder)" in w for w in warnings)
    assert any("路线 b" in w.text("zh") for w in build(case).board.warnings)


def test_b75_a_circle_with_gain_is_refused() -> None:
    recipes = TABLES["recipes"] + "\na,steel,1.2\na,ore,-1\na,mill,-1\nb,ore,1\nb,steel,-1\nb,mill,-1"
    with pytest.raises(InputError, match="these routes make something out of nothing"):
        solve(given(recipes=recipes))


def test_b77_and_b78_what_cannot_be_supplied_and_why() -> None:
    with pytest.raises(InputError, match=r"ore is wanted at B in t1, and cannot get there: no source of ore that reaches B"):
        build(given(markets="region,commodity,demand\nB,ore,1"))
    with pytest.raises(InputError, match="route roll makes it at A, but no link brings it to B"):
        build(given(markets="region,commodity,demand\nB,steel,1"))
    with pytest.raises(InputError, match="no route can make ore anywhere"):
        build(given(markets="region,commodity,demand\nA,ore,1", sources="region,commodity,price"))


def test_b83_the_limit_of_a_charge_is_ours() -> None:
    """Whatever M the workbook says, a start is opened by what can be sold: no 1e-6 of a start lets 1,000 t through."""
    builds = "region,equipment,max,invest,fixed_invest\nA,mill,1e9,1,50"
    board = build(given(builds=builds, equipment="equipment,unit,life\nmill,t/yr,10")).board
    assert board["ways"]["most"].tolist() == [8, 8]


def test_b84_a_period_that_is_left_out_is_warned_of() -> None:
    case = given(markets="region,commodity,period,demand\nA,steel,t1,8\nB,steel,,1")
    (warning,) = [w for w in case.warnings if "no demand" in w.text("en")]
    assert warning.text("en") == "markets, column demand: no demand of steel in t2 for A, which have it before: taken as none"
    assert not given(markets="region,commodity,period,demand\nA,steel,t2,8").warnings, "a market that begins later is meant so"


def test_b87_a_giant_is_refused_before_it_is_built() -> None:
    """2,000 places, all joined with all, in both directions, for two goods and two periods: 16 million links, 32 million shipments a period."""
    regions = "region,groups\n" + "\n".join(f"r{i},all" for i in range(2000))
    with pytest.raises(InputError, match="about 32 million shipments"):
        monkey = pytest.MonkeyPatch()
        with monkey.context() as patch:
            patch.setattr("models.doubts.LARGEST", 20_000_000)
            instance(
                **TABLES
                | {
                    "regions": regions,
                    "capacity": "region,equipment,amount\nr1,mill,10",
                    "sources": "region,commodity,price\nr1,ore,1",
                    "markets": "region,commodity,demand\nr1,steel,8",
                    "links": "origin,destination,mode,both\nall,all,rail,yes",
                    "freight": "mode,commodity,rate\nrail,steel|ore,1",
                }
            )


def test_b89_and_b93_nothing_that_runs_code_is_read(tmp_path: Path) -> None:
    """No YAML, no pickled objects, no eval: plans are JSON, CSV and Parquet."""
    for path in [*ROOT.glob("models/**/*.py"), *ROOT.glob("optimizer/**/*.py")]:
        tree = ast.parse(path.read_text("utf-8"))
        imported = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        assert not imported & {"yaml", "pickle", "joblib", "dill", "marshal", "shelve"}, path
        assert not called & {"eval", "exec"}, path
    for name in ("plan.pkl", "plan.npy"):
        (tmp_path / name).write_bytes(b"\x80\x04K\x01.")
        with pytest.raises(PlanError):
            Plan.load(tmp_path / name)


def test_b11_a_table_of_thirty_thousand_rows() -> None:
    """Every row is read and checked; how fast a million is stands in docs/size.md."""
    rows = [f"r{i},g{j},t1,1" for i in range(300) for j in range(100)]
    case = given(
        regions="region\nA\nB\n" + "\n".join(f"r{i}" for i in range(300)),
        commodities=TABLES["commodities"] + "".join(f"\ng{j},t,year" for j in range(100)),
        sources=TABLES["sources"] + "".join(f"\n,g{j},1" for j in range(100)),
        markets="region,commodity,period,demand\nA,steel,t1,8\n" + "\n".join(rows),
    )
    assert len(case.tables["markets"]) == 30_001


@pytest.mark.parametrize("name", ['=HYPERLINK("x")', "+1", "-1", "@x"])
def test_b96_no_name_is_a_formula(name: str, tmp_path: Path) -> None:
    """Excel takes what begins with = + - @ for a formula: in a plan's CSV files it stands behind an apostrophe, on its sheets it is text."""
    named = {key: text.replace("A", name) for key, text in TABLES.items()}
    saved = solve(instance(**named)).save(tmp_path / "plan")
    book = openpyxl.load_workbook(saved / "plan.xlsx")
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line if isinstance(cell.value, str) and name in cell.value]
    assert cells and all(cell.data_type == "s" for cell in cells)
    for file in saved.glob("*.csv"):
        for line in csv.reader(file.open(encoding="utf-8-sig", newline="")):
            assert not [cell for cell in line if cell == name], file.name
    assert Plan.load(saved)["capacity"]["region"].tolist()[0] == name


def test_b97_names_are_text_on_a_page() -> None:
    name = "<img src=x onerror=alert(1)>"
    tables = {key: text.replace("A", name) if key in ("regions", "capacity", "sources", "markets") else text for key, text in TABLES.items()}
    plan = solve(instance(**tables)).require_plan()
    for page in (table(plan["capacity"]), plan._repr_html_(), instance(**tables)._repr_html_()):
        assert "<img" not in page
    assert "&lt;img" in table(plan["capacity"])
