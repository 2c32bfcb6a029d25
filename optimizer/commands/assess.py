"""`qipan assess`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import Csv, InstancePath, Json, Lang, Out, ScenarioName, Settings, load_instance, tell

if TYPE_CHECKING:
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


def assess(
    instance: InstancePath,
    scenario: ScenarioName = None,
    set_: Settings = None,
    burden: Annotated[str | None, typer.Option(help="A burden; co2 or the first. / 负担，默认 co2。")] = None,
    json: Json = False,
    csv: Csv = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """Indicators by region and period against targets, locked-in emissions, strategic commodities. / 考核指标、锁定排放与战略商品。"""

    def ask(limits: Limits) -> Answer:
        from optimizer.questions.assessment import assessment as question

        return question(load_instance(instance, scenario, set_), burden, limits)

    tell(ask, json, csv, out)
