"""The laws of `tests/laws` on many random instances: all laws of one instance together, so that it is read and solved once.

    python -m benchmarks.laws 20000 [FIRST SEED [LAW ...]]      LAW: part of a name, such as `cut_in_two`; without, all

A law that an instance breaks is told with its seed: `python -m benchmarks.laws 1 SEED LAW` shows it again.
"""

from __future__ import annotations

import importlib
import io
import multiprocessing
import random
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache
from typing import Any

NIGHTLY = 20_000
HELD, BROKEN, SILENT = "held", "broken", "does not apply"


@cache
def laws() -> dict[str, Callable[..., None]]:
    """The laws by name, as functions of a drawn instance and dice."""
    found: dict[str, Callable[..., None]] = {}
    for part in ("names", "options", "parts", "prices", "units"):
        tests = vars(importlib.import_module(f"tests.laws.test_{part}"))
        found |= {name.removeprefix("test_"): test.hypothesis.inner_test for name, test in tests.items() if hasattr(test, "hypothesis")}
    return found


def tried(task: tuple[int, tuple[str, ...]]) -> tuple[int, dict[str, tuple[str, str]]]:
    """For each law whether one instance keeps it, and what it says if not."""
    from hypothesis.errors import UnsatisfiedAssumption

    from tests.drawn import sketch

    seed, wanted = task
    d, found = sketch(seed), {}
    for name in wanted:
        law, told = laws()[name], io.StringIO()
        try:
            with redirect_stdout(told):
                law(*(d, random.Random(seed))[: law.__code__.co_argcount])
            found[name] = HELD, ""
        except UnsatisfiedAssumption:
            found[name] = SILENT, ""
        except Exception as error:  # any error breaks the law
            found[name] = BROKEN, f"{type(error).__name__} {error}: {told.getvalue()}"
    return seed, found


def measure(count: int = NIGHTLY, first: int = 0, wanted: tuple[str, ...] = ()) -> dict[str, Any]:
    """By law: how many of so many instances it said something about, and the seeds of those that break it."""
    names = tuple(name for name in laws() if not wanted or any(part in name for part in wanted))
    tally = {name: Counter[str]() for name in names}
    broken: dict[str, list[int]] = {}
    with multiprocessing.get_context("spawn").Pool() as pool:
        tasks = ((seed, names) for seed in range(first, first + count))
        for seed, found in pool.imap_unordered(tried, tasks, chunksize=5):
            for name, (how, text) in found.items():
                tally[name][how] += 1
                if how == BROKEN:
                    broken.setdefault(name, []).append(seed)
                    print(f"{name} {seed}: {text}", flush=True)
            done = sum(tally[names[0]].values())
            if done % 200 == 0:
                each = sorted(seen[HELD] + seen[BROKEN] for seen in tally.values())
                print(f"{done} of {count}: {each[0]} to {each[-1]} instances a law, {sum(map(len, broken.values()))} broken", flush=True)
    out = {name: {"instances": seen[HELD] + seen[BROKEN], "broken": broken.get(name, [])} for name, seen in tally.items()}
    return {"seeds": [first, first + count], "laws": out}


if __name__ == "__main__":
    numbers = [int(given) for given in sys.argv[1:] if given.isdigit()]
    for name, seen in measure(*numbers[:2], wanted=tuple(given for given in sys.argv[1:] if not given.isdigit()))["laws"].items():
        print(f"{name:64} {seen}")
