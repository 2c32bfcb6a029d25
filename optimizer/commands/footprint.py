"""`qipan footprint`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import Csv, InstancePath, Json, Lang, Out, ScenarioName, Settings, load_instance, tell

if TYPE_CHECKING:
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


def footprint(
    instance: InstancePath,
    scenario: ScenarioName = None,
    set_: Settings = None,
    burden: Annotated[str | None, typer.Option(help="A burden; co2 or the first. / 负担，默认 co2。")] = None,
    border: Annotated[float | None, typer.Option(help="A price per unit of burden at the border. / 边境碳价。")] = None,
    json: Json = False,
    csv: Csv = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """What a unit of each product carries, through the chain, by scope and stage. / 单位产品足迹：按范围与环节。"""

    def ask(limits: Limits) -> Answer:
        from optimizer.questions.footprint import footprint as question

        return question(load_instance(instance, scenario, set_), burden, border, limits)

    tell(ask, json, csv, out)
