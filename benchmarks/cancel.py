"""How long does it take to stop? Solves are cancelled at moments spread evenly over a whole run: the command by SIGINT, from the signal to the end of
its process; in Python by `Limits.cancel`, from setting the event to the answer."""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from models import Instance
from optimizer import Plan, solve
from optimizer.change import Change
from optimizer.highs import Limits
from optimizer.study import Study

HERE = Path(__file__).parent
CANCELS, PYTHON = 60, 20
"""Cancels of the command and of each kind of solve in Python."""


def measure(cancels: int = CANCELS) -> dict[str, Any]:
    """Of each kind of solve the median, the 95th percentile and the longest of the seconds; of the command also those to its first word."""
    china = Instance.load(HERE.parent / "instances" / "china")
    dearer = Change("sources", {"commodity": "coal"}, "price", "multiply", 1.1)
    out = {}
    for name in ("china", "mexico-steel-dynamic"):
        ends = [command(name, moment) for moment in moments(partial(command, name, None), cancels)]
        ends = [(end, said) for end, said in ends if end]
        out[name] = told(name, [end for end, _ in ends]) | {"said_p95_s": round(statistics.quantiles([said for _, said in ends], n=20)[-1], 3)}
    out["china in Python"] = told("china in Python", python(lambda limits: solve(china, limits), PYTHON))
    with Study(china) as study:  # a cancel ends the solver's process, and the first plan with it
        whatif = python(lambda limits: study.solve([dearer], limits), PYTHON, before=study.solve)
    out["china what-if"] = told("china what-if", whatif)
    return out


def moments(run: Callable[[], Any], cancels: int) -> list[float]:
    """Evenly spread over the seconds that a whole run takes."""
    begun = time.perf_counter()
    run()
    whole = time.perf_counter() - begun
    return [(i + 0.5) / cancels * whole for i in range(cancels)]


def command(name: str, moment: float | None) -> tuple[float, float]:
    """Seconds from a SIGINT at this moment to the end of `qipan solve`, and to its first word; 0 if it has ended before. What it leaves is a whole
    plan or nothing."""
    qipan = Path(sys.executable).with_name("qipan")
    with tempfile.TemporaryDirectory() as folder:
        place, lines = Path(folder) / "plan", list[tuple[float, str]]()
        asked = [qipan, "solve", HERE.parent / "instances" / name, "--out", place, "--gap", "0"]
        process = subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=_heard)
        assert process.stderr is not None
        reader = threading.Thread(target=lambda said: lines.extend((time.perf_counter(), line) for line in said), args=(process.stderr,))
        reader.start()
        seconds = word = 0.0
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            begun = time.perf_counter()
            process.send_signal(signal.SIGINT)
            process.wait()
            seconds = time.perf_counter() - begun
            reader.join()
            word = next((at - begun for at, line in lines if line.startswith("stopp")), seconds)
        reader.join()
        left = [f.name for f in Path(folder).iterdir()]
        whole = left == ["plan"] and Plan.load(place).certified
        if process.returncode not in (0, 130, -signal.SIGINT) or not (whole or (not left and process.returncode)):
            raise SystemExit(f"{name} at {moment} s: code {process.returncode}, left {left}: {lines}")
    return seconds, word


def _heard() -> None:
    """A shell that runs the benchmark in the background has it ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def python(run: Callable[[Limits], object], cancels: int, before: Callable[[], object] = lambda: None) -> list[float]:
    """Seconds from setting the event to the answer, of the runs that had not ended before; `before` each of them something is made ready."""
    out = []
    before()
    run(Limits())
    for moment in moments(lambda: run(Limits()), cancels):
        before()
        cancel, at = threading.Event(), [0.0]

        def stop(cancel: threading.Event = cancel, at: list[float] = at) -> None:
            at[0] = time.perf_counter()
            cancel.set()

        timer = threading.Timer(moment, stop)

        def told(_: object, timer: threading.Timer = timer) -> None:
            if not timer.ident:
                timer.start()

        run(Limits(cancel=cancel, progress=told))
        timer.cancel()
        if at[0]:
            out.append(time.perf_counter() - at[0])
    return out


def told(name: str, seconds: list[float]) -> dict[str, Any]:
    found = {
        "median_s": round(statistics.median(seconds), 3),
        "p95_s": round(statistics.quantiles(seconds, n=20)[-1], 3),
        "max_s": round(max(seconds), 3),
        "cancels": len(seconds),
    }
    print(f"{name:24} {found}", flush=True)
    return found
