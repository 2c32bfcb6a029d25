"""Shipped instances: golden objectives, certified; costs add up. An objective changes only with a written reason in golden/objectives.csv."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from models import Instance
from optimizer import Plan, solve
from optimizer.change import apply
from optimizer.highs import Limits
from optimizer.scenario import find, load

ROOT = Path(__file__).parents[1]
GOLDEN = list(csv.DictReader((ROOT / "tests" / "golden" / "objectives.csv").open(encoding="utf-8")))


def solved(name: str, scenario: str) -> Plan:
    path = ROOT / "instances" / name
    instance = Instance.load(path)
    if scenario:
        instance = apply(instance, load(find(path, scenario)))
    return solve(instance, Limits(gap=0.0)).require_plan()


@pytest.mark.parametrize("row", GOLDEN, ids=lambda r: "-".join(filter(None, (r["instance"], r["scenario"]))))
def test_golden(row: dict[str, str]) -> None:
    plan = solved(row["instance"], row["scenario"])
    assert plan.objective == pytest.approx(float(row["objective"]), rel=1e-6)
    assert plan["costs"]["present_value"].sum() == pytest.approx(plan.objective, rel=1e-9)
