"""A thin client of the alerts API: typed answers, and a feed that misses nothing.

```python
with Client("http://127.0.0.1:8080") as client:
    for change in client.follow(after=client.list_alerts().change_id):
        print(change.alert.title.zh, change.alert.where.building.name)
```
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Self, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from api.alert_models import Alert, AlertDetail, AlertList, Change, ChangeList
from api.building_store import BuildingList
from api.coverage_models import Coverage
from api.incident_store import IncidentList
from api.problems import Problem
from schemas.domain import Referral, Verdict

Answer = TypeVar("Answer", bound=BaseModel)
Parameters = Mapping[str, str | int | float | bool | list[str] | None]

WAIT_SECONDS = 25.0
ANSWER_SECONDS = 10.0
PAGE = 1000
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 15.0


class ApiError(Exception):
    """The service answered with a problem, or with something that is none of its answers."""

    def __init__(self, status: int, name: str, detail: str) -> None:
        super().__init__(f"{status} {name}: {detail}")
        self.status = status
        self.name = name
        self.detail = detail

    @property
    def is_passing(self) -> bool:
        """Whether the same may be answered in a moment."""
        return self.status in (429, 502, 503, 504)


class CursorAheadError(ApiError):
    """The database was put back behind the feed's cursor: read the list of alerts again and go on from there."""


class Client:
    """One service; not to be used from several threads at a time.

    Parameters
    ----------
    address
        Of the service, ``http://host:port``.
    by
        Who acts, where acts do not say otherwise.
    headers
        Sent with each request, for instance a key.
    """

    def __init__(self, address: str, by: str = "", headers: Mapping[str, str] | None = None) -> None:
        self._by = by
        self._http = httpx.Client(
            base_url=address, headers=dict(headers or {}), timeout=ANSWER_SECONDS, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, shape: type[Answer], parameters: Parameters | None = None) -> Answer:
        """Any answer of the API as `shape`.

        Raises
        ------
        ApiError
            It is a problem, or has another form.
        httpx.TransportError
            There is no answer.
        """
        given = {name: value for name, value in (parameters or {}).items() if value is not None}
        return _read(self._http.get(path, params=given), shape)

    def list_alerts(self, **parameters: str | int | bool | list[str] | None) -> AlertList:
        """One page; `class` is passed as ``**{"class": "fire"}``."""
        return self.get("/v1/alerts", AlertList, parameters)

    def walk_alerts(self, **parameters: str | int | bool | list[str] | None) -> Iterator[Alert]:
        """All pages, one alert after the other."""
        page = self.list_alerts(**parameters)
        yield from page.alerts
        while page.next is not None:
            page = self.list_alerts(**{**parameters, "cursor": page.next})
            yield from page.alerts

    def read_alert(self, alert_id: int) -> AlertDetail:
        return self.get(f"/v1/alerts/{alert_id}", AlertDetail)

    def list_incidents(self, **parameters: str | int | list[str] | None) -> IncidentList:
        return self.get("/v1/incidents", IncidentList, parameters)

    def list_buildings(self, **parameters: str | int | list[str] | None) -> BuildingList:
        return self.get("/v1/buildings", BuildingList, parameters)

    def read_coverage(self, **parameters: str | float | list[str] | None) -> Coverage:
        return self.get("/v1/coverage", Coverage, parameters)

    def list_changes(self, after: int, wait: float = 0, limit: int = PAGE) -> ChangeList:
        """What came after a change, at once or within `wait` seconds.

        Raises
        ------
        CursorAheadError
            There is no such change yet.
        """
        parameters = {"after": after, "wait": wait, "limit": limit}
        answer = self._http.get("/v1/alerts/changes", params=parameters, timeout=wait + ANSWER_SECONDS)
        return _read(answer, ChangeList)

    def follow(self, after: int, wait: float = WAIT_SECONDS) -> Iterator[Change]:
        """Every change after `after`, once, in order, without end; over a service that is away it waits.

        Whoever stores the `change_id` of each change he has dealt with may begin again from the last one.

        Raises
        ------
        CursorAheadError
            The database was put back.
        ApiError
            The service refuses for another reason than that it is busy or away.
        """
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                page = self.list_changes(after, wait)
            except (httpx.TransportError, ApiError) as error:
                if isinstance(error, ApiError) and not error.is_passing:
                    raise
                time.sleep(pause)
                pause = min(LONGEST_PAUSE_SECONDS, 2 * pause)
                continue
            pause = FIRST_PAUSE_SECONDS
            for change in page.changes:
                after = change.change_id
                yield change
            after = page.next

    def acknowledge(self, alert_id: int, *, note: str | None = None, by: str | None = None) -> Alert:
        return self.act(alert_id, "acknowledge", {"note": note}, by=by)

    def rule_on(
        self, alert_id: int, verdict: Verdict, *, note: str | None = None, by: str | None = None
    ) -> Alert:
        return self.act(alert_id, "verdict", {"verdict": verdict, "note": note}, by=by)

    def comment(self, alert_id: int, note: str, *, by: str | None = None) -> Alert:
        return self.act(alert_id, "comment", {"note": note}, by=by)

    def assign(self, alert_id: int, to: str, *, note: str | None = None, by: str | None = None) -> Alert:
        return self.act(alert_id, "assign", {"to": to, "note": note}, by=by)

    def escalate(
        self, alert_id: int, to: Referral, *, note: str | None = None, by: str | None = None
    ) -> Alert:
        return self.act(alert_id, "escalate", {"to": to, "note": note}, by=by)

    def close_alert(self, alert_id: int, note: str, *, force: bool = False, by: str | None = None) -> Alert:
        return self.act(alert_id, "close", {"note": note, "force": force}, by=by)

    def act(
        self,
        alert_id: int,
        kind: str,
        body: Mapping[str, str | bool | None],
        *,
        by: str | None = None,
        change_id: int | None = None,
        key: str | None = None,
    ) -> Alert:
        """Any act.

        Parameters
        ----------
        change_id
            Act only while the alert is at this change.
        key
            Name of the request: sent again under the same, it acts once.
        """
        said = {name: value for name, value in {**body, "by": by or self._by}.items() if value is not None}
        headers = {} if key is None else {"Idempotency-Key": key}
        if change_id is not None:
            headers["If-Match"] = f'"{change_id}"'
        return _read(self._http.post(f"/v1/alerts/{alert_id}/{kind}", json=said, headers=headers), Alert)


def _read(answer: httpx.Response, shape: type[Answer]) -> Answer:
    if answer.is_success:
        try:
            return shape.model_validate_json(answer.content)
        except ValidationError as error:
            raise ApiError(answer.status_code, "unexpected-answer", str(error)) from error
    try:
        problem = Problem.model_validate_json(answer.content)
    except ValidationError as error:
        raise ApiError(answer.status_code, "no-problem", answer.text[:200]) from error
    name = problem.type.rpartition(":")[2]
    kind = CursorAheadError if name == "cursor-ahead" else ApiError
    raise kind(answer.status_code, name, problem.detail)
