"""Fixed limits on smoke: the yardstick of the trials, at its edges."""

from __future__ import annotations

import numpy as np
import pytest

from schemas.columns import MICROSECONDS
from simulators.trials.plain_detector import PlainDetectors


def watch(smoke: list[float], interval: float = 10.0) -> list[tuple[str, float]]:
    """What one sensor raises, with the second of it."""
    detectors = PlainDetectors(1)
    found: list[tuple[str, float]] = []
    for step, value in enumerate(smoke):
        raised = detectors.step(round(step * interval * MICROSECONDS), np.array([value]))
        found += [("fire", step * interval)] * int(raised.fire[0])
        found += [("warning", step * interval)] * int(raised.warning[0])
    return found


def test_fire_needs_two_samples_at_the_limit_ten_seconds_apart() -> None:
    assert watch([0.0, 0.30, 0.30]) == [("fire", 20.0)]
    assert watch([0.0, 0.2999, 0.2999]) == []


def test_two_of_three_samples_are_enough_for_fire() -> None:
    assert watch([0.0, 0.30, 0.05, 0.30]) == [("fire", 30.0)]


def test_a_single_spike_is_no_fire() -> None:
    assert watch([0.0, 2.0, 0.0, 0.0, 2.0, 0.0, 0.0]) == []


def test_fast_samples_wait_for_ten_seconds() -> None:
    assert watch([0.4] * 10, interval=2.0) == [("fire", 10.0)]


def test_warning_needs_every_sample_for_thirty_seconds() -> None:
    assert watch([0.15] * 5) == [("warning", 30.0)]
    assert watch([0.15, 0.15, 0.14, 0.15, 0.15, 0.14]) == []


@pytest.mark.parametrize(("calm_seconds", "raises"), [(60, 1), (70, 2)])
def test_a_warning_comes_again_only_after_it_has_cleared(calm_seconds: int, raises: int) -> None:
    calm = [0.09] * (calm_seconds // 10)
    assert len(watch([0.2] * 4 + calm + [0.2] * 4)) == raises


def test_a_missing_sample_changes_nothing() -> None:
    assert watch([0.30, np.nan, 0.30]) == [("fire", 20.0)]
