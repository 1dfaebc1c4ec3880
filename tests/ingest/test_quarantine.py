"""Hostile and broken input: each gets its own reason, and its neighbours are stored."""

from __future__ import annotations

import time

import psycopg

from ingest.worker import Worker
from tests.ingest.conftest import Publisher, count_messages, wait_until

NOW_MS = int(time.time() * 1000)


def values(body: str, ts: object = NOW_MS) -> str:
    return f'{{"ts": {ts}, "values": {body}}}'


BROKEN: dict[str, tuple[str, str | bytes, str]] = {
    "empty": ("B1/D1/readings", b"", "empty_payload"),
    "not JSON": ("B1/D1/readings", "smoke=0.3", "malformed_json"),
    "half": ("B1/D1/readings", '{"ts": 1', "malformed_json"),
    "trailing": ("B1/D1/readings", values('{"smoke": 0.1}') + " x", "malformed_json"),
    "not UTF-8": ("B1/D1/readings", b'{"ts": "\xff"}', "not_utf8"),
    "byte order mark": ("B1/D1/readings", b"\xef\xbb\xbf{}", "byte_order_mark"),
    "deep": ("B1/D1/readings", "[" * 10_000, "too_deep"),
    "list": ("B1/D1/readings", "[1]", "not_an_object"),
    "key twice": ("B1/D1/readings", values('{"smoke": 0.1, "smoke": 0.2}'), "duplicate_key"),
    "NaN": ("B1/D1/readings", values('{"smoke": NaN}'), "not_finite"),
    "1e999": ("B1/D1/readings", values('{"smoke": 1e999}'), "not_finite"),
    "1e300": ("B1/D1/readings", values('{"smoke": 1e300}'), "not_finite"),
    "infinite in its unit": (
        "B1/D3/readings",
        f'{{"ts": {NOW_MS}, "samples": [{{"channel": "residual", "value": 1.7e308, "unit": "A"}}]}}',
        "not_finite",
    ),
    "number as text": ("B1/D1/readings", values('{"smoke": "0.5"}'), "wrong_type"),
    "true as number": ("B1/D1/readings", values('{"smoke": true}'), "wrong_type"),
    "null value": ("B1/D1/readings", values('{"smoke": null}'), "wrong_type"),
    "no values": ("B1/D1/readings", values("{}"), "no_values"),
    "no time": ("B1/D1/readings", '{"values": {"smoke": 0.1}}', "missing_field"),
    "no offset": (
        "B1/D1/readings",
        values('{"smoke": 0.1}', '"2026-11-23T08:00:00"'),
        "timestamp_without_offset",
    ),
    "year 0": ("B1/D1/readings", values('{"smoke": 0.1}', '"0000-01-01T00:00:00Z"'), "bad_timestamp"),
    "year 9999": ("B1/D1/readings", values('{"smoke": 0.1}', '"9999-12-31T23:59:59Z"'), "timestamp_ahead"),
    "year 1970": ("B1/D1/readings", values('{"smoke": 0.1}', '"1970-01-01T00:00:00Z"'), "timestamp_too_old"),
    "seconds": ("B1/D1/readings", values('{"smoke": 0.1}', NOW_MS // 1000), "timestamp_in_seconds"),
    "seq 2^64": ("B1/D1/readings", '{"seq": 18446744073709551616, ' + values('{"smoke": 1}')[1:], "bad_seq"),
    "1 MB": ("B1/D1/readings", b'{"pad": "' + b"x" * 1_000_000 + b'"}', "payload_too_large"),
    "100,000 samples": ("B1/D1/readings", '{"samples": [' + "{}," * 100_000 + "{}]}", "payload_too_large"),
    "unknown building": ("NOPE/D1/readings", values('{"smoke": 0.1}'), "unknown_building"),
    "unknown device": ("B1/NOPE/readings", values('{"smoke": 0.1}'), "unknown_device"),
    "wrong building": ("B2/D1/readings", values('{"smoke": 0.1}'), "wrong_building"),
    "retired": ("B1/D9/readings", values('{"smoke": 0.1}'), "retired_device"),
    "unknown channel": ("B1/D1/readings", values('{"humidity": 40}'), "unknown_channel"),
    "NUL in a channel": ("B1/D1/readings", values('{"smo\\u0000ke": 0.1}'), "unknown_channel"),
    "foreign unit": (
        "B1/D2/readings",
        f'{{"ts": {NOW_MS}, "samples": [{{"channel": "pressure", "value": 1, "unit": "°C"}}]}}',
        "foreign_unit",
    ),
    "full-width code": ("B1/D１/readings", values('{"smoke": 0.1}'), "bad_topic"),
    "unknown event": (
        "B1/D1/events",
        f'{{"ts": {NOW_MS}, "event": "party", "state": "active"}}',
        "unknown_event",
    ),
    "bad status": ("B1/D1/status", '{"state": "perhaps"}', "wrong_type"),
}


def test_each_broken_message_has_its_reason_and_its_neighbours_are_stored(
    worker: Worker, publisher: Publisher, database: psycopg.Connection
) -> None:
    for i, (topic, payload, _) in enumerate(BROKEN.values()):
        publisher.send(topic, payload)
        publisher.send("B1/D1/readings", values(f'{{"temperature": {20 + i / 100}}}', NOW_MS - 60_000 + i))
    wait_until(lambda: count_messages(database)["received"] >= 2 * len(BROKEN))
    expected = {"stored": len(BROKEN), "quarantined": len(BROKEN), "duplicate": 0, "conflict": 0}
    assert count_messages(database) == expected | {"received": 2 * len(BROKEN)}
    assert database.execute("SELECT count(*) FROM readings").fetchone() == (len(BROKEN),)
    found = sorted(row[0] for row in database.execute("SELECT reason FROM quarantine"))
    assert found == sorted(reason for _, _, reason in BROKEN.values())


def test_one_bad_sample_does_not_cost_the_good_ones_of_its_message(
    worker: Worker, publisher: Publisher, database: psycopg.Connection
) -> None:
    publisher.send("B1/D1/readings", values('{"smoke": 0.1, "humidity": 40, "temperature": 21}'))
    wait_until(lambda: count_messages(database)["received"] >= 1)
    assert count_messages(database)["quarantined"] == 1
    assert database.execute("SELECT count(*) FROM readings").fetchone() == (2,)
    totals = database.execute(
        "SELECT readings_received, readings_stored, readings_rejected FROM ingest_totals"
    ).fetchone()
    assert totals == (3, 2, 1)


def test_the_same_broken_message_again_is_counted_on_its_row(
    worker: Worker, publisher: Publisher, database: psycopg.Connection
) -> None:
    for _ in range(3):
        publisher.send("B1/D1/readings", "nonsense")
    wait_until(lambda: count_messages(database)["received"] >= 3)
    assert database.execute("SELECT reason, occurrences FROM quarantine").fetchall() == [
        ("malformed_json", 3)
    ]


def test_a_value_outside_its_range_is_stored_and_marked(
    worker: Worker, publisher: Publisher, database: psycopg.Connection
) -> None:
    publisher.send("B1/D1/readings", values('{"temperature": 999}'))
    wait_until(lambda: count_messages(database)["received"] >= 1)
    assert database.execute("SELECT value, quality FROM readings").fetchall() == [(999.0, 3)]


def test_a_gauge_beyond_its_scale_is_believed_to_be_there(
    worker: Worker, publisher: Publisher, database: psycopg.Connection
) -> None:
    """Firmware says FLT_MAX: smoke beyond all limits is still smoke, and its hour can be summed up."""
    publisher.send("B1/D1/readings", values('{"smoke": 3.4028235e38}'))
    wait_until(lambda: count_messages(database)["received"] >= 1)
    assert database.execute("SELECT value::real, quality FROM readings").fetchall() == [(3.4028235e38, 3)]


def test_a_device_that_lives_in_the_future_has_its_clock_told_of(
    worker: Worker, publisher: Publisher, database: psycopg.Connection
) -> None:
    for n in range(5):
        publisher.send("B1/D1/readings", values('{"smoke": 0.02}', NOW_MS + 3_600_000 + n))
    wait_until(lambda: count_messages(database)["quarantined"] == 5)
    alerts = database.execute("SELECT rule, subject_kind, device_id, severity FROM alerts").fetchall()
    assert alerts == [("clock_fault", "device", 1, 4)]
