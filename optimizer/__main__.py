"""The command `qipan`, and `python -m optimizer`: Ctrl-C ends it without a word while it still loads; from then on the supervisor answers."""

from __future__ import annotations

import signal


def main() -> None:
    """Entry point."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else a shell has it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from optimizer.cli import main as command

    command()


if __name__ == "__main__":
    main()
