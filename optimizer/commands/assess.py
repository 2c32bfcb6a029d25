"""`qipan assess`."""

from typing import TYPE_CHECKING

from optimizer.terminal import Burden, asked

if TYPE_CHECKING:
    from models.instance import Instance
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


@asked
def assess(
    instance: "Instance",
    limits: "Limits",
    burden: Burden = None,
) -> "Answer":
    """Indicators by region and period against targets, locked-in emissions, strategic commodities. / 考核指标、锁定排放与战略商品。"""
    from optimizer.questions.assessment import assessment

    return assessment(instance, burden, limits)
