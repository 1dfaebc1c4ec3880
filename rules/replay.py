"""The engine over the past: the same rules over what was received before, and the episodes they make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.changes import Change, ChangeKind
from rules.engine import Engine
from rules.rule import seconds
from schemas.columns import Batch, DeviceEvent
from schemas.domain import Severity, SubjectKind
from schemas.roster import Roster

# When nobody at all was heard for so long, nobody listened: devices were not silent then.
DEAF_AFTER_US = seconds(60)

Key = tuple[str, SubjectKind, int]
"""Rule, kind of subject and its id in the tables."""


@dataclass(frozen=True)
class Piece:
    """Readings (n,) of `READING` and events, each in the order of their arrival."""

    readings: NDArray[np.void]
    events: tuple[DeviceEvent, ...] = ()


@dataclass
class Episode:
    """One time that a condition held; times in microseconds, `cleared_at` None while it still holds at the end."""

    rule_id: str
    subject_kind: SubjectKind
    subject_id: int
    building_id: int
    raised_at: int
    severity: Severity
    value: float | None
    late: bool
    cleared_at: int | None = None

    @property
    def key(self) -> Key:
        return self.rule_id, self.subject_kind, self.subject_id


@dataclass
class Replayed:
    """What a replay came to: all episodes in the order in which they began, and how much was judged."""

    episodes: list[Episode]
    readings: int = 0
    events: int = 0


def replay(engine: Engine, roster: Roster, pieces: Iterable[Piece], until: int | None = None) -> Replayed:
    """Run an engine that was never used over pieces of a stream, then let time pass until `until`."""
    engine.adopt(roster)
    result = Replayed([])
    open_episodes: dict[Key, Episode] = {}
    now = 0
    for piece in pieces:
        result.readings += len(piece.readings)
        result.events += len(piece.events)
        for batch, received_at in _cut(piece):
            begins_at = _begin(batch)
            if begins_at - now > DEAF_AFTER_US:
                engine.listen_from(begins_at)
            now = max(now, received_at)
            _note(engine.evaluate(batch, now), open_episodes, result.episodes)
    if until is not None and until > now:
        _note(engine.evaluate(Batch.empty(), until), open_episodes, result.episodes)
    return result


def _cut(piece: Piece) -> Iterator[tuple[Batch, int]]:
    """Batches, with the times of receipt of their ends: with each event, and wherever nobody was heard for long."""
    readings, start = piece.readings, 0
    arrived = np.maximum.accumulate(readings["received_at"]) if len(readings) else np.empty(0, np.int64)
    ends: list[tuple[int, tuple[DeviceEvent, ...]]] = [
        (int(place), ()) for place in np.flatnonzero(np.diff(arrived) > DEAF_AFTER_US) + 1
    ]
    ends += [(int(np.searchsorted(arrived, event.received_at, "right")), (event,)) for event in piece.events]
    for end, events in sorted(ends, key=lambda end: (end[0], len(end[1]))):
        if end > start or events:
            yield _make_batch(readings[start:end], events)
            start = end
    if start < len(readings):
        yield _make_batch(readings[start:], ())


def _make_batch(readings: NDArray[np.void], events: tuple[DeviceEvent, ...]) -> tuple[Batch, int]:
    times = [event.received_at for event in events]
    if len(readings):
        times.append(int(readings["received_at"].max()))
    heard = np.array([event.device_slot for event in events], np.int32)
    return Batch(readings, events, heard), max(times)


def _begin(batch: Batch) -> int:
    times = [event.received_at for event in batch.events]
    if len(batch.readings):
        times.append(int(batch.readings["received_at"][0]))
    return min(times)


def _note(changes: Iterable[Change], open_episodes: dict[Key, Episode], episodes: list[Episode]) -> None:
    for change in changes:
        key = change.rule.id, change.subject.kind, change.subject.id
        if change.kind is ChangeKind.RAISE:
            episode = Episode(
                *key, change.subject.building_id, change.at, change.severity, change.value, change.late
            )
            open_episodes[key] = episode
            episodes.append(episode)
        elif change.kind is ChangeKind.SEVERITY and key in open_episodes:
            # A smaller number is a graver colour.
            open_episodes[key].severity = min(open_episodes[key].severity, change.severity)
        elif change.kind is ChangeKind.CLEAR and key in open_episodes:
            open_episodes.pop(key).cleared_at = change.at
