"""TCP ports of this machine: which are free, and which to try first."""

from __future__ import annotations

import socket
from collections.abc import Iterator

LOOPBACK = "127.0.0.1"

_FRESH_PORTS_TO_TRY = 3


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on `port` now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do: connections that linger in TIME_WAIT do not make a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port(host: str = LOOPBACK) -> int:
    """Return a port nobody listens on, as the kernel hands it out."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def candidates(*preferred: int | None, host: str = LOOPBACK) -> Iterator[int]:
    """Yield the preferred ports that are free, then fresh ones.

    More than one fresh port, because between looking and listening another process may take it.
    """
    for port in dict.fromkeys(preferred):
        if port is not None and is_free(port, host):
            yield port
    for _ in range(_FRESH_PORTS_TO_TRY):
        yield free_port(host)
