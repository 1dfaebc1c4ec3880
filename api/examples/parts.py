"""What many examples have in common: one evening in one street."""

from __future__ import annotations

PIPELINE = {
    "state": "running",
    "note": "",
    "lag_seconds": 0.02,
    "heartbeat_age_seconds": 0.4,
    "last_commit_at": "2026-11-23T08:00:01.950Z",
    "database": "up",
    "broker": "connected",
    "spool_batches": 0,
    "silent_devices": 1,
}
FRESH: dict[str, object] = {
    "as_of": "2026-11-23T08:00:02.000Z",
    "pipeline": PIPELINE,
}
BUILDING = {"code": "B1", "name": "一号楼"}
AREA = {"code": "A1", "name": "青禾街道"}
COUNTS = {
    "fire": 4,
    "warning": 6,
    "actuation": 1,
    "supervisory": 0,
    "fault": 1,
    "disabled": 0,
    "test": 0,
}
