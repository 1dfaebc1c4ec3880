"""The page in a real Chromium, over the real server; what a browser complains of fails the test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from schemas.settings import load_settings
from tests.api.conftest import api, api_url, client, hand
from tests.api.test_unpersisted import publish
from tests.desk.chromium import find_chromium
from tests.ingest.conftest import publisher, registry

__all__ = ["api", "api_url", "client", "hand", "publish", "publisher", "registry"]

# Pictures of every view, kept after the tests.
PICTURES = Path(__file__).parents[2] / "test-output" / "desk"
ROOM = {"width": 1920, "height": 1080}
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Without it a page in a test never gets to sound.
    "--autoplay-policy=no-user-gesture-required",
)


# While Playwright runs, nobody else on this thread can have an event loop: no longer than for a file of tests.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = find_chromium(load_settings().cache_dir)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.program, env=dict(chromium.environment), args=list(QUIET)
        )
        yield browser
        browser.close()


class Complaints:
    """What the browser found wrong. `expected` are parts of those that a test provokes."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.expected: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.found.append(f"{error} {error.stack}"))

    def unexpected(self) -> list[str]:
        return [one for one in self.found if not any(part in one for part in self.expected)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.found.append(f"{message.text} {message.location}")


@contextmanager
def opened(
    browser: Browser, *, language: str = "zh", theme: str = "light", officer: str = ""
) -> Iterator[tuple[Page, Complaints]]:
    """A page of a browser that has never been here, set to a language and a theme; nothing is loaded yet."""
    context = browser.new_context(viewport=ROOM, color_scheme="dark" if theme == "dark" else "light")
    page = context.new_page()
    remembered = json.dumps({"language": language, "officer": officer})
    page.add_init_script(
        "if (location.protocol === 'http:')"
        f" for (const [name, value] of Object.entries({remembered}))"
        " if (localStorage.getItem('fengsui.' + name) === null) localStorage.setItem('fengsui.' + name, value);"
    )
    complaints = Complaints()
    complaints.watch(page)
    yield page, complaints
    context.close()
    assert not complaints.unexpected()


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def page(browser: Browser, complaints: Complaints) -> Iterator[Page]:
    """A Chinese page that has never been here; the test fails for whatever the browser complains of."""
    with opened(browser, officer="王警官") as (page, found):
        complaints.found, complaints.expected = found.found, found.expected
        yield page
