"""Lists of alerts, a page at a time, along an index from where the page before ended."""

from __future__ import annotations

from psycopg import sql
from pydantic import AwareDatetime, Field

from api.alert_models import Alert
from api.alert_question import AlertOrder, AlertQuestion, make_params
from api.alert_rows import AlertRow, show_alert
from api.alert_store import ALERT_COLUMNS, PLACES
from api.connections import Connection, fetch_all, fetch_one
from api.cursors import MAX_BIGINT, Key

# The page is found among the alerts alone; names are fetched for its rows only.
SELECT_ALERTS = sql.SQL("""
SELECT {columns}
FROM (SELECT * FROM alerts a WHERE {conditions} ORDER BY {order} LIMIT %(limit)s) a {places}
ORDER BY {order}""")
COUNT_ALERTS = sql.SQL("SELECT count(*) AS n FROM alerts a WHERE {conditions}")
ORDERS = {
    AlertOrder.CLASS: sql.SQL("a.urgency DESC, a.raised_at DESC, a.alert_id DESC"),
    AlertOrder.NEWEST: sql.SQL("a.raised_at DESC, a.alert_id DESC"),
}
FOLLOWING = {
    AlertOrder.CLASS: sql.SQL(
        "(a.urgency, a.raised_at, a.alert_id) < (%(key_urgency)s, %(key_raised_at)s, %(key_id)s)"
    ),
    AlertOrder.NEWEST: sql.SQL("(a.raised_at, a.alert_id) < (%(key_raised_at)s, %(key_id)s)"),
}


class AlertKey(Key):
    """Where a page of alerts ended: class, then time of the raise, then number."""

    urgency: int = Field(ge=1, le=7)
    raised_at: AwareDatetime
    id: int = Field(ge=1, le=MAX_BIGINT)


async def list_alerts(
    connection: Connection, question: AlertQuestion, after: AlertKey | None, limit: int
) -> tuple[list[Alert], AlertKey | None]:
    """One page in order, and the key of its last row when there are more."""
    params = await make_params(connection, question) | {"limit": limit + 1}
    conditions = question.conditions
    if after is not None:
        conditions += sql.SQL(" AND ") + FOLLOWING[question.order]
        params |= {"key_urgency": after.urgency, "key_raised_at": after.raised_at, "key_id": after.id}
    query = SELECT_ALERTS.format(
        columns=ALERT_COLUMNS, places=PLACES, conditions=conditions, order=ORDERS[question.order]
    )
    rows = await fetch_all(connection, query, params, AlertRow)
    page = rows[:limit]
    last = _key_of(page[-1]) if len(rows) > limit else None
    return [show_alert(row) for row in page], last


async def count_alerts(connection: Connection, question: AlertQuestion) -> int:
    """How many there are in all pages."""
    query = COUNT_ALERTS.format(conditions=question.conditions)
    count = await fetch_one(connection, query, await make_params(connection, question), lambda n: int(n))
    assert count is not None
    return count


def _key_of(row: AlertRow) -> AlertKey:
    return AlertKey(urgency=row.urgency, raised_at=row.raised_at, id=row.alert_id)
