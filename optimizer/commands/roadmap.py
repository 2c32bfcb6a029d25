"""`qipan roadmap`."""

from __future__ import annotations

from typing import Annotated

import typer

from optimizer.terminal import Csv, InstancePath, Json, Lang, Out, ScenarioName, Settings, load_instance, tell


def roadmap(
    instance: InstancePath,
    fewest: Annotated[
        float | None, typer.Option(metavar="SHARE", help="With few moves, within this share of the best cost. / 在成本余量内减少变动。")
    ] = None,
    scenario: ScenarioName = None,
    set_: Settings = None,
    json: Json = False,
    csv: Csv = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """Who does what, when, and why. / 谁在何时做什么、为何。"""
    from optimizer.questions.roadmap import roadmap as ask

    tell(lambda limits: ask(load_instance(instance, scenario, set_), fewest, limits), json, csv, out)
