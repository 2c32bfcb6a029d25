"""`qipan swaps`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import Csv, InstancePath, Json, Lang, Out, ScenarioName, Settings, load_instance, tell

if TYPE_CHECKING:
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


def swaps(
    instance: InstancePath,
    scenario: ScenarioName = None,
    set_: Settings = None,
    ledger: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A ledger to be checked, CSV or Excel, columns as in the table `ledger`. / 待核查的台账。")
    ] = None,
    json: Json = False,
    csv: Csv = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """Who replaces whom: each new capacity with the closures behind it, and the check of a ledger. / 产能置换台账与核查。"""

    def ask(limits: Limits) -> Answer:
        from optimizer.change import Scenario, apply
        from optimizer.questions.swap_ledger import swap_ledger

        given = load_instance(instance, scenario, set_)
        return swap_ledger(given if ledger is None else apply(given, [Scenario(replaced={"ledger": ledger})]), limits)

    tell(ask, json, csv, out)
