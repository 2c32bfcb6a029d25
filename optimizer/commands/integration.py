"""`qipan integration`."""

from typing import TYPE_CHECKING

from optimizer.terminal import asked

if TYPE_CHECKING:
    from models.instance import Instance
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


@asked
def integration(instance: "Instance", limits: "Limits") -> "Answer":
    """What working together saves, and what each exchanged by-product is worth. / 统筹规划的节省与副产品互供的价值。"""
    from optimizer.questions.integration import integration as question

    return question(instance, limits)
