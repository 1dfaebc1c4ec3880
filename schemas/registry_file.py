"""Registry files: CSV with one record a row, or TOML with one table a record; docs/registry.md shows both."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from pydantic import ValidationError

from schemas.refusals import make_printable
from schemas.registry_records import RECORD_TYPES, Key, Record, check_formula

COLUMNS = (
    *("record", "code", "parent", "name", "level", "class", "use", "height_m", "floors", "high_risk"),
    *("must_connect", "floor", "zone", "model", "power", "retired", "quantity", "unit", "range_low"),
    *("range_high", "interval_s", "adjoins", "gateway", "heat_class"),
    *("circuit", "phase", "insulation", "rated_current_a"),
    *("system", "part", "riser", "elevation_m", "resolution"),
)
_CODES = ("code", "zone", "parent", "adjoins", "gateway", "circuit", "riser")
REQUIRED_COLUMNS = ("record", "code", "parent", "name")

# Strings and comments are passed over, for what looks like a header within them is none.
_TOML_TOKEN = re.compile(
    r"""\"{3}(?:\\.|[^\\])*?\"{3}(?!\")|'{3}.*?'{3}(?!')|^[ \t]*\[\[[ \t]*["']?(?P<kind>\w+)["']?[ \t]*\]\]"""
    r"""|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*""",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class RawRecord:
    """What stands in the file as one record; `complaint` says why it cannot be one.

    `typed` tells TOML's values, which are numbers and booleans already, from the text of a CSV.
    """

    line: int
    kind: str
    fields: Mapping[str, object]
    complaint: str = ""
    typed: bool = False

    @property
    def key(self) -> Key:
        """What the record would be known by, were it right."""
        code, parent = self.fields.get("code", ""), self.fields.get("parent", "")
        return self.kind, str(code) if self.kind in ("area", "building") else f"{parent}/{code}"


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


class _LineError(Exception):
    """The line is not CSV; it becomes a problem of its own, and the next is read."""


@dataclass(frozen=True)
class Contents:
    """Everything well-formed in a file, everything that is not, and what the bad lines are known by."""

    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    broken: set[Key] = field(default_factory=set)


def read_records(path: Path) -> Contents:
    """Read a file to its end, whatever single lines are worth.

    Raises
    ------
    RegistryError
        The file as a whole cannot be read.
    """
    rows = _read_toml(path) if path.suffix.lower() == ".toml" else _read_csv(path)
    contents = Contents()
    for raw in rows:
        try:
            contents.records.append(_make_record(raw))
        except RegistryError as error:
            contents.problems.extend(error.problems)
            contents.broken.add(raw.key)
    if not contents.records and not contents.problems:
        contents.problems.append(Problem(0, "", "the file holds no record"))
    return contents


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
    # Records made of stored rows hold plain text where enums are declared, which is no reason to warn.
    stored = record.model_dump(by_alias=True, exclude={"line"}, exclude_none=True, warnings=False)
    return {name: value for name, value in stored.items() if value not in ((), [])}


def _to_cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return " ".join(value)
    return str(value.value) if isinstance(value, Enum) else str(value)


def _to_toml(value: object) -> str:
    if isinstance(value, bool | int | float | tuple | list):
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
    if "line" in raw.fields:
        raise RegistryError([Problem(raw.line, code, f"{_name_kind(raw.kind)} has no 'line'")])
    try:
        if raw.typed:
            return record_type.model_validate({**raw.fields, "line": raw.line})
        return record_type.model_validate_strings({**raw.fields, "line": str(raw.line)})
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
        return f"{_name_kind(kind)} needs {column!r}"
    if error["type"] == "extra_forbidden":
        return f"{_name_kind(kind)} has no {column!r}"
    if error["type"] == "string_pattern_mismatch" and column in _CODES:
        try:
            check_formula(str(error["input"]))
        except ValueError as formula:
            return f"{column} {given}: {formula}"
        return f"{column} {given} must be 1 to 64 of A-Z a-z 0-9 _ - (a sensor's parent: building/device)"
    return f"{column} {given}: {complaint}" if column else complaint


def _name_kind(kind: str) -> str:
    return f"an {kind}" if kind.startswith("a") else f"a {kind}"


def _read_text(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8").removeprefix("\ufeff")
        if not text.strip():
            raise RegistryError([Problem(0, "", "the file is empty")])
        return text
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 from byte {error.start}: save the file as UTF-8 (Excel: 'CSV UTF-8')"
        raise RegistryError([Problem(0, "", reason)]) from error
    except OSError as error:
        raise RegistryError([Problem(0, "", f"cannot be read: {error.strerror}")]) from error


def _read_csv(path: Path) -> Iterator[RawRecord]:
    lines = enumerate(io.StringIO(_read_text(path), newline="\n"), start=1)
    header = _read_header(next(lines)[1])
    for number, line in lines:
        try:
            row = _split_line(line)
        except _LineError as error:
            yield RawRecord(number, "", {}, str(error))
        else:
            if any(row):
                yield _read_row(number, header, row)


def _split_line(line: str) -> list[str]:
    """The cells of one line. No cell may hold a line break, so an unclosed quote costs only its own line."""
    line = line.rstrip("\r\n")
    if "\0" in line:
        raise _LineError("the line holds a NUL character")
    try:
        cells = next(csv.reader([line], strict=True), []) if '"' in line else line.split(",")
    except csv.Error as error:
        unclosed = "a quote is not closed on its line" if "end of data" in str(error) else str(error)
        raise _LineError(f"not CSV: {unclosed}") from error
    # Only spaces go: a tab at the start of a cell is the mark of a formula.
    return [cell.strip(" ") for cell in cells]


def _read_header(line: str) -> list[str]:
    try:
        header = _split_line(line)
    except _LineError as error:
        raise RegistryError([Problem(1, "", str(error))]) from error
    if len(header) == 1 and (other := next((mark for mark in ";\t" if mark in line), "")):
        raise RegistryError([Problem(1, "", f"the columns are separated by {other!r}: save with commas")])
    _check_header(header)
    return header


def _check_header(header: list[str]) -> None:
    problems = [f"column {name!r} is missing" for name in REQUIRED_COLUMNS if name not in header]
    problems += [
        f"column {make_printable(name, 40)!r} is not known" for name in header if name not in COLUMNS
    ]
    problems += [f"column {name!r} stands twice" for name in COLUMNS if header.count(name) > 1]
    if problems:
        raise RegistryError([Problem(1, "", problem) for problem in problems])


def _read_row(line: int, header: list[str], row: list[str]) -> RawRecord:
    cells = dict(zip(header, row, strict=False))
    kind = cells.pop("record", "")
    if len(row) != len(header):
        return RawRecord(line, kind, cells, f"the row has {len(row)} cells under {len(header)} columns")
    return RawRecord(line, kind, {name: cell for name, cell in cells.items() if cell})


def _read_toml(path: Path) -> Iterator[RawRecord]:
    text = _read_text(path)
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Besides its own error the parser lets through those of numbers too long and of nesting too deep.
        found = re.search(r"at line (\d+)", str(error))
        ends_early = "end of document" in str(error)
        line = int(found[1]) if found else (text.count("\n") + 1) * ends_early
        raise RegistryError([Problem(line, "", f"not TOML: {error}")]) from error
    lines = _find_lines(text)
    for kind, records in tables.items():
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise RegistryError(
                [Problem(0, "", f"{make_printable(kind, 40)!r} is no array of tables: [[area]]")]
            )
        known = iter(lines.get(kind, []))
        for record in records:
            yield RawRecord(next(known, 0), kind, record, typed=True)


def _find_lines(text: str) -> dict[str, list[int]]:
    """The lines of the headers of each kind of table, in order."""
    found: dict[str, list[int]] = {}
    line = last = 0
    for token in _TOML_TOKEN.finditer(text):
        if token["kind"] is not None:
            line += text.count("\n", last, token.start())
            last = token.start()
            found.setdefault(token["kind"], []).append(line + 1)
    return found
