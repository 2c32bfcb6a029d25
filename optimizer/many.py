"""Many solves of one question: its cases, at two desks, each a process that stays warm. Rows are kept as they come."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import TracebackType
from typing import Any

from models.instance import Instance
from optimizer.child import Child, serve
from optimizer.highs import Limits, Progress
from optimizer.plan import PlanError
from optimizer.whole import failing

PROCESSES = 2
Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One row to be worked out, by a name of its own. `asked`: what the desk must know of it; its `repr` says all that the row depends on beside
    the instance."""

    name: str
    asked: Any = None


Desk = Callable[[Case], Row]
Make = Callable[[Instance, Any, Limits], Desk]
"""A function of a module: (instance, about, limits) -> what answers one case after another with what JSON can hold."""


class Desks:
    """Two processes, each with a desk of a question: `make(instance, about, limits)`, made when its first case comes.

    Finished rows are appended to the file `kept`; those that stand there for the same instance, question and case are not worked out again. When
    the question ends without an error the file is removed. `about` is what follows from the instance and is sent so as not to be found twice.
    With `small` there is one desk, in this process: sooner than a process starts.
    """

    def __init__(self, make: Make, instance: Instance, limits: Limits, about: Any = None, kept: Path | None = None, small: bool = False) -> None:
        self._given = (make, instance, about, replace(limits, cancel=None, progress=None))
        self._limits, self._kept, self._small = limits, kept, small
        self._idle: list[Child] = []
        self._own: Desk | None = None
        self._begun, self._found, self._all, self._solved = time.perf_counter(), 0, 0, 0

    def __enter__(self) -> Desks:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for child in self._idle:
            child.close()
        if kind is None and self._kept is not None:
            self._kept.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # a folder that holds something else stays
                self._kept.parent.rmdir()

    def rows(self, cases: Sequence[Case], later: int = 0) -> list[Row]:
        """The rows of the cases, in their order: `case` and what the desk says. `later`: how many more will be asked, for the time left. May be
        called again. Raises PlanError if cancelled (the rows are kept), and what a desk raises."""
        marks = {case.name: self._mark(case) for case in cases}
        done = self._read(marks)
        self._found, self._all = self._found + len(done), self._found + len(cases) + later
        for row in self._answers([case for case in cases if case.name not in done]):
            done[row["case"]] = row
            if self._kept is not None:
                with failing(self._kept):
                    self._kept.parent.mkdir(parents=True, exist_ok=True)
                    with self._kept.open("a", encoding="utf-8") as file:  # on a line of its own, even after one that was cut short
                        file.write("\n" + json.dumps({"mark": marks[row["case"]], "row": row}, ensure_ascii=False))
            self._tell()
        if len(done) < len(cases):
            where = f"; {self._found} of {self._all} rows are kept in {self._kept}: the same question goes on from there" if self._kept else ""
            raise PlanError(f"stopped / 已中断{where}")
        return [done[case.name] for case in cases]

    def _tell(self) -> None:
        self._found, self._solved = self._found + 1, self._solved + 1
        if self._limits.progress is not None and (self._solved == 1 or self._found % max(1, self._all // 20) == 0 or self._found == self._all):
            seconds = time.perf_counter() - self._begun
            rest = seconds / self._solved * (self._all - self._found)
            said = f"{self._found} / {self._all}, {rest:.0f} s left / 剩余 {rest:.0f} 秒"
            self._limits.progress(Progress(seconds, said, kept=str(self._kept or "")))

    def _mark(self, case: Case) -> str:
        """What a kept row belongs to."""
        make, instance, *_ = self._given
        asked = (instance.fingerprint, make.__module__, make.__qualname__, case.name, case.asked)
        return hashlib.sha256(repr(asked).encode()).hexdigest()[:32]

    def _read(self, marks: dict[str, str]) -> dict[str, Row]:
        """Rows kept before that are asked for; a line cut short by a crash is passed over."""
        rows = {}
        if self._kept is not None and self._kept.is_file():
            for line in self._kept.read_bytes().split(b"\n"):
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue
                name = entry["row"]["case"]
                if marks.get(name) == entry["mark"]:
                    rows[name] = entry["row"]
        return rows

    def _answers(self, cases: Sequence[Case]) -> Iterator[Row]:
        """Rows as they are finished; ends early if cancelled."""
        waiting = list(reversed(cases))
        busy: dict[Connection[Any, Any], tuple[Child, Case]] = {}
        died: set[str] = set()
        if self._small:
            yield from self._answers_here(cases)
            return
        try:
            while waiting or busy:
                while waiting and len(busy) < PROCESSES:
                    child = self._idle.pop() if self._idle else self._start()
                    busy[child.line] = (child, waiting[-1])
                    with suppress(OSError):  # one that has died says so below
                        child.line.send(waiting.pop())
                if self._cancelled():
                    return
                for line in wait(list(busy), timeout=0.1):
                    assert isinstance(line, Connection)
                    child, case = busy.pop(line)
                    try:
                        said = line.recv()
                    except (EOFError, OSError):
                        child.close()
                        if case.name in died:
                            yield {"case": case.name, "status": "failed", "why": "the process died twice / 进程两次中断"}
                        else:
                            died.add(case.name)
                            waiting.append(case)
                        continue
                    self._idle.append(child)
                    if isinstance(said, Exception):
                        raise said
                    yield said
        finally:
            for child, _ in busy.values():
                child.close()

    def _answers_here(self, cases: Sequence[Case]) -> Iterator[Row]:
        make, instance, about, limits = self._given
        for case in cases:
            if self._cancelled():
                return
            self._own = self._own or make(instance, about, limits)
            yield {"case": case.name} | self._own(case)

    def _cancelled(self) -> bool:
        return self._limits.cancel is not None and self._limits.cancel.is_set()

    def _start(self) -> Child:
        child = Child("optimizer.many")
        with suppress(OSError):  # one that has died says so when it is asked
            child.line.send(self._given)
        return child


def _work(line: Connection[Any, Any]) -> None:
    """The child: makes its desk, then answers each case that comes, until the parent is gone."""
    make, instance, about, limits = line.recv()
    desk: Desk | None = None
    while True:
        try:
            case = line.recv()
        except EOFError:
            return
        try:
            desk = desk or make(instance, about, limits)
            line.send({"case": case.name} | desk(case))
        except Exception as error:  # said to the parent, who raises it
            line.send(error if isinstance(error, PlanError | MemoryError) else RuntimeError(f"{case.name}: {type(error).__name__}: {error}"))


if __name__ == "__main__":
    serve(_work)
