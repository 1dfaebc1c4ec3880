"""The API as an outsider uses it: JSON over HTTP, with a key if it asks for one."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.domain import SubjectKind

_SECONDS = 30.0
Shape = TypeVar("Shape", bound=BaseModel)


class ServiceError(Exception):
    """The service does not answer as it should; the message says what was asked and what came."""


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Named(_Shown):
    code: str


class Place(_Shown):
    building: Named
    zone: Named | None
    device: Named | None
    channel: Named | None


class Scope(_Shown):
    id: int


class Words(_Shown):
    en: str


class Part(_Shown):
    text: Words


class Alert(_Shown):
    """What of an alert matters here."""

    id: int
    rule: str
    signal_class: str = Field(alias="class")
    severity: str
    subject: SubjectKind
    condition: str
    raised_at: str
    late: bool
    value: float | None
    limit: float | None
    where: Place
    scope: Scope | None
    parts: tuple[Part, ...] = ()

    @property
    def about(self) -> str:
        """The name that scenarios use for it."""
        match self.subject:
            case SubjectKind.SENSOR if self.where.device and self.where.channel:
                return f"{self.where.device.code}/{self.where.channel.code}"
            case SubjectKind.DEVICE if self.where.device:
                return self.where.device.code
            case SubjectKind.ZONE if self.where.zone:
                return f"zone:{self.where.zone.code}"
        return "building"


class Change(_Shown):
    action: str
    severity: str
    alert: Alert


class Changes(_Shown):
    changes: tuple[Change, ...]
    next: int
    newest: int


class _AlertPage(_Shown):
    change_id: int
    alerts: tuple[Alert, ...]
    next: str | None


class Refusal(_Shown):
    reason: str
    topic: str


class _Refusals(_Shown):
    messages: tuple[Refusal, ...]


@dataclass(frozen=True)
class Service:
    """Where it is, and the key, empty for none."""

    url: str
    key: str = ""

    def newest_change(self) -> int:
        """The newest change there is."""
        return self._read(_AlertPage, "/v1/alerts?limit=1").change_id

    def changes(self, after: int, wait_seconds: float) -> Changes:
        """What has changed since; waits so long for something."""
        return self._read(Changes, f"/v1/alerts/changes?after={after}&limit=200&wait={wait_seconds:g}")

    def open_alerts(self, building: str) -> Iterator[Alert]:
        """All that are open in a building."""
        path = f"/v1/alerts?open=true&limit=200&building={quote(building)}"
        page = self._read(_AlertPage, path)
        yield from page.alerts
        while page.next:
            page = self._read(_AlertPage, f"{path}&cursor={quote(page.next)}")
            yield from page.alerts

    def refusals(self) -> tuple[Refusal, ...]:
        """What was quarantined last."""
        return self._read(_Refusals, "/v1/quarantine?limit=100").messages

    def declare_test(self, building: str, ends_at: str, by: str) -> int:
        """Declare a test of a whole building; returns the window's number."""
        body = {
            "kind": "test",
            "building": building,
            "ends_at": ends_at,
            "reason": "验收测试 acceptance",
            "by": by,
        }
        return self._parse(Scope, self.ask("POST", "/v1/scopes", body), "/v1/scopes").id

    def end_test(self, scope_id: int, by: str) -> None:
        """End the window."""
        self.ask("DELETE", f"/v1/scopes/{scope_id}", {"by": by})

    def close_as_test(self, alert_id: int, by: str) -> None:
        """Rule that an alert was a test, and close it whatever its condition."""
        note = "验收测试结束 end of the acceptance test"
        self.ask("POST", f"/v1/alerts/{alert_id}/verdict", {"by": by, "verdict": "test"})
        try:
            self.ask("POST", f"/v1/alerts/{alert_id}/close", {"by": by, "note": note, "force": True})
        except ServiceError:
            # With its verdict it may have closed by itself.
            if any(alert.id == alert_id for alert in self.open_alerts(self._building_of(alert_id))):
                raise

    def _building_of(self, alert_id: int) -> str:
        path = f"/v1/alerts/{alert_id}"
        return self._parse(Alert, self.ask("GET", path), path).where.building.code

    def ask(self, method: str, path: str, body: Mapping[str, str | bool] | None = None) -> bytes:
        """One request.

        Raises
        ------
        ServiceError
            It is refused, or nobody answers.
        """
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {self.key}"} if self.key else {}
        )
        request = urllib.request.Request(self.url.rstrip("/") + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                came: bytes = answer.read()
                return came
        except HTTPError as error:
            said = error.read(500).decode(errors="replace")
            raise ServiceError(f"{method} {path}: {error.code} {said}") from error
        except (URLError, OSError) as error:
            raise ServiceError(f"{method} {path}: {error}") from error

    def _read(self, shape: type[Shape], path: str) -> Shape:
        return self._parse(shape, self.ask("GET", path), path)

    def _parse(self, shape: type[Shape], came: bytes, path: str) -> Shape:
        try:
            return shape.model_validate_json(came)
        except ValidationError as error:
            raise ServiceError(f"{path}: not the answer of a Fengsui service: {error}") from error
