"""`qipan roadmap`."""

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import asked

if TYPE_CHECKING:
    from models.instance import Instance
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


@asked
def roadmap(
    instance: "Instance",
    limits: "Limits",
    fewest: Annotated[
        float | None, typer.Option(metavar="SHARE", help="With few moves, within this share of the best cost. / 在成本余量内减少变动。")
    ] = None,
) -> "Answer":
    """Who does what, when, and why. / 谁在何时做什么、为何。"""
    from optimizer.questions.roadmap import roadmap as question

    return question(instance, fewest, limits)
