"""Every place where the source of the formulation can be changed: what `mutants.py` draws from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "models" / "formulation"
LEFT_OUT = ("__init__.py", "useful.py")
"""`useful.py` makes big-Ms small: a mistake there loses better plans and makes no plan wrong."""
TALK = ("say", "bad", "report", "_missing", "_check_fit", "_check_nested", "_alike", "_sound", "_free_routes", "_counted_twice", "_cycles")
"""What only reports problems of the input."""


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
        if node.name not in TALK:
            node.body = [self.visit(statement) for statement in node.body]  # not its annotations
        return node

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
    for path in sorted(FOLDER.glob("*.py")):
        if path.name not in LEFT_OUT:
            sites = Sites()
            sites.visit(ast.parse(path.read_text("utf-8")))
            yield from ((path, i) for i in range(sites.found))


def changed(path: Path, site: int) -> tuple[str, str]:
    """The source of a file with one place changed, and what was changed."""
    sites = Sites(site)
    tree = sites.visit(ast.parse(path.read_text("utf-8")))
    return ast.unparse(ast.fix_missing_locations(tree)), f"{path.name} {sites.said}"
