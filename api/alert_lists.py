"""Lists of alerts, a page at a time, along an index from where the page before ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import sql
from pydantic import AwareDatetime, Field

from api.alert_columns import AlertRow
from api.alert_lanes import FOLLOWING, URGENCIES, select_keys
from api.alert_names import Names, find_names
from api.alert_question import AlertQuestion
from api.alert_rows import write_alert
from api.alert_store import ALERT_COLUMNS, PLACES
from api.connections import Connection, fetch_all, fetch_one
from api.cursors import MAX_BIGINT, Key
from api.list_place import Placed
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

    @property
    def alert_id(self) -> int:
        return self.id


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
class FoundAlerts:
    """What was read for a page: its alerts as JSON and a few behind them, in order; `has_more` says that others follow.

    `names` are the numbers of what the question names.
    """

    keys: list[ListedKey]
    alerts: list[bytes]
    has_more: bool
    names: Names
    total: int | None


@dataclass(frozen=True)
class PageAsked:
    """A question and which piece of its answer is wanted; `counted` asks for the number of all, which takes longer."""

    question: AlertQuestion
    after: AlertKey | None = None
    limit: int = 100
    counted: bool = False

    @property
    def read_limit(self) -> int:
        """How many alerts are read for it: one tells whether there are more, the others move up when some leave."""
        return self.limit + 1 + self.limit // 8


async def find_alerts(
    connection: Connection, asked: PageAsked, written: WrittenAlerts, registry_version: int
) -> FoundAlerts:
    """Read a page, within one snapshot. What `written` holds of it is taken from there, the rest is put there."""
    names = await find_names(connection, asked.question)
    params = make_params(asked.question) | names.params
    total = await _count(connection, asked.question, params) if asked.counted else None
    conditions = asked.question.conditions
    if asked.after is not None:
        conditions = sql.SQL("{} AND {}").format(conditions, FOLLOWING[asked.question.order])
        params |= _name_key(asked.after)
    query = select_keys(asked.question, names, conditions)
    params["limit"] = asked.read_limit
    keys = await fetch_all(connection, query, params, ListedKey, prepare=False)
    alerts = await _write_all(connection, keys, written, registry_version)
    return FoundAlerts(keys, alerts, len(keys) == asked.read_limit, names, total)


def take_page(found: FoundAlerts, limit: int) -> AlertPage:
    """The page itself."""
    last = key_of(found.keys[limit - 1]) if len(found.keys) > limit else None
    return AlertPage(found.alerts[:limit], last, found.total)


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


def key_of(alert: Placed) -> AlertKey:
    """What a cursor says of the alert that a page ends with."""
    return AlertKey(urgency=alert.urgency, raised_at=alert.raised_at, id=alert.alert_id)
