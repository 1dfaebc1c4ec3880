"""Rows of alerts, and how they become what the API shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.alert_models import (
    Acknowledged,
    Alert,
    Change,
    Channel,
    Colour,
    HistoryEntry,
    Named,
    Place,
    Ruling,
    Words,
    Zone,
)
from schemas.domain import AlertAction, Condition, Quantity, SignalClass, SubjectKind, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """An alert with its rule's words and its place; see `api.alert_store.ALERT_COLUMNS`."""

    alert_id: int
    change_id: int
    rule: str
    title_zh: str
    title_en: str
    advice_zh: str
    advice_en: str
    signal_class: str
    severity: int
    severity_peak: int
    subject_kind: str
    condition: str
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    verdict: str | None
    verdict_at: datetime | None
    verdict_by: str | None
    latching: bool
    late: bool
    raised_at: datetime
    recorded_at: datetime
    cleared_at: datetime | None
    closed_at: datetime | None
    value: float | None
    limit_value: float | None
    unit: str | None
    area_code: str
    area_name: str
    building_code: str
    building_name: str
    floor: int | None
    zone_code: str | None
    zone_name: str | None
    zone_use: str | None
    device_code: str | None
    device_name: str | None
    channel: str | None
    quantity: str | None
    sensor_id: int | None
    class_rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow(AlertRow):
    """An entry of the history joined with its alert."""

    event_change_id: int
    event_at: datetime
    event_recorded_at: datetime
    event_condition: str
    event_severity: int
    event_value: float | None
    action: str
    actor: str
    note: str | None


def show_alert(row: AlertRow) -> Alert:
    return Alert(
        id=row.alert_id,
        change_id=row.change_id,
        rule=row.rule,
        title=Words(zh=row.title_zh, en=row.title_en),
        signal_class=SignalClass(row.signal_class),
        severity=Colour.of(row.severity),
        severity_peak=Colour.of(row.severity_peak),
        subject=SubjectKind(row.subject_kind),
        condition=Condition(row.condition),
        acknowledged=_show_acknowledged(row),
        verdict=_show_verdict(row),
        latching=row.latching,
        late=row.late,
        raised_at=row.raised_at,
        recorded_at=row.recorded_at,
        cleared_at=row.cleared_at,
        closed_at=row.closed_at,
        value=row.value,
        limit=row.limit_value,
        unit=row.unit,
        where=_show_place(row),
        advice=Words(zh=row.advice_zh, en=row.advice_en),
    )


def show_change(row: ChangeRow) -> Change:
    return Change(
        change_id=row.event_change_id,
        action=AlertAction(row.action),
        at=row.event_at,
        recorded_at=row.event_recorded_at,
        actor=row.actor,
        condition=Condition(row.event_condition),
        severity=Colour.of(row.event_severity),
        value=row.event_value,
        note=row.note,
        alert=show_alert(row),
    )


def make_entry(*, severity: int, **columns: object) -> HistoryEntry:
    """An entry of the history from its own columns."""
    return HistoryEntry.model_validate({"severity": Colour.of(severity), **columns})


def explain(row: AlertRow, source: str) -> Words:
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
    return Words(
        zh=f"{row.title_zh}{figure_zh}。依据:{source}。", en=f"{row.title_en}{figure_en}. Grounds: {source}."
    )


def _show_acknowledged(row: AlertRow) -> Acknowledged | None:
    if row.acknowledged_at is None:
        return None
    return Acknowledged(at=row.acknowledged_at, by=row.acknowledged_by or "")


def _show_verdict(row: AlertRow) -> Ruling | None:
    if row.verdict is None or row.verdict_at is None:
        return None
    return Ruling(verdict=Verdict(row.verdict), at=row.verdict_at, by=row.verdict_by or "")


def _show_place(row: AlertRow) -> Place:
    channel = None
    if row.channel is not None and row.quantity is not None and row.sensor_id is not None:
        channel = Channel(code=row.channel, quantity=Quantity(row.quantity), sensor_id=row.sensor_id)
    zone = None
    if row.zone_code is not None:
        zone = Zone(code=row.zone_code, name=row.zone_name or "", use=row.zone_use or "")
    device = None
    if row.device_code is not None:
        device = Named(code=row.device_code, name=row.device_name or "")
    return Place(
        area=Named(code=row.area_code, name=row.area_name),
        building=Named(code=row.building_code, name=row.building_name),
        floor=row.floor,
        zone=zone,
        device=device,
        channel=channel,
    )
