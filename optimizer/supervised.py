"""A command in a process of its own. The one that was started watches it: Ctrl-C, SIGTERM and SIGHUP end the command at once, whatever it is doing
(the solver answers to nothing in some of its stages), and what was known is said; so is why it ended when the system killed it.

The command tells the supervisor what is known as it goes on (`tell`). A signal ends it there and then while it solves; elsewhere `Stopped` is raised
in it, so that half-written files go. Where the best plan so far is worth keeping (`wanted`), the first signal asks for it and the second ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM", signal.SIGHUP: "SIGHUP"}
END = signal.SIGUSR1
"""From the supervisor to the command: end."""
GRACE = 0.4
"""Seconds that a command has to clear away what it was writing."""
KILLED = 6
"""Exit code where the machine gave out."""
STAGES = {"state": "建模", "compile": "展开矩阵", "solve": "求解", "certify": "验证", "write": "写出", "ipx": "内点法", "simplex": "单纯形法",
          "interior": "内点法", "branch and bound": "分支定界", "dual simplex": "对偶单纯形法", "primal simplex": "原始单纯形法"}  # fmt: skip
"""What is being done, in Chinese."""

wanted = threading.Event()
"""Set when the search is to end with the best plan so far; the `cancel` of a command that keeps it."""
_line: Connection[Any, Any] | None = None


class Stopped(BaseException):
    """The command is to end now."""


def tell(**known: Any) -> None:
    """Tells the supervisor, where there is one, what would have to be said if the command ended now: `stage`, `objective`, `bound`, `money`,
    `verified`, `keeps` (the best plan so far is worth waiting for), `kept` (a file of finished rows), `wrote` (a file)."""
    if _line is not None:
        with contextlib.suppress(OSError):
            _line.send(known)


@contextlib.contextmanager
def searching() -> Iterator[None]:
    """While the solver runs there is nothing to clear away: the command may be ended there and then."""
    if _line is None:
        yield
        return
    signal.signal(END, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(END, _raise)


def supervised(work: Callable[[], int]) -> int:
    """The exit code of `work`, done in a process of its own; 128 + the number of the signal that ended it."""
    return _Supervisor().run(work)


class _Supervisor:
    """`pid`: the command. `known`: what it has told. `came`: signals to be answered. `by`: the last that was. `asked`: was the best plan so far
    asked for?"""

    def __init__(self) -> None:
        self.pid, self.known, self.by, self.asked, self.end = 0, dict[str, Any](), 0, False, float("inf")
        self.begun, self.came = time.monotonic(), list[int]()
        self.line, self.theirs = Pipe()

    def run(self, work: Callable[[], int]) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]  # nohup and & stay what they are
        signal.pthread_sigmask(signal.SIG_BLOCK, heard)
        self.pid = os.fork()
        if not self.pid:
            self.line.close()
            _command(work, self.theirs, heard)
        for number in heard:
            signal.signal(number, lambda number, frame: self.came.append(number))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, heard)
        self.theirs.close()
        self._listen()
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.pid = 0
        return self._said(code)

    def _listen(self) -> None:
        """Until the command is gone."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                if self.came and not self.line.poll():  # all that was told before the signal is known
                    self._stop(self.came.pop(0))
                elif self.line.poll(0.02):
                    self.known |= self.line.recv()
                elif time.monotonic() > self.end:
                    os.kill(self.pid, signal.SIGKILL)

    def _stop(self, number: int) -> None:
        self.by = number
        if self.known.get("keeps") and self.known.get("objective") is not None and not self.asked:
            self.asked = True
            self.line.send("the best so far")
            (en, zh), name = self._cost(), SIGNALS[signal.Signals(number)]
            en = f"stopping; the best plan so far is being verified{en}; {name} again ends at once"
            _say(en, f"正在停止，并验证目前最好的方案{zh}；再次 {name} 则立即结束")
            return
        os.kill(self.pid, signal.SIGKILL if self.end < float("inf") else END)
        self.end = time.monotonic() + GRACE

    def _said(self, code: int) -> int:
        """The exit code, after the sentence on why there is no answer."""
        if self.by and (code == 128 + END or code < 0):
            self._ended(f"stopped by {SIGNALS[signal.Signals(self.by)]}", f"已由 {SIGNALS[signal.Signals(self.by)]} 中断")
            return 128 + self.by
        if code == -signal.SIGKILL:
            self._ended("killed by the system, most likely for want of memory,", "被系统终止（多半因内存不足）")
            return KILLED
        if code < 0:
            name = signal.Signals(-code).name
            self._ended(f"ended by {name}, out of memory or by a fault of a library,", f"因 {name} 终止（内存不足或程序库故障）")
            return KILLED
        return code

    def _ended(self, en: str, zh: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[2K\x1b[?25h")  # the line of progress, the hidden cursor
        seconds = time.monotonic() - self.begun
        stage = self.known.get("stage", "")
        en += f" after {seconds:.1f} s" + (f" ({stage})" if stage else "")
        zh += f"：运行 {seconds:.1f} 秒" + (f"（{STAGES.get(stage, stage)}）" if stage else "")
        if stage:
            cost, sure = self._cost(), self.known.get("verified")
            en += f"; best plan so far{cost[0]}, {'' if sure else 'not '}verified" if cost[0] else "; no answer yet"
            zh += f"；目前最好的方案{cost[1]}，{'已' if sure else '未'}经验证" if cost[1] else "；尚无结果"
        if self.known.get("kept"):
            en += f"; finished rows are kept in {self.known['kept']}, the same question goes on from there"
            zh += f"；已完成的行保存在 {self.known['kept']}，再次提问时从此继续"
        else:
            wrote = self.known.get("wrote")
            en += f"; written: {wrote}" if wrote else "; nothing was written"
            zh += f"；已写出 {wrote}" if wrote else "；未写任何文件"
        _say(en, zh)

    def _cost(self) -> tuple[str, str]:
        """Cost, bound and gap of the best plan so far; empty without one."""
        cost, bound, money = (self.known.get(name) for name in ("objective", "bound", "money"))
        if cost is None:
            return "", ""
        unit = f" {money}" if money else ""
        en, zh = f": cost {cost:,.6g}{unit}", f"：成本 {cost:,.6g}{unit}"
        if bound is not None:
            gap = f"{abs(cost - bound) / max(1.0, abs(cost)):.2%}"
            en, zh = f"{en}, bound {bound:,.6g}, gap {gap}", f"{zh}，下界 {bound:,.6g}，间隙 {gap}"
        return en, zh


def _command(work: Callable[[], int], line: Connection[Any, Any], heard: list[signal.Signals]) -> None:
    """The command's process. Signals are the supervisor's business; when it is gone this process ends, too."""
    global _line
    _line = line
    signal.signal(END, _raise)
    for number in heard:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, heard)
    threading.Thread(target=_follow, args=(line,), daemon=True).start()
    code = 1
    try:
        code = work()
    except Stopped:
        code = 128 + END
    except BaseException:
        traceback.print_exc()
    os._exit(code)


def _follow(line: Connection[Any, Any]) -> None:
    with contextlib.suppress(EOFError, OSError):
        while line.recv():
            wanted.set()
    os._exit(1)


def _raise(number: int, frame: object) -> None:
    raise Stopped


def _say(en: str, zh: str) -> None:
    print(f"{en}\n{zh}", file=sys.stderr, flush=True)
