"""Every question can be asked of every instance without options: the answer is an answer or one clear list, never an error of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.commands import QUESTIONS

ROOT = Path(__file__).parents[2]
NAMES = [question.__name__.replace("_", "-") for question in QUESTIONS if question.__name__ not in ("compare", "audit")]


@pytest.mark.parametrize("instance", ["tiny", "mexico-steel", "symbiosis", "facility-location"])
@pytest.mark.parametrize("name", NAMES)
def test_without_options(name: str, instance: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(app, [name, str(ROOT / "instances" / instance)])
    assert said.exit_code in (0, 2), said.output
    assert said.exit_code == 0 or "nothing was written" in said.output
    assert said.exception is None or isinstance(said.exception, SystemExit)
    assert not list(tmp_path.iterdir()), "nothing is left behind"
