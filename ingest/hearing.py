"""What a share's session is subscribed to: all buildings, or its own one by one; and what the broker has confirmed.

A building comes and goes while messages flow, so it matters when exactly: a subscription counts once the broker
has confirmed it, and the end of one once a marker, published to ourselves after it, has come back. All that the
session holds of the building stands before the marker in its queue (Mosquitto keeps one queue for a session).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

import paho.mqtt.client as mqtt
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

log = logging.getLogger(__name__)

TOPIC_KINDS = ("readings", "events", "status")
ALL_BUILDINGS = "+"
# A packet with some hundred filters stays well below any broker's limit.
BUILDINGS_A_PACKET = 100


class Hearing:
    """Subscriptions of one session; called by the network's thread and by the committer's."""

    def __init__(self, topic_root: str, share: str) -> None:
        self._root = topic_root
        self.marker_topic = f"{topic_root}/shares/{share}/marker"
        self._config_topic = f"{topic_root}/broker/config"
        self._lock = threading.Lock()
        self._wanted: frozenset[str] = frozenset({ALL_BUILDINGS})
        self._asked: dict[int, list[str]] = {}
        self._leaving: dict[int, list[str]] = {}
        self._confirmed: set[str] = set()
        self._left: set[str] = set()
        self._client: mqtt.Client | None = None

    def want(self, buildings: frozenset[str] | None) -> None:
        """Hear these buildings from now on and no others; None stands for all there are."""
        wanted = frozenset({ALL_BUILDINGS}) if buildings is None else buildings
        with self._lock:
            fresh, gone = wanted - self._wanted, self._wanted - wanted
            self._wanted = wanted
            if self._client is not None:
                self._subscribe(fresh)
                self._unsubscribe(gone)

    def hears(self, building: str) -> bool:
        """Whether the broker has confirmed that this session gets what comes from a building."""
        with self._lock:
            return building in self._confirmed or ALL_BUILDINGS in self._confirmed

    def leave(self, building: str) -> bool:
        """Whether the broker has confirmed that this session gets nothing more of a building; asks it if need be.

        A session that hears all buildings cannot leave one: it goes on to pass over what is not its own.
        """
        with self._lock:
            if self._client is None or building in self._wanted:
                return False
            if building in self._left or ALL_BUILDINGS in self._wanted:
                return True
            if not any(building in buildings for buildings in self._leaving.values()):
                self._unsubscribe([building])
            return False

    # On the network's thread

    def begin(self, client: mqtt.Client) -> None:
        """A connection stands: subscribe to everything, since the session may be a new one."""
        with self._lock:
            self._client = client
            self._asked.clear()
            self._leaving.clear()
            self._confirmed.clear()
            self._left.clear()
            client.subscribe(
                [(self.marker_topic, SubscribeOptions(qos=1)), (self._config_topic, SubscribeOptions(qos=1))]
            )
            self._subscribe(self._wanted)
            if ALL_BUILDINGS not in self._wanted:
                # An earlier process of this share may have heard them all.
                self._unsubscribe([ALL_BUILDINGS])

    def end(self) -> None:
        """The connection is lost; what was not confirmed will be asked for again."""
        with self._lock:
            self._client = None
            self._confirmed.clear()

    def confirm(self, mid: int, reasons: Sequence[ReasonCode]) -> None:
        """The broker has answered a subscription."""
        with self._lock:
            buildings = self._asked.pop(mid, [])
            if any(reason.is_failure for reason in reasons):
                log.error("the broker refused a subscription: %s", ", ".join(map(str, reasons)))
                return
            self._confirmed.update(buildings)

    def confirm_end(self, mid: int) -> None:
        """The broker has answered that a subscription is no more."""
        with self._lock:
            buildings = self._leaving.pop(mid, [])
            self._confirmed.difference_update(buildings)
            self._left.update(building for building in buildings if building not in self._wanted)

    def _subscribe(self, buildings: Collection[str]) -> None:
        assert self._client is not None
        options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
        self._left.difference_update(buildings)
        for packet in _cut(buildings):
            filters = [(topic, options) for topic in self._name_topics(packet)]
            _, mid = self._client.subscribe(filters)
            if mid is not None:
                self._asked[mid] = packet

    def _unsubscribe(self, buildings: Collection[str]) -> None:
        assert self._client is not None
        for packet in _cut(buildings):
            _, mid = self._client.unsubscribe(self._name_topics(packet))
            if mid is not None:
                self._leaving[mid] = packet

    def _name_topics(self, buildings: Collection[str]) -> list[str]:
        return [f"{self._root}/{building}/+/{kind}" for building in buildings for kind in TOPIC_KINDS]


def _cut(buildings: Collection[str]) -> Iterator[list[str]]:
    rest = iter(sorted(buildings))
    while packet := list(islice(rest, BUILDINGS_A_PACKET)):
        yield packet
