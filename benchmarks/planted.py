"""Conflicts planted into an instance: one to four policy rows that no plan meets together, and any of which may be left out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from models import Instance
from models.problems import InputError
from optimizer.change import Change, Scenario, apply
from optimizer.plan import Plan
from optimizer.solving import solve

Row = dict[str, Any]
INSTANCES = Path(__file__).parents[1] / "instances"


def planted(instance: Instance, count: int, seed: int = 1) -> Iterator[tuple[list[str], Instance]]:
    """`count` times the names of the planted policies and the instance with them."""
    random, plan = np.random.default_rng(seed), solve(instance).require_plan()
    found = 0
    while found < count:
        rows = _rows(plan, random)
        names = [str(row["policy"]) for row in rows]
        try:
            conflicting = _with(instance, rows)
            if rows and solve(conflicting).status == "infeasible" and all(_feasible(instance, rows, i) for i in range(len(rows))):
                found += 1
                yield names, conflicting
        except InputError:
            continue


def _feasible(instance: Instance, rows: list[Row], without: int) -> bool:
    return solve(_with(instance, rows[:without] + rows[without + 1 :])).status == "optimal"


def _with(instance: Instance, rows: list[Row]) -> Instance:
    return apply(instance, [Scenario(changes=tuple(Change("policies", how="insert", value=row) for row in rows))]) if rows else instance


def _rows(plan: Plan, random: np.random.Generator) -> list[Row]:
    """A contradiction about what is made of a commodity: its sum over k places is capped below what floors at the places ask for; with no
    floors, below what is wanted."""
    made = plan["balance"].groupby(["commodity", "region"])["made"].sum()
    made = made[made > 1e-3].reset_index()
    goods = made["commodity"].unique()
    if not len(goods):
        return []
    good = str(random.choice(goods))
    places = made[made["commodity"] == good]
    floors = int(random.integers(0, min(3, len(places)) + 1))
    period = str(random.choice(plan.summary["periods"]))
    at = plan["balance"].query("commodity == @good and period == @period").groupby("region")["made"].sum()
    chosen = [str(r) for r in random.choice(places["region"], size=floors, replace=False)] if floors else []
    window = dict(zip(("from", "until"), (_year(plan, period),) * 2, strict=True))
    base = {"metric": "made", "commodity": good, **window}
    rows: list[Row] = []
    for number, region in enumerate(chosen):
        least = float(at.get(region, 0.0)) * random.uniform(0.4, 0.9)
        rows.append({"policy": f"planted floor {number}", "region": region, "sense": ">=", "value": round(least, 6), **base})
    top = sum(row["value"] for row in rows) * random.uniform(0.5, 0.95) if rows else float(at.sum()) * random.uniform(0.2, 0.9)
    scope = {"region": "|".join(chosen)} if chosen else {}
    rows.append({"policy": "planted cap", **scope, "sense": "<=", "value": round(top, 6), **base})
    return rows


def _year(plan: Plan, period: str) -> float:
    """First year of a period."""
    return float(plan.summary["starts"][plan.summary["periods"].index(period)])


def named(counts: dict[str, int]) -> dict[str, Any]:
    """Of `counts[instance]` planted conflicts how many are named in full by `diagnose`, for how many its first relaxation gives a plan, how
    many rows were planted how often, and the seconds of all diagnoses."""
    from optimizer.questions.diagnose import diagnose

    out = {}
    for name, count in counts.items():
        instance = Instance.load(INSTANCES / name) if (INSTANCES / name).is_dir() else _province(name)
        whole, confirmed, seconds, rows = 0, 0, 0.0, dict[int, int]()
        for names, conflicting in planted(instance, count):
            begun = time.perf_counter()
            answer, scenarios = diagnose(conflicting)
            seconds += time.perf_counter() - begun
            sections = {section.name: section.frame for section in answer.sections}
            whole += set(names) <= set(sections["conflict"]["policy"]) if "conflict" in sections else 0
            confirmed += bool(scenarios) and sections["sets"]["status"].iloc[0] == "optimal"
            rows[len(names)] = rows.get(len(names), 0) + 1
        out[name] = {"planted": count, "named": whole, "confirmed": confirmed, "rows": rows, "seconds": round(seconds, 1)}
        print(name, out[name], flush=True)
    return out


def _province(name: str) -> Instance:
    """A province of china that buys from the rest of the country at the plan's prices."""
    from benchmarks.variants import province

    china = Instance.load(INSTANCES / "china")
    balance = solve(china).require_plan()["balance"]
    return province(china, name, balance[balance["price"].notna()].groupby(["commodity", "period"])["price"].mean())
