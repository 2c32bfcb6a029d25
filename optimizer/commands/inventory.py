"""`qipan inventory`."""

from typing import TYPE_CHECKING

from optimizer.terminal import Burden, asked

if TYPE_CHECKING:
    from models.instance import Instance
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


@asked
def inventory(
    instance: "Instance",
    limits: "Limits",
    burden: Burden = None,
) -> "Answer":
    """Emissions by region, product and scope. / 排放清单：地区、产品与范围。"""
    from optimizer.questions.inventory import inventory as question

    return question(instance, burden, limits)
