"""How many files and connections a process may have open: as many as the system lets it."""

from __future__ import annotations

import resource


def raise_file_limit() -> int:
    """Raise the limit of this process, and of those it starts, to what it may be; returns what it is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
