"""The client: typed answers, acts, and a feed that misses nothing over an API that goes away."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from api.client import ApiError, Client, CursorAheadError
from schemas.domain import SignalClass, Verdict
from schemas.settings import Settings
from tests.api.conftest import Hand, running_api, wait_until


@pytest.fixture
def desk(api_url: str, hand: Hand) -> Iterator[Client]:
    with Client(api_url, by="王警官") as client:
        yield client


def test_answers_are_typed_and_lists_are_walked_to_their_end(desk: Client, hand: Hand) -> None:
    raised = {hand.raise_alert(number) for number in range(1, 8)}
    page = desk.list_alerts(limit=3, **{"class": "fire"})
    assert page.alerts[0].signal_class is SignalClass.FIRE
    assert {alert.id for alert in desk.walk_alerts(limit=3)} == raised
    (incident,) = desk.list_incidents().incidents
    assert incident.by_class[SignalClass.FIRE] == 7
    assert {one.code for one in desk.list_buildings().buildings} == {"B1", "B2"}
    assert desk.read_coverage().total.buildings == 2


def test_acts_are_done_as_the_person_at_the_desk(desk: Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1)
    acknowledged = desk.acknowledge(alert_id)
    assert acknowledged.acknowledged is not None
    assert acknowledged.acknowledged.by == "王警官"
    desk.assign(alert_id, "李队")
    desk.comment(alert_id, "现场核实", by="李队")
    ruled = desk.rule_on(alert_id, Verdict.TEST, note="测试")
    assert ruled.verdict is not None
    assert desk.close_alert(alert_id, "完", force=True).closed_at is not None
    assert [entry.actor for entry in desk.read_alert(alert_id).history] == [
        "rules", "王警官", "王警官", "李队", "王警官", "王警官"
    ]  # fmt: skip
    with pytest.raises(ApiError) as refused:
        desk.act(alert_id, "comment", {"note": "再"}, change_id=1)
    assert (refused.value.status, refused.value.name) == (412, "changed")


def test_a_problem_keeps_its_name_and_a_cursor_ahead_has_a_type_of_its_own(desk: Client) -> None:
    with pytest.raises(ApiError, match="404 no-alert"):
        desk.read_alert(7)
    with pytest.raises(CursorAheadError):
        next(desk.follow(after=7))


def test_a_follower_misses_nothing_while_the_api_is_away(settings: Settings, hand: Hand) -> None:
    followed: list[int] = []

    def follow(address: str) -> None:
        with Client(address) as client:
            for change in client.follow(after=0, wait=1):
                followed.append(change.change_id)
                if len(followed) == 6:
                    return

    with running_api(settings) as address:
        thread = threading.Thread(target=follow, args=(address,))
        thread.start()
        for number in range(1, 4):
            hand.raise_alert(number)
        wait_until(lambda: len(followed) == 3)
    for number in range(4, 7):
        hand.raise_alert(number)
    port = int(address.rpartition(":")[2])
    with running_api(settings, port):
        thread.join(30)
    assert followed == [1, 2, 3, 4, 5, 6]
