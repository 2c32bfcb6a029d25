"""Kills a writer at each of its steps: `python -m tests.interruption.killed CASE FOLDER` prints what stood at the place after each, as JSON.

A step is a call of the operating system that opens, makes, renames or removes something in the folder (but for the parts of a workbook, which all
lie in the hidden folder beside it); the writer is a fork of this process that kills itself before its n-th one.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from models import Instance
from optimizer import Plan
from optimizer.change import Change, Scenario
from optimizer.questions.answer import Answer, Section
from optimizer.scenario import write
from optimizer.template import write_template
from optimizer.whole import recover

TIMED = (".xlsx", ".parquet")
EVENTS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir")


def plan(cost: float) -> Plan:
    """A plan of one small table."""
    costs = pd.DataFrame({"term": pd.Series(["a", "b"], dtype="str"), "annual": [cost, 0.0]})
    return Plan({"status": "optimal", "certified": True, "objective": cost, "tables": ["costs"]}, {"costs": costs})


def answer() -> Answer:
    return Answer((Section("rows", pd.DataFrame({"x": [1.0]}), "Rows", "行"),), "One.", "一。")


CASES: dict[str, tuple[str, Callable[[Path], Any], Callable[[Path], Any]]] = {
    "plan": ("plan", lambda place: None, lambda place: plan(2).save(place)),
    "plan replaced": ("plan", lambda place: plan(1).save(place), lambda place: plan(2).save(place, force=True)),
    "workbook": ("a.xlsx", lambda place: None, lambda place: answer().save(place)),
    "workbook replaced": ("a.xlsx", lambda place: plan(1).write_workbook(place), lambda place: plan(2).write_workbook(place)),
    "template": ("blank", lambda place: None, lambda place: write_template(place, Instance.load(Path("instances/tiny")))),
    "scenario": ("s.toml", lambda place: None, lambda place: write(Scenario("s", (Change("sources", {}, "price", "set", 1.0),)), place)),
}
"""Name of the place, what stands there before, and what is then written."""


def look(place: Path) -> dict[str, str] | str:
    """The files of a place with their text, of those that hold the time with whether they are empty; `nothing`."""
    if not place.exists():
        return "nothing"
    files = [place] if place.is_file() else [f for f in place.rglob("*") if f.is_file()]
    return {str(f.relative_to(place.parent)): str(f.stat().st_size > 0) if f.suffix in TIMED else f.read_text("utf-8") for f in sorted(files)}


def forked(work: Callable[[], Any]) -> int:
    """Does the work in a fork; how that ended. Before each the process is the same: nothing that it loads later is loaded twice."""
    pid = os.fork()
    if not pid:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed(work: Callable[[], Any], folder: Path, step: int) -> None:
    left = [step]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        paths = [Path(a) for a in arguments if isinstance(a, str | Path) and str(a).startswith(str(folder))]
        if event in EVENTS and paths and not paths[0].name.startswith("tmp"):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    work()


def main(case: str, folder: Path) -> None:
    name, before, after = CASES[case]
    place, step, out, code = folder / name, 0, [], -9
    folder.mkdir()
    forked(lambda: before(place))
    shutil.copytree(folder, folder.with_name("first"))
    while code == -signal.SIGKILL:
        step += 1
        shutil.rmtree(folder)
        shutil.copytree(folder.with_name("first"), folder)
        first = look(place)
        code = forked(partial(killed, partial(after, place), folder, step))
        at_once = look(place)
        recover(place)
        out.append({"before": first, "at_once": at_once, "recovered": look(place), "beside": sorted(os.listdir(folder)), "code": code})
    print(json.dumps(out))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
