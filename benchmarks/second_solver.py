"""Our answers against SCIP's, and against full enumeration where that is possible, on small models drawn at random.

    python -m benchmarks.second_solver 10000 [FIRST SEED]

Of four models two are matrices, one a matrix so small that all vertices of all choices of integers are listed too, and one an instance over all
families. Where two answers differ, the plans themselves decide (`tests/second_solver.py`).
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import Counter
from typing import Any

from tests.second_solver import drawn_matrices, enumerated, ours, scip, verdict

NIGHTLY = 100_000


def compared(seed: int) -> tuple[int, list[tuple[str, str, str]]]:
    """What was compared (kind of model, and with whom), the verdict and, unless they agree, what differs."""
    from models.problems import InputError
    from optimizer.solving import stated
    from tests.drawn import drawn

    kind = ("matrix", "matrix", "tiny", "instance")[seed % 4]
    if kind == "instance":
        try:
            matrices = stated(drawn(seed))[2]
        except InputError:
            return seed, []
    else:
        matrices = drawn_matrices(seed, boxed=kind == "tiny")
    found = ours(matrices)
    name = f"{kind} {'MIP' if matrices.integer.any() else 'LP'}"
    others = [("SCIP", scip(matrices))] + ([("enumeration", enumerated(matrices))] if kind == "tiny" else [])
    return seed, [(f"{name}, {who}", *verdict(matrices, found, said)) for who, said in others]


def _quiet() -> None:
    """SCIP tells its numerical troubles to standard error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def measure(count: int = NIGHTLY, first: int = 0) -> dict[str, Any]:
    """How many were compared with whom, and every verdict but agreement with its seed."""
    tally: dict[str, Counter[str]] = {}
    with multiprocessing.get_context("spawn").Pool(initializer=_quiet) as pool:
        for number, (seed, verdicts) in enumerate(pool.imap_unordered(compared, range(first, first + count), chunksize=20), 1):
            for kind, said, text in verdicts:
                tally.setdefault(kind, Counter())[said] += 1
                if said not in ("agreed", "unknown"):
                    print(f"{said} {seed}: {kind}: {text}", flush=True)
            if number % 5000 == 0:
                print(f"{number} of {count}: {dict(sum(tally.values(), Counter()))}", flush=True)
    for kind, counts in sorted(tally.items()):
        print(f"{kind:28} {dict(counts)}", flush=True)
    total = sum(tally.values(), Counter[str]())
    return {"models": count, "verdicts": dict(total), "by_kind": {kind: dict(counts) for kind, counts in sorted(tally.items())}}


if __name__ == "__main__":
    print(measure(*map(int, sys.argv[1:]))["verdicts"])
