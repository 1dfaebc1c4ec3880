"""Answers about the service itself and those who use it."""

from __future__ import annotations

from api.examples.parts import COUNTS, FRESH, PIPELINE

WEBHOOKS = {
    **FRESH,
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
STATUS = {
    **FRESH,
    "pipeline": {**PIPELINE, "messages_per_second": 40.0, "readings_per_second": 80.0},
    "messages": {"received": 812004, "stored": 811950, "duplicate": 41, "conflict": 1, "quarantined": 12},
    "readings": {"received": 1624008, "stored": 1623900, "duplicate": 82, "conflict": 2, "rejected": 24},
    "alerts_open": COUNTS,
    "devices": {"total": 201, "online": 199, "silent": 1, "never_seen": 1},
    "database": {"state": "up"},
    "broker": {"state": "connected", "note": ""},
    "rules": {"state": "current", "version": "3f9a1c27", "error": ""},
}
QUARANTINE = {
    **FRESH,
    "messages": [
        {
            "id": 5,
            "topic": "fengsui/v1/B1/D7/readings",
            "reason": "malformed_json",
            "detail": "not JSON: Input data was truncated",
            "occurrences": 3,
            "samples_rejected": 0,
            "payload_bytes": 23,
            "payload_text": '{"values":{"smoke":0.03',
            "payload_base64": "eyJ2YWx1ZXMiOnsic21va2UiOjAuMDM=",
            "first_received_at": "2026-11-23T07:40:00.000Z",
            "last_received_at": "2026-11-23T07:59:00.000Z",
        }
    ],
    "next": None,
}
ALIVE: dict[str, object] = {"state": "alive"}
_PARTS = {
    part: {"ready": True, "note": ""} for part in ("database", "migrations", "worker", "broker", "feed")
}
READY: dict[str, object] = {"ready": True, "parts": _PARTS}
UNREADY = {
    "ready": False,
    "parts": {**_PARTS, "broker": {"ready": False, "note": "no worker is connected"}},
}
SESSION: dict[str, object] = {"name": "王警官", "role": "officer", "buildings": ["B1", "B2"]}
METRICS = """# HELP fengsui_database_up Whether the database answered this scrape
# TYPE fengsui_database_up gauge
fengsui_database_up 1.0
# HELP fengsui_alerts_open Open alerts
# TYPE fengsui_alerts_open gauge
fengsui_alerts_open{class="fire"} 4.0
"""
