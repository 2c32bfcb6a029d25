"""`qipan inventory`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import Csv, InstancePath, Json, Lang, Out, ScenarioName, Settings, load_instance, tell

if TYPE_CHECKING:
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


def inventory(
    instance: InstancePath,
    scenario: ScenarioName = None,
    set_: Settings = None,
    burden: Annotated[str | None, typer.Option(help="A burden; co2 or the first. / 负担，默认 co2。")] = None,
    json: Json = False,
    csv: Csv = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """Emissions by region, product and scope. / 排放清单：地区、产品与范围。"""

    def ask(limits: Limits) -> Answer:
        from optimizer.questions.inventory import inventory as question

        return question(load_instance(instance, scenario, set_), burden, limits)

    tell(ask, json, csv, out)
