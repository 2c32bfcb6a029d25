"""`qipan screen`."""

from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.terminal import asked

if TYPE_CHECKING:
    from models.instance import Instance
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


@asked
def screen(instance: "Instance", limits: "Limits") -> "Answer":
    """Should these projects be built? Each proposal of `builds`, forced in and out. / 项目筛查：逐个强制建与不建。"""
    from optimizer.questions.screening import screening

    return screening(instance, limits, Path("plans") / f"screening-{instance.fingerprint[:12]}.jsonl")
