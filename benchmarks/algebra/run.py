"""Measure all contestants: `python -m benchmarks.algebra.run`.

Every run is a fresh process, which makes the data, builds the tiny model once (so that imports and lazy parts do not count), and then the
model to be measured. Memory is the peak of resident memory above what stood before the build.
"""

import argparse
import gc
import importlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.algebra.data import make
from benchmarks.algebra.result import Result, require_same

MEMORY_TOUCHED = 1_000_000_000  # bytes touched before a build, so that no contestant waits for them

CONTESTANTS = {
    "ours": ("benchmarks.algebra.ours", "build"),
    "numpy": ("benchmarks.algebra.by_hand", "build"),
    "linopy": ("benchmarks.algebra.with_linopy", "build"),
    "linopy_sparse": ("benchmarks.algebra.with_linopy", "build_sparse"),
    "pyomo": ("benchmarks.algebra.plain_pyomo", "build"),
}


def measure(sizes: Sequence[str] = ("5k", "50k", "250k"), repeats: int = 3) -> dict[str, dict[str, dict[str, float]]]:
    """Median seconds and megabytes of every contestant at every size: `figures["50k"]["ours"]["seconds"]`.

    Raises:
        AssertionError: a contestant's matrices differ from ours.
        subprocess.CalledProcessError: a contestant failed.
    """
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            figures[size] = _measure_size(size, repeats, Path(folder))
    return figures


def _measure_size(size: str, repeats: int, folder: Path) -> dict[str, dict[str, float]]:
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in CONTESTANTS}
    for _ in range(repeats):
        for name in CONTESTANTS:
            command = [sys.executable, "-m", "benchmarks.algebra.run", "--once", name, size, str(folder / f"{name}.npz")]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            runs[name].append(json.loads(done.stdout.splitlines()[-1]))
    ours = Result.load(str(folder / "ours.npz"))
    for name in CONTESTANTS:
        require_same(f"{name} at {size}", ours, Result.load(str(folder / f"{name}.npz")))
    return {name: {key: statistics.median(run[key] for run in found) for key in found[0]} for name, found in runs.items()}


def _run_once(name: str, size: str, path: str) -> None:
    """One build in this process; prints its figures as one line of JSON."""
    module, function = CONTESTANTS[name]
    build: Any = getattr(importlib.import_module(module), function)
    build(make("tiny"))
    data = make(size)
    gc.collect()  # what imports and data left behind is no contestant's to clear
    np.ones(MEMORY_TOUCHED // 8)  # a virtual machine gets memory from its host only when it is first touched, which is slow
    Path("/proc/self/clear_refs").write_text("5")  # resets the peak
    before = _memory("VmRSS")
    start = time.perf_counter()
    result = build(data)
    seconds = time.perf_counter() - start
    figures = {"seconds": seconds, "memory_mb": _memory("VmHWM") - before}
    result.save(path)
    print(json.dumps(figures))


def _memory(kind: str) -> float:
    """Resident memory of this process [MB]: VmRSS now, VmHWM at its peak."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(kind))
    return int(line.split()[1]) / 1024


def table(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    """The figures as lines of text, with the time relative to ours."""
    lines = [f"{'size':8}{'contestant':16}{'seconds':>10}{'x ours':>10}{'MB':>10}"]
    for size, contestants in figures.items():
        for name, found in contestants.items():
            ratio = found["seconds"] / contestants["ours"]["seconds"]
            lines.append(f"{size:8}{name:16}{found['seconds']:10.3f}{ratio:10.2f}{found['memory_mb']:10.0f}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=["5k", "50k", "250k"])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--once", nargs=3, metavar=("CONTESTANT", "SIZE", "PATH"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.once:
        _run_once(*arguments.once)
    else:
        print(table(measure(arguments.sizes, arguments.repeats)))


if __name__ == "__main__":
    main()
