"""Says what is going on, but only when it takes long enough for a person to wonder."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status

PATIENCE_SECONDS = 2.0

console = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def step(doing: str) -> Iterator[None]:
    """Show `doing` while the block runs, once it has run for two seconds.

    A terminal gets a spinner that disappears; a file or a pipe gets the sentence once.
    """
    status = Status(doing, console=console)

    def show() -> None:
        if console.is_terminal:
            status.start()
        else:
            console.print(doing, markup=False)

    timer = threading.Timer(PATIENCE_SECONDS, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        # The timer may be just about to show: only when it has ended is there surely nothing left to hide.
        timer.join()
        status.stop()
