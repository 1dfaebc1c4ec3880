"""A building whose devices speak through a gateway, and a shorthand for what they report as time passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from rules.changes import Change
from rules.engine import Engine
from rules.parameters import Parameters
from schemas.columns import MICROSECONDS, READING, Batch, DeviceEvent
from schemas.domain import DeviceEventKind, Quality, Quantity
from schemas.roster import (
    BUILDING,
    LINK,
    UNKNOWN,
    ZONE,
    Roster,
    lay_out_devices,
    lay_out_sensors,
)

START = 1_795_420_800 * MICROSECONDS
GATEWAY = 0
"""The slot of the gateway, which measures nothing itself."""
CHANNELS = (Quantity.SMOKE, Quantity.TEMPERATURE)
QUIET = {
    Quantity.SMOKE: 0.02,
    Quantity.TEMPERATURE: 22.0,
    Quantity.PRESSURE: 0.4,
    Quantity.FLOW: 0.0,
    Quantity.CO: 2.0,
    Quantity.BATTERY: 90.0,
}


def stamp(seconds: float) -> int:
    return START + round(seconds * MICROSECONDS)


class Premises:
    """Devices 1 to `n_devices` of one zone each, every one with all the `channels`; slot 0 is their gateway.

    Zones are linked in a row. Ids are a hundred (devices) and a thousand (sensors) above the slots.
    """

    def __init__(
        self,
        n_devices: int = 3,
        channels: tuple[Quantity, ...] = CHANNELS,
        parameters: Parameters | None = None,
        *,
        has_gateway: bool = True,
        zone_of: Mapping[int, int] | None = None,
    ) -> None:
        self.channels, self.has_gateway = channels, has_gateway
        self.engine = Engine(parameters)
        self.roster = _register(n_devices, channels, has_gateway, zone_of or {})
        self.engine.adopt(self.roster)
        self.engine.listen_from(START)

    def sensor(self, device: int, quantity: Quantity) -> int:
        return (device - 1) * len(self.channels) + self.channels.index(quantity)

    def readings(
        self,
        seconds: float,
        devices: Iterable[int],
        values: Mapping[tuple[int, Quantity], float] | None = None,
        *,
        without: Iterable[tuple[int, Quantity]] = (),
        ahead: float = 0.0,
        quality: Quality = Quality.GOOD,
    ) -> NDArray[np.void]:
        """One message of each device with all its channels, quiet but for `values`; their clocks run `ahead`."""
        rows = [
            (device, quantity)
            for device in devices
            for quantity in self.channels
            if (device, quantity) not in set(without)
        ]
        readings = np.zeros(len(rows), READING)
        readings["slot"] = [self.sensor(*row) for row in rows]
        readings["received_at"] = stamp(seconds)
        readings["observed_at"] = stamp(seconds + ahead)
        readings["value"] = [(values or {}).get(row, QUIET[row[1]]) for row in rows]
        readings["quality"] = quality
        return readings

    def judge(self, readings: NDArray[np.void]) -> list[str]:
        return describe(self.engine.evaluate(Batch(readings), int(readings["received_at"].max())))

    def report(
        self,
        times: Iterable[float],
        devices: Iterable[int],
        values: Mapping[tuple[int, Quantity], float] | None = None,
        *,
        without: Iterable[tuple[int, Quantity]] = (),
        ahead: float = 0.0,
        quality: Quality = Quality.GOOD,
    ) -> list[str]:
        """The same messages at each of the times; says what changed."""
        devices, without = tuple(devices), tuple(without)
        told: list[str] = []
        for seconds in times:
            told += self.judge(
                self.readings(seconds, devices, values, without=without, ahead=ahead, quality=quality)
            )
        return told

    def wait(self, seconds: float) -> list[str]:
        """Nothing comes, and time passes; every ten seconds are looked at."""
        return describe(self.engine.evaluate(Batch.empty(), stamp(seconds)))

    def event(
        self,
        seconds: float,
        device: int,
        event: DeviceEventKind,
        *,
        active: bool,
        channel: int | None = None,
    ) -> DeviceEvent:
        at = stamp(seconds)
        return DeviceEvent(device, channel, at, at, event, active, None, None, 0)

    def declare(
        self,
        seconds: float,
        device: int,
        event: DeviceEventKind,
        *,
        active: bool,
        channel: int | None = None,
    ) -> list[str]:
        events = (self.event(seconds, device, event, active=active, channel=channel),)
        return describe(self.engine.evaluate(Batch(np.empty(0, READING), events), stamp(seconds)))


def describe(changes: Iterable[Change]) -> list[str]:
    """E.g. ``raise device_silent 101 at 100``: kind, rule, id of the subject, seconds since the start."""
    return [
        f"{change.kind} {change.rule.id} {change.subject.id} at {(change.at - START) / MICROSECONDS:g}"
        for change in changes
    ]


def _register(
    n_devices: int, channels: tuple[Quantity, ...], has_gateway: bool, zone_of: Mapping[int, int]
) -> Roster:
    devices = lay_out_devices(n_devices + 1)
    devices["device_id"] = np.arange(n_devices + 1) + 100
    devices["building_id"] = 1
    devices["interval_us"][1:] = 10 * MICROSECONDS
    devices["gateway_slot"][1:] = GATEWAY if has_gateway else UNKNOWN
    devices["zone_slot"][1:] = [zone_of.get(device, device - 1) for device in range(1, n_devices + 1)]
    devices["zone_id"][1:] = devices["zone_slot"][1:] + 10
    sensors = lay_out_sensors(n_devices * len(channels))
    sensors["sensor_id"] = np.arange(len(sensors)) + 1000
    sensors["device_slot"] = np.arange(len(sensors)) // len(channels) + 1
    sensors["quantity"] = np.tile([quantity.code for quantity in channels], n_devices)
    sensors["interval_us"] = 10 * MICROSECONDS
    zones = np.zeros(n_devices, ZONE)
    zones["zone_id"] = np.arange(n_devices) + 10
    links = np.array(
        [
            (zone, other, 0)
            for zone in range(n_devices)
            for other in (zone - 1, zone + 1)
            if 0 <= other < n_devices
        ],
        LINK,
    )
    sites = np.zeros(1, BUILDING)
    sites["building_id"] = 1
    return Roster(
        1,
        sensors,
        devices,
        [("B", f"D{slot}") for slot in range(n_devices + 1)],
        {},
        {int(sensor_id): slot for slot, sensor_id in enumerate(sensors["sensor_id"])},
        {int(device_id): slot for slot, device_id in enumerate(devices["device_id"])},
        zones=zones,
        sites=sites,
        links=links,
        zone_codes=[f"Z{zone}" for zone in range(n_devices)],
        site_codes=["B"],
        channels=[quantity.value for _ in range(n_devices) for quantity in channels],
    )
