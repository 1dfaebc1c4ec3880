"""Log-in at the page: who has an account sees what is his, who has none sees nothing."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Page, expect

from schemas.account_tables import add_account
from schemas.accounts import Role
from tests.api.conftest import Api, Hand
from tests.desk.conftest import Complaints

# The first of them may have to fetch the browser.
pytestmark = pytest.mark.timeout(900)

PASSWORD = "不告诉你-2026"


@pytest.fixture
def guarded(
    api: Api, hand: Hand, database: psycopg.Connection, page: Page, complaints: Complaints
) -> Iterator[str]:
    """The address of a service with an officer, and a manager of the second building; a fire burns in the first."""
    complaints.expected.append("401")
    hand.beat()
    hand.raise_alert(1)
    add_account(database, "王警官", Role.OFFICER, (), PASSWORD)
    add_account(database, "物业李", Role.VIEWER, ("B2",), PASSWORD)
    api.app.state.doors.forget()
    yield api.url
    page.goto("about:blank")
    database.execute("DELETE FROM accounts")
    api.app.state.doors.forget()


def log_in(page: Page, account: str, password: str = PASSWORD) -> None:
    page.get_by_label("账号").fill(account)
    page.get_by_label("口令").fill(password)
    page.keyboard.press("Enter")


def test_an_officer_logs_in_acts_under_his_name_and_logs_out(guarded: str, page: Page) -> None:
    page.goto(guarded)
    log_in(page, "王警官", "falsch")
    expect(page.locator(".log-in .bad")).to_contain_text("不对")
    log_in(page, "王警官")
    expect(page.locator(".row.fire")).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator(".row.fire.acknowledged")).to_contain_text("王警官")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_label("口令")).to_be_visible()
    assert page.locator(".row").count() == 0


def test_a_manager_sees_his_building_alone_and_is_offered_no_acts(
    guarded: str, page: Page, hand: Hand
) -> None:
    hand.raise_alert(201)
    page.goto(guarded)
    log_in(page, "物业李")
    expect(page.locator(".row.fire")).to_contain_text("二号楼")
    expect(page.locator(".alerts li").first).to_have_attribute("aria-setsize", "1")
    expect(page.locator("button.acknowledge")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".alert-head")).to_contain_text("二号楼")
    expect(page.locator(".acts")).to_have_count(0)
