"""The trial on fire-fighting water, in short: what is warned of, what is foretold, and what its report says."""

from __future__ import annotations

import io
import json
from collections import Counter

import numpy as np
import pytest
from rich.console import Console

from rules.slow.water_leak import WATER_LEAK
from rules.water.diagnosis import Cause
from simulators.trials.slow_looks import look_over
from simulators.trials.water import KINDS, KindScore, WaterLife, score_kind, score_life
from simulators.trials.water_months import MonthsScore, find_fixed_limit, score_tanks
from simulators.trials.water_report import WaterTrial, count_told_apart, print_trial, render_json
from simulators.water.course import Course
from simulators.water.hours import sum_up
from simulators.water.plant import build_plants
from simulators.water.troubles import Trouble, make_troubles

BY_TROUBLE = {kind.trouble: kind for kind in KINDS}


def test_a_shut_valve_is_warned_of_before_there_is_too_little_and_named() -> None:
    score = score_kind(BY_TROUBLE[Trouble.TANK_VALVE_CLOSED], 4, seed=3)
    assert score.seen == 4
    assert np.median(score.warning_to_breach) > 0
    assert score.causes == {Cause.CLOSED_VALVE: 4}


def test_in_ordinary_operation_nothing_is_cried_but_after_tests() -> None:
    life = score_life(4, 2, seed=3)
    assert life.else_where == {}
    assert life.building_years == pytest.approx(8 / 365.25)


def test_tanks_that_are_not_filled_are_told_hours_before_and_mostly_when() -> None:
    score = score_tanks(6, seed=3)
    assert score.seen == score.breaches == 6
    assert min(score.warning_to_breach) > 1.0
    assert score.inside >= score.forecasts / 2 > 0


def test_a_leak_is_told_long_before_a_fixed_limit_that_cries_as_rarely() -> None:
    """Without the pressure: a usual flow, and a leak that doubles in two days."""
    rng = np.random.default_rng(4)
    # The limit has to lie above the last of them, the leak is in the first.
    usual = np.linspace(0.05, 0.25, 20)[:, None]
    hours = np.arange(24 * 30)
    ordinary = usual * (1 + 0.1 * rng.standard_normal((20, len(hours))))
    leaking = ordinary[:1] + 0.01 * np.exp2((hours - 24 * 16) / 48.0)
    flows = sum_up(np.repeat(leaking, 60, axis=1).T)
    limit = find_fixed_limit(sum_up(np.repeat(ordinary, 60, axis=1).T), 0)
    (episode,) = look_over(WATER_LEAK, flows)
    # By its law, without the noise of single hours.
    passed = 24 * 16 + 48.0 * np.log2((limit - usual[0, 0]) / 0.01)
    assert passed - episode.raised >= 24


def test_ordinary_days_are_the_same_for_the_same_seed() -> None:
    def flow_of(seed: int) -> float:
        rng = np.random.default_rng(seed)
        plants = build_plants(2, rng)
        never = np.full(2, 10**9)
        (day,) = Course(plants, make_troubles(Trouble.NONE, plants, never, rng), rng).live(1)
        return float(day.flow.sum())

    assert flow_of(1) == flow_of(1) != flow_of(2)


def make_trial() -> WaterTrial:
    right, wrong = KindScore(KINDS[0], 2), KindScore(KINDS[-1], 2)
    right.onset_to_warning, right.warning_to_breach = [1.0, 2.0], [30.0]
    right.causes = Counter({Cause.LEAK: 1, None: 1})
    months = MonthsScore(WATER_LEAK, Trouble.LEAK, 2, breaches=1, fixed_limit=0.3)
    months.onset_to_warning, months.warning_to_breach = [70.0, 80.0], [200.0]
    months.fixed_to_breach, months.ahead_of_fixed = [100.0], [100.0]
    months.forecasts = months.inside = 1
    life = WaterLife(2, 10, Counter({"fire_pump_running": 3}), Counter({"pressure_drop_fast": 1}))
    return WaterTrial([right, wrong], [months], life, {"water_leak": 0})


def test_the_report_says_how_far_ahead_and_how_many_were_told_apart() -> None:
    trial, text = make_trial(), io.StringIO()
    print_trial(trial, Console(file=text, width=200))
    assert "the rule is 100 h ahead" in text.getvalue()
    assert "told apart: 1 of 2, 50.0%" in text.getvalue()
    assert count_told_apart(trial.kinds) == (1, 2)
    document = json.loads(render_json(trial), parse_constant=pytest.fail)
    assert document["told_apart"] == {"right": 1, "cases": 2}
    assert document["life"]["else"] == {"pressure_drop_fast": 1}
