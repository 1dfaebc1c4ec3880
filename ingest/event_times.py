"""Times that devices give: to microseconds, and whether they can be true."""

from __future__ import annotations

from datetime import datetime

from schemas.columns import MICROSECONDS
from schemas.refusals import Reason, Refusal
from schemas.settings import Settings


def to_microseconds(stamp: int | datetime) -> int:
    """Milliseconds since the epoch, or an aware datetime, as microseconds since the epoch."""
    return stamp * 1000 if isinstance(stamp, int) else round(stamp.timestamp() * 1e6)


def judge_time(observed_at: int, received_at: int, settings: Settings) -> Refusal | None:
    """Why a reading or event of that time is refused; None when the time is possible."""
    ahead_us = observed_at - received_at
    if ahead_us > settings.clock_ahead_max_seconds * MICROSECONDS:
        return Refusal.of(
            Reason.TIMESTAMP_AHEAD,
            f"{ahead_us / 1e6:.0f} s ahead of the time of receipt, more than {settings.clock_ahead_max_seconds:.0f} s; "
            "set the device's clock",
        )
    if -ahead_us <= settings.reading_age_max_days * 86_400 * MICROSECONDS:
        return None
    # Seconds taken for milliseconds land in January 1970.
    if abs(observed_at * 1000 - received_at) < 366 * 86_400 * MICROSECONDS:
        return Refusal.of(Reason.TIMESTAMP_IN_SECONDS, "the number counts seconds; send milliseconds")
    return Refusal.of(
        Reason.TIMESTAMP_TOO_OLD,
        f"{-ahead_us / 86_400e6:.1f} days old, more than {settings.reading_age_max_days:.0f}",
    )
