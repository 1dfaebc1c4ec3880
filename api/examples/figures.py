"""Answers with figures over a period: who reports, who cries in vain, how soon people see to it."""

from __future__ import annotations

from api.examples.parts import AREA, BUILDING, FRESH

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
    "area": AREA,
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
_TIMES = {"n": 41, "median_seconds": 14.0, "p95_seconds": 52.5, "longest_seconds": 88.0}
COVERAGE = {
    **FRESH,
    **_OVER,
    "total": _FIGURES,
    "by_area": [{**AREA, "level": "street", "parent": None, **_FIGURES}],
    "by_class": [{"class": "high_rise_1", **_FIGURES}],
    "missing": [_BUILDING_COVERAGE],
    "missing_total": 1,
}
BUILDING_COVERAGE = {**FRESH, **_OVER, "buildings": [_BUILDING_COVERAGE], "next": None}
ACTIVITY = {
    **FRESH,
    "from": "2026-11-22T09:00:00.000Z",
    "to": "2026-11-23T09:00:00.000Z",
    "bucket_seconds": 3600,
    "rows": [{**BUILDING, "total": 12, "counts": [0] * 22 + [9, 3]}],
}
RESPONSE_TIMES = {
    **FRESH,
    "from": "2026-11-21T16:00:00.000Z",
    "to": "2026-11-22T16:00:00.000Z",
    "counts": {"alerts": 44, "acknowledged": 41, "ruled_on": 41, "waiting": 1},
    "total": {"person": None, "shift": None, "acknowledged": _TIMES, "verdict": _TIMES},
    "rows": [{"person": "王警官", "shift": None, "acknowledged": _TIMES, "verdict": _TIMES}],
}
FALSE_ALARM_DEVICES = {
    **FRESH,
    "devices": [
        {
            "code": "D7",
            "name": "感烟探测器 7",
            "building": BUILDING,
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
FALSE_ALARMS = {
    **FRESH,
    "days": [
        {
            "day": "2026-11-22",
            "building": BUILDING,
            "false_alarms": 6,
            "too_many": True,
            "by_device": {"D7": 6},
        }
    ],
}
COMPLETENESS = {
    **FRESH,
    "devices": [
        {
            "code": "D7",
            "name": "感烟探测器 7",
            "building": BUILDING,
            "day": "2026-11-22",
            "begins_at": "2026-11-21T16:00:00.000Z",
            "received": 8208,
            "expected": 8640,
            "completeness": 0.95,
            "online": 0.96,
        }
    ],
    "next": None,
}
