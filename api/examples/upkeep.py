"""Requests and answers about what has to be put right, what is planned, and where the risk is."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic.config import JsonDict

from api.examples.parts import AREA, BUILDING, FRESH

_CORRIDOR = {"code": "Z1", "name": "三层走道"}
FOUND: JsonDict = {
    "kind": "blocked_exit",
    "building": "B1",
    "zone": "Z1",
    "note": "三层走道堆放杂物",
    "by": "王警官",
}
DEED: JsonDict = {"by": "物业李经理", "note": "杂物已清理"}
WORD: JsonDict = {"by": "王警官", "note": "现场复查，通道畅通"}
ASSIGNMENT: JsonDict = {
    "by": "王警官",
    "owner": "maintenance",
    "due_at": "2026-11-25T10:00:00+08:00",
}
_FOUND_ENTRY = {
    "action": "found",
    "at": "2026-11-23T07:30:00.000Z",
    "recorded_at": "2026-11-23T07:30:00.000Z",
    "actor": "王警官",
    "note": "三层走道堆放杂物",
    "proof": None,
}
_HAZARD = {
    "id": 12,
    "kind": "blocked_exit",
    "title": {"zh": "疏散通道堵塞", "en": "Blocked way out"},
    "state": "open",
    "building": BUILDING,
    "zone": _CORRIDOR,
    "device": None,
    "channel": None,
    "rule": None,
    "alert_id": None,
    "found_at": "2026-11-23T07:30:00.000Z",
    "found_by": "王警官",
    "note": "三层走道堆放杂物",
    "owner": "building",
    "due_at": "2026-11-24T07:30:00.000Z",
    "overdue": False,
    "claimed_at": None,
    "claimed_by": None,
    "closed_at": None,
    "proof": None,
    "reopened": 0,
}


def _after(action: str, said: Mapping[str, object], **changed: object) -> dict[str, object]:
    """The hazard once somebody has done something about it."""
    entry = {
        "action": action,
        "at": "2026-11-23T08:00:00.000Z",
        "recorded_at": "2026-11-23T08:00:00.000Z",
        "actor": said["by"],
        "note": said.get("note"),
        "proof": None,
    }
    return {**_HAZARD, **changed, "history": [_FOUND_ENTRY, entry]}


HAZARDS = {**FRESH, "hazards": [_HAZARD], "next": None}
HAZARD = {**_HAZARD, "history": [_FOUND_ENTRY]}
ASSIGNED = _after("assigned", ASSIGNMENT, owner="maintenance", due_at="2026-11-25T02:00:00.000Z")
MENDED = _after("mended", DEED, state="mended", closed_at="2026-11-23T08:00:00.000Z")
DISMISSED = _after("dismissed", WORD, state="dismissed", closed_at="2026-11-23T08:00:00.000Z")
REOPENED = _after("reopened", WORD, reopened=1)

DRILL: JsonDict = {
    "kind": "drill",
    "building": "B1",
    "ends_at": "2026-11-23T18:00:00+08:00",
    "reason": "年度演练",
    "by": "王警官",
}
END: JsonDict = {"by": "王警官"}
SCOPE = {
    "id": 3,
    "kind": "drill",
    "state": "running",
    "building": BUILDING,
    "zone": None,
    "device": None,
    "starts_at": "2026-11-23T08:00:00.000Z",
    "ends_at": "2026-11-23T10:00:00.000Z",
    "reason": "年度演练",
    "declared_by": "王警官",
    "declared_at": "2026-11-23T08:00:00.000Z",
    "ended_at": None,
    "ended_by": None,
}
SCOPE_ENDED = {**SCOPE, "state": "ended", "ended_at": "2026-11-23T08:40:00.000Z", "ended_by": "王警官"}
SCOPES = {**FRESH, "scopes": [SCOPE], "next": None}

_RISK = {
    **BUILDING,
    "area": AREA,
    "at": "2026-11-23T08:00:00.000Z",
    "score": 61.5,
    "colour": "orange",
    "parts": [
        {"part": "live", "text": {"zh": "当前火警和预警", "en": "fires and warnings now"}, "points": 40.0},
        {
            "part": "standing",
            "text": {"zh": "建筑类别、用途和高度", "en": "class, use and height"},
            "points": 21.5,
        },
    ],
    "changes": [
        {
            "change": "end_alerts",
            "text": {"zh": "处置10条火警和预警", "en": "deal with fires and warnings: 10"},
            "points": 40.0,
        }
    ],
}
BUILDING_RISKS = {**FRESH, "buildings": [_RISK], "next": None}
AREA_RISKS = {
    **FRESH,
    "areas": [
        {
            **AREA,
            "at": "2026-11-23T08:00:00.000Z",
            "level": "street",
            "parent": None,
            "score": 61.5,
            "colour": "orange",
            "buildings": 3,
            "worst": BUILDING,
        }
    ],
}
INSPECTIONS = {
    **FRESH,
    "buildings": [
        {
            **_RISK,
            "rank": 1,
            "reasons": [{"zh": "处置10条火警和预警", "en": "deal with fires and warnings: 10"}],
        }
    ],
}
