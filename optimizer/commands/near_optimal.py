"""`qipan near-optimal`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import Csv, InstancePath, Json, Lang, Out, Settings, load_instance, tell

if TYPE_CHECKING:
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


def near_optimal(
    instance: InstancePath,
    slack: Annotated[float, typer.Option(help="How much more than the best cost, as a share of it. / 成本可超过最优的比例。")] = 0.05,
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", help="A scenario beside the instance, with its own best; repeatable. / 并列情景，可多次。"),
    ] = None,
    region: Annotated[str, typer.Option(help="Only this region or group. / 仅此地区或分组。")] = "",
    equipment: Annotated[str, typer.Option(help="Only this equipment or tag. / 仅此设备或标签。")] = "",
    period: Annotated[str, typer.Option(help="Capacity of this period; default the last. / 该时期的产能，默认最后一期。")] = "",
    most: Annotated[int, typer.Option(help="How many decisions, the largest first. / 决策个数，从大到小。")] = 4,
    different: Annotated[int, typer.Option(help="Also so many plans that differ most. / 另给出若干差异最大的方案。", min=0)] = 0,
    set_: Settings = None,
    json: Json = False,
    csv: Csv = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """What is certain and what is a choice, within a little of the best cost. / 哪些确定、哪些可选（近优方案）。"""
    from optimizer.questions.near_optimal import near_optimal as ask

    def answer(limits: Limits) -> Answer:
        given = load_instance(instance, None, set_)
        scenarios = {name: load_instance(instance, [name], set_) for name in scenario or []}
        kept = Path("plans") / f"near-optimal-{given.fingerprint[:12]}.jsonl"
        return ask(given, slack, scenarios, region, equipment, period, most, different, limits, kept)

    tell(answer, json, csv, out)
