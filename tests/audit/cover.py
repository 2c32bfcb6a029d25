"""Which drawn instances together use everything: a greedy choice, the same every time.

python -m tests.audit.cover 300      of the seeds 0 .. 299; prints the choice, which `SEEDS` holds
"""

from __future__ import annotations

import sys

from models import Instance
from models.problems import InputError
from optimizer.solving import stated
from tests.drawn import drawn
from tests.formulation.rich import rich

SEEDS = (146, 77, 93, 97, 11, 30, 100, 181, 21, 91, 175, 201)
"""Of the seeds 0 .. 299, beside `rich` in its three ways of matching clean supply (which has all families and metrics)."""
ENOUGH = 4
"""A seed that adds fewer uses than this is not taken."""


def uses(instance: Instance) -> set[str]:
    """Families with rows, columns that are filled, and the metrics of policies by side, sense, span, lag and scope. Raises InputError."""
    _, _, matrices = stated(instance)
    found = {f"rows {name}" for name, block in matrices.rows.items() if block.count}
    for name, table in instance.tables.items():
        filled = table.astype("str").isin(["", "nan"])
        found |= {f"{name}.{column}" for column in table.columns if not filled[column].all()}
    policies = instance.tables["policies"]
    heads = policies.sort_values("row").drop_duplicates("policy").set_index("policy")
    for policy, metric, side, lag in policies[["policy", "metric", "side", "lag"]].itertuples(index=False, name=None):
        head = heads.loc[policy]
        found |= {f"{metric} {head['sense']}", f"{metric} {head['span']}", f"{metric} {side}", f"{head['span']} lag {lag > 0} {side}"}
        found |= {f"{head['span']} {head['sense']} soft {head['price'] == head['price']}", f"each {head['each']}"}
    return found


def chosen(count: int) -> list[int]:
    """The seed that adds most, again and again, until none adds enough."""
    use: dict[int, set[str]] = {}
    for seed in range(count):
        try:
            use[seed] = uses(drawn(seed))
        except InputError:
            continue
    have = set().union(*(uses(rich(matching)) for matching in ("nation-year", "region-year", "region-slice")))
    seeds: list[int] = []
    while use:
        best = max(use, key=lambda seed: (len(use[seed] - have), -seed))
        print(best, len(use[best] - have), sorted(use[best] - have), flush=True)
        if len(use[best] - have) < ENOUGH:
            break
        seeds.append(best)
        have |= use.pop(best)
    return seeds


if __name__ == "__main__":
    print(chosen(int(sys.argv[1])))
