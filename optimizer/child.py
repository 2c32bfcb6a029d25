"""A Python process of ours at the other end of a line: it can be stopped at once, and ends when its parent does, however that ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any


class Child:
    """The parent's end of `python -m module`, which calls `serve`. When the process is gone, `line` says so: EOFError or OSError."""

    def __init__(self, module: str) -> None:
        self.line: Connection[Any, Any]
        self.line, theirs = Pipe()
        command = [sys.executable, "-m", module, str(theirs.fileno())]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[theirs.fileno()], start_new_session=True)
        theirs.close()

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def ended(self) -> int:
        """How a process ended that is gone: its exit code, or the number of the signal, negative."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        self.close()
        return self._process.returncode

    def close(self) -> None:
        """Ends the process and those that it started, at once."""
        self.line.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def serve(work: Callable[[Connection[Any, Any]], None]) -> None:
    """Works on the line to the parent, which the last argument numbers. Ctrl-C is the parent's business; when it is gone, the standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, daemon=True).start()
    with contextlib.suppress(EOFError, OSError), Connection(int(sys.argv[-1])) as line:
        work(line)


def _follow() -> None:
    sys.stdin.read()
    os._exit(0)
