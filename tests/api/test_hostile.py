"""Broken and hostile requests: each gets a problem, none gets an inch."""

from __future__ import annotations

import base64
import json
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest

from api import request_heads
from tests.api.conftest import Hand

PROBLEM = "application/problem+json"


def check_problem(answer: httpx.Response, status: int, name: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    body = answer.json()
    assert body["status"] == status
    assert {"type", "title", "status", "detail", "instance"} <= body.keys()
    if name:
        assert body["type"] == f"urn:fengsui:problem:{name}"


@pytest.mark.parametrize(
    "query",
    [
        "area=a/b", "zone=%00", "device=", "rule=DROP TABLE", "verdict=maybe", "acknowledged=", "assigned=%0A",
        "q=", "q=%00", "q=" + "x" * 65, "order=oldest", "total=perhaps", "raised_from=yesterday",
        "raised_to=1795420800", "changed_from=2026-11-23", "cleared_to=2026-11-23T08:00:00",
        "raised_from=9999-12-31T00:00:00Z",
        "limit=0", "limit=1001", "limit=", "limit=ten", "limit=-1", "limit=1e9", "limit=" + "9" * 5000, "open=maybe",
        "open=", "class=blaze", "severity=pink", "severity=2", "building=%00", "building=a/b", "building=" + "x" * 65,
        "building=%EF%BC%91", "building=B1%0A", "condition=", "condition=gone", "clas=fire", "LIMIT=5", "cursor=",
        "cursor=%00", "cursor=a.b", "building=';DROP TABLE alerts--", "class=fire" + "&class=fire" * 7,
    ],
)  # fmt: skip
def test_every_parameter_is_validated(client: httpx.Client, query: str) -> None:
    answer = client.get(f"/v1/alerts?{query}")
    check_problem(answer, 422, "invalid")
    assert answer.json()["errors"][0]["where"].startswith("query")


@pytest.mark.parametrize("alert_id", ["0", "-1", "x", "1.5", "9" * 30, "9223372036854775808", "%00", "１"])
def test_an_alert_number_that_is_none_is_refused(client: httpx.Client, alert_id: str) -> None:
    check_problem(client.get(f"/v1/alerts/{alert_id}"), 422)


def test_the_largest_number_is_only_not_found(client: httpx.Client) -> None:
    check_problem(client.get("/v1/alerts/9223372036854775807"), 404, "no-alert")


def test_a_forged_cursor_or_one_of_another_question_is_a_clear_problem(
    client: httpx.Client, hand: Hand
) -> None:
    for number in range(1, 4):
        hand.raise_alert(number)
    cursor = client.get("/v1/alerts?limit=1").json()["next"]
    check_problem(client.get(f"/v1/alerts?limit=1&class=fire&cursor={cursor}"), 400, "foreign-cursor")
    key = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    forged = [
        "AAAA",
        cursor[:-3],
        *(
            base64.urlsafe_b64encode(json.dumps(key | change).encode()).decode().rstrip("=")
            for change in (
                {"urgency": 99},
                {"id": -1},
                {"id": 2**63},
                {"raised_at": "x"},
                {"more": 1},
                {"urgency": "1"},
            )
        ),
    ]
    for text in forged:
        check_problem(client.get(f"/v1/alerts?limit=1&cursor={text}"), 400, "bad-cursor")
    assert client.get(f"/v1/alerts?limit=5&cursor={cursor}").status_code == 200


def test_unknown_addresses_and_methods_are_problems_too(client: httpx.Client) -> None:
    check_problem(client.get("/v1/nothing"), 404, "not-found")
    answer = client.delete("/v1/alerts", headers={"Content-Type": "application/json"})
    check_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"
    for path in (
        "/desk/../app.py",
        "/desk/%2e%2e/app.py",
        "/desk/..%2fapp.py",
        "/desk/",
        "/desk/app.py",
        "//etc/passwd",
    ):
        check_problem(client.get(path), 404)


def test_a_post_of_another_site_is_refused(client: httpx.Client, hand: Hand) -> None:
    address = f"/v1/alerts/{hand.raise_alert(1)}/acknowledge"
    body = {"by": "王"}
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        check_problem(client.post(address, json=body, headers=headers), 403, "cross-site")
    text = {"Content-Type": "text/plain"}
    check_problem(client.post(address, content=json.dumps(body), headers=text), 415, "not-json")
    check_problem(client.post(address, data=body), 415)
    own = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert client.post(address, json=body, headers=own).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "localhost:1@evil", "localhost/x", "[::1", "a b"]
)
def test_an_odd_host_is_refused(client: httpx.Client, host: str) -> None:
    check_problem(client.get("/v1/alerts", headers={"Host": host}), 400, "unknown-host")


def test_our_own_names_are_accepted(client: httpx.Client) -> None:
    for host in ("localhost", "LOCALHOST:8080", "127.0.0.1", "[::1]:80"):
        assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_a_large_body_is_refused_whether_it_is_declared_or_not(client: httpx.Client, hand: Hand) -> None:
    address = f"/v1/alerts/{hand.raise_alert(1)}/acknowledge"
    json_type = {"Content-Type": "application/json"}
    check_problem(client.post(address, json={"by": "x" * 70_000}), 413, "body-too-large")

    def stream():  # type: ignore[no-untyped-def]
        for _ in range(100):
            yield b" " * 10_000

    check_problem(client.post(address, content=stream(), headers=json_type), 413)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"by": NaN', b"\xff\xfe", b"[" * 20_000, b'{"by":"' + b"\\ud800" + b'"}', b'{"by":1e999}'],
)
def test_a_body_that_is_broken_is_a_problem_and_never_a_failure(
    client: httpx.Client, hand: Hand, body: bytes
) -> None:
    address = f"/v1/alerts/{hand.raise_alert(1)}/acknowledge"
    answer = client.post(address, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    check_problem(answer, answer.status_code)


def test_a_request_that_is_not_http_does_not_hurt(client: httpx.Client) -> None:
    parts = urlsplit(str(client.base_url))
    for garbage in (
        b"\x16\x03\x01",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"\0" * 100,
    ):
        with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            assert b" 200 " not in connection.recv(1000)
    assert client.get("/healthz").status_code == 200


def send_and_wait_for_the_end(client: httpx.Client, start: bytes, more: bytes = b"", times: int = 0) -> bytes:
    """What a connection is answered until the server closes it; fails if it does not."""
    parts = urlsplit(str(client.base_url))
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        answer = b""
        # The server hangs up on what it does not want to hear.
        with suppress(ConnectionError):
            connection.sendall(start)
            for _ in range(times):
                connection.sendall(more)
        with suppress(ConnectionError):
            while piece := connection.recv(4096):
                answer += piece
        return answer


@pytest.mark.parametrize(
    "start",
    [
        b"GET / HTTP/1.1\r\nX-Endless: ",
        b"GET /",
        b"POST /v1/session HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: ",
        b"POST /v1/session HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;extension=",
    ],
    ids=["header", "address", "trailer", "extension"],
)
def test_a_request_without_end_is_hung_up_on_before_it_fills_the_memory(
    client: httpx.Client, start: bytes
) -> None:
    answer = send_and_wait_for_the_end(client, start, b"a" * 65_536, 64)
    assert b" 200 " not in answer
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"GET /healthz HT",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nHost:",
        b"POST /v1/session HTTP/1.1\r\nHost: odd\r\nContent-Length: 9\r\n\r\n{",
    ],
    ids=["nothing", "half a line", "half of a second one", "refused before its end"],
)
def test_a_request_that_does_not_come_is_not_waited_for(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    monkeypatch.setattr(request_heads, "HEAD_SECONDS", 0.2)
    answer = send_and_wait_for_the_end(client, start)
    assert answer.count(b"HTTP/1.1 ") == len(start.split(b"\r\n\r\n")) - 1


def test_the_description_names_every_route_and_asks_no_other_site(client: httpx.Client) -> None:
    description = client.get("/v1/openapi.json").json()
    assert "/v1/alerts/{alert_id}/verdict" in description["paths"]
    assert "Problem" in description["components"]["schemas"]
    for path in ("/docs", "/redoc"):
        check_problem(client.get(path), 404)
