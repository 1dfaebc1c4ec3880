"""Who may see what: sessions, keys and roles over the real server, and buildings on every route there is."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import psycopg
import pytest

from api.login_throttle import FREE_GUESSES, LoginThrottle
from schemas.account_tables import AccountError, add_account, make_key, remove_account, take_keys
from schemas.accounts import Role, hash_password, is_password
from tests.api.conftest import Api, Hand, wait_until

PASSWORD = "不告诉你-2026"


@dataclass(frozen=True)
class Desk:
    """Logs people in."""

    api: Api
    database: psycopg.Connection

    def add(self, name: str, role: Role, *buildings: str, password: str | None = PASSWORD) -> None:
        add_account(self.database, name, role, buildings, password)
        self.api.app.state.doors.forget()

    @contextmanager
    def log_in(self, name: str) -> Iterator[httpx.Client]:
        hooks = {"request": [self.api.ask_the_tables]}
        with httpx.Client(base_url=self.api.url, timeout=30, trust_env=False, event_hooks=hooks) as client:
            answer = client.post("/v1/session", json={"account": name, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            yield client

    def stranger(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.api.url, timeout=30, trust_env=False, headers=headers)


@pytest.fixture
def desk(api: Api, hand: Hand, database: psycopg.Connection) -> Iterator[Desk]:
    hand.beat()
    yield Desk(api, database)
    database.execute("DELETE FROM accounts")
    api.app.state.doors.forget()
    api.app.state.login_throttle.__init__()


def test_without_accounts_everybody_on_this_machine_is_admin(client: httpx.Client) -> None:
    assert client.get("/v1/session").json() == {"name": "open", "role": "admin", "buildings": None}
    assert client.get("/v1/alerts").status_code == 200


def test_without_accounts_nobody_from_elsewhere_gets_in(client: httpx.Client) -> None:
    for name in ("X-Forwarded-For", "Forwarded"):
        answer = client.get("/v1/alerts", headers={name: "203.0.113.7"})
        assert answer.status_code == 401
        assert answer.json()["type"] == "urn:fengsui:problem:not-logged-in"


def test_with_an_account_strangers_are_shown_the_page_and_nothing_else(desk: Desk) -> None:
    desk.add("王警官", Role.OFFICER)
    with desk.stranger() as stranger:
        assert stranger.get("/").status_code == 200
        assert stranger.get("/healthz").status_code == 200
        for path in ("/v1/alerts", "/v1/alerts/changes?after=0", "/v1/alerts/stream", "/v1/buildings"):
            answer = stranger.get(path)
            assert answer.status_code == 401, path
            assert answer.headers["www-authenticate"] == "Bearer"
        assert stranger.get("/v1/session").status_code == 401


def test_an_officer_logs_in_and_out(desk: Desk) -> None:
    desk.add("王警官", Role.OFFICER)
    with desk.log_in("王警官") as officer:
        assert officer.get("/v1/session").json() == {"name": "王警官", "role": "officer", "buildings": None}
        assert officer.get("/v1/alerts").status_code == 200
        kept = dict(officer.cookies)
        assert officer.request("DELETE", "/v1/session", json={}).status_code == 204
        assert officer.get("/v1/alerts").status_code == 401
    with desk.stranger(Cookie="; ".join(f"{name}={value}" for name, value in kept.items())) as thief:
        assert thief.get("/v1/alerts").status_code == 401


def test_the_cookie_is_for_no_script_and_no_other_site(desk: Desk) -> None:
    desk.add("王警官", Role.OFFICER)
    with desk.stranger() as client:
        answer = client.post("/v1/session", json={"account": "王警官", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie


def test_a_page_of_another_site_can_neither_log_in_nor_act_with_our_cookie(desk: Desk, hand: Hand) -> None:
    desk.add("王警官", Role.OFFICER)
    alert_id = hand.raise_alert(1)
    with desk.log_in("王警官") as officer:
        foreign = {"Origin": "https://evil.example"}
        login = {"account": "王警官", "password": PASSWORD}
        assert officer.post("/v1/session", json=login, headers=foreign).status_code == 403
        path = f"/v1/alerts/{alert_id}/acknowledge"
        assert officer.post(path, json={}, headers=foreign).status_code == 403
        assert officer.post(path, json={}).status_code == 200


def test_a_machine_comes_with_a_key_until_it_is_taken_back(desk: Desk) -> None:
    desk.add("指挥中心", Role.SUPERVISOR, password=None)
    key = make_key(desk.database, "指挥中心").text
    with desk.stranger(Authorization=f"Bearer {key}") as machine:
        assert machine.get("/v1/alerts").status_code == 200
        assert machine.get("/v1/session").json()["role"] == "supervisor"
    with desk.stranger() as person:
        assert person.post("/v1/session", json={"key": key}).status_code == 200
        assert person.get("/v1/alerts").status_code == 200
    assert take_keys(desk.database, "指挥中心") == 1
    with desk.stranger(Authorization=f"Bearer {key}") as machine:
        wait_until(lambda: machine.get("/v1/alerts").status_code == 401, 5)


def test_who_is_removed_is_out_within_seconds(desk: Desk) -> None:
    desk.add("王警官", Role.OFFICER)
    desk.add("李警官", Role.OFFICER)
    with desk.log_in("王警官") as officer:
        remove_account(desk.database, "王警官")
        wait_until(lambda: officer.get("/v1/alerts").status_code == 401, 5)


def test_acts_are_under_the_name_of_the_account_whatever_they_say(desk: Desk, hand: Hand) -> None:
    desk.add("王警官", Role.OFFICER)
    alert_id = hand.raise_alert(1)
    with desk.log_in("王警官") as officer:
        done = officer.post(f"/v1/alerts/{alert_id}/acknowledge", json={"by": "别人"})
        assert done.json()["acknowledged"]["by"] == "王警官"
        done = officer.post(f"/v1/alerts/{alert_id}/comment", json={"note": "已到场"})
        assert done.status_code == 200
        history = officer.get(f"/v1/alerts/{alert_id}").json()["history"]
    assert [entry["actor"] for entry in history[1:]] == ["王警官", "王警官"]


def test_without_an_account_an_act_needs_a_name(client: httpx.Client, hand: Hand) -> None:
    answer = client.post(f"/v1/alerts/{hand.raise_alert(1)}/acknowledge", json={})
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:fengsui:problem:no-name"


def test_a_viewer_only_looks(desk: Desk, hand: Hand) -> None:
    desk.add("物业经理", Role.VIEWER, "B1")
    alert_id = hand.raise_alert(1)
    with desk.log_in("物业经理") as manager:
        for path, body in (
            (f"/v1/alerts/{alert_id}/acknowledge", {}),
            ("/v1/alerts/acts", {"act": {"kind": "acknowledge"}, "alerts": [{"id": alert_id}]}),
            (
                "/v1/scopes",
                {"kind": "test", "building": "B1", "ends_at": "2030-01-01T00:00:00Z", "reason": "x"},
            ),
        ):
            answer = manager.post(path, json=body)
            assert answer.status_code == 403, path
            assert answer.json()["type"] == "urn:fengsui:problem:not-allowed"


def test_whoever_is_given_one_building_sees_no_other_on_any_route(desk: Desk, hand: Hand) -> None:
    desk.add("物业经理", Role.VIEWER, "B1")
    own, foreign = hand.raise_alert(1), hand.raise_alert(201, "smoke_rise")
    _put_something_everywhere(desk.database)
    with desk.log_in("物业经理") as manager:
        assert manager.get("/v1/session").json()["buildings"] == ["B1"]
        assert [alert["id"] for alert in manager.get("/v1/alerts?open=all").json()["alerts"]] == [own]
        assert manager.get(f"/v1/alerts/{foreign}").status_code == 404
        shown = _ask_everything(manager, own, foreign)
    # Whoever sees all is shown both: the same questions do ask for something.
    desk.add("王警官", Role.OFFICER)
    with desk.log_in("王警官") as officer:
        everything = _ask_everything(officer, own, foreign)
    assert [path for path, text in everything.items() if "二号楼" in text or '"B2"' in text], everything
    for path, text in shown.items():
        assert "二号楼" not in text, path
        assert '"B2"' not in text, path


def _put_something_everywhere(database: psycopg.Connection) -> None:
    database.execute("""
        INSERT INTO maintenance_windows (kind, building_id, starts_at, ends_at, reason, declared_by)
        SELECT 'test', building_id, now(), now() + INTERVAL '1 hour', name, name FROM buildings;
        INSERT INTO hazards (kind, subject_kind, subject_id, building_id, found_at, found_by, note, owner, due_at)
        SELECT 'dry_hydrant', 'building', building_id, building_id, now(), name, name, 'building', now() FROM buildings;
        """)


def _ask_everything(client: httpx.Client, *alerts: int) -> dict[str, str]:
    """Every GET of the OpenAPI, once for each number or code that its path could take; the answers by address."""
    answers: dict[str, str] = {}
    for path, operations in client.get("/v1/openapi.json").json()["paths"].items():
        if "get" not in operations or path in ("/metrics", "/healthz", "/readyz"):
            continue
        needed = "&".join(
            f"{parameter['name']}={_guess(parameter)}"
            for parameter in operations["get"].get("parameters", [])
            if parameter["in"] == "query" and (parameter["required"] or parameter["name"] in ("open", "wait"))
        )
        for number in {*alerts, 1, 2, 201, "B1", "B2", "A1"} if "{" in path else {0}:
            address = path.split("{")[0] + str(number) + path.partition("}")[2] if "{" in path else path
            answers[f"{address}?{needed}"] = _read_for_a_moment(client, f"{address}?{needed}")
    return answers


def _guess(parameter: dict[str, object]) -> str:
    name = parameter["name"]
    if name in ("from", "to"):
        return time.strftime("%Y-%m-%d")
    return {"open": "all", "wait": "0"}.get(str(name), "0")


def _read_for_a_moment(client: httpx.Client, address: str) -> str:
    """What is answered; of a stream, what comes at once."""
    with client.stream("GET", address) as answer:
        if not answer.headers["content-type"].startswith("text/event-stream"):
            return answer.read().decode("utf-8", "replace")
        return next(answer.iter_text())


def test_the_feed_and_the_stream_give_the_changes_of_own_buildings_and_go_on_past_the_others(
    desk: Desk, hand: Hand
) -> None:
    desk.add("物业经理", Role.VIEWER, "B1")
    hand.raise_alert(201, "smoke_rise")
    own = hand.raise_alert(1)
    hand.raise_alert(202, "smoke_rise")
    with desk.log_in("物业经理") as manager:
        page = manager.get("/v1/alerts/changes?after=0").json()
        assert [change["alert"]["id"] for change in page["changes"]] == [own]
        assert page["next"] == page["newest"] == 3
        with manager.stream("GET", "/v1/alerts/stream?after=0") as stream:
            events = _read_events(stream)
            assert next(events)["change_id"] == 2
            hand.raise_alert(201, "smoke_level_alarm")
            later = hand.raise_alert(2)
            assert next(events)["alert"] == later
        began = time.monotonic()
        assert manager.get("/v1/alerts/changes?after=5&wait=0.5").json()["changes"] == []
        assert time.monotonic() - began > 0.4


def _read_events(stream: httpx.Response) -> Iterator[dict[str, object]]:
    for line in stream.iter_lines():
        if line.startswith('data: {"change_id"'):
            change = json.loads(line.removeprefix("data: "))
            yield {"change_id": change["change_id"], "alert": change["alert"]["id"]}


def test_a_district_officer_acts_on_own_buildings_alone(desk: Desk, hand: Hand) -> None:
    desk.add("辖区警官", Role.OFFICER, "B1")
    own, foreign = hand.raise_alert(1), hand.raise_alert(201, "smoke_rise")
    with desk.log_in("辖区警官") as officer:
        assert officer.post(f"/v1/alerts/{own}/acknowledge", json={}).status_code == 200
        assert officer.post(f"/v1/alerts/{own}/verdict", json={"verdict": "drill"}).status_code == 200
        assert officer.post(f"/v1/alerts/{own}/undo", json={}).status_code == 200
        assert officer.post(f"/v1/alerts/{foreign}/acknowledge", json={}).status_code == 404
        window = {"kind": "test", "ends_at": _soon(), "reason": "年检"}
        assert officer.post("/v1/scopes", json={**window, "building": "B1"}).status_code == 201
        assert officer.post("/v1/scopes", json={**window, "building": "B2"}).status_code == 422


def _soon() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))


def test_wrong_passwords_are_slowed_down(desk: Desk) -> None:
    desk.add("王警官", Role.OFFICER)
    wrong = {"account": "王警官", "password": "猜的猜的猜的"}
    with desk.stranger() as guesser:
        statuses = [guesser.post("/v1/session", json=wrong).status_code for _ in range(FREE_GUESSES + 1)]
        right = guesser.post("/v1/session", json={**wrong, "password": PASSWORD})
    assert statuses == [401] * FREE_GUESSES + [429]
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) >= 1


def test_guesses_sent_all_at_once_are_slowed_down_too(desk: Desk) -> None:
    desk.add("王警官", Role.OFFICER)
    guesses = [{"account": "王警官", "password": f"猜的猜的猜的{i}"} for i in range(24)]
    with desk.stranger() as guesser, ThreadPoolExecutor(len(guesses)) as at_once:
        answers = at_once.map(lambda guess: guesser.post("/v1/session", json=guess), guesses)
        counted = Counter(answer.status_code for answer in answers)
    assert counted == {401: FREE_GUESSES, 429: len(guesses) - FREE_GUESSES}


def test_waiting_doubles_and_is_forgotten() -> None:
    throttle = LoginThrottle()
    names = ("from 10.0.0.1", "about 王警官")
    for _ in range(FREE_GUESSES):
        assert throttle.find_wait(names, 0.0) == 0
        throttle.note_wrong(names, 0.0)
    assert throttle.find_wait(names, 0.0) == 2
    throttle.note_wrong(names, 2.0)
    assert throttle.find_wait(names, 2.0) == 4
    assert throttle.find_wait(("from 10.0.0.2",), 2.0) == 0
    throttle.note_wrong(names, 2000.0)
    assert throttle.find_wait(names, 2000.0) == 0


def test_a_password_is_kept_as_nothing_that_gives_it_away() -> None:
    hashed, again = hash_password(PASSWORD), hash_password(PASSWORD)
    assert hashed != again
    assert PASSWORD not in hashed
    assert is_password(PASSWORD, hashed)
    assert not is_password(PASSWORD + " ", hashed)


@pytest.mark.parametrize(
    ("add", "reason"),
    [
        (lambda database: add_account(database, "王警官", Role.OFFICER, [], None), "already"),
        (lambda database: add_account(database, "经理", Role.VIEWER, [], None), "--building"),
        (lambda database: add_account(database, "经理", Role.VIEWER, ["B1", "B9"], None), "B9"),
        (lambda database: add_account(database, "坏\n名", Role.ADMIN, [], None), "printable"),
        (lambda database: remove_account(database, "没有"), "no account"),
        (lambda database: make_key(database, "没有"), "no account"),
    ],
)
def test_what_cannot_be_done_to_accounts_is_said_and_changes_nothing(
    desk: Desk, database: psycopg.Connection, add: Callable[[psycopg.Connection], None], reason: str
) -> None:
    desk.add("王警官", Role.OFFICER)
    with pytest.raises(AccountError, match=reason):
        add(database)
    assert database.execute("SELECT name FROM accounts").fetchall() == [("王警官",)]
