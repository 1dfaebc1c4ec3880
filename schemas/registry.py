"""Import and export of the registry: all or nothing, by code, with every bad line named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from psycopg import Connection, Cursor
from psycopg.rows import TupleRow

from schemas.database import connect
from schemas.registry_checks import check_records
from schemas.registry_file import Problem, RegistryError, read_records, write_csv, write_toml
from schemas.registry_records import RECORD_TYPES, Area, Building, Device, Record, Sensor, Zone
from schemas.registry_sql import COPY_STAGED, CREATE_STAGED, MERGE, SELECT_RECORDS

# One import at a time, so that what was checked is what is merged; readers do not wait.
LOCK = "LOCK TABLE areas, buildings, zones, devices, sensors IN SHARE ROW EXCLUSIVE MODE"
BUMP_VERSION = "UPDATE registry_version SET version = version + 1"


@dataclass(frozen=True)
class ImportReport:
    """What an import did; each by kind of record."""

    created: Counter[str]
    updated: Counter[str]
    unchanged: Counter[str]

    @property
    def changed(self) -> bool:
        return bool(self.created.total() or self.updated.total())


def import_registry(database_url: str, path: Path) -> ImportReport:
    """Import a file, `.toml` or CSV: all of it or nothing. What is not in the file stays as it is.

    Raises
    ------
    RegistryError
        Something in the file is wrong; nothing was imported.
    psycopg.Error
        The database does not serve; nothing was imported.
    """
    records, problems = read_records(path)
    return _import(database_url, records, problems)


def import_records(database_url: str, records: Sequence[Record]) -> ImportReport:
    """The same for records in memory."""
    return _import(database_url, records, [])


def export_registry(database_url: str, path: Path | None) -> str:
    """The registry as text, CSV or (by the suffix of `path`) TOML; written to `path` if there is one."""
    with connect(database_url, "fengsui registry") as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        records = _read_all(connection)
    text = write_toml(records) if path and path.suffix.lower() == ".toml" else write_csv(records)
    if path:
        path.write_text(text, encoding="utf-8")
    return text


def _import(database_url: str, records: Sequence[Record], problems: list[Problem]) -> ImportReport:
    with connect(database_url, "fengsui registry") as connection, connection.transaction():
        connection.execute(LOCK)
        known = _read_all(connection)
        found = [*problems, *check_records(records, known)]
        if found:
            raise RegistryError(found)
        with connection.cursor() as cursor:
            report = _merge_all(cursor, records, known)
            if report.changed:
                cursor.execute(BUMP_VERSION)
    return report


def _merge_all(cursor: Cursor[TupleRow], records: Sequence[Record], known: Sequence[Record]) -> ImportReport:
    stored = {(record.KIND, record.key): record for record in known}
    report = ImportReport(Counter(), Counter(), Counter())
    changed: dict[str, list[Record]] = {kind: [] for kind in RECORD_TYPES}
    for record in records:
        before = stored.get((record.KIND, record.key))
        if before is not None and _row(before) == _row(record):
            report.unchanged[record.KIND] += 1
            continue
        (report.created if before is None else report.updated)[record.KIND] += 1
        changed[record.KIND].append(record)
    for kind, rows in changed.items():
        if rows:
            cursor.execute(CREATE_STAGED[kind])
            with cursor.copy(COPY_STAGED[kind]) as copy:
                for record in rows:
                    copy.write_row(_row(record))
            for statement in MERGE[kind]:
                cursor.execute(statement)
    return report


def _row(record: Record) -> tuple[object, ...]:
    """The columns of a record as the staging table has them."""
    match record:
        case Area():
            return (record.code, record.parent, record.name, record.level.value)
        case Building():
            place = (record.code, record.parent, record.name, record.building_class.value, record.use.value)
            return (*place, record.height_m, record.floors, record.high_risk, record.must_connect)
        case Zone():
            return (record.code, record.parent, record.name, record.floor, record.use.value)
        case Device():
            named = (record.code, record.parent, record.name)
            return (*named, record.zone, record.model, record.power.value, record.retired)
        case Sensor():
            building, device = record.parent.split("/")
            limits = (record.range_low, record.range_high, record.interval_s)
            return (record.code, building, device, record.quantity.value, record.wire_unit, *limits)
    raise TypeError(f"{record.KIND} is no kind of record")


def _read_all(connection: Connection[TupleRow]) -> list[Record]:
    """Everything registered, in an order in which nothing refers to what comes later."""
    records: list[Record] = []
    for kind, query in SELECT_RECORDS.items():
        with connection.cursor() as cursor:
            cursor.execute(query)
            names = [column.name for column in cursor.description or ()]
            records += _make_records(RECORD_TYPES[kind], names, cursor)
    return records


def _make_records(kind: type[Record], names: list[str], rows: Iterable[TupleRow]) -> Iterable[Record]:
    for row in rows:
        # What is stored was checked when it came; a later rule must not make it unreadable.
        yield kind.model_validate(dict(zip(names, row, strict=True)))
