"""`qipan pareto`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import Csv, InstancePath, Json, Lang, Out, ScenarioName, Settings, load_instance, tell

if TYPE_CHECKING:
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


def pareto(
    instance: InstancePath,
    goal: Annotated[
        list[str] | None,
        typer.Option("--goal", help="Two or three of: cost, a burden, shortage, moves:EQUIPMENT, spread:EQUIPMENT. / 两到三个目标。"),
    ] = None,
    steps: Annotated[int, typer.Option(help="Points from one end to the other. / 两端之间的点数。")] = 5,
    curve: Annotated[str | None, typer.Option(metavar="BURDEN", help="The marginal abatement cost curve of a burden. / 边际减排成本曲线。")] = None,
    scenario: ScenarioName = None,
    set_: Settings = None,
    json: Json = False,
    csv: Csv = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """What the next tonne costs: plans that no other beats in all goals. / 下一吨的代价：多目标非劣方案与减排成本曲线。"""
    from optimizer.questions.abatement import abatement
    from optimizer.questions.pareto import pareto as ask

    def answer(limits: Limits) -> Answer:
        given = load_instance(instance, scenario, set_)
        kept = Path("plans") / f"pareto-{given.fingerprint[:12]}.jsonl"
        return ask(given, goal or (), steps, limits, kept) if curve is None else abatement(given, curve, steps, limits, kept)

    tell(answer, json, csv, out)
