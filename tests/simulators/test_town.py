"""Which messages the city sends and when, without a broker."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from schemas.decode import decode_readings, decode_status
from simulators import models
from simulators.buildings import City, build_city
from simulators.incidents import Incident, IncidentKind, Silence
from simulators.payloads import encode_readings, encode_status, encode_will
from simulators.town import Message, Town, first_seq

MORNING = 1_795_420_800.0


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(20, 2000, 20261)


def live(
    city: City, seconds: int, incident_every: float = 0.0, start: float = MORNING
) -> list[tuple[float, Message]]:
    town = Town(city, seed=7, incident_every_seconds=incident_every, now=start)
    times = (start + tick / 10 for tick in range(seconds * 10))
    return [(now, message) for now in times for message in town.step(now)]


def test_messages_are_spread_evenly_in_time(city: City) -> None:
    sent = live(city, 60)
    each_second = Counter(int(now - MORNING) for now, _ in sent)
    assert 60 <= len(sent) / 60 <= 100
    assert max(each_second.values()) < 1.3 * len(sent) / 60
    assert min(each_second[second] for second in range(60)) > 0.7 * len(sent) / 60


def test_the_same_seed_and_times_give_the_same_messages(city: City) -> None:
    assert live(city, 20, 60.0) == live(city, 20, 60.0)


def test_every_message_can_be_decoded_and_counts_up_by_one_for_its_device(city: City) -> None:
    seqs: dict[str, list[int]] = defaultdict(list)
    for _, message in live(city, 40, 10.0):
        decoded = decode_readings(message.payload)
        assert decoded.seq is not None
        seqs[message.device].append(decoded.seq)
        assert len(decoded.values or decoded.samples or ()) == message.samples
    assert len(seqs) == len(city.devices)
    for own in seqs.values():
        assert own == list(range(own[0], own[0] + len(own)))


def test_sequence_numbers_go_on_above_the_old_ones_after_a_restart(city: City) -> None:
    before = live(city, 60, 5.0)
    after = live(city, 11, start=MORNING + 60)
    highest: dict[str, int] = {}
    for _, message in before:
        highest[message.device] = json.loads(message.payload)["seq"]
    for _, message in after:
        assert json.loads(message.payload)["seq"] > highest.get(message.device, 0)
    assert first_seq(MORNING + 1) == first_seq(MORNING) + 1


def test_a_device_in_a_fire_reports_every_two_seconds(city: City) -> None:
    sent = live(city, 60, 1000.0)
    times = defaultdict(list)
    for now, message in sent:
        times[message.device].append(now)
    busiest = max(times.values(), key=len)
    gaps = [later - earlier for earlier, later in pairwise(busiest)]
    assert min(gaps) > 1.9
    assert gaps[-1] == pytest.approx(2.0, abs=0.11)


def test_a_silent_device_sends_nothing_and_goes_on_counting_where_it_stopped(city: City) -> None:
    town = Town(city, seed=7, incident_every_seconds=0.0, now=MORNING)
    silence = Incident(IncidentKind.SILENT_DEVICE, 0, "", MORNING + 20, 30.0, Silence(device=3))
    sent: list[tuple[int, int]] = []
    for second in range(80):
        if second == 20:
            town.unrest.active.append(silence)
        own = [m for m in town.step(MORNING + second) if m.device == city.devices[3].code]
        sent += [(second, json.loads(message.payload)["seq"]) for message in own]
    times, seqs = zip(*sent, strict=True)
    assert max(later - earlier for earlier, later in pairwise(times)) >= 30
    assert not any(20 <= second < 50 for second in times)
    assert list(seqs) == list(range(seqs[0], seqs[0] + len(seqs)))


def test_every_dialect_says_the_same_in_stored_units() -> None:
    at, values = MORNING + 0.25, [0.412]
    plain = json.loads(encode_readings(models.PRESSURE, 1, at, values))
    assert plain == {"seq": 1, "ts": "2026-11-23T08:00:00.250Z", "values": {"pressure": 0.412}}
    kilopascal = json.loads(encode_readings(models.PRESSURE_KPA, 1, at, values))
    assert kilopascal == {"seq": 1, "ts": "2026-11-23T16:00:00.250+08:00", "values": {"pressure": 412.0}}
    named = json.loads(encode_readings(models.PRESSURE_NAMED, 1, at, values))
    sample = {"ts": 1_795_420_800_250, "channel": "pressure", "value": 412.0, "unit": "kPa"}
    assert named == {"seq": 1, "samples": [sample]}


def test_births_ends_and_wills_keep_to_the_contract() -> None:
    birth = decode_status(encode_status("online", MORNING, "1.4.2"))
    assert (birth.state, birth.firmware, birth.ts and birth.ts.timestamp()) == ("online", "1.4.2", MORNING)
    assert decode_status(encode_will()).state == "offline"
