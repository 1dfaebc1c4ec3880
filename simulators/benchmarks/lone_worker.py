"""``python -m simulators.benchmarks.lone_worker``: the worker of one share, begun when it is told.

`fengsui ingest` looks around for some seconds before it takes a share that might be somebody else's. Between two
workers that are to begin at one moment, that would be most of what is measured.
"""

from __future__ import annotations

import signal
import sys
import threading

from ingest.worker import Worker
from schemas.settings import load_settings


def main() -> None:
    """Say that everything is loaded, wait for a line, work until SIGTERM."""
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    worker = Worker(load_settings(), stopping)
    print("ready", flush=True)
    sys.stdin.readline()
    worker.run()


if __name__ == "__main__":
    main()
