"""A fire from its reading to its closing, seen and worked on by keyboard alone."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from schemas.settings import Settings
from tests.api.conftest import Hand, running_api
from tests.api.test_unpersisted import NOWHERE, Publish
from tests.desk.conftest import Complaints
from tests.ingest.conftest import Publisher, running_worker

# The first of them may have to fetch the browser.
pytestmark = pytest.mark.timeout(900)

FIRE = ".row.fire"
BAR = "#bar:not(.calm)"
# Of what the page does within a second on a quiet machine; this one may be busy.
GENEROUS_MS = 10_000


def burn(publisher: Publisher) -> None:
    """A clean minute, then smoke so thick that the next reading like it is a fire."""
    for seconds_ago, smoke in ((60, 0.02), (40, 0.02), (20, 0.02), (11, 1.4)):
        smoulder(publisher, seconds_ago, smoke)


def smoulder(publisher: Publisher, seconds_ago: float, smoke: float) -> None:
    at = int((time.time() - seconds_ago) * 1000)
    publisher.send("B1/D1/readings", {"ts": at, "values": {"smoke": smoke, "temperature": 24.0}})


@pytest.fixture
def desk(page: Page, registry: Settings) -> Iterator[Page]:
    """The page over a worker and an API of its own; nothing has happened yet."""
    with running_worker(registry), running_api(registry) as address:
        page.goto(address)
        expect(page.get_by_text("当前没有未关闭的报警")).to_be_visible(timeout=GENEROUS_MS)
        yield page
        # It is to complain of what happens while the service is there.
        page.goto("about:blank")


def test_a_fire_appears_and_is_acknowledged_charted_ruled_on_and_closed_by_keyboard(
    desk: Page, publisher: Publisher
) -> None:
    burn(publisher)
    expect(desk.locator(".figures")).to_contain_text("1/4", timeout=GENEROUS_MS)
    assert desk.locator(FIRE).count() == 0

    sent = time.perf_counter()
    smoulder(publisher, 0, 1.6)
    row = desk.locator(FIRE).first
    expect(row).to_be_visible(timeout=GENEROUS_MS)
    print(f"a fire is in sight {1000 * (time.perf_counter() - sent):.0f} ms after its reading was sent")
    expect(row).to_contain_text("一号楼 3层 三层走道")
    expect(desk).to_have_title(re.compile("火警"), timeout=GENEROUS_MS)
    assert "fire" in (desk.locator(".alerts li").first.get_attribute("class") or "")

    desk.keyboard.press("a")
    expect(desk.locator("#told")).to_contain_text("已确认")
    expect(desk.locator(FIRE).first).to_contain_text("王警官")

    desk.keyboard.press("ArrowDown")
    expect(desk.locator(".row.chosen")).to_have_class(re.compile("fire"))
    desk.keyboard.press("Enter")
    expect(desk.locator(".alert-head")).to_contain_text("一号楼")
    expect(desk.locator(".chart canvas").first).to_be_visible()
    expect(desk.locator(".limit-key").first).to_contain_text("限值")
    expect(desk.locator(".section .band.here")).to_contain_text("3F")

    desk.keyboard.press("2")
    expect(desk.locator(".alert-head .facts")).to_contain_text("误报")
    desk.keyboard.press("x")
    expect(desk.locator("dialog input")).to_be_focused()
    desk.keyboard.type("厨房水汽，已到场核实")
    desk.keyboard.press("Enter")
    expect(desk.locator(".alert-head .facts")).to_contain_text("已关闭")
    expect(desk.locator(".entries")).to_contain_text("厨房水汽，已到场核实")

    desk.keyboard.press("Escape")
    expect(desk.locator(FIRE)).to_have_count(0)


def test_an_act_is_taken_back_by_one_key(desk: Page, publisher: Publisher) -> None:
    burn(publisher)
    smoulder(publisher, 0, 1.6)
    expect(desk.locator(".row.fire.waiting").first).to_be_visible(timeout=GENEROUS_MS)
    desk.keyboard.press("a")
    expect(desk.locator(".row.fire.acknowledged").first).to_be_visible()
    # The feed may tell of the act before its own answer comes, which is what offers to take it back.
    expect(desk.locator("#told")).to_contain_text("撤销")
    desk.keyboard.press("u")
    expect(desk.locator(".row.fire.waiting").first).to_be_visible()
    expect(desk.locator("#told")).to_contain_text("已撤销")


def test_the_bar_turns_red_when_ingest_stops_and_an_empty_list_no_longer_looks_calm(
    page: Page, registry: Settings
) -> None:
    with running_api(registry) as address:
        with running_worker(registry):
            page.goto(address)
            expect(page.get_by_text("当前没有未关闭的报警")).to_be_visible(timeout=GENEROUS_MS)
            expect(page.locator(BAR)).to_have_count(0)
        stopped = time.perf_counter()
        expect(page.locator(BAR)).to_be_visible(timeout=GENEROUS_MS)
        print(f"the bar is red {time.perf_counter() - stopped:.1f} s after ingest stopped")
        expect(page.locator(BAR)).to_contain_text("新的报警不会出现")
        expect(page.locator(".empty")).to_contain_text("不能说明平安")
        page.goto("about:blank")


def test_the_bar_turns_red_when_the_service_is_gone_and_calm_when_it_is_back(
    page: Page, complaints: Complaints, registry: Settings
) -> None:
    complaints.expected += ["ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE"]
    with running_worker(registry):
        with running_api(registry) as address:
            page.goto(address)
            expect(page.get_by_text("当前没有未关闭的报警")).to_be_visible(timeout=GENEROUS_MS)
        stopped = time.perf_counter()
        expect(page.locator(BAR)).to_contain_text("与服务失去联系", timeout=GENEROUS_MS)
        print(f"the bar is red {time.perf_counter() - stopped:.1f} s after the service stopped")
        with running_api(registry, port=int(address.rpartition(":")[2])):
            expect(page.locator(BAR)).to_have_count(0, timeout=GENEROUS_MS)
            page.goto("about:blank")


def test_while_the_database_is_away_new_alerts_are_shown_above_all_others(
    page: Page, complaints: Complaints, settings: Settings, hand: Hand, publish: Publish
) -> None:
    complaints.expected.append("503")
    away = settings.model_copy(update={"database_url": NOWHERE})
    with running_api(away) as address:
        page.goto(address)
        expect(page.locator(BAR)).to_contain_text("数据库不可用", timeout=GENEROUS_MS)
        expect(page.locator(BAR)).to_contain_text("显示在最上方", timeout=GENEROUS_MS)
        publish()
        row = page.locator(".row.unpersisted")
        expect(row).to_contain_text("尚未入库", timeout=GENEROUS_MS)
        expect(row).to_have_class(re.compile("fire"))
        expect(page.locator(".counter.fire")).to_be_visible()
        page.goto("about:blank")
