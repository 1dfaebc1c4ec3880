"""Answers about incidents."""

from __future__ import annotations

from api.examples.parts import AREA, BUILDING, COUNTS, FRESH

_INCIDENT = {
    "id": 97,
    "change_id": 812,
    "state": "open",
    "building": BUILDING,
    "area": AREA,
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
    "by_class": COUNTS,
    "by_verdict": {"real_fire": 1},
}
INCIDENTS = {**FRESH, "change_id": 812, "incidents": [_INCIDENT], "next": None}
INCIDENT = {**FRESH, "incident": _INCIDENT}
