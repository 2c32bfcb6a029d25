"""`qipan swaps`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import asked

if TYPE_CHECKING:
    from models.instance import Instance
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


@asked
def swaps(
    instance: "Instance",
    limits: "Limits",
    ledger: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A ledger to be checked, CSV or Excel, columns as in the table `ledger`. / 待核查的台账。")
    ] = None,
) -> "Answer":
    """Who replaces whom: each new capacity with the closures behind it, and the check of a ledger. / 产能置换台账与核查。"""
    from optimizer.change import Scenario, apply
    from optimizer.questions.swap_ledger import swap_ledger

    given = instance if ledger is None else apply(instance, [Scenario(replaced={"ledger": ledger})])
    return swap_ledger(given, limits)
