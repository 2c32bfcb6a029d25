"""Seconds by stage and memory against the size of the model: `python -m benchmarks.size [--solve 30000] [--interior 0] [--repeats 3]`.

Nations of growing size (`benchmarks/nation.py`) are read, stated and compiled, each in fresh processes; up to `--solve` columns they are solved
and certified as `qipan solve` does it, up to `--interior` columns by the interior point method alone, with the gap that its prices prove.
Written into `benchmarks/latest.json` as `size.<columns>`.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

LATEST = Path(__file__).parent / "latest.json"
SIZES = ((5, 1, 1), (12, 1, 1), (42, 1, 1), (34, 3, 2), (43, 6, 4), (122, 6, 4), (330, 6, 4), (406, 6, 4))
"""Regions, periods and seasons of the nations measured: about 1 k, 3 k, 10 k, 30 k, 100 k, 300 k, 800 k and 1 M columns."""
SOLVED = 30_000
"""Columns up to which nations are solved, unless told otherwise."""
Figures = dict[str, float]


def measure(solve: int = SOLVED, interior: int = 0, repeats: int = 3) -> dict[str, Figures]:
    """Figures by number of columns: `read_s`, `state_s`, `compile_s` and `memory_mb` (the peak of the process up to then) of every nation,
    `solve_s`, `certify_s`, `tables_s` and `solved_mb` of those with at most `solve` columns, `interior_s`, `gap` and `interior_mb` of those with at
    most `interior`. Medians of `repeats` processes; solves above SOLVED columns are made once.

    Raises:
        subprocess.CalledProcessError: a process failed, or a plan is not certified.
    """
    out = {}
    for size in SIZES:
        runs = [_fresh(size) for _ in range(repeats)]
        figures = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        columns = int(figures["columns"])
        for how, most in (("solve", solve), ("interior", interior)):
            if columns <= most:
                solved = [_fresh(size, how) for _ in range(repeats if columns <= SOLVED else 1)]
                figures |= {key: statistics.median(run[key] for run in solved) for key in solved[0] if key not in figures}
        out[str(columns)] = {key: round(figure, 9 if key == "gap" else 3) for key, figure in figures.items()}
        print(size, out[str(columns)], flush=True)
    return out


def _fresh(size: tuple[int, int, int], how: str = "") -> Figures:
    command = [sys.executable, "-m", "benchmarks.size", "--once", *map(str, size), how]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def _once(regions: int, periods: int, seasons: int, how: str) -> Figures:
    """One nation in this process. `how`: "solve", "interior", or no solve."""
    from benchmarks.nation import tables
    from models.algebra import Expander
    from models.formulation import build
    from models.instance import Instance

    given, settings = tables(regions, periods, seasons)
    begun = time.perf_counter()
    instance = Instance.from_frames(given, **settings)
    read = time.perf_counter()
    model = build(instance)
    stated = time.perf_counter()
    matrices = Expander(model.pyomo).matrices()
    compiled = time.perf_counter()
    rows, columns = matrices.matrix.shape
    figures = {"regions": regions, "periods": periods, "seasons": seasons, "columns": columns, "rows": rows, "nonzeros": matrices.matrix.nnz}
    figures |= {"read_s": read - begun, "state_s": stated - read, "compile_s": compiled - stated, "memory_mb": _peak()}
    if how == "solve":
        from optimizer import solve

        del model, matrices
        plan = solve(instance)
        summary = plan.summary
        if summary["status"] != "optimal" or not summary["certified"]:
            raise SystemExit(f"{regions} regions: {summary['status']}: {summary['certificate']}")
        solved = time.perf_counter()
        dict(plan.tables)
        figures |= {f"{stage}_s": summary["seconds"][stage] for stage in ("solve", "certify")}
        figures |= {"tables_s": time.perf_counter() - solved + summary["seconds"]["prices"], "solved_mb": _peak()}
    if how == "interior":
        from optimizer.certificate import prove_plan
        from optimizer.highs import Limits, run
        from optimizer.scaling import scale

        begun = time.perf_counter()
        answer = run(scale(matrices), Limits(), matrices.offset, method="interior")
        if answer.x is None or answer.y is None:
            raise SystemExit(f"{regions} regions: {answer.said}")
        certificate = prove_plan(matrices, answer.x, answer.y)
        if certificate.violation > 1e-6 or certificate.fraction > 0:
            raise SystemExit(f"{regions} regions: {certificate.said[0]}")
        figures |= {"interior_s": time.perf_counter() - begun, "gap": certificate.gap, "interior_mb": _peak()}
    return figures


def _peak() -> float:
    """Largest memory of this process so far [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--solve", type=int, default=SOLVED, help="columns up to which nations are solved")
    parser.add_argument("--interior", type=int, default=0, help="columns up to which the interior point method alone is tried")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--once", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once:
        regions, periods, seasons, *how = given.once
        print(json.dumps(_once(int(regions), int(periods), int(seasons), how[0] if how else "")))
        return
    figures = json.loads(LATEST.read_text("utf-8")) | {"size": measure(given.solve, given.interior, given.repeats)}
    LATEST.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    print(f"written: {LATEST}")


if __name__ == "__main__":
    main()
