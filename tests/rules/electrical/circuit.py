"""A circuit with sensors of every quantity, and a shorthand for what they report minute by minute."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rules.engine import Engine
from rules.parameters import Parameters
from schemas.columns import MICROSECONDS, READING, Batch
from schemas.domain import PHASES, QUANTITIES, ZONE_USES, Phase, Quantity, ZoneUse
from schemas.roster import BUILDING, UNKNOWN, ZONE, Roster, lay_out_devices, lay_out_sensors
from simulators.electrical.circuits import CHANNELS

START = 1_795_420_800 * MICROSECONDS
"""2026-11-23T08:00:00Z: four in the afternoon in the city."""
USUAL: Mapping[str, float] = {
    "residual_current": 100.0,
    "cable_temperature/A": 35.0,
    "cable_temperature/B": 35.5,
    "cable_temperature/C": 34.5,
    "current": 50.0,
    "voltage/A": 221.0,
    "voltage/B": 222.0,
    "voltage/C": 220.0,
    "arc": 0.0,
    "temperature": 25.0,
    "humidity": 60.0,
}
NAMES = tuple(USUAL)


class Circuit:
    """One circuit of 100 A in a zone, whose sensors report every `interval` seconds."""

    def __init__(
        self,
        use: ZoneUse = ZoneUse.ELECTRICAL_ROOM,
        interval: float = 60.0,
        insulation: int = UNKNOWN,
        parameters: Parameters | None = None,
    ) -> None:
        self.roster = _register(use, interval, insulation)
        self.engine = Engine(parameters)
        self.engine.adopt(self.roster)

    def report(
        self, seconds: float, values: Mapping[str, float] | None = None, without: str = ""
    ) -> list[str]:
        """All sensors but `without` report, the usual but for `values`; says what changed: ``raise arc_fault arc``."""
        names = [name for name in NAMES if name != without]
        readings = np.zeros(len(names), READING)
        readings["slot"] = [NAMES.index(name) for name in names]
        readings["observed_at"] = readings["received_at"] = START + round(seconds * MICROSECONDS)
        readings["value"] = [(values or {}).get(name, USUAL[name]) for name in names]
        changes = self.engine.evaluate(Batch(readings), int(readings["received_at"][0]))
        return [
            f"{change.kind} {change.rule.id} {NAMES[(change.subject.sensor_id or 0) - 1000]}"
            for change in changes
        ]


def _register(use: ZoneUse, interval: float, insulation: int) -> Roster:
    sites, zones = np.zeros(1, BUILDING), np.zeros(1, ZONE)
    sites["building_id"], zones["zone_id"], zones["use"] = 1, 10, ZONE_USES.index(use)
    devices = lay_out_devices(1)
    devices["device_id"], devices["building_id"], devices["zone_id"], devices["zone_slot"] = 100, 1, 10, 0
    sensors = lay_out_sensors(len(CHANNELS))
    sensors["sensor_id"] = np.arange(len(CHANNELS)) + 1000
    sensors["circuit_slot"] = 0
    sensors["quantity"] = [quantity.code for quantity, _ in CHANNELS]
    sensors["phase"] = [UNKNOWN if phase is None else PHASES.index(Phase(phase)) for _, phase in CHANNELS]
    sensors["insulation"] = insulation
    sensors["interval_us"] = devices["interval_us"] = round(interval * MICROSECONDS)
    sensors["rated_current_a"] = np.where(sensors["quantity"] == Quantity.CURRENT.code, 100.0, 0.0)
    return Roster(
        1,
        sensors,
        devices,
        [("B", "E1")],
        {},
        {slot + 1000: slot for slot in range(len(CHANNELS))},
        {100: 0},
        zones=zones,
        sites=sites,
        zone_codes=["Z"],
        site_codes=["B"],
        channels=[QUANTITIES[code].value for code in sensors["quantity"].tolist()],
    )
