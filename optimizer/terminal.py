"""What every command of `qipan` does alike: options, exit codes, errors as a list, Ctrl-C, how far a solve is, and how an answer is told."""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimizer.supervised import KILLED, STAGES, searching
from optimizer.supervised import tell as tell_supervisor

if TYPE_CHECKING:
    from models.instance import Instance
    from optimizer.highs import Limits, Progress
    from optimizer.questions.answer import Answer

CERTIFIED, OUR_FAULT, WRONG_INPUT, INFEASIBLE, STOPPED, DIFFERS, NO_ROOM = 0, 1, 2, 3, 4, 5, KILLED


def _speak(context: typer.Context, language: str | None) -> None:
    """Sets the language of all that the command says."""
    if language is None:
        return
    if language not in ("zh", "en"):
        raise typer.BadParameter("zh or en")
    before = os.environ.get("QIPAN_LANG", "")
    os.environ["QIPAN_LANG"] = language
    context.call_on_close(lambda: os.environ.update(QIPAN_LANG=before))


InstancePath = Annotated[Path, typer.Argument(metavar="INSTANCE", help="A folder of CSV files, or a workbook. / CSV 文件夹或工作簿。")]
ScenarioName = Annotated[
    list[str] | None, typer.Option("--scenario", help="A scenario of the instance, or a TOML file; repeatable. / 情景，可多次。")
]
Settings = Annotated[list[str] | None, typer.Option("--set", help="table.column[key]=value (also *= and +=); repeatable. / 改一个数，可多次。")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON. / 输出 JSON。")]
Csv = Annotated[bool, typer.Option("--csv", help="Print the table as CSV. / 输出 CSV。")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE.xlsx", help="Also write a workbook. / 另存为工作簿。")]
Lang = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help="Language. / 语言。", callback=_speak, is_eager=True)]

Burden = Annotated[str | None, typer.Option("--burden", help="A burden; co2 or the first. / 负担，默认 co2。")]
COMMON = (
    ("scenario", None, ScenarioName), ("set_", None, Settings), ("json", False, Json), ("csv", False, Csv), ("out", None, Out), ("lang", None, Lang),
)  # fmt: skip
"""Options of every question: name, default, kind."""


def load_instance(path: Path, scenarios: list[str] | None = None, settings: list[str] | None = None) -> Instance:
    """The instance with its scenarios and settings. Raises InputError."""
    from models.instance import Instance

    instance = Instance.load(path)
    if scenarios or settings:
        from optimizer.change import Scenario, apply, parse_set
        from optimizer.scenario import find, load

        chain = [s for name in scenarios or [] for s in load(find(path, name))]
        if settings:
            chain.append(Scenario(changes=tuple(parse_set(text) for text in settings)))
        instance = apply(instance, chain)
    tell_supervisor(money=instance.settings.money)
    return instance


def tell(ask: Callable[[Limits], Answer], json: bool, csv: bool, out: Path | None) -> Answer:
    """Asks a question, tells the answer (on the screen, as JSON or as CSV, and in a workbook) and returns it. Bad input becomes one list and
    exit code 2, a question that has no certified plan one line and exit code 4."""
    if out is not None and (out.exists() or out.suffix != ".xlsx"):
        say(f"{out} exists or does not end in .xlsx: choose another name / 已存在或不以 .xlsx 结尾，请换一个名称")
        raise typer.Exit(WRONG_INPUT)
    with readable_errors():
        from optimizer.highs import Limits
        from optimizer.plan import PlanError

        try:
            with progress_line(quiet=json or csv) as progress:
                answer = ask(Limits(progress=progress))
        except PlanError as error:
            say(str(error))
            raise typer.Exit(STOPPED) from None
    if out is not None:
        answer.save(out)
        wrote(out)
    if json:
        print(answer.to_json())
    elif csv:
        print(answer.table.to_csv(index=False), end="")
    else:
        from optimizer.show_answer import show_answer

        show_answer(answer)
        if out is not None:
            say(f"{out} written / 已写出")
    return answer


def wrote(path: Path) -> None:
    """What has been written would have to be said if the command ended now."""
    tell_supervisor(wrote=str(path))


def asked(question: Callable[..., Answer]) -> Callable[..., None]:
    """A command from `question(instance, limits, **own options)`: with an instance before its own options, and after them those that every question
    has. The command files import annotations as they are, since Typer reads them from the signature."""
    own = list(inspect.signature(question).parameters.values())[2:]
    keyword = inspect.Parameter.KEYWORD_ONLY
    common = [inspect.Parameter(name, keyword, default=default, annotation=kind) for name, default, kind in COMMON]
    first = inspect.Parameter("instance", keyword, annotation=InstancePath)

    def command(instance: Path, scenario: Any, set_: Any, json: bool, csv: bool, out: Any, lang: Any, **options: Any) -> None:
        tell(lambda limits: question(load_instance(instance, scenario, set_), limits, **options), json, csv, out)

    command.__name__, command.__doc__, command.__annotations__ = question.__name__, question.__doc__, {}
    signature = inspect.Signature([first, *(option.replace(kind=keyword) for option in own), *common])
    vars(command).update(__signature__=signature)
    return command


@contextlib.contextmanager
def readable_errors() -> Iterator[None]:
    """What is wrong with the input becomes one list and exit code 2; what is wrong with us becomes one line and exit code 1."""
    from models.problems import InputError

    try:
        yield
    except InputError as error:
        say(error.text())
        n = len(error.problems)
        say(f"-- {n} problem{'s' if n > 1 else ''}; nothing was written / 共 {n} 个问题，未写任何文件")
        raise typer.Exit(WRONG_INPUT) from None


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def exit_code(status: str, certified: bool) -> int:
    if status in ("optimal", "feasible"):
        return CERTIFIED if certified else OUR_FAULT
    if status == "infeasible":
        return INFEASIBLE if certified else STOPPED
    return WRONG_INPUT if status == "unbounded" else STOPPED


@contextlib.contextmanager
def progress_line(quiet: bool, keeps: bool = False) -> Iterator[Callable[[Progress], None]]:
    """A function that shows how far a solve is: a line that moves on a terminal, plain lines elsewhere, nothing if `quiet`. The supervisor knows it
    in any case; `keeps`: it asks for the best plan so far before it ends the command."""
    with searching(), contextlib.ExitStack() as stack:
        show = _shown(stack, quiet)

        def told(p: Progress) -> None:
            known = {"objective": p.objective, "bound": p.bound} if keeps else {"kept": p.kept}
            tell_supervisor(keeps=keeps, stage=p.stage, **{name: value for name, value in known.items() if value not in (None, "")})
            show(p)

        yield told


def _shown(stack: contextlib.ExitStack, quiet: bool) -> Callable[[Progress], None]:
    if quiet:
        return lambda p: None
    if not sys.stderr.isatty():
        stages: list[str] = []

        def plain(p: Progress) -> None:
            if not stages or stages[-1] != p.stage or p.objective is not None:
                stages.append(p.stage)
                say(f"{p.seconds:7.1f} s  {_stage(p)}{_state(p)}")

        return plain
    from rich.console import Console

    status = stack.enter_context(Console(stderr=True).status("..."))
    return lambda p: status.update(f"{p.seconds:.1f} s  {_stage(p)}{_state(p)}")


def _stage(p: Progress) -> str:
    from models.problems import language

    return STAGES.get(p.stage, p.stage) if language() == "zh" else p.stage


def _state(p: Progress) -> str:
    from models.problems import language

    cost, bound, gap = ("成本", "下界", "间隙") if language() == "zh" else ("cost", "bound", "gap")
    text = "" if p.objective is None else f"  {cost} {p.objective:,.6g}"
    text += "" if p.bound is None else f"  {bound} {p.bound:,.6g}"
    if p.objective is not None and p.bound is not None:
        text += f"  {gap} {abs(p.objective - p.bound) / max(1.0, abs(p.objective)):.2%}"
    return text
