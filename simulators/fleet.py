"""All gateways of the city together: topics, births, the orderly end, and the ground truth of the counters."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from schemas.settings import Settings
from simulators import models
from simulators.buildings import City
from simulators.gateways import Gateway, Tally
from simulators.payloads import encode_status, encode_will
from simulators.town import Message

_SETTLE_PAUSE_SECONDS = 0.005


@dataclass(frozen=True)
class Summary:
    """What was published over the whole run, to the message.

    Attributes
    ----------
    published, acknowledged, samples
        Reading messages handed to the broker's connection, those the broker acknowledged, and the samples
        in the published ones.
    unheard
        Acknowledged reading messages for which the broker had no subscriber, so that nobody ever gets them.
    refused, dropped, unsent
        Reading messages the broker refused, those given up because an outbox was full, and those of any
        sort that were still waiting at the end.
    statuses, statuses_acknowledged
        The same for births and ends on the topics `…/status`.
    """

    published: int
    acknowledged: int
    samples: int
    unheard: int
    refused: int
    dropped: int
    unsent: int
    statuses: int
    statuses_acknowledged: int

    def as_dict(self) -> dict[str, int]:
        """For JSON."""
        return asdict(self)


class Fleet:
    """One gateway a building.

    Parameters
    ----------
    settings
        Where the broker is and what topics begin with.
    clock
        Seconds since the epoch; for the time in status messages.
    """

    def __init__(self, settings: Settings, city: City, seed: int, clock: Callable[[], float]) -> None:
        assert settings.mqtt_url is not None
        self._root = settings.topic_root
        self._city = city
        self._clock = clock
        rng = random.Random(seed)
        prefix = f"simulator-{self._root.replace('/', '-')}"
        self._gateways = {
            building.code: Gateway(
                settings.mqtt_url,
                f"{prefix}-{building.code}",
                self._status_topic(building.code, building.gateway_code),
                encode_will(),
                encode_status("online", clock(), models.GATEWAY.firmware),
                random.Random(rng.random()),
            )
            for building in city.buildings
        }

    def announce(self, state: str, first_seq: int | None = None) -> None:
        """Publish the retained status of every device; a gateway says of itself only that it goes.

        `first_seq` is the sequence number that each device begins with.
        """
        now = self._clock()
        for device in self._city.devices:
            building = self._city.buildings[device.building].code
            payload = encode_status(state, now, device.model.firmware, first_seq)
            self._gateways[building].publish(self._status_topic(building, device.code), payload, retain=True)
        if state == "offline":
            payload = encode_status(state, now, models.GATEWAY.firmware)
            for place in self._city.buildings:
                topic = self._status_topic(place.code, place.gateway_code)
                self._gateways[place.code].publish(topic, payload, retain=True)

    def publish(self, messages: Iterable[Message]) -> None:
        """Hand the messages to the gateways of their buildings and let all of them work."""
        for message in messages:
            topic = f"{self._root}/{message.building}/{message.device}/readings"
            self._gateways[message.building].publish(topic, message.payload, samples=message.samples)
        self.pump()

    def pump(self) -> None:
        """Let every gateway send what it may."""
        for gateway in self._gateways.values():
            gateway.pump()

    def close(self, settle_seconds: float, hang_up_seconds: float) -> Summary:
        """Say that the devices go, wait for acknowledgements, disconnect; bounded by the two times together."""
        self.announce("offline")
        deadline = time.monotonic() + settle_seconds
        while self._unsettled() and time.monotonic() < deadline:
            self.pump()
            time.sleep(_SETTLE_PAUSE_SECONDS)
        self.pump()
        unsent = self._unsettled()
        deadline = time.monotonic() + hang_up_seconds
        for gateway in self._gateways.values():
            gateway.begin_hanging_up()
        for gateway in self._gateways.values():
            gateway.finish_hanging_up(max(0.0, deadline - time.monotonic()))
        return self.summarise(unsent)

    def summarise(self, unsent: int) -> Summary:
        """The counters of all gateways together."""
        readings = [gateway.readings for gateway in self._gateways.values()]
        statuses = [gateway.statuses for gateway in self._gateways.values()]
        return Summary(
            published=_total(readings, "published"),
            acknowledged=_total(readings, "acknowledged"),
            samples=_total(readings, "samples"),
            unheard=_total(readings, "unheard"),
            refused=_total(readings, "refused"),
            dropped=_total(readings, "dropped"),
            unsent=unsent,
            statuses=_total(statuses, "published"),
            statuses_acknowledged=_total(statuses, "acknowledged"),
        )

    def _unsettled(self) -> int:
        return sum(gateway.unsettled for gateway in self._gateways.values())

    def _status_topic(self, building: str, device: str) -> str:
        return f"{self._root}/{building}/{device}/status"


def _total(tallies: list[Tally], field: str) -> int:
    return sum(int(getattr(tally, field)) for tally in tallies)
