"""What no single record can show: codes that stand twice, references to nothing, areas in a ring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from schemas.registry_file import Problem
from schemas.registry_records import Area, Building, Device, Key, Record, Sensor, Zone


@dataclass(frozen=True)
class Reference:
    """What a record refers to without its being in the file, and what to say if it is not registered either."""

    key: Key
    line: int
    code: str
    reason: str


def find_repeated(records: Sequence[Record]) -> Iterator[Problem]:
    """Every record that stands a second time, with the line of the first."""
    first: dict[Key, Record] = {}
    for record in records:
        other = first.setdefault((record.KIND, record.key), record)
        if other is not record:
            reason = f"{record.KIND} {record.key} stands on line {other.line} already"
            yield Problem(record.line, record.code, reason)


def find_references(records: Sequence[Record], broken: Set[Key]) -> list[Reference]:
    """Every reference that leads out of the file; what the file names on a bad line counts as in it."""
    within = {(record.KIND, record.key) for record in records} | broken
    return [
        Reference(key, record.line, record.code, reason)
        for record in records
        for key, reason in _list_references(record)
        if key not in within
    ]


def find_dangling(references: Iterable[Reference], registered: Set[Key]) -> Iterator[Problem]:
    """Every reference to what is not registered."""
    for reference in references:
        if reference.key not in registered:
            yield Problem(reference.line, reference.code, reference.reason)


def find_rings(records: Sequence[Record], registered: Mapping[str, str | None]) -> Iterator[Problem]:
    """Every area of the file that lies within itself; `registered` are the parents of areas known already."""
    areas = {record.code: record for record in records if isinstance(record, Area)}
    parents = {**registered, **{code: area.parent for code, area in areas.items()}}
    settled: set[str] = set()
    for code in areas:
        path: dict[str, None] = {}
        at: str | None = code
        while at is not None and at not in settled and at not in path:
            path[at] = None
            at = parents.get(at)
        settled.update(path)
        if at in path:
            ring = list(path)[list(path).index(at) :]
            for member in ring:
                if member in areas:
                    way = " → ".join([*ring, ring[0]])
                    yield Problem(areas[member].line, member, f"area {member} lies within itself: {way}")


def _list_references(record: Record) -> Iterator[tuple[Key, str]]:
    match record:
        case Area(parent=str(parent)):
            yield ("area", parent), f"there is no area {parent}"
        case Building():
            yield ("area", record.parent), f"there is no area {record.parent}"
        case Zone() | Device():
            yield ("building", record.parent), f"there is no building {record.parent}"
        case Sensor():
            yield ("device", record.parent), f"there is no device {record.parent}"
    if isinstance(record, Device) and record.zone is not None:
        yield (
            ("zone", f"{record.parent}/{record.zone}"),
            f"building {record.parent} has no zone {record.zone}; a device is in a zone of its own building",
        )
    if isinstance(record, Device) and record.gateway is not None:
        reason = f"building {record.parent} has no device {record.gateway} that could be a gateway"
        yield ("device", f"{record.parent}/{record.gateway}"), reason
    if isinstance(record, Zone):
        for other in record.adjoins:
            yield (
                ("zone", f"{record.parent}/{other}"),
                f"building {record.parent} has no zone {other} to adjoin",
            )
