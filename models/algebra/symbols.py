"""The small expression tree that a rule builds when it is called once with symbolic indices.

Arithmetic gives `Operation`, a comparison gives `Relation`. Whatever would need the value of one row (an `if`, a dict, `max`) is refused
at once.
"""

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from .errors import AlgebraError

if TYPE_CHECKING:
    from .tracing import SetView

NUMBERS = (int, float, np.integer, np.floating, np.bool_)


class Node:
    """An expression whose value differs from row to row."""

    __array_ufunc__ = None  # numpy numbers leave the arithmetic to this class

    def __add__(self, other: Any) -> "Operation":
        return Operation("+", self, other)

    def __radd__(self, other: Any) -> "Operation":
        return Operation("+", other, self)

    def __sub__(self, other: Any) -> "Operation":
        return Operation("-", self, other)

    def __rsub__(self, other: Any) -> "Operation":
        return Operation("-", other, self)

    def __mul__(self, other: Any) -> "Operation":
        return Operation("*", self, other)

    def __rmul__(self, other: Any) -> "Operation":
        return Operation("*", other, self)

    def __truediv__(self, other: Any) -> "Operation":
        return Operation("/", self, other)

    def __rtruediv__(self, other: Any) -> "Operation":
        return Operation("/", other, self)

    def __pow__(self, other: Any) -> "Operation":
        return Operation("**", self, other)

    def __rpow__(self, other: Any) -> "Operation":
        return Operation("**", other, self)

    def __neg__(self) -> "Operation":
        return Operation("*", -1.0, self)

    def __pos__(self) -> "Node":
        return self

    def __le__(self, other: Any) -> "Relation":
        return Relation("<=", self, other)

    def __ge__(self, other: Any) -> "Relation":
        return Relation(">=", self, other)

    def __eq__(self, other: object) -> "Relation":  # type: ignore[override]
        return Relation("==", self, other)

    def __ne__(self, other: object) -> NoReturn:
        raise AlgebraError(f"'{self} != {show(other)}' cannot be decided for all rows at once: put the rows or members it holds for into a Set")

    def __lt__(self, other: Any) -> NoReturn:
        raise AlgebraError(
            f"the comparison of {self} with {show(other)} (by <, >, max or min) cannot be decided for all rows at once: "
            "put the result into a Param, or the rows it holds for into a Set"
        )

    __gt__ = __lt__

    def __bool__(self) -> bool:
        raise AlgebraError(f"the condition '{self}' cannot be decided for all rows at once: put the rows it holds for into a Set")

    def __hash__(self) -> int:
        raise AlgebraError(
            f"{self} cannot key a dict, a Python set or a component that does not come from the rule's own model: "
            "use a Param or Set of the m that the rule is given"
        )

    def __float__(self) -> float:
        raise AlgebraError(f"{self} has no single value while a rule is expanded: prepare a Param for what is computed from it")

    def __int__(self) -> int:
        raise AlgebraError(f"{self} has no single value while a rule is expanded: prepare a Param for what is computed from it")

    __index__ = __int__

    def __abs__(self) -> NoReturn:
        raise AlgebraError(f"abs({self}) is not linear: prepare a Param for it")


class Index(Node):
    """One symbolic index: an argument of the rule, or the loop variable of a sum."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


class Lookup(Node):
    """A parameter or a variable at an index."""

    def __init__(self, name: str, component: Any, arguments: tuple[Any, ...]) -> None:
        self.name = name
        self.component = component
        self.arguments = arguments

    def __repr__(self) -> str:
        return show_item(self.name, self.arguments) if self.arguments else self.name


class Operation(Node):
    """Two operands joined by + - * / or **."""

    def __init__(self, sign: str, left: Any, right: Any) -> None:
        for operand in (left, right):
            if not isinstance(operand, (Node, *NUMBERS)) or isinstance(operand, Relation):
                raise AlgebraError(
                    f"{show(operand)} ({type(operand).__name__}) cannot be part of a linear expression: "
                    "use numbers, and the Params and Vars of the m that the rule is given"
                )
        self.sign = sign
        self.left = left
        self.right = right

    def __repr__(self) -> str:
        return f"({show(self.left)} {self.sign} {show(self.right)})"


class Relation(Node):
    """What a constraint rule returns: left <= right, left >= right or left == right."""

    def __init__(self, sign: str, left: Any, right: Any) -> None:
        if isinstance(left, Relation) or isinstance(right, Relation):
            raise AlgebraError(f"a relation inside a relation ({show(left)} {sign} {show(right)}): write two families")
        self.sign = sign
        self.left = left
        self.right = right

    def __repr__(self) -> str:
        return f"{show(self.left)} {self.sign} {show(self.right)}"

    def __bool__(self) -> bool:
        raise AlgebraError(
            f"the condition '{self}' cannot be decided for all rows at once: put the rows or members it holds for into a Set; "
            "write a chain a <= b <= c as two families"
        )


class Sum(Node):
    """Several bodies added up, each over its own loops (none for a single term)."""

    def __init__(self, parts: list[tuple[Any, tuple["Loop", ...]]]) -> None:
        self.parts = parts

    def __repr__(self) -> str:
        return f"sum({', '.join(show(body) + ''.join(f' {loop}' for loop in loops) for body, loops in self.parts)})"


class Loop:
    """`for indices in over`, met while a rule is traced."""

    def __init__(self, over: "SetView", indices: tuple[Index, ...]) -> None:
        self.over = over
        self.indices = indices
        self.second_pass = False
        self.summed = False

    def __repr__(self) -> str:
        return f"for {', '.join(map(str, self.indices))} in {self.over}"


def show(operand: Any) -> str:
    """An operand as a reader would write it."""
    return repr(operand) if isinstance(operand, (Node, str)) else str(operand)


def show_item(name: str, arguments: tuple[Any, ...]) -> str:
    return f"{name}[{', '.join(map(show, arguments))}]"
