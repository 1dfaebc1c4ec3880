"""Alerts as they were last written out, so that a list only writes anew what has changed since."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

# Some 30 MB.
CAPACITY = 20_000
NO_VERSION = -1
"""Of the registry, for what is written out once and not kept."""


@dataclass(frozen=True, slots=True)
class AlertVersion:
    """Which alert, at which change, shown with the names of which registry."""

    alert_id: int
    change_id: int
    registry_version: int


class WrittenAlerts:
    """JSON of alerts by version; what was asked for last is kept."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._written: OrderedDict[int, tuple[AlertVersion, bytes]] = OrderedDict()

    def find(self, version: AlertVersion) -> bytes | None:
        kept = self._written.get(version.alert_id)
        if kept is None or kept[0] != version:
            return None
        self._written.move_to_end(version.alert_id)
        return kept[1]

    def keep(self, written: Iterable[tuple[AlertVersion, bytes]]) -> None:
        for version, json in written:
            self._written[version.alert_id] = (version, json)
            self._written.move_to_end(version.alert_id)
        while len(self._written) > self._capacity:
            self._written.popitem(last=False)
