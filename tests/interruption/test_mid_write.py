"""`kill -9` and a full disk while something is written: what was there or what was to be there, whole; or nothing."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models import Instance
from optimizer import Plan
from optimizer.highs import Limits
from optimizer.many import Case, Desk, Desks, Row
from optimizer.plan import PlanError
from optimizer.whole import WriteError, recover, written
from tests.interruption.command import ROOT
from tests.interruption.killed import CASES, plan

TINY = ROOT / "instances" / "tiny"


@pytest.mark.parametrize("case", CASES)
def test_killed_at_every_step(case: str, tmp_path: Path) -> None:
    """At once the old, the new or nothing; once the place is looked at through us the old one is back. Nothing else is left, hidden or not."""
    command = [sys.executable, "-m", "tests.interruption.killed", case, str(tmp_path / "work")]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
    steps = json.loads(done.stdout)
    old, new = steps[0]["before"], steps[-1]["at_once"]
    assert len(steps) > 5 and steps[-1]["code"] == 0 and new != "nothing"
    for step in steps:
        assert step["before"] == old
        assert step["at_once"] in ("nothing", old, new), "never a part"
        assert step["recovered"] == step["at_once"] or (step["at_once"] == "nothing" and step["recovered"] == old)
        assert (step["recovered"] == "nothing") == (step["beside"] == [])
        assert len(step["beside"]) <= 1, "nothing hidden is left"
    if "replaced" in case:
        assert all(step["recovered"] != "nothing" for step in steps)
        between = [step for step in steps if step["at_once"] == "nothing"]
        assert bool(between) == (case == "plan replaced"), "only a folder has a moment without a name"


def test_the_old_plan_is_found_again(tmp_path: Path) -> None:
    """Killed between the two renames: whoever asks for the plan gets it."""
    place = plan(1).save(tmp_path / "plan")
    beside = tmp_path / ".plan.qipan-abcdefgh"
    beside.mkdir()
    place.rename(beside / "replaced")
    assert Plan.load(place).objective == 1
    assert os.listdir(tmp_path) == ["plan"]


def test_who_still_writes_is_left_alone(tmp_path: Path) -> None:
    """What another process holds is not cleared away, nor what belongs to another name."""
    (tmp_path / ".plan.qipan-abcdefgh").mkdir()
    (tmp_path / ".plan.qipan-2.qipan-abcdefgh").mkdir()
    held = os.open(tmp_path / ".plan.qipan-abcdefgh", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    recover(tmp_path / "plan")
    assert len(os.listdir(tmp_path)) == 2
    os.close(held)
    recover(tmp_path / "plan")
    assert os.listdir(tmp_path) == [".plan.qipan-2.qipan-abcdefgh"]


@contextmanager
def small_files(most: int) -> Iterator[None]:
    """No file may grow beyond so many bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("most", [0, 700])
def test_a_full_disk(case: str, most: int, tmp_path: Path) -> None:
    """Said in one sentence with the place's own name; what was there is as it was."""
    name, before, after = CASES[case]
    before(tmp_path / name)
    first = {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()}
    if case == "scenario" and most:
        pytest.skip("it fits")
    with small_files(most), pytest.raises(WriteError) as caught:
        after(tmp_path / name)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / name} cannot be written: the file would be larger") and "nothing was changed / 无法写入" in said
    assert {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()} == first
    assert {f.name for f in tmp_path.iterdir()} <= {name}


def test_no_room_for_the_command(tmp_path: Path) -> None:
    """Exit code 6 and the sentence, for a plan and for the screen."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (700, resource.RLIM_INFINITY))

    code = "import sys; from optimizer.cli import _run; sys.exit(_run())"
    command = [sys.executable, "-B", "-c", code]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    full = subprocess.run([*command, "solve", TINY, "--out", tmp_path / "plan"], env=environment, capture_output=True, text=True, preexec_fn=limit)
    assert full.returncode == 6 and "无法写入" in full.stderr and "Traceback" not in full.stderr
    assert not list(tmp_path.iterdir())
    with open("/dev/full", "w") as screen:
        full = subprocess.run([*command, "check", TINY], env=environment, stdout=screen, stderr=subprocess.PIPE, text=True)
    assert full.returncode == 6 and full.stderr.strip() == "reading or writing failed: the disk is full / 读写失败：磁盘已满"


def test_no_folder_to_write_in(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="part of the path is a file"), written(tmp_path / "file" / "plan"):
        raise AssertionError("it is known before anything is written")


def desk(instance: Instance, about: object, limits: Limits) -> Desk:
    """Answers with text that has letters of several bytes."""

    def row(case: Case) -> Row:
        return {"said": f"山东 {case.name}"}

    return row


def test_rows_cut_anywhere_are_worked_out_again(tmp_path: Path) -> None:
    """A file of finished rows that ends in the middle of a row, of a letter: rows before it are kept, those after it are worked out and kept, too."""
    instance, cases, kept = Instance.load(TINY), [Case("a"), Case("b"), Case("c")], tmp_path / "kept" / "rows"
    cancel = threading.Event()
    with pytest.raises(PlanError, match="3 of 4 rows are kept"), Desks(desk, instance, Limits(), kept=kept, small=True) as desks:
        wanted = desks.rows(cases)
        desks._limits = Limits(cancel=cancel)
        cancel.set()
        desks.rows([Case("d")])
    whole = kept.read_bytes()
    assert whole.count(b"\n") == 3
    for size in range(len(whole)):
        kept.write_bytes(whole[:size])
        with pytest.raises(KeyError), Desks(desk, instance, Limits(), kept=kept, small=True) as desks:
            assert desks.rows(cases) == wanted
            raise KeyError
        with pytest.raises(KeyError), Desks(desk, instance, Limits(), kept=kept, small=True) as desks:
            found = desks._read({case.name: desks._mark(case) for case in cases})
            assert list(found.values()) == wanted, "the file is as good as a whole one"
            raise KeyError


def test_interrupted_while_it_writes(tmp_path: Path) -> None:
    """An exception in the block, of whatever kind, leaves nothing."""
    with pytest.raises(KeyboardInterrupt), written(tmp_path / "a") as fresh:
        fresh.write_text("half")
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())
