"""Rows of alerts as the queries give them."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

import msgspec


class PartColumns(TypedDict):
    """A reason as the tables hold it."""

    text_zh: str
    text_en: str
    points: float | None


class AlertRow(msgspec.Struct, frozen=True, kw_only=True):
    """An alert with its rule's words and its place; see `api.alert_store.ALERT_COLUMNS`.

    A frozen dataclass of so many fields takes longer to make than the database takes to find the row.
    """

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
    changed_at: datetime | None
    scope_id: int | None
    scope_kind: str | None
    scope_ends_at: datetime | None
    scope_reason: str | None
    scope_declared_by: str | None
    urgency: int


class ChangeRow(AlertRow, frozen=True, kw_only=True):
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
