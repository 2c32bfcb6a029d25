"""HiGHS: what is loaded, stopped, cancelled, told. The problem is a market split: easy to write, hard to solve."""

import threading
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from pytest import approx

from models import Instance
from optimizer import highs, solve
from optimizer.highs import Limits, Progress, SolverError, run
from optimizer.scaling import Scaled


def market_split(rows: int = 5, columns: int = 40) -> Scaled:
    """Divide 40 customers in halves for each of 5 products at once: min Σ |miss| (Cornuéjols and Dawande, 1998)."""
    draw = np.random.default_rng(7)
    amounts = draw.integers(0, 100, size=(rows, columns)).astype(float)
    half = np.floor(amounts.sum(axis=1) / 2)
    matrix = sp.csr_array(sp.hstack([sp.csr_array(amounts), sp.eye_array(rows), -sp.eye_array(rows)]))
    n = columns + 2 * rows
    return Scaled(
        matrix,
        half,
        half,
        np.concatenate([np.zeros(columns), np.ones(2 * rows)]),
        np.zeros(n),
        np.concatenate([np.ones(columns), np.full(2 * rows, np.inf)]),
        np.arange(n) < columns,
        np.ones(rows),
        np.ones(n),
        1.0,
    )


def test_a_cancel_stops_the_search() -> None:
    """Set before it begins: stopped, or stopped with what was found so far; never called optimal or infeasible."""
    cancel = threading.Event()
    cancel.set()
    answer = run(market_split(), Limits(cancel=cancel, gap=0))
    assert answer.status in ("stopped", "feasible")
    assert answer.said != "Optimal"


def test_a_time_limit_stops_the_search() -> None:
    answer = run(market_split(), Limits(seconds=0.3, gap=0))
    assert answer.status in ("stopped", "feasible")
    if answer.x is not None:
        assert answer.objective >= answer.bound - 1e-9


def test_a_cancel_from_another_thread_while_it_runs() -> None:
    cancel = threading.Event()
    timer = threading.Timer(0.3, cancel.set)
    timer.start()
    answer = run(market_split(), Limits(cancel=cancel, gap=0))
    timer.join()
    assert answer.status in ("stopped", "feasible")


def test_progress_comes_while_it_runs() -> None:
    """Seconds grow; the bound never passes the objective."""
    seen: list[Progress] = []
    run(market_split(), Limits(seconds=1.5, gap=0, progress=seen.append))
    assert seen and all(a.seconds <= b.seconds for a, b in pairwise(seen))
    for p in seen:
        if p.objective is not None and p.bound is not None:
            assert p.bound <= p.objective + 1e-6


def test_answers_come_back_unscaled() -> None:
    """min 2 x, x >= 3, in scaled quantities: x = 4 x', row × 2, money 8."""
    problem = Scaled(
        sp.csr_array(np.array([[8.0]])), np.array([6.0]), np.array([np.inf]), np.array([1.0]), np.array([0.0]), np.array([np.inf]),
        np.array([False]), np.array([2.0]), np.array([4.0]), 8.0,
    )  # fmt: skip
    answer = run(problem, Limits())
    assert answer.status == "optimal"
    assert answer.x == approx([3]) and answer.y == approx([2]) and answer.objective == approx(6)


def test_what_highs_refuses_is_an_error() -> None:
    """More indices than columns: not a model."""
    problem = market_split(1, 3)
    problem.matrix.indices[0] = 99
    with pytest.raises(SolverError):
        run(problem, Limits())


def test_a_huge_lp_stops_before_a_vertex(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without crossover: every row verified, the cost within the gap that is proved, and called feasible unless the gap is that of an optimum."""
    instance = Instance.load(Path(__file__).parents[2] / "instances" / "mexico-steel")
    vertex = solve(instance)
    monkeypatch.setattr(highs, "LARGE", 0)
    monkeypatch.setattr(highs, "HUGE", 0)
    inside = solve(instance)
    assert inside.summary["method"] == "interior" and inside.certified
    assert inside.status == ("optimal" if inside.summary["proved_gap"] <= 1e-6 else "feasible")
    assert inside.summary["proved_gap"] <= 1e-3
    assert vertex.objective * (1 - 1e-9) <= inside.objective <= vertex.objective * (1 + inside.summary["proved_gap"] + 1e-9)
