"""Changes of alerts as the notices that devices, panels and the API may hear over MQTT."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial

from ingest.alarm import Alarm
from ingest.work import Work
from rules.changes import Change, Subject
from schemas.domain import SignalClass
from schemas.messages import AlertNotice
from schemas.roster import Roster

# A batch that is not stored after this long is held up; its alerts are told before they are.
HELD_UP_SECONDS = 0.4


class Notices:
    """Tells of each batch's alerts: once it is stored, and before that, once, when it is held up."""

    def __init__(self, publish: Callable[[str, str], None]) -> None:
        self._publish = publish
        self._alarm = Alarm("notices")
        # The batches under way of which nobody has been told yet. The lock is held while telling, so that
        # "not yet stored" never comes after "stored".
        self._untold: dict[int, int] = {}
        self._lock = threading.Lock()

    def expect(self, work: Work) -> None:
        """A batch is on its way; when it is held up its alerts are told, wherever it is then."""
        if work.changes:
            with self._lock:
                token = self._alarm.set(HELD_UP_SECONDS, partial(self.tell_unpersisted, work))
                self._untold[work.number] = token

    def tell_unpersisted(self, work: Work) -> None:
        """The batch is held up, or in the spool."""
        with self._lock:
            token = self._untold.pop(work.number, None)
            if token is not None:
                self._alarm.call_off(token)
                self._tell(work, persisted=False)

    def tell_persisted(self, work: Work) -> None:
        """The batch is in the database."""
        if work.changes:
            with self._lock:
                token = self._untold.pop(work.number, None)
                if token is not None:
                    self._alarm.call_off(token)
                self._tell(work, persisted=True)

    def tell_raised_anew(self, change: Change, roster: Roster) -> None:
        """It is in the database, and of no batch."""
        building, notice = make_notice(change, roster, 0, persisted=True)
        self._publish(building, notice)

    def close(self) -> None:
        self._alarm.close()

    def _tell(self, work: Work, *, persisted: bool) -> None:
        for building, notice in make_notices(work, persisted=persisted):
            self._publish(building, notice)


def make_notices(work: Work, *, persisted: bool) -> Iterator[tuple[str, str]]:
    """Building code and JSON text of a notice for each change of a batch."""
    for change in work.changes:
        yield make_notice(change, work.roster, work.number, persisted=persisted)


def make_notice(change: Change, roster: Roster, batch: int, *, persisted: bool) -> tuple[str, str]:
    """Building code and JSON text."""
    building, zone, device = _find_codes(roster, change.subject)
    notice = AlertNotice.model_validate(
        {
            "change": change.kind,
            "rule": change.rule.id,
            "class": change.rule.signal_class if change.scope_id is None else SignalClass.TEST,
            "severity": change.severity,
            "latching": change.rule.latching,
            "subject_kind": change.subject.kind,
            "subject_id": change.subject.id,
            "building": building,
            "zone": zone,
            "device": device,
            "at": change.at,
            "late": change.late,
            "value": change.value,
            "limit": change.limit,
            "unit": change.unit,
            "persisted": persisted,
            "batch": batch,
        }
    )
    return building, notice.model_dump_json(by_alias=True)


def _find_codes(roster: Roster, subject: Subject) -> tuple[str, str | None, str | None]:
    """Codes of building, zone and device; None where the subject is larger."""
    site = int((roster.sites["building_id"] == subject.building_id).argmax())
    zone = device = None
    if subject.zone_id is not None:
        zone = roster.zone_codes[int((roster.zones["zone_id"] == subject.zone_id).argmax())]
    if subject.device_id is not None:
        _, device = roster.codes[roster.device_slots[subject.device_id]]
    return roster.site_codes[site], zone, device
