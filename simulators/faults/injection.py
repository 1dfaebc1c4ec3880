"""Built into a worker's process before it starts, and nowhere else: a clock that steps, and programming errors.

``python -m simulators.faults.injection clock FILE deploy.cli ingest`` runs ``deploy.cli ingest`` with a clock that
is wrong by the seconds in FILE. For the others FILE sets them off, once, by coming into being.
"""

from __future__ import annotations

import mmap
import os
import runpy
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_OFFSET = struct.Struct("q")
_FOR_EVER_SECONDS = 10**6


class InjectedError(Exception):
    """An error that nobody foresaw, made on purpose."""


def write_offset(file: Path, seconds: int) -> None:
    """Step the clock of the process that has this file for its switch."""
    # In place: the process has it mapped into its memory.
    with file.open("r+b" if file.exists() else "w+b") as target:
        target.write(_OFFSET.pack(seconds))


def _step_clock(switch: Path) -> None:
    write_offset(switch, 0)
    with switch.open("rb") as file:
        offset = mmap.mmap(file.fileno(), _OFFSET.size, access=mmap.ACCESS_READ)
    real_ns, real = time.time_ns, time.time

    def wrong_ns() -> int:
        return real_ns() + int(_OFFSET.unpack(offset[:])[0]) * 10**9

    def wrong() -> float:
        return real() + int(_OFFSET.unpack(offset[:])[0])

    vars(time).update(time_ns=wrong_ns, time=wrong)


def _fail_in_callback(switch: Path) -> None:
    _spring_in_callback(switch, _fail)


def _wedge_callback(switch: Path) -> None:
    _spring_in_callback(switch, lambda: time.sleep(_FOR_EVER_SECONDS))


def _spring_in_callback(switch: Path, happens: Callable[[], None]) -> None:
    from ingest.subscriber import Subscriber

    # On the network's thread, before the message is noted.
    name = "_put"
    setattr(Subscriber, name, _spring_before(switch, happens, getattr(Subscriber, name)))


def _fail_in_decoding(switch: Path) -> None:
    import schemas.decode

    # Before anybody has imported it from there.
    decode = _spring_before(switch, _fail, schemas.decode.decode_readings)
    vars(schemas.decode).update(decode_readings=decode)


def _fail() -> None:
    raise InjectedError("injected")


def _spring_before(
    switch: Path, happens: Callable[[], None], original: Callable[..., Any]
) -> Callable[..., Any]:
    def sprung(*arguments: Any, **named: Any) -> Any:
        try:
            os.unlink(switch)
        except FileNotFoundError:
            return original(*arguments, **named)
        happens()
        return original(*arguments, **named)

    return sprung


INJECTIONS: dict[str, Callable[[Path], None]] = {
    "clock": _step_clock,
    "callback": _fail_in_callback,
    "wedge": _wedge_callback,
    "decode": _fail_in_decoding,
}


def main() -> None:
    kind, switch, module, *arguments = sys.argv[1:]
    INJECTIONS[kind](Path(switch))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
