"""Answers about buildings, what stands in them and what it measured."""

from __future__ import annotations

from api.examples.parts import AREA, BUILDING, COUNTS, FRESH

_ONE_BUILDING = {
    **BUILDING,
    "area": AREA,
    "class": "high_rise_1",
    "use": "residential",
    "height_m": 80,
    "floors": 26,
    "high_risk": True,
    "must_connect": True,
    "live": "fire",
    "risk": {"score": 61.5, "colour": "orange", "at": "2026-11-23T08:00:00.000Z"},
    "alerts_open": COUNTS,
    "unacknowledged": 3,
    "devices": {"total": 120, "silent": 1, "never_seen": 0},
    "last_received_at": "2026-11-23T08:00:01.900Z",
}
_DEVICE = {
    "id": 41,
    "code": "D7",
    "name": "感烟探测器 7",
    "building": BUILDING,
    "zone": {"code": "Z1", "name": "三层走道"},
    "floor": 3,
    "model": "JTY-GD",
    "power": "mains",
    "gateway": "G1",
    "system": None,
    "part": None,
    "riser": None,
    "state": "fire",
    "online": True,
    "firmware": "1.4.2",
    "last_received_at": "2026-11-23T08:00:01.900Z",
    "last_observed_at": "2026-11-23T08:00:01.850Z",
    "alerts": [97],
    "rules": ["smoke_level_alarm"],
}
_SENSOR = {"id": 7, "channel": "smoke", "quantity": "smoke", "unit": "dB/m", "at": "2026-11-23T08:00:01.850Z"}
_SECTION_DEVICE = {**_DEVICE, "sensors": [{**_SENSOR, "value": 0.42, "quality": 0}]}
_ZONE = {"code": "Z1", "name": "三层走道", "use": "corridor", "state": "fire", "devices": [_SECTION_DEVICE]}
_GAUGE = {
    "id": 88,
    "channel": "P1/p",
    "quantity": "pressure",
    "unit": "MPa",
    "at": "2026-11-23T08:00:00.000Z",
}
_CONTACTS = [{"role": "消防安全管理人", "name": "李建国", "phone": "138 0000 0000"}]
BUILDINGS = {**FRESH, "buildings": [_ONE_BUILDING], "next": None}
SECTION = {
    **FRESH,
    "building": _ONE_BUILDING,
    "floors": [{"floor": 3, "state": "fire", "zones": [_ZONE]}],
    "elsewhere": [],
    "water": [
        {
            "system": "hydrant",
            "state": "normal",
            "devices": 3,
            "readings": [{**_GAUGE, "value": 0.41, "quality": 0}],
        }
    ],
    "contacts": _CONTACTS,
}
CONTACTS = {**FRESH, "contacts": _CONTACTS}
DEVICES = {**FRESH, "devices": [_DEVICE], "next": None}
SENSORS = {
    **FRESH,
    "sensors": [
        {
            "id": 7,
            "channel": "smoke",
            "quantity": "smoke",
            "unit": "dB/m",
            "range_low": 0.0,
            "range_high": 4.0,
            "interval_s": 10.0,
            "heat_class": None,
            "elevation_m": None,
            "resolution": 0.001,
            "building": BUILDING,
            "zone": {"code": "Z1", "name": "三层走道"},
            "device": {"code": "D7", "name": "感烟探测器 7"},
            "retired": False,
            "limitations": [],
        }
    ],
    "next": None,
}
READINGS = {
    **FRESH,
    "sensor_id": 7,
    "quantity": "smoke",
    "unit": "dB/m",
    "from": "2026-11-23T07:50:00.000Z",
    "to": "2026-11-23T08:00:00.000Z",
    "bucket_seconds": None,
    "points": [
        {
            "at": "2026-11-23T07:58:00.250Z",
            "value": 0.42,
            "minimum": 0.42,
            "maximum": 0.42,
            "count": 1,
            "quality": 0,
        }
    ],
}
