"""One look of a slow rule: histories out of the tables, changes of conditions and forecasts back into them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.slow.companions import make_companion
from ingest.slow.histories import Span, make_span, read_history
from ingest.slow.progress import DAYS, HOURS, note_progress, read_progress
from ingest.store_alerts import apply_changes
from ingest.store_forecasts import SensorForecast, write_forecasts
from rules.changes import Change, ChangeKind
from rules.parameters import Resolved
from rules.places import Places
from rules.slow.bucket_times import DAY_US, floor_time
from rules.slow.slow_rule import SlowJudgement, SlowRule, SlowView
from schemas.columns import MICROSECONDS
from schemas.roster import Roster

Slots = NDArray[np.int32]

# So many buckets of histories are in memory at a time: with what is made of them some 100 MB.
PIECE_BUCKETS = 1_000_000
# After an absence the last looks are made up for, in order; older ones would say what nobody can act on.
MOST_LOOKS_BEHIND = 72

# Locked until the end of the transaction, which is near: forecasts are written to these after the change counter has
# been taken, and whoever holds that may wait for nobody.
SELECT_OPEN = """
SELECT subject_id FROM alerts
WHERE rule = %s AND subject_kind = 'sensor' AND closed_at IS NULL AND condition = 'active'
ORDER BY alert_id FOR UPDATE"""


@dataclass(frozen=True)
class Registered:
    """The registry, and the numbers of the rules laid out over it."""

    roster: Roster
    parameters: Resolved
    places: Places


def name_step(rule: SlowRule) -> str:
    return f"rule {rule.id}"


def find_next_look(connection: Connection[TupleRow], rule: SlowRule, now: int) -> int | None:
    """When the rule is to look next, of the looks whose buckets are all filled; None while there is none.

    The first look there ever is, is the latest possible.
    """
    every_us = round(rule.every_seconds * MICROSECONDS)
    of_days = make_span(rule, now).base_us == DAY_US
    filled = read_progress(connection, DAYS if of_days else HOURS)
    if filled is None:
        return None
    latest = floor_time(filled, every_us)
    done = read_progress(connection, name_step(rule))
    if done is None:
        return latest
    look = max(floor_time(done, every_us) + every_us, latest - MOST_LOOKS_BEHIND * every_us)
    return look if look <= latest else None


class LookError(Exception):
    """A slow rule could not judge; the message names it. Nothing was written, and the others go on without it."""

    def __init__(self, rule: SlowRule) -> None:
        super().__init__(f"{rule.id} cannot judge; it is left out until the next start")
        self.rule = rule


@dataclass(frozen=True)
class Judged:
    """What a rule says of a piece of the sensors, (n,) of each."""

    slots: Slots
    sensor_ids: NDArray[np.int32]
    limits: NDArray[np.float64]
    said: SlowJudgement


def look(connection: Connection[TupleRow], rule: SlowRule, registered: Registered, at: int) -> None:
    """Judge every sensor of the rule's quantity as of `at` and write what has changed, whole or not at all.

    Raises
    ------
    LookError
        The rule itself failed.
    """
    span = make_span(rule, at)
    judged = [_judge(connection, rule, registered, slots, span) for slots in _cut(rule, registered.roster)]
    with connection.transaction(), connection.cursor() as cursor:
        is_open = {sensor_id for (sensor_id,) in cursor.execute(SELECT_OPEN, (rule.id,)).fetchall()}
        changes: list[Change] = []
        forecasts: list[SensorForecast] = []
        for piece in judged:
            changes += _find_changes(rule, registered, piece, span.end, is_open)
            forecasts += _list_forecasts(piece)
        changes += _end_retired(rule, registered, span.end, is_open)
        apply_changes(cursor, changes, registered.parameters.version)
        write_forecasts(cursor, rule.id, forecasts, span.end)
        note_progress(connection, name_step(rule), at)


def _cut(rule: SlowRule, roster: Roster) -> Iterator[Slots]:
    """The sensors of the rule's quantity in service, by rising id, a piece at a time."""
    in_service = ~roster.devices["retired"][roster.sensors["device_slot"]]
    slots = np.flatnonzero(in_service & (roster.sensors["quantity"] == rule.quantity.code))
    slots = slots[np.argsort(roster.sensors["sensor_id"][slots])]
    span = make_span(rule, 0)
    piece = max(1, PIECE_BUCKETS * span.base_us // (span.count * span.bucket_us))
    for begin in range(0, len(slots), piece):
        yield slots[begin : begin + piece].astype(np.int32)


def _judge(
    connection: Connection[TupleRow], rule: SlowRule, registered: Registered, slots: Slots, span: Span
) -> Judged:
    sensor_ids = registered.roster.sensors["sensor_id"][slots]
    history = read_history(connection, rule.quantity, slots, sensor_ids, span)
    view = SlowView(
        history,
        span.end,
        make_companion(connection, registered.roster, slots, span),
        lambda name: registered.parameters.of_sensors(rule.id, name, slots),
    )
    try:
        said = rule.judge(view)
    except psycopg.Error:
        # While it asked for a companion.
        raise
    except Exception as error:
        raise LookError(rule) from error
    return Judged(slots, sensor_ids, view.parameter(rule.limit), said)


def _find_changes(
    rule: SlowRule, registered: Registered, judged: Judged, at: int, is_open: set[int]
) -> Iterator[Change]:
    said = judged.said
    known = np.isin(judged.sensor_ids, np.fromiter(is_open, np.int32, len(is_open)))
    for place in np.flatnonzero((said.holds & ~known) | (said.clears & ~said.holds & known)).tolist():
        kind = ChangeKind.CLEAR if known[place] else ChangeKind.RAISE
        value = float(said.measure[place])
        yield _make_change(
            rule,
            registered,
            kind,
            int(judged.slots[place]),
            at,
            value if np.isfinite(value) else None,
            float(judged.limits[place]),
        )


def _end_retired(rule: SlowRule, registered: Registered, at: int, is_open: set[int]) -> Iterator[Change]:
    """What is out of service has no condition any more."""
    roster = registered.roster
    for sensor_id in sorted(is_open):
        slot = roster.sensor_slots.get(sensor_id)
        if slot is not None and roster.devices["retired"][roster.sensors["device_slot"][slot]]:
            yield _make_change(rule, registered, ChangeKind.CLEAR, slot, at, None, None)


def _make_change(
    rule: SlowRule,
    registered: Registered,
    kind: ChangeKind,
    slot: int,
    at: int,
    value: float | None,
    limit: float | None,
) -> Change:
    places = registered.places
    device = places.device_of_sensor(slot)
    scope_id = places.find_scope(at, places.building_of_device(device), places.zone_of_device(device), device)
    subject = places.sensor(slot)
    return Change(
        kind, rule, subject, at, rule.severity, value=value, limit=limit, unit=rule.unit, scope_id=scope_id
    )


def _list_forecasts(judged: Judged) -> Iterator[SensorForecast]:
    """Of what holds; a forecast without both bounds of its interval is none."""
    forecast = judged.said.forecast
    if forecast is None:
        return
    whole = np.isfinite(forecast.at) & np.isfinite(forecast.earliest) & np.isfinite(forecast.latest)
    for place in np.flatnonzero(whole & judged.said.holds).tolist():
        at = float(forecast.at[place])
        yield SensorForecast(
            int(judged.sensor_ids[place]),
            float(judged.said.measure[place]),
            at,
            min(at, float(forecast.earliest[place])),
            max(at, float(forecast.latest[place])),
        )
