"""The plain account of an alert in the reader's language."""

from __future__ import annotations

import httpx
import pytest

from api.languages import choose_language
from tests.api.conftest import Hand


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh-CN"), ("", "zh-CN"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("zh-TW", "zh-CN"),
        ("en;q=0.5, zh;q=0.8", "zh-CN"), ("zh;q=0.1, en;q=0.2", "en"), ("fr, en;q=0.3", "en"), ("fr", "zh-CN"),
        ("*", "zh-CN"), ("zh;q=0, *", "en"), ("en;q=1.5", "zh-CN"), (",;,é", "zh-CN"), ("EN", "en"),
    ],
)  # fmt: skip
def test_the_language_that_is_wanted_most_is_taken(header: str | None, language: str) -> None:
    assert choose_language(header) == language


def test_an_alert_gives_its_account_in_the_language_of_its_reader(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(7, at=1_795_420_800)
    chinese = client.get(f"/v1/alerts/{alert_id}")
    english = client.get(f"/v1/alerts/{alert_id}", headers={"Accept-Language": "en-GB, zh;q=0.5"})
    assert (chinese.headers["content-language"], english.headers["content-language"]) == ("zh-CN", "en")
    assert {chinese.headers["vary"], english.headers["vary"]} == {"Accept-Language"}
    account = chinese.json()["account"]
    for part in (
        "2026年11月23日 16:00:00",
        "青禾街道一号楼3层三层走道感烟探测器 7",
        "烟雾浓度火警",
        "0.42",
        "0.3 dB/m",
        "处置建议",
    ):
        assert part in account
    account = english.json()["account"]
    for part in (
        "2026-11-23 16:00:00",
        "floor 3",
        "Smoke at fire level",
        "measured 0.42",
        "limit 0.3",
        "What to do",
    ):
        assert part in account
    assert chinese.json()["why"] == english.json()["why"]
    grounds = chinese.json()["grounds"]
    assert (chinese.json()["source"], english.json()["source"]) == (grounds["zh"], grounds["en"])
    assert (grounds["zh"] in chinese.json()["account"], grounds["en"] in account) == (True, True)
    assert grounds["zh"].startswith("设计值 0.30 dB/m")
