"""When the limit of an open alert will be passed, with the 80 % interval, kept with the alert and its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import Cursor
from psycopg.rows import TupleRow

# A forecast that moves by less than a quarter of what is left, and stays within what was said, is no news; it is kept
# as it was told, so that what a client read last is what there is.
UPDATE_FORECAST = """
UPDATE alerts SET forecast_at = to_timestamp(%(at)s / 1e6), forecast_earliest = to_timestamp(%(earliest)s / 1e6),
       forecast_latest = to_timestamp(%(latest)s / 1e6), value = %(value)s
WHERE rule = %(rule)s AND subject_kind = 'sensor' AND subject_id = %(sensor_id)s
  AND closed_at IS NULL AND condition = 'active'
  AND (forecast_at IS NULL
       OR to_timestamp(%(at)s / 1e6) NOT BETWEEN forecast_earliest AND forecast_latest
       OR abs(extract(epoch FROM to_timestamp(%(at)s / 1e6) - forecast_at))
          > 0.25 * abs(extract(epoch FROM forecast_at - to_timestamp(%(now)s / 1e6))))
RETURNING alert_id, severity, raised_at >= to_timestamp(%(now)s / 1e6)"""
INSERT_FORECAST_EVENT = """
INSERT INTO alert_events (alert_id, action, at, actor, condition, severity, value, note)
VALUES (%s, 'forecast', to_timestamp(%s / 1e6), 'rules', 'active', %s, %s,
        to_char(to_timestamp(%s / 1e6) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ' ('
        || to_char(to_timestamp(%s / 1e6) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ' / '
        || to_char(to_timestamp(%s / 1e6) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ')')"""


@dataclass(frozen=True)
class SensorForecast:
    """Of one sensor: likeliest time, and bounds of the 80 % interval [µs since the epoch]; `value` is what it shows."""

    sensor_id: int
    value: float
    at: float
    earliest: float
    latest: float


def write_forecasts(
    cursor: Cursor[TupleRow], rule_id: str, forecasts: Iterable[SensorForecast], now: int
) -> None:
    """Keep forecasts with the open alerts of a rule; to be called after its changes, in the same transaction.

    One that has moved is an entry of the alert's history too; the first comes with the raise.
    """
    moved = []
    for forecast in forecasts:
        row = {
            "rule": rule_id,
            "sensor_id": forecast.sensor_id,
            "at": forecast.at,
            "earliest": forecast.earliest,
            "latest": forecast.latest,
            "value": forecast.value,
            "now": now,
        }
        told = cursor.execute(UPDATE_FORECAST, row).fetchone()
        if told is not None and not told[2]:
            moved.append(
                (told[0], now, told[1], forecast.value, forecast.at, forecast.earliest, forecast.latest)
            )
    # After all alerts have been touched: see `ingest.store_alerts.apply_changes`.
    for entry in moved:
        cursor.execute(INSERT_FORECAST_EVENT, entry)
