"""Memory that runs out, and time: one sentence, an exit code, nothing written."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import highspy
import pytest

import optimizer.answering
import optimizer.plan
import optimizer.solving
from models import Instance
from models.algebra import Expander
from optimizer import solve
from optimizer.cli import _run
from optimizer.highs import Limits, Progress
from optimizer.study import Study
from tests.interruption.command import MIP, ROOT

TINY = str(ROOT / "instances" / "tiny")
PLACES = {
    "read": (Instance, "load"),
    "state": (optimizer.solving, "build"),
    "compile": (Expander, "matrices"),
    "solve": (highspy.Highs, "run"),
    "certify": (optimizer.answering, "prove_plan"),
    "tabulate": (optimizer.solving, "plan_tables"),
    "write": (optimizer.plan.Plan, "write_summary"),
}


@pytest.mark.parametrize("place", PLACES)
def test_memory_runs_out(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is being done; the plan that was there stays."""
    old = solve(Instance.load(TINY)).save(tmp_path / "plan")
    before = {f: f.read_bytes() for f in old.rglob("*") if f.is_file()}

    def full(*_: Any, **__: Any) -> None:
        raise MemoryError("Unable to allocate 9 GiB")

    monkeypatch.setattr(*PLACES[place], full)
    monkeypatch.setattr(sys, "argv", ["qipan", "solve", TINY, "--out", str(old), "--force"])
    assert _run() == 6
    said = capsys.readouterr().err
    assert "out of memory (Unable to allocate 9 GiB); no file is left half-written" in said and "内存不足" in said and "Traceback" not in said
    assert [f.name for f in tmp_path.iterdir()] == ["plan"]
    assert {f: f.read_bytes() for f in old.rglob("*") if f.is_file()} == before


def test_the_solvers_process_is_killed() -> None:
    """In the middle of its first search: it is not tried again, as it would be killed again; the study goes on with the next question."""
    with Study(Instance.load(TINY)) as study:

        def kill(p: Progress) -> None:
            if p.stage == "solve" and study._live._child is not None:
                os.kill(study._live._child.pid, signal.SIGSTOP)
                os.kill(study._live._child.pid, signal.SIGKILL)

        study.solve()
        study._live._known.clear()
        with pytest.raises(MemoryError, match="killed by the system"):
            study.solve(limits=Limits(progress=kill))
        assert study.solve().certified


def test_a_time_limit_in_mid_search() -> None:
    """The first limit in which a plan is found: it is verified and its gap is proved; where our tree closes the gap it is optimal, else feasible."""
    instance, seconds = Instance.load(MIP), 0.05
    while (plan := solve(instance, Limits(seconds=seconds, gap=0.0))).status == "stopped":
        seconds *= 1.3
    assert plan.require_plan().status == ("optimal" if plan.summary["proved_gap"] <= 1e-9 else "feasible")
    assert plan.summary["proved_gap"] < 0.5
    assert "Time limit" in plan.summary["solver_said"]


def test_no_plan_in_time_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even over a plan that is there."""
    old = solve(Instance.load(TINY)).save(tmp_path / "plan")
    before = (old / "summary.json").read_bytes()
    monkeypatch.setattr(sys, "argv", ["qipan", "solve", TINY, "--time-limit", "0", "--out", str(old), "--force"])
    assert _run() == 4
    assert "no plan was found" in capsys.readouterr().out
    assert (old / "summary.json").read_bytes() == before and [f.name for f in tmp_path.iterdir()] == ["plan"]


def test_a_cancel_before_the_search() -> None:
    """An event set while the model is stated ends the solve before the solver starts."""
    cancel = threading.Event()
    plan = solve(Instance.load(TINY), Limits(cancel=cancel, progress=lambda p: cancel.set()))
    assert plan.status == "stopped" and "nodes" in plan.summary and not plan.tables
