"""Rows of alerts, and how they become what the API shows."""

from __future__ import annotations

import msgspec

from api.alert_columns import AlertRow, ChangeRow, PartColumns
from api.alert_facts import WrittenAlert, take_facts
from api.alert_layout import COLOURS, lay_out_alert, lay_out_entry, lay_out_parts
from api.alert_models import Alert, Change, HistoryEntry, Words
from api.recent_changes import WrittenChange
from api.written_alerts import AlertVersion

# What is not finite becomes null: JSON has no word for it.
_ENCODER = msgspec.json.Encoder()


def show_alert(row: AlertRow) -> Alert:
    return Alert.model_validate(lay_out_alert(row))


def show_change(row: ChangeRow) -> Change:
    return Change.model_validate({**lay_out_entry(row), "alert": lay_out_alert(row)})


def write_alert(row: AlertRow) -> bytes:
    """The alert as it goes on the wire, without the detour over a model: a list has a thousand of them."""
    return _ENCODER.encode(lay_out_alert(row))


def write_change(row: ChangeRow, registry_version: int) -> WrittenChange:
    """The change with its alert, which is written out once for the feed and for lists."""
    alert = write_alert(row)
    version = AlertVersion(row.alert_id, row.change_id, registry_version)
    return WrittenChange(
        row.event_change_id,
        row.building_id,
        row.signal_class,
        b'%b,"alert":%b}' % (_ENCODER.encode(lay_out_entry(row))[:-1], alert),
        WrittenAlert(version, take_facts(row), alert),
    )


def make_entry(*, severity: int, parts: list[PartColumns], **columns: object) -> HistoryEntry:
    """An entry of the history from its own columns."""
    shown = {"severity": COLOURS[severity], "parts": lay_out_parts(parts)}
    return HistoryEntry.model_validate({**shown, **columns})


def explain(row: AlertRow, source: Words) -> Words:
    """In plain words why the alert was raised: rule, figure, limit and where the limit comes from."""
    figure_zh = figure_en = ""
    if row.value is not None:
        figure_zh, figure_en = f":测得 {row.value:.4g}", f": measured {row.value:.4g}"
        if row.limit_value is not None:
            figure_zh += f",限值 {row.limit_value:.4g}"
            figure_en += f", limit {row.limit_value:.4g}"
        figure_zh, figure_en = (
            f"{figure_zh} {row.unit or ''}".rstrip(),
            f"{figure_en} {row.unit or ''}".rstrip(),
        )
    parts_zh = "".join(f"{part['text_zh']};" for part in row.parts)
    parts_en = "".join(f" {part['text_en']};" for part in row.parts)
    return Words(
        zh=f"{row.title_zh}{figure_zh}。{parts_zh}依据:{source.zh}。",
        en=f"{row.title_en}{figure_en}.{parts_en} Grounds: {source.en}.",
    )
