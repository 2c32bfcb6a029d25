"""Measures speed and memory and writes `benchmarks/latest.json`: whole solves of shipped instances, the search of mixed-integer models, the
solver and the algebra against their peers, what-if on a live model, and how soon a cancelled solve ends.

Every figure is the median of fresh processes on the machine that runs this; peers are measured in the same run, so ratios mean something.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import cancel, laws, plain_mip, planted, questions, second_solver, solver, whatif
from benchmarks.algebra.run import measure
from models.algebra import compile
from models.formulation import build
from optimizer.highs import Limits, run
from optimizer.scaling import scale

INSTANCES = ("tiny", "mexico-steel", "china")
REPEATS = 3
HERE = Path(__file__).parent


def solve(name: str, folder: Path) -> dict[str, Any]:
    """One whole `qipan solve` in a fresh process: its summary, with the wall seconds of the command."""
    command = Path(sys.executable).with_name("qipan")
    begun = time.perf_counter()
    subprocess.run([command, "solve", HERE.parent / "instances" / name, "--out", folder, "--force", "--json"], check=True, capture_output=True)
    wall = time.perf_counter() - begun
    summary: dict[str, Any] = json.loads((folder / "summary.json").read_text("utf-8"))
    if not summary["certified"]:
        raise SystemExit(f"{name}: {summary['certificate']}")
    summary["seconds"]["command"] = round(wall, 4)
    return summary


def instances() -> dict[str, Any]:
    """Median seconds by stage, largest peak memory, and size of each shipped instance."""
    out = {}
    for name in INSTANCES:
        with tempfile.TemporaryDirectory() as folder:
            runs = [solve(name, Path(folder) / "plan") for _ in range(REPEATS)]
        stages = runs[0]["seconds"]
        out[name] = {
            "seconds": {stage: round(statistics.median(run["seconds"][stage] for run in runs), 4) for stage in stages},
            "memory_mb": max(run["peak_memory_mb"] for run in runs),
            "columns": runs[0]["columns"],
            "rows": runs[0]["rows"],
            "nonzeros": runs[0]["nonzeros"],
            "objective": runs[0]["objective"],
            "gap": runs[0]["proved_gap"],
        }
        print(f"{name:14} {out[name]['seconds']['command']:8.2f} s {out[name]['memory_mb']:8.0f} MB", flush=True)
    return out


def economies_of_scale(seeds: int = 7) -> dict[str, Any]:
    """Search of our models of fixed charges against the same models typed for highspy: medians over random seeds, ratios ours / plain."""
    out = {}
    for case, plain, arguments in plain_mip.cases():
        matrices = scale(compile(build(plain_mip.instance(case.split()[0], *arguments)).pyomo))
        ours, theirs = [], []
        for seed in range(1, seeds + 1):
            begun = time.perf_counter()
            answer = run(matrices, Limits(gap=0.0, seed=seed))
            ours.append((time.perf_counter() - begun, answer.nodes))
            peer = plain(*arguments)
            peer.setOptionValue("random_seed", seed)
            begun = time.perf_counter()
            peer.run()
            theirs.append((time.perf_counter() - begun, int(peer.getInfo().mip_node_count)))
            if abs(peer.getInfo().objective_function_value - answer.objective) > 1e-6 * abs(answer.objective):
                raise SystemExit(f"{case}: {answer.objective} against {peer.getInfo().objective_function_value}")
        seconds, nodes = (statistics.median(v[i] for v in ours) for i in (0, 1))
        plain_seconds, plain_nodes = (statistics.median(v[i] for v in theirs) for i in (0, 1))
        out[case] = {
            "seconds": round(seconds, 4),
            "nodes": nodes,
            "seconds_ratio": round(seconds / plain_seconds, 3),
            "nodes_ratio": round(nodes / max(1, plain_nodes), 3),
        }
        print(f"{case:28} {out[case]}", flush=True)
    return out


SECTIONS: dict[str, Callable[[], Any]] = {
    "instances": instances,
    "economies_of_scale": economies_of_scale,
    "whatif": lambda: {name: whatif.measure(name, changes=200, compared=compared) for name, compared in (("tiny", 200), ("china", 10))},
    "solver": lambda: solver.measure(repeats=REPEATS),
    "algebra": lambda: measure(repeats=REPEATS),
    "questions": questions.seconds,
    "cancel": cancel.measure,
    "laws": laws.measure,
    "second_solver": second_solver.measure,
    "planted": lambda: planted.named({"tiny": 80, "mexico-steel": 80, "Shandong": 40}),
}
"""Instances come first: the peak memory of a process counts that of the one that started it."""
NIGHTLY = ("laws", "second_solver")
"""What takes hours, and is measured only where it is named."""


def main() -> None:
    """Measures the sections named, or all, and puts each into `latest.json` as soon as it is there; `python -m benchmarks.size` has its own."""
    latest = HERE / "latest.json"
    for name in sys.argv[1:] or [name for name in SECTIONS if name not in NIGHTLY]:
        figures = SECTIONS[name]()
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "processor": platform.machine()}
        result = json.loads(latest.read_text("utf-8")) | {"machine": machine, name: figures}
        latest.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(f"written: {latest}")


if __name__ == "__main__":
    main()
