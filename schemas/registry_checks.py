"""What no single record can show: codes that stand twice, references to nothing, areas in a ring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.registry_file import Problem
from schemas.registry_records import Area, Building, Device, Record, Sensor, Zone


def check_records(records: Sequence[Record], known: Sequence[Record]) -> list[Problem]:
    """Every problem of `records` among themselves and with what is registered already."""
    problems = list(_find_repeated(records))
    keys = {(record.KIND, record.key) for record in (*known, *records)}
    for record in records:
        problems += (Problem(record.line, record.code, reason) for reason in _find_dangling(record, keys))
    return problems + list(_find_rings(records, known))


def _find_repeated(records: Sequence[Record]) -> Iterator[Problem]:
    first: dict[tuple[str, str], Record] = {}
    for record in records:
        other = first.setdefault((record.KIND, record.key), record)
        if other is not record:
            reason = f"{record.KIND} {record.key} stands on line {other.line} already"
            yield Problem(record.line, record.code, reason)


def _find_dangling(record: Record, keys: set[tuple[str, str]]) -> Iterator[str]:
    match record:
        case Area(parent=str(parent)) if ("area", parent) not in keys:
            yield f"there is no area {parent}"
        case Building() if ("area", record.parent) not in keys:
            yield f"there is no area {record.parent}"
        case Zone() | Device() if ("building", record.parent) not in keys:
            yield f"there is no building {record.parent}"
        case Device(zone=str(zone)) if ("zone", f"{record.parent}/{zone}") not in keys:
            yield f"building {record.parent} has no zone {zone}"
        case Sensor() if ("device", record.parent) not in keys:
            yield f"there is no device {record.parent}"


def _find_rings(records: Sequence[Record], known: Sequence[Record]) -> Iterator[Problem]:
    parents = {area.code: area.parent for area in (*known, *records) if isinstance(area, Area)}
    for record in records:
        if isinstance(record, Area) and _comes_back(record.code, parents):
            yield Problem(record.line, record.code, f"area {record.code} lies within itself")


def _comes_back(code: str, parents: dict[str, str | None]) -> bool:
    above, steps = parents.get(code), 0
    while above is not None and above != code and steps <= len(parents):
        above, steps = parents.get(above), steps + 1
    return above == code
