"""Near-optimal: least and most of two technologies worked out by hand; verdicts; scenarios; plans that differ."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from pytest import approx
from typer.testing import CliRunner

from models import InputError, Instance
from optimizer.cli import app
from optimizer.highs import Limits, Progress
from optimizer.plan import PlanError
from optimizer.questions.decisions import verdict
from optimizer.questions.near_optimal import near_optimal
from tests.build import instance

ROOT = Path(__file__).parents[2]
TWO = {
    "regions": "region\nA",
    "periods": "period,start,years\n2025,2025,1",
    "commodities": "commodity,unit,balance\nx,t,year",
    "equipment": "equipment,unit,annuity_life,tags\na,t/yr,10,works\nb,t/yr,10,works",
    "builds": "region,equipment,invest,max\nA,a,100,10\nA,b,103,10",
    "recipes": "route,item,amount\nrun a,x,1\nrun a,a,-1\nrun b,x,1\nrun b,b,-1",
    "markets": "region,commodity,demand\nA,x,10",
}
SALE = TWO | {"markets": "region,commodity,price,max\nA,x,20,10"}


def ends(given: Instance, slack: float, equipment: str) -> list[float]:
    """Least and most in all regions."""
    table = near_optimal(given, slack, equipment=equipment).table
    return [float(v) for v in table.loc[table["region"] == "(all)", ["least", "most"]].iloc[0]]


@pytest.mark.parametrize("tables", [TWO, SALE])
def test_two_technologies(tables: dict[str, str]) -> None:
    """10 wanted, a costs 10 a year and b 10.3: 100 at best. Within 5 % (105) all of b costs 103: each may be all or nothing. Within 2 % (102)
    b may be 2 / 0.3 = 6.67 at most, so a at least 3.33. Sold at 20 instead, the best cost is −100 and 5 % more is −95, 2 % more −98: the same."""
    given = instance(**tables)
    assert ends(given, 0.05, "a") == [approx(0, abs=1e-6), approx(10)]
    assert ends(given, 0.05, "b") == [approx(0, abs=1e-6), approx(10)]
    assert ends(given, 0.02, "a") == [approx(10 / 3), approx(10)]
    assert ends(given, 0.02, "b") == [approx(0, abs=1e-6), approx(20 / 3)]
    if tables is TWO:
        assert ends(given, 0.02, "works") == [approx(10), approx(10 + 2 / 10, rel=1e-3)]


def test_what_is_not_built() -> None:
    """None of b is built, and any amount of it may be, idle too, at 10.3 a year each: within 5 % all that is wanted is made with it, and 2 / 10.3
    more stand idle."""
    least, most = ends(instance(**TWO | {"builds": TWO["builds"].replace("103,10", "103,")}), 0.05, "b")
    assert least == 0 and 10 + 2 / 10.3 <= most + 1e-6 < np.inf


def test_sentence_and_verdict() -> None:
    answer = near_optimal(instance(**TWO), 0.02, region="A", equipment="a")
    assert answer.table["verdict"].tolist() == ["must build"]
    assert answer.en == "Within 2.0% of the best cost: must build A a (3.33–10 t/yr)."
    assert answer.zh == "成本不超过最优 2.0%：必须新建Aa（3.33–10 t/yr）。"
    assert near_optimal(instance(**TWO), 0.05, region="A", equipment="a").table["verdict"].tolist() == ["depends"]


def test_words() -> None:
    """Against what is left of today's capacity, here 5 or none."""
    assert [verdict(*ends, 5.0) for ends in ((6, 9), (5, 9), (5, 5), (4, 5), (0, 4), (0, 9), (0, 0))] == [
        "must build", "keep", "never build", "never build", "must close", "depends", "must close",
    ]  # fmt: skip
    assert [verdict(*ends, 0.0) for ends in ((1, 2), (0, 2), (0, 0))] == ["must build", "depends", "never build"]


def test_scenarios() -> None:
    """Where b costs 9 a year, within 2 % (of 90: 91.8) a may be 1.8 at most; over both a is a choice between 0 and 10. A scenario that wants 30
    has no plan: a row."""
    cheap = instance(**TWO | {"builds": TWO["builds"].replace("103", "90")})
    beyond = instance(**TWO | {"markets": "region,commodity,demand\nA,x,30"})
    answer = near_optimal(instance(**TWO), 0.02, {"cheap b": cheap, "too much": beyond}, region="A", equipment="a")
    assert answer.table[["least", "most", "verdict"]].values.tolist() == [[approx(0, abs=1e-6), approx(10), "depends"]]
    rows = answer["scenarios"].set_index("scenario")
    assert rows["most"].tolist()[1] == approx(1.8) and rows["status"].tolist() == ["optimal", "optimal", "infeasible"]
    assert np.isnan(rows["most"].iloc[2])
    assert answer.en == "Within 2.0% of the best cost in all 3 scenarios: depends A a (0–10 t/yr). 1 scenario without a plan."


def test_the_ends_are_proved_and_reached() -> None:
    """No plan found is outside the proved ends, and here the ends are reached."""
    answer = near_optimal(Instance.load(ROOT / "instances" / "tiny"), 0.05)
    rows = answer["scenarios"]
    assert (rows["least"] <= rows["least_reached"] + 1e-9).all() and (rows["most"] >= rows["most_reached"] - 1e-9).all()
    assert rows["least"].tolist() == approx(rows["least_reached"].tolist(), abs=1e-5)


def test_plans_that_differ() -> None:
    """The best plan is all a; within 5 % the plan that uses least of it is all b: 103, and differs wholly (20 of 10)."""
    table = near_optimal(instance(**TWO), 0.05, different=1)["plans"]
    assert table["plan_0"].tolist()[:2] == approx([100, 0]) and table["plan_1"].tolist()[:2] == approx([103, 2])
    rows = table.set_index("equipment")
    assert rows.loc["a", ["plan_0", "plan_1"]].tolist() == approx([10, 0]) and rows.loc["b", ["plan_0", "plan_1"]].tolist() == approx([0, 10])


def test_what_is_finished_is_kept(tmp_path: Path) -> None:
    """Cancelled after the first end, asked again for the rest alone; another slack is another question."""
    kept, cancel = tmp_path / "rows.jsonl", threading.Event()

    def stop(p: Progress) -> None:
        if "/" in p.stage:
            cancel.set()

    for slack in (0.05, 0.02):
        cancel.clear()
        with pytest.raises(PlanError, match="1 of 2 rows are kept"):
            near_optimal(instance(**TWO), slack, region="A", equipment="a", limits=Limits(cancel=cancel, progress=stop), kept=kept)
    assert kept.read_text("utf-8").count('"mark"') == 2
    seen: list[str] = []
    limits = Limits(progress=lambda p: seen.append(p.stage))
    answer = near_optimal(instance(**TWO), 0.02, region="A", equipment="a", limits=limits, kept=kept)
    assert len([stage for stage in seen if "/" in stage]) == 1 and not kept.exists()
    assert answer.table[["least", "most"]].values.tolist() == [approx([10 / 3, 10])]


def test_bad_names_and_slack() -> None:
    with pytest.raises(InputError) as error:
        near_optimal(instance(**TWO), -1, region="B", equipment="work", period="2030", most=0)
    assert len(error.value.problems) == 5 and "did you mean works?" in error.value.text("en")


def test_command() -> None:
    run = CliRunner().invoke(app, ["near-optimal", str(ROOT / "instances" / "tiny"), "--region", "Yunnan", "--lang", "en"])
    assert run.exit_code == 0 and "must build Yunnan pots (1.65–3.09 Mt/yr)" in run.stdout


def test_names_in_chinese() -> None:
    """Tables that are read have the Chinese names of the instance; what machines read keeps the names of the input."""
    asked = ["near-optimal", str(ROOT / "instances" / "tiny"), "--region", "Yunnan", "--lang", "zh"]
    said = CliRunner().invoke(app, asked)
    assert said.exit_code == 0 and "云南" in said.stdout and "Yunnan" not in said.stdout and "pots" not in said.stdout
    assert CliRunner().invoke(app, [*asked, "--csv"]).stdout.splitlines()[1].startswith("Yunnan,pots,")
    assert '"region": "Yunnan"' in CliRunner().invoke(app, [*asked, "--json"]).stdout
