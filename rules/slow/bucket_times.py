"""Where time buckets begin and end: hours on the hour, days at midnight in China, which has one time zone."""

from __future__ import annotations

from schemas.columns import MICROSECONDS

HOUR_US = 3600 * MICROSECONDS
DAY_US = 24 * HOUR_US
CHINA_US = 8 * HOUR_US
"""How far clocks in China are ahead of UTC."""


def floor_time(at: int, step_us: int) -> int:
    """The last multiple of a step at or before `at` [µs since the epoch]; steps of whole days end at midnight."""
    ahead_us = CHINA_US if step_us % DAY_US == 0 else 0
    return (at + ahead_us) // step_us * step_us - ahead_us
