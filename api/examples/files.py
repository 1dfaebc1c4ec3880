"""Examples of answers that are no JSON. What writes the answers writes these too."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from api.alert_models import Alert, Change, HistoryEntry, Words
from api.atom import FeedPage, write_feed
from api.cap import CapMessage, write_cap
from api.examples import alerts
from api.examples.parts import FRESH
from api.exports import tables
from api.exports.columns import Cell, Column
from api.exports.csv_writer import CsvWriter

_SERVICE = "https://fengsui.example/"
_RAISED_AT = datetime(2026, 11, 23, 7, 58, 0, 250_000, UTC)
_ACTED_AT = datetime(2026, 11, 23, 7, 58, 20, 0, UTC)
_CHANGE = Change.model_validate(alerts.CHANGES["changes"][0])  # type: ignore[index]


def _write_table(columns: tuple[Column, ...], *cells: Cell) -> str:
    """A table of a single row."""
    writer = CsvWriter(columns, with_mark=False)
    return (writer.begin() + writer.write([cells]) + writer.finish()).decode()


CAP = write_cap(
    CapMessage(
        Alert.model_validate(alerts.ACKNOWLEDGED),
        Words.model_validate(alerts.WHY),
        [HistoryEntry.model_validate(entry) for entry in alerts.HISTORY],
        "fengsui",
        f"{_SERVICE}v1/alerts/97",
    )
).decode()
ATOM = write_feed(
    FeedPage([_CHANGE], _ACTED_AT, _SERVICE, f"{_SERVICE}v1/alerts/cap.atom", next_address=None)
).decode()
EVENTS = (
    f"id: 811\nevent: position\ndata: {json.dumps({'after': 811})}\n\n"
    f": heartbeat\nevent: freshness\ndata: {json.dumps(FRESH)}\n\n"
    f"id: 812\nevent: change\ndata: {_CHANGE.model_dump_json(by_alias=True)}\n\n"
)
ALERT_TABLE = _write_table(
    tables.ALERT_COLUMNS,
    97, 97, "smoke_level_alarm", "烟雾浓度火警", "Smoke at fire level", "fire", "orange", "orange", "active",
    "A1", "青禾街道", "B1", "一号楼", 3, "Z1", "D7", "smoke", _RAISED_AT, _RAISED_AT + timedelta(milliseconds=60),
    None, None, _ACTED_AT, "王警官", None, None, None, 0.42, 0.3, "dB/m", False,
)  # fmt: skip
READING_TABLE = _write_table(
    tables.READING_COLUMNS,
    7, "B1", "D7", "smoke", "smoke", _RAISED_AT, _RAISED_AT + timedelta(milliseconds=20), 0.42, 0,
)  # fmt: skip
COVERAGE_TABLE = _write_table(
    tables.COVERAGE_COLUMNS,
    "B3", "三号楼", "A1", "青禾街道", "high_rise_1", True, True, "never_heard", 40, 0, 0, 0, 0.0, 0.0, 0.0, None,
)  # fmt: skip
FALSE_ALARM_TABLE = _write_table(
    tables.FALSE_ALARM_COLUMNS,
    date(2026, 11, 22), "B1", "一号楼", "D7", "感烟探测器 7", "smoke_level_alarm", 6, 6, True,
)  # fmt: skip
