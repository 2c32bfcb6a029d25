"""`qipan pareto`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import asked

if TYPE_CHECKING:
    from models.instance import Instance
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


@asked
def pareto(
    instance: "Instance",
    limits: "Limits",
    goal: Annotated[
        list[str] | None,
        typer.Option("--goal", help="Two or three of: cost, a burden, shortage, moves:EQUIPMENT, spread:EQUIPMENT. / 两到三个目标。"),
    ] = None,
    steps: Annotated[int, typer.Option(help="Points from one end to the other. / 两端之间的点数。")] = 5,
    curve: Annotated[str | None, typer.Option(metavar="BURDEN", help="The marginal abatement cost curve of a burden. / 边际减排成本曲线。")] = None,
) -> "Answer":
    """What the next tonne costs: plans that no other beats in all goals. / 下一吨的代价：多目标非劣方案与减排成本曲线。"""
    from optimizer.questions.abatement import abatement
    from optimizer.questions.pareto import pareto as question

    kept = Path("plans") / f"pareto-{instance.fingerprint[:12]}.jsonl"
    return question(instance, goal or (), steps, limits, kept) if curve is None else abatement(instance, curve, steps, limits, kept)
