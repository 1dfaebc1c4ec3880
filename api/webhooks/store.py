"""Receivers in the tables: each with a cursor along the feed of changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from api.connections import Connection, fetch_all

# Whoever takes one has it for a while; a process that dies meanwhile loses nothing but that time.
TAKE_DUE = """
UPDATE webhooks w SET next_at = clock_timestamp() + make_interval(secs => %(lease)s)
FROM (
    SELECT webhook_id FROM webhooks, change_counter
    WHERE next_at <= clock_timestamp() AND after < last_id
    ORDER BY next_at LIMIT %(limit)s FOR UPDATE OF webhooks SKIP LOCKED
) due
WHERE w.webhook_id = due.webhook_id
RETURNING w.webhook_id, w.url, w.secret, w.classes, w.after, w.failures"""
NOTE_DELIVERED = """
UPDATE webhooks SET after = GREATEST(after, %(after)s), failures = 0, next_at = clock_timestamp(), last_error = NULL,
       delivered_at = CASE WHEN %(posted)s THEN clock_timestamp() ELSE delivered_at END
WHERE webhook_id = %(webhook_id)s"""
NOTE_FAILED = """
UPDATE webhooks SET failures = failures + 1, next_at = clock_timestamp() + make_interval(secs => %(seconds)s),
       last_error = %(error)s, last_failed_at = clock_timestamp()
WHERE webhook_id = %(webhook_id)s"""
SELECT_WEBHOOKS = """
SELECT webhook_id, url, classes, after, last_id - after AS behind, failures, next_at, last_error, last_failed_at,
       delivered_at, added_by, added_at
FROM webhooks, change_counter ORDER BY webhook_id"""


@dataclass(frozen=True)
class Due:
    """A receiver with changes to be sent, taken for as long as the lease."""

    webhook_id: int
    url: str
    secret: str = field(repr=False)
    classes: list[str]
    after: int
    failures: int


@dataclass(frozen=True)
class Webhook:
    """A receiver as it is shown: never with its secret."""

    webhook_id: int
    url: str
    classes: list[str]
    after: int
    behind: int
    failures: int
    next_at: datetime
    last_error: str | None
    last_failed_at: datetime | None
    delivered_at: datetime | None
    added_by: str
    added_at: datetime


async def take_due(connection: Connection, lease_seconds: float, limit: int) -> list[Due]:
    """Those whose turn it is and who are behind; nobody else takes them during the lease."""
    return await fetch_all(connection, TAKE_DUE, {"lease": lease_seconds, "limit": limit}, Due)


async def note_delivered(connection: Connection, webhook_id: int, after: int, *, posted: bool) -> None:
    """Everything up to `after` is done; whether anything had to be sent for it."""
    params = {"webhook_id": webhook_id, "after": after, "posted": posted}
    await connection.execute(NOTE_DELIVERED, params)


async def note_failed(connection: Connection, webhook_id: int, error: str, seconds: float) -> None:
    """The next attempt is to be after `seconds`."""
    params = {"webhook_id": webhook_id, "error": error[:500], "seconds": seconds}
    await connection.execute(NOTE_FAILED, params)


async def list_webhooks(connection: Connection) -> list[Webhook]:
    return await fetch_all(connection, SELECT_WEBHOOKS, {}, Webhook)
