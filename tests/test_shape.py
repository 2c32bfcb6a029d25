"""Who may import whom, what a family must declare, and how the command starts."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from models.formulation import FAMILIES, METRICS
from models.policy_tables import METRICS as METRIC_NAMES
from models.tables import TABLES

ROOT = Path(__file__).parents[1]
FILES = sorted([*ROOT.glob("models/**/*.py"), *ROOT.glob("optimizer/**/*.py")])
SHARED = {"available", "board", "cohorts", "keys", "policy_metrics", "policy_rows", "quantities", "useful"}
"""Modules of the formulation that are no families and that families may import."""


def imports(path: Path) -> set[str]:
    """Every module that a file imports, at its top or inside a function, but not for types alone."""
    tree = ast.parse(path.read_text("utf-8"))
    for_types = {id(n) for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" for n in ast.walk(node)}
    found = set()
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_directions(path: Path) -> None:
    where, found = path.relative_to(ROOT), imports(path)
    roots = {name.split(".")[0] for name in found}
    if where.parts[0] == "models":
        assert not roots & {"optimizer", "highspy"}
    if "pyomo" in roots:
        assert where.parts[:2] in (("models", "algebra"), ("models", "formulation"))
    if "highspy" in roots:
        assert where.name in ("highs.py", "live.py", "prices.py", "soundness.py")
    if where.parts[:2] == ("models", "algebra"):
        assert not any(name.startswith("models.") and not name.startswith("models.algebra") for name in found)
    if where.parts[:2] == ("optimizer", "audit"):
        refused = ("models.formulation", "models.algebra", "models.network", "optimizer.tables", "optimizer.solved", "optimizer.solving")
        assert not any(name.startswith(refused) for name in found), "the audit shares nothing with what states and solves the model"
    if where.name in ("plan.py", "show.py", "describe.py", "certificate.py", "prices.py", "scaling.py"):
        assert not any(name.startswith("models.formulation") for name in found), "these see matrices and tables alone"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_is_one_subject(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.__name__.rsplit(".", 1)[-1])
def test_family_contract(family: object) -> None:
    name = family.__name__.rsplit(".", 1)[-1]
    for attribute in ("TABLES", "NEEDS", "METRICS", "COSTS", "BALANCE"):
        assert isinstance(getattr(family, attribute), tuple), attribute
    doc = family.__doc__ or ""
    assert "| symbol | code | unit | source |" in doc
    families = {f.__name__.rsplit(".", 1)[-1] for f in FAMILIES}
    path = ROOT / "models" / "formulation" / f"{name}.py"
    others = {m.split(".")[2] for m in imports(path) if m.startswith("models.formulation.") and m.count(".") >= 2}
    assert not (others & families) - {name, "sets"}
    assert others <= SHARED | {"sets"}
    before = [f.__name__.rsplit(".", 1)[-1] for f in FAMILIES]
    assert all(before.index(needed) < before.index(name) for needed in family.NEEDS)


def test_each_table_has_a_family_and_each_metric_a_place() -> None:
    owned = {table for family in FAMILIES for table in family.TABLES}
    assert owned == set(TABLES)
    assert set(METRICS) == set(METRIC_NAMES.split())


def test_the_command_starts_without_heavy_libraries() -> None:
    code = "import sys, optimizer.cli; print([m for m in ('pandas', 'pyomo', 'highspy', 'numpy', 'scipy', 'pint') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_audit_reads_plan_and_tables_alone() -> None:
    """Nor does anything that it imports load what states or solves the model."""
    code = (
        "import sys, optimizer.audit; "
        "print([m for m in sys.modules if m.startswith(('models.formulation', 'models.algebra', 'models.network', 'pyomo', 'highspy'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
