"""Rows of alerts, and how they become what the API shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from api.alert_models import (
    Acknowledged,
    Alert,
    AlertScope,
    Assigned,
    Change,
    Channel,
    Colour,
    Forecast,
    HistoryEntry,
    Named,
    Part,
    Place,
    Referred,
    Ruling,
    Words,
    Zone,
)
from schemas.domain import (
    AlertAction,
    Condition,
    Quantity,
    Referral,
    ScopeKind,
    SignalClass,
    SubjectKind,
    Verdict,
)
from schemas.limitations import find_limitations

FORECAST_CONFIDENCE = 0.8
"""Of the interval that rules on hours and days give their forecasts."""


class PartColumns(TypedDict):
    """A reason as the tables hold it."""

    text_zh: str
    text_en: str
    points: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """An alert with its rule's words and its place; see `api.alert_store.ALERT_COLUMNS`."""

    alert_id: int
    incident_id: int
    change_id: int
    building_id: int
    zone_id: int | None
    device_id: int | None
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
    assigned_to: str | None
    assigned_at: datetime | None
    assigned_by: str | None
    referred_to: str | None
    referred_at: datetime | None
    referred_by: str | None
    reminded_at: datetime | None
    latching: bool
    late: bool
    raised_at: datetime
    recorded_at: datetime
    cleared_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    value: float | None
    limit_value: float | None
    unit: str | None
    forecast_at: datetime | None
    forecast_earliest: datetime | None
    forecast_latest: datetime | None
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
    interval_seconds: float | None
    resolution: float | None
    parts: list[PartColumns]
    parameters_version: str
    scope_id: int | None
    scope_kind: str | None
    scope_ends_at: datetime | None
    scope_reason: str | None
    scope_declared_by: str | None
    urgency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow(AlertRow):
    """An entry of the history joined with its alert."""

    event_change_id: int
    event_at: datetime
    event_recorded_at: datetime
    event_condition: str
    event_severity: int
    event_value: float | None
    event_parts: list[PartColumns]
    event_parameters_version: str
    action: str
    actor: str
    note: str | None
    origin: str | None
    detail: str | None
    undoes: int | None


def show_alert(row: AlertRow) -> Alert:
    return Alert(
        id=row.alert_id,
        incident=row.incident_id,
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
        assigned=_show_assigned(row),
        referred=_show_referred(row),
        reminded_at=row.reminded_at,
        latching=row.latching,
        late=row.late,
        raised_at=row.raised_at,
        recorded_at=row.recorded_at,
        cleared_at=row.cleared_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        value=row.value,
        limit=row.limit_value,
        unit=row.unit,
        forecast=_show_forecast(row),
        where=_show_place(row),
        advice=Words(zh=row.advice_zh, en=row.advice_en),
        parts=_show_parts(row.parts),
        scope=_show_scope(row),
        parameters_version=row.parameters_version,
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
        origin=row.origin,
        detail=row.detail,
        undoes=row.undoes,
        parts=_show_parts(row.event_parts),
        parameters_version=row.event_parameters_version,
        alert=show_alert(row),
    )


def make_entry(*, severity: int, parts: list[PartColumns], **columns: object) -> HistoryEntry:
    """An entry of the history from its own columns."""
    shown = {"severity": Colour.of(severity), "parts": _show_parts(parts)}
    return HistoryEntry.model_validate({**shown, **columns})


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
    parts_zh = "".join(f"{part['text_zh']};" for part in row.parts)
    parts_en = "".join(f" {part['text_en']};" for part in row.parts)
    return Words(
        zh=f"{row.title_zh}{figure_zh}。{parts_zh}依据:{source}。",
        en=f"{row.title_en}{figure_en}.{parts_en} Grounds: {source}.",
    )


def _show_parts(parts: list[PartColumns]) -> tuple[Part, ...]:
    return tuple(
        Part(text=Words(zh=part["text_zh"], en=part["text_en"]), points=part["points"]) for part in parts
    )


def _show_scope(row: AlertRow) -> AlertScope | None:
    if row.scope_id is None or row.scope_kind is None or row.scope_ends_at is None:
        return None
    return AlertScope(
        id=row.scope_id,
        kind=ScopeKind(row.scope_kind),
        ends_at=row.scope_ends_at,
        reason=row.scope_reason or "",
        declared_by=row.scope_declared_by or "",
    )


def _show_forecast(row: AlertRow) -> Forecast | None:
    if row.forecast_at is None or row.forecast_earliest is None or row.forecast_latest is None:
        return None
    return Forecast(
        at=row.forecast_at,
        earliest=row.forecast_earliest,
        latest=row.forecast_latest,
        confidence=FORECAST_CONFIDENCE,
    )


def _show_acknowledged(row: AlertRow) -> Acknowledged | None:
    if row.acknowledged_at is None:
        return None
    return Acknowledged(at=row.acknowledged_at, by=row.acknowledged_by or "")


def _show_verdict(row: AlertRow) -> Ruling | None:
    if row.verdict is None or row.verdict_at is None:
        return None
    return Ruling(verdict=Verdict(row.verdict), at=row.verdict_at, by=row.verdict_by or "")


def _show_assigned(row: AlertRow) -> Assigned | None:
    if row.assigned_to is None or row.assigned_at is None:
        return None
    return Assigned(to=row.assigned_to, at=row.assigned_at, by=row.assigned_by or "")


def _show_referred(row: AlertRow) -> Referred | None:
    if row.referred_to is None or row.referred_at is None:
        return None
    return Referred(to=Referral(row.referred_to), at=row.referred_at, by=row.referred_by or "")


def _show_place(row: AlertRow) -> Place:
    channel = None
    if row.channel is not None and row.quantity is not None and row.sensor_id is not None:
        channel = Channel(
            code=row.channel,
            quantity=Quantity(row.quantity),
            sensor_id=row.sensor_id,
            limitations=find_limitations(row.quantity, row.interval_seconds or 0, row.resolution),
        )
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
