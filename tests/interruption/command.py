"""The command in a process of its own, as a shell starts it, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
MIP = str(ROOT / "instances" / "mexico-steel-dynamic")
"""Whole numbers: with `--gap 0` its search takes long enough to be stopped in the middle of it."""
CODE = "from optimizer.__main__ import main; main()"


def start(*arguments: str | Path, ignored: Sequence[signal.Signals] = (), first: str = "") -> subprocess.Popen[str]:
    """Starts `qipan` with these arguments; signals that are `ignored` were so before, as with nohup. `first`: what Python does before."""

    def before() -> None:
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
            signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)

    command = [sys.executable, "-c", first + CODE, *map(str, arguments)]
    pipe = subprocess.PIPE
    environment = os.environ | {"PYTHONPATH": str(ROOT), "QIPAN_LANG": "en"}
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment, preexec_fn=before)


def until(process: subprocess.Popen[str], *words: str) -> list[str]:
    """What it says up to the first line with all of the words."""
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if all(word in line for word in words):
            return lines
    raise AssertionError(f"it never said {words}: {''.join(lines)}")


def descendants(pid: int) -> list[int]:
    """The processes that it started, and theirs."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
    found = [child for child, parent in parents.items() if parent == pid]
    return found + [other for child in found for other in descendants(child)]


def gone(pids: list[int], seconds: float = 10.0) -> bool:
    """Do all of them end?"""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(_runs(pid) for pid in pids):
            return True
        time.sleep(0.01)
    return False


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
