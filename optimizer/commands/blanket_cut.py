"""`qipan blanket-cut`."""

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import asked

if TYPE_CHECKING:
    from models.instance import Instance
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


@asked
def blanket_cut(
    instance: "Instance",
    limits: "Limits",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EQUIPMENT|TAG[@REGION|GROUP]", help="What is cut; repeatable; default: the tag industry, else all. / 削减对象，可多次。"
        ),
    ] = None,
    cut: Annotated[float | None, typer.Option(metavar="PERCENT", help="How much is cut; default 10 without --meet. / 削减百分比。")] = None,
    meet: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="With --cut: burdens whose totals the plan must match. Without: policies to be met by the least cut. Repeatable. "
            "/ 有 --cut 时为须同样达到的负担项；否则为须以最小削减达到的政策。可多次。",
        ),
    ] = None,
    first: Annotated[str, typer.Option("--from", metavar="PERIOD", help="First period of the cut. / 起始时期。")] = "",
    last: Annotated[str, typer.Option("--until", metavar="PERIOD", help="Last period of the cut. / 截止时期。")] = "",
) -> "Answer":
    """What "one size fits all" would cost, beside the plan that meets the same target; what stops downstream. / 一刀切的代价与连锁反应。"""
    from optimizer.questions.blanket_cut import blanket_cut as question

    return question(instance, scope or (), cut, meet or (), first, last, limits)
