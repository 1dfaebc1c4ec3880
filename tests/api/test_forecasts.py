"""A forecast is shown with its interval, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from ingest.store_forecasts import SensorForecast, write_forecasts
from tests.api.conftest import Hand

NOW = datetime(2026, 11, 24, tzinfo=UTC).timestamp()
DAY = 86_400.0


def foretell(hand: Hand, number: int, days: tuple[float, float, float], now: float = NOW) -> None:
    """Likeliest day and bounds, counted from `NOW`."""
    at, earliest, latest = ((NOW + day * DAY) * 1e6 for day in days)
    forecast = SensorForecast(number, 0.07, at, earliest, latest)
    with hand.database.transaction(), hand.database.cursor() as cursor:
        write_forecasts(cursor, "detector_drifting", [forecast], int(now * 1e6))


def test_an_alert_shows_when_its_limit_will_be_passed_and_how_sure_that_is(
    client: httpx.Client, hand: Hand
) -> None:
    with hand.database.transaction():
        foretold = hand.raise_alert(1, "detector_drifting", at=NOW)
        foretell(hand, 1, (14, 11, 19))
    unknown = hand.raise_alert(2, "detector_drifting", at=NOW)
    forecasts = {alert["id"]: alert["forecast"] for alert in client.get("/v1/alerts").json()["alerts"]}
    assert forecasts[unknown] is None
    assert forecasts[foretold] == {
        "at": "2026-12-08T00:00:00.000Z",
        "earliest": "2026-12-05T00:00:00.000Z",
        "latest": "2026-12-13T00:00:00.000Z",
        "confidence": 0.8,
    }


def test_a_forecast_is_news_only_when_it_has_moved_by_much(client: httpx.Client, hand: Hand) -> None:
    hand.raise_alert(1, "detector_drifting", at=NOW)
    foretell(hand, 1, (14, 11, 19))
    foretell(hand, 1, (15, 12, 20), NOW + DAY)
    changes = client.get("/v1/alerts/changes?after=0").json()["changes"]
    assert [change["action"] for change in changes] == ["raised"]
    foretell(hand, 1, (22, 18, 30), NOW + 2 * DAY)
    changes = client.get("/v1/alerts/changes?after=0").json()["changes"]
    assert [change["action"] for change in changes] == ["raised", "forecast"]
    assert changes[1]["note"] == "2026-12-16T00:00:00Z (2026-12-12T00:00:00Z / 2026-12-24T00:00:00Z)"
    assert changes[1]["alert"]["forecast"]["at"] == "2026-12-16T00:00:00.000Z"


@pytest.mark.parametrize(
    "columns", ["forecast_at = now()", "forecast_at = now(), forecast_earliest = now() + INTERVAL '1 s',"
                " forecast_latest = now() + INTERVAL '2 s'"],
)  # fmt: skip
def test_no_forecast_is_kept_without_its_interval(
    hand: Hand, database: psycopg.Connection, columns: str
) -> None:
    hand.raise_alert(1, "detector_drifting", at=NOW)
    with pytest.raises(psycopg.errors.CheckViolation):
        database.execute(f"UPDATE alerts SET {columns}")  # type: ignore[arg-type]  # noqa: S608
