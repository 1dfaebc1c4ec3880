"""Whatever a test leaves with a service is taken back, also when it is interrupted or something of it fails."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from simulators.acceptance.live.ground import TestBuilding, retire
from simulators.acceptance.live.sending import Sender
from simulators.acceptance.live.service import Service

NAME = "fengsui accept"
"""Who acts, in the history of alerts and windows."""
_ROSTER_SECONDS = 3.0
"""Workers see the registry's change within a second, and end what they have of retired devices."""


@dataclass(frozen=True)
class Address:
    """Where everything is: the API, the broker, and the registry's database."""

    service: Service
    mqtt_url: str
    topic_root: str
    database_url: str


class CleaningUp:
    """A block at whose end the devices are retired, alerts closed as tests, windows ended and connections closed.

    Each of these is tried, whatever becomes of the others; `left_open` is how many alerts are open after all.
    """

    def __init__(self, buildings: Sequence[TestBuilding], address: Address) -> None:
        self._buildings, self._address = buildings, address
        self.scopes: list[int] = []
        self.senders: list[Sender] = []
        self.left_open = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as stack:
            # The last is done first.
            for scope in self.scopes:
                stack.callback(self._address.service.end_test, scope, NAME)
            stack.callback(self._close_alerts)
            stack.callback(time.sleep, _ROSTER_SECONDS)
            stack.callback(retire, self._address.database_url, self._buildings)
            # Of a device that is retired nothing is taken any more, not even that it goes.
            for sender in self.senders:
                stack.callback(sender.stop)

    def _close_alerts(self) -> None:
        service = self._address.service
        for one in self._buildings:
            for alert in list(service.open_alerts(one.code)):
                service.close_as_test(alert.id, NAME)
            self.left_open += sum(1 for _ in service.open_alerts(one.code))
