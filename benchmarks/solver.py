"""Solver time, ours against HiGHS alone: from the matrices to a plan and prices that the certificate accepts.

Bare: the matrices as they are, loaded and run with each setting of HiGHS; the best that passes counts. Ours: scaling, reduction, HiGHS, and the way
back. Both by turns in one process, medians; an answer with a gap above 1e-9 or a violation above 1e-8 stops the measurement.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from benchmarks.variants import monthly
from models import Instance
from models.algebra import Matrices, compile
from models.formulation import build
from optimizer.certificate import prove_plan
from optimizer.highs import Limits, run
from optimizer.scaling import scale

FOLDER = Path(__file__).parents[1] / "instances"
SETTINGS = ("ipx", "simplex")
"""HiPO (with `highspy[extras]`) takes twice the time of ipx on china: docs/solver-time.md."""
EXACT, KEPT = 1e-9, 1e-8
"""Gap, and violation relative to the terms of a row, that an answer may have."""
Pair = tuple[np.ndarray, np.ndarray]


def cases() -> Iterator[tuple[str, Matrices]]:
    """The shipped LPs, and China by months."""
    for path in sorted(FOLDER.iterdir()):
        if not (path / "instance.toml").exists():
            continue
        instance = Instance.load(path)
        matrices = compile(build(instance).pyomo)
        if not matrices.integer.any():
            yield path.name, matrices
            if path.name == "china":
                yield "china-12", compile(build(monthly(instance)).pyomo)


def bare(matrices: Matrices, setting: str, limit: float) -> Pair | None:
    """HiGHS on the matrices as they are; None if it takes longer than `limit` seconds."""
    solver, model = highspy.Highs(), highspy.HighsLp()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("solver", setting)
    solver.setOptionValue("time_limit", limit)
    model.num_row_, model.num_col_ = matrices.matrix.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = matrices.cost, matrices.lower, matrices.upper
    model.row_lower_, model.row_upper_ = matrices.row_lower, matrices.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrices.matrix.indptr, matrices.matrix.indices, matrices.matrix.data
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    solution = solver.getSolution()
    return np.array(solution.col_value), np.array(solution.row_dual)


def ours(matrices: Matrices) -> Pair:
    """What `solve` does between the matrices and the certificate."""
    answer = run(scale(matrices), Limits(), matrices.offset)
    assert answer.x is not None and answer.y is not None
    return answer.x, answer.y


def timed(matrices: Matrices, setting: str | None, times: int, limit: float = np.inf) -> list[float]:
    """Seconds of each of some runs, bare at a setting or ours (None); none if it passes the limit. The last answer is certified: raises SystemExit
    if it is not exact."""
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        answer = bare(matrices, setting, limit) if setting else ours(matrices)
        seconds.append(time.perf_counter() - begun)
        if answer is None:
            return []
    certificate = prove_plan(matrices, *answer)
    if not certificate.holds or certificate.violation > KEPT or certificate.gap > EXACT:
        raise SystemExit(certificate.said[0])
    return seconds


def measure(repeats: int = 3) -> dict[str, Any]:
    """By instance: seconds of HiGHS alone at its best setting, ours, their ratio."""
    out = {}
    for name, matrices in cases():
        times = 1 if matrices.matrix.shape[1] > 1_000 else 50
        best, alone = SETTINGS[0], timed(matrices, SETTINGS[0], times)
        for setting in SETTINGS[1:]:
            other = timed(matrices, setting, times, limit=1 + max(alone))
            if other and statistics.median(other) < statistics.median(alone):
                best, alone = setting, other
        own = timed(matrices, None, times)
        for _ in range(repeats - 1):
            alone += timed(matrices, best, times)
            own += timed(matrices, None, times)
        bare_s, ours_s = statistics.median(alone), statistics.median(own)
        out[name] = {"bare_s": round(bare_s, 5), "ours_s": round(ours_s, 5), "ratio": round(ours_s / bare_s, 3), "bare_setting": best}
        print(f"{name:20} {out[name]}", flush=True)
    return out
