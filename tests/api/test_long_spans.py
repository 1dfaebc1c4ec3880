"""Readings over weeks and years come out of the sums of hours and days, and what came since out of the readings."""

from __future__ import annotations

import httpx
import psycopg
import pytest

SUM_UP = """
INSERT INTO reading_hours (starts_at, sensor_id, received, good, least, mean, most)
    SELECT '2026-09-01 00:00Z'::timestamptz + n * interval '1 hour', 1, 361, 360, n, n + 1, n + 2
    FROM generate_series(0, 239) n WHERE n <> 5
    UNION ALL SELECT '2026-09-01 05:00Z', 1, 360, 0, NULL, NULL, NULL;
INSERT INTO reading_days (starts_at, sensor_id, received, good, least, mean, most, quiet)
    SELECT '2020-12-31 16:00Z'::timestamptz + n * interval '1 day', 1, 8640, 8000, n, n + 1, n + 2, n
    FROM generate_series(0, 1799) n;
INSERT INTO slow_progress (step, done_upto) VALUES ('hours', '2026-09-11 00:00Z'), ('days', '2025-12-05 16:00Z');
INSERT INTO readings (ts, received_at, value, sensor_id, quality)
    SELECT '2026-09-11 00:00Z'::timestamptz + n * interval '10 minutes', now(), 500, 1, CASE n WHEN 0 THEN 2 ELSE 0 END
    FROM generate_series(0, 11) n;
INSERT INTO readings (ts, received_at, value, sensor_id, quality) VALUES ('2026-09-02 00:10Z', now(), 9999, 1, 0)
"""


@pytest.fixture
def summed(client: httpx.Client, database: psycopg.Connection) -> httpx.Client:
    database.execute(SUM_UP)
    return client


def read(client: httpx.Client, begin: str, end: str) -> dict[str, object]:
    answer = client.get(f"/v1/sensors/1/readings?from={begin}T00:00:00Z&to={end}T00:00:00Z")
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    return body


def test_weeks_are_shown_by_hours_and_what_is_not_summed_up_yet_is_there_too(summed: httpx.Client) -> None:
    body = read(summed, "2026-09-01", "2026-09-12")
    points = body["points"]
    assert isinstance(points, list)
    assert body["bucket_seconds"] == 3600
    assert len(points) == 241
    assert [(one["value"], one["minimum"], one["maximum"], one["count"]) for one in points[4:6]] == [
        (5, 4, 6, 360),
        (7, 6, 8, 360),
    ]
    assert [(one["at"], one["value"], one["count"]) for one in points[-2:]] == [
        ("2026-09-11T00:00:00.000Z", 500, 5),
        ("2026-09-11T01:00:00.000Z", 500, 6),
    ]


def test_years_are_shown_by_days_in_at_most_two_thousand_points(summed: httpx.Client) -> None:
    year = read(summed, "2021-01-01", "2022-01-01")
    assert (year["bucket_seconds"], len(year["points"])) == (86_400, 365)  # type: ignore[arg-type]
    decade = read(summed, "2017-01-01", "2026-12-31")
    points = decade["points"]
    assert isinstance(points, list)
    assert 900 < len(points) <= 2000
    assert sum(one["count"] for one in points) == 1800 * 8000 + 1 + 11
    assert max(one["maximum"] for one in points) == 9999
