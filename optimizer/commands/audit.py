"""`qipan audit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.terminal import DIFFERS, WRONG_INPUT, Csv, Json, Lang, Out, load_instance, say, tell


def audit(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan's folder. / 方案文件夹。")],
    instance: Annotated[Path | None, typer.Option(help="Other inputs than those saved with the plan. / 改用其他输入表。")] = None,
    json: Json = False,
    csv: Csv = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """Check a saved plan against the input tables alone; exit code 5 if it differs. / 仅凭输入表复核方案，不符时退出码为 5。"""
    from optimizer.audit import audit as ask
    from optimizer.plan import INPUTS, Plan, PlanError

    try:
        loaded = Plan.load(plan)
        if instance is None and not (plan / INPUTS).exists():
            raise PlanError(f"{plan} holds no {INPUTS}/: give --instance / 方案中没有 {INPUTS}/，请用 --instance 指定输入")
    except PlanError as error:
        say(str(error))
        raise typer.Exit(WRONG_INPUT) from None
    answer = tell(lambda limits: ask(loaded, load_instance(instance or plan / INPUTS)), json, csv, out)
    if len(answer["differences"]):
        raise typer.Exit(DIFFERS)
