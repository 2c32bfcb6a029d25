"""The one error that the algebra raises."""

from collections.abc import Callable
from typing import Any


def rule_name(rule: Callable[..., Any]) -> str:
    """The name under which a rule is shown to a reader."""
    wrapped = getattr(rule, "func", rule)
    return str(getattr(wrapped, "__name__", type(wrapped).__name__))


class AlgebraError(Exception):
    """A rule, set, parameter or variable that cannot be turned into numbers, and what to do about it.

    Attributes:
        problem: what is wrong, and what to write instead.
        family: name of the constraint family, term or variable whose rule was being expanded, if any.
        rule: name of the rule function, if any.
        index: labels of the first row that is wrong, if the problem lies in a row.
    """

    def __init__(
        self,
        problem: str,
        *,
        family: str | None = None,
        rule: str | None = None,
        index: tuple[Any, ...] | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.family = family
        self.rule = rule
        self.index = index

    def __str__(self) -> str:
        place = []
        if self.family is not None:
            place.append(f"family '{self.family}'")
        if self.rule is not None:
            place.append(f"rule {self.rule}")
        if self.index is not None:
            place.append(f"index {self.index}")
        return f"{', '.join(place)}: {self.problem}" if place else self.problem

    def within(self, family: str, rule: Callable[..., Any]) -> "AlgebraError":
        """The same problem, with the family and the rule in which it was met."""
        return AlgebraError(self.problem, family=family, rule=rule_name(rule), index=self.index)
