"""What every command of `qipan` does alike: exit codes, errors as a list, Ctrl-C, and how far a solve is."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from optimizer.highs import Progress

CERTIFIED, OUR_FAULT, WRONG_INPUT, INFEASIBLE, STOPPED = 0, 1, 2, 3, 4


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
def interrupt() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets, so that a solve ends in good order; a second Ctrl-C ends the command."""
    cancel = threading.Event()

    def stop(number: int, frame: object) -> None:
        if cancel.is_set():
            raise KeyboardInterrupt
        cancel.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def progress_line(quiet: bool) -> Iterator[Any]:
    """A function that shows how far a solve is: a line that moves on a terminal, plain lines elsewhere."""
    if quiet:
        yield None
        return
    if not sys.stderr.isatty():
        stages: list[str] = []

        def plain(p: Progress) -> None:
            if not stages or stages[-1] != p.stage or p.objective is not None:
                stages.append(p.stage)
                say(f"{p.seconds:7.1f} s  {p.stage}{_state(p)}")

        yield plain
        return
    from rich.console import Console

    with Console(stderr=True).status("...") as status:
        yield lambda p: status.update(f"{p.seconds:.1f} s  {p.stage}{_state(p)}")


def _state(p: Progress) -> str:
    text = "" if p.objective is None else f"  cost {p.objective:,.6g}"
    text += "" if p.bound is None else f"  bound {p.bound:,.6g}"
    if p.objective is not None and p.bound is not None:
        text += f"  gap {abs(p.objective - p.bound) / max(1.0, abs(p.objective)):.2%}"
    return text
