"""Examples of answers for the description of the API; the tests hold them to their forms."""

from __future__ import annotations

_FRESH: dict[str, object] = {
    "as_of": "2026-11-23T08:00:02.000Z",
    "pipeline": {
        "state": "running",
        "note": "",
        "lag_seconds": 0.02,
        "heartbeat_age_seconds": 0.4,
        "last_commit_at": "2026-11-23T08:00:01.950Z",
        "database": "up",
        "broker": "connected",
        "spool_batches": 0,
        "silent_devices": 1,
    },
}
_BUILDING = {"code": "B1", "name": "一号楼"}
_AREA = {"code": "A1", "name": "青禾街道"}
_INCIDENT = {
    "id": 97,
    "change_id": 812,
    "state": "open",
    "building": _BUILDING,
    "area": _AREA,
    "floors": [3, 4],
    "gravest": {
        "id": 97,
        "rule": "smoke_level_alarm",
        "title": {"zh": "烟雾浓度火警", "en": "Smoke at fire level"},
        "class": "fire",
    },
    "severity": "orange",
    "severity_peak": "red",
    "first_raised_at": "2026-11-23T07:58:00.250Z",
    "last_raised_at": "2026-11-23T07:59:40.000Z",
    "changed_at": "2026-11-23T08:00:01.000Z",
    "cleared_at": None,
    "alerts": 12,
    "alerts_open": 11,
    "alerts_active": 11,
    "unacknowledged": 3,
    "by_class": {
        "fire": 4,
        "warning": 6,
        "actuation": 1,
        "supervisory": 0,
        "fault": 1,
        "disabled": 0,
        "test": 0,
    },
    "by_verdict": {"real_fire": 1},
}
_FIGURES = {
    "buildings": 3,
    "connected": 2,
    "running": 1,
    "connected_rate": 0.667,
    "running_rate": 0.333,
    "online": 0.97,
    "completeness": 0.93,
}
_BUILDING_COVERAGE = {
    "code": "B3",
    "name": "三号楼",
    "area": _AREA,
    "class": "high_rise_1",
    "must_connect": True,
    "high_risk": True,
    "state": "never_heard",
    "devices": 40,
    "devices_heard": 0,
    "devices_silent": 0,
    "online": None,
    "completeness": None,
    "last_received_at": None,
}
_OVER = {
    "period": {"from": "2026-11-16", "to": "2026-11-22", "days_judged": 7},
    "demand": {"least_online": 0.9, "least_completeness": 0.9},
}
_ONE_BUILDING = {
    **_BUILDING,
    "area": _AREA,
    "class": "high_rise_1",
    "use": "residential",
    "height_m": 80,
    "floors": 26,
    "high_risk": True,
    "must_connect": True,
    "live": "fire",
    "risk": {"score": 61.5, "colour": "orange", "at": "2026-11-23T08:00:00.000Z"},
    "alerts_open": dict(_INCIDENT["by_class"]),  # type: ignore[call-overload]
    "unacknowledged": 3,
    "devices": {"total": 120, "silent": 1, "never_seen": 0},
    "last_received_at": "2026-11-23T08:00:01.900Z",
}
_DEVICE = {
    "id": 41,
    "code": "D7",
    "name": "感烟探测器 7",
    "building": _BUILDING,
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
_TIMES = {"n": 41, "median_seconds": 14.0, "p95_seconds": 52.5, "longest_seconds": 88.0}

INCIDENTS = {**_FRESH, "change_id": 812, "incidents": [_INCIDENT], "next": None}
INCIDENT = {**_FRESH, "incident": _INCIDENT}
COVERAGE = {
    **_FRESH,
    **_OVER,
    "total": _FIGURES,
    "by_area": [{**_AREA, "level": "street", "parent": None, **_FIGURES}],
    "by_class": [{"class": "high_rise_1", **_FIGURES}],
    "missing": [_BUILDING_COVERAGE],
    "missing_total": 1,
}
BUILDING_COVERAGE = {**_FRESH, **_OVER, "buildings": [_BUILDING_COVERAGE], "next": None}
BUILDINGS = {**_FRESH, "buildings": [_ONE_BUILDING], "next": None}
SECTION = {
    **_FRESH,
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
CONTACTS = {**_FRESH, "contacts": _CONTACTS}
DEVICES = {**_FRESH, "devices": [_DEVICE], "next": None}
ACTIVITY = {
    **_FRESH,
    "from": "2026-11-22T09:00:00.000Z",
    "to": "2026-11-23T09:00:00.000Z",
    "bucket_seconds": 3600,
    "rows": [{**_BUILDING, "total": 12, "counts": [0] * 22 + [9, 3]}],
}
RESPONSE_TIMES = {
    **_FRESH,
    "counts": {"alerts": 44, "acknowledged": 41, "ruled_on": 41, "waiting": 1},
    "total": {"person": None, "shift": None, "acknowledged": _TIMES, "verdict": _TIMES},
    "rows": [{"person": "王警官", "shift": None, "acknowledged": _TIMES, "verdict": _TIMES}],
}
FALSE_ALARM_DEVICES = {
    **_FRESH,
    "devices": [
        {
            "code": "D7",
            "name": "感烟探测器 7",
            "building": _BUILDING,
            "model": "JTY-GD",
            "false_alarms": 9,
            "most_in_a_day": 6,
            "days": 3,
            "first_day": "2026-11-16",
            "last_day": "2026-11-22",
            "too_many": True,
        }
    ],
}
WEBHOOKS = {
    **_FRESH,
    "webhooks": [
        {
            "id": 1,
            "url": "https://centre.example/fire",
            "classes": ["fire"],
            "after": 810,
            "behind": 2,
            "failures": 1,
            "next_at": "2026-11-23T08:00:03.000Z",
            "last_error": "HTTP 503",
            "last_failed_at": "2026-11-23T08:00:01.500Z",
            "delivered_at": "2026-11-23T07:59:41.000Z",
            "added_by": "operator",
            "added_at": "2026-11-01T00:00:00.000Z",
        }
    ],
}


def show_example(example: dict[str, object]) -> dict[int | str, dict[str, object]]:
    """What a route says in OpenAPI of its answer when all is well."""
    return {200: {"content": {"application/json": {"example": example}}}}
