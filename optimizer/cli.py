"""The command `qipan`: check, solve, whatif, show, template, and a command per question (`optimizer/commands/`). Heavy libraries are imported
only by the command that needs them."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from optimizer.commands import QUESTIONS
from optimizer.supervised import supervised, tell, wanted
from optimizer.terminal import (
    NO_ROOM,
    OUR_FAULT,
    WRONG_INPUT,
    InstancePath,
    ScenarioName,
    Settings,
    exit_code,
    load_instance,
    progress_line,
    readable_errors,
    say,
    wrote,
)

app = typer.Typer(
    name="qipan",
    help="qipan 棋盘: places energy-intensive capacity across regions, and proves the plan. / 产业布局优化：全国一盘棋。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def check(instance: InstancePath, scenario: ScenarioName = None, set_: Settings = None) -> None:
    """Read an instance and say everything that is wrong with it. / 检查输入，一次列出所有问题。"""
    with readable_errors():
        loaded = load_instance(instance, scenario, set_)
        from models.formulation import build
        from optimizer.soundness import check_recipes

        board = build(loaded).board
        check_recipes(board)
    for warning in (*loaded.warnings, *board.warnings):
        say(f"warning / 提示: {warning.text()}")
    rows = sum(len(frame) for frame in loaded.tables.values())
    tables = sum(len(frame) > 0 for frame in loaded.tables.values())
    print(f"{instance}: {rows} rows in {tables} tables, no problem found / {tables} 张表 {rows} 行，未发现问题")
    print(f"fingerprint {loaded.fingerprint[:16]}")


@app.command()
def solve(
    instance: InstancePath,
    scenario: ScenarioName = None,
    set_: Settings = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the plan; default plans/NAME. / 结果文件夹。")] = None,
    time_limit: Annotated[
        float | None, typer.Option(help="Seconds until the search ends; the proof comes after. / 求解时限（秒），不含验证。", min=0)
    ] = None,
    gap: Annotated[float, typer.Option(help="Relative gap at which a plan with whole numbers is good enough. / 相对间隙。", min=0)] = 1e-4,
    json: Annotated[bool, typer.Option("--json", help="Print summary.json instead of the report. / 输出 JSON。")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the plan in the folder. / 覆盖已有结果。")] = False,
    lp: Annotated[Path | None, typer.Option(help="Also write the model as an LP file, to read it. / 另存 LP 文件。")] = None,
) -> None:
    """Solve an instance, prove the plan, and save it. / 求解、证明并保存方案。"""
    from optimizer.plan import PlanError, free

    begun = time.perf_counter()
    folder = out or Path("plans") / "-".join([instance.stem, *[Path(s).stem for s in scenario or []]])
    try:
        free(folder, force)
    except PlanError as error:
        say(str(error))
        raise typer.Exit(WRONG_INPUT) from None
    if lp is not None and lp.exists() and not force:
        say(f"{lp} exists; use --force to replace it / 已存在，如需覆盖请用 --force")
        raise typer.Exit(WRONG_INPUT)
    with readable_errors():
        loaded = load_instance(instance, scenario, set_)
        read = time.perf_counter() - begun
        if lp is not None:
            from models.algebra import write_lp
            from models.formulation import build
            from optimizer.whole import written

            with written(lp, force) as fresh:
                write_lp(build(loaded).pyomo, fresh)
            wrote(lp)
        from optimizer.highs import Limits
        from optimizer.solving import solve as run

        left = None if time_limit is None else max(0.0, time_limit - (time.perf_counter() - begun))
        with progress_line(quiet=json, keeps=True) as progress:
            plan = run(loaded, Limits(seconds=left, gap=gap, cancel=wanted, progress=progress))
    known = {"objective": plan.objective, "bound": plan.summary["proved_bound"], "verified": plan.certified} if plan.tables else {}
    tell(stage="write", keeps=False, **known)
    plan = _finish(plan, loaded, folder, read, force)
    if json:
        print(plan.to_json())
    else:
        from optimizer.show import show_plan

        show_plan(plan, folder)
        if plan.status == "infeasible":
            _name_the_conflict(loaded)
    raise typer.Exit(exit_code(plan.status, plan.certified))


def _name_the_conflict(instance: Any) -> None:
    """The first line of `qipan diagnose`."""
    from models.problems import language
    from optimizer.highs import Limits
    from optimizer.questions.diagnose import named

    with progress_line(quiet=True) as progress:
        sentence = named(instance, Limits(progress=progress))[language() == "zh"]
    if sentence:
        print(sentence)
    print("qipan diagnose: what would have to give way / 哪些政策须让步")


def _finish(plan: Any, instance: Any, folder: Path, read: float, force: bool) -> Any:
    """Saves the plan and what it answers, with the seconds of reading and writing in its summary. A search that was stopped without a plan writes
    nothing."""
    import resource

    from optimizer.plan import Plan
    from optimizer.whole import written

    begun = time.perf_counter()
    made = dict(plan.tables)
    seconds = {"read": round(read, 4), **plan.summary["seconds"], "tables": round(time.perf_counter() - begun, 4)}
    begun = time.perf_counter()
    plan = Plan({**plan.summary, "seconds": seconds}, made)
    if plan.status == "stopped":
        return plan
    with written(folder, force) as fresh:
        plan.write(fresh, instance)
        seconds["write"] = round(time.perf_counter() - begun, 4)
        peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
        plan = Plan({**plan.summary, "seconds": seconds, "peak_memory_mb": peak}, plan.tables)
        plan.write_summary(fresh)
    wrote(folder)
    return plan


@app.command()
def whatif(
    instance: InstancePath,
    set_: Settings = None,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", help="A change by a scenario of the instance, TOML or Excel; repeatable. / 以情景为变化。")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the difference as JSON. / 输出 JSON。")] = False,
) -> None:
    """What changes in the plan if the instance changes so. / 改动之后方案有何不同。"""
    with readable_errors():
        if not (set_ or scenario):
            say("say what changes: --set or --scenario / 请用 --set 或 --scenario 给出变化")
            raise typer.Exit(WRONG_INPUT)
        before = load_instance(instance)
        changed = load_instance(instance, scenario, set_)
        from optimizer.difference import difference
        from optimizer.highs import Limits
        from optimizer.live import Live
        from optimizer.solving import solve as run

        with closing(Live()) as live, progress_line(quiet=json) as progress:
            limits = Limits(progress=progress)
            plans = [run(given, limits, live.search) for given in (before, changed)]
    found = difference(*plans)
    if json:
        print(found.to_json())
    else:
        from optimizer.show_difference import show_difference

        show_difference(found)
    raise typer.Exit(max(exit_code(plan.status, plan.certified) for plan in plans))


@app.command()
def show(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan's folder or workbook. / 方案文件夹或工作簿。")],
    table: Annotated[str | None, typer.Option(help="Show one table whole. / 完整显示一张表。")] = None,
) -> None:
    """Show a saved plan. / 显示已保存的方案。"""
    from optimizer.plan import Plan, PlanError
    from optimizer.show import show_plan, show_table

    try:
        loaded = Plan.load(plan)
        if table is not None:
            show_table(loaded, table)
        else:
            show_plan(loaded, plan)
    except PlanError as error:
        say(str(error))
        raise typer.Exit(WRONG_INPUT) from None


@app.command()
def template(
    path: Annotated[Path, typer.Argument(metavar="FOLDER|FILE.xlsx", help="Where to write. / 输出位置。")],
    filled: Annotated[Path | None, typer.Option("--from", metavar="INSTANCE", help="Fill it with an instance. / 用已有实例填充。")] = None,
) -> None:
    """Write an empty or filled instance: headers, units, notes, drop-downs. / 输出空白或已填的模板。"""
    from optimizer.template import write_template

    if path.exists():
        say(f"{path} exists: choose another name / 已存在，请换一个名称")
        raise typer.Exit(WRONG_INPUT)
    with readable_errors():
        instance = None if filled is None else load_instance(filled)
    write_template(path, instance)
    wrote(path)
    print(f"{path} written / 已写出")


for question in QUESTIONS:
    app.command()(question)


def main() -> None:
    """Entry point."""
    sys.exit(supervised(_run))


def _run() -> int:
    """The exit code of the command; what ends it unexpectedly is said in one line."""
    try:
        try:
            app()
        except SystemExit as ended:
            sys.stdout.flush()
            return int(ended.code or 0)
    except BrokenPipeError:  # whoever read the output has had enough
        return OUR_FAULT
    except MemoryError as error:
        en, zh = (f" ({error})", f"（{error}）") if str(error) else ("", "")
        say(f"out of memory{en}; no file is left half-written / 内存不足{zh}，没有写了一半的文件")
        return NO_ROOM
    except OSError as error:
        from optimizer.whole import WriteError, why

        of = f" {error.filename}" if error.filename else ""
        en, zh = why(error)
        say(str(error) if isinstance(error, WriteError) else f"reading or writing failed{of}: {en} / 读写失败{of}：{zh}")
        return NO_ROOM
    except Exception as error:
        import os

        if os.environ.get("QIPAN_DEBUG"):
            raise
        say(f"internal error / 内部错误: {type(error).__name__}: {error} (set QIPAN_DEBUG=1 for details)")
    return OUR_FAULT
