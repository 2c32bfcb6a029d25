"""`qipan diagnose`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import WRONG_INPUT, Csv, InstancePath, Json, Lang, Out, ScenarioName, Settings, load_instance, say, tell, wrote

if TYPE_CHECKING:
    from optimizer.change import Scenario
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


def diagnose(
    instance: InstancePath,
    scenario: ScenarioName = None,
    set_: Settings = None,
    write: Annotated[Path | None, typer.Option(metavar="FILE.toml", help="Save a set of relaxations as a scenario. / 将放宽方案另存为情景。")] = None,
    number: Annotated[int, typer.Option("--relaxation", help="Which set to save. / 保存第几组。", min=1)] = 1,
    json: Json = False,
    csv: Csv = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """Why is there no plan, and what would have to give way? / 为何无可行方案，放宽哪些政策即可？"""
    if write is not None and (write.exists() or write.suffix != ".toml"):
        say(f"{write} exists or does not end in .toml: choose another name / 已存在或不以 .toml 结尾，请换一个名称")
        raise typer.Exit(WRONG_INPUT)
    scenarios: list[Scenario] = []

    def ask(limits: Limits) -> Answer:
        from optimizer.questions.diagnose import diagnose as question

        answer, found = question(load_instance(instance, scenario, set_), limits)
        scenarios.extend(found)
        return answer

    tell(ask, json, csv, out)
    if write is not None:
        if number > len(scenarios):
            say(f"there are {len(scenarios)} sets of relaxations / 共有 {len(scenarios)} 组放宽方案")
            raise typer.Exit(WRONG_INPUT)
        from optimizer.scenario import write as write_scenario

        write_scenario(scenarios[number - 1], write)
        wrote(write)
        say(f"{write} written / 已写出")
