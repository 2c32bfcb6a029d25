"""`qipan footprint`."""

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import Burden, asked

if TYPE_CHECKING:
    from models.instance import Instance
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


@asked
def footprint(
    instance: "Instance",
    limits: "Limits",
    burden: Burden = None,
    border: Annotated[float | None, typer.Option(help="A price per unit of burden at the border. / 边境碳价。")] = None,
) -> "Answer":
    """What a unit of each product carries, through the chain, by scope and stage. / 单位产品足迹：按范围与环节。"""
    from optimizer.questions.footprint import footprint as question

    return question(instance, burden, border, limits)
