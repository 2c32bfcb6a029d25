"""Does the audit see what is wrong? Random points compared with the matrix, cells of right plans changed, and the source of the formulation.

    python -m benchmarks.mutants points 200 1000          two points of each of the drawn instances 1000 .. 1199
    python -m benchmarks.mutants cells 200 1              200 cells, drawn from seed 1
    python -m benchmarks.mutants formulation 200 1

Run by hand (`make mutants`). A change of the formulation is tried on every instance of `TRIED`: stated, and compared with the formulation as it
is by its matrix and by the tables of two random points. Where nothing differs the instance says nothing; where something does,

    point       at a random point the audit and the changed matrix say different things: killed
    refused     the instance is refused, or stating it fails: killed
    no plan     there is no certified plan where there was one: killed
    audit       the plan does not agree with the tables: killed
    cost        the plan agrees and costs something else (a gap of 1e-6): survives the audit; golden costs would see it
    same        another matrix, the same cost: survives
    nothing     no instance differs: survives, and nothing was tried

Each that survives is listed with its line.
"""

from __future__ import annotations

import hashlib
import importlib
import multiprocessing
import queue as queues
import random
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.sites import FOLDER, ROOT, changed, mutants
from tests.audit.cover import SEEDS

PLANS = ("region-slice", "nation-year", "region-year", "steel", "tiny", "mexico-steel-dynamic", "symbiosis", "magnesium-2021")
"""Instances whose plans are changed: three ways of matching clean supply of `tests/formulation/rich.py`, the swaps of a test, shipped ones."""
TRIED = ("region-slice", "steel", "odd", *map(str, SEEDS), "tiny", "nation-year", "region-year")
"""Instances that a changed formulation is tried on; numbers are seeds of `tests/drawn`."""
KILLED = ("point", "refused", "no plan", "audit")
PATIENCE = 240
"""Seconds after which a trial counts as without a plan."""


def read(name: str) -> Any:
    """An instance by name."""
    from models import Instance
    from tests.audit.odd import odd
    from tests.drawn import drawn
    from tests.formulation.rich import rich
    from tests.formulation.test_swaps import steel

    if name.isdigit() or name == "odd":
        return odd() if name == "odd" else drawn(int(name))
    return steel() if name == "steel" else rich(name) if name.endswith(("-year", "-slice")) else Instance.load(ROOT / "instances" / name)


def points(count: int, first: int = 0) -> None:
    """Drawn instances by their seeds: two random points of each, where the audit must say of every row what the matrix says."""
    import numpy as np

    from models.problems import InputError
    from tests.audit.points import disagreements, model_of, point

    tried = differ = 0
    for seed in range(first, first + count):
        given = read(str(seed))
        try:
            model = model_of(given)
        except InputError:
            continue
        for adds_up in (True, False):
            found = disagreements(point(model, np.random.default_rng(seed), adds_up), given)
            tried, differ = tried + 1, differ + bool(len(found))
            if len(found):
                print(f"seed {seed}, adds up: {adds_up}", found.to_string(), sep="\n", flush=True)
    print(f"points: {tried}; the audit and the matrix differ at {differ}")


def cells(count: int, seed: int = 0) -> None:
    """Cells of plans at random, the same number of each instance."""
    from optimizer import solve
    from optimizer.audit import audit
    from optimizer.highs import Limits
    from tests.audit import mutation

    killed, share = 0, count // len(PLANS)
    for name in PLANS:
        given = read(name)
        plan = solve(given, Limits(seconds=60))
        dice, columns = random.Random(f"{seed} {name}"), mutation.numbers(plan)
        for _ in range(share):
            cell = mutation.at_random(plan, dice, columns)
            if len(audit(mutation.changed(plan, cell), given)["differences"]):
                killed += 1
            else:
                print(f"survived: {name} {cell}", flush=True)
        print(f"{name}: {share} cells", flush=True)
    print(f"cells: {killed} of {share * len(PLANS)} killed")


def _fingerprint(*parts: Any) -> str:
    """One hash of arrays, frames and texts."""
    import numpy as np
    import pandas as pd

    found = hashlib.sha256()
    for part in parts:
        if isinstance(part, pd.DataFrame):
            found.update(str(list(part.columns)).encode() + pd.util.hash_pandas_object(part, index=False).to_numpy().tobytes())
        else:
            found.update(part.tobytes() if isinstance(part, np.ndarray) else str(part).encode())
    return found.hexdigest()


def _model(matrices: Any) -> str:
    """The fingerprint of a compiled model."""
    own = [matrices.matrix, *(term.matrix for term in matrices.terms.values())]
    arrays = [array for matrix in own for array in (matrix.data, matrix.indices, matrix.indptr)]
    sides = (matrices.row_lower, matrices.row_upper, matrices.lower, matrices.upper, matrices.integer, matrices.cost, matrices.offset)
    names = [(b.name, b.count) for blocks in (matrices.rows, matrices.columns) for b in blocks.values()]
    indices = [b.index for blocks in (matrices.rows, matrices.columns) for b in blocks.values() if b.count]
    return _fingerprint(*arrays, *sides, names, *indices)


def _again(folder: str) -> None:
    """All that depends on the formulation is imported again, with the formulation of a folder."""
    for name in [n for n in sys.modules if n.startswith(("models.formulation", "optimizer", "tests"))]:
        del sys.modules[name]
    sys.dont_write_bytecode = True
    importlib.import_module("models").__path__.insert(0, folder)


def _tried(instances: dict[str, Any], right: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """How the formulation of this process was killed, or by how much its costs differ; and for each instance its fingerprints, status and cost.
    `right`: the same of the formulation as it is, empty while that is found."""
    import numpy as np

    compare, fresh, found, differ = importlib.import_module("tests.audit.points"), not right, {}, []
    for name, given in instances.items():
        try:
            model = compare.model_of(given)
        except Exception as error:
            return "refused", f"{name}: {type(error).__name__}: {str(error)[:80]}", {}
        said = found[name] = {"model": _model(model.matrices)}
        same = not fresh and said["model"] == right[name]["model"]
        for adds_up in (True,) if same else (True, False):
            try:
                point = compare.point(model, np.random.default_rng(int(adds_up)), adds_up)
                plan = compare.plan_of(point)
                said[f"tables {adds_up}"] = _fingerprint(plan.objective, *(plan[table] for table in plan.tables))
                as_before = not fresh and said[f"tables {adds_up}"] == right[name][f"tables {adds_up}"]
                if same and as_before:
                    continue
                audit = right[name][f"audit {adds_up}"] if as_before else compare.checked(plan, given)  # equal tables have an equal audit
                if fresh:
                    said[f"audit {adds_up}"] = audit
                rules = list(dict.fromkeys(compare.compared(compare.rows_of(point), audit)["rule"]))
            except Exception as error:
                return "refused", f"{name}, tables: {type(error).__name__}: {str(error)[:80]}", {}
            if rules:
                return "point", f"{name}: {', '.join(rules[:4])}", {}
        if fresh or said != {key: right[name][key] for key in said}:
            differ.append(name)
    return _solved({name: instances[name] for name in differ}, found, right)


def _solved(instances: dict[str, Any], found: dict[str, Any], right: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    solve, audit = importlib.import_module("optimizer").solve, importlib.import_module("optimizer.audit").audit
    limits, costs = importlib.import_module("optimizer.highs").Limits, []
    for name, given in instances.items():
        plan = solve(given, limits(seconds=60))
        has = plan.status in ("optimal", "feasible") and plan.certified
        cost = plan.objective if has else None
        found[name] |= {"cost": cost, "status": plan.status}
        before = right[name]["cost"] if right else cost
        if not has and before is not None:
            return "no plan", f"{name}: {plan.status}", {}
        rules = list(dict.fromkeys(audit(plan, given)["differences"]["rule"])) if has else []
        if rules:
            return "audit", f"{name}: {', '.join(rules[:4])}", {}
        if cost is not None and (before is None or abs(cost - before) > 1e-6 * (1 + abs(before))):
            costs.append(f"{name} {cost:.6g} (right: {before})")
    return "cost" if costs else "same" if instances else "nothing", ", ".join(costs) or ", ".join(instances), found


def _trial(folder: str, instances: dict[str, Any], right: dict[str, Any], out: Any) -> None:
    warnings.simplefilter("ignore")
    try:
        _again(folder)
        out.put(_tried(instances, right))
    except BaseException as error:
        out.put(("refused", f"{type(error).__name__}: {str(error)[:80]}", {}))


def _run(folder: Path, instances: dict[str, Any], right: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=_trial, args=(str(folder), instances, right, queue))
    process.start()
    try:
        found: tuple[str, str, dict[str, Any]] = queue.get(timeout=PATIENCE if right else None)
        return found
    except queues.Empty:
        return "no plan", f"no answer in {PATIENCE} s", {}
    finally:
        process.kill()
        process.join()


def formulation(count: int, seed: int = 0) -> None:
    """Changes of the formulation's source, drawn at random."""
    for heavy in (
        "pandas",
        "pyarrow",
        "pyarrow.compute",
        "scipy.stats",
        "pyomo.environ",
        "highspy",
        "networkx",
        "pint",
        "pytest",
        "tests.audit.points",
    ):
        importlib.import_module(heavy)
    instances = {name: read(name) for name in TRIED}
    every = list(mutants())
    drawn = random.Random(seed).sample(every, min(count, len(every)))
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(FOLDER, Path(place) / "formulation", ignore=shutil.ignore_patterns("__pycache__"))
        how, why, right = _run(Path(place), instances, {})
        assert right, f"the formulation as it is: {how} {why}"
        for i, (path, site) in enumerate(drawn):
            source, said = changed(path, site)
            target = Path(place) / "formulation" / path.name
            target.write_text(source, "utf-8")
            how, why, _ = _run(Path(place), instances, right)
            shutil.copy(path, target)
            tally[how] += 1
            killed = sum(tally[name] for name in KILLED)
            print(f"{i + 1:4} {killed:4} killed  {how:8} {said}  [{' '.join(why.split())}]", flush=True)
    print(f"formulation: {len(every)} places; drawn {sum(tally.values())}, killed {killed}: {dict(tally)}")


if __name__ == "__main__":
    {"points": points, "cells": cells, "formulation": formulation}[sys.argv[1]](*map(int, sys.argv[2:]))
