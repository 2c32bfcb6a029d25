"""A Python process of ours at the other end of a line: it can be stopped at once, and ends when its parent does."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Client, Connection, Listener
from typing import Any


class Child:
    """The parent's end of `python -m module`, which calls `serve`."""

    def __init__(self, module: str) -> None:
        secret = os.urandom(16)
        with Listener(authkey=secret) as listener:
            self._process = subprocess.Popen([sys.executable, "-m", module], stdin=subprocess.PIPE, start_new_session=True)
            assert self._process.stdin is not None
            self._process.stdin.write(f"{json.dumps(listener.address)}\n{secret.hex()}\n".encode())
            self._process.stdin.close()
            self.line: Connection[Any, Any] = listener.accept()

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def close(self) -> None:
        """Ends the process and those that it started, at once."""
        self.line.close()
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()


def serve(work: Callable[[Connection[Any, Any]], None]) -> None:
    """Works on the line to the parent, whose address and secret stand on standard input. Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    address, secret = json.loads(sys.stdin.readline()), bytes.fromhex(sys.stdin.readline().strip())
    with Client(tuple(address) if isinstance(address, list) else address, authkey=secret) as line:
        work(line)
