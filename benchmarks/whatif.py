"""What-if on a live model: seconds for random single changes, each answer certified, some compared with a solve from nothing."""

from __future__ import annotations

import random
import statistics
import time
from pathlib import Path
from typing import Any

from models import Instance
from optimizer import solve
from optimizer.change import Change
from optimizer.study import Study

HERE = Path(__file__).parent
NUMBERS = (("sources", "price"), ("sources", "max"), ("markets", "demand"), ("capacity", "amount"), ("policy_values", "value"), ("policies", "value"))
"""Prices, limits of supply, demands, capacities, caps; beside them policies switched off and on, and the availability of a region."""
EQUAL = 1e-9


def random_change(instance: Instance, draw: random.Random) -> Change:
    """One number of one row more or less, a policy switched, or the availability of an equipment at a place."""
    kind = draw.choice([*NUMBERS, "policy", "availability"])
    if kind == "policy":
        table = instance.tables["policies"]
        if len(table):
            name = draw.choice(sorted(set(table["policy"])))
            return Change("policies", {"policy": name}, "active", "set", draw.choice(["yes", "no"]))
        kind = ("markets", "demand")
    if kind == "availability":
        held = instance.tables["capacity"]
        row = held.iloc[draw.randrange(len(held))]
        cells = {"region": row["region"], "equipment": row["equipment"], "amount": draw.uniform(0.7, 0.98)}
        return Change("availability", how="insert", value=cells)
    table_name, column = kind
    table = instance.tables[table_name]
    rows = table.index[table[column].notna() & (table[column] != 0)]
    if not len(rows):
        return Change("markets", {}, "demand", "multiply", draw.uniform(0.98, 1.02))
    row = table.loc[rows[draw.randrange(len(rows))]]
    keys = [c for c in ("region", "commodity", "supplier", "market", "equipment", "period", "slice", "built", "policy", "row") if c in table]
    where = {key: f"{row[key]:g}" if isinstance(row[key], float) else row[key] for key in keys if row[key] == row[key]}
    return Change(table_name, where, column, "multiply", draw.uniform(0.9, 1.1))


def measure(name: str, changes: int, compared: int, seed: int = 7) -> dict[str, Any]:
    """Median and 95th percentile of seconds per change; `mismatches`: answers whose proved gap, or distance from a cold solve where compared, is
    above 1e-9."""
    instance, draw = Instance.load(HERE.parent / "instances" / name), random.Random(seed)
    seconds, statuses, mismatches = [], dict[str, int](), 0
    with Study(instance) as study:
        study.solve()
        for i in range(changes):
            change = random_change(instance, draw)
            begun = time.perf_counter()
            try:
                plan = study.solve([change])
            except ValueError as error:
                raise SystemExit(f"{change}: {error}") from error
            seconds.append(time.perf_counter() - begun)
            statuses[plan.status] = statuses.get(plan.status, 0) + 1
            wrong = not plan.certified or (plan.status == "optimal" and plan.summary["proved_gap"] > EQUAL)
            if i < compared:
                cold = solve(study.changed([change]))
                wrong |= plan.status != cold.status
                wrong |= plan.status == "optimal" and abs(plan.objective - cold.objective) > EQUAL * abs(cold.objective)
            mismatches += wrong
    found = {
        "median_s": round(statistics.median(seconds), 4),
        "p95_s": round(statistics.quantiles(seconds, n=20)[-1], 4),
        "changes": changes,
        "compared_with_cold": compared,
        "mismatches": mismatches,
        "statuses": statuses,
    }
    print(f"{name:14} median {found['median_s']:.3f} s, 95th percentile {found['p95_s']:.3f} s, {mismatches} mismatches, {statuses}", flush=True)
    return found
