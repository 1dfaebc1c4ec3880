"""Messages that were refused, with what their sender has to change."""

from __future__ import annotations

import base64

from pydantic import AwareDatetime, Field

from api.alert_models import Shown
from api.connections import Connection, fetch_all
from api.cursors import MAX_BIGINT, Key
from api.freshness import Answer
from api.moments import Moment

HEAD_BYTES = 2048

SELECT_REFUSED = """
SELECT quarantine_id AS id, topic, reason, detail, occurrences, samples_rejected, payload_bytes,
       substring(payload_head FOR %(head_bytes)s) AS payload_head, first_received_at, last_received_at
FROM quarantine
WHERE (%(reason)s::text IS NULL OR reason = %(reason)s)
  AND (%(last_received_at)s::timestamptz IS NULL
       OR (last_received_at, quarantine_id) < (%(last_received_at)s, %(id)s::bigint))
ORDER BY last_received_at DESC, quarantine_id DESC LIMIT %(limit)s"""


class RefusedKey(Key):
    last_received_at: AwareDatetime
    id: int = Field(ge=1, le=MAX_BIGINT)


class RefusedMessage(Shown):
    """One distinct message; `occurrences` says how often it came."""

    id: int
    topic: str
    reason: str = Field(description="Stable name, for programs")
    detail: str = Field(description="What to change at the sender")
    occurrences: int
    samples_rejected: int
    payload_bytes: int
    payload_text: str = Field(description="Head of the payload; what is not UTF-8 is shown as �")
    payload_base64: str = Field(description="The same head, byte for byte")
    first_received_at: Moment
    last_received_at: Moment


class RefusedList(Answer):
    messages: tuple[RefusedMessage, ...]
    next: str | None


async def list_refused(
    connection: Connection, reason: str | None, after: RefusedKey | None, limit: int
) -> tuple[list[RefusedMessage], RefusedKey | None]:
    """A page of refused messages, the latest first, and its last key when there are more."""
    params = {
        "reason": reason,
        "limit": limit + 1,
        "head_bytes": HEAD_BYTES,
        "last_received_at": after.last_received_at if after else None,
        "id": after.id if after else None,
    }
    rows = await fetch_all(connection, SELECT_REFUSED, params, _make_message)
    page = rows[:limit]
    if len(rows) <= limit:
        return page, None
    return page, RefusedKey(last_received_at=page[-1].last_received_at, id=page[-1].id)


def _make_message(*, payload_head: bytes, **columns: object) -> RefusedMessage:
    text = payload_head.decode("utf-8", "replace")
    encoded = base64.b64encode(payload_head).decode()
    return RefusedMessage.model_validate({**columns, "payload_text": text, "payload_base64": encoded})
