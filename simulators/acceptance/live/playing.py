"""A handful of scenarios at once, each in its own building: sent, watched over the API, judged, cleaned up after."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from rules.catalogue import CATALOGUE
from schemas.columns import MICROSECONDS
from schemas.domain import Severity
from simulators.acceptance.live.cleaning import NAME, Address, CleaningUp
from simulators.acceptance.live.doors import try_doors
from simulators.acceptance.live.ground import TestBuilding, register
from simulators.acceptance.live.scores import LiveScore
from simulators.acceptance.live.sending import Outgoing, Sender
from simulators.acceptance.live.service import Change, Service, ServiceError
from simulators.acceptance.results import Result, sum_up
from simulators.acceptance.scores import Delays
from simulators.scenarios.playing import Played, Told, prepare
from simulators.scenarios.scenario import Scenario
from simulators.scenarios.verdict import judge
from simulators.town import first_seq

GRACE_SECONDS = 10.0
"""What a real clock, a broker and a poll may add; scenarios are judged by it."""
SETTLE_SECONDS = 20.0
_TICK_SECONDS = 10
_WAIT_SECONDS = 2.0
_CLASSES = {rule.id: rule.signal_class for rule in CATALOGUE}


@dataclass
class _Seen:
    """A change of an alert, and the second of the epoch at which the API told of it."""

    at: float
    change: Change


class _Watch(threading.Thread):
    """Polls the feed of changes, as a desk does."""

    def __init__(self, service: Service, after: int) -> None:
        super().__init__(name="watch", daemon=True)
        self._service, self._after = service, after
        self._stopping = threading.Event()
        self.seen: list[_Seen] = []
        self.problem = ""

    def run(self) -> None:
        try:
            while not self._stopping.is_set():
                changes = self._service.changes(self._after, _WAIT_SECONDS)
                now = time.time()
                self.seen += [_Seen(now, change) for change in changes.changes]
                self._after = changes.next
        except ServiceError as error:
            self.problem = str(error)

    def stop(self) -> None:
        self._stopping.set()
        self.join(2 * _WAIT_SECONDS + 5.0)


def play_live(
    scenarios: Sequence[Scenario], address: Address, tell: Callable[[float, str], None]
) -> LiveScore:
    """Play them all at once; `tell` hears the share that is over, and what happens. Cleans up whatever comes.

    Raises
    ------
    ServiceError, SendingError, psycopg.Error
        The service cannot be used; what was begun has been cleaned up.
    """
    run = f"{first_seq(time.time()):x}"
    buildings = [TestBuilding.of(scenario, run) for scenario in scenarios]
    register(address.database_url, buildings)
    with CleaningUp(buildings, address) as cleaning:
        ends_at = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
        for one in buildings:
            cleaning.scopes.append(address.service.declare_test(one.code, ends_at, NAME))
        begins = _next_tick(time.time() + 3.0)
        for one in buildings:
            sender = Sender(
                address.mqtt_url, address.topic_root, one.code, one.devices, first_seq(begins) + 1
            )
            cleaning.senders.append(sender)
            sender.start()
        score = _play(buildings, cleaning.senders, address, begins, tell)
    return replace(score, left_open=cleaning.left_open)


def _next_tick(after: float) -> float:
    return float(-(-after // _TICK_SECONDS) * _TICK_SECONDS)


def _play(
    buildings: Sequence[TestBuilding],
    senders: Sequence[Sender],
    address: Address,
    begins: float,
    tell: Callable[[float, str], None],
) -> LiveScore:
    watch = _Watch(address.service, address.service.newest_change())
    watch.start()
    started = [replace_begin(one, begins) for one in buildings]
    messages = sorted(
        ((place, message) for place, one in enumerate(started) for message in write(one)),
        key=lambda pair: pair[1].second,
    )
    published: dict[tuple[str, int], float] = {}
    last = max(scenario.lasts for scenario in started)
    for place, message in messages:
        _sleep_until(begins + message.second)
        senders[place].send(message)
        published.setdefault((buildings[place].code, message.observed_at), time.time())
        tell(message.second / last, "")
    _sleep_until(begins + last)
    doors = try_doors(senders[0], address.service, SETTLE_SECONDS)
    _wait_for_receipts(senders)
    watch.stop()
    if watch.problem:
        raise ServiceError(watch.problem)
    results = [
        _judge(one, scenario, watch.seen, begins) for one, scenario in zip(buildings, started, strict=True)
    ]
    return LiveScore(
        address.service.url,
        results,
        Delays.of([*_find_delays(watch.seen, published)]),
        sum(sender.published for sender in senders),
        sum(sender.acknowledged for sender in senders),
        sum(sender.receipted for sender in senders),
        doors,
        0,
    )


def replace_begin(building: TestBuilding, begins: float) -> Scenario:
    """The scenario as of now."""
    return building.scenario.model_copy(update={"begins": datetime.fromtimestamp(begins, UTC)})


def write(scenario: Scenario) -> Iterator[Outgoing]:
    """The messages of a scenario as they go on the wire."""
    stage, mail = prepare(scenario)
    site = stage.site
    # One message of a device has one number; its samples lie side by side.
    begins = np.flatnonzero(np.diff(mail.seq * len(site.device_codes) + mail.device, prepend=-1))
    for start, stop in zip(begins.tolist(), [*begins[1:].tolist(), len(mail.slot)], strict=True):
        observed_at = int(stage.stamp(mail.observed[start : start + 1])[0])
        values = {
            site.roster.channels[slot]: round(value, 6)
            for slot, value in zip(
                mail.slot[start:stop].tolist(), mail.value[start:stop].tolist(), strict=True
            )
        }
        body: dict[str, object] = {"ts": observed_at // 1000, "values": values}
        device = site.device_codes[int(mail.device[start])]
        yield Outgoing(float(mail.received[start]), device, "readings", body, observed_at // 1000 * 1000)
    for one in stage.declared:
        observed_at = stage.begins_us + round(one.second * MICROSECONDS)
        state = "active" if one.active else "cleared"
        ts = datetime.fromtimestamp(observed_at / 1e6, UTC).isoformat(timespec="milliseconds")
        body = {"ts": ts, "event": one.event.value, "state": state}
        yield Outgoing(one.second, site.device_codes[one.device], "events", body, observed_at // 1000 * 1000)


def _sleep_until(moment: float) -> None:
    left = moment - time.time()
    if left > 0:
        time.sleep(left)


def _wait_for_receipts(senders: Iterable[Sender]) -> None:
    senders = list(senders)
    give_up_at = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < give_up_at and any(one.receipted < one.published for one in senders):
        time.sleep(0.2)


def _judge(building: TestBuilding, scenario: Scenario, seen: Sequence[_Seen], begins: float) -> Result:
    """As in virtual time, with some seconds more; and whatever is told must be of class test."""
    # Before it begins and after its end its devices are silent, and may be told of as such.
    over = scenario.lasts + GRACE_SECONDS
    told = [one for one in _list_told(building, seen, begins) if 0.0 <= one.raised_at <= over]
    lenient = scenario.model_copy(
        update={
            "expect": tuple(
                one.model_copy(
                    update={
                        "by": one.by + GRACE_SECONDS,
                        "colour_by": None if one.colour_by is None else one.colour_by + GRACE_SECONDS,
                        "test": True,
                    }
                )
                for one in scenario.expect
            )
        }
    )
    return sum_up(Played(lenient, told, None, 0, 1), judge(lenient, told), 0.0)


def _list_told(building: TestBuilding, seen: Sequence[_Seen], begins: float) -> Iterator[Told]:
    """The alerts of a building, in the order in which the API told of them."""
    alerts: dict[int, Told] = {}
    for one in seen:
        alert = one.change.alert
        if alert.where.building.code != building.code:
            continue
        severity = Severity[one.change.severity.upper()]
        if alert.id not in alerts:
            alerts[alert.id] = Told(
                alert.rule,
                _CLASSES[alert.rule],
                alert.about,
                one.at - begins,
                [(one.at - begins, severity)],
                alert.late,
                alert.scope is not None,
                alert.value,
                alert.limit,
                " ".join(part.text.en for part in alert.parts),
            )
        elif one.change.action == "cleared":
            alerts[alert.id].cleared_at = one.at - begins
        else:
            alerts[alert.id].graver.append((one.at - begins, severity))
    yield from alerts.values()


def _find_delays(seen: Sequence[_Seen], published: dict[tuple[str, int], float]) -> Iterator[float]:
    """From the publishing of the message that completed a condition until the API told of it."""
    for one in seen:
        if one.change.action != "raised":
            continue
        alert = one.change.alert
        raised_us = round(datetime.fromisoformat(alert.raised_at).timestamp() * 1e6)
        at = published.get((alert.where.building.code, raised_us // 1000 * 1000))
        if at is not None:
            yield one.at - at
