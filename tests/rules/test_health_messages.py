"""Devices whose clocks are wrong, and devices that never stop talking."""

from __future__ import annotations

import numpy as np
import pytest

from rules.catalogue import CATALOGUE
from rules.changes import KnownCondition
from rules.parameters import Parameters
from schemas.columns import READING, Batch
from schemas.domain import Quantity, SubjectKind
from tests.rules.premises import Premises, describe, stamp

HEAT = (Quantity.TEMPERATURE,)


def of(rule: str, told: list[str]) -> list[str]:
    return [line for line in told if rule in line]


def test_a_clock_a_minute_ahead_in_five_messages_is_a_fault_and_right_ones_end_it() -> None:
    premises = Premises(1)
    assert premises.report(range(0, 100, 10), [1], ahead=60.0) == []
    # The fifth message is known to be complete when the next one comes.
    assert premises.report(range(100, 150, 10), [1], ahead=60.1) == []
    assert premises.report([150], [1], ahead=60.1) == ["raise clock_fault 101 at 140"]
    assert premises.report(range(160, 210, 10), [1]) == []
    assert premises.report([210], [1]) == ["clear clock_fault 101 at 200"]


def test_a_message_in_between_begins_the_count_anew() -> None:
    premises = Premises(1)
    for at in range(0, 300, 10):
        assert premises.report([at], [1], ahead=0.0 if at % 50 == 0 else 90.0) == []


def test_a_clock_that_is_behind_by_the_same_is_a_fault() -> None:
    premises = Premises(1)
    assert premises.report(range(0, 50, 10), [1], ahead=-300.0) == []
    assert premises.report([50], [1], ahead=-300.0) == ["raise clock_fault 101 at 40"]


def test_what_was_stored_and_comes_later_is_late_on_purpose() -> None:
    premises = Premises(1)
    premises.report(range(0, 50, 10), [1])
    for number in range(300):
        # An hour of messages in fifteen seconds, from the oldest to the newest.
        told = premises.report([3600 + number * 0.05], [1], ahead=-3600 + number * 12)
        assert of("clock_fault", told) == []


def test_fast_messages_that_were_stored_are_no_wrong_clock_either() -> None:
    premises = Premises(1)
    told: list[str] = []
    for number in range(600):
        told += premises.report([600 + number * 0.01], [1], ahead=-600 + number)
    assert of("clock_fault", told) == []


def test_old_samples_beside_a_new_one_say_nothing_of_the_clock() -> None:
    premises = Premises(1, HEAT)
    for at in range(0, 3000, 300):
        samples = [premises.readings(at, [1], ahead=-back) for back in (290, 150, 10)]
        assert of("clock_fault", premises.judge(np.concatenate(samples))) == []


def test_what_is_refused_because_it_comes_from_the_future_is_a_wrong_clock_too() -> None:
    premises = Premises(1)
    told = []
    for at in range(0, 60, 10):
        refused = (1, stamp(at), stamp(at + 3600))
        batch = Batch(np.empty(0, READING), clocks_ahead=(refused, refused))
        told += describe(premises.engine.evaluate(batch, stamp(at)))
    assert told == ["raise clock_fault 101 at 40"]


def test_a_clock_known_to_be_wrong_is_not_told_again() -> None:
    premises = Premises(1)
    premises.engine.restore([KnownCondition("clock_fault", SubjectKind.DEVICE, 101, True, stamp(-100))])
    assert premises.report(range(0, 100, 10), [1], ahead=90.0) == []
    assert premises.report(range(100, 160, 10), [1]) == ["clear clock_fault 101 at 140"]


@pytest.fixture
def chatty() -> Premises:
    limits = {("device_flooding", "limit"): 59.0, ("device_flooding", "clears_below"): 30.0}
    return Premises(1, HEAT, Parameters.built_in(CATALOGUE).set_everywhere(limits))


def test_a_device_that_sends_too_much_for_two_minutes_floods_until_it_is_quiet(chatty: Premises) -> None:
    told = chatty.report(range(200), [1])
    assert told == ["raise device_flooding 101 at 120"]
    assert chatty.report(range(200, 420, 2), [1]) == []
    assert chatty.report(range(420, 500, 5), [1]) == ["clear device_flooding 101 at 480"]


def test_a_little_less_than_too_much_is_no_flood(chatty: Premises) -> None:
    assert chatty.report(np.arange(0, 600, 1.05), [1]) == []


def test_what_was_stored_comes_in_bulk_and_is_no_flood(chatty: Premises) -> None:
    times = np.arange(0, 300, 0.5)
    told: list[str] = []
    for at in times.tolist():
        told += chatty.report([at], [1], ahead=-40_000 + at * 40)
    assert of("flooding", told) == []


def test_clocks_and_floods_are_the_same_however_the_stream_is_cut() -> None:
    rng = np.random.default_rng(8)
    limits = {("device_flooding", "limit"): 40.0, ("device_flooding", "clears_below"): 20.0}
    parameters = Parameters.built_in(CATALOGUE).set_everywhere(limits)
    maker = Premises(3)
    rows = [
        maker.readings(at, [device], ahead=90.0 if device == 2 and (at // 150) % 2 else 0.0)
        for at in range(900)
        for device in (1, 2, 3)
        if rng.random() < 0.7
    ]
    stream = np.concatenate(rows)
    whole = Premises(3, parameters=parameters).judge(stream)
    assert {line.split()[1] for line in whole} == {"clock_fault", "device_flooding"}
    for n_cuts in (1, 30, 400):
        premises = Premises(3, parameters=parameters)
        pieces = np.split(stream, np.sort(rng.integers(0, len(stream), n_cuts)))
        assert [line for piece in pieces if len(piece) for line in premises.judge(piece)] == whole
