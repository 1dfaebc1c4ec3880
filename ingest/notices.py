"""Changes of alerts as the notices that devices, panels and the API may hear over MQTT."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.store import Work
from rules.changes import Change
from schemas.messages import AlertNotice


def make_notices(work: Work, *, persisted: bool) -> Iterator[tuple[str, str]]:
    """Building code and JSON text of a notice for each change of a batch."""
    for change in work.changes:
        building, device = _find_codes(work, change)
        notice = AlertNotice.model_validate(
            {
                "change": change.kind,
                "rule": change.rule.id,
                "class": change.rule.signal_class,
                "severity": change.rule.severity,
                "latching": change.rule.latching,
                "subject_kind": change.subject.kind,
                "subject_id": change.subject.id,
                "building": building,
                "device": device,
                "at": change.at,
                "late": change.late,
                "value": change.value,
                "limit": change.limit,
                "unit": change.unit,
                "persisted": persisted,
                "batch": work.number,
            }
        )
        yield building, notice.model_dump_json(by_alias=True)


def _find_codes(work: Work, change: Change) -> tuple[str, str | None]:
    """Codes of the building and, if the subject is at one, the device."""
    roster, subject = work.roster, change.subject
    if subject.device_id is not None:
        return roster.codes[roster.device_slots[subject.device_id]]
    at_building = (roster.devices["building_id"] == subject.building_id).argmax()
    return roster.codes[int(at_building)][0], None
