"""Fires that nobody acknowledges: the desk is told again, then they are passed on, higher each time.

Any number of API processes may do this at once: whoever locks an alert first does the step, the others find it done.
"""

from __future__ import annotations

import asyncio
import logging

import psycopg

from api.act_keys import DELETE_OLD
from api.connections import Lender, fetch_all
from schemas.settings import Settings

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
TIDY_SECONDS = 600.0
# Whoever appends to the history holds up ingest's alerts meanwhile: a storm is worked off in pieces.
MOST_AT_ONCE = 50
ACTOR = "timer"

BOUND_LOCKS = """
SELECT set_config('lock_timeout', '3s', true),
       set_config('idle_in_transaction_session_timeout', '3s', true)"""
# The time runs from when the alert became one for the desk: it was stored, came out of a declared test, or an
# acknowledgement was taken back. Of several steps that are due, the highest is taken.
TAKE_STEPS = """
WITH due AS (
    SELECT a.alert_id, s.step
    FROM alerts a
    CROSS JOIN LATERAL (SELECT EXTRACT(epoch FROM clock_timestamp() - GREATEST(a.recorded_at, (
        SELECT max(e.recorded_at) FROM alert_events e
        WHERE e.alert_id = a.alert_id AND e.action IN ('broke_through', 'undone')))) AS age) w
    CROSS JOIN LATERAL (SELECT CASE
        WHEN w.age >= %(second_contact)s AND a.referred_to IS DISTINCT FROM 'second_contact' THEN 'second_contact'
        WHEN w.age >= %(supervisor)s AND a.referred_to IS NULL THEN 'supervisor'
        WHEN w.age >= %(remind)s AND a.reminded_at IS NULL THEN 'remind' END AS step) s
    WHERE a.closed_at IS NULL AND a.acknowledged_at IS NULL AND a.signal_class = 'fire' AND a.verdict IS NULL
      AND (a.reminded_at IS NULL OR a.referred_to IS DISTINCT FROM 'second_contact') AND s.step IS NOT NULL
    ORDER BY a.alert_id LIMIT %(limit)s
    FOR NO KEY UPDATE OF a SKIP LOCKED
)
UPDATE alerts a
SET reminded_at = COALESCE(a.reminded_at, clock_timestamp()),
    referred_to = CASE WHEN step = 'remind' THEN a.referred_to ELSE step END,
    referred_at = CASE WHEN step = 'remind' THEN a.referred_at ELSE clock_timestamp() END,
    referred_by = CASE WHEN step = 'remind' THEN a.referred_by ELSE %(actor)s END
FROM due WHERE a.alert_id = due.alert_id
RETURNING a.alert_id, step"""
APPEND_STEPS = """
INSERT INTO alert_events (alert_id, action, at, actor, condition, severity, value, detail)
SELECT alert_id, CASE WHEN step = 'remind' THEN 'reminded' ELSE 'referred' END, clock_timestamp(), %(actor)s,
       condition, severity, value, NULLIF(step, 'remind')
FROM unnest(%(alert_ids)s::bigint[], %(steps)s::text[]) AS taken (alert_id, step) JOIN alerts USING (alert_id)
ORDER BY alert_id"""


async def watch_unacknowledged(connections: Lender, settings: Settings) -> None:
    """Look each second, until cancelled; a database that is away is asked again."""
    clock = asyncio.get_running_loop().time
    tidy_at = clock()
    while True:
        taken = 0
        try:
            taken = await take_steps(connections, settings)
            if clock() >= tidy_at:
                async with connections.borrow() as connection:
                    await connection.execute(DELETE_OLD)
                tidy_at = clock() + TIDY_SECONDS
        except (psycopg.Error, TimeoutError) as error:
            log.debug("fires that nobody acknowledges are looked at later: %s", error)
        await asyncio.sleep(LOOK_SECONDS if taken < MOST_AT_ONCE else 0.05)


async def take_steps(connections: Lender, settings: Settings) -> int:
    """Take the steps that are due now, and return how many there were."""
    params: dict[str, object] = {
        "remind": settings.remind_seconds or float("inf"),
        "supervisor": settings.supervisor_seconds or float("inf"),
        "second_contact": settings.second_contact_seconds or float("inf"),
        "actor": ACTOR,
        "limit": MOST_AT_ONCE,
    }
    async with connections.borrow() as connection, connection.transaction():
        await connection.execute(BOUND_LOCKS)
        taken = await fetch_all(connection, TAKE_STEPS, params, _make_pair)
        if taken:
            steps = {"alert_ids": [one for one, _ in taken], "steps": [step for _, step in taken]}
            await connection.execute(APPEND_STEPS, {**steps, "actor": ACTOR})
    return len(taken)


def _make_pair(alert_id: int, step: str) -> tuple[int, str]:
    return alert_id, step
