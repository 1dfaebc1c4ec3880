"""A roster of one device of each kind, and a shorthand for streams of readings."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from rules.changes import Change
from rules.engine import Engine
from schemas.columns import MICROSECONDS, READING, Batch
from schemas.domain import Quality, Quantity
from schemas.roster import Roster, lay_out_devices, lay_out_sensors

START = 1_795_420_800 * MICROSECONDS
SENSORS = (
    Quantity.SMOKE,
    Quantity.TEMPERATURE,
    Quantity.PRESSURE,
    Quantity.FLOW,
    Quantity.RESIDUAL_CURRENT,
    Quantity.CABLE_TEMPERATURE,
)
SLOT = {quantity: slot for slot, quantity in enumerate(SENSORS)}


def make_roster() -> Roster:
    """One device a sensor, ids a hundred and a thousand above the slots, ten seconds between samples."""
    n = len(SENSORS)
    sensors = lay_out_sensors(n)
    sensors["sensor_id"] = np.arange(n) + 1000
    sensors["device_slot"] = np.arange(n)
    sensors["quantity"] = [quantity.code for quantity in SENSORS]
    sensors["interval_us"] = 10 * MICROSECONDS
    devices = lay_out_devices(n)
    devices["device_id"] = np.arange(n) + 100
    devices["building_id"] = 1
    devices["interval_us"] = 10 * MICROSECONDS
    ids = {i + 1000: i for i in range(n)}
    return Roster(
        1, sensors, devices, [("B", str(i)) for i in range(n)], {}, ids, {i + 100: i for i in range(n)}
    )


def make_readings(
    rows: Iterable[tuple[Quantity, float, float]], quality: Quality = Quality.GOOD
) -> NDArray[np.void]:
    """Readings from (quantity, seconds since the start, value), received when they were observed."""
    listed = list(rows)
    readings = np.zeros(len(listed), READING)
    readings["slot"] = [SLOT[quantity] for quantity, _, _ in listed]
    readings["observed_at"] = [START + round(seconds * MICROSECONDS) for _, seconds, _ in listed]
    readings["received_at"] = readings["observed_at"]
    readings["value"] = [value for _, _, value in listed]
    readings["quality"] = quality
    return readings


def run(
    engine: Engine, rows: Iterable[tuple[Quantity, float, float]], quality: Quality = Quality.GOOD
) -> list[str]:
    """Evaluate one batch and say what changed, e.g. ``raise smoke_level_alarm 20``."""
    readings = make_readings(rows, quality)
    now = int(readings["received_at"].max()) if len(readings) else START
    return describe(engine.evaluate(Batch(readings), now))


def describe(changes: Iterable[Change]) -> list[str]:
    return [
        f"{change.kind} {change.rule.id} {(change.at - START) / MICROSECONDS:g}{' late' if change.late else ''}"
        for change in changes
    ]


@pytest.fixture
def engine() -> Engine:
    fresh = Engine()
    fresh.adopt(make_roster())
    return fresh
