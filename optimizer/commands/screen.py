"""`qipan screen`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.terminal import Csv, InstancePath, Json, Lang, Out, ScenarioName, Settings, load_instance, tell

if TYPE_CHECKING:
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


def screen(
    instance: InstancePath,
    scenario: ScenarioName = None,
    set_: Settings = None,
    json: Json = False,
    csv: Csv = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """Should these projects be built? Each proposal of `builds`, forced in and out. / 项目筛查：逐个强制建与不建。"""

    def ask(limits: Limits) -> Answer:
        from optimizer.questions.screening import screening

        given = load_instance(instance, scenario, set_)
        return screening(given, limits, Path("plans") / f"screening-{given.fingerprint[:12]}.jsonl")

    tell(ask, json, csv, out)
