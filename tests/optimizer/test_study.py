"""A live solver gives the answers of a cold one: after changes of every kind, after mistakes, after its process dies."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from models import InputError, Instance
from models.algebra import compile
from models.formulation import build
from models.html import numbers
from optimizer import Plan, solve
from optimizer.change import Change, Scenario, apply
from optimizer.cli import app
from optimizer.difference import difference
from optimizer.highs import Limits
from optimizer.scenario import find, load
from optimizer.study import Study

ROOT = Path(__file__).parents[2]
TINY = ROOT / "instances" / "tiny"
CLEAN_POLICY = {"policy": "most", "metric": "made", "commodity": "aluminium", "region": "Shandong", "sense": "<=", "value": 1.5}
KINDS: list[list[Change]] = [
    [Change("sources", {"commodity": "electricity"}, "price", "multiply", 1.3)],
    [Change("markets", {}, "demand", "multiply", 0.9)],
    [Change("capacity", {"region": "Yunnan"}, "amount", "add", 0.5)],
    [Change("recipes", {}, "amount", "multiply", 1.01)],
    [Change("policies", how="insert", value=CLEAN_POLICY)],
    [Change("sources", how="insert", value={"region": "Shandong", "commodity": "electricity", "supplier": "sun", "price": 0.1, "max": 3})],
    [Change("instance", column="discount_rate", value=0.05)],
]


@pytest.fixture(scope="module")
def tiny() -> Instance:
    return Instance.load(TINY)


@pytest.fixture(scope="module")
def study(tiny: Instance) -> Study:
    return Study(tiny)


def alike(plan: Plan, other: Plan) -> bool:
    """The same status and certificate, and the same cost to 1e-9."""
    assert (plan.status, plan.certified) == (other.status, other.certified)
    return other.summary["objective"] is None or plan.objective == pytest.approx(other.objective, rel=1e-9)


@pytest.mark.parametrize("changes", KINDS, ids=lambda changes: f"{changes[0].table}-{changes[0].how}")
def test_each_kind_of_change(study: Study, changes: list[Change]) -> None:
    assert alike(study.solve(changes), solve(study.changed(changes)))
    assert alike(study.solve(), solve(study.instance))


def test_fifty_changes_and_their_reversal() -> None:
    """Changes that stay and pile up, each undone in turn: the first plan comes back, number by number."""
    instance = Instance.load(ROOT / "instances" / "mexico-steel")
    draw = random.Random(3)
    first = solve(instance)
    with Study(instance) as study:
        done: list[Change] = []
        for _ in range(25):
            table, column = draw.choice([("sources", "price"), ("markets", "demand"), ("capacity", "amount"), ("freight", "rate")])
            frame = instance.tables[table]
            row = frame.iloc[draw.randrange(len(frame))]
            where = {key: row[key] for key in ("region", "commodity", "equipment", "mode", "supplier", "market") if key in frame and row[key] != ""}
            done.append(Change(table, where, column, "multiply", draw.choice([0.5, 0.9, 1.02])))
            assert alike(study.solve(done), solve(study.changed(done)))
        while done:
            done.pop()
            last = study.solve(done)
    assert last.objective == pytest.approx(first.objective, rel=1e-12)
    for name in ("production", "capacity", "costs", "burdens"):
        pd.testing.assert_frame_equal(last[name], first[name], rtol=1e-7, atol=1e-7)


def test_it_starts_from_where_it_stood(study: Study) -> None:
    """Costs alone: every plan still fits, primal simplex; bounds: dual simplex; the same again: nothing to do."""
    study.solve()
    assert study.solve(KINDS[0]).summary["method"] == "primal simplex"
    assert study.solve(KINDS[1]).summary["method"] == "dual simplex"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("markets", {"region": "Atlantis"}, "demand", "set", 1), "no row has region = Atlantis"),
        (Change("markets", {}, "demandd", "set", 1), "did you mean demand"),
        (Change("markets", {}, "region", "set", "Yunnan"), "is a key, which names the row"),
        (Change("markets", {}, "demand", "set", -1), "must be >= 0"),
        (Change("markets", {}, "demand", "divide", 2), "set, add, multiply, remove, insert"),
        (Change("market", {}, "demand", "set", 1), "did you mean markets"),
        (Change("markets", how="insert"), "needs its cells by column"),
        (Change("markets", how="insert", value={"regoin": "A"}), "column regoin: unknown column"),
    ],
)
def test_a_wrong_change_leaves_the_live_model(study: Study, change: Change, words: str) -> None:
    study.solve()
    before = study._live._known["last"]
    with pytest.raises(InputError, match=words):
        study.solve([change])
    assert study._live._known["last"] is before
    assert alike(study.solve(KINDS[0]), solve(study.changed(KINDS[0])))


def test_no_plan_and_then_one_again(study: Study) -> None:
    impossible = [Change("markets", {}, "demand", "multiply", 50)]
    assert (study.solve(impossible).status, study.solve(impossible).certified) == ("infeasible", True)
    assert alike(study.solve(KINDS[1]), solve(study.changed(KINDS[1])))


def test_a_solver_that_dies_is_started_again(study: Study) -> None:
    study.solve()
    child = study._live._child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    assert alike(study.solve(KINDS[0]), solve(study.changed(KINDS[0])))
    assert study._live._child is not child


def test_cancelled(study: Study) -> None:
    """An event that is set ends the search; the next one is as good as ever."""
    cancel = threading.Event()
    cancel.set()
    big = Study(Instance.load(ROOT / "instances" / "mexico-steel-dynamic"))
    assert big.solve(limits=Limits(cancel=cancel, gap=0.0)).status == "stopped"
    assert big.solve([], Limits(gap=1e-3)).status == "optimal"
    big.close()


def test_interrupted_from_outside(study: Study) -> None:
    """Ctrl-C while it waits: the next answer is that of the next question."""
    study.solve()

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study._live.search(compile(build(study.instance).pyomo), Limits(progress=interrupt))
    assert alike(study.solve(KINDS[0]), solve(study.changed(KINDS[0])))


def test_whole_numbers(tiny: Instance) -> None:
    """A site more or less, a cost: the same least cost as from nothing."""
    instance = Instance.load(ROOT / "instances" / "facility-location")
    table = instance.tables["builds"]
    with Study(instance) as study:
        for row in (0, 3):
            where = {"region": table["region"].iloc[row]}
            for change in (Change("builds", where, "fixed_invest", "multiply", 0.3), Change("builds", where, how="remove")):
                assert alike(study.solve([change], Limits(gap=0.0)), solve(study.changed([change]), Limits(gap=0.0)))


def test_a_sheet_of_changes(tmp_path: Path, tiny: Instance) -> None:
    """The same list in Excel as in code."""
    with xlsxwriter.Workbook(str(tmp_path / "dearer.xlsx")) as book:
        sheet = book.add_worksheet("changes")
        rows = [
            ["table", "where", "column", "how", "value"],
            ["sources", "commodity=electricity", "price", "multiply", 1.3],
            ["policies", "", "", "insert", "policy=most; metric=made; commodity=aluminium; region=Shandong; sense=<=; value=1.5"],
        ]
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
    read = apply(tiny, load(find(TINY, str(tmp_path / "dearer.xlsx"))))
    assert read.replace(title="x").fingerprint == apply(tiny, [Scenario(changes=(*KINDS[0], *KINDS[4]))]).replace(title="x").fingerprint
    with xlsxwriter.Workbook(str(tmp_path / "wrong.xlsx")) as book:
        sheet = book.add_worksheet("changes")
        sheet.write_row(0, 0, rows[0])
        sheet.write_row(1, 0, ["sources", "commodity", "price", "set", 1])
    with pytest.raises(InputError, match=r"wrong.xlsx!changes, row 2: write cells as column=cell"):
        load(tmp_path / "wrong.xlsx")


def test_the_difference_of_two_plans(study: Study) -> None:
    """Power 30 % dearer: what is bought costs 1.3 times as much, and the change of cost is that of its terms."""
    before, after = study.solve(), study.solve(KINDS[0])
    found = difference(before, after)
    assert found.change == pytest.approx(after.objective - before.objective)
    assert found.costs["change"].sum() == pytest.approx(found.change)
    assert found.en.startswith("It costs") and "policy rows begin" in found.en and found.zh.startswith("成本增加")
    none = difference(before, before)
    assert none.change == 0 and all(getattr(none, name).empty for name in ("costs", "capacity", "burdens", "policies"))
    lost = difference(before, study.solve([Change("markets", {}, "demand", "multiply", 50)]))
    assert lost.en == "The plan was optimal and is infeasible." and lost.conflict and lost.costs.empty


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """A tenth more power price: as JSON, as words; a demand that nobody can meet names what stands against it; a wrong name is a list."""

    def ask(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            app(["whatif", str(TINY), *arguments])
        return (int(ended.value.code or 0), *capsys.readouterr())

    code, out, _ = ask("--set", "sources.price*=1.1", "--json")
    found = json.loads(out)
    assert code == 0 and found["cost"]["change"] == pytest.approx(sum(row["change"] for row in found["costs"])) and found["cost"]["change"] > 0
    code, out, _ = ask("--set", "sources.price*=1.1")
    assert code == 0 and "purchases" in out and f"{found['cost']['change']:.4g} bn CNY more" in out
    code, out, _ = ask("--set", "markets.demand*=50")
    assert code == 3 and "usable_capacity[Yunnan, pots" in out and "is infeasible" in out
    code, _, said = ask("--set", "markets.demand[region:Atlantis]*=2")
    assert code == 2 and "no row has region = Atlantis" in said
    assert ask()[0] == 2


def test_what_a_notebook_shows(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Demand an eighth higher: the cap begins to bind. Units and trust are said, numbers stand to the right, in both languages."""
    monkeypatch.setenv("QIPAN_LANG", "en")
    before, after = study.solve(), study.solve([Change("markets", {}, "demand", "multiply", 1.125)])
    shown = after._repr_html_()
    assert "discounted cost 150 bn CNY" in shown and "Of 25 input rows 25 do not say" in shown and "prices are: LP dual" in shown
    assert "text-align:right" in shown and ">4.5</td>" in shown and ">&lt;=</td>" in shown
    moved = difference(before, after)._repr_html_()
    assert "1 policy row begins" in moved and moved.count("<table") == 3 and ">Shandong</td>" in moved
    assert "Where a commodity leaves the system" in study.instance._repr_html_() and "Money: bn CNY" in study.instance._repr_html_()
    none = study.solve([Change("markets", {}, "demand", "multiply", 50)])
    assert "Rows that contradict one another" in none._repr_html_() and "policy_at_most[cap" in difference(before, none)._repr_html_()
    monkeypatch.setenv("QIPAN_LANG", "zh")
    assert "贴现成本" in after._repr_html_() and "未注明可信度 25" in after._repr_html_() and "货币 bn CNY" in study.instance._repr_html_()


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.5, 20.16, 4.0], ["0.50", "20.16", "4.00"]),
        ([103391.27, 0.004, 0.0], ["103,391", "0.004", "0"]),
        ([-2.0, float("nan"), 1.0], ["−2", "", "1"]),
        ([1 / 3, 0.1], ["0.333", "0.100"]),
    ],
)
def test_numbers_one_below_the_other(values: list[float], texts: list[str]) -> None:
    assert numbers(values) == texts
