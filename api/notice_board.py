"""Alerts that were raised or cleared and are not stored yet: what the API knows while the database is away."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import ValidationError

from schemas.domain import CODE_PATTERN, Condition, Severity, SubjectKind
from schemas.messages import AlertNotice

CAPACITY = 10_000
MAX_NOTICE_BYTES = 4096
# The last microsecond of 2199; beyond it calendars overflow.
_LATEST = 7_258_118_400_000_000 - 1
_CODE = re.compile(CODE_PATTERN)

Key = tuple[str, SubjectKind, int]


class MalformedNoticeError(Exception):
    """It is ignored and counted: the alert itself comes from the tables when it is stored."""


@dataclass(frozen=True, slots=True)
class Held:
    """An alert not stored yet: the notice that raised it, and the newest change it has had since.

    Without a raise (it was stored before) `notice` is the later change itself. `changed_at` is event time in
    microseconds, `batch` that of the newest change.
    """

    notice: AlertNotice
    condition: Condition
    changed_at: int
    batch: int

    @staticmethod
    def of(notice: AlertNotice) -> Held:
        condition = Condition.CLEARED if notice.change == "clear" else Condition.ACTIVE
        return Held(notice, condition, notice.at, notice.batch)

    @property
    def key(self) -> Key:
        return key_of(self.notice)

    def follow(self, later: AlertNotice) -> Held:
        """What a later notice of the same key makes of it: a clear ends it, a raise begins it anew."""
        if later.change == "raise":
            return Held.of(later)
        if later.change == "clear":
            return replace(self, condition=Condition.CLEARED, changed_at=later.at, batch=later.batch)
        painted = {"severity": later.severity, "signal_class": later.signal_class}
        notice = self.notice.model_copy(update=painted)
        return replace(self, notice=notice, changed_at=later.at, batch=later.batch)


def key_of(notice: AlertNotice) -> Key:
    """Rule and subject: at any time there is one open alert of each."""
    return notice.rule, notice.subject_kind, notice.subject_id


def parse_notice(topic: str, payload: bytes) -> AlertNotice:
    """A notice as it came from ``…/alerts/{building}``.

    Raises
    ------
    MalformedNoticeError
        It is no notice, speaks of another building than its topic, or holds figures that cannot be shown.
    """
    if len(payload) > MAX_NOTICE_BYTES:
        raise MalformedNoticeError(f"longer than {MAX_NOTICE_BYTES} bytes")
    try:
        notice = AlertNotice.model_validate_json(payload)
    except ValidationError as error:
        raise MalformedNoticeError(str(error)) from error
    if notice.building != topic.rpartition("/")[2] or not _CODE.fullmatch(notice.building):
        raise MalformedNoticeError("its topic is another building's")
    if notice.severity not in tuple(Severity) or not 0 <= notice.at <= _LATEST:
        raise MalformedNoticeError("its severity or its time is out of range")
    return notice


class NoticeBoard(Collector):
    """Keeps the newest state of each alert not stored yet. Written by one thread, read by others.

    Parameters
    ----------
    capacity
        Most alerts kept; beyond it the oldest are dropped and counted.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._held: dict[Key, Held] = {}
        self.dropped = 0
        self.malformed = 0

    def __len__(self) -> int:
        return len(self._held)

    def hear(self, topic: str, payload: bytes) -> None:
        """Take a message as it came; what is no notice is only counted."""
        try:
            notice = parse_notice(topic, payload)
        except MalformedNoticeError:
            self.malformed += 1
            return
        with self._lock:
            if notice.persisted:
                self._remove_stored(notice)
            else:
                self._hold(notice)

    def list_held(self) -> list[Held]:
        """All that is not stored, in the order it was heard of."""
        with self._lock:
            return list(self._held.values())

    def settle(self, stored: Iterable[Held]) -> None:
        """Let go of what the tables have been seen to hold, unless it has changed since."""
        with self._lock:
            for held in stored:
                if self._held.get(held.key) == held:
                    del self._held[held.key]

    def collect(self) -> Iterator[Metric]:
        """For Prometheus."""
        yield GaugeMetricFamily("fengsui_alerts_unpersisted", "Alerts heard of and not stored yet", len(self))
        yield CounterMetricFamily(
            "fengsui_alert_notices_dropped", "Unpersisted alerts dropped for want of room", self.dropped
        )
        yield CounterMetricFamily(
            "fengsui_alert_notices_malformed", "Notices of alerts that were not understood", self.malformed
        )

    def _remove_stored(self, notice: AlertNotice) -> None:
        held = self._held.get(key_of(notice))
        if held is not None and notice.batch >= held.batch:
            del self._held[held.key]

    def _hold(self, notice: AlertNotice) -> None:
        key = key_of(notice)
        known = self._held.get(key)
        if known is not None and notice.batch < known.batch:
            return
        self._held[key] = known.follow(notice) if known else Held.of(notice)
        if len(self._held) > self._capacity:
            del self._held[next(iter(self._held))]
            self.dropped += 1
