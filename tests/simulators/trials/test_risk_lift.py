"""Risk on simulated years: the worst tenth by risk holds more of next week's fires than anything one has without it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from simulators.trials.risk_lift import Lift, render_json, score_risk
from simulators.trials.risk_year import WEEK_DAYS, YEAR_DAYS, live_year


@pytest.fixture(scope="module")
def lifts() -> dict[str, Lift]:
    return {one.ranking: one for one in score_risk(2_000, 3, 1)}


def test_the_top_tenth_by_risk_holds_three_times_its_share(lifts: dict[str, Lift]) -> None:
    assert lifts["risk"].lift >= 3.0


def test_risk_beats_what_a_building_is_and_what_it_was(lifts: dict[str, Lift]) -> None:
    for ranking in ("class, use and height alone", "past alone"):
        assert lifts["risk"].lift > lifts[ranking].lift
    assert lifts["risk"].lift < lifts["if everything were known"].lift


def test_fires_are_as_many_as_were_to_be_expected() -> None:
    year = live_year(2_000, 1)
    assert year.fires.shape == year.rates.shape == (YEAR_DAYS // WEEK_DAYS, 2_000)
    expected = year.rates.sum()
    assert abs(year.fires.sum() - expected) < 4 * np.sqrt(expected)


def test_the_same_seed_is_the_same_city() -> None:
    assert (live_year(200, 3).fires == live_year(200, 3).fires).all()


def test_the_result_can_be_read_by_programs(lifts: dict[str, Lift]) -> None:
    assert json.loads(render_json(list(lifts.values())))[0]["ranking"] == "risk"
