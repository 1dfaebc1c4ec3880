"""Answers about alerts, and what one alert becomes by each act: the acts' bodies are in `api.act_bodies`."""

from __future__ import annotations

from api.examples.parts import AREA, BUILDING, FRESH

_ACTED_AT = "2026-11-23T07:58:20.000Z"
_TITLE = {"zh": "烟雾浓度火警", "en": "Smoke at fire level"}
_ADVICE = {
    "zh": "立即派人到场核实；同时联系微型消防站和值班人员。",
    "en": "Send somebody to look at once; call the building's fire post and its duty staff.",
}
_SOURCE = {
    "zh": "设计值 0.30 dB/m，在点型探测器标称灵敏度 0.5～4 %/ft 之内",
    "en": "design value 0.30 dB/m, within the 0.5-4 %/ft marked sensitivity of point detectors",
}
_RAISED: dict[str, object] = {
    "id": 97,
    "incident": 97,
    "change_id": 811,
    "rule": "smoke_level_alarm",
    "title": _TITLE,
    "class": "fire",
    "severity": "orange",
    "severity_peak": "orange",
    "subject": "sensor",
    "condition": "active",
    "acknowledged": None,
    "verdict": None,
    "assigned": None,
    "referred": None,
    "reminded_at": None,
    "latching": True,
    "late": False,
    "raised_at": "2026-11-23T07:58:00.250Z",
    "recorded_at": "2026-11-23T07:58:00.310Z",
    "cleared_at": None,
    "closed_at": None,
    "closed_by": None,
    "value": 0.42,
    "limit": 0.3,
    "unit": "dB/m",
    "forecast": None,
    "where": {
        "area": AREA,
        "building": BUILDING,
        "floor": 3,
        "zone": {"code": "Z1", "name": "三层走道", "use": "corridor"},
        "device": {"code": "D7", "name": "感烟探测器 7"},
        "channel": {"code": "smoke", "quantity": "smoke", "sensor_id": 7, "limitations": []},
    },
    "advice": _ADVICE,
    "parts": [],
    "scope": None,
    "parameters_version": "3f9a1c27",
}
_BY = {"at": _ACTED_AT, "by": "王警官"}
_ENTRY: dict[str, object] = {
    "change_id": 811,
    "action": "raised",
    "at": "2026-11-23T07:58:00.250Z",
    "recorded_at": "2026-11-23T07:58:00.310Z",
    "actor": "rules",
    "condition": "active",
    "severity": "orange",
    "value": 0.42,
    "note": None,
    "origin": None,
    "detail": None,
    "undoes": None,
    "parts": [],
    "parameters_version": "3f9a1c27",
}
_ACKNOWLEDGED_ENTRY = {
    **_ENTRY,
    "change_id": 812,
    "action": "acknowledged",
    "at": _ACTED_AT,
    "recorded_at": _ACTED_AT,
    "actor": "王警官",
    "note": "已电话核实",
    "origin": "192.0.2.17",
}


def _after(**changed: object) -> dict[str, object]:
    """The alert once somebody has acted on it."""
    return {**_RAISED, "change_id": 812, **changed}


ACKNOWLEDGED = _after(acknowledged=_BY)
ASSIGNED = _after(assigned={"to": "李警官", **_BY})
COMMENTED = _after()
RULED_ON = _after(verdict={"verdict": "false_alarm", **_BY})
ESCALATED = _after(referred={"to": "supervisor", **_BY})
CLOSED = _after(closed_at=_ACTED_AT, closed_by="王警官")
UNDONE = _after(change_id=813)

ALERTS = {**FRESH, "change_id": 812, "alerts": [ACKNOWLEDGED], "total": None, "next": None}
CHANGES = {
    **FRESH,
    "changes": [{**_ACKNOWLEDGED_ENTRY, "alert": ACKNOWLEDGED}],
    "next": 812,
    "newest": 812,
}
WHY = {
    "zh": f"烟雾浓度火警:测得 0.42,限值 0.3 dB/m。依据:{_SOURCE['zh']}。",
    "en": f"Smoke at fire level: measured 0.42, limit 0.3 dB/m. Grounds: {_SOURCE['en']}.",
}
HISTORY = [_ENTRY, _ACKNOWLEDGED_ENTRY]
ALERT = {
    **ACKNOWLEDGED,
    "why": WHY,
    "account": f"2026年11月23日 15:58:00,青禾街道一号楼3层三层走道感烟探测器 7:{WHY['zh']}处置建议:{_ADVICE['zh']}",
    "source": _SOURCE["zh"],
    "grounds": _SOURCE,
    "history": HISTORY,
    "readings": {
        "sensor_id": 7,
        "quantity": "smoke",
        "unit": "dB/m",
        "from": "2026-11-23T07:48:00.250Z",
        "to": "2026-11-23T08:08:00.250Z",
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
    },
    "group_readings": [],
    "related": [],
}
SELECTION = {
    **FRESH,
    "results": [
        {"id": 97, "status": 200, "acted": True, "problem": None},
        {
            "id": 98,
            "status": 404,
            "acted": False,
            "problem": {
                "type": "urn:fengsui:problem:no-alert",
                "title": "Not Found",
                "status": 404,
                "detail": "there is no alert 98",
                "instance": "/v1/alerts/98",
                "errors": None,
            },
        },
    ],
}
_UNPERSISTED = {
    "rule": "smoke_level_alarm",
    "title": _TITLE,
    "class": "fire",
    "severity": "orange",
    "subject": "sensor",
    "subject_id": 7,
    "building": "B1",
    "zone": "Z1",
    "device": "D7",
    "at": "2026-11-23T07:58:00.250Z",
    "changed_at": "2026-11-23T07:58:00.250Z",
    "condition": "active",
    "latching": True,
    "late": False,
    "value": 0.42,
    "limit": 0.3,
    "unit": "dB/m",
    "where": {
        "area": AREA,
        "building": BUILDING,
        "floor": 3,
        "zone": {"code": "Z1", "name": "三层走道", "use": "corridor"},
        "device": {"code": "D7", "name": "感烟探测器 7"},
    },
    "advice": _ADVICE,
}
UNPERSISTED = {
    "as_of": "2026-11-23T07:58:02.000Z",
    "heard": True,
    "total": 1,
    "dropped": 0,
    "malformed": 0,
    "alerts": [_UNPERSISTED],
}
