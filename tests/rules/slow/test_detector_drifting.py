"""A detector that gathers dust is told of before it raises false alarms; one that was cleaned is well again."""

from __future__ import annotations

from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from rules.slow.bucket_times import DAY_US
from rules.slow.detector_drifting import DETECTOR_DRIFTING
from rules.slow.history import History
from rules.slow.slow_rule import SlowJudgement, SlowView
from schemas.domain import Quantity

NOW = 28 * DAY_US
DAYS = np.arange(28) + 0.5


def no_companion(quantity: Quantity) -> NoReturn:
    raise AssertionError(f"nobody asks for {quantity}")


def judge(quiet: NDArray[np.float64]) -> SlowJudgement:
    """What the rule says of days (n, 28) whose quietest hours are these."""
    n = len(quiet)
    defaults = {parameter.name: parameter.default for parameter in DETECTOR_DRIFTING.parameters}
    history = History(
        np.arange(n, dtype=np.int32),
        (np.arange(28) * DAY_US).astype(np.int64),
        DAY_US,
        quiet - 0.01,
        quiet + 0.02,
        quiet + 0.3,
        np.where(np.isfinite(quiet), 8640, 0).astype(np.int32),
        quiet,
    )
    view = SlowView(history, NOW, no_companion, lambda name: np.full(n, defaults[name]))
    return DETECTOR_DRIFTING.judge(view)


def make_dust(begin: float, end: float) -> NDArray[np.float64]:
    noise = np.random.default_rng(3).normal(0.0, 0.002, 28)
    return np.asarray(np.linspace(begin, end, 28) + noise)[None, :]


def test_dust_is_foretold_weeks_before_it_is_too_much() -> None:
    judged = judge(make_dust(0.04, 0.075))
    assert judged.holds.all()
    assert judged.forecast is not None
    days_left = (
        np.array([judged.forecast.earliest, judged.forecast.at, judged.forecast.latest]) - NOW
    ) / DAY_US
    truth = (0.10 - 0.075) / ((0.075 - 0.04) / 27)
    assert days_left[0] <= truth <= days_left[2]
    assert abs(days_left[1] - truth) < 5


def test_dust_that_is_too_much_is_told_without_a_forecast() -> None:
    judged = judge(make_dust(0.07, 0.11))
    assert judged.holds.all()
    assert judged.forecast is not None
    assert np.isnan(judged.forecast.at).all()


def test_a_clean_detector_is_well_whatever_the_weather() -> None:
    judged = judge(0.03 + np.random.default_rng(4).normal(0.0, 0.004, (500, 28)))
    assert not judged.holds.any()
    assert judged.clears.all()


def test_a_cleaned_detector_is_well_within_three_days() -> None:
    quiet = make_dust(0.06, 0.11)
    quiet[:, -2:] = 0.03
    judged = judge(quiet)
    assert not judged.holds.any()
    assert judged.clears.all()


def test_one_smoky_day_is_no_dust() -> None:
    quiet = np.full((1, 28), 0.03)
    quiet[:, -1] = 0.2
    assert not judge(quiet).holds.any()


def test_of_a_detector_that_was_silent_nothing_is_said() -> None:
    quiet = make_dust(0.06, 0.12)
    quiet[:, -3:] = np.nan
    judged = judge(quiet)
    assert not (judged.holds | judged.clears).any()
