"""Tables to take away: CSV that a spreadsheet opens, Parquet that another program reads, whole or not at all."""

from __future__ import annotations

import asyncio
import csv
import io
import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import httpx
import psycopg
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from psycopg import sql

from api.exports.columns import Cell, Column, Kind, Table
from api.exports.csv_writer import CsvWriter
from api.exports.parquet_writer import ParquetWriter
from api.exports.streaming import MOST_AT_ONCE, Exports
from api.problems import ProblemError
from schemas.settings import Settings
from tests.api.conftest import Hand

T0 = 1_795_420_800.0
SPAN = "from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

COLUMNS = tuple(Column(kind.value, kind) for kind in Kind)
CELLS = {
    Kind.TEXT: st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    Kind.NUMBER: st.floats(allow_nan=False),
    Kind.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Kind.FLAG: st.booleans(),
    Kind.TIME: st.integers(0, 2**52).map(lambda us: EPOCH + timedelta(microseconds=us)),
    Kind.DAY: st.dates(date(1900, 1, 1), date(2200, 1, 1)),
}
TABLES = st.lists(st.tuples(*(st.none() | CELLS[kind] for kind in Kind)), max_size=40)


def read_csv(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def read_parquet(content: bytes, folder: Path) -> list[tuple[Cell, ...]]:
    path = folder / "table.parquet"
    path.write_bytes(content)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()


@hypothesis_settings(max_examples=25)
@given(TABLES, st.integers(1, 17))
def test_another_program_reads_every_parquet_table_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Sequence[Cell]], at_once: int
) -> None:
    writer = ParquetWriter(COLUMNS)
    content = writer.begin()
    for begin in range(0, len(rows), at_once):
        content += writer.write(rows[begin : begin + at_once])
    content += writer.finish()
    assert read_parquet(content, tmp_path_factory.mktemp("parquet")) == rows


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_in_a_csv_begins_like_a_formula(text: str) -> None:
    writer = CsvWriter((Column("text"), Column("number", Kind.NUMBER)), with_mark=False)
    ((shown, number),) = csv.reader(io.StringIO(writer.write([(text, -1.5)]).decode(), newline=""))
    assert (shown, number) == ("'" + text, "-1.5")
    assert writer.write([(None, math.nan)]) == b",\r\n"


def test_alerts_are_taken_away_in_both_forms(client: httpx.Client, hand: Hand, tmp_path: Path) -> None:
    fire = hand.raise_alert(1, at=T0)
    hand.raise_alert(201, "device_silent", at=T0 + 60)
    hand.raise_alert(2, at=T0 + 86_400)
    answer = client.get(f"/v1/exports/alerts?{SPAN}&bom=true")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "alerts.csv" in answer.headers["content-disposition"]
    first, second = read_csv(answer)
    assert (first["alert_id"], first["class"], first["severity"], first["building_name"]) == (
        str(fire), "fire", "orange", "一号楼"
    )  # fmt: skip
    assert (first["raised_at"], first["value"], first["cleared_at"]) == (
        "2026-11-23T08:00:00.000Z",
        "0.42",
        "",
    )
    assert second["rule"] == "device_silent"
    assert len(read_csv(client.get(f"/v1/exports/alerts?{SPAN}&class=fault&building=B2"))) == 1
    rows = read_parquet(client.get(f"/v1/exports/alerts?{SPAN}&format=parquet").content, tmp_path)
    assert [(row[0], row[17]) for row in rows] == [
        (fire, datetime.fromtimestamp(T0, UTC)),
        (fire + 1, datetime.fromtimestamp(T0 + 60, UTC)),
    ]


def test_more_readings_than_fit_in_one_piece_come_whole_and_in_order(
    client: httpx.Client, database: psycopg.Connection, tmp_path: Path
) -> None:
    database.execute(
        "INSERT INTO readings (ts, received_at, value, sensor_id, quality) "
        "SELECT '2026-11-22 12:00Z'::timestamptz + n * interval '2 s', now(), n, s, 0 "
        "FROM generate_series(1, 30000) n, generate_series(1, 2) s"
    )
    rows = read_csv(client.get(f"/v1/exports/readings?{SPAN}&sensor=2&sensor=1"))
    expected = [
        (sensor, str(float(n)))
        for sensor in ("1", "2")
        for n in range(1, 30001)
        if 21_600 <= n < 21_600 + 43_200
    ]
    assert [(row["sensor_id"], row["value"]) for row in rows] == expected
    content = client.get(f"/v1/exports/readings?{SPAN}&building=B1&format=parquet").content
    assert len(read_parquet(content, tmp_path)) == len(expected)
    assert read_csv(client.get(f"/v1/exports/readings?{SPAN}&building=B2")) == []


def test_coverage_and_the_ledger_are_taken_away_too(
    client: httpx.Client, hand: Hand, database: psycopg.Connection, tmp_path: Path
) -> None:
    for number in range(1, 7):
        hand.raise_alert(number, at=T0)
    database.execute("UPDATE alerts SET verdict = 'false_alarm'")
    ledger = read_csv(client.get("/v1/exports/false-alarms?from=2026-11-23&to=2026-11-23"))
    assert {(row["device"], row["of_building"], row["too_many"]) for row in ledger} == {
        (f"D{number}", "6", "true") for number in range(1, 7)
    }
    buildings = read_csv(client.get("/v1/exports/coverage?from=2026-11-23&to=2026-11-23"))
    assert [(row["building"], row["state"]) for row in buildings] == [
        ("B1", "never_heard"),
        ("B2", "never_heard"),
    ]
    for what in ("false-alarms", "coverage"):
        address = f"/v1/exports/{what}?from=2026-11-23&to=2026-11-23&format=parquet"
        assert read_parquet(client.get(address).content, tmp_path)


def test_no_more_exports_are_begun_than_are_good_for_the_rest(settings: Settings) -> None:
    columns = (Column("n", Kind.INTEGER),)
    table = Table("numbers", columns, sql.SQL("SELECT generate_series(1, 5000)").format(), {})

    async def begin_and_give_up() -> list[int]:
        assert settings.database_url
        exports = Exports(settings.database_url)
        begun = [await exports.begin(table, CsvWriter(columns, with_mark=False)) for _ in range(MOST_AT_ONCE)]
        with pytest.raises(ProblemError, match="busy"):
            await exports.begin(table, CsvWriter(columns, with_mark=False))
        await begun.pop().aclose()
        begun.append(await exports.begin(table, CsvWriter(columns, with_mark=False)))
        whole = [b"".join([piece async for piece in pieces]) for pieces in begun]
        return [len(text.splitlines()) for text in whole]

    assert asyncio.run(begin_and_give_up()) == [5001] * MOST_AT_ONCE


@pytest.mark.parametrize(
    "address",
    ["alerts", "alerts?from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z", f"alerts?{SPAN}&format=xls",
     f"readings?{SPAN}", f"readings?{SPAN}&sensor=0", "coverage?from=2026-11-23", "false-alarms?from=x&to=y"],
)  # fmt: skip
def test_an_export_that_makes_no_sense_is_refused(client: httpx.Client, address: str) -> None:
    assert client.get(f"/v1/exports/{address}").status_code == 422
