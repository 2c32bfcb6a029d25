"""`qipan integration`."""

from __future__ import annotations

from optimizer.terminal import Csv, InstancePath, Json, Lang, Out, ScenarioName, Settings, load_instance, tell


def integration(
    instance: InstancePath,
    scenario: ScenarioName = None,
    set_: Settings = None,
    json: Json = False,
    csv: Csv = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """What working together saves, and what each exchanged by-product is worth. / 统筹规划的节省与副产品互供的价值。"""
    from optimizer.questions.integration import integration as ask

    tell(lambda limits: ask(load_instance(instance, scenario, set_), limits), json, csv, out)
