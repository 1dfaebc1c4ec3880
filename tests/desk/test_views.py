"""Every view in both languages and both themes: a picture of each is kept, and axe finds nothing to object to."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from ingest.slow.risk import write_risk
from tests.api.conftest import Hand
from tests.desk.conftest import PICTURES, opened

# The first of them may have to fetch the browser.
pytestmark = pytest.mark.timeout(900)

AXE = Path(__file__).parents[2] / "api/desk/node_modules/axe-core/axe.min.js"
# 182 mm at the 96 pixels to the inch of style sheets.
A4_WITHIN_MARGINS_PIXELS = 688
RULES_OF_WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
READINGS = """
INSERT INTO readings (sensor_id, ts, received_at, value, quality)
SELECT 1, now() - make_interval(secs => n * 5), now(),
       0.02 + CASE WHEN n < 24 THEN 0.4 * exp(-n / 9.0) ELSE 0 END + 0.004 * sin(n), 0
FROM generate_series(0, 119) n"""
PLACES = """
UPDATE buildings SET floors = 26 WHERE code = 'B1';
INSERT INTO zones (building_id, code, name, floor, zone_use)
    SELECT 1, format('Z%s%s', f, z), format('%s层%s', f, name), f, 'corridor'
    FROM generate_series(1, 26) f, (VALUES (2, '电梯厅'), (3, '东户'), (4, '西户')) rooms (z, name);
UPDATE devices SET zone_id = 2 + (device_id * 7) % 78 WHERE building_id = 1 AND device_id BETWEEN 20 AND 200;
UPDATE sensors SET quantity = 'pressure', unit = 'MPa' WHERE sensor_id = 30;
UPDATE devices SET system = 'hydrant' WHERE device_id = 30;
INSERT INTO device_state (device_id, last_received_at, last_observed_at, online)
    SELECT device_id, now() - INTERVAL '3 seconds', now() - INTERVAL '4 seconds', true FROM devices;
INSERT INTO readings (sensor_id, ts, received_at, value, quality)
    VALUES (30, now() - INTERVAL '4 seconds', now(), 0, 0);
"""
CONTACTS = {
    "by": "王警官",
    "contacts": [
        {"role": "消防安全管理人", "name": "李建国", "phone": "138 0000 0000"},
        {"role": "微型消防站", "name": "值班室", "phone": "0510 8000 0119"},
    ],
}
ACTS = [
    ("acknowledge", {}),
    ("comment", {"note": "物业经理已到场"}),
    ("escalate", {"to": "supervisor", "note": "现场无人应答"}),
]
VIEWS = {
    "watch": ("#/", ".row"),
    "alert": ("#/alerts/{fire}", ".chart canvas"),
    "alert-acknowledged": ("#/alerts/{seen}", ".entries li"),
    "city": ("#/city", ".area"),
    "building": ("#/buildings/B1", ".contacts a"),
    "history": ("#/history", ".alert-table"),
    "ledger": ("#/ledger", "table"),
    "report": ("#/report", ".paper"),
}


@pytest.fixture
def town(client: httpx.Client, hand: Hand, database: psycopg.Connection) -> dict[str, int]:
    """A burning building with silent devices, a dry hydrant, people at work, hidden dangers and risk."""
    hand.beat()
    database.execute(READINGS)
    database.execute(PLACES)
    now = time.time()
    write_risk(database, int((now - 3600) * 1e6))
    alerts = {"fire": hand.raise_alert(1, at=now - 40), "seen": hand.raise_alert(2, at=now - 300)}
    for number, rule, age in (
        (3, "smoke_prealarm", 60),
        (30, "hydrant_pressure_zero", 900),
        (41, "device_silent", 1200),
        (55, "device_silent", 1300),
        (60, "gas_leak", 5000),
        (201, "battery_low", 7200),
    ):
        hand.raise_alert(number, rule, at=now - age)
    for act, body in ACTS:
        client.post(f"/v1/alerts/{alerts['seen']}/{act}", json={"by": "王警官", **body}).raise_for_status()
    ruled = hand.raise_alert(70, at=now - 3000)
    client.post(
        f"/v1/alerts/{ruled}/verdict", json={"by": "李警官", "verdict": "false_alarm", "note": "厨房水汽"}
    ).raise_for_status()
    for kind, note in (("blocked_exit", "三层安全出口堆放杂物"), ("dirty_detector", "探测器积灰")):
        body = {"kind": kind, "building": "B1", "zone": "Z1", "note": note, "by": "王警官"}
        client.post("/v1/hazards", json=body).raise_for_status()
    client.put("/v1/buildings/B1/contacts", json=CONTACTS).raise_for_status()
    write_risk(database, int(now * 1e6))
    return alerts


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_view_can_be_read_by_everybody(
    browser: Browser, api_url: str, hand: Hand, town: dict[str, int], language: str, theme: str
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    objections: list[str] = []
    # What axe looks at is the same in each language, and the colours in each theme: two of the four are all there is.
    is_examined = (language, theme) in (("zh", "light"), ("en", "dark"))
    with opened(browser, language=language, theme=theme, officer="王警官") as (page, _):
        for name, (address, mark) in VIEWS.items():
            hand.beat()
            page.goto(f"{api_url}/{address.format(**town)}")
            expect(page.locator(mark).first).to_be_visible()
            # Everything asked for at the beginning has come.
            page.wait_for_timeout(300)
            page.screenshot(path=PICTURES / f"{name}-{language}-{theme}.png")
            objections += examine(page, name) if is_examined else ()
        page.keyboard.press("?")
        expect(page.locator("dialog")).to_be_visible()
        page.screenshot(path=PICTURES / f"keys-{language}-{theme}.png")
        objections += examine(page, "keys") if is_examined else ()
    assert objections == []


def examine(page: Page, view: str) -> Iterator[str]:
    """What axe objects to, with the elements it means."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run(document, {json.dumps(RULES_OF_WCAG)})")
    assert found["passes"]
    for violation in found["violations"]:
        for node in violation["nodes"]:
            yield f"{view}: {violation['id']}: {node['target']} {node['failureSummary']}"


def test_the_report_fits_on_a4(page: Page, api_url: str, hand: Hand, town: dict[str, int]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    hand.beat()
    page.goto(f"{api_url}/#/report")
    expect(page.locator(".paper table").first).to_be_visible()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4_WITHIN_MARGINS_PIXELS, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth") <= A4_WITHIN_MARGINS_PIXELS
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator(".signatures")).to_be_visible()
    page.pdf(path=PICTURES / "report.pdf", prefer_css_page_size=True)
    assert (PICTURES / "report.pdf").read_bytes().startswith(b"%PDF")


def test_the_report_says_how_soon_each_person_saw_to_alerts_of_the_shift(
    page: Page, api_url: str, hand: Hand, town: dict[str, int], database: psycopg.Connection
) -> None:
    database.execute("UPDATE alerts SET verdict_at = recorded_at + INTERVAL '95 s' WHERE verdict IS NOT NULL")
    hand.beat()
    page.goto(f"{api_url}/#/report")
    row = page.locator(".paper tr", has=page.locator("th", has_text="李警官")).locator("td")
    expect(row).to_have_text(["0", "–", "1", "1分 35秒"])


def test_the_first_list_is_in_sight_soon_after_the_page_is_asked_for(
    page: Page, api_url: str, hand: Hand, town: dict[str, int]
) -> None:
    hand.beat()
    asked = time.perf_counter()
    page.goto(api_url)
    expect(page.locator(".row").first).to_be_visible()
    print(
        f"the first list is in sight {1000 * (time.perf_counter() - asked):.0f} ms after the page was asked for"
    )


def test_an_incident_is_looked_at_by_itself_and_acknowledged_whole(
    page: Page, api_url: str, hand: Hand, town: dict[str, int]
) -> None:
    hand.beat()
    page.goto(api_url)
    expect(page.locator(".incidents")).to_contain_text("一号楼")
    everything = int(page.locator(".alerts li").first.get_attribute("aria-setsize") or 0)
    page.keyboard.press("i")
    page.get_by_role("button", name="全部确认").click()
    expect(page.locator("#told")).to_contain_text("已确认")
    expect(page.locator(".alerts .row.waiting")).to_have_count(0)
    assert int(page.locator(".alerts li").first.get_attribute("aria-setsize") or 0) < everything


def test_languages_and_themes_are_changed_and_kept_by_keyboard(page: Page, api_url: str, hand: Hand) -> None:
    hand.beat()
    page.goto(api_url)
    expect(page.locator("nav")).to_contain_text("值守")
    page.keyboard.press("y")
    expect(page.locator("nav")).to_contain_text("Watch")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.keyboard.press("t")
    page.keyboard.press("t")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    expect(page.locator("nav")).to_contain_text("Watch")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_enter_presses_the_button_that_has_the_keyboard(
    page: Page, api_url: str, hand: Hand, town: dict[str, int]
) -> None:
    hand.beat()
    page.goto(api_url)
    page.keyboard.press("ArrowDown")
    page.locator(".counter.warning").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".counter.warning")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".row.fire")).to_have_count(0)


def test_letters_do_nothing_once_they_are_switched_off(page: Page, api_url: str, hand: Hand) -> None:
    hand.beat()
    page.goto(api_url)
    page.get_by_role("button", name="按键").click()
    page.get_by_role("button", name="字母键").click()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.locator("nav [aria-current]")).to_contain_text("值守")


def test_the_page_says_that_it_is_silent_until_somebody_touches_it(
    page: Page, api_url: str, hand: Hand
) -> None:
    hand.beat()
    page.goto(api_url)
    sound = page.locator("button.sound")
    expect(sound).to_contain_text("声音未开")
    page.keyboard.press("ArrowDown")
    expect(sound).to_contain_text("声音已开")
    page.keyboard.press("s")
    expect(sound).to_contain_text("声音已关")
