"""Does the audit see what is wrong? Cells of right plans changed, and the source of the formulation changed and solved with.

    python -m benchmarks.mutants cells 200
    python -m benchmarks.mutants formulation 200

Run by hand (`make mutants`): the second takes some seconds per mutant. A mutant is killed if the audit differs, or if the changed model is
refused, crashes or has no certified plan. A plan that keeps all rules at another cost (`other cost`) is none that an audit can object to: the
golden objectives of the tests are for that. What survives is listed with its line.
"""

from __future__ import annotations

import ast
import importlib
import multiprocessing
import queue as queues
import random
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LEFT_OUT = ("__init__.py", "useful.py")
"""`useful.py` makes big-Ms small: a mistake there loses better plans and makes no plan wrong."""
PLANS = ("region-slice", "nation-year", "region-year", "steel", "tiny", "mexico-steel-dynamic", "symbiosis", "magnesium-2021")
"""Instances whose plans are changed: three ways of matching clean supply of `tests/formulation/rich.py`, the swaps of a test, shipped ones."""
SOLVED = ("region-slice", "steel", "tiny", "nation-year")
"""Instances that a changed formulation is solved on, the one that uses most first."""
TALK = ("say", "bad", "report", "_missing", "_check_fit", "_check_nested", "_alike", "_sound", "_free_routes", "_counted_twice", "_cycles")
"""What only reports problems of the input."""


def solved(name: str) -> tuple[Any, Any]:
    """An instance and its plan, from the packages on the path."""
    from models import Instance
    from optimizer import solve
    from optimizer.highs import Limits
    from tests.formulation.rich import rich
    from tests.formulation.test_swaps import steel

    given = steel() if name == "steel" else rich(name) if "-year" in name or "-slice" in name else Instance.load(ROOT / "instances" / name)
    return given, solve(given, Limits(seconds=60))


def cells(count: int) -> None:
    """Cells of plans at random, the same number of each instance."""
    from optimizer.audit import audit
    from tests.audit.mutation import at_random, changed, numbers

    killed = 0
    for i, name in enumerate(PLANS):
        given, plan = solved(name)
        dice, columns = random.Random(i), numbers(plan)
        share = count // len(PLANS)
        for _ in range(share):
            cell = at_random(plan, dice, columns)
            if len(audit(changed(plan, cell), given)["differences"]):
                killed += 1
            else:
                print(f"survived: {name} {cell}", flush=True)
        print(f"{name}: {share} cells", flush=True)
    print(f"cells: {killed} of {share * len(PLANS)} killed")


class Sites(ast.NodeTransformer):
    """Every place where a source can be changed; `wanted` is changed, the others are counted."""

    def __init__(self, wanted: int = -1) -> None:
        self.wanted, self.found, self.said = wanted, 0, ""

    def _take(self, node: ast.expr, ways: list[tuple[str, ast.expr]]) -> ast.expr:
        for how, other in ways:
            if self.found == self.wanted:
                self.said = f"line {node.lineno}: {how}: {ast.unparse(node)[:90]}"
                node = ast.copy_location(other, node)
            self.found += 1
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        called = node.value.func if isinstance(node.value, ast.Call) else None
        talk = isinstance(node.value, ast.Constant) or (isinstance(called, ast.Attribute) and called.attr in TALK)
        return node if talk else self._on(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return node if node.name in TALK else self._on(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.JoinedStr:
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.arguments:
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def _on(self, node: Any) -> Any:
        self.generic_visit(node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Add | ast.Sub):
            other = ast.BinOp(node.left, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.right)
            return self._take(node, [("sign flipped", other), ("term dropped", node.left)])
        if isinstance(node.op, ast.Mult | ast.Div):
            return self._take(node, [("factor replaced by 1", node.left), ("first factor replaced by 1", node.right)])
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        return self._take(node, [("sign or not dropped", node.operand)])

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        swaps: dict[type, list[ast.cmpop]] = {
            ast.LtE: [ast.Eq(), ast.GtE(), ast.Lt()], ast.GtE: [ast.Eq(), ast.LtE(), ast.Gt()], ast.Eq: [ast.LtE(), ast.GtE()],
            ast.Lt: [ast.LtE(), ast.Gt()], ast.Gt: [ast.GtE(), ast.Lt()],
        }  # fmt: skip
        if len(node.ops) != 1 or (isinstance(node.comparators[0], ast.Constant) and isinstance(node.comparators[0].value, str)):
            return node
        ways = [
            (f"{type(node.ops[0]).__name__} -> {type(op).__name__}", ast.Compare(node.left, [op], node.comparators))
            for op in swaps.get(type(node.ops[0]), [])
        ]
        return self._take(node, ways)

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return self._take(node, [("one more", ast.Constant(node.value + 1)), ("one less", ast.Constant(node.value - 1))])
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
        if len(parts) > 1 and isinstance(node.ctx, ast.Load):
            swapped = ast.Subscript(node.value, ast.Tuple([*parts[:-2], parts[-1], parts[-2]], ast.Load()), node.ctx)
            return self._take(node, [("last indices swapped", swapped)])
        return node


def mutants() -> Iterator[tuple[Path, int]]:
    """Every change of every file of the formulation."""
    for path in sorted((ROOT / "models" / "formulation").glob("*.py")):
        if path.name not in LEFT_OUT:
            sites = Sites()
            sites.visit(ast.parse(path.read_text("utf-8")))
            yield from ((path, i) for i in range(sites.found))


def _trial(folder: str, right: dict[str, float], out: Any) -> None:
    """Solves and audits with the packages in a folder: puts how the mutant was killed, or by how much its costs differ."""
    warnings.simplefilter("ignore")
    sys.path[:] = [folder, *(p for p in sys.path if Path(p or ".").resolve() != ROOT)]
    worse = []
    try:
        audit = importlib.import_module("optimizer.audit").audit
        for name in SOLVED:
            given, plan = solved(name)
            if plan.status not in ("optimal", "feasible") or not plan.certified:
                out.put(("no plan", f"{name}: {plan.status}", {}))
                return
            found = audit(plan, given)["differences"]
            if len(found):
                out.put(("audit", f"{name}: {', '.join(list(dict.fromkeys(found['rule']))[:4])}", {}))
                return
            worse.append((name, plan.objective))
    except BaseException as error:
        out.put(("refused", f"{type(error).__name__}: {str(error)[:80]}", {}))
        return
    said = ", ".join(
        f"{name} {cost - right[name]:+.4g}" for name, cost in worse if name in right and abs(cost - right[name]) > 1e-6 * (1 + abs(cost))
    )
    out.put(("other cost" if said else "survived", said, dict(worse)))


def _run(folder: Path, right: dict[str, float]) -> tuple[str, str, dict[str, float]]:
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=_trial, args=(str(folder), right, queue))
    process.start()
    try:
        found: tuple[str, str, dict[str, float]] = queue.get(timeout=240)
        return found
    except queues.Empty:
        return "no plan", "no answer in 240 s", {}
    finally:
        process.kill()
        process.join()


def formulation(count: int, seed: int = 0) -> None:
    """Changes of the formulation's source, drawn at random."""
    for heavy in ("pandas", "pyarrow", "pyarrow.compute", "scipy.sparse", "pyomo.environ", "highspy", "networkx", "pint", "pytest"):
        importlib.import_module(heavy)
    every = list(mutants())
    drawn = random.Random(seed).sample(every, min(count, len(every)))
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        for package in ("models", "optimizer", "tests"):
            shutil.copytree(ROOT / package, Path(place) / package, ignore=shutil.ignore_patterns("__pycache__"))
        how, why, right = _run(Path(place), {})
        assert how == "survived", f"the formulation as it is: {how} {why}"
        for i, (path, site) in enumerate(drawn):
            target, source = Path(place) / path.relative_to(ROOT), path.read_text("utf-8")
            sites = Sites(site)
            target.write_text(ast.unparse(ast.fix_missing_locations(sites.visit(ast.parse(source)))), "utf-8")
            how, why, _ = _run(Path(place), right)
            target.write_text(source, "utf-8")
            tally[how] += 1
            print(f"{i + 1:4} {how:10} {path.name} {sites.said}  [{why}]", flush=True)
    print(f"formulation: {len(every)} places; drawn {sum(tally.values())}: {dict(tally)}")


if __name__ == "__main__":
    {"cells": cells, "formulation": formulation}[sys.argv[1]](*map(int, sys.argv[2:]))
