"""Alerts for other platforms: CAP 1.2 messages and the feed that leads to them.

The order of elements and the closed sets are those of OASIS' schema, written down here by their names; the schema
itself is OASIS' own.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring

import httpx
import psycopg

from api.cap import clean_text
from tests.api.conftest import Hand
from tests.api.test_acts import act

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ATOM = "{http://www.w3.org/2005/Atom}"
ORDER = [
    "identifier",
    "sender",
    "sent",
    "status",
    "msgType",
    "source",
    "scope",
    "restriction",
    "addresses",
    "code",
    "note",
    "references",
    "incidents",
    "info",
]
INFO_ORDER = [
    "language",
    "category",
    "event",
    "responseType",
    "urgency",
    "severity",
    "certainty",
    "audience",
    "eventCode",
    "effective",
    "onset",
    "expires",
    "senderName",
    "headline",
    "description",
    "instruction",
    "web",
    "contact",
    "parameter",
    "resource",
    "area",
]
CLOSED_SETS = {
    "status": {"Actual", "Exercise", "System", "Test", "Draft"},
    "msgType": {"Alert", "Update", "Cancel", "Ack", "Error"},
    "scope": {"Public", "Restricted", "Private"},
    "category": {
        "Geo",
        "Met",
        "Safety",
        "Security",
        "Rescue",
        "Fire",
        "Health",
        "Env",
        "Transport",
        "Infra",
        "CBRNE",
        "Other",
    },
    "responseType": {
        "Shelter",
        "Evacuate",
        "Prepare",
        "Execute",
        "Avoid",
        "Monitor",
        "Assess",
        "AllClear",
        "None",
    },
    "urgency": {"Immediate", "Expected", "Future", "Past", "Unknown"},
    "severity": {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
    "certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}
REQUIRED = ("identifier", "sender", "sent", "status", "msgType", "scope")
REQUIRED_INFO = ("category", "event", "urgency", "severity", "certainty", "area")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
NAME = re.compile(r"[^\s,<&]+")


def read_cap(client: httpx.Client, alert_id: int) -> Element:
    answer = client.get(f"/v1/alerts/{alert_id}/cap")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/cap+xml"
    message = fromstring(answer.content)
    check_structure(message)
    return message


def check_structure(message: Element) -> None:
    assert message.tag == f"{CAP}alert"
    _check_order(message, ORDER, REQUIRED)
    for name in ("identifier", "sender"):
        assert NAME.fullmatch(text_of(message, name))
    assert text_of(message, "scope") != "Restricted" or text_of(message, "restriction")
    infos = message.findall(f"{CAP}info")
    assert [text_of(info, "language") for info in infos] == ["zh-CN", "en-US"]
    for info in infos:
        _check_order(info, INFO_ORDER, REQUIRED_INFO)
        assert info.find(f"{CAP}area/{CAP}areaDesc") is not None
    for element in message.iter():
        name = element.tag.removeprefix(CAP)
        assert name not in CLOSED_SETS or element.text in CLOSED_SETS[name], name
        assert name not in ("sent", "effective", "onset") or TIME.fullmatch(element.text or ""), element.text


def _check_order(parent: Element, order: list[str], required: tuple[str, ...]) -> None:
    names = [child.tag.removeprefix(CAP) for child in parent]
    assert names == sorted(names, key=order.index)
    assert set(required) <= set(names)


def text_of(parent: Element, name: str) -> str:
    element = parent.find(f"{CAP}{name}")
    assert element is not None, name
    return element.text or ""


def told(client: httpx.Client, alert_id: int) -> tuple[str, ...]:
    message = read_cap(client, alert_id)
    info = message.find(f"{CAP}info")
    assert info is not None
    return (
        *(text_of(message, name) for name in ("msgType", "status")),
        *(text_of(info, name) for name in ("urgency", "severity", "certainty", "responseType")),
    )


def test_a_fire_is_told_from_its_raise_to_its_end(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1)
    assert told(client, alert_id) == ("Alert", "Actual", "Immediate", "Severe", "Likely", "Execute")
    act(client, alert_id, "verdict", by="王", verdict="real_fire")
    assert told(client, alert_id) == ("Update", "Actual", "Immediate", "Severe", "Observed", "Execute")
    hand.clear(1)
    assert told(client, alert_id) == ("Cancel", "Actual", "Past", "Severe", "Observed", "AllClear")


def test_updates_name_the_messages_before_them(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1)
    first = read_cap(client, alert_id)
    act(client, alert_id, "acknowledge", by="王")
    second = read_cap(client, alert_id)
    assert text_of(second, "references") == ",".join(
        text_of(first, name) for name in ("sender", "identifier", "sent")
    )
    act(client, alert_id, "comment", by="王", note="有烟")
    third = read_cap(client, alert_id)
    assert len(text_of(third, "references").split()) == 2
    assert len({text_of(message, "identifier") for message in (first, second, third)}) == 3


def test_both_languages_say_what_where_and_what_to_do(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(7)
    chinese, english = read_cap(client, alert_id).findall(f"{CAP}info")
    assert text_of(chinese, "headline") == "烟雾浓度火警: 青禾街道 一号楼 3F 三层走道 感烟探测器 7"
    assert "限值 0.3 dB/m" in text_of(chinese, "description")
    assert text_of(english, "event") == "Smoke at fire level"
    assert "limit 0.3 dB/m" in text_of(english, "description")
    assert text_of(english, "instruction")
    assert text_of(english, "web").endswith(f"/v1/alerts/{alert_id}")


def test_drills_tests_faults_and_water_are_told_as_what_they_are(client: httpx.Client, hand: Hand) -> None:
    drill, test, silent, dry = (
        hand.raise_alert(1),
        hand.raise_alert(2),
        hand.raise_alert(3, "device_silent"),
        hand.raise_alert(4, "hydrant_pressure_zero"),
    )
    act(client, drill, "verdict", by="王", verdict="drill")
    act(client, test, "verdict", by="王", verdict="test")
    assert told(client, drill)[:2] == ("Update", "Exercise")
    assert told(client, test)[:2] == ("Update", "Test")
    assert told(client, silent)[2:] == ("Future", "Moderate", "Possible", "Assess")
    assert told(client, dry)[3] == "Extreme"


def test_text_that_xml_does_not_admit_is_left_out_and_markup_stays_text(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    database.execute("UPDATE buildings SET name = E'<b>\\x01 & \"甲\"' WHERE building_id = 1")
    message = read_cap(client, hand.raise_alert(1))
    assert '<b> & "甲"' in text_of(message.findall(f"{CAP}info")[0], "headline")
    assert clean_text("a\x00\x1f\ud800\ufffe\n乙🔥") == "a\n乙🔥"


def test_the_feed_leads_to_every_alert_the_one_changed_last_first(client: httpx.Client, hand: Hand) -> None:
    raised = [hand.raise_alert(number) for number in range(1, 6)]
    act(client, raised[0], "acknowledge", by="王")
    address: str | None = "/v1/alerts/cap.atom?limit=2"
    seen: list[int] = []
    while address:
        answer = client.get(address)
        assert answer.headers["content-type"] == "application/atom+xml"
        feed = fromstring(answer.content)
        for name in ("id", "title", "updated", "author"):
            assert feed.find(f"{ATOM}{name}") is not None
        for entry in feed.findall(f"{ATOM}entry"):
            for name in ("id", "title", "updated", "summary"):
                assert entry.findtext(f"{ATOM}{name}")
            link = entry.find(f"{ATOM}link")
            assert link is not None
            check_structure(fromstring(client.get(link.attrib["href"]).content))
            seen.append(int(link.attrib["href"].split("/")[-2]))
        following = [link for link in feed.findall(f"{ATOM}link") if link.attrib["rel"] == "next"]
        address = following[0].attrib["href"] if following else None
    assert seen == [raised[0], *reversed(raised[1:])]


def test_an_unchanged_feed_answers_304(client: httpx.Client, hand: Hand) -> None:
    hand.raise_alert(1)
    first = client.get("/v1/alerts/cap.atom")
    tag = {"If-None-Match": first.headers["etag"]}
    assert client.get("/v1/alerts/cap.atom", headers=tag).status_code == 304
    hand.raise_alert(2)
    assert client.get("/v1/alerts/cap.atom", headers=tag).status_code == 200


def test_there_is_no_message_of_an_alert_that_is_not_there(client: httpx.Client) -> None:
    assert client.get("/v1/alerts/7/cap").status_code == 404
