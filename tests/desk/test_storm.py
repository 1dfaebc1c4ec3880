"""A thousand alerts in ten seconds: nothing is dropped, and the desk answers the officer all the while."""

from __future__ import annotations

import re
import threading
import time

import psycopg
import pytest
from playwright.sync_api import Page, expect

from schemas.settings import Settings
from tests.api.conftest import Hand

# The first of them may have to fetch the browser.
pytestmark = pytest.mark.timeout(900)

RULES = ("smoke_level_alarm", "smoke_prealarm", "co_toxic", "detector_dead", "reading_stuck")
DEVICES = 200
SECONDS = 10.0
GENEROUS_MS = 30_000
# Asked of the page is 200 ms; a machine that does other things too is given five times as long.
DELAY_MS = 1000

WATCH_DELAYS = """
window.delays = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.name === 'keydown') window.delays.push(entry.processingStart - entry.startTime);
  }
}).observe({ type: 'event', durationThreshold: 16 });
"""


def rain(settings: Settings) -> None:
    """Raise an alert every ten milliseconds, as workers would."""
    assert settings.database_url
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        cloud = Hand(connection, is_registered=True)
        begun = time.monotonic()
        for n in range(len(RULES) * DEVICES):
            cloud.raise_alert(n % DEVICES + 1, RULES[n // DEVICES])
            if n % 100 == 0:
                cloud.beat()
            time.sleep(max(0.0, begun + SECONDS * n / (len(RULES) * DEVICES) - time.monotonic()))


def test_a_storm_of_a_thousand_alerts_is_complete_and_the_desk_stays_responsive(
    page: Page, settings: Settings, hand: Hand, api_url: str
) -> None:
    hand.beat()
    page.add_init_script(WATCH_DELAYS)
    page.goto(api_url)
    expect(page.get_by_text("当前没有未关闭的报警")).to_be_visible(timeout=GENEROUS_MS)
    storm = threading.Thread(target=rain, args=(settings,))
    storm.start()
    presses = 0
    while storm.is_alive():
        page.keyboard.press("ArrowDown" if presses % 3 else "ArrowUp")
        presses += 1
        page.wait_for_timeout(100)
    expect(page.locator(".alerts li").first).to_have_attribute("aria-setsize", "1000", timeout=GENEROUS_MS)
    shown = [int(text) for text in page.locator(".counter b").all_inner_texts()]
    assert sum(shown) == 1000
    assert shown[0] == DEVICES

    page.keyboard.press("End")
    last = page.locator('.alerts li[aria-posinset="1000"] a')
    expect(last).to_be_in_viewport()
    oldest = hand.database.execute(
        "SELECT alert_id FROM alerts WHERE signal_class = 'fault' ORDER BY raised_at, alert_id LIMIT 1"
    ).fetchone()
    assert oldest is not None
    assert last.get_attribute("id") == f"alert-{oldest[0]}"

    delays: list[float] = page.evaluate("window.delays")
    drawn = page.locator(".alerts li").count()
    print(
        f"{presses} keys; of {len(delays)} that took a frame or more the longest input delay was"
        f" {max(delays, default=0):.0f} ms; {drawn} rows are drawn of 1,000"
    )
    assert max(delays, default=0) < DELAY_MS
    assert drawn < 40
    expect(page).to_have_title(re.compile(f"火警 {DEVICES} 起未确认"))
