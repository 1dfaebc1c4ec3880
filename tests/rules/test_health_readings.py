"""Readings that cannot be true, and what becomes of the fires and dry hydrants that they are kept from."""

from __future__ import annotations

import numpy as np
import pytest

from rules.changes import KnownCondition
from rules.engine import Engine
from schemas.columns import Batch
from schemas.domain import Quality, Quantity, SubjectKind
from tests.rules.conftest import make_readings, make_roster
from tests.rules.premises import Premises, stamp

SMOKE, HEAT, PRESSURE = Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.PRESSURE


@pytest.mark.parametrize(
    ("quantity", "possible", "impossible"),
    [(SMOKE, -0.05, -0.0501), (HEAT, -40.0, -40.1), (PRESSURE, 4.0, 4.01)],
)
def test_what_nothing_can_be_is_a_fault_at_the_second_reading(
    quantity: Quantity, possible: float, impossible: float
) -> None:
    at_the_edge, premises = Premises(1, (quantity,)), Premises(1, (quantity,))
    assert at_the_edge.report((0, 10, 20), [1], {(1, quantity): possible}) == []
    assert premises.report([30], [1], {(1, quantity): impossible}) == []
    assert premises.report([40], [1], {(1, quantity): impossible}) == ["raise reading_invalid 1000 at 40"]
    assert premises.report(range(50, 90, 10), [1]) == []
    assert premises.report([90], [1]) == ["clear reading_invalid 1000 at 90"]


@pytest.mark.parametrize("quality", [Quality.BAD, Quality.OUT_OF_RANGE])
def test_what_its_device_or_its_range_calls_bad_is_a_fault_too(quality: Quality) -> None:
    premises = Premises(1, (HEAT,))
    assert premises.report((0, 10), [1], quality=quality) == ["raise reading_invalid 1000 at 10"]


def test_uncertain_readings_are_neither_bad_nor_good() -> None:
    premises = Premises(1, (HEAT,))
    assert premises.report(range(0, 100, 10), [1], quality=Quality.UNCERTAIN) == []
    premises.report((100, 110), [1], quality=Quality.BAD)
    assert premises.report(range(120, 300, 10), [1], quality=Quality.UNCERTAIN) == []
    assert premises.report(range(300, 350, 10), [1]) == ["clear reading_invalid 1000 at 340"]


def test_a_bad_reading_between_good_ones_begins_the_count_of_good_ones_anew() -> None:
    premises = Premises(1, (HEAT,))
    premises.report((0, 10), [1], quality=Quality.BAD)
    premises.report((20, 30, 40, 50), [1])
    premises.report([60], [1], quality=Quality.BAD)
    assert premises.report((70, 80, 90, 100), [1]) == []
    assert premises.report([110], [1]) == ["clear reading_invalid 1000 at 110"]


def test_one_bad_reading_that_is_delivered_twice_is_one() -> None:
    premises = Premises(1, (HEAT,))
    reading = premises.readings(10, [1], quality=Quality.BAD)
    assert premises.judge(np.concatenate([reading, reading])) + premises.judge(reading) == []


def test_bad_readings_neither_raise_nor_clear_a_fire_and_are_shown_as_a_fault() -> None:
    premises = Premises(1, (HEAT,))
    hot, cold = {(1, HEAT): 90.0}, {(1, HEAT): 20.0}
    assert premises.report((0, 10, 20), [1], hot, quality=Quality.BAD) == ["raise reading_invalid 1000 at 10"]
    told = premises.report(range(30, 90, 10), [1], hot)
    assert "raise heat_fixed_alarm 1000 at 40" in told
    told = premises.report(range(90, 600, 10), [1], cold, quality=Quality.OUT_OF_RANGE)
    assert told == ["raise reading_invalid 1000 at 100"]


def test_an_open_wire_is_a_fault_and_no_dry_hydrant() -> None:
    premises = Premises(1, (PRESSURE,))
    told = premises.report(range(0, 100, 10), [1], {(1, PRESSURE): -0.5})
    assert told == ["raise reading_invalid 1000 at 10"]


@pytest.mark.parametrize(("quantity", "value"), [(HEAT, 840.0), (SMOKE, 50.0)])
def test_the_worst_that_real_fires_show_is_a_fire_and_no_fault(quantity: Quantity, value: float) -> None:
    premises = Premises(1, (quantity,))
    premises.report(range(-600, 0, 10), [1])
    told = premises.report((0, 10, 20), [1], {(1, quantity): value})
    assert any(line.startswith("raise") and "alarm" in line for line in told)
    assert not any("reading_invalid" in line for line in told)


def test_what_is_hotter_than_any_fire_is_a_fault_beside_the_fire() -> None:
    premises = Premises(1, (HEAT,))
    told = premises.report((0, 10, 20), [1], {(1, HEAT): 1372.0})
    assert "raise reading_invalid 1000 at 10" in told
    assert "raise heat_fixed_alarm 1000 at 10" in told


def test_a_sensor_known_to_be_at_fault_is_not_told_again_and_is_well_after_five() -> None:
    premises = Premises(1, (HEAT,))
    premises.engine.restore([KnownCondition("reading_invalid", SubjectKind.SENSOR, 1000, True, stamp(-100))])
    assert premises.report((0, 10), [1], quality=Quality.BAD) == []
    assert premises.report(range(20, 70, 10), [1]) == ["clear reading_invalid 1000 at 60"]


def test_validity_is_the_same_however_the_stream_is_cut() -> None:
    rng = np.random.default_rng(5)
    rows = []
    for at in range(0, 2000, 10):
        values = {(device, HEAT): -100.0 if rng.random() < 0.3 else 20.0 for device in (1, 2)}
        rows.append(Premises(2, (HEAT,)).readings(at, (1, 2), values))
    stream = np.concatenate(rows)
    whole = Premises(2, (HEAT,)).judge(stream)
    assert len(whole) > 10
    for n_cuts in (1, 20, 150):
        premises = Premises(2, (HEAT,))
        pieces = np.split(stream, np.sort(rng.integers(0, len(stream), n_cuts)))
        assert [line for piece in pieces if len(piece) for line in premises.judge(piece)] == whole


def test_a_good_reading_between_two_bad_ones_counts_wherever_the_batch_ends() -> None:
    """The second bad one repeats the time of the good one, so that only whoever saw the good one knows it is old."""
    stream = make_readings([(SMOKE, 0, 0.02), (SMOKE, 1, 0.02), (SMOKE, 2, 0.02), (SMOKE, 2, 0.02)])
    stream["quality"][[1, 3]] = Quality.BAD
    for cuts in ([], [2], [1, 2, 3]):
        engine = Engine()
        engine.adopt(make_roster())
        found = [
            change
            for part in np.split(stream, cuts)
            for change in engine.evaluate(Batch(part), int(part["received_at"][-1]))
        ]
        assert found == []
