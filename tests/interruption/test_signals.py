"""Ctrl-C, SIGTERM, SIGHUP and `kill -9` while a command runs: it ends, says what was known, leaves nothing half-written and no process behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from optimizer import Plan
from tests.interruption.command import MIP, ROOT, descendants, gone, start, until

TINY = str(ROOT / "instances" / "tiny")


@pytest.mark.parametrize(("number", "name"), [(signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM"), (signal.SIGHUP, "SIGHUP")])
def test_before_there_is_a_plan(tmp_path: Path, number: signal.Signals, name: str) -> None:
    """Nothing is written, in both languages; the exit code is that of a shell."""
    process = start("solve", MIP, "--gap", "0", "--out", tmp_path / "plan")
    until(process, "state")
    processes = descendants(process.pid)
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert f"stopped by {name} after" in said and "no answer yet; nothing was written" in said
    assert f"已由 {name} 中断" in said and "尚无结果；未写任何文件" in said and "Traceback" not in said
    assert not list(tmp_path.iterdir()) and processes and gone(processes)


def test_the_best_plan_so_far_is_kept(tmp_path: Path) -> None:
    """A search for whole numbers that has a plan: it is verified, called feasible, and written."""
    process = start("solve", MIP, "--gap", "0", "--out", tmp_path / "plan")
    until(process, "branch and bound", "cost")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "the best plan so far is being verified: cost 12," in said and "MUSD, bound 12," in said and "Ctrl-C again ends at once" in said
    assert "正在停止，并验证目前最好的方案" in said
    plan = Plan.load(tmp_path / "plan").require_plan()
    assert plan.status == "feasible" and 0 < plan.summary["proved_gap"] < 0.01
    assert [f.name for f in tmp_path.iterdir()] == ["plan"]


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    process = start("solve", MIP, "--gap", "0", "--out", tmp_path / "plan")
    until(process, "branch and bound", "cost")
    process.send_signal(signal.SIGTERM)
    until(process, "SIGTERM again ends at once")
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 143
    assert "best plan so far: cost 12," in said and "not verified; nothing was written" in said and "未经验证；未写任何文件" in said
    assert not list(tmp_path.iterdir())


SLOW = """
import sys, time
from optimizer.plan import Plan
def slow(self, folder, instance, write=Plan.write):
    write(self, folder, instance)
    print("writing", file=sys.stderr, flush=True)
    time.sleep(60)
Plan.write = slow
"""


def test_while_it_writes(tmp_path: Path) -> None:
    """What is half-written goes, and that there was a verified plan is said."""
    process = start("solve", TINY, "--out", tmp_path / "plan", first=SLOW)
    until(process, "writing")
    assert [f.name.startswith(".plan.qipan-") for f in tmp_path.iterdir()] == [True]
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130 and "(write); best plan so far: cost 129.1 bn CNY" in said and "verified; nothing was written" in said
    assert not list(tmp_path.iterdir())


def test_a_what_if_takes_its_solver_along() -> None:
    process = start("whatif", MIP, "--set", "sources.price*=1.01")
    until(process, "branch and bound")
    processes = descendants(process.pid)
    assert len(processes) == 2, "the command, and the solver that stays"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130 and "no answer yet; nothing was written" in said and gone(processes)


EARLY = """
import os, signal, sys
class Early:
    def find_spec(name, *_):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Early)
"""


def test_while_it_loads() -> None:
    """Before there is a supervisor, nothing has begun and nothing is said."""
    process = start("solve", TINY, first=EARLY)
    out, said = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGINT and not out and not said


def test_what_was_ignored_stays_ignored(tmp_path: Path) -> None:
    """With nohup a hangup ends nothing."""
    process = start("solve", TINY, "--out", tmp_path / "plan", ignored=[signal.SIGHUP])
    until(process, "state")
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=60)
    assert process.returncode == 0 and Plan.load(tmp_path / "plan").certified


def test_killed_by_the_system(tmp_path: Path) -> None:
    """As when memory runs out: one sentence says so."""
    process = start("solve", MIP, "--gap", "0", "--out", tmp_path / "plan")
    until(process, "branch and bound")
    (command,) = descendants(process.pid)
    os.kill(command, signal.SIGKILL)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 6 and "most likely for want of memory" in said and "多半因内存不足" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [("solve", MIP, "--gap", "0"), ("whatif", MIP, "--set", "sources.price*=1.01")])
def test_kill_9(tmp_path: Path, command: tuple[str, ...]) -> None:
    """What was started is killed itself: nothing goes on without it."""
    process = start(*command, *(("--out", tmp_path / "plan") if command[0] == "solve" else ()))
    until(process, "branch and bound")
    processes = descendants(process.pid)
    process.kill()
    process.communicate(timeout=20)
    assert processes and gone(processes)
    assert not list(tmp_path.iterdir())
