"""Everything slow there is to do, in its order, a step at a time."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.slow.answers import pack_answers
from ingest.slow.buckets import fill_day, fill_hour, fill_late
from ingest.slow.completeness import fill_device_day
from ingest.slow.hazards import keep_ledger
from ingest.slow.looks import Registered, find_next_look, look
from ingest.slow.risk import judge_hour
from rules.catalogue import SLOW_RULES
from rules.slow.slow_rule import SlowRule


def take_step(
    connection: Connection[TupleRow],
    registered: Registered,
    now: int,
    rules: Sequence[SlowRule] = SLOW_RULES,
) -> bool:
    """Do the next piece of work that is due at `now` [µs since the epoch]; False when there is none.

    Hours come before days, days before the rules that look at them, the rules before what adds up their alerts.
    """
    return (
        fill_hour(connection, now)
        or fill_late(connection)
        or fill_day(connection, now)
        or fill_device_day(connection)
        or _look_once(connection, registered, now, rules)
        or keep_ledger(connection)
        or judge_hour(connection)
        or pack_answers(connection)
    )


def _look_once(
    connection: Connection[TupleRow], registered: Registered, now: int, rules: Sequence[SlowRule]
) -> bool:
    """The look that is due longest, so that rules see each other's past in its order."""
    due = [(at, rule) for rule in rules if (at := find_next_look(connection, rule, now)) is not None]
    if not due:
        return False
    at, rule = min(due, key=lambda one: (one[0], one[1].id))
    look(connection, rule, registered, at)
    return True
