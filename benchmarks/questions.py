"""How long the planner's questions take on china."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from models.instance import Instance
from optimizer.change import Change, Scenario, apply
from optimizer.questions.abatement import abatement
from optimizer.questions.answer import Answer
from optimizer.questions.assessment import assessment
from optimizer.questions.blanket_cut import blanket_cut
from optimizer.questions.diagnose import diagnose
from optimizer.questions.footprint import footprint
from optimizer.questions.inventory import inventory
from optimizer.questions.near_optimal import near_optimal
from optimizer.questions.roadmap import roadmap
from optimizer.questions.screening import screening
from optimizer.questions.swap_ledger import swap_ledger
from optimizer.questions.why import why

CHINA = Path(__file__).parents[1] / "instances" / "china"
PROJECTS = 200
SIZES = {
    "arc_furnace": 2, "pots_grid": 0.3, "kiln": 1.5, "float_line": 0.3, "refinery": 1, "magnesium_works": 0.05, "silicon_furnace": 0.1,
    "polysilicon_works": 0.1, "remelter": 0.3, "wind": 2, "solar": 3,
}  # fmt: skip
"""Equipment of random proposals and a usual size. [Mt/yr, GW]"""


def proposed(count: int, seed: int = 1) -> Instance:
    """China with random proposals, each in a province, half to twice the usual size, at 0.8 to 1.2 of the usual cost."""
    china, random = Instance.load(CHINA), np.random.default_rng(seed)
    builds = china.tables["builds"]
    usual = builds[(builds["replaces"] == "") & (builds["project"] == "")].drop_duplicates("equipment").set_index("equipment")["invest"]
    provinces = [r for r in china.names.kinds["region"] if r in set(china.tables["capacity"]["region"])]
    rows = [Change("builds", {"project": name}, how="remove") for name in builds["project"].unique() if name]
    for number in range(count):
        equipment = str(random.choice(list(SIZES)))
        size, invest = SIZES[equipment] * random.uniform(0.5, 2), float(usual[equipment]) * random.uniform(0.8, 1.2)
        place = {"region": str(random.choice(provinces)), "equipment": equipment, "project": f"project {number:03}"}
        rows.append(Change("builds", how="insert", value=place | {"from": 2030, "until": 2034, "max": size, "invest": invest}))
    return apply(china, [Scenario(changes=tuple(rows))])


def _screening() -> Answer:
    return screening(proposed(PROJECTS))


def _infeasible() -> Instance:
    """China with an aluminium cap of 35 Mt."""
    return apply(Instance.load(CHINA), [Scenario(changes=(Change("policies", {"policy": "aluminium_cap", "row": "1"}, "value", "set", 35.0),))])


QUESTIONS: dict[str, Callable[[], Answer]] = {
    "screening": _screening,
    "near_optimal": lambda: near_optimal(Instance.load(CHINA)),
    "pareto curve": lambda: abatement(Instance.load(CHINA), "co2", 5),
    "why": lambda: why(Instance.load(CHINA)),
    "roadmap": lambda: roadmap(Instance.load(CHINA)),
    "blanket_cut": lambda: blanket_cut(Instance.load(CHINA)),
    "swap_ledger": lambda: swap_ledger(Instance.load(CHINA)),
    "assessment": lambda: assessment(Instance.load(CHINA)),
    "footprint": lambda: footprint(Instance.load(CHINA)),
    "inventory": lambda: inventory(Instance.load(CHINA)),
    "diagnose": lambda: diagnose(_infeasible())[0],
}


def seconds() -> dict[str, Any]:
    """Seconds of each question, data read and all solves from nothing included; rows of its table; the sentence."""
    out = {}
    for name, ask in QUESTIONS.items():
        begun = time.perf_counter()
        answer = ask()
        out[name] = {"seconds": round(time.perf_counter() - begun, 2), "rows": len(answer.table), "said": answer.en}
        print(f"{name:14} {out[name]['seconds']:8.2f} s  {answer.en}", flush=True)
    return out
