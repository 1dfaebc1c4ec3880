"""Import and export of the registry: all or nothing, by code, with every bad line named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from psycopg import Connection, Cursor
from psycopg.rows import TupleRow

from schemas.database import connect
from schemas.registry_checks import Reference, find_dangling, find_references, find_repeated, find_rings
from schemas.registry_file import Contents, Problem, RegistryError, read_records, write_csv, write_toml
from schemas.registry_records import RECORD_TYPES, Area, Building, Device, Key, Record, Sensor, Zone
from schemas.registry_sql import (
    ANALYZE_STAGED,
    ANALYZE_WANTED,
    COPY_STAGED,
    COPY_WANTED,
    CREATE_STAGED,
    CREATE_WANTED,
    INSERT,
    SELECT_AREA_PARENTS,
    SELECT_OTHER_QUANTITIES,
    SELECT_RECORDS,
    SELECT_REGISTERED,
    UPDATE,
)

# One import at a time, so that what was checked is what is merged; readers do not wait.
LOCK = "LOCK TABLE areas, buildings, zones, devices, sensors IN SHARE ROW EXCLUSIVE MODE"
BUMP_VERSION = "UPDATE registry_version SET version = version + 1"
STATEMENTS = {"insert": INSERT, "update": UPDATE}


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
    return _import(database_url, read_records(path))


def import_records(database_url: str, records: Sequence[Record]) -> ImportReport:
    """The same for records in memory."""
    return _import(database_url, Contents(records=list(records)))


def export_registry(database_url: str, path: Path | None) -> str:
    """The registry as text, CSV or (by the suffix of `path`) TOML; written to `path` if there is one."""
    with connect(database_url, "fengsui registry") as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        records = _read_all(connection)
    text = write_toml(records) if path and path.suffix.lower() == ".toml" else write_csv(records)
    if path:
        path.write_text(text, encoding="utf-8")
    return text


def _import(database_url: str, contents: Contents) -> ImportReport:
    repeated = list(find_repeated(contents.records))
    references = find_references(contents.records, contents.broken)
    with connect(database_url, "fengsui registry") as connection, connection.transaction():
        connection.execute(LOCK)
        with connection.cursor() as cursor:
            dangling = find_dangling(references, _find_registered(cursor, references))
            parents: dict[str, str | None] = dict(cursor.execute(SELECT_AREA_PARENTS).fetchall())
            found = [*contents.problems, *repeated, *dangling, *find_rings(contents.records, parents)]
            if found:
                raise RegistryError(found)
            report = _merge_all(cursor, contents.records)
            if report.changed:
                cursor.execute(BUMP_VERSION)
    return report


def _find_registered(cursor: Cursor[TupleRow], references: Sequence[Reference]) -> set[Key]:
    """Those of `references` that are in the database."""
    if not references:
        return set()
    cursor.execute(CREATE_WANTED)
    with cursor.copy(COPY_WANTED) as copy:
        for key in {reference.key for reference in references}:
            copy.write_row(key)
    cursor.execute(ANALYZE_WANTED)
    return set(cursor.execute(SELECT_REGISTERED).fetchall())


def _merge_all(cursor: Cursor[TupleRow], records: Sequence[Record]) -> ImportReport:
    report = ImportReport(Counter(), Counter(), Counter())
    for kind in RECORD_TYPES:
        count = _stage(cursor, kind, records)
        if not count:
            continue
        if kind == Sensor.KIND:
            _refuse_other_quantities(cursor, records)
        # A new area may be above one that is there, a new device its gateway; no other kind refers to its own.
        steps = ("insert", "update") if kind in ("area", "device") else ("update", "insert")
        counts = {step: cursor.execute(STATEMENTS[step][kind]).rowcount for step in steps}
        report.created[kind], report.updated[kind] = counts["insert"], counts["update"]
        report.unchanged[kind] = count - counts["insert"] - counts["update"]
    return ImportReport(+report.created, +report.updated, +report.unchanged)


def _refuse_other_quantities(cursor: Cursor[TupleRow], records: Sequence[Record]) -> None:
    """A sensor with readings keeps its quantity: its history would take on another unit."""
    changed = {key: (old, new) for key, old, new in cursor.execute(SELECT_OTHER_QUANTITIES).fetchall()}
    problems = [
        Problem(
            record.line,
            record.code,
            f"has readings of {changed[record.key][0]} and cannot become {changed[record.key][1]}; "
            "give the new quantity a channel of its own",
        )
        for record in records
        if record.KIND == Sensor.KIND and record.key in changed
    ]
    if problems:
        raise RegistryError(problems)


def _stage(cursor: Cursor[TupleRow], kind: str, records: Sequence[Record]) -> int:
    """Put the records of one kind into its temporary table and return their number."""
    cursor.execute(CREATE_STAGED[kind])
    count = 0
    with cursor.copy(COPY_STAGED[kind]) as copy:
        for record in records:
            if kind == record.KIND:
                copy.write_row(_row(record))
                count += 1
    cursor.execute(ANALYZE_STAGED[kind])
    return count


def _row(record: Record) -> tuple[object, ...]:
    """The columns of a record as the staging table has them."""
    match record:
        case Area():
            return (record.code, record.parent, record.name, record.level.value)
        case Building():
            place = (record.code, record.parent, record.name, record.building_class.value, record.use.value)
            return (*place, record.height_m, record.floors, record.high_risk, record.must_connect)
        case Zone():
            return (
                record.code,
                record.parent,
                record.name,
                record.floor,
                record.use.value,
                list(record.adjoins),
            )
        case Device():
            named = (record.code, record.parent, record.name)
            placed = (record.zone, record.model, record.power.value, record.retired, record.gateway)
            water = (record.system and record.system.value, record.part and record.part.value, record.riser)
            return (*named, *placed, *water)
        case Sensor():
            building, device = record.parent.split("/")
            limits = (record.range_low, record.range_high, record.interval_s)
            heat_class = record.heat_class and record.heat_class.value
            wiring = (
                record.circuit,
                record.phase and record.phase.value,
                record.insulation and record.insulation.value,
                record.rated_current_a,
            )
            return (
                record.code,
                building,
                device,
                record.quantity.value,
                record.wire_unit,
                *limits,
                heat_class,
                *wiring,
                record.elevation_m,
                record.resolution,
            )
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
        yield kind.model_construct(**dict(zip(names, row, strict=True)))
