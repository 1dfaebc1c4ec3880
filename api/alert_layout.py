"""Where each column of an alert stands in what the API shows; the shapes are those of `api.alert_models`.

Plain dictionaries: they are written out as they are, a thousand a list, and checked where a model is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from api.alert_columns import AlertRow, ChangeRow, PartColumns
from api.moments import format_moment
from schemas.domain import Severity
from schemas.limitations import find_limitations

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
Layout = dict[str, Json]

FORECAST_CONFIDENCE = 0.8
"""Of the interval that rules on hours and days give their forecasts."""
COLOURS = {severity.value: severity.name.lower() for severity in Severity}


def lay_out_alert(row: AlertRow) -> Layout:
    return {
        "id": row.alert_id,
        "incident": row.incident_id,
        "change_id": row.change_id,
        "rule": row.rule,
        "title": {"zh": row.title_zh, "en": row.title_en},
        "class": row.signal_class,
        "severity": COLOURS[row.severity],
        "severity_peak": COLOURS[row.severity_peak],
        "subject": row.subject_kind,
        "condition": row.condition,
        "acknowledged": _lay_out_act(row.acknowledged_at, row.acknowledged_by),
        "verdict": _lay_out_act(row.verdict_at, row.verdict_by, verdict=row.verdict),
        "assigned": _lay_out_act(row.assigned_at, row.assigned_by, to=row.assigned_to),
        "referred": _lay_out_act(row.referred_at, row.referred_by, to=row.referred_to),
        "reminded_at": _lay_out_moment(row.reminded_at),
        "latching": row.latching,
        "late": row.late,
        "raised_at": format_moment(row.raised_at),
        "recorded_at": format_moment(row.recorded_at),
        "cleared_at": _lay_out_moment(row.cleared_at),
        "closed_at": _lay_out_moment(row.closed_at),
        "closed_by": row.closed_by,
        "value": row.value,
        "limit": row.limit_value,
        "unit": row.unit,
        "forecast": _lay_out_forecast(row),
        "where": _lay_out_place(row),
        "advice": {"zh": row.advice_zh, "en": row.advice_en},
        "parts": lay_out_parts(row.parts),
        "scope": _lay_out_scope(row),
        "parameters_version": row.parameters_version,
    }


def lay_out_entry(row: ChangeRow) -> Layout:
    """A change, without the alert that it is of."""
    return {
        "change_id": row.event_change_id,
        "action": row.action,
        "at": format_moment(row.event_at),
        "recorded_at": format_moment(row.event_recorded_at),
        "actor": row.actor,
        "condition": row.event_condition,
        "severity": COLOURS[row.event_severity],
        "value": row.event_value,
        "note": row.note,
        "origin": row.origin,
        "detail": row.detail,
        "undoes": row.undoes,
        "parts": lay_out_parts(row.event_parts),
        "parameters_version": row.event_parameters_version,
    }


def lay_out_parts(parts: Sequence[PartColumns]) -> list[Layout]:
    return [
        {"text": {"zh": part["text_zh"], "en": part["text_en"]}, "points": part["points"]} for part in parts
    ]


def _lay_out_moment(moment: datetime | None) -> str | None:
    return None if moment is None else format_moment(moment)


def _lay_out_act(at: datetime | None, by: str | None, **said: str | None) -> Layout | None:
    """What somebody did; nothing where nobody did."""
    if at is None or None in said.values():
        return None
    return {**said, "at": format_moment(at), "by": by or ""}


def _lay_out_scope(row: AlertRow) -> Layout | None:
    if row.scope_id is None or row.scope_kind is None or row.scope_ends_at is None:
        return None
    return {
        "id": row.scope_id,
        "kind": row.scope_kind,
        "ends_at": format_moment(row.scope_ends_at),
        "reason": row.scope_reason or "",
        "declared_by": row.scope_declared_by or "",
    }


def _lay_out_forecast(row: AlertRow) -> Layout | None:
    if row.forecast_at is None or row.forecast_earliest is None or row.forecast_latest is None:
        return None
    return {
        "at": format_moment(row.forecast_at),
        "earliest": format_moment(row.forecast_earliest),
        "latest": format_moment(row.forecast_latest),
        "confidence": FORECAST_CONFIDENCE,
    }


def _lay_out_place(row: AlertRow) -> Layout:
    zone: Layout | None = None
    device: Layout | None = None
    channel: Layout | None = None
    if row.zone_code is not None:
        zone = {"code": row.zone_code, "name": row.zone_name or "", "use": row.zone_use or ""}
    if row.device_code is not None:
        device = {"code": row.device_code, "name": row.device_name or ""}
    if row.channel is not None and row.quantity is not None and row.sensor_id is not None:
        limitations = find_limitations(row.quantity, row.interval_seconds or 0, row.resolution)
        channel = {
            "code": row.channel,
            "quantity": row.quantity,
            "sensor_id": row.sensor_id,
            "limitations": limitations,
        }
    return {
        "area": {"code": row.area_code, "name": row.area_name},
        "building": {"code": row.building_code, "name": row.building_name},
        "floor": row.floor,
        "zone": zone,
        "device": device,
        "channel": channel,
    }
