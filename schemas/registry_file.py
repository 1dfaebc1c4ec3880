"""Registry files: CSV with one record a row, or TOML with one table a record; docs/registry.md shows both."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pydantic import ValidationError

from schemas.refusals import make_printable
from schemas.registry_records import RECORD_TYPES, Record

COLUMNS = (
    *("record", "code", "parent", "name", "level", "class", "use", "height_m", "floors", "high_risk"),
    *("must_connect", "floor", "zone", "model", "power", "retired", "quantity", "unit", "range_low"),
    *("range_high", "interval_s"),
)
REQUIRED_COLUMNS = ("record", "code", "parent", "name")


@dataclass(frozen=True)
class RawRecord:
    """What stands in the file as one record; `complaint` says why it cannot be one."""

    line: int
    kind: str
    fields: Mapping[str, object]
    complaint: str = ""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file: its line (0: the file as a whole), the record it is about, and why."""

    line: int
    code: str
    reason: str


class RegistryError(Exception):
    """The file was refused and nothing of it was taken; `problems` names every bad line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line)
        count = len(self.problems)
        super().__init__(f"{count} problem{'s' * (count != 1)} in the registry file; nothing was imported")


def read_records(path: Path) -> tuple[list[Record], list[Problem]]:
    """Everything well-formed in the file, and everything that is not.

    Raises
    ------
    RegistryError
        The file as a whole cannot be read.
    """
    rows = _read_toml(path) if path.suffix.lower() == ".toml" else _read_csv(path)
    records: list[Record] = []
    problems: list[Problem] = []
    for raw in rows:
        try:
            records.append(_make_record(raw))
        except RegistryError as error:
            problems += error.problems
    if not records and not problems:
        problems.append(Problem(0, "", "the file holds no record"))
    return records, problems


def write_csv(records: Iterable[Record]) -> str:
    """The records as CSV text, in the order given."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow(
            {"record": record.KIND} | {name: _to_cell(v) for name, v in _fields_of(record).items()}
        )
    return text.getvalue()


def write_toml(records: Iterable[Record]) -> str:
    """The records as TOML text, in the order given."""
    return "\n".join(
        f"[[{record.KIND}]]\n"
        + "".join(f"{name} = {_to_toml(v)}\n" for name, v in _fields_of(record).items())
        for record in records
    )


def _fields_of(record: Record) -> dict[str, object]:
    return record.model_dump(by_alias=True, exclude={"line"}, exclude_none=True)


def _to_cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value.value) if isinstance(value, Enum) else str(value)


def _to_toml(value: object) -> str:
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    # JSON's text is TOML's too, except that TOML has no escape for lone surrogates, which names cannot hold.
    return json.dumps(_to_cell(value), ensure_ascii=False)


def _make_record(raw: RawRecord) -> Record:
    code = make_printable(str(raw.fields.get("code", "")), 80)
    if raw.complaint:
        raise RegistryError([Problem(raw.line, code, raw.complaint)])
    record_type = RECORD_TYPES.get(raw.kind)
    if record_type is None:
        known = ", ".join(RECORD_TYPES)
        reason = f"{make_printable(raw.kind, 40)!r} is no kind of record: {known}"
        raise RegistryError([Problem(raw.line, code, reason)])
    try:
        return record_type.model_validate({**raw.fields, "line": raw.line})
    except ValidationError as error:
        problems = [
            Problem(raw.line, code, _explain(raw.kind, dict(e))) for e in error.errors(include_url=False)
        ]
        raise RegistryError(problems) from error


def _explain(kind: str, error: dict[str, object]) -> str:
    """One complaint of pydantic as a sentence about a column."""
    place, complaint = error["loc"], str(error["msg"]).removeprefix("Value error, ")
    column = str(place[0]) if isinstance(place, tuple) and place else ""
    given = make_printable(repr(error.get("input")), 60)
    if error["type"] == "missing":
        return f"a {kind} needs {column!r}"
    if error["type"] == "extra_forbidden":
        return f"a {kind} has no {column!r}"
    if error["type"] == "string_pattern_mismatch" and column in ("code", "zone", "parent"):
        return f"{column} {given} must be 1 to 64 of A-Z a-z 0-9 _ - (a sensor's parent: building/device)"
    return f"{column} {given}: {complaint}" if column else complaint


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is not UTF-8; save the file as UTF-8 (Excel: 'CSV UTF-8')"
        raise RegistryError([Problem(0, "", reason)]) from error
    except OSError as error:
        raise RegistryError([Problem(0, "", f"cannot be read: {error.strerror}")]) from error


def _read_csv(path: Path) -> Iterator[RawRecord]:
    text = _read_text(path)
    if nul := text.find("\0") + 1:
        raise RegistryError([Problem(text.count("\n", 0, nul) + 1, "", "the line holds a NUL character")])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header)
        last = reader.line_num
        for row in reader:
            line, last = last + 1, reader.line_num
            if any(cell.strip() for cell in row):
                yield _read_row(line, header, row)
    except csv.Error as error:
        raise RegistryError([Problem(reader.line_num, "", f"not CSV: {error}")]) from error


def _check_header(header: list[str]) -> None:
    problems = [f"column {name!r} is missing" for name in REQUIRED_COLUMNS if name not in header]
    problems += [
        f"column {make_printable(name, 40)!r} is not known" for name in header if name not in COLUMNS
    ]
    problems += [f"column {name!r} stands twice" for name in COLUMNS if header.count(name) > 1]
    if problems:
        raise RegistryError([Problem(1, "", problem) for problem in problems])


def _read_row(line: int, header: list[str], row: list[str]) -> RawRecord:
    cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
    kind = cells.pop("record", "")
    if len(row) != len(header):
        return RawRecord(line, kind, cells, f"the row has {len(row)} cells under {len(header)} columns")
    return RawRecord(line, kind, {name: cell for name, cell in cells.items() if cell})


def _read_toml(path: Path) -> Iterator[RawRecord]:
    text = _read_text(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise RegistryError([Problem(line, "", f"not TOML: {error}")]) from error
    for kind, records in tables.items():
        lines = [text.count("\n", 0, at.start()) + 1 for at in _find_headers(text, kind)]
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise RegistryError(
                [Problem(0, "", f"{make_printable(kind, 40)!r} is no array of tables: [[area]]")]
            )
        for line, record in zip(lines + [0] * len(records), records, strict=False):
            yield RawRecord(line, kind, record)


def _find_headers(text: str, kind: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"^[ \t]*\[\[[ \t]*{re.escape(kind)}[ \t]*\]\]", text, re.MULTILINE)
