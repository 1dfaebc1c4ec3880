"""Lists of alerts, a page at a time, along an index from where the page before ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import sql
from pydantic import AwareDatetime, Field

from api.alert_columns import AlertRow
from api.alert_lanes import FOLLOWING, URGENCIES, select_keys
from api.alert_names import find_names
from api.alert_question import AlertQuestion
from api.alert_rows import write_alert
from api.alert_store import ALERT_COLUMNS, PLACES
from api.connections import Connection, fetch_all, fetch_one
from api.cursors import MAX_BIGINT, Key
from api.written_alerts import AlertVersion, WrittenAlerts
from schemas.domain import SignalClass

SELECT_ROWS = sql.SQL("SELECT {columns} FROM alerts a {places} WHERE a.alert_id = ANY(%(alert_ids)s)").format(
    columns=ALERT_COLUMNS, places=PLACES
)
COUNT_ALERTS = sql.SQL("SELECT count(*) AS n FROM alerts a WHERE {conditions}")


class AlertKey(Key):
    """Where a page of alerts ended: class, then time of the raise, then number."""

    urgency: int = Field(ge=1, le=7)
    raised_at: AwareDatetime
    id: int = Field(ge=1, le=MAX_BIGINT)


@dataclass(frozen=True, slots=True)
class ListedKey:
    """What is read of an alert before its row: enough to know whether it has been written out already."""

    alert_id: int
    change_id: int
    urgency: int
    raised_at: datetime


@dataclass(frozen=True)
class AlertPage:
    """Alerts as JSON, in order, and the key of the last when there are more."""

    alerts: list[bytes]
    last: AlertKey | None
    total: int | None


@dataclass(frozen=True)
class PageAsked:
    """A question and which piece of its answer is wanted; `counted` asks for the number of all, which takes longer."""

    question: AlertQuestion
    after: AlertKey | None = None
    limit: int = 100
    counted: bool = False


async def list_alerts(
    connection: Connection, asked: PageAsked, written: WrittenAlerts, registry_version: int
) -> AlertPage:
    """One page. What `written` holds of it is taken from there, the rest is read and put there."""
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        names = await find_names(connection, asked.question)
        params = make_params(asked.question) | names.params
        total = await _count(connection, asked.question, params) if asked.counted else None
        conditions = asked.question.conditions
        if asked.after is not None:
            conditions = sql.SQL("{} AND {}").format(conditions, FOLLOWING[asked.question.order])
            params |= _name_key(asked.after)
        query = select_keys(asked.question, names, conditions)
        keys = await fetch_all(
            connection, query, params | {"limit": asked.limit + 1}, ListedKey, prepare=False
        )
        page = keys[: asked.limit]
        alerts = await _write_all(connection, page, written, registry_version)
    return AlertPage(alerts, _key_of(page[-1]) if len(keys) > asked.limit else None, total)


def make_params(question: AlertQuestion) -> dict[str, object]:
    """What the conditions of the question refer to, beside names."""
    params: dict[str, object] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in vars(question).items()
    }
    return params | {
        "urgencies": [URGENCIES[kind] for kind in question.classes or tuple(SignalClass)],
        "assigned_names": [question.assigned],
    }


async def _count(connection: Connection, question: AlertQuestion, params: dict[str, object]) -> int:
    query = COUNT_ALERTS.format(conditions=question.conditions)
    count = await fetch_one(connection, query, params, lambda n: int(n))
    assert count is not None
    return count


async def _write_all(
    connection: Connection, page: list[ListedKey], written: WrittenAlerts, registry_version: int
) -> list[bytes]:
    versions = [AlertVersion(key.alert_id, key.change_id, registry_version) for key in page]
    found = {version.alert_id: written.find(version) for version in versions}
    missing = [alert_id for alert_id, json in found.items() if json is None]
    if missing:
        rows = await fetch_all(connection, SELECT_ROWS, {"alert_ids": missing}, AlertRow)
        new = [
            (AlertVersion(row.alert_id, row.change_id, registry_version), write_alert(row)) for row in rows
        ]
        written.keep(new)
        found |= {version.alert_id: json for version, json in new}
    return [json for json in found.values() if json is not None]


def _name_key(key: AlertKey) -> dict[str, object]:
    return {"key_urgency": key.urgency, "key_raised_at": key.raised_at, "key_id": key.id}


def _key_of(row: ListedKey) -> AlertKey:
    return AlertKey(urgency=row.urgency, raised_at=row.raised_at, id=row.alert_id)
