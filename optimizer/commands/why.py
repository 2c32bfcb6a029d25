"""`qipan why`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import WRONG_INPUT, Csv, InstancePath, Json, Lang, Out, ScenarioName, Settings, load_instance, say, tell

if TYPE_CHECKING:
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


def why(
    instance: InstancePath,
    at: Annotated[
        tuple[str, str] | None, typer.Option("--at", metavar="REGION EQUIPMENT", help="All moves there, done or not. / 该地该设备的全部变动。")
    ] = None,
    not_: Annotated[
        tuple[str, str] | None, typer.Option("--not", metavar="REGION PRODUCT", help="Why the product is not made there. / 为何不在该地生产。")
    ] = None,
    policy: Annotated[str | None, typer.Option("--policy", help="What a policy costs and who pays. / 政策成本由谁承担。")] = None,
    scenario: ScenarioName = None,
    set_: Settings = None,
    json: Json = False,
    csv: Csv = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """Why here, why not there, why closed, who pays. / 为何在此、为何不在彼、为何关停、由谁承担。"""
    from optimizer.questions.why import why as ask
    from optimizer.questions.why_not import why_not
    from optimizer.questions.why_policy import why_policy

    if sum(option is not None for option in (at, not_, policy)) > 1:
        say("one of --at, --not, --policy / --at、--not、--policy 只能选一个")
        raise typer.Exit(WRONG_INPUT)

    def answer(limits: Limits) -> Answer:
        given = load_instance(instance, scenario, set_)
        if not_ is not None:
            return why_not(given, *not_, limits)
        return why_policy(given, policy, limits) if policy is not None else ask(given, at, limits)

    tell(answer, json, csv, out)
