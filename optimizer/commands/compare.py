"""`qipan compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.terminal import Csv, Json, Lang, Out, tell

if TYPE_CHECKING:
    from optimizer.highs import Limits
    from optimizer.questions.answer import Answer


def compare(
    plan: Annotated[list[Path], typer.Argument(metavar="PLAN PLAN...", help="Folders or workbooks of saved plans. / 已保存的方案。")],
    json: Json = False,
    csv: Csv = False,
    out: Out = None,
    lang: Lang = None,
) -> None:
    """Plans side by side: inputs, cost, capacity, moves, burdens, policies, prices. / 方案对比。"""

    def ask(limits: Limits) -> Answer:
        from optimizer.questions.compare import compare as sides
        from optimizer.questions.compare import load

        return sides(*load(plan))

    tell(ask, json, csv, out)
